"""The sessions of one sender host: who is served, how, and who has to stop. Part of actors/sending.py."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Protocol, TypeVar
from uuid import UUID

from actors.sender import Office, SessionSender
from actors.session_work import SessionWork
from actors.verdicts import Judge
from engine.errors import MasteriaError
from engine.hold_reasons import TEMPLATE_REASONS
from engine.lanes import Parcel
from engine.settings import Settings
from engine.stops import Stop
from storage.pool import AWAY, Connection, Pool
from storage.sender_sessions import SenderSession, load_sessions, note_token_hashes
from storage.stops import stop_session, stop_template
from whatsapp.transport import NotConnected, Outbound, SendAnswer, Transport

log = logging.getLogger(__name__)
_UNKNOWN_S = 2.0  # a company whose session nobody knows is not asked for again so soon
_UNKNOWN_MAX = 10_000
_Result = TypeVar("_Result")


class TransportMaker(Protocol):
    """Where sessions' transports come from (actors/transports.py)."""

    def make(self, session: SenderSession) -> Transport: ...

    def token_hash(self, session: SenderSession) -> bytes | None: ...

    async def close(self) -> None: ...


class _NoTransport:
    """A session that cannot send: what is missing is said once, and nothing is tried."""

    async def send(self, message: Outbound) -> SendAnswer:
        return NotConnected("the session is incomplete")

    async def close(self) -> None:
        return


class Roster:
    """Knows the senders; loads, changes, stops and resumes them.

    Args:
        announce: tells other hosts that a company's sessions have changed; None where nobody needs to know.
    """

    def __init__(
        self,
        settings: Settings,
        number: int,
        pool: Pool,
        transports: TransportMaker,
        office: Office,
        judge: Judge,
        work: SessionWork,
        announce: Callable[[bytes], Awaitable[object]] | None,
    ) -> None:
        self._settings = settings
        self._number = number
        self._pool = pool
        self._transports = transports
        self._office = office
        self._judge = judge
        self._work = work
        self._announce = announce
        self._unknown: dict[bytes, float] = {}
        self._pausing: set[UUID] = set()
        self.senders: dict[UUID, SessionSender] = {}

    def strangers(self, parcels: list[Parcel]) -> list[UUID]:
        """Return companies whose sessions should be read because one of them is not known yet."""
        now = time.monotonic()
        companies = {parcel.company for parcel in parcels if UUID(bytes=parcel.session) not in self.senders}
        asked = [company for company in companies if self._unknown.get(company, 0.0) < now]
        if len(self._unknown) > _UNKNOWN_MAX:
            self._unknown.clear()
        self._unknown.update((company, now + _UNKNOWN_S) for company in asked)
        return [UUID(bytes=company) for company in asked]

    async def load(self, company_id: UUID | None) -> None:
        """Read the sessions of a company, or all; what they say is in force when this returns."""
        loaded = await load_sessions(self._pool, self._number, self._settings.sender_hosts, company_id)
        present = {session.id for session in loaded}
        for session in loaded:
            self._take_on(session)
        hashes = {session.id: self._transports.token_hash(session) for session in loaded}
        known = {session.id: session.token_hash for session in loaded}
        await note_token_hashes(
            self._pool, {which: value for which, value in hashes.items() if value is not None and value != known[which]}
        )
        for sender in self.senders.values():
            if company_id in (None, sender.session.company_id) and sender.id not in present:
                self._stop(sender, "session_removed")

    def _take_on(self, session: SenderSession) -> None:
        transport: Transport = _NoTransport()
        reason = None if session.state == "active" else f"session_{session.state}"
        try:
            transport = self._transports.make(session)
        except (MasteriaError, ValueError) as error:
            log.warning("session %s cannot send: %s", session.id, error, extra={"action": "load_sessions"})
            reason = reason or "session_incomplete"
        sender = self.senders.get(session.id)
        if sender is None:
            sender = self.senders[session.id] = SessionSender(session, transport, self._office, self._judge)
        else:
            known = sender.session
            sender.change(session, transport)
            if session.policy != known.policy:
                self._work.rethink(sender)
            if any(session.blocked_templates.get(which) != why for which, why in known.blocked_templates.items()):
                self._work.rethink(sender, TEMPLATE_REASONS)
        if reason is not None:
            self._stop(sender, reason)
        elif sender.paused_for is not None and sender.id not in self._pausing:
            sender.resume()
            self._work.release(sender)
            self._work.rethink(sender)  # its budgets may have changed while it was paused

    def _stop(self, sender: SessionSender, reason: str) -> None:
        if sender.paused_for is None:
            sender.stop(reason)
        sender.paused_for = reason
        self._work.hold(sender)

    async def pause(self, sender: SessionSender, stop: Stop) -> None:
        """Write down that WhatsApp stops a session (and its company's others, if it says so)."""
        session, at = sender.session, datetime.now(UTC)
        self._pausing.add(sender.id)
        try:
            paused = await self._write(
                lambda connection: stop_session(connection, session.company_id, session.id, stop, at)
            )
        finally:
            self._pausing.discard(sender.id)
        log.warning("session %s paused: %s", session.id, stop.reason, extra={"action": "pause_session"})
        for session_id in (session.id, *paused):
            if (known := self.senders.get(session_id)) is not None:
                self._stop(known, "session_paused")
        await self._tell(session.company_id)

    async def stop_template(self, sender: SessionSender, name: str, language: str | None, stop: Stop) -> None:
        """Write down that WhatsApp takes no more of a template, for all the company's numbers and restarts."""
        company_id, at = sender.session.company_id, datetime.now(UTC)
        stopped = await self._write(lambda connection: stop_template(connection, company_id, name, language, stop, at))
        log.warning("template %s stopped: %s", name, stop.reason, extra={"action": "stop_template"})
        if stopped:
            await self._tell(company_id)

    async def _write(self, step: Callable[[Connection], Awaitable[_Result]]) -> _Result:
        """Do what has to be done, however long Postgres is away."""
        while True:
            try:
                async with self._pool.acquire() as connection, connection.transaction():
                    return await step(connection)
            except AWAY:
                await asyncio.sleep(0.5)

    async def _tell(self, company_id: UUID) -> None:
        if self._announce is not None:
            with contextlib.suppress(MasteriaError):  # who was not told reads it at the next change or restart
                await self._announce(company_id.bytes)
