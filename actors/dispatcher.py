"""The group commit of intents: what several senders want to send becomes one transaction. One loop per sender host."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from actors.flights import Flight, OpenIntent
from actors.sender import SessionSender
from engine.ids import IdMaker
from engine.lanes import Parcel
from engine.permits import Wait
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


class Dispatcher:
    """Turns plans into committed intents; whatever arrives during one commit goes with the next.

    Args:
        connect: opens this loop's own connection.
        owner: the name in the leases.
        held: takes messages that have to wait longer than a mailbox should keep them.
        lost_lease: a session's lease proved to be over.
    """

    def __init__(
        self,
        connect: Callable[[], Awaitable[asyncpg.Connection[asyncpg.Record]]],
        owner: str,
        ids: IdMaker,
        held: Callable[[SessionSender, list[tuple[Parcel, Wait]]], None],
        lost_lease: Callable[[SessionSender], None],
    ) -> None:
        self._connect = connect
        self._owner = owner
        self._ids = ids
        self._held = held
        self._lost_lease = lost_lease
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
            while not self.paused and (groups := self._plan()):
                try:
                    await self._commit(groups)
                except asyncio.CancelledError:
                    self._put_back(groups)
                    raise
                except Exception as error:  # whatever it was: planned messages must not be forgotten
                    self._put_back(groups)
                    log.warning("intents wait: %s: %s", type(error).__name__, error, extra={"action": "dispatch"})
                    await self._drop_connection()
                    await asyncio.sleep(0.2)

    async def close(self) -> None:
        await self._drop_connection()

    def _plan(self) -> list[_Group]:
        """Ask every ready sender in turn; those that still have more are asked again after this transaction."""
        groups: list[_Group] = []
        total = 0
        ready, self._ready = self._ready, {}
        for session_id, sender in ready.items():
            if total >= _PER_TRANSACTION:
                self._ready[session_id] = sender
                continue
            parcels, waits = sender.plan()
            if waits:
                self._held(sender, waits)
            total += len(parcels)
            groups.extend(self._groups(sender, parcels))
        return groups

    def _groups(self, sender: SessionSender, parcels: list[Parcel]) -> list[_Group]:
        groups = []
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
            groups.append(_Group(sender, intent, part))
        return groups

    async def _commit(self, groups: list[_Group]) -> None:
        connection = await self._connected()
        for group in groups:  # known before it is committed: the recovery of open intents must not take it for lost
            self.open[group.intent.id] = OpenIntent(group.intent.id, 0)
        deadline = time.monotonic() + WINDOW_S
        done = await dispatch(connection, self._owner, WINDOW_S, [group.intent for group in groups])
        self.transactions += 1
        for group in groups:
            self._clear(group, done, deadline)

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

    def _put_back(self, groups: list[_Group]) -> None:
        """Whether or not the commit came through: only what a later DELETE returns is ever sent."""
        for group in reversed(groups):
            self.open.pop(group.intent.id, None)
            group.sender.put_back(group.parcels)
            self._ready[group.sender.id] = group.sender

    async def _connected(self) -> Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._connect()
        return self._connection

    async def _drop_connection(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(*AWAY):
                self._connection.terminate()
            self._connection = None
