"""The group commit of intents: what several senders want to send becomes one transaction. One loop per sender host."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from actors.admission import Admission, Asked
from actors.flights import Flight, OpenIntent
from actors.sender import SessionSender
from engine.ids import IdMaker
from engine.lanes import Parcel
from engine.permits import Refusal
from storage.budgets import save_spending
from storage.pool import AWAY, Connection
from storage.sending import Dispatched, Intent, dispatch

log = logging.getLogger(__name__)
# An intent is valid for so long; the lease (actors/leasing.py) outlives it.
WINDOW_S = 2.5
_PER_INTENT = 32
_PER_TRANSACTION = 1_024


@dataclass(slots=True)
class _Group:
    """One intent on its way into Postgres."""

    sender: SessionSender
    intent: Intent
    parcels: list[Parcel]


@dataclass(slots=True)
class _Plan:
    """What one sender wants to send, and the intents made of it."""

    sender: SessionSender
    parcels: list[Parcel]
    groups: list[_Group] = field(default_factory=list)


class Dispatcher:
    """Turns plans into committed intents; whatever arrives during one commit goes with the next.

    Args:
        connect: opens this loop's own connection.
        owner: the name in the leases.
        held: takes messages that may not go, or have to wait longer than a mailbox should keep them.
        lost_lease: a session's lease proved to be over.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection[asyncpg.Record]]],
        owner: str,
        ids: IdMaker,
        held: Callable[[SessionSender, list[tuple[Parcel, Refusal]]], None],
        lost_lease: Callable[[SessionSender], None],
    ) -> None:
        self._connect = connect
        self._owner = owner
        self._ids = ids
        self._held = held
        self._lost_lease = lost_lease
        self._admission = Admission()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._ready: dict[UUID, SessionSender] = {}
        self._wake = asyncio.Event()
        self.open: dict[UUID, OpenIntent] = {}
        self.paused = False
        self.transactions = 0

    def wake(self, sender: SessionSender) -> None:
        """A sender may have something to dispatch."""
        self._ready[sender.id] = sender
        self._wake.set()

    def closed(self, intent: OpenIntent) -> None:
        """An intent's row is gone: its last answer was recorded."""
        self.open.pop(intent.id, None)

    async def run(self) -> None:
        """Dispatch for ever; Postgres' absence is waited out."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while not self.paused and (plans := self._plan()):
                try:
                    await self._commit(plans)
                except asyncio.CancelledError:
                    self._put_back(plans)
                    raise
                except Exception as error:  # whatever it was: planned messages must not be forgotten
                    self._put_back(plans)
                    log.warning("intents wait: %s: %s", type(error).__name__, error, extra={"action": "dispatch"})
                    await self._drop_connection()
                    await asyncio.sleep(0.2)

    async def close(self) -> None:
        await self._drop_connection()

    def _plan(self) -> list[_Plan]:
        """Ask every ready sender in turn; those that still have more are asked again after this transaction."""
        plans: list[_Plan] = []
        total = 0
        ready, self._ready = self._ready, {}
        for session_id, sender in ready.items():
            if total >= _PER_TRANSACTION:
                self._ready[session_id] = sender
                continue
            parcels, waits = sender.plan()
            if waits:
                self._held(sender, waits)
            if parcels:
                total += len(parcels)
                plans.append(_Plan(sender, parcels))
        return plans

    async def _commit(self, plans: list[_Plan]) -> None:
        connection = await self._connected()
        if any(plan.sender.permits.budgets.asks for plan in plans):
            await self._admit(connection, plans)
            self._leave_paused(plans)
        groups = [group for plan in plans for group in self._groups(plan)]
        if not groups:
            return
        for group in groups:  # known before it is committed: the recovery of open intents must not take it for lost
            self.open[group.intent.id] = OpenIntent(group.intent.id, 0)
        deadline = time.monotonic() + WINDOW_S
        done = await dispatch(connection, self._owner, WINDOW_S, [group.intent for group in groups])
        self.transactions += 1
        for group in groups:
            self._clear(group, done, deadline)

    async def _admit(self, connection: Connection, plans: list[_Plan]) -> None:
        """Take out of the plans what others' budgets hold, and keep what capped sessions are about to send."""
        asked = [
            Asked(plan.sender, parcel)
            for plan in plans
            if plan.sender.permits.budgets.asks_others
            for parcel in plan.parcels
            if plan.sender.permits.budgets.asks_about(parcel)
        ]
        if asked and (refused := await self._admission.decide(connection, asked)):
            for plan in plans:
                left = [(parcel, refused[parcel.id]) for parcel in plan.parcels if parcel.id in refused]
                if left:
                    plan.parcels = [parcel for parcel in plan.parcels if parcel.id not in refused]
                    plan.sender.refuse([parcel for parcel, _ in left])
                    self._held(plan.sender, left)
                    self._ready[plan.sender.id] = plan.sender
        spending = [
            (plan.sender.id, plan.sender.fence or 0, caps.to_json())
            for plan in plans
            if (caps := plan.sender.permits.budgets.caps) is not None and plan.parcels
        ]
        if spending:
            await save_spending(connection, spending)

    @staticmethod
    def _leave_paused(plans: list[_Plan]) -> None:
        """A session that was paused while its budgets were asked about sends nothing more; its queue is held."""
        for plan in plans:
            if plan.sender.paused_for is not None:
                plan.sender.drop(plan.parcels)
                plan.parcels = []

    def _groups(self, plan: _Plan) -> list[_Group]:
        sender, parcels = plan.sender, plan.parcels
        now_ms = time.time_ns() // 1_000_000
        for start in range(0, len(parcels), _PER_INTENT):
            part = parcels[start : start + _PER_INTENT]
            intent = Intent(
                self._ids.make_uuid(now_ms),
                sender.session.company_id,
                sender.id,
                sender.fence or 0,
                [parcel.uuid for parcel in part],
                [parcel.attempt + 1 for parcel in part],
            )
            plan.groups.append(_Group(sender, intent, part))
        return plan.groups

    def _clear(self, group: _Group, done: Dispatched, deadline: float) -> None:
        sender = group.sender
        intent = self.open[group.intent.id]
        flights: list[Flight] = []
        gone: list[Parcel] = []
        for parcel in group.parcels:
            taken = done.taken.get(parcel.uuid)
            if taken is None:
                gone.append(parcel)
            else:
                flights.append(Flight(parcel, intent, deadline, taken))
        intent.unanswered = len(flights)
        if not flights:
            del self.open[intent.id]
        if sender.id not in done.leased:
            sender.put_back(gone)
            self._lost_lease(sender)
        elif gone:
            sender.drop(gone)
        if flights:
            sender.clear(flights)

    def _put_back(self, plans: list[_Plan]) -> None:
        """Whether or not the commit came through: only what a later DELETE returns is ever sent."""
        for plan in reversed(plans):
            for group in plan.groups:
                self.open.pop(group.intent.id, None)
            plan.sender.put_back(plan.parcels)
            self._ready[plan.sender.id] = plan.sender

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    async def _drop_connection(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(*AWAY):
                self._connection.terminate()
            self._connection = None
