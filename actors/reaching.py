"""Counts which messages were answered or paid for, from what shards have noted. A loop of the workers."""

from __future__ import annotations

from actors.jobs.tools import JobTools
from engine.metrics import Delta
from storage.message_changes import Transition
from storage.pool import Connection
from storage.reached import AT_ONCE, count_reached


class Reaching:
    """Takes noted events until none waits; several workers take different ones."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def run_once(self) -> None:
        looked_at = AT_ONCE
        while looked_at >= AT_ONCE:

            async def step(connection: Connection, delta: Delta) -> list[Transition]:
                nonlocal looked_at
                looked_at = await count_reached(connection, delta)
                return []

            await self._tools.commit(step)
