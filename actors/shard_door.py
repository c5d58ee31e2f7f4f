"""A worker's way to the shards: events that a job brings are stored by their company's only writer, as at the door."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from actors.handles import ShardRef, SupervisorRef
from engine.errors import Unavailable
from engine.settings import Settings
from engine.sharding import bucket_of
from engine.wire import DONE, GONE, Answer, Intake, pack_intake, pack_intakes, unpack_answers

_INGEST_S = 10.0
_TRIES = 5
_PAUSE_S = 0.5
_ROUND_EVENTS = 64


def shard_door(settings: Settings, supervisor: SupervisorRef) -> ShardDoor:
    """Return the way to this installation's shards."""
    shards = [ShardRef(number, settings.instance) for number in range(settings.shards)]
    calls = [partial(shard.ingest, timeout_s=_INGEST_S) for shard in shards]
    return ShardDoor(calls, supervisor.shard_table, settings.batch_bytes)


class ShardDoor:
    """Brings requests to their shards; nothing here spills: a job can wait.

    Args:
        shards: per shard the call ``ingest``.
        table: gives 256 bytes, the shard of each bucket.
        batch_bytes: at most so many bytes go with one call.
    """

    def __init__(
        self,
        shards: Sequence[Callable[[bytes], Awaitable[bytes]]],
        table: Callable[[], Awaitable[bytes]],
        batch_bytes: int,
    ) -> None:
        self._shards = shards
        self._table = table
        self._batch_bytes = batch_bytes

    async def ingest(self, items: Sequence[Intake]) -> list[Answer]:
        """Store requests and return their answers in their order, after the commit.

        Trying again with the same ids is safe: what is stored finds itself. ``FLAG_INACTIVE`` stores without rules.

        Raises:
            Unavailable: a shard or Postgres is away, or older events still wait in the spill; what was stored stays.
        """
        answers: dict[int, Answer] = {}
        for attempt in range(_TRIES):
            if attempt:
                await asyncio.sleep(_PAUSE_S)
            left = [position for position in range(len(items)) if position not in answers]
            answers |= await self._offer(items, left)
            if len(answers) == len(items):
                return [answers[position] for position in range(len(items))]
        raise Unavailable("the shards do not take these events now")

    async def _offer(self, items: Sequence[Intake], positions: Sequence[int]) -> dict[int, Answer]:
        table = await self._table()
        by_shard: dict[int, list[int]] = {}
        for position in positions:
            by_shard.setdefault(table[bucket_of(items[position].company_id)], []).append(position)
        taken: dict[int, Answer] = {}
        for shard, mine in by_shard.items():
            for batch in self._batches(items, mine):
                blob = pack_intakes([packed for _, packed in batch])
                found = unpack_answers(await self._shards[shard](blob))
                taken |= {
                    position: answer
                    for (position, _), answer in zip(batch, found, strict=True)
                    if answer.code in (DONE, GONE)
                }
        return taken

    def _batches(self, items: Sequence[Intake], positions: Sequence[int]) -> list[list[tuple[int, bytes]]]:
        batches: list[list[tuple[int, bytes]]] = []
        size = events = 0
        for position in positions:
            packed = pack_intake(items[position])
            more = len(items[position].event_ids)
            if not batches or size + len(packed) > self._batch_bytes or events + more > _ROUND_EVENTS:
                batches.append([])
                size = events = 0
            batches[-1].append((position, packed))
            size += len(packed)
            events += more
        return batches
