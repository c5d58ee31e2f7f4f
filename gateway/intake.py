"""From the door to the shard that owns the company: one batcher per shard, one spill for all."""

from __future__ import annotations

from collections.abc import Sequence

from engine.wire import Answer, Intake
from gateway.batcher import ShardBatcher


class ShardIntake:
    """Takes a request to its bucket's shard."""

    def __init__(self, batchers: Sequence[ShardBatcher], table: bytes) -> None:
        self._batchers = batchers
        self._table = table

    async def take(self, bucket: int, item: Intake) -> Answer:
        """Answer when the request is durable; see :meth:`ShardBatcher.add` for what can go wrong."""
        return await self._batchers[self._table[bucket]].add(bucket, item)

    @property
    def counters(self) -> dict[str, float]:
        return {
            "spilled": sum(b.spilled for b in self._batchers),
            "refused_full": sum(b.refused for b in self._batchers),
            "waiting": sum(b.depth for b in self._batchers),
        }

    async def drain(self) -> None:
        for batcher in self._batchers:
            await batcher.drain()
