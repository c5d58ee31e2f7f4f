"""Ray actor ``scheduler``: a shell around actors/scheduling.py."""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime
from typing import Any

from actors.base import Life
from actors.cases import CaseRunner
from actors.delta_feed import DeltaFeed
from actors.drafting import Drafter
from actors.handles import AggregatorRef, SenderRef, SupervisorRef
from actors.handover import handover_of
from actors.lanes import WriterLane
from actors.media_post import MediaPost
from actors.qr_post import QrPost
from actors.recorder import Changes, summaries
from actors.scheduling import Scheduling
from engine.errors import Unavailable
from engine.ids import IdMaker
from engine.metrics import Delta
from engine.settings import Settings
from engine.vault import Vault
from storage.ingest import Lane
from storage.message_changes import Transition
from storage.pool import AWAY, open_pool


class Scheduler:
    """Nothing but loops; there is nothing to rebuild after a crash."""

    async def __init__(self, settings: Settings) -> None:  # type: ignore[misc]
        self._settings = settings
        self._life = Life("scheduler")
        self._feed = DeltaFeed(AggregatorRef(settings.instance).apply)
        self._changes = Changes(WriterLane(settings.database_url, self._life.name), self._told)
        self._case_changes = Changes(WriterLane(settings.database_url, f"{self._life.name}/1"), self._told)
        self._scheduling: Scheduling | None = None
        self._cases: CaseRunner | None = None
        self._media: MediaPost | None = None
        try:
            await self._open()
        except (Unavailable, *AWAY):
            self._life.run(self._open, pause_s=0.2, action="open")

    async def _open(self) -> None:
        if self._scheduling is not None:
            return
        settings = self._settings
        pool = await open_pool(settings.database_url, maximum=3, name=self._life.name, timeout_s=2.0)
        supervisor = SupervisorRef(settings.instance)
        scheduling = Scheduling(
            self._changes,
            pool,
            [SenderRef(number, settings.instance).enqueue for number in range(settings.sender_hosts)],
            lambda company_id: supervisor.announce("sessions", company_id),
        )

        async def hand_over() -> None:
            await asyncio.sleep(await scheduling.hand_over_due())

        drafter = Drafter(IdMaker())
        handover = handover_of(self._life, settings.instance, settings.sender_hosts)
        media = self._media = MediaPost(settings, Vault.from_text(os.environ["MASTERIA_SECRET_KEY"]), pool)
        cases = CaseRunner(self._case_changes, pool, drafter, handover.push, QrPost(media).post)

        async def run_cases() -> None:
            await asyncio.sleep(await cases.run_due())

        async def partitions() -> None:
            await scheduling.make_partitions(datetime.now(UTC).date())

        self._life.run(hand_over, pause_s=0.0, action="hand_over_due")
        self._life.run(run_cases, pause_s=0.0, action="run_cases")
        self._life.run(scheduling.decide, pause_s=1.0, action="decide_uncertain")
        self._life.run(scheduling.resume, pause_s=1.0, action="resume_sessions")
        self._life.run(scheduling.make_jobs, pause_s=1.0, action="make_jobs")
        self._life.run(partitions, pause_s=3600.0, action="make_partitions")
        self._scheduling, self._cases = scheduling, cases

    def _told(self, lane: Lane, now_ms: int, delta: Delta, transitions: list[Transition]) -> None:
        self._feed.push(lane, now_ms, delta, summaries(transitions, now_ms))

    async def ping(self) -> dict[str, Any]:
        pulse = self._life.ping(ok=self._scheduling is not None)
        if self._scheduling is not None:
            pulse["counters"] |= self._scheduling.counters
        if self._cases is not None:
            pulse["counters"] |= self._cases.counters
        return pulse

    async def reload(self, company_id: bytes | None) -> None:
        """Read anew what companies want told; it keeps no other configuration."""
        if self._scheduling is not None:
            await self._scheduling.reload()

    async def drain(self) -> None:
        await self._life.stop()
        await self._feed.close()
        await self._changes.close()
        await self._case_changes.close()
        if self._media is not None:
            await self._media.close()
