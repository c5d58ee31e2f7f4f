"""Tells AI workers that messages wait, right after they were stored. What is lost here, their own looking finds."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Sequence

from actors.base import Life
from engine.errors import MasteriaError


class Nudging:
    """One call in flight to each AI worker, in turn; never waits, never raises into its caller."""

    def __init__(self, life: Life, nudges: Sequence[Callable[[], Awaitable[None]]]) -> None:
        self._life = life
        self._nudges = nudges
        self._next = itertools.cycle(range(len(nudges))) if nudges else None
        self._wanted = [False] * len(nudges)
        self._busy = [False] * len(nudges)

    def push(self) -> None:
        """Say that something was stored."""
        if self._next is None:
            return
        number = next(self._next)
        self._wanted[number] = True
        if not self._busy[number]:
            self._busy[number] = True
            self._life.spawn(self._nudge(number))

    async def _nudge(self, number: int) -> None:
        try:
            while self._wanted[number]:
                self._wanted[number] = False
                await self._nudges[number]()
        except MasteriaError:
            self._life.count("nudges_lost")
        finally:
            self._busy[number] = False
