"""A shard empties the spill of its buckets, oldest first, through the same door as everything else."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

from engine.errors import NotOwner, SpillAway, StorageAway, Unavailable
from engine.wire import DONE, FLAG_SPILLED, GONE, Answer, Intake, unpack_intake
from storage.spill import Spill

log = logging.getLogger(__name__)
_BATCH = 100
_PATIENCE_S = 1.0


class Drainer:
    """Moves spilled items into Postgres; an entry leaves the spill only after its commit."""

    def __init__(self, spill: Spill, ingest: Callable[[Sequence[Intake]], Awaitable[list[Answer]]]) -> None:
        self._spill = spill
        self._ingest = ingest
        self._locks: dict[int, asyncio.Lock] = {}
        self._tasks: dict[int, asyncio.Task[Unavailable | None]] = {}
        self._moved_at: dict[int, float] = {}  # when a bucket's drain last got on, or began
        self._broken: set[int] = set()
        self.behind: set[int] = set()
        self.drained = 0

    async def look(self, owned: Iterable[int]) -> None:
        """Find out which owned buckets have a spill, and empty them; one that cannot be emptied keeps no other waiting.

        Raises:
            SpillAway: Redis is away.
            StorageAway: Postgres is (still) away.
            Unavailable: some buckets could not be emptied; the others were.
        """
        self.behind = set(await self._spill.buckets()) & set(owned)
        failures: list[Unavailable] = []
        for bucket in sorted(self.behind):
            failure = await self._try(bucket)
            if isinstance(failure, (SpillAway, StorageAway)):
                raise failure
            if failure is not None:
                failures.append(failure)
        if failures:
            raise failures[0]

    async def empty(self, bucket: int) -> None:
        """Drain one bucket to its end; items that come meanwhile are drained too.

        Raises:
            SpillAway, StorageAway, NotOwner: what is left stays where it is, for whoever has the bucket.
        """
        async with self._locks.setdefault(bucket, asyncio.Lock()):
            self.behind.add(bucket)
            while entries := await self._spill.read(bucket, _BATCH):
                items = [unpack_intake(entry.body) for entry in entries]
                answers = await self._ingest([item._replace(flags=item.flags | FLAG_SPILLED) for item in items])
                if any(answer.code not in (DONE, GONE) for answer in answers):
                    self.behind.discard(bucket)
                    raise NotOwner("the bucket of these spilled items has another owner now")
                self.drained += len(entries)
                self._moved_at[bucket] = time.monotonic()
                await self._spill.forget(bucket, entries)
            self.behind.discard(bucket)
            self._moved_at.pop(bucket, None)

    async def catch_up(self, buckets: Iterable[int], timeout_s: float) -> set[int]:
        """Wait a while for these buckets to be empty; return those that are still behind.

        The draining itself is never cut short: it goes on behind the caller's back.

        Raises:
            StorageAway: the drain has stood still for a second: whatever comes behind has to be spilled as well. (Not
                sooner: a fast sender whose events are spilled while the drain is at work keeps it from its end.)
        """
        tasks = {bucket: self._drain_behind(bucket) for bucket in buckets}
        for bucket in tasks:
            self._moved_at.setdefault(bucket, time.monotonic())
        if tasks:
            await asyncio.wait(tasks.values(), timeout=timeout_s)
        behind = {bucket for bucket, task in tasks.items() if not task.done() or task.result() is not None}
        for bucket in behind:
            failure = tasks[bucket].result() if tasks[bucket].done() else None
            stands_still = time.monotonic() - self._moved_at.get(bucket, 0.0) > _PATIENCE_S
            if (failure is None and stands_still) or isinstance(failure, StorageAway):
                raise StorageAway("the spill cannot be drained")
        return behind

    def _drain_behind(self, bucket: int) -> asyncio.Task[Unavailable | None]:
        task = self._tasks.get(bucket)
        if task is None or task.done():
            # Its own context: Ray would cancel a task of this call together with the call.
            loop = asyncio.get_running_loop()
            task = self._tasks[bucket] = loop.create_task(self._try(bucket), context=contextvars.Context())
        return task

    async def _try(self, bucket: int) -> Unavailable | None:
        """Empty a bucket; return what stood in the way."""
        try:
            await self.empty(bucket)
        except Unavailable as error:
            log.info("the spill cannot be drained: %s", error, extra={"action": "catch_up"})
            return error
        except Exception as error:  # whatever is wrong with this bucket: the others' events must not wait for it
            if bucket not in self._broken:  # it is tried again and again: told once
                log.exception("bucket %d cannot be drained", bucket, extra={"action": "drain_spill"})
            self._broken.add(bucket)
            return Unavailable(f"bucket {bucket} cannot be drained: {type(error).__name__}")
        self._broken.discard(bucket)
        return None
