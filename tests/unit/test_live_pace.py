"""At most so many updates in any second, whoever is late, and no waiting that the promise does not ask for."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.live_pace import Pace


@given(st.integers(1, 20), st.lists(st.floats(0, 0.3), min_size=40, max_size=200))
def test_in_no_second_are_there_more_updates_than_promised(per_s: int, waits: list[float]) -> None:
    pace, now, times = Pace(per_s), 100.0, []
    for wait_s in waits:
        now = pace.due(now + wait_s)
        times.append(now)
        pace.took(now)
    assert all(later - earlier >= 1.0 for earlier, later in zip(times, times[per_s:], strict=False))


def test_after_a_quiet_time_an_update_goes_at_once_and_the_next_waits_for_its_slot() -> None:
    pace = Pace(20)
    assert pace.due(100.0) == 100.0
    pace.took(100.0)
    assert 0.045 < pace.due(100.0) - 100.0 <= 0.052
    assert pace.due(101.0) == 101.0


def test_a_late_update_is_made_up_for_a_little_and_not_by_a_burst() -> None:
    pace = Pace(20)
    pace.took(100.0)
    pace.took(100.055)  # three milliseconds late
    gap_s = pace.due(100.055) - 100.055
    assert 0.045 < gap_s < 0.05


def test_who_is_busy_telling_is_told_less_often() -> None:
    pace = Pace(20)
    pace.took(100.0, busy_s=0.2)
    assert pace.due(100.2) - 100.0 > 0.29
    assert pace.after(100.0) - pace.due(100.0) > 0.29  # and whoever gathers changes hears so


def test_the_update_after_the_next_is_a_slot_further() -> None:
    pace = Pace(20)
    pace.took(100.0)
    assert abs(pace.after(100.0) - pace.due(100.0) - 0.052) < 1e-9
