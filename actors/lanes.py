"""A shard's lanes: each one connection, used by one batch at a time, with its own gapless row of deltas."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg

from engine.errors import StorageAway
from storage.deltas import next_epoch
from storage.ingest import Lane
from storage.outgoing_watch import refresh_watch
from storage.pool import AWAY, ONE_PLAN, Connection, session_settings

_WAIT_S = 1.5  # shorter than the gateway's time-out: it must hear that Postgres is away, not guess it
_TRANSACTION_S = 10.0


class WriterLane:
    """One connection and its writer's place. After any failure both are made new: no number is ever taken twice."""

    def __init__(self, database_url: str, writer: str) -> None:
        self._database_url = database_url
        self._writer = writer
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._epoch = 0
        self._seq = 0

    async def open(self) -> tuple[Connection, Lane]:
        """Return the connection and the place of the next delta, connecting if need be."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._database_url,
                timeout=_WAIT_S,
                command_timeout=_TRANSACTION_S,
                server_settings=session_settings(self._writer, ONE_PLAN),
            )
            self._epoch = await next_epoch(self._connection)
            self._seq = 0
            await refresh_watch(self._connection)
        return self._connection, Lane(self._writer, self._epoch, self._seq + 1)

    def wrote(self, lane: Lane) -> None:
        """Note that a committed transaction used this lane's place."""
        self._seq = lane.seq

    def drop(self) -> None:
        """Forget the connection: what it was doing may or may not have been committed."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(*AWAY):
                await self._connection.close(timeout=2)
            self._connection = None


class Lanes:
    """The free lanes of a shard."""

    def __init__(self, database_url: str, name: str, count: int) -> None:
        self.all = [WriterLane(database_url, f"{name}/{number}") for number in range(count)]
        self._free: asyncio.Queue[WriterLane] = asyncio.Queue()
        for lane in self.all:
            self._free.put_nowait(lane)

    @contextlib.asynccontextmanager
    async def take(self) -> AsyncIterator[WriterLane]:
        """Hold a lane; whatever face an absent Postgres shows inside becomes StorageAway.

        Raises:
            StorageAway: no lane came free in time, or Postgres went away.
        """
        try:
            lane = await asyncio.wait_for(self._free.get(), _WAIT_S)
        except TimeoutError as error:
            raise StorageAway("every lane is waiting for Postgres") from error
        try:
            yield lane
        except AWAY as error:
            lane.drop()
            raise StorageAway(f"Postgres is away: {type(error).__name__}") from error
        except asyncio.CancelledError:
            lane.drop()
            raise
        finally:
            self._free.put_nowait(lane)

    async def close(self) -> None:
        for lane in self.all:
            await lane.close()
