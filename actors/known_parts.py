"""What stretches of time added up to, kept for a while as long as nothing of them is counted. Used by the reports.

An hour long past hardly changes: a chart that is looked at again reads the few hours in which something happened.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from uuid import UUID

from engine.touched_hours import TouchedHours

Row = tuple[str, str, int]
Stretch = tuple[int, int]
_KEPT_MS = 60_000  # what is erased with its age, or counted by another aggregator, is seen after a minute
_MOST_ROWS = 500_000
_LONGEST_MS = 32 * 86_400_000  # a longer one is few rows of days beside the hours that would be looked through


class KnownParts:
    """Rows of stretches of time by company, kinds and subject.

    Args:
        touched: tells in which hours something was counted.
        clock_ms: the present (milliseconds since 1970).
    """

    def __init__(self, touched: TouchedHours, clock_ms: Callable[[], int]) -> None:
        self._touched = touched
        self._clock_ms = clock_ms
        self._known: OrderedDict[tuple[bytes, tuple[str, ...], UUID | None, Stretch], tuple[int, int, list[Row]]] = (
            OrderedDict()
        )
        self._rows = 0

    def find(
        self, company: bytes, kinds: Sequence[str], subject: UUID | None, parts: Sequence[Stretch]
    ) -> list[list[Row] | None]:
        """Return the rows of each stretch, None of those that must be read."""
        oldest = self._clock_ms() - _KEPT_MS
        found: list[list[Row] | None] = []
        for part in parts:
            known = self._known.get((company, tuple(kinds), subject, part))
            fresh = known is not None and known[1] >= oldest and self._touched.untouched(company, *part, known[0])
            found.append(known[2] if known is not None and fresh else None)
        return found

    def keep(
        self,
        company: bytes,
        kinds: Sequence[str],
        subject: UUID | None,
        parts: Sequence[Stretch],
        rows: list[list[Row]],
    ) -> None:
        """Keep what was just read, with everything that had been counted by now in it."""
        for part, own in zip(parts, rows, strict=True):
            if part[1] - part[0] > _LONGEST_MS:
                continue
            key = (company, tuple(kinds), subject, part)
            before = self._known.pop(key, None)
            self._rows += len(own) + 1 - (len(before[2]) + 1 if before else 0)
            self._known[key] = (self._touched.now, self._clock_ms(), own)
        while self._rows > _MOST_ROWS and self._known:
            _, (_, _, own) = self._known.popitem(last=False)
            self._rows -= len(own) + 1
