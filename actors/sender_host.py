"""Ray actor ``sender-<n>``: a shell around actors/sending.py."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from typing import Any, cast
from uuid import UUID

import ray.util

from actors.base import Life
from actors.direct_calls import DirectServer
from actors.graph_desk import GraphDesk
from actors.handles import AggregatorRef, SupervisorRef
from actors.sending import SendingHost
from actors.template_desk import TemplateDesk
from actors.transports import Transports
from engine.errors import Unavailable
from engine.settings import Settings
from engine.vault import Vault
from engine.wire import pack, unpack
from storage.pool import AWAY, open_pool


class SenderHost:
    """See docs/INTERNALS.md for its calls."""

    async def __init__(self, settings: Settings, number: int) -> None:  # type: ignore[misc]
        self._settings = settings
        self._number = number
        self._life = Life(f"sender-{number}")
        self._host: SendingHost | None = None
        self._desk: GraphDesk | None = None
        self._templates: TemplateDesk | None = None
        self._direct = DirectServer(self.enqueue, self.heard, ping=self.ping)
        self._address = await self._direct.open(ray.util.get_node_ip_address())
        try:
            await self._open()
        except (Unavailable, *AWAY):
            self._life.run(self._open, pause_s=0.2, action="open")
        self._life.settle()

    async def _open(self) -> None:
        """Be ready to send; called again until Postgres is there."""
        if self._host is not None:
            return
        settings = self._settings
        pool = await open_pool(settings.database_url, maximum=2, name=self._life.name, timeout_s=2.0)
        supervisor = SupervisorRef(settings.instance)
        vault = Vault.from_text(os.environ["MASTERIA_SECRET_KEY"])
        host = SendingHost(
            settings,
            self._number,
            self._life,
            pool,
            Transports(settings, vault),
            AggregatorRef(settings.instance).apply,
            lambda company_id: supervisor.announce("sessions", company_id),
        )
        await host.start()
        desk = GraphDesk(settings, vault, pool)
        self._host, self._desk, self._templates = host, desk, TemplateDesk(desk.access)

    async def direct_address(self) -> tuple[str, int, bytes]:
        """Tell other actors where this one takes its frequent calls without Ray."""
        return self._address

    async def enqueue(self, blob: bytes) -> int:
        """Take messages that are due; return how many, the sweep brings the rest."""
        return 0 if self._host is None else await self._host.enqueue(blob)

    async def heard(self, blob: bytes) -> None:
        """Count inbound messages: ``[1, {session: count}]``."""
        if self._host is not None:
            self._host.heard(cast("dict[bytes, int]", unpack(blob)))

    async def cancelled(self, blob: bytes) -> None:
        """Forget cancelled messages: ``[1, [id…]]``."""
        if self._host is not None:
            self._host.cancelled(set(cast("list[bytes]", unpack(blob))))

    async def graph(self, blob: bytes) -> bytes:
        """Ask WhatsApp something that is no send: ``[1, [question, argument…]]``, the answer as GraphDesk gives it.

        Raises:
            Unavailable: this host is waiting for Postgres.
            BadRequest: WhatsApp refused, or the session lacks what it takes.
        """
        if self._desk is None or self._templates is None:
            raise Unavailable("this sender host is waiting for Postgres")
        question, *arguments = unpack(blob)
        questions: dict[str, Callable[..., Awaitable[Any]]] = {
            "check": self._desk.check,
            "check_session": self._desk.check_session,
            "mark_read": self._desk.mark_read,
            "sync_templates": self._desk.sync_templates,
            "take_in_templates": self._templates.take_in,
            "submit_template": self._templates.submit,
            "withdraw_template": self._templates.withdraw,
            "subscribe": self._templates.subscribe,
        }
        return pack(await questions[question](*arguments))

    async def reload(self, company_id: bytes | None) -> None:
        """Read a company's sessions, or all, again; in force when this returns."""
        if self._host is not None:
            await self._host.reload(None if company_id is None else UUID(bytes=company_id))

    async def ping(self) -> dict[str, Any]:
        pulse = self._life.ping(ok=self._host is not None)
        if self._host is not None:
            pulse["counters"] |= self._host.counters()
        return pulse | {"cpu_s": sum(os.times()[:2]), "now_ms": time.time_ns() // 1_000_000}

    async def drain(self) -> None:
        """Finish what is in flight, record it, and give the leases back."""
        await self._direct.close()
        if self._host is not None:
            await self._host.drain()
        if self._desk is not None:
            await self._desk.close()
