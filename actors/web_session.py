"""Ray actor ``web-<session>``: one process per WhatsApp-Web session, a shell around actors/web_session_sending.py.

The library behind a session can abort its process, so it lives alone. After a crash Ray starts it anew: it waits for
its old lease to end, finds its credentials in the store, and goes on without a QR code.
"""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import orjson

from actors.base import Life
from actors.handles import AggregatorRef, SupervisorRef
from actors.shard_door import shard_door
from actors.web_inbox import WebInbox
from actors.web_session_clients import WebClients
from actors.web_session_sending import WebSending
from engine.errors import Conflict, Unavailable
from engine.settings import Settings
from storage.pool import AWAY, open_pool
from whatsapp.web.port import WebClientError
from whatsapp.web.store import private_umask

_INBOX_S = 5.0


class WebSessionSender:
    """See docs/INTERNALS.md for its calls; ``session`` is the session's id in 32 hexadecimal digits."""

    async def __init__(self, settings: Settings, session: str) -> None:  # type: ignore[misc]
        private_umask()
        self._settings = settings
        self._id = UUID(hex=session)
        self._life = Life(f"web-{session}")
        self._sending: WebSending | None = None
        try:
            await self._open()
        except (Unavailable, *AWAY):
            self._life.run(self._open, pause_s=0.2, action="open")
        self._life.settle()

    async def _open(self) -> None:
        """Be ready to send; called again until Postgres is there."""
        if self._sending is not None:
            return
        settings = self._settings
        pool = await open_pool(settings.database_url, maximum=3, name=self._life.name, timeout_s=2.0)
        supervisor = SupervisorRef(settings.instance)
        sending = WebSending(
            settings,
            self._id,
            self._life,
            pool,
            WebClients(settings).make,
            AggregatorRef(settings.instance).apply,
            lambda company_id: supervisor.announce("sessions", company_id),
        )
        sending.inbox = WebInbox(self._life, shard_door(settings, supervisor).ingest)
        try:
            await sending.start()
        except BaseException:
            await pool.close()
            raise
        self._sending = sending
        self._life.run(sending.inbox.run, pause_s=0.0, action="bring_inbound")

    async def state(self) -> bytes:
        """Return the session as it is shown, QR code and pairing code included (JSON)."""
        return orjson.dumps(self._ready().state())

    async def start_pairing(self) -> bytes:
        """Have QR codes shown; return the state (JSON). A linked session stays as it is."""
        sending = self._ready()
        if sending.session is not None:
            await sending.session.start_pairing()
        return orjson.dumps(sending.state())

    async def pair_code(self, phone: str) -> str:
        """Return the eight characters to type into this phone (E.164).

        Raises:
            Conflict: the session is linked already, or WhatsApp gave no code.
        """
        sending = self._ready()
        if sending.session is None:
            raise Unavailable("the session has another owner, or cannot run")
        try:
            return await sending.session.pair_code(phone)
        except WebClientError as error:
            raise Conflict(str(error)) from error

    async def log_out(self) -> None:
        """Unlink the device and forget its credentials; the session stays and can be linked anew."""
        sending = self._ready()
        if sending.session is not None:
            await sending.session.stop(forget=True)

    async def reload(self, company_id: bytes | None) -> None:
        """Read the session again, if it is that company's; in force when this returns."""
        sending = self._sending
        if sending is None:
            return
        if company_id is None or sending.row is None or sending.row.company_id.bytes == company_id:
            await sending.reload()

    async def ping(self) -> dict[str, Any]:
        pulse = self._life.ping(ok=self._sending is not None)
        if self._sending is not None:
            pulse["counters"] |= self._sending.counters()
        return pulse | {"cpu_s": sum(os.times()[:2])}

    async def drain(self) -> None:
        """Finish what is in flight, record it, close the connection and give the lease back."""
        if self._sending is not None:
            if self._sending.inbox is not None:
                await self._sending.inbox.empty(_INBOX_S)
            await self._sending.drain()

    def _ready(self) -> WebSending:
        if self._sending is None:
            raise Unavailable("the session's process is starting")
        return self._sending
