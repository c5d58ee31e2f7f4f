"""Held texts whose people have to write first: who has written is looked up in turn. Part of actors/session_work.py."""

from __future__ import annotations

import time
from uuid import UUID

from actors.recorder import Changes
from actors.sender import SessionSender
from engine.ids import ms_to_time
from engine.metrics import Delta
from storage.budgets import delete_waits, look_at_waits, read_windows
from storage.message_changes import Transition
from storage.pool import Connection, Pool
from storage.waiting import release_messages

_AT_ONCE = 1_000
_FIRST = UUID(int=0)


class WindowWatch:
    """Goes round the held texts of each session, a bounded number at a time; a session without any is left alone."""

    def __init__(self, changes: Changes, pool: Pool) -> None:
        self._changes = changes
        self._pool = pool
        # Behind which message a session's next look begins; the number tells a round from one that began meanwhile.
        self._rounds: dict[UUID, tuple[SessionSender, UUID, int]] = {}
        self._count = 0

    def watch(self, sender: SessionSender) -> None:
        """Texts of this session may wait for their people to write."""
        self._count += 1
        self._rounds[sender.id] = (sender, _FIRST, self._count)

    async def look(self) -> None:
        """Take the next step of every round."""
        for sender, behind, number in list(self._rounds.values()):
            if sender.fence is not None and sender.paused_for is None:
                await self._look(sender, behind, number)

    async def _look(self, sender: SessionSender, behind: UUID, number: int) -> None:
        """Bring back texts whose people have written; where there are none, look no more."""
        async with self._pool.acquire() as connection:
            waits = await look_at_waits(connection, sender.id, behind, _AT_ONCE)
            people = sorted({(wait.company_id, sender.id, wait.phone) for wait in waits if wait.waits})
            opened = await read_windows(connection, people) if people else {}
        over = [wait for wait in waits if not wait.waits or (sender.id, wait.phone) in opened]

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            now = ms_to_time(time.time_ns() // 1_000_000)
            await delete_waits(connection, sender.id, [wait.message_id for wait in over])
            return await release_messages(connection, [wait.message_id for wait in over if wait.waits], now)

        if over:
            await self._changes.commit(step)
        if self._rounds.get(sender.id) != (sender, behind, number):  # more came while it was looked at
            return
        if len(waits) == _AT_ONCE:
            self._rounds[sender.id] = (sender, waits[-1].message_id, number)
        elif waits or behind != _FIRST:
            self._rounds[sender.id] = (sender, _FIRST, number)
        else:
            del self._rounds[sender.id]
