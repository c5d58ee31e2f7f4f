"""The live topic ``inbox``: the conversations that changed last, and how many wait; read from Postgres, no Ray."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from engine.ids import ms_to_time, time_to_ms
from engine.times import parse_time
from storage.live_inbox import Mark, find_marks, read_inbox
from storage.pool import Pool

# Figures may change without a newest conversation that tells of it (erasure, a window that closes).
_WHOLE_EVERY_MS = 2_000


class _Read:
    """What was read last of one company."""

    __slots__ = ("at_ms", "mark", "state")

    def __init__(self, mark: Mark | None, at_ms: int, state: dict[str, Any]) -> None:
        self.mark, self.at_ms, self.state = mark, at_ms, state


class LiveInbox:
    """What was read last, by company."""

    def __init__(self) -> None:
        self._read: dict[bytes, _Read] = {}

    def __contains__(self, company: bytes) -> bool:
        return company in self._read

    def state(self, company: bytes) -> dict[str, Any]:
        """Return ``{"items": [conversation…], "counts": {…}}``; {} before the first reading."""
        known = self._read.get(company)
        return {} if known is None else known.state

    async def read(self, pool: Pool, companies: Collection[bytes], now_ms: int) -> dict[bytes, tuple[int, int]]:
        """Read what changed of these companies and forget all others.

        Returns:
            Where something is new, the times of the newest and the oldest change.
        """
        for company in self._read.keys() - companies:
            del self._read[company]
        if not companies:
            return {}
        marks = await find_marks(pool, companies)
        changed: dict[bytes, tuple[int, int]] = {}
        for company in companies:
            known, mark = self._read.get(company), marks.get(company)
            if known is not None and known.mark == mark and now_ms - known.at_ms < _WHOLE_EVERY_MS:
                continue
            state = await read_inbox(pool, company, ms_to_time(now_ms))
            self._read[company] = _Read(mark, now_ms, state)
            if known is None or state != known.state:
                changed[company] = _span({} if known is None else known.state, state, now_ms)
        return changed


def _span(before: dict[str, Any], after: dict[str, Any], now_ms: int) -> tuple[int, int]:
    """Return when the newest and the oldest of the changed conversations changed; now where none did."""
    known = {item["id"]: item["version"] for item in before.get("items", ())}
    new = [item["updated_at"] for item in after["items"] if before and known.get(item["id"]) != item["version"]]
    times = [time_to_ms(moment) for text in new if (moment := parse_time(text)) is not None]
    return (max(times), min(times)) if times else (now_ms, now_ms)
