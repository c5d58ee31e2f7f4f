"""The gateway's own transactions that change counted rows: each writes its delta, and tells it after the commit."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

from actors.delta_feed import DeltaFeed
from engine.errors import MasteriaError
from engine.metrics import Delta
from storage import deltas
from storage.ingest import Lane
from storage.outgoing_watch import refresh_watch
from storage.pool import Connection, Pool, storage_errors

Result = TypeVar("Result")


class GatewayLedger:
    """One writer: its transactions follow one another. After a commit whose outcome is unknown it takes a new epoch."""

    def __init__(self, pool: Pool, writer: str, send: Callable[[bytes], Awaitable[object]]) -> None:
        self._pool = pool
        self._writer = writer
        self._lock = asyncio.Lock()
        self._feed = DeltaFeed(send)
        self._last: Lane | None = None  # None until the outcome of every commit before is known

    async def write(self, work: Callable[[Connection, Delta], Awaitable[Result]]) -> Result:
        """Run ``work`` in a transaction together with the delta that it fills.

        Raises:
            StorageAway: Postgres is away; whether the work was committed is unknown if it went during the commit.
        """
        async with self._lock, storage_errors(), self._pool.acquire() as connection:
            last = self._last
            if last is None:
                last = Lane(self._writer, await deltas.next_epoch(connection), 0)
                await refresh_watch(connection)
            self._last = None
            delta = Delta()
            lane = last
            committed_ms = time.time_ns() // 1_000_000
            try:
                async with connection.transaction():
                    result = await work(connection, delta)
                    if not delta.empty:
                        lane = replace(last, seq=last.seq + 1)
                        await deltas.write(connection, lane.writer, lane.epoch, lane.seq, delta, committed_ms)
            except MasteriaError:
                self._last = last  # the work itself said no: nothing was committed, for certain
                raise
            self._last = lane
            if not delta.empty:
                self._feed.push(lane, committed_ms, delta)
            return result
