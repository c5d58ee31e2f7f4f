"""Runners of jobs on real Postgres, with kinds made for a test. Used by tests of jobs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar
from uuid import UUID

from actors.base import Life
from actors.jobs.running import SLOTS, JobRunner
from actors.jobs.tools import Job, JobKind, JobTools, Step
from actors.lanes import WriterLane
from actors.model_talk import ModelDesk
from actors.recorder import Changes
from actors.writing import Writing
from engine.addresses import Guard
from engine.ids import IdMaker
from engine.metrics import Delta
from engine.settings import Settings
from engine.vault import Vault
from engine.wire import DONE, Answer, Intake
from integrations.chat_models import ChatClient
from storage.jobs import get_job, insert_job
from storage.pool import Connection, Pool
from storage.searching import Row
from tests.embedding_kit import embed

ids = IdMaker()


def new_id() -> UUID:
    return ids.make_uuid(time.time_ns() // 1_000_000)


class Counting:
    """Counts to ``params["to"]``, one a step, each number into a table; what happens beside it, a test says."""

    kind: ClassVar[str] = "counting"

    def __init__(self) -> None:
        self.before: Callable[[Job], Awaitable[None]] | None = None
        self.within: Callable[[Job], Awaitable[None]] | None = None
        self.afterwards: list[int] = []
        self.wait_s = 0.0

    async def prepare(self, job: Job) -> object:
        if self.before is not None:
            await self.before(job)
        return job.cursor.get("at", 0) + 1

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        assert isinstance(prepared, int)
        await connection.execute("INSERT INTO numbers VALUES ($1, $2)", job.id, prepared)
        delta.count(job.company_id.bytes, "numbers")
        if self.within is not None:
            await self.within(job)
        to = job.params["to"]
        finished = prepared >= to
        result = {"last": prepared} if finished else None
        return Step({"at": prepared}, done=1, total=to, finished=finished, result=result, wait_s=self.wait_s)

    async def after(self, job: Job, step: Step) -> None:
        self.afterwards.append(step.cursor["at"])


class JobWorld:
    """A database with a company, and what was handed to senders."""

    def __init__(self, pool: Pool, database_url: str) -> None:
        self.pool = pool
        self.settings = Settings("test", "", database_url, "")
        self.company = new_id()
        self.handed: list[dict[str, Any]] = []
        self.announced: list[tuple[str, UUID | None]] = []
        self.ingested: list[Intake] = []

    async def open(self) -> JobWorld:
        await self.pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Loja')", self.company)
        await self.pool.execute("CREATE TABLE numbers (job_id uuid, number integer)")
        return self

    async def add_job(self, kind: str = "counting", company: UUID | None = None, **params: Any) -> UUID:
        job_id = new_id()
        async with self.pool.acquire() as connection, connection.transaction():
            await insert_job(connection, company or self.company, kind, params, job_id)
        return job_id

    async def job(self, job_id: UUID) -> Row:
        row = await get_job(self.pool, self.company, job_id)
        assert row is not None
        return row

    async def until(self, job_id: UUID, *states: str, timeout_s: float = 30.0) -> Row:
        """Wait until a job is in one of these states."""
        async with asyncio.timeout(timeout_s):
            while (row := await self.job(job_id))["state"] not in states:
                await asyncio.sleep(0.01)
        return row

    async def numbers(self, job_id: UUID) -> list[int]:
        rows = await self.pool.fetch("SELECT number FROM numbers WHERE job_id = $1 ORDER BY 1", job_id)
        return [row[0] for row in rows]

    async def announce(self, kind: str, company_id: UUID | None) -> None:
        self.announced.append((kind, company_id))

    async def _ingest(self, items: Sequence[Intake]) -> list[Answer]:
        return await self.ingest(items)

    async def ingest(self, items: Sequence[Intake]) -> list[Answer]:
        """Stand in for the shards: a test that brings events says what becomes of them."""
        self.ingested += items
        return [Answer(DONE, item.event_ids, [False] * len(item.event_ids)) for item in items]

    def hand_over(self, messages: Sequence[dict[str, Any]]) -> None:
        self.handed += messages

    def tools(self, changes: Changes) -> JobTools:
        vault, client = Vault(b"v" * 32), ChatClient(Guard(["127.0.0.1"]))
        return JobTools(
            settings=self.settings,
            pool=self.pool,
            vault=vault,
            ids=ids,
            hand_over=self.hand_over,
            ingest=self._ingest,
            announce=self.announce,
            commit=changes.commit,
            embed=embed,
            write=Writing(self.pool, vault, ModelDesk(self.pool, client, lambda: time.time_ns() // 1_000_000)).write,
        )

    @asynccontextmanager
    async def worker(self, *make: Callable[[JobTools], JobKind], name: str = "worker-0") -> AsyncIterator[JobRunner]:
        """Run a worker with these kinds; at the end it is torn down as by a crash."""
        life = Life(name)
        lanes = [WriterLane(self.settings.database_url, f"{name}/{n}") for n in range(SLOTS + 1)]
        changes = [Changes(lane, lambda *_: None) for lane in lanes]
        tools = self.tools(changes[-1])
        kinds = {kind.kind: kind for kind in (one(tools) for one in make)}
        runner = JobRunner(tools, kinds, changes[:-1], life, name)
        await runner.start()
        life.run(runner.claim, pause_s=0.01, action="claim_jobs")
        life.run(runner.keep, pause_s=0.2, action="keep_jobs")
        try:
            yield runner
        finally:
            await life.stop()
            for one in changes:
                await one.close()
