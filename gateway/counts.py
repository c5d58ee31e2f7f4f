"""How many rows a list has: exact while they are few; above that an older figure, renewed in the background.

A list is asked for far more often than its length changes noticeably, and counting 10,000 rows costs more than the
page itself; the longer it took, with all that it waited for, the later it is done again.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import NamedTuple

from engine.errors import MasteriaError
from engine.pagination import COUNT_CAP
from storage.pool import storage_errors

log = logging.getLogger(__name__)
_FEW = 500
_FRESH_MS = 5_000
_LONGEST_FRESH_MS = 60_000
_RARELY = 1_000  # what was counted for a millisecond is not counted again for a second
_FORGOTTEN_MS = 300_000
_REMEMBERED = 2_000

Counter = Callable[[int], Awaitable[tuple[int, bool]]]


class Count(NamedTuple):
    """A list's length; ``capped``: there are (or may be) more."""

    number: int
    capped: bool


class _Known(NamedTuple):
    length: Count
    at_ms: int
    fresh_until_ms: int


class Counts:
    """Remembers lengths by list and filter."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._known: OrderedDict[Hashable, _Known] = OrderedDict()
        self._renewing: dict[Hashable, asyncio.Task[None]] = {}

    async def of(self, key: Hashable, counter: Counter) -> Count:
        """Return a list's length.

        Args:
            key: the list: company, kind and filter.
            counter: counts at most so many rows; returns the number and whether there may be more.
        """
        known = self._known.get(key)
        now = self._clock()
        if known is None or now - known.at_ms > _FORGOTTEN_MS:
            few = Count(*await counter(_FEW))
            if not few.capped:
                return few
            if key not in self._renewing:
                return await self._count(key, counter)
            await asyncio.wait([self._renewing[key]])
            known = self._known.get(key, _Known(few, now, now))
        if now > known.fresh_until_ms and key not in self._renewing:
            task = asyncio.get_running_loop().create_task(self._renew(key, counter))
            self._renewing[key] = task
        return known.length

    async def _renew(self, key: Hashable, counter: Counter) -> None:
        try:
            async with storage_errors():
                count = await self._count(key, counter)
            if count.number < _FEW and not count.capped and not (await counter(_FEW))[1]:
                self._known.pop(key, None)  # erased meanwhile: exact again from now on
        except MasteriaError as error:
            log.warning("a list could not be counted: %s", error, extra={"action": "count_list"})
            known = self._known.get(key)
            if known is not None:
                self._known[key] = known._replace(fresh_until_ms=self._clock() + _LONGEST_FRESH_MS)
        finally:
            self._renewing.pop(key, None)

    async def _count(self, key: Hashable, counter: Counter) -> Count:
        begun = self._clock()
        count, now = Count(*await counter(COUNT_CAP)), self._clock()
        fresh_ms = (
            min(max(_FRESH_MS, _RARELY * (now - begun)), _LONGEST_FRESH_MS) if count.number >= _FEW else _FRESH_MS
        )
        self._known[key] = _Known(count, now, now + fresh_ms)
        self._known.move_to_end(key)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return count
