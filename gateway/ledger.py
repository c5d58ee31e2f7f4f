"""The gateway's own transactions that change counted rows: each writes its delta, and tells it after the commit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from actors.delta_feed import DeltaFeed
from engine.metrics import Delta
from storage import deltas
from storage.pool import Connection, Pool, storage_errors

Result = TypeVar("Result")


class GatewayLedger:
    """One writer: its transactions follow one another. After a commit whose outcome is unknown it takes a new epoch."""

    def __init__(self, pool: Pool, writer: str, send: Callable[[bytes], Awaitable[object]]) -> None:
        self._pool = pool
        self._writer = writer
        self._send = send
        self._lock = asyncio.Lock()
        self._feed: DeltaFeed | None = None
        self._epoch = 0
        self._seq = 0

    async def write(self, work: Callable[[Connection, Delta], Awaitable[Result]]) -> Result:
        """Run ``work`` in a transaction together with the delta that it fills.

        Raises:
            StorageAway: Postgres is away; whether the work was committed is unknown if it went during the commit.
        """
        async with self._lock, storage_errors(), self._pool.acquire() as connection:
            if self._feed is None:
                self._epoch, self._seq = await deltas.next_epoch(connection), 0
                self._feed = DeltaFeed(self._send, self._writer, self._epoch)
            feed, self._feed = self._feed, None  # until the commit is known
            delta = Delta()
            committed_ms = time.time_ns() // 1_000_000
            async with connection.transaction():
                result = await work(connection, delta)
                if not delta.empty:
                    await deltas.write(connection, self._writer, self._epoch, self._seq + 1, delta, committed_ms)
            self._feed = feed
            if not delta.empty:
                self._seq += 1
                feed.push(self._seq, committed_ms, delta)
            return result
