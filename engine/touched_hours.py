"""When something of an hour was counted last, so that what an hour added up to can be kept until then."""

from __future__ import annotations

from collections.abc import Iterable

from engine.metrics import Change
from engine.windows import HOUR_MS


class TouchedHours:
    """Hours of companies in which something was counted since this was made, with the order in which it was.

    Args:
        most: how many hours are remembered; beyond that everything counts as touched.
    """

    def __init__(self, most: int = 50_000) -> None:
        self._most = most
        self._last: dict[tuple[bytes, int], int] = {}
        self._forgotten = 0
        self.now = 1

    def touch(self, changes: Iterable[Change]) -> None:
        """Note what is being counted."""
        self.now += 1
        for change in changes:
            self._last[change.company, change.minute_ms // HOUR_MS] = self.now
        if len(self._last) > self._most:
            self.forget()

    def forget(self) -> None:
        """Count everything as touched: it was built anew, or there is too much to be remembered."""
        self.now += 1
        self._last.clear()
        self._forgotten = self.now

    def untouched(self, company: bytes, first_ms: int, last_ms: int, since: int) -> bool:
        """Tell whether nothing of a stretch of time has been counted since :attr:`now` was ``since``."""
        if since < self._forgotten:
            return False
        hours = range(first_ms // HOUR_MS, -(-last_ms // HOUR_MS))
        return all(self._last.get((company, hour), 0) <= since for hour in hours)
