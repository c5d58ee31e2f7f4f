"""A shard empties the spill of its buckets, oldest first, through the same door as everything else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

from engine.errors import SpillAway, StorageAway
from engine.wire import FLAG_SPILLED, Answer, Intake, unpack_intake
from storage.spill import Spill

log = logging.getLogger(__name__)
_BATCH = 64


class Drainer:
    """Moves spilled items into Postgres; an entry leaves the spill only after its commit."""

    def __init__(self, spill: Spill, ingest: Callable[[Sequence[Intake]], Awaitable[list[Answer]]]) -> None:
        self._spill = spill
        self._ingest = ingest
        self._locks: dict[int, asyncio.Lock] = {}
        self.behind: set[int] = set()
        self.drained = 0

    async def look(self, owned: Iterable[int]) -> None:
        """Find out which owned buckets have a spill, and empty them.

        Raises:
            SpillAway: Redis is away.
            StorageAway: Postgres is (still) away.
        """
        self.behind = set(await self._spill.buckets()) & set(owned)
        for bucket in sorted(self.behind):
            await self.empty(bucket)

    async def empty(self, bucket: int) -> None:
        """Drain one bucket to its end; items that come meanwhile are drained too.

        Raises:
            SpillAway, StorageAway: what is left stays where it is.
        """
        async with self._locks.setdefault(bucket, asyncio.Lock()):
            self.behind.add(bucket)
            while entries := await self._spill.read(bucket, _BATCH):
                items = [unpack_intake(entry.body) for entry in entries]
                await self._ingest([item._replace(flags=item.flags | FLAG_SPILLED) for item in items])
                self.drained += len(entries)
                await self._spill.forget(bucket, entries)
            self.behind.discard(bucket)

    async def catch_up(self, buckets: Iterable[int], timeout_s: float) -> set[int]:
        """Empty these buckets if that can be done in time; return those that are still behind."""
        waiting = set(buckets)
        try:
            async with asyncio.timeout(timeout_s):
                for bucket in sorted(waiting):
                    await self.empty(bucket)
                    waiting.discard(bucket)
        except (TimeoutError, SpillAway, StorageAway) as error:
            log.info("the spill is not empty yet: %s", error, extra={"action": "catch_up"})
        return waiting
