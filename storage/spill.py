"""The spill: webhooks that were acknowledged while Postgres was away, in Redis streams, one per bucket.

Gateways write here (every entry is fsynced before the 202), shards drain it in order. A bucket's stream is named in a
set as long as it holds anything, so that nobody has to look at 256 streams.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from engine.errors import SpillAway, SpillFull

# KEYS: bucket set, size counter, stream. ARGV: bucket, bytes, entry ids… Removes entries; forgets an empty bucket.
_FORGET = """
redis.call('XDEL', KEYS[3], unpack(ARGV, 3))
local left = redis.call('DECRBY', KEYS[2], ARGV[2])
if redis.call('XLEN', KEYS[3]) == 0 then
  redis.call('DEL', KEYS[3])
  redis.call('SREM', KEYS[1], ARGV[1])
  if redis.call('SCARD', KEYS[1]) == 0 then redis.call('SET', KEYS[2], 0) end
  return 0
end
return redis.call('XLEN', KEYS[3])
"""
# KEYS: bucket set, size counter, streams… ARGV: limit, total bytes, then (bucket, payload) pairs, one per stream key.
_ADD = """
local size = tonumber(redis.call('GET', KEYS[2]) or '0')
if size + tonumber(ARGV[2]) > tonumber(ARGV[1]) then return 0 end
redis.call('INCRBY', KEYS[2], ARGV[2])
for i = 3, #KEYS do
  redis.call('SADD', KEYS[1], ARGV[2 * i - 3])
  redis.call('XADD', KEYS[i], '*', 'b', ARGV[2 * i - 2])
end
return 1
"""


@dataclass(frozen=True, slots=True)
class SpillEntry:
    """One spilled item: its stream id and its bytes."""

    entry_id: bytes
    body: bytes


class Spill:
    """The spill streams of one installation, at most ``max_bytes`` of payload in all."""

    def __init__(self, redis_url: str, instance: str, max_bytes: int, timeout_s: float = 2.0) -> None:
        # Whoever finds all connections at work waits for one: that is no absence of Redis.
        pool = redis.BlockingConnectionPool.from_url(
            redis_url,
            max_connections=16,
            timeout=timeout_s,
            socket_timeout=timeout_s,
            socket_connect_timeout=timeout_s,
            # Trying again inside the client would add a second copy of what may have been written.
            retry=Retry(NoBackoff(), 0),
        )
        self._redis = redis.Redis.from_pool(pool)
        self._prefix = f"masteria:{instance}:spill"
        self._max_bytes = max_bytes
        self._buckets_key = f"{self._prefix}:buckets"
        self._size_key = f"{self._prefix}:bytes"

    def _stream(self, bucket: int) -> str:
        return f"{self._prefix}:{bucket}"

    async def add(self, items: Sequence[tuple[int, bytes]]) -> None:
        """Append ``(bucket, body)`` items, all or nothing, durable when this returns.

        Raises:
            SpillFull: the items do not fit any more.
            SpillAway: Redis is away or refuses the write.
        """
        keys = [self._buckets_key, self._size_key, *(self._stream(bucket) for bucket, _ in items)]
        total = sum(len(body) for _, body in items)
        arguments: list[bytes | int] = [self._max_bytes, total]
        for bucket, body in items:
            arguments += (bucket, body)
        try:
            added = await self._redis.eval(_ADD, len(keys), *keys, *arguments)
        except (RedisError, OSError, TimeoutError) as error:
            raise SpillAway(f"the spill cannot be written: {type(error).__name__}") from error
        if not added:
            raise SpillFull("the spill is full")

    async def buckets(self) -> list[int]:
        """Return the buckets that hold spilled items.

        Raises:
            SpillAway: Redis is away.
        """
        try:
            return [int(member) for member in await self._redis.smembers(self._buckets_key)]
        except (RedisError, OSError, TimeoutError) as error:
            raise SpillAway(f"the spill cannot be read: {type(error).__name__}") from error

    async def read(self, bucket: int, count: int) -> list[SpillEntry]:
        """Return the oldest entries of a bucket, without removing them.

        Raises:
            SpillAway: Redis is away.
        """
        try:
            rows = await self._redis.xrange(self._stream(bucket), count=count)
        except (RedisError, OSError, TimeoutError) as error:
            raise SpillAway(f"the spill cannot be read: {type(error).__name__}") from error
        pairs = cast("list[tuple[bytes, dict[bytes, bytes]]]", rows)
        return [SpillEntry(entry_id, fields[b"b"]) for entry_id, fields in pairs]

    async def forget(self, bucket: int, entries: Sequence[SpillEntry]) -> int:
        """Remove entries that are committed in Postgres; return how many are left in this bucket.

        Raises:
            SpillAway: Redis is away (they will be drained again, which has no second effect).
        """
        keys = (self._buckets_key, self._size_key, self._stream(bucket))
        size = sum(len(entry.body) for entry in entries)
        ids = [entry.entry_id for entry in entries]
        try:
            return int(await self._redis.eval(_FORGET, 3, *keys, bucket, size, *ids))
        except (RedisError, OSError, TimeoutError) as error:
            raise SpillAway(f"the spill cannot be trimmed: {type(error).__name__}") from error

    async def ping(self) -> bool:
        """Tell whether Redis answers."""
        with contextlib.suppress(RedisError, OSError, TimeoutError):
            return bool(await self._redis.ping())
        return False

    async def close(self) -> None:
        await self._redis.aclose()
