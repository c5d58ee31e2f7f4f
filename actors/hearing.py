"""Tells sender hosts how often their numbers were written to: WhatsApp's throughput holds for both directions."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from uuid import UUID

from actors.base import Life
from engine.errors import MasteriaError
from engine.wire import pack

# WhatsApp lets a number borrow a second's worth, so a count that is a tenth of a second old does no harm.
_PAUSE_S = 0.1


class Hearing:
    """One count per sender host, one call in flight each; never waits, never raises into its caller.

    What a host cannot be told is forgotten: it starts with a fresh allowance.
    """

    def __init__(self, life: Life, heard: Sequence[Callable[[bytes], Awaitable[object]]]) -> None:
        self._life = life
        self._heard = heard
        self._counts: list[Counter[bytes]] = [Counter() for _ in heard]
        self._busy = [False] * len(heard)

    @property
    def busy(self) -> bool:
        """Whether a host is being told something."""
        return any(self._busy)

    def push(self, sessions: Iterable[UUID]) -> None:
        """Count one inbound message for each session named."""
        for session in sessions:
            host = session.int % len(self._counts)
            self._counts[host][session.bytes] += 1
            if not self._busy[host]:
                self._busy[host] = True
                self._life.spawn(self._tell(host))

    async def _tell(self, host: int) -> None:
        try:
            while counts := self._counts[host]:
                self._counts[host] = Counter()
                await self._heard[host](pack(dict(counts)))
                await asyncio.sleep(_PAUSE_S)
        except MasteriaError:
            self._counts[host].clear()
        finally:
            self._busy[host] = False
