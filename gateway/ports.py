"""The gateway's protocols (gateway/services.py), bound to the actors."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from actors.base import Life
from actors.handles import AggregatorRef, SupervisorRef
from actors.handover import handover_of
from engine.errors import MasteriaError, Unavailable
from gateway.summaries import REPORT_KEPT_S, RecentSummaries
from storage.pool import AWAY, Pool
from storage.spill import Spill

_ASK_S = 2.0

_ANNOUNCE_S = 20.0


class SupervisorAnnounce:
    """Has the supervisor spread a change; it is in force everywhere when the call returns."""

    def __init__(self, supervisor: SupervisorRef) -> None:
        self._supervisor = supervisor

    async def __call__(self, kind: str, company_id: UUID | None) -> None:
        """Announce, waiting for a supervisor that is being restarted: the change is committed already.

        Raises:
            Unavailable: there was no supervisor for 20 s; what starts later reads the change by itself.
        """
        deadline = time.monotonic() + _ANNOUNCE_S
        while True:
            try:
                await self._supervisor.announce(kind, company_id.bytes if company_id else None)
                return
            except Unavailable:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)


class AggregatorMetrics:
    """The aggregator's numbers."""

    def __init__(self, aggregator: AggregatorRef) -> None:
        self._aggregator = aggregator
        self._summaries = RecentSummaries(aggregator.summary, time.monotonic)

    async def summary(self, company_id: UUID, query: Mapping[str, str]) -> bytes:
        asked = orjson.dumps(dict(query))
        if "report" in query:
            return await self._summaries.of(company_id.bytes, asked, REPORT_KEPT_S)
        return await self._summaries.of(company_id.bytes, asked)

    async def prometheus(self) -> dict[str, Any]:
        found: dict[str, Any] = orjson.loads(await self._aggregator.prometheus())
        return found


class ActorSenders:
    """Hands messages to the sender hosts; what is lost on the way, the sweep brings."""

    def __init__(self, life: Life, instance: str, hosts: int) -> None:
        self._handover = handover_of(life, instance, hosts)

    def hand_over(self, messages: Sequence[dict[str, Any]]) -> None:
        self._handover.push(messages)

    def cancelled(self, session_id: UUID, message_ids: Sequence[UUID]) -> None:
        """Nothing to tell: a sender may only send what its dispatch took out of the queue, and these are out."""


class SystemHealth:
    """Every actor by the supervisor's pings, Postgres and Redis by asking them."""

    def __init__(self, supervisor: SupervisorRef, pool: Pool, spill: Spill) -> None:
        self._supervisor = supervisor
        self._pool = pool
        self._spill = spill

    async def status(self) -> dict[str, Any]:
        """Return ``{"ok", "parts"}``; never raises."""
        parts: dict[str, Any] = {}
        try:
            parts |= (await self._supervisor.status())["parts"]
        except MasteriaError as error:
            parts["supervisor"] = {"ok": False, "why": error.detail}
        parts["postgres"] = {"ok": await self._postgres()}
        parts["redis"] = {"ok": await self._spill.ping()}
        return {"ok": all(part["ok"] for part in parts.values()), "parts": parts}

    async def _postgres(self) -> bool:
        try:
            async with asyncio.timeout(_ASK_S):  # also for the connection: a frozen server takes none and refuses none
                return bool(await self._pool.fetchval("SELECT 1"))
        except AWAY:
            return False
