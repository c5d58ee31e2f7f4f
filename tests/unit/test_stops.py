"""Which refusals stop more than their message, and the calling code of a number."""

from __future__ import annotations

import pytest

from engine.calling_codes import calling_code
from engine.error_classes import error_brain
from engine.stops import NUMBER_SCOPES, SHORT_S, Stop, spoils_template, told_stop

HOUR_S = 3600.0


@pytest.mark.parametrize(
    ("code", "scope", "wait_s"),
    [
        (131031, "account", None),
        (131042, "account", None),
        (368, "account", None),
        (190, "token", None),
        (0, "token", None),
        (10, "app", None),
        (131048, "number", 2 * HOUR_S),
        (133016, "number", 72 * HOUR_S),
        (132016, "template", None),
        (132001, "template", None),
        (132015, "template", 3 * HOUR_S),
    ],
)
def test_a_failure_told_by_webhook_stops_its_scope(code: int, scope: str, wait_s: float | None) -> None:
    assert told_stop(code) == Stop(scope, f"whatsapp_{code}", wait_s, told_stop(code).alert)  # type: ignore[union-attr]


@pytest.mark.parametrize("code", [131026, 131047, 131049, 131050, 130472, 131000, 130429, 131057, 132000, 999_999, -1])
def test_a_failure_of_one_message_or_person_or_moment_stops_nothing(code: int) -> None:
    assert told_stop(code) is None


def test_what_stops_a_number_by_webhook_is_exactly_what_the_table_says() -> None:
    for code in range(140_000):
        of, stop = error_brain().classify(code), told_stop(code)
        if of.name == "stop":
            assert stop is not None and (stop.scope, stop.wait_s, stop.alert) == (of.scope, None, True)
        elif stop is not None and stop.scope in NUMBER_SCOPES:
            assert of.name == "hold" and stop.wait_s is not None and stop.wait_s > SHORT_S


def test_one_messages_wrong_value_does_not_stop_its_template_but_three_in_a_row_do() -> None:
    brain = error_brain()
    assert spoils_template(brain.classify(132001), 132001, 1)
    for code in (132000, 132008, 132012):
        assert [spoils_template(brain.classify(code), code, count) for count in (1, 2, 3)] == [False, False, True]
    assert not spoils_template(brain.classify(100), 100, 99)
    assert not spoils_template(brain.classify(131026), 131026, 99)


@pytest.mark.parametrize(
    ("phone", "code"),
    [("+5511900000000", "55"), ("+12025550100", "1"), ("+77010000000", "7"), ("+351910000000", "351"), ("+2348", "234"),
     ("+886900000000", "886"), ("+447700900000", "44"), ("+3725000000", "372"), ("+5989000000", "598")],
)  # fmt: skip
def test_the_calling_code_of_a_number(phone: str, code: str) -> None:
    assert calling_code(phone) == code
