"""Attempts counted in Redis for all gateways; while Redis is away, in this process alone. Asked before a password."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import redis.asyncio as redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from engine.sign_in import Attempt, AttemptMemory

log = logging.getLogger(__name__)

# KEYS: one counter per attempt's key. ARGV: limit, window in ms, … Answers for how long nothing is allowed, or 0.
_TAKE = """
local wait = 0
for i = 1, #KEYS do
  if tonumber(redis.call('GET', KEYS[i]) or '0') >= tonumber(ARGV[2 * i - 1]) then
    wait = math.max(wait, redis.call('PTTL', KEYS[i]), 1)
  end
end
if wait > 0 then return wait end
for i = 1, #KEYS do
  if redis.call('INCR', KEYS[i]) == 1 then redis.call('PEXPIRE', KEYS[i], ARGV[2 * i]) end
end
return 0
"""

# ARGV: per key 1 if it is forgotten, 0 if one attempt is taken back; a window that ended meanwhile stays ended.
_GIVE_BACK = """
for i = 1, #KEYS do
  if ARGV[i] == '1' then redis.call('DEL', KEYS[i])
  elseif tonumber(redis.call('GET', KEYS[i]) or '0') > 0 then redis.call('DECR', KEYS[i]) end
end
return 0
"""


class Throttle:
    """Counts attempts; never raises. An empty ``redis_url`` counts in this process from the beginning."""

    def __init__(self, redis_url: str, instance: str, clock: Callable[[], int], timeout_s: float = 0.5) -> None:
        self._redis = (
            redis.Redis.from_url(
                redis_url,
                socket_timeout=timeout_s,
                socket_connect_timeout=timeout_s,
                retry=Retry(NoBackoff(), 0),
                max_connections=8,
            )
            if redis_url
            else None
        )
        self._prefix = f"masteria:{instance}:attempts:"
        self._clock = clock
        self._memory = AttemptMemory()

    async def take(self, attempts: Sequence[Attempt]) -> int:
        """Count an attempt; return 0, or for how many milliseconds none is allowed."""
        if self._redis is not None:
            arguments = [number for one in attempts for number in (one.limit.most, one.limit.window_ms)]
            try:
                return int(await self._redis.eval(_TAKE, len(attempts), *self._keys(attempts), *arguments))
            except (RedisError, OSError, TimeoutError) as error:
                self._away(error)
        return self._memory.take(attempts, self._clock())

    async def give_back(self, attempts: Sequence[Attempt], forget: str | None = None) -> None:
        """Take back one attempt of each key; the key ``forget`` starts from nothing."""
        self._memory.give_back(attempts, forget)
        if self._redis is not None:
            flags = ["1" if one.key == forget else "0" for one in attempts]
            try:
                await self._redis.eval(_GIVE_BACK, len(attempts), *self._keys(attempts), *flags)
            except (RedisError, OSError, TimeoutError) as error:
                self._away(error)

    def _keys(self, attempts: Sequence[Attempt]) -> list[str]:
        return [self._prefix + attempt.key for attempt in attempts]

    def _away(self, error: Exception) -> None:
        log.warning("attempts are counted here: Redis is away: %s", type(error).__name__, extra={"action": "throttle"})

    async def close(self) -> None:
        if self._redis is not None:
            await self._redis.aclose()
