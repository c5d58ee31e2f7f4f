"""What was read of stretches of time is kept for a minute or two while nothing of them is counted; never too much."""

from __future__ import annotations

from actors import known_parts
from actors.known_parts import Counted, KnownParts, Part
from engine.metrics import NO_SESSION, Change
from engine.touched_hours import TouchedHours
from engine.windows import HOUR_MS

WHOSE = Counted(b"a" * 16, ("event",), None)
HOURS = [(hour * HOUR_MS, (hour + 1) * HOUR_MS) for hour in range(4)]
ROWS = [Part([("event", "x", hour)]) for hour in range(4)]


class _Clock:
    now_ms = 1_000_000

    def __call__(self) -> int:
        return self.now_ms


def _kept() -> tuple[KnownParts, TouchedHours, _Clock]:
    touched, clock = TouchedHours(), _Clock()
    known = KnownParts(touched, clock)
    known.keep(WHOSE, HOURS, ROWS)
    return known, touched, clock


def test_only_the_hour_in_which_something_was_counted_is_read_again() -> None:
    known, touched, _ = _kept()
    touched.touch([Change(WHOSE.company, HOURS[2][0], "event", "x", NO_SESSION, 1)])
    assert known.find(WHOSE, HOURS) == [ROWS[0], ROWS[1], None, ROWS[3]]
    assert known.find(WHOSE._replace(kinds=("message",)), HOURS) == [None] * 4


def test_two_minutes_later_nothing_is_kept_nor_held_in_memory() -> None:
    known, _, clock = _kept()
    clock.now_ms += 60_000
    assert known.find(WHOSE, HOURS) == ROWS
    clock.now_ms += 60_000
    assert known.find(WHOSE, HOURS) == [None] * 4
    assert known.size == 0


def test_what_was_read_together_is_read_again_by_and_by() -> None:
    """A chart of ten days by hour, asked for every second, reads an eighth of its hours at a time."""
    known, _, clock = _kept()
    hours = [(hour * HOUR_MS, (hour + 1) * HOUR_MS) for hour in range(490_000, 490_240)]
    known.keep(WHOSE, hours, [Part([])] * 240)
    read_again = []
    for _ in range(240):
        clock.now_ms += 1_000
        missing = [hour for hour, part in zip(hours, known.find(WHOSE, hours), strict=True) if part is None]
        known.keep(WHOSE, missing, [Part([])] * len(missing))
        read_again.append(len(missing))
    assert max(read_again) <= 48
    assert 240 <= sum(read_again) <= 960


def test_what_is_kept_is_bounded_and_counted_once() -> None:
    known, _, _ = _kept()
    known.keep(WHOSE, HOURS, ROWS)
    assert known.size == 8
    many = Part([("event", "y", 1)] * (known_parts._MOST_ROWS - 3))
    known.keep(WHOSE._replace(company=b"b" * 16), HOURS[:1], [many])
    assert known.size <= known_parts._MOST_ROWS
    assert known.find(WHOSE, HOURS)[:3] == [None] * 3
