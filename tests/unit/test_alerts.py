"""When alerts fire and are over."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.alerts import FIRED, METRICS, NO_DATA, OK, RELEASE, alert_words, check_alert, count_firings, judge

VALUES = st.lists(st.one_of(st.none(), st.floats(0, 10)), max_size=60)


def states(values: list[float | None], threshold: float = 5.0) -> list[str]:
    state, streak, found = OK, 0, []
    for value in values:
        state, streak = judge(state, streak, value, threshold)
        found.append(state)
    return found


def test_it_fires_after_two_looks_and_is_over_after_two_below_four_fifths() -> None:
    assert states([5, 6, 4.5, 4.5, 4.5, 3, 3]) == [OK, FIRED, FIRED, FIRED, FIRED, FIRED, OK]


def test_a_single_peak_or_dip_tells_nothing() -> None:
    assert states([9, 1, 9, 1]) == [OK] * 4
    assert states([9, 9, 1, 9, 1, 9])[1:] == [FIRED] * 5


def test_nothing_to_judge_by_is_no_state_of_good_health() -> None:
    assert states([9, 9, None, None, 9, 9]) == [OK, FIRED, FIRED, NO_DATA, NO_DATA, FIRED]


@given(VALUES)
def test_a_change_needs_two_looks_and_a_value_in_the_band_changes_nothing(values: list[float | None]) -> None:
    found = [OK, *states(values)]
    for index, (before, after) in enumerate(pairwise(found)):
        value = values[index]
        if after != before:
            assert index > 0
            assert found[index - 1] == before  # the look before it did not change anything either
        if before == FIRED and value is not None and value >= 5.0 * RELEASE:
            assert after == FIRED
    assert count_firings(values, 5.0) == sum(a != FIRED and b == FIRED for a, b in pairwise(found))


def test_every_metric_has_words_in_both_languages() -> None:
    for metric in METRICS:
        for state in (FIRED, OK):
            pt, en = alert_words("Vendas", metric, state, 0.5, 0.2)
            assert "Vendas" in pt
            assert "Vendas" in en
            assert pt != en


def test_what_makes_no_sense_names_its_field() -> None:
    whole = {"metric": "failure_rate", "threshold": 20, "scope": {"sources": ["a"]}, "quiet": {"from": "1", "to": "1"}}
    assert [error["field"] for error in check_alert(whole)] == ["threshold", "scope.sources", "quiet.to"]
    assert check_alert({"metric": "silence", "threshold": 10, "scope": {"sources": ["a"]}}) == []
    assert [e["field"] for e in check_alert({"metric": "silence", "threshold": 2_000})] == ["threshold"]
