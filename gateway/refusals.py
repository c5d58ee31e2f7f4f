"""Counts of what the door refused: kept in memory for a second, then added up in Postgres."""

from __future__ import annotations

from uuid import UUID

from engine.errors import StorageAway
from engine.ids import ms_to_time
from gateway.directory import WebhookEntry
from storage.pool import Pool
from storage.refusals import Refusal, add_refusals

_MINUTE_MS = 60_000
_KINDS = 10_000


class RefusalCounter:
    """Bounded: beyond 10,000 different (webhook, minute, reason) further kinds are dropped until the next flush."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._counts: dict[tuple[bytes, bytes, int, str], tuple[int, int]] = {}
        self.total = 0

    def count(self, webhook: WebhookEntry, reason: str, now_ms: int) -> None:
        """Note one refusal."""
        self.total += 1
        key = (webhook.id, webhook.company_id, now_ms // _MINUTE_MS, reason[:100])
        if key in self._counts or len(self._counts) < _KINDS:
            self._counts[key] = (self._counts.get(key, (0, 0))[0] + 1, now_ms)

    async def flush(self) -> None:
        """Write what was counted; what cannot be written is kept for the next time.

        Raises:
            StorageAway: Postgres is away.
        """
        counts, self._counts = self._counts, {}
        if not counts:
            return
        rows: list[Refusal] = [
            (UUID(bytes=webhook), UUID(bytes=company), ms_to_time(minute * _MINUTE_MS), reason, n, ms_to_time(last_ms))
            for (webhook, company, minute, reason), (n, last_ms) in counts.items()
        ]
        try:
            await add_refusals(self._pool, rows)
        except StorageAway:
            for key, (n, last_ms) in counts.items():
                self._counts[key] = (self._counts.get(key, (0, 0))[0] + n, last_ms)
            raise
