"""What stretches of time added up to, kept for a while as long as nothing of them is counted. Used by the reports.

An hour long past hardly changes: a chart that is looked at again reads the few hours in which something happened.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from engine.touched_hours import TouchedHours

Row = tuple[str, str, int]
Stretch = tuple[int, int]
# What is erased with its age, or counted by another aggregator, is seen after one to two minutes: stretches that were
# read together do not all have to be read again together.
_KEPT_MS = 60_000
_SPREAD = 8
_MOST_ROWS = 100_000
_LONGEST_MS = 32 * 86_400_000  # a longer one is few rows of days beside the hours that would be looked through


class Counted(NamedTuple):
    """What is summed: a company's rows of some kinds, all of them or those of one subject."""

    company: bytes
    kinds: tuple[str, ...]
    subject: UUID | None


@dataclass(slots=True)
class Part:
    """A stretch's rows; ``told`` is what was said of them last, as JSON, for who says the same of the same rows."""

    rows: list[Row]
    told: bytes | None = None


class _Known(NamedTuple):
    touched: int
    until_ms: int
    part: Part


class KnownParts:
    """Rows of stretches of time.

    Args:
        touched: tells in which hours something was counted.
        clock_ms: the present (milliseconds since 1970).
    """

    def __init__(self, touched: TouchedHours, clock_ms: Callable[[], int]) -> None:
        self._touched = touched
        self._clock_ms = clock_ms
        # The next to be forgotten first, by and large.
        self._known: OrderedDict[tuple[Counted, Stretch], _Known] = OrderedDict()
        self.size = 0  # rows and stretches

    def find(self, counted: Counted, stretches: Sequence[Stretch]) -> list[Part | None]:
        """Return what is kept of each stretch, None of those that must be read."""
        self._forget()
        known, now = [self._known.get((counted, stretch)) for stretch in stretches], self._clock_ms()
        return [
            one.part
            if one is not None
            and now <= one.until_ms
            and self._touched.untouched(counted.company, *stretch, one.touched)
            else None
            for stretch, one in zip(stretches, known, strict=True)
        ]

    def keep(self, counted: Counted, stretches: Sequence[Stretch], parts: Sequence[Part]) -> None:
        """Keep what was just read, with everything that had been counted by now in it."""
        for stretch, part in zip(stretches, parts, strict=True):
            if stretch[1] - stretch[0] > _LONGEST_MS:
                continue
            before = self._known.pop((counted, stretch), None)
            self.size += len(part.rows) + 1 - (0 if before is None else len(before.part.rows) + 1)
            until_ms = self._clock_ms() + _KEPT_MS + _KEPT_MS * (hash(stretch) % _SPREAD) // _SPREAD
            self._known[counted, stretch] = _Known(self._touched.now, until_ms, part)
        self._forget()

    def _forget(self) -> None:
        now = self._clock_ms()
        while self._known:
            place, known = next(iter(self._known.items()))
            if now <= known.until_ms and self.size <= _MOST_ROWS:
                break
            del self._known[place]
            self.size -= len(known.part.rows) + 1
