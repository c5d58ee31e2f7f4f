"""Every code of the vectors is met as its row says; waits follow their schedules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.error_classes import Decision, error_brain
from engine.failures import read_failure
from engine.retry import full_jitter, pair_wait_s

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "whatsapp_errors.json").read_text(encoding="utf-8"))
OURS = json.loads((Path(__file__).parents[2] / "engine" / "whatsapp_errors.json").read_text(encoding="utf-8"))
KINDS = {
    "transient": "retry",
    "hold": "hold",
    "stop": "stop",
    "fix": "fail",
    "permanent": "fail",
    "suppress": "suppress",
}


def decide(
    code: int, subcode: int | None = None, *, tries: int = 1, strikes: int = 0, after: float | None = None
) -> Decision:
    return error_brain().refused(code, subcode, tries=tries, strikes=strikes, retry_after_s=after, random=lambda: 0.5)


@pytest.mark.parametrize("row", VECTORS["errors"], ids=lambda row: f"{row['code_from']}-{row.get('subcode')}")
def test_every_code_is_met_as_the_vectors_say(row: dict[str, Any]) -> None:
    for code in {row["code_from"], row["code_to"]}:
        decision = decide(code, row.get("subcode"))
        assert (decision.kind, decision.scope) == (KINDS[row["class"]], row["scope"])
        assert decision.meaning_en == row["meaning"]
        assert all((decision.meaning_pt, decision.advice_pt, decision.advice_en))
        assert (decision.wait_s is not None) == (decision.kind in ("retry", "hold"))
        if "max_tries" in row:
            assert decision.max_tries == row["max_tries"]
        if "spends no try" in row.get("note", ""):
            assert not decision.spends_try


def test_our_table_is_the_vectors_with_words_added() -> None:
    added = {"meaning_pt", "advice_pt", "advice_en", "schedule"}
    stripped = [{key: value for key, value in row.items() if key not in added} for row in OURS["errors"]]
    assert stripped == VECTORS["errors"]
    for name in ("unknown_code", "no_meta_json", "not_connected"):
        kept = {key: value for key, value in OURS[name].items() if key not in added | {"meaning"}}
        assert kept == VECTORS[name]


def test_the_subcode_decides_before_the_code_and_the_narrowest_range_wins() -> None:
    assert decide(100, 33).kind == "stop"
    assert decide(100, 99).kind == "fail"
    assert decide(131200).meaning_en == "group API"
    assert decide(131250).kind == "fail"


def test_an_unknown_code_is_tried_three_times() -> None:
    assert [decide(999_999, tries=n).kind for n in (1, 2, 3)] == ["retry", "retry", "fail"]


def test_no_answer_is_uncertain_and_no_connection_is_retried_eight_times() -> None:
    assert error_brain().no_answer().kind == "uncertain"
    kinds = [error_brain().not_connected(tries=n, random=lambda: 0.5).kind for n in range(1, 9)]
    assert kinds == ["retry"] * 7 + ["fail"]


def test_waits_follow_their_schedules() -> None:
    assert [decide(131056, strikes=n).wait_s for n in range(4)] == [1.0, 4.0, 16.0, 64.0]
    assert decide(131056, strikes=8).kind == "fail"
    assert [decide(130429, strikes=n).wait_s for n in (0, 1, 2, 10)] == [1.0, 2.0, 4.0, 60.0]
    assert decide(4).wait_s == 600.0
    assert decide(4, after=1_200.0).wait_s == 1_200.0
    assert [decide(132015, strikes=n).wait_s for n in (0, 1)] == [10_800.0, 21_600.0]
    assert decide(131049).wait_s == 86_400.0
    assert decide(131049, tries=2).kind == "fail"


@given(st.integers(1, 10_000), st.floats(0, 0.999), st.floats(0.1, 10), st.floats(10, 1000))
def test_full_jitter_stays_below_its_cap(tries: int, chance: float, base: float, cap: float) -> None:
    assert 0.0 <= full_jitter(tries, base, cap, lambda: chance) <= cap


def test_the_pair_schedule_is_four_to_the_n() -> None:
    assert [pair_wait_s(n) for n in range(5)] == [1, 4, 16, 64, 256]


def test_a_failure_told_by_webhook_says_what_it_means() -> None:
    failure = read_failure(json.dumps([{"code": 131026, "title": "Undeliverable\x00", "error_data": {"details": "x"}}]))
    error = json.loads(failure.error)
    assert failure.reason == "whatsapp_131026"
    assert (error["class"], error["details"], error["title"]) == ("permanent", "x", "Undeliverable")
    assert error["meaning"]["pt"]


@given(st.one_of(st.none(), st.text(), st.recursive(st.none() | st.integers() | st.text(), st.lists).map(json.dumps)))
def test_any_errors_field_can_be_read(errors: str | None) -> None:
    assert read_failure(errors).reason.startswith("whatsapp_")


# The codes of the facts' table (§1.5), beside which the vectors have ranges.
FACTS = (
    *(0, 190, 3, 10, 200, 299, 33, 368, 130497, 131031, 131037, 131042, 131044, 131045, 133010, 131005, 1, 2, 4, 613),
    *(80007, 130429, 131056, 131048, 131049, 131050, 130472, 131000, 131016, 131057, 133004, 131008, 131009, 100),
    *(131021, 131026, 131030, 131047, 131051, 131052, 131053, 131055, 131062, 131063, 131064, 132000, 132001, 132005),
    *(132007, 132008, 132012, 132015, 132016, 132068, 132069, 133000, 133005, 133006, 133008, 133009, 133015, 133016),
    *(134011, 134100, 134101, 134102, 135000, 137000, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299, 2388019),
    *(2494100, 131200, 131299),
)


@pytest.mark.parametrize("code", FACTS)
def test_every_code_of_the_facts_says_what_it_means_and_what_to_do(code: int) -> None:
    of = error_brain().classify(code)
    assert of.code_from <= code <= of.code_to
    texts = of.texts()
    for what in ("meaning", "advice"):
        assert texts[what]["pt"]
        assert texts[what]["en"]
    assert texts["advice"]["pt"] != texts["advice"]["en"]


def test_a_code_that_nobody_knows_is_tried_three_times_and_has_words_too() -> None:
    unknown = [decide(999_999_999, tries=tries).kind for tries in (1, 2, 3)]
    assert unknown == ["retry", "retry", "fail"]
    assert all(text for texts in error_brain().classify(-5).texts().values() for text in texts.values())
