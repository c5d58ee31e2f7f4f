"""Ray actor ``worker-<n>``: a shell around actors/jobs/running.py and the loops of actors/worker_loops.py."""

from __future__ import annotations

import asyncio
import os
import time
from typing import Any
from uuid import UUID

from actors.ai_calls import AiCallers
from actors.base import Life
from actors.delta_feed import DeltaFeed
from actors.embedding import EmbeddingCaller
from actors.embedding_desk import EmbeddingDesk
from actors.handles import AggregatorRef, SupervisorRef
from actors.handover import handover_of
from actors.jobs.kinds import GIVE_WAY, make_kinds
from actors.jobs.running import SLOTS, JobRunner
from actors.jobs.tools import JobTools
from actors.lanes import WriterLane
from actors.recorder import Changes, summaries
from actors.shard_door import shard_door
from actors.worker_loops import LOOPS
from engine.errors import Unavailable
from engine.ids import IdMaker
from engine.metrics import Delta
from engine.settings import Settings
from engine.vault import Vault
from storage.ingest import Lane
from storage.message_changes import Transition
from storage.outgoing_watch import refresh_watch
from storage.pool import AWAY, open_pool

_CLAIM_S = 0.25
_KEEP_S = 4.0
_NICE = 10  # what a customer waits for goes before what an operator has begun


class Worker:
    """Jobs claimed from Postgres; a crash loses at most the step under way."""

    async def __init__(self, settings: Settings, number: int) -> None:  # type: ignore[misc]
        self._settings = settings
        self._life = Life(f"worker-{number}")
        self._feed = DeltaFeed(AggregatorRef(settings.instance).apply)
        name = self._life.name
        lanes = [WriterLane(settings.database_url, f"{name}/{lane}") for lane in range(SLOTS + 1)]
        self._changes = [Changes(lane, self._told) for lane in lanes]
        self._runner: JobRunner | None = None
        self._tools: JobTools | None = None
        self._embedding = EmbeddingDesk()
        os.nice(_NICE)
        try:
            await self._open()
        except (Unavailable, *AWAY):
            self._life.run(self._open, pause_s=0.2, action="open")
        self._life.settle()

    async def _open(self) -> None:
        """Be ready to work; called again until Postgres is there."""
        if self._runner is not None:
            return
        settings, life = self._settings, self._life
        pool = await open_pool(settings.database_url, maximum=SLOTS, name=life.name, timeout_s=2.0)
        supervisor = SupervisorRef(settings.instance)

        async def announce(kind: str, company_id: UUID | None) -> None:
            await supervisor.announce(kind, None if company_id is None else company_id.bytes)

        *steps, loops = self._changes
        tools = JobTools(
            settings=settings,
            pool=pool,
            vault=Vault.from_text(os.environ["MASTERIA_SECRET_KEY"]),
            ids=IdMaker(),
            hand_over=handover_of(life, settings.instance, settings.sender_hosts).push,
            ingest=shard_door(settings, supervisor).ingest,
            announce=announce,
            commit=loops.commit,
            embed=EmbeddingCaller(settings),
            write=AiCallers(settings.instance, settings.ai_workers).write,
        )
        runner = JobRunner(tools, make_kinds(tools), steps, life, life.name, GIVE_WAY)
        await runner.start()
        life.run(runner.claim, pause_s=_CLAIM_S, action="claim_jobs")
        life.run(runner.keep, pause_s=_KEEP_S, action="keep_jobs")
        for plan in LOOPS:
            life.run(plan.make(tools).run_once, pause_s=plan.pause_s, action=plan.name)
        self._runner, self._tools = runner, tools

    def _told(self, lane: Lane, now_ms: int, delta: Delta, transitions: list[Transition]) -> None:
        self._feed.push(lane, now_ms, delta, summaries(transitions, now_ms))

    async def ping(self) -> dict[str, Any]:
        pulse = self._life.ping(ok=self._runner is not None)
        pulse["counters"]["jobs_running"] = 0 if self._runner is None else len(self._runner)
        return pulse | {"cpu_s": sum(os.times()[:2]), "now_ms": time.time_ns() // 1_000_000}

    async def reload(self, company_id: bytes | None) -> None:
        """Read anew what companies want told; what a job needs, it reads by itself."""
        if self._tools is not None:
            await refresh_watch(self._tools.pool)

    async def embed(self, blob: bytes) -> bytes:
        """Return the vectors of some texts (``actors/embedding.py``)."""
        return await self._embedding.embed(blob)

    async def drain(self) -> None:
        """Finish the steps under way, give the jobs back, and stop."""
        if self._runner is not None:
            await asyncio.wait_for(self._runner.drain(), 15.0)
        await self._life.stop()
        await self._feed.close()
        for changes in self._changes:
            await changes.close()
