"""What a sender host does for its sessions beside sending: holds, releases, refills. One transaction at a time."""

from __future__ import annotations

import time
from collections import Counter, deque
from datetime import datetime, timedelta
from uuid import UUID

from actors.recorder import Changes
from actors.sender import SessionSender
from actors.window_watch import WindowWatch
from engine.hold_reasons import BUDGET_REASONS
from engine.ids import IdMaker, ms_to_time
from engine.lanes import Parcel
from engine.metrics import Delta
from engine.permits import Never, Refusal
from storage.budgets import add_waits, block_marketing, forget_people, give_back_marketing
from storage.due import Due, leave_for_later, refill
from storage.message_changes import Transition
from storage.pool import Connection, Pool
from storage.waiting import hold, hold_session, refuse, release_budgets, release_session

_PER_TRANSACTION = 500
# The scheduler looks again at what a full mailbox did not take only after this; its sender comes for it much earlier.
_FULL_AGAIN_S = 300.0
_REFILL_AGAIN_S = 60.0
_WINDOWS_AGAIN_S = 1.0
_FORGET_AGAIN_S = 10.0
_FORGET_AT_ONCE = 5_000
_OUTSIDE_WINDOW = "outside_window"


class SessionWork:
    """Gathers this work; :meth:`step` carries it out, and keeps what failed for the next time."""

    def __init__(self, changes: Changes, pool: Pool) -> None:
        self._changes = changes
        self._pool = pool
        self._ids = IdMaker()
        self._waits: deque[tuple[SessionSender, Parcel, str, datetime | None]] = deque()
        self._never: deque[tuple[SessionSender, Parcel, str]] = deque()
        self._to_rethink: dict[UUID, tuple[SessionSender, tuple[str, ...]]] = {}
        self._unsent_marketing: Counter[tuple[UUID, str]] = Counter()
        self._no_marketing: list[tuple[UUID, str, datetime]] = []
        self._windows = WindowWatch(changes, pool)
        self._windows_at = self._forget_at = 0.0
        self._to_hold: dict[UUID, SessionSender] = {}
        self._to_release: dict[UUID, SessionSender] = {}
        self._full: set[UUID] = set()

    def wait(self, sender: SessionSender, waits: list[tuple[Parcel, Refusal]]) -> None:
        """These messages may never go, or wait longer than a mailbox should keep them."""
        now = _now()
        for parcel, wait in waits:
            if isinstance(wait, Never):
                self._never.append((sender, parcel, wait.reason))
                continue
            until = None if wait.seconds is None else now + timedelta(seconds=wait.seconds)
            self._waits.append((sender, parcel, wait.reason, until))

    def rethink(self, sender: SessionSender, reasons: tuple[str, ...] = BUDGET_REASONS) -> None:
        """This session's budgets are others now: what they hold for these reasons is asked about again."""
        _, known = self._to_rethink.get(sender.id, (sender, ()))
        self._to_rethink[sender.id] = sender, tuple({*known, *reasons})

    def watch_windows(self, sender: SessionSender) -> None:
        """Texts of this session may wait for their people to write."""
        self._windows.watch(sender)

    def no_marketing(self, company_id: UUID, recipient: str, until: datetime) -> None:
        """WhatsApp wants no marketing to a person until then."""
        self._no_marketing.append((company_id, recipient, until))

    def unsent_marketing(self, company_id: UUID, recipient: str) -> None:
        """Marketing that was counted for a person did not go out."""
        self._unsent_marketing[company_id, recipient] += 1

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
        while self._never:
            await self._refuse_some()
        while self._full:
            await self._leave_some()
        if self._no_marketing or self._unsent_marketing:
            await self._correct_marketing()
        while self._to_rethink:
            await self._release_budgets(*next(iter(self._to_rethink.values())))
        while self._to_hold:
            await self._hold_session(next(iter(self._to_hold.values())))
        while self._to_release:
            await self._release_session(next(iter(self._to_release.values())))
        for sender in senders:
            if sender.behind and sender.wants_more:
                await self._refill(sender)
        await self._look_at_times()

    async def _hold_some(self) -> None:
        reason = self._waits[0][2]
        batch = [item for item in self._waits if item[2] == reason][:_PER_TRANSACTION]
        messages = [(parcel.uuid, until) for _, parcel, _, until in batch]

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            held = await hold(connection, messages, reason, _now())
            if reason == _OUTSIDE_WINDOW:
                sessions = [(sender.session, parcel) for sender, parcel, _, _ in batch]
                await add_waits(connection, [(s.id, p.uuid, s.company_id, p.to) for s, p in sessions])
            return held

        await self._changes.commit(step)
        if reason == _OUTSIDE_WINDOW:
            for sender, *_ in batch:
                self._windows.watch(sender)
        done = {parcel.id for _, parcel, _, _ in batch}
        self._waits = deque(item for item in self._waits if item[1].id not in done)
        for sender, parcel, _, _ in batch:
            sender.mailbox.forget(parcel.id)

    async def _refuse_some(self) -> None:
        reason = self._never[0][2]
        batch = [item for item in self._never if item[2] == reason][:_PER_TRANSACTION]

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            return await refuse(connection, [item[1].uuid for item in batch], reason, _now(), self._ids.make_uuid)

        await self._changes.commit(step)
        done = {parcel.id for _, parcel, _ in batch}
        self._never = deque(item for item in self._never if item[1].id not in done)
        for sender, parcel, _ in batch:
            sender.mailbox.forget(parcel.id)

    async def _correct_marketing(self) -> None:
        """Write down what WhatsApp's answers say about marketing; if the second part fails, too much stays counted."""
        blocks, self._no_marketing = self._no_marketing, []
        unsent, self._unsent_marketing = self._unsent_marketing, Counter()
        try:
            async with self._pool.acquire() as connection:
                await block_marketing(connection, blocks)
                if unsent:
                    await give_back_marketing(connection, unsent)
        except BaseException:
            self._no_marketing += blocks
            raise

    async def _release_budgets(self, sender: SessionSender, reasons: tuple[str, ...]) -> None:
        released = 0

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            nonlocal released
            released, transitions = await release_budgets(connection, sender.id, reasons, _now(), _PER_TRANSACTION)
            return transitions

        if sender.paused_for is None:
            await self._changes.commit(step)
        if not released:
            self._to_rethink.pop(sender.id, None)
            sender.behind = True

    async def _look_at_times(self) -> None:
        """Do what is done once in a while."""
        now = time.monotonic()
        if now >= self._windows_at:
            self._windows_at = now + _WINDOWS_AGAIN_S
            await self._windows.look()
        if now >= self._forget_at:
            self._forget_at = now + _FORGET_AGAIN_S
            async with self._pool.acquire() as connection:
                await forget_people(connection, _FORGET_AT_ONCE)

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
        most = sender.mailbox.capacity // 3

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
            if due.claimed >= most:
                sender.behind = True
            for wire in due.messages:
                sender.offer(Parcel.from_wire(wire))
            sender.poke()


def _now() -> datetime:
    return ms_to_time(time.time_ns() // 1_000_000)
