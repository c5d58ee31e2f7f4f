"""Whether an hour was touched since: against a plain list of what was counted."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.metrics import NO_SESSION, Change
from engine.touched_hours import TouchedHours
from engine.windows import HOUR_MS

MINUTE = 60_000
COMPANIES = (b"a" * 16, b"b" * 16)
changes = st.tuples(st.sampled_from(COMPANIES), st.integers(0, 6 * 60))
stretches = st.tuples(st.integers(0, 6 * 60), st.integers(1, 200))


def _change(company: bytes, minute: int) -> Change:
    return Change(company, minute * MINUTE, "event", "x", NO_SESSION, 1)


@given(st.lists(st.lists(changes, min_size=1, max_size=4), max_size=12), st.sampled_from(COMPANIES), stretches)
def test_what_is_called_untouched_was_not_counted(
    batches: list[list[tuple[bytes, int]]], company: bytes, stretch: tuple[int, int]
) -> None:
    hours = TouchedHours()
    first, last = stretch[0] * MINUTE, (stretch[0] + stretch[1]) * MINUTE
    moments = [hours.now]
    for batch in batches:
        hours.touch(_change(*one) for one in batch)
        moments.append(hours.now)
    for position, since in enumerate(moments):
        later = [one for batch in batches[position:] for one in batch if one[0] == company]
        wide = [one for one in later if first // HOUR_MS <= one[1] // 60 < -(-last // HOUR_MS)]
        assert hours.untouched(company, first, last, since) == (not wide)


def test_too_much_to_remember_counts_as_touched() -> None:
    hours = TouchedHours(most=3)
    since = hours.now
    hours.touch(_change(COMPANIES[0], hour * 60) for hour in range(4))
    assert not hours.untouched(COMPANIES[1], 0, HOUR_MS, since)
    assert hours.untouched(COMPANIES[1], 0, HOUR_MS, hours.now)
