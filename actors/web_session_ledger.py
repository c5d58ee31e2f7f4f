"""A WhatsApp-Web session's messages in Postgres: fetched, intended, answered, held, skipped, reconciled."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from actors.base import Life
from actors.delta_feed import DeltaFeed
from actors.flights import Flight, Landed, OpenIntent
from actors.lanes import WriterLane
from actors.recorder import Changes, Recorder, summaries
from actors.web_session_tray import Tray
from actors.web_session_verdicts import WebJudge
from engine.ids import IdMaker, ms_to_time
from engine.lanes import Parcel
from engine.meta_updates import StatusUpdate
from engine.metrics import Delta
from engine.settings import Settings
from engine.web_gate import Hold
from storage.answers import Answer
from storage.due import refill
from storage.ingest import Lane
from storage.message_changes import Transition
from storage.pool import Connection, Pool
from storage.sending import Intent, delete_dispatches, dispatch, open_dispatches
from storage.statuses import fold_many
from storage.suppressions import Wish
from storage.unwanted import take_wishes
from storage.waiting import hold, hold_session, release_session
from storage.web_sessions import park_queued, skip
from whatsapp.transport import SendAnswer

# An intent is valid for so long; the lease outlives it.
WINDOW_S = 2.5
_PARK_S = 600.0
_PARK_EVERY_S = 10.0
_OVER_FOR_S = 0.2
_PER_TRANSACTION = 500

Step = Callable[[Connection, Delta], Awaitable[list[Transition]]]


class Ledger:
    """One session's rows.

    Args:
        pool: for intents and recovery.
        owner: the name in the lease.
        apply: carries deltas to the aggregator.
    """

    def __init__(
        self,
        settings: Settings,
        company_id: UUID,
        session_id: UUID,
        life: Life,
        pool: Pool,
        owner: str,
        apply: Callable[[bytes], Awaitable[object]],
    ) -> None:
        self.tray = Tray()
        self.judge = WebJudge(IdMaker(), settings.uncertain_grace_s, company_id, session_id)
        self._company_id = company_id
        self._session_id = session_id
        self._life = life
        self._pool = pool
        self._owner = owner
        self._ids = IdMaker()
        self._feed = DeltaFeed(apply)
        self._answers_lane = WriterLane(settings.database_url, f"{life.name}/0")
        self._changes = Changes(WriterLane(settings.database_url, f"{life.name}/1"), self._told)
        self.recorder = Recorder(self._answers_lane, self._told, self._recorded, self._closed)
        self._open: dict[UUID, OpenIntent] = {}
        self._receipts: list[StatusUpdate] = []
        self._parked_at = 0.0

    async def refill(self) -> None:
        """Fetch due messages; the scheduler's sweep is spared the rest of them."""
        known = [UUID(bytes=raw) for raw in self.tray.known]
        room = self.tray.capacity - len(self.tray)
        fetched: list[dict[str, Any]] = []

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            due = await refill(connection, self._session_id, known, _now(), room, _PARK_S)
            fetched[:] = due.messages
            return due.transitions

        await self._changes.commit(step)
        for wire in fetched:
            self.tray.put(Parcel.from_wire(wire))
        if time.monotonic() - self._parked_at > _PARK_EVERY_S:
            self._parked_at = time.monotonic()
            async with self._pool.acquire() as connection:
                while await park_queued(connection, self._session_id, _PARK_S, _PER_TRANSACTION) == _PER_TRANSACTION:
                    self._life.progress()

    async def intend(self, parcel: Parcel, fence: int) -> Flight | None:
        """Record that this message is about to be sent; None when it has left the queue, or the lease is lost.

        Raises:
            One of storage.pool.AWAY: committed or not, nothing of it may be sent; :meth:`recover` finds out.
        """
        intent_id = self._ids.make_uuid(_now_ms())
        intent = Intent(intent_id, self._company_id, self._session_id, fence, [parcel.uuid], [parcel.attempt + 1])
        self._open[intent_id] = opened = OpenIntent(intent_id, 1)
        deadline = time.monotonic() + WINDOW_S
        try:
            async with self._pool.acquire() as connection:
                done = await dispatch(connection, self._owner, WINDOW_S, [intent])
        except BaseException:
            del self._open[intent_id]
            raise
        taken = done.taken.get(parcel.uuid)
        if taken is None:
            del self._open[intent_id]
            return None
        return Flight(parcel, opened, deadline, taken)

    def unsent(self, flight: Flight) -> None:
        """An intended message was not sent after all: it is due again."""
        self.recorder.landed(Landed(self.judge.unsent(flight, _now_ms()), flight.intent))

    def landed(self, flight: Flight, heard: SendAnswer) -> None:
        """Record what became of a send."""
        self.recorder.landed(Landed(self.judge.judge(flight, heard, _now_ms()), flight.intent))

    async def skip(self, parcel: Parcel, reason: str) -> None:
        """Take a message out of the queue for good."""

        async def step(connection: Connection, delta: Delta) -> list[Transition]:
            changed = await skip(connection, self._company_id, [parcel.uuid], reason, _now())
            if changed:
                delta.count(parcel.company, reason)
            return changed

        await self._settle([parcel], step)

    async def hold(self, parcels: Sequence[Parcel], held: Hold) -> None:
        """Set messages aside until their time."""
        until = None if held.seconds is None else _now() + timedelta(seconds=held.seconds)

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            return await hold(connection, [(parcel.uuid, until) for parcel in parcels], held.reason, _now())

        await self._settle(parcels, step)

    async def _settle(self, parcels: Sequence[Parcel], step: Step) -> None:
        try:
            await self._changes.commit(step)
        except BaseException:
            for parcel in reversed(parcels):
                self.tray.put_back(parcel)
            raise
        for parcel in parcels:
            self.tray.forget(parcel.id)

    async def hold_all(self, reason: str) -> None:
        """Set aside everything that is due, until the session is back."""
        self.tray.empty()
        await self._all(lambda connection: hold_session(connection, self._session_id, reason, _now(), _PER_TRANSACTION))

    async def release_all(self) -> None:
        """Bring back what waited for the session."""
        await self._all(lambda connection: release_session(connection, self._session_id, _now(), _PER_TRANSACTION))

    async def _all(self, move: Callable[[Connection], Awaitable[tuple[int, list[Transition]]]]) -> None:
        moved = _PER_TRANSACTION

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            nonlocal moved
            moved, changed = await move(connection)
            return changed

        while moved == _PER_TRANSACTION:
            await self._changes.commit(step)

    def receipt(self, message_id: str | None, provider_id: str, status: str, at_ms: int) -> None:
        """Take a receipt; :meth:`fold` writes it."""
        ours = None if message_id is None else UUID(message_id)
        self._receipts.append(StatusUpdate(ours, provider_id, status, at_ms, None))

    async def fold(self) -> None:
        """Write the receipts that have gathered."""
        receipts = self._receipts[:_PER_TRANSACTION]
        if not receipts:
            return

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            return await fold_many(connection, [(self._company_id, receipt) for receipt in receipts], _now())

        await self._changes.commit(step)
        del self._receipts[: len(receipts)]
        self._life.count("receipts", len(receipts))

    async def hear(self, wish: Wish) -> None:
        """Keep what a person said about being written to; what waits for them and is unwanted is skipped."""
        await self._changes.commit(lambda connection, _: take_wishes(connection, [wish], _now()))

    async def recover(self, fence: int) -> None:
        """Land intents that nobody will answer: another incarnation's are uncertain, our own doubtful ones unsent."""
        async with self._pool.acquire() as connection:
            found = await open_dispatches(
                connection, [self._session_id], over_for_s=_OVER_FOR_S, known=list(self._open)
            )
            if done := [entry.id for entry in found if not entry.unanswered and entry.id not in self._open]:
                await delete_dispatches(connection, done)
        for entry in found:
            if not entry.unanswered or entry.id in self._open:
                continue
            self._open[entry.id] = intent = OpenIntent(entry.id, len(entry.unanswered))
            self._life.count("recovered", len(entry.unanswered))
            for message_id, attempt in entry.unanswered:
                sent = entry.fence != fence
                answer = self.judge.abandoned(message_id, attempt, entry.id, _now_ms(), sent=sent)
                self.recorder.landed(Landed(answer, intent))

    @property
    def in_flight(self) -> bool:
        """Whether a recorded intent has no answer yet."""
        return any(intent.unanswered for intent in self._open.values())

    async def close(self) -> None:
        await self._feed.close()
        await self._answers_lane.close()
        await self._changes.close()

    def _told(self, lane: Lane, now_ms: int, delta: Delta, transitions: list[Transition]) -> None:
        self._feed.push(lane, now_ms, delta, summaries(transitions, now_ms))

    def _recorded(self, answers: list[Answer]) -> None:
        for answer in answers:
            self.tray.forget(answer.message_id.bytes)
        self._life.progress()

    def _closed(self, intent: OpenIntent) -> None:
        self._open.pop(intent.id, None)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000


def _now() -> datetime:
    return ms_to_time(_now_ms())
