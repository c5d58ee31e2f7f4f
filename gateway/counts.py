"""How many rows a list has: exact while they are few; above that a figure some seconds old, renewed in the background.

A list is asked for far more often than its length changes noticeably, and counting 10,000 rows costs more than the
page itself.
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
_FORGOTTEN_MS = 300_000
_REMEMBERED = 2_000

Counter = Callable[[int], Awaitable[tuple[int, bool]]]


class Count(NamedTuple):
    """A list's length; ``capped``: there are (or may be) more."""

    number: int
    capped: bool


class Counts:
    """Remembers lengths by list and filter."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._known: OrderedDict[Hashable, tuple[Count, int]] = OrderedDict()
        self._renewing: dict[Hashable, asyncio.Task[None]] = {}

    async def of(self, key: Hashable, counter: Counter) -> Count:
        """Return a list's length.

        Args:
            key: the list: company, kind and filter.
            counter: counts at most so many rows; returns the number and whether there may be more.
        """
        known = self._known.get(key)
        now = self._clock()
        if known is None or now - known[1] > _FORGOTTEN_MS:
            few = Count(*await counter(_FEW))
            if not few.capped:
                return few
            if key not in self._renewing:
                count = Count(*await counter(COUNT_CAP))
                self._remember(key, count)
                return count
            await asyncio.wait([self._renewing[key]])
            known = self._known.get(key, (few, now))
        if now - known[1] > _FRESH_MS and key not in self._renewing:
            task = asyncio.get_running_loop().create_task(self._renew(key, counter))
            self._renewing[key] = task
        return known[0]

    async def _renew(self, key: Hashable, counter: Counter) -> None:
        try:
            async with storage_errors():
                count = Count(*await counter(COUNT_CAP))
            if count.number < _FEW and not count.capped:
                self._known.pop(key, None)  # erased meanwhile: exact again from now on
            else:
                self._remember(key, count)
        except MasteriaError as error:
            log.warning("a list could not be counted: %s", error, extra={"action": "count_list"})
        finally:
            self._renewing.pop(key, None)

    def _remember(self, key: Hashable, count: Count) -> None:
        self._known[key] = (count, self._clock())
        self._known.move_to_end(key)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
