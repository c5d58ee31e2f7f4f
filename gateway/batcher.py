"""Batches that form by themselves: whatever arrives while calls are in flight goes with the next one. No timer.

A batch that its shard cannot take goes to the spill, and only then is it acknowledged.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from engine.errors import MasteriaError, NotFound, NotOwner, SpillAway, StorageAway, TooMany, Unavailable
from engine.wire import DONE, FLAG_BEHIND, GONE, NOT_OWNER, Answer, Intake, pack_intake, pack_intakes, unpack_answers

log = logging.getLogger(__name__)
_DIRECT_TO_SPILL_S = 0.3  # after a failure, so that not every batch waits for the same time-out


class SpillWriter(Protocol):
    """Where a batch goes that no shard can take (storage.spill.Spill)."""

    async def add(self, items: Sequence[tuple[int, bytes]]) -> None: ...


class _Waiting:
    __slots__ = ("body", "bucket", "done", "item")

    def __init__(self, bucket: int, item: Intake, done: asyncio.Future[Answer]) -> None:
        self.bucket = bucket
        self.item = item
        self.done = done
        self.body = b""


class ShardBatcher:
    """The door's queue towards one shard: bounded, at most ``in_flight`` calls at a time."""

    def __init__(
        self,
        call: Callable[[bytes], Awaitable[bytes]],
        spill: SpillWriter,
        *,
        max_events: int,
        max_bytes: int,
        in_flight: int,
        backlog: int,
    ) -> None:
        self._call = call
        self._spill = spill
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._free = in_flight
        self._backlog = backlog
        self._queue: deque[_Waiting] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._behind: dict[int, int] = {}  # bucket → how often spilled; its next items go after the spill
        self._away_until = 0.0
        self.spilled = 0
        self.refused = 0

    @property
    def depth(self) -> int:
        return len(self._queue)

    async def add(self, bucket: int, item: Intake) -> Answer:
        """Queue one request and wait until it is durable.

        Raises:
            TooMany: the queue towards this shard is full.
            Unavailable: neither Postgres nor the spill took it; nothing was acknowledged.
        """
        if len(self._queue) >= self._backlog:
            self.refused += 1
            raise TooMany("this shard's queue is full")
        done: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._queue.append(_Waiting(bucket, item, done))
        self._pump()
        return await done

    def _pump(self) -> None:
        while self._free > 0 and self._queue:
            batch = self._take()
            self._free -= 1
            task = asyncio.create_task(self._carry(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _take(self) -> list[_Waiting]:
        batch: list[_Waiting] = []
        size = 0
        while self._queue and len(batch) < self._max_events:
            waiting = self._queue[0]
            if not waiting.body:
                item = waiting.item
                if waiting.bucket in self._behind:
                    item = item._replace(flags=item.flags | FLAG_BEHIND)
                waiting.body = pack_intake(item)
            size += len(waiting.body)
            if batch and size > self._max_bytes:
                break
            batch.append(self._queue.popleft())
        return batch

    async def _carry(self, batch: list[_Waiting]) -> None:
        try:
            await self._deliver(batch)
        except MasteriaError as error:
            _fail(batch, error)
        except Exception as error:  # whatever it was: every caller must be answered, and none acknowledged
            log.exception("a batch could not be delivered", extra={"action": "batch"})
            _fail(batch, Unavailable(f"the batch could not be delivered: {type(error).__name__}"))
        finally:
            self._free += 1
            self._pump()

    async def _deliver(self, batch: list[_Waiting]) -> None:
        if time.monotonic() < self._away_until:
            await self._to_spill(batch)
            return
        spilled_before = {waiting.bucket: self._behind.get(waiting.bucket) for waiting in batch}
        try:
            answers = unpack_answers(await self._call(pack_intakes([waiting.body for waiting in batch])))
        except (StorageAway, NotOwner, Unavailable):
            self._away_until = time.monotonic() + _DIRECT_TO_SPILL_S
            await self._to_spill(batch)
            return
        refused: list[_Waiting] = []
        for waiting, answer in zip(batch, answers, strict=True):
            if answer.code == DONE:
                before = spilled_before[waiting.bucket]
                if before is not None and self._behind.get(waiting.bucket) == before:
                    del self._behind[waiting.bucket]  # the shard has drained what this gateway spilled
                if not waiting.done.done():
                    waiting.done.set_result(answer)
            elif answer.code == GONE:
                _fail([waiting], NotFound())
            else:
                if answer.code == NOT_OWNER:
                    self._away_until = time.monotonic() + _DIRECT_TO_SPILL_S
                refused.append(waiting)
        if refused:
            await self._to_spill(refused)

    async def _to_spill(self, batch: list[_Waiting]) -> None:
        for waiting in batch:
            self._behind[waiting.bucket] = self._behind.get(waiting.bucket, 0) + 1
        try:
            await self._spill.add([(waiting.bucket, waiting.body) for waiting in batch])
        except SpillAway:
            self._away_until = 0.0  # the spill is no way out: ask the shard again
            raise
        self.spilled += len(batch)
        for waiting in batch:
            ids = waiting.item.event_ids
            if not waiting.done.done():
                waiting.done.set_result(Answer(DONE, ids, [False] * len(ids)))

    async def drain(self) -> None:
        """Wait until everything queued has been answered."""
        while self._queue or self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)


def _fail(batch: list[_Waiting], error: MasteriaError) -> None:
    for waiting in batch:
        if not waiting.done.done():
            waiting.done.set_exception(error)
