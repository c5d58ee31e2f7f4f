"""The runner of jobs, without Ray: claims, steps under a fence, keeps leases, gives back what it cannot finish."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Container, Mapping

import orjson

from actors.base import Life
from actors.jobs.pacing import Pace
from actors.jobs.tools import JobKind, JobTools, Step
from actors.recorder import Changes
from engine.errors import MasteriaError, NotOwner, StorageAway
from engine.jobs import CANCELLED, FAILED, judge_failure
from engine.metrics import Delta
from storage.campaigns import EXPANSION
from storage.jobs import (
    Checkpoint,
    Job,
    checkpoint,
    claim_job,
    end_job,
    extend_jobs,
    get_job,
    postpone_job,
    release_jobs,
)
from storage.message_changes import Transition, born
from storage.message_rows import hand_over
from storage.pool import AWAY, Connection

log = logging.getLogger(__name__)
SLOTS = 4
_FIRST = EXPANSION  # somebody waits for its first message: the last free slot is for one of these
_AWAY_PAUSE_S = 0.5
_MOST_AWAYS = 3
_SHORT_WAIT_S = 2.0  # a pause up to this is waited out with the job in hand


class JobRunner:
    """Runs at most ``SLOTS`` jobs at once, one per company and kind; the last slot only begins a campaign.

    Jobs of the kinds in ``give_way`` rest while cores are scarce (``actors/jobs/pacing.py``).

    Args:
        tools: the kinds' means; ``pool`` also claims and keeps leases.
        kinds: what can be run, by name.
        changes: one writer of counted rows per slot.
        life: counts, and starts the jobs' tasks.
        owner: this worker's name.
        give_way: names of kinds.
    """

    def __init__(
        self,
        tools: JobTools,
        kinds: Mapping[str, JobKind],
        changes: list[Changes],
        life: Life,
        owner: str,
        give_way: Container[str] = (),
    ) -> None:
        self._tools = tools
        self._kinds = kinds
        self._free = list(changes)
        self._life = life
        self._owner = owner
        self._give_way = give_way
        # By fence: a job that failed may be claimed again before its last run has left.
        self._running: dict[int, Job] = {}
        self._stopping: set[int] = set()  # asked to stop, or lost
        self._draining = False
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._running)

    async def start(self) -> None:
        """Give back what the worker of this name held before: whoever that was cannot commit any more."""
        await release_jobs(self._tools.pool, self._owner)

    async def claim(self) -> None:
        """Take every job that is due while a slot is free; called over and over."""
        while self._free and not self._draining:
            kinds = [kind for kind in self._kinds if len(self._free) > 1 or kind == _FIRST]
            if not kinds:
                return
            async with self._tools.pool.acquire() as connection:
                job = await claim_job(connection, self._owner, kinds)
            if job is None:
                return
            self._life.count("jobs_claimed")
            self._begin(job)

    async def keep(self) -> None:
        """Extend the leases of what runs here, and hear who shall stop; called every few seconds."""
        jobs = list(self._running.values())
        if not jobs:
            return
        kept = await extend_jobs(self._tools.pool, jobs)
        self._stopping |= {job.fence for job in jobs if kept.get(job.id, True) and job.fence in self._running}

    async def drain(self) -> None:
        """Finish the steps under way and give the jobs back."""
        self._draining = True
        await self._idle.wait()
        await release_jobs(self._tools.pool, self._owner)

    def _begin(self, job: Job) -> None:
        changes = self._free.pop()
        self._running[job.fence] = job
        self._idle.clear()
        self._life.spawn(self._run(job, changes))

    async def _run(self, job: Job, changes: Changes) -> None:
        try:
            await self._carry(job, self._kinds[job.kind], changes)
        except NotOwner:
            self._life.count("jobs_lost")
            log.info("job %s has another owner", job.id, extra={"action": "run_job"})
        except (StorageAway, *AWAY) as error:
            # Its lease runs out, and whoever is there then goes on from the last checkpoint.
            log.warning("job %s is left: %s", job.id, error, extra={"action": "run_job"})
        finally:
            self._free.append(changes)
            self._running.pop(job.fence, None)
            self._stopping.discard(job.fence)
            if not self._running:
                self._idle.set()

    async def _carry(self, job: Job, kind: JobKind, changes: Changes) -> None:
        """Step until the job ends, waits, is lost, or this worker stops."""
        aways = 0
        pace = Pace() if job.kind in self._give_way else None
        while not self._draining:
            if job.fence in self._stopping:
                await self._stop(job)
                return
            if pace is not None:
                pace.begin()
            try:
                step, stop = await self._step(job, kind, changes)
            except asyncio.CancelledError:
                raise
            except NotOwner:
                raise
            except (StorageAway, *AWAY) as error:
                log.warning("job %s waits: %s", job.id, error, extra={"action": "run_job"})
                await asyncio.sleep(_AWAY_PAUSE_S)
                await self._look_again(job)
                aways += 1
                if aways > _MOST_AWAYS:  # Postgres is there: it is the step that finds something else away
                    await self._failed(job, error)
                    return
                continue
            except Exception as error:
                await self._failed(job, error)
                return
            aways = 0
            self._life.progress()
            await self._after(job, kind, step)
            if step.finished:
                self._life.count("jobs_done")
                return
            if stop:
                await self._stop(job)
                return
            if step.wait_s > _SHORT_WAIT_S:
                return
            rest_s = 0.0 if pace is None else pace.rest_s()
            if step.wait_s + rest_s > 0:
                await asyncio.sleep(step.wait_s + rest_s)

    async def _step(self, job: Job, kind: JobKind, changes: Changes) -> tuple[Step, bool]:
        """Do one step; return it, and whether the job shall stop now.

        Raises:
            NotOwner: the lease is gone; nothing was committed.
            Whatever the kind raises; nothing was committed.
        """
        prepared = await kind.prepare(job)
        outcome: tuple[Step, bool] | None = None

        async def work(connection: Connection, delta: Delta) -> list[Transition]:
            nonlocal outcome
            step = await kind.step(connection, job, prepared, delta)
            wait_s = step.wait_s if step.wait_s > _SHORT_WAIT_S else 0.0
            stop = await checkpoint(
                connection,
                job,
                Checkpoint(step.cursor, step.done, step.errors, step.total, step.finished, step.result, wait_s),
            )
            outcome = step, stop
            return [*step.transitions, *map(born, step.born)]

        await changes.commit(work)
        if outcome is None:
            raise StorageAway("the step was not carried out")
        step = outcome[0]
        job.cursor = dict(step.cursor)
        job.done += step.done
        job.errors += step.errors
        job.total = job.total if step.total is None else step.total
        job.failures = 0
        return outcome

    async def _look_again(self, job: Job) -> None:
        """After a commit whose outcome is unknown, go on from what stands in Postgres.

        Raises:
            NotOwner: the lease ran out meanwhile, or the job has ended.
        """
        deadline = time.monotonic() + 600
        while True:
            try:
                if not await extend_jobs(self._tools.pool, [job]):
                    raise NotOwner("another worker has this job, or it has ended")
                row = await get_job(self._tools.pool, job.company_id, job.id)
                break
            except AWAY:
                if self._draining or time.monotonic() > deadline:
                    raise
                await asyncio.sleep(_AWAY_PAUSE_S)
        if row is None:
            raise NotOwner("the job is gone")
        job.cursor, job.done, job.total, job.errors = row["cursor"], row["done"], row["total"], row["errors"]

    async def _after(self, job: Job, kind: JobKind, step: Step) -> None:
        due = [row for row in step.born if row.status == "queued"]
        try:
            if due:
                self._tools.hand_over([hand_over(row, None, orjson.loads(row.components or "null")) for row in due])
            await kind.after(job, step)
        except Exception as error:  # it may be lost: what it did is in Postgres
            self._life.count("jobs_after_failures")
            log.warning("after a step of %s: %s", job.kind, error, extra={"action": "after_job"})

    async def _stop(self, job: Job) -> None:
        if await end_job(self._tools.pool, job, CANCELLED):
            self._life.count("jobs_cancelled")

    async def _failed(self, job: Job, error: Exception) -> None:
        failures = job.failures + 1
        verdict = judge_failure(error, failures)
        exposed = error if not isinstance(error, MasteriaError) else None
        log.warning(
            "job %s (%s) failed %d times: %s: %s",
            job.id,
            job.kind,
            failures,
            type(error).__name__,
            error,
            extra={"action": "run_job"},
            exc_info=exposed,
        )
        self._life.count("job_step_failures")
        if verdict.wait_s is not None:
            await postpone_job(self._tools.pool, job, failures, verdict.reason, verdict.wait_s)
        elif await end_job(self._tools.pool, job, FAILED, verdict.reason):
            self._life.count("jobs_failed")
