"""What a sender host does for its sessions beside sending: holds, releases, refills. One transaction at a time."""

from __future__ import annotations

import time
from collections import deque
from datetime import datetime, timedelta
from uuid import UUID

from actors.recorder import Changes
from actors.sender import SessionSender
from engine.ids import ms_to_time
from engine.lanes import Parcel
from engine.metrics import Delta
from engine.permits import Wait
from storage.due import Due, leave_for_later, refill
from storage.message_changes import Transition
from storage.pool import Connection, Pool
from storage.waiting import hold, hold_session, release_session

_PER_TRANSACTION = 500
# The scheduler looks again at what a full mailbox did not take only after this; its sender comes for it much earlier.
_FULL_AGAIN_S = 300.0
_REFILL_AGAIN_S = 60.0


class SessionWork:
    """Gathers this work; :meth:`step` carries it out, and keeps what failed for the next time."""

    def __init__(self, changes: Changes, pool: Pool) -> None:
        self._changes = changes
        self._pool = pool
        self._waits: deque[tuple[SessionSender, Parcel, str, datetime | None]] = deque()
        self._to_hold: dict[UUID, SessionSender] = {}
        self._to_release: dict[UUID, SessionSender] = {}
        self._full: set[UUID] = set()

    def wait(self, sender: SessionSender, waits: list[tuple[Parcel, Wait]]) -> None:
        """These messages wait longer than a mailbox should keep them."""
        now = _now()
        for parcel, wait in waits:
            until = None if wait.seconds is None else now + timedelta(seconds=wait.seconds)
            self._waits.append((sender, parcel, wait.reason, until))

    def hold(self, sender: SessionSender) -> None:
        """This session does not send: its due messages are set aside."""
        self._to_release.pop(sender.id, None)
        self._to_hold[sender.id] = sender

    def release(self, sender: SessionSender) -> None:
        """This session sends again: what was set aside comes back."""
        self._to_hold.pop(sender.id, None)
        self._to_release[sender.id] = sender

    def full(self, message_id: UUID) -> None:
        """A mailbox had no room for this message."""
        if len(self._full) < 20_000:
            self._full.add(message_id)

    async def step(self, senders: list[SessionSender]) -> None:
        """Do what has gathered, and fetch more for senders that have fallen behind."""
        while self._waits:
            await self._hold_some()
        while self._full:
            await self._leave_some()
        while self._to_hold:
            await self._hold_session(next(iter(self._to_hold.values())))
        while self._to_release:
            await self._release_session(next(iter(self._to_release.values())))
        for sender in senders:
            if sender.behind and sender.wants_more:
                await self._refill(sender)

    async def _hold_some(self) -> None:
        reason = self._waits[0][2]
        batch = [item for item in self._waits if item[2] == reason][:_PER_TRANSACTION]
        messages = [(parcel.uuid, until) for _, parcel, _, until in batch]

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            return await hold(connection, messages, reason, _now())

        await self._changes.commit(step)
        done = {parcel.id for _, parcel, _, _ in batch}
        self._waits = deque(item for item in self._waits if item[1].id not in done)
        for sender, parcel, _, _ in batch:
            sender.mailbox.forget(parcel.id)

    async def _leave_some(self) -> None:
        batch = list(self._full)[:_PER_TRANSACTION]
        async with self._pool.acquire() as connection:
            await leave_for_later(connection, batch, _FULL_AGAIN_S)
        self._full.difference_update(batch)

    async def _hold_session(self, sender: SessionSender) -> None:
        held = 0

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            nonlocal held
            reason = sender.paused_for or "session_paused"
            held, transitions = await hold_session(connection, sender.id, reason, _now(), _PER_TRANSACTION)
            return transitions

        if sender.paused_for is not None:
            await self._changes.commit(step)
        if not held:
            self._to_hold.pop(sender.id, None)

    async def _release_session(self, sender: SessionSender) -> None:
        released = 0

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            nonlocal released
            released, transitions = await release_session(connection, sender.id, _now(), _PER_TRANSACTION)
            return transitions

        await self._changes.commit(step)
        if not released:
            self._to_release.pop(sender.id, None)
            sender.behind = True

    async def _refill(self, sender: SessionSender) -> None:
        due: Due | None = None
        most = sender.mailbox.capacity // 2

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            nonlocal due
            known = [UUID(bytes=raw) for raw in sender.mailbox.known]
            due = await refill(connection, sender.id, known, _now(), most, _REFILL_AGAIN_S)
            return due.transitions

        sender.behind = False
        try:
            await self._changes.commit(step)
        except BaseException:
            sender.behind = True
            raise
        if due is not None:
            if due.claimed == most:
                sender.behind = True
            for wire in due.messages:
                sender.offer(Parcel.from_wire(wire))
            sender.poke()


def _now() -> datetime:
    return ms_to_time(time.time_ns() // 1_000_000)
