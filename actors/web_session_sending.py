"""A WhatsApp-Web session's sender without Ray: its lease, its life, and one message at a time.

The connection is opened only while the lease is held: WhatsApp cuts off the older of two connections, and two owners
would fight over the account. The order of a delivery's steps is the courier's (whatsapp/web/courier.py), the rows are
the ledger's (actors/web_session_ledger.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import time
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

from actors.base import Life
from actors.flights import Flight
from actors.web_inbox import WebInbox
from actors.web_lane_rules import LaneRules
from actors.web_pauses import WebPauses, hear
from actors.web_session_book import PostgresBook
from actors.web_session_ledger import Ledger
from actors.web_session_memory import recall, remember, show
from engine.ids import ms_to_time
from engine.lanes import Parcel
from engine.opt_out import read_wish
from engine.sending_policy import read_budget_options
from engine.settings import Settings
from engine.web_disconnects import Reaction
from engine.web_gate import Gate, Hold
from engine.web_inbound import WebMessage
from engine.web_options import WebOptions, read_web_options
from storage.leases import acquire, release, renew
from storage.outgoing_watch import refresh_watch
from storage.pool import AWAY, Pool
from storage.suppressions import OWN_WORD, Wish
from storage.web_sessions import WebSessionRow, load_uncertain, load_web_session, save_web_session, set_phone
from whatsapp.web.courier import Answered, Courier, Letter, Skipped
from whatsapp.web.messages import to_web_message
from whatsapp.web.port import Inbound, LibraryMissingError, WebClient
from whatsapp.web.session import Status, WebSession

log = logging.getLogger(__name__)
TTL_S = 6.0
RENEW_S = 1.5
_LONG_S = 60.0
_POLL_S = 1.0
# These hold the number, not one message: what waits behind it waits too.
_WHOLE = frozenset({"warm_up", "daily_cap", "hourly_cap", "number_slowed", "number_check_budget"})
# Held until the session is back (storage/waiting.py, SESSION_REASONS): nobody has linked it, or it is linked no more.
_NOT_LINKED = "session_incomplete"

MakeClient = Callable[[UUID, WebSessionRow, WebOptions], WebClient]


class WebSending:
    """One session's sender.

    Args:
        settings: the installation's.
        session_id: whose sender it is.
        life: the actor's pulse.
        pool: three connections.
        make_client: the linked device for a session.
        apply: carries deltas to the aggregator.
        announce: tells others that a company's sessions have changed.
    """

    def __init__(
        self,
        settings: Settings,
        session_id: UUID,
        life: Life,
        pool: Pool,
        make_client: MakeClient,
        apply: Callable[[bytes], Awaitable[object]],
        announce: Callable[[bytes], Awaitable[object]] | None = None,
    ) -> None:
        self.owner = f"{life.name}:{os.getpid()}:{uuid4().hex[:8]}"
        self.fence: int | None = None
        self.session: WebSession | None = None
        self.row: WebSessionRow | None = None
        self.inbox: WebInbox | None = None
        self._settings = settings
        self._id = session_id
        self._life = life
        self._pool = pool
        self._make_client = make_client
        self._apply = apply
        self._options = WebOptions()
        self._ledger: Ledger | None = None
        self._courier: Courier | None = None
        self._lanes: LaneRules | None = None
        self._session_task: asyncio.Task[None] | None = None
        self._set_aside = False
        self._pauses = WebPauses(pool, announce)
        self._dirty = False
        self._draining = False
        self._why: str | None = None

    async def start(self) -> None:
        """Read the session, take its lease, connect with what is stored, and start sending.

        Raises:
            One of storage.pool.AWAY: Postgres cannot be reached; call again.
        """
        self.row = await load_web_session(self._pool, self._id)
        if self.row is None:
            return
        self._ledger = Ledger(
            self._settings, self.row.company_id, self._id, self._life, self._pool, self.owner, self._apply
        )
        await self._keep_lease()
        life = self._life
        life.run(self._ledger.recorder.run, pause_s=0.1, action="record")
        life.run(self._keep_lease, pause_s=RENEW_S, action="keep_lease")
        life.run(self._recover, pause_s=1.0, action="recover")
        life.run(self._work, pause_s=0.2, action="work_session")
        life.run(self._deliver, pause_s=0.0, action="deliver")

    # The lease, and what is alive only while it is held.

    async def _keep_lease(self) -> None:
        if self.row is None or self._draining:
            return
        if self.fence is not None and self._id not in await renew(
            self._pool, {self._id: self.fence}, self.owner, TTL_S
        ):
            await self._lost_lease()
        if self.fence is None:
            fences = await acquire(self._pool, [self._id], self.owner, TTL_S)
            if self._id in fences:
                self.fence = fences[self._id]
                await self._open_session()

    async def _lost_lease(self) -> None:
        log.warning("session %s has another owner", self._id, extra={"action": "renew_lease"})
        self._life.count("leases_lost")
        self.fence = None
        if self._ledger is not None:
            self._ledger.tray.empty()
        await self._close_session()

    async def _open_session(self) -> None:
        """Be this session: restore what the process before knew, and connect with the stored credentials."""
        row = await load_web_session(self._pool, self._id)
        if row is None:
            return
        self.row = row
        try:
            self._options = read_web_options(row.options)
            read_budget_options(row.options)
            client = self._make_client(self._id, row, self._options)
        except (ValueError, OSError, LibraryMissingError) as error:
            self._why = str(error)[:300]
            log.warning("session %s cannot run: %s", self._id, error, extra={"action": "open_web_session"})
            return
        recalled = recall(row.memory)
        gate = Gate(self._options.pace, recalled.usage, warm_up=self._options.warm_up, random=random.random)
        recalled.apply(gate)
        session = WebSession(client, gate, self, random.random)
        for send in await load_uncertain(self._pool, self._id):
            session.remember_unanswered(str(send.message_id), send.to.removeprefix("+"), send.text, send.at_ms)
        self.session, self._why = session, None
        self._make_courier(session, row)
        self._session_task = self._life.spawn(self._run_session(session, row, recalled.banned_until_ms))

    def _make_courier(self, session: WebSession, row: WebSessionRow) -> None:
        self._lanes = LaneRules(row)
        self._courier = Courier(session, PostgresBook(self._pool, row.company_id, self._id), self._options)

    @staticmethod
    async def _run_session(session: WebSession, row: WebSessionRow, banned_until_ms: int | None) -> None:
        if row.state == "active" or row.resume_at is not None:
            await session.start(banned_until_ms)
        await session.run()

    async def _close_session(self) -> None:
        session, self.session, self._courier = self.session, None, None
        if self._session_task is not None:
            self._session_task.cancel()
            self._session_task = None
        if session is not None:
            await session.stop()

    # What the session tells (whatsapp/web/session.py, Listener).

    def changed(self, status: Status, reaction: Reaction | None) -> None:
        self._dirty = True
        self._life.progress()
        if reaction is not None:
            self._life.count(f"disconnects_{reaction.reason}")
            if reaction.alert:
                self._pauses.begin()
                self._life.spawn(self._pause(status.reason or reaction.reason, reaction.wait_s))

    def paired(self, phone: str | None) -> None:
        self._dirty = True
        if self.session is not None:
            self.session.gate.warm_up_from_ms = self.session.now_ms() - self._options.head_start_ms
        if phone is not None and self.row is not None:
            self._life.spawn(set_phone(self._pool, self.row.company_id, self._id, phone))

    def receipt(self, message_id: str | None, provider_id: str, status: str, at_ms: int) -> None:
        if self._ledger is not None:
            self._ledger.receipt(message_id, provider_id, status, at_ms)

    def inbound(self, message: Inbound, phone: str | None) -> None:
        self._life.count("inbound")
        if phone is None:
            return
        if self._courier is not None:
            self._life.spawn(self._courier.book.answered(phone))
        if self.row is None or self._ledger is None:
            return
        if self.inbox is not None:  # stored as an event, which also hears what is said about being written to
            told = WebMessage(*(getattr(message, name) for name in WebMessage._fields))
            told = told._replace(chat=phone.removeprefix("+"))
            if self.inbox.take(self.row.company_id, self._id, told, time.time_ns() // 1_000_000):
                return
        if (found := read_wish(message.text or "")) is not None:
            at = ms_to_time(message.at_ms)
            wish = Wish(self.row.company_id, phone, found.stop, OWN_WORD, at, found.kind)
            self._life.spawn(hear(self._ledger, wish))

    async def _pause(self, reason: str, wait_s: float | None) -> None:
        try:
            if self.row is not None:
                await self._pauses.write(self.row.company_id, self._id, reason, wait_s)
                self.row = await load_web_session(self._pool, self._id) or self.row
                await self._pauses.tell(self.row.company_id)
        finally:
            self._pauses.end()

    # Configuration and state.

    async def reload(self) -> None:
        """Read the session again; what it says is in force when this returns."""
        await refresh_watch(self._pool)
        before, row = self.row, await load_web_session(self._pool, self._id)
        if row is None:
            await self._removed()
            return
        self.row = row
        if before is None:
            await self.start()
        if self.session is None:
            if self.fence is not None:
                await self._open_session()
            return
        try:
            options = read_web_options(row.options)
            read_budget_options(row.options)
        except ValueError as error:
            self._why = str(error)[:300]
            return
        if options != self._options or before is None or before.options != row.options:
            self._options, self._why = options, None
            self.session.gate.pace, self.session.gate.warm_up = options.pace, options.warm_up
            self._make_courier(self.session, row)
        resumed = before is not None and before.state != "active" and row.state == "active"
        if resumed and self.session.status.state in ("new", "stopped", "banned"):
            await self.session.start()

    async def _removed(self) -> None:
        """The session was deleted: the phone loses the device, the store its credentials."""
        session, self.session, self._courier = self.session, None, None
        if self._ledger is not None:
            self._ledger.tray.empty()
        if session is not None:
            await session.stop(forget=True)
        if self._session_task is not None:
            self._session_task.cancel()

    def state(self) -> dict[str, Any]:
        """Return the session as the API shows it, the QR code included."""
        leased = self.fence is not None
        if self.session is None:
            known = "removed" if self.row is None else "unavailable" if self._why else "another_owner"
            return show(Status("new")) | {"state": known, "why": self._why, "leased": leased}
        return show(self.session.status, secrets=True) | {"why": self._why, "leased": leased}

    # Sending.

    @property
    def _may_send(self) -> bool:
        if self._draining or self.fence is None or self.session is None or self.row is None:
            return False
        return self.row.state == "active" and self.session.ready

    async def _deliver(self) -> None:
        """Deliver one message, or wait for one; repeated for ever."""
        ledger, courier = self._ledger, self._courier
        if ledger is None or courier is None or not self._may_send or ledger.recorder.full or self._set_aside:
            await asyncio.sleep(0.1)
            return
        parcel = ledger.tray.take()
        if parcel is None:
            await ledger.refill()
            if not len(ledger.tray):
                await asyncio.sleep(_POLL_S)
            return
        if self._lanes is not None and (quiet := self._lanes.hold(parcel)) is not None:
            await ledger.hold([parcel], quiet)
            return
        flights: list[Flight] = []
        try:
            outcome = await courier.deliver(
                _letter(parcel), ledger.tray.ahead(), lambda: self._intend(ledger, parcel, flights)
            )
        except BaseException:
            if not flights:
                ledger.tray.put_back(parcel)
            raise
        if isinstance(outcome, Answered):
            self._dirty = True
            ledger.landed(flights[0], outcome.answer)
        elif isinstance(outcome, Skipped):
            await ledger.skip(parcel, outcome.reason)
            self._life.count("skipped")
        elif isinstance(outcome, Hold):
            await self._held(ledger, parcel, outcome)
        elif not flights:  # no longer in the queue: cancelled, held, or sent by somebody else
            ledger.tray.forget(parcel.id)

    async def _intend(self, ledger: Ledger, parcel: Parcel, flights: list[Flight]) -> bool:
        flight = None if self.fence is None else await ledger.intend(parcel, self.fence)
        if flight is None:
            return False
        flights.append(flight)
        if time.monotonic() < flight.deadline and self._may_send:
            return True
        ledger.unsent(flight)
        return False

    async def _held(self, ledger: Ledger, parcel: Parcel, held: Hold) -> None:
        """Wait a little where the wait is short, so that an urgent message may overtake; else set it aside."""
        if held.seconds is None or held.seconds > _LONG_S:
            behind = ledger.tray.like(parcel) if held.reason in _WHOLE else []
            await ledger.hold([parcel, *behind], held)
            return
        ledger.tray.put_back(parcel)
        await asyncio.sleep(min(_POLL_S, max(0.01, held.seconds)))
        await ledger.refill()

    # Loops beside the sending.

    async def _work(self) -> None:
        """Fold receipts, keep what a restart needs, and set messages aside while the session does not send."""
        session, ledger = self.session, self._ledger
        if ledger is None:
            return
        await ledger.fold()
        if session is None or self.fence is None:
            return
        if self._dirty:
            self._dirty = False
            try:
                await self._save(session, self.fence)
            except BaseException:
                self._dirty = True
                raise
        reason = self._reason_not_to_send(session)
        if reason is not None:
            self._set_aside = True
            await ledger.hold_all(reason)
        elif self._set_aside:
            await ledger.release_all()
            self._set_aside = False

    def _reason_not_to_send(self, session: WebSession) -> str | None:
        if self.row is not None and self.row.state != "active":
            return f"session_{self.row.state}"
        if self._pauses.writing:
            return "session_paused"
        return _NOT_LINKED if session.status.state in ("unpaired", "pairing", "logged_out", "stopped") else None

    async def _save(self, session: WebSession, fence: int) -> None:
        memory = remember(session.gate, session.status)
        await save_web_session(self._pool, self._id, fence, show(session.status), memory)

    async def _recover(self) -> None:
        if self._ledger is not None and self.fence is not None:
            await self._ledger.recover(self.fence)

    # The end.

    async def drain(self, timeout_s: float = 25.0) -> None:
        """Send nothing more, record what was sent, close the connection and give the lease back."""
        self._draining = True
        ledger = self._ledger
        if ledger is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_s):
                    while ledger.in_flight and not ledger.recorder.busy:
                        await asyncio.sleep(0.02)
                    await ledger.recorder.flush()
            with contextlib.suppress(*AWAY):
                await ledger.fold()
        with contextlib.suppress(*AWAY):
            if self.session is not None and self.fence is not None:
                await self._save(self.session, self.fence)
        await self._close_session()
        with contextlib.suppress(*AWAY):
            await release(self._pool, [self._id], self.owner)
        await self.close()

    async def close(self) -> None:
        """Stop at once, recording nothing more: the successor finds what was in flight and calls it uncertain."""
        await self._life.stop()
        if self._ledger is not None:
            await self._ledger.close()

    def counters(self) -> dict[str, float]:
        """Return what ``ping`` tells beside the pulse."""
        session, ledger = self.session, self._ledger
        return {
            **({} if ledger is None else ledger.recorder.counters),
            "leased": float(self.fence is not None),
            "connected": float(session is not None and session.ready),
            "in_memory": 0 if ledger is None else len(ledger.tray),
            "uncertain_open": 0 if session is None else len(session.reconciler),
            "looked_up": 0 if self._courier is None else self._courier.looked_up,
            "disconnects": 0 if session is None else session.disconnects,
        }


def _letter(parcel: Parcel) -> Letter:
    return Letter(parcel.to, parcel.text or "", parcel.transactional, lambda jid: to_web_message(parcel, jid))
