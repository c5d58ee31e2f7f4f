"""A company's summary is asked of the aggregator once in a while, however many ask the gateway for it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable

_KEPT_S = 0.2  # writers tell the aggregator ten times a second: a question more often learns little
REPORT_KEPT_S = 1.0  # a report reads thousands of sums, and tells of hours and days
_REMEMBERED = 1_000


class RecentSummaries:
    """Answers that were asked for a moment ago are given again; who asks meanwhile waits for the same one.

    An answer says by itself of when it is (``period.to``, without a range).

    Args:
        ask: asks the aggregator: company (16 bytes) and query (JSON) → JSON.
        clock_s: seconds that never go backwards.
    """

    def __init__(self, ask: Callable[[bytes, bytes], Awaitable[bytes]], clock_s: Callable[[], float]) -> None:
        self._ask = ask
        self._clock_s = clock_s
        self._asked: OrderedDict[tuple[bytes, bytes], tuple[float, asyncio.Future[bytes]]] = OrderedDict()

    async def of(self, company: bytes, query: bytes, kept_s: float = _KEPT_S) -> bytes:
        """Return an answer that is ``kept_s`` old at most.

        Raises:
            MasteriaError: what the aggregator says, or that it cannot be reached; asked again by the next one.
        """
        key, now = (company, query), self._clock_s()
        known = self._asked.get(key)
        if known is None or now - known[0] >= kept_s or _failed(known[1]):
            known = self._asked[key] = (now, asyncio.ensure_future(self._ask(company, query)))
            self._asked.move_to_end(key)
            if len(self._asked) > _REMEMBERED:
                self._asked.popitem(last=False)
        return await asyncio.shield(known[1])  # one that gives up waiting does not take the answer from the others


def _failed(answer: asyncio.Future[bytes]) -> bool:
    return answer.done() and (answer.cancelled() or answer.exception() is not None)
