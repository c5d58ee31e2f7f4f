"""Jobs as rows: made in their caller's transaction, claimed with a fence, carried on step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from engine.errors import NotOwner
from engine.ids import id_time
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

LEASE_S = 15.0


@dataclass(slots=True)
class Job:
    """A claimed job as its kind sees it.

    Attributes:
        params: what it was made with; never changes.
        cursor: how far the last committed step came; {} before the first.
        failures: how often the present step has failed so far.
        fence: under which this claim may commit.
    """

    id: UUID
    company_id: UUID
    kind: str
    params: dict[str, Any]
    cursor: dict[str, Any]
    done: int
    total: int | None
    errors: int
    failures: int = 0
    fence: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far a step came; ``wait_s`` above 0 gives the job back until then."""

    cursor: Mapping[str, Any]
    done: int = 0
    errors: int = 0
    total: int | None = None
    finished: bool = False
    result: Mapping[str, Any] | None = None
    wait_s: float = 0.0


async def insert_job(
    connection: Connection,
    company_id: UUID,
    kind: str,
    params: Mapping[str, Any],
    job_id: UUID,
    *,
    total: int | None = None,
    not_before: datetime | None = None,
    created_by: str | None = None,
    schedule_id: UUID | None = None,
) -> bool:
    """Make a job, inside the caller's transaction; a worker takes it within a second of the commit.

    Args:
        connection: in a transaction.
        company_id: whose job.
        kind: one of ``actors/jobs/kinds.py``.
        params: JSON values that its kind reads.
        job_id: a UUIDv7, whose time is when it was made.
        total: how much there is to do, where that is known.
        not_before: when it may begin; None: at once.
        created_by: who asked for it, as it is shown.
        schedule_id: the schedule whose job it is.

    Returns:
        False if its schedule has an unfinished job already: none was made.
    """
    status: str = await connection.execute(
        query("jobs/insert_job"),
        job_id,
        company_id,
        kind,
        orjson.dumps(params, default=str).decode(),
        total,
        not_before,
        id_time(job_id),
        created_by,
        schedule_id,
    )
    return status.endswith(" 1")


async def get_job(executor: Pool | Connection, company_id: UUID, job_id: UUID) -> Row | None:
    """Return one job (``params``, ``cursor`` and ``result`` as values), or None."""
    row = await fetch_one(executor, "jobs/get_job", company_id, job_id)
    return None if row is None else _read(row)


async def list_jobs(
    executor: Pool | Connection,
    company_id: UUID,
    before: Position,
    limit: int,
    *,
    kind: str | None = None,
    state: str | None = None,
    schedule_id: UUID | None = None,
) -> list[Row]:
    """Return a company's jobs, newest first, behind a position; ``running`` finds those that wait for a worker too."""
    rows = await fetch_rows(executor, "jobs/list_jobs", company_id, *before, limit, kind, state, schedule_id)
    return [_read(row) for row in rows]


async def count_jobs(
    executor: Pool | Connection,
    company_id: UUID,
    *,
    kind: str | None = None,
    state: str | None = None,
    schedule_id: UUID | None = None,
) -> int:
    """Return how many jobs there are, up to 10,001."""
    return int(await executor.fetchval(query("jobs/count_jobs"), company_id, kind, state, schedule_id))


async def request_cancel(executor: Pool | Connection, company_id: UUID, job_id: UUID) -> str | None:
    """Have a job stop, at its next step at the latest; return its state now, None if there is no unfinished one."""
    state: str | None = await executor.fetchval(query("jobs/request_cancel"), company_id, job_id)
    return state


async def claim_job(connection: Connection, owner: str, kinds: Sequence[str]) -> Job | None:
    """Take a job that is due and free, with a new fence and a lease of ``LEASE_S``; None: there is none just now."""
    try:
        row = await connection.fetchrow(query("jobs/claim_job"), owner, timedelta(seconds=LEASE_S), list(kinds))
    except asyncpg.UniqueViolationError:  # another worker began one of the same company and kind at this moment
        return None
    if row is None:
        return None
    return Job(
        row["id"],
        row["company_id"],
        row["kind"],
        orjson.loads(row["params"]),
        orjson.loads(row["cursor"]),
        row["done"],
        row["total"],
        row["errors"],
        row["failures"],
        row["fence"],
    )


async def checkpoint(connection: Connection, job: Job, step: Checkpoint) -> bool:
    """Write how far a step came, inside its transaction; tell whether the job shall stop now.

    Raises:
        NotOwner: the lease ran out or another worker has the job: the transaction must not be committed.
    """
    row = await connection.fetchrow(
        query("jobs/checkpoint_job"),
        job.id,
        job.fence,
        orjson.dumps(step.cursor, default=str).decode(),
        step.done,
        step.errors,
        step.finished,
        step.total,
        None if step.result is None else orjson.dumps(step.result, default=str).decode(),
        step.wait_s,
        timedelta(seconds=LEASE_S),
    )
    if row is None:
        raise NotOwner("another worker has this job")
    return bool(row["cancel_requested"])


async def end_job(executor: Pool | Connection, job: Job, state: str, error: str | None = None) -> bool:
    """End a job as cancelled or failed; False if it is not this worker's any more."""
    return await executor.fetchval(query("jobs/end_job"), job.id, job.fence, state, error) is not None


async def postpone_job(executor: Pool | Connection, job: Job, failures: int, error: str, wait_s: float) -> bool:
    """Give a job back whose step failed, for another try; False if it is not this worker's any more."""
    found = await executor.fetchval(query("jobs/postpone_job"), job.id, job.fence, failures, error, wait_s)
    return found is not None


async def extend_jobs(executor: Pool | Connection, jobs: Sequence[Job]) -> dict[UUID, bool]:
    """Keep the leases of running jobs; return those that are still ours, each with whether it shall stop."""
    rows = await executor.fetch(
        query("jobs/extend_jobs"), [job.id for job in jobs], [job.fence for job in jobs], timedelta(seconds=LEASE_S)
    )
    return {row["id"]: row["cancel_requested"] for row in rows}


async def release_jobs(executor: Pool | Connection, owner: str) -> None:
    """Give back whatever a worker of this name held; the next claim's fence keeps the old one from committing."""
    await executor.execute(query("jobs/release_jobs"), owner)


async def list_live_jobs(executor: Pool | Connection, companies: Sequence[bytes], most: int) -> dict[bytes, list[Row]]:
    """Return the newest jobs of each company, for the live topic."""
    rows = await fetch_rows(executor, "jobs/list_live_jobs", [UUID(bytes=company) for company in companies], most)
    found: dict[bytes, list[Row]] = {company: [] for company in companies}
    for row in rows:
        found[row["company_id"].bytes].append(_read(row))
    return found


async def count_open(executor: Pool | Connection) -> list[Row]:
    """Return the installation's unfinished jobs by state, and for how many seconds the oldest waits for a worker."""
    return await fetch_rows(executor, "jobs/count_open")


async def forget_jobs(executor: Pool | Connection, ended_before: datetime, most: int) -> None:
    """Delete jobs that ended before a time, at most so many."""
    await executor.execute(query("jobs/forget_jobs"), ended_before, most)


def _read(row: Row) -> Row:
    for name in ("params", "cursor", "result"):
        if row.get(name) is not None:
            row[name] = orjson.loads(row[name])
    return row
