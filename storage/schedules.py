"""Schedules as rows: a plan whose jobs the scheduler makes when they are due. Owners of a kind put and drop them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.ids import id_time
from engine.pagination import Position
from storage.jobs import insert_job
from storage.message_rows import NEVER
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


class Due(NamedTuple):
    """A schedule whose job is to be made: that job's id, and when the schedule is due again (None: never)."""

    row: Row
    job_id: UUID
    next_run_at: datetime | None


async def put_schedule(
    connection: Connection,
    schedule_id: UUID,
    company_id: UUID,
    kind: str,
    next_run_at: datetime,
    *,
    subject_id: UUID | None = None,
    params: Mapping[str, Any] | None = None,
    every_s: int | None = None,
    jitter_s: int = 0,
    cron: str | None = None,
    active: bool = True,
) -> UUID:
    """Make a schedule, or give the one of this subject another plan (whether it is paused stays); return its id.

    Args:
        connection: in the caller's transaction.
        schedule_id: a UUIDv7, for a new one.
        company_id: whose schedule.
        kind: of its jobs; each gets ``params`` with ``schedule_id`` and ``subject_id`` beside them.
        next_run_at: when it is due first; see ``engine/schedules.py:next_run``.
        subject_id: what it is about (a webhook, a campaign …); one schedule per kind and subject.
        params: JSON values for the jobs.
        every_s, cron: exactly one of them: so many seconds apart, or five fields in the company's time zone.
        jitter_s: each run is up to so many seconds late, so that not all come at once.
        active: False: made paused.
    """
    found: UUID = await connection.fetchval(
        query("schedules/put_schedule"),
        schedule_id,
        company_id,
        kind,
        subject_id,
        orjson.dumps(params or {}, default=str).decode(),
        every_s,
        jitter_s,
        cron,
        next_run_at,
        active,
        id_time(schedule_id),
    )
    return found


async def drop_schedule(connection: Connection, company_id: UUID, kind: str, subject_id: UUID) -> None:
    """Take the schedule of a subject away; a job of it that is under way goes on."""
    await connection.execute(query("schedules/drop_schedule"), company_id, kind, subject_id)


async def get_schedule(executor: Pool | Connection, company_id: UUID, schedule_id: UUID) -> Row | None:
    """Return one schedule with the state of its last job, or None."""
    row = await fetch_one(executor, "schedules/get_schedule", company_id, schedule_id)
    return None if row is None else _read(row)


async def find_schedule(executor: Pool | Connection, company_id: UUID, kind: str, subject_id: UUID) -> Row | None:
    """Return the schedule of a subject with the state of its last job, or None."""
    row = await fetch_one(executor, "schedules/find_schedule", company_id, kind, subject_id)
    return None if row is None else _read(row)


async def list_schedules(
    executor: Pool | Connection,
    company_id: UUID,
    before: Position,
    limit: int,
    *,
    kind: str | None = None,
    subject_id: UUID | None = None,
) -> list[Row]:
    """Return a company's schedules, newest first, behind a position."""
    rows = await fetch_rows(executor, "schedules/list_schedules", company_id, *before, limit, kind, subject_id)
    return [_read(row) for row in rows]


async def count_schedules(
    executor: Pool | Connection, company_id: UUID, *, kind: str | None = None, subject_id: UUID | None = None
) -> int:
    """Return how many schedules there are, up to 10,001."""
    return int(await executor.fetchval(query("schedules/count_schedules"), company_id, kind, subject_id))


async def set_active(
    executor: Pool | Connection, company_id: UUID, schedule_id: UUID, active: bool, next_run_at: datetime | None = None
) -> bool:
    """Pause a schedule or let it go on (``next_run_at``: then first); False if there is none."""
    found = await executor.fetchval(query("schedules/set_active"), company_id, schedule_id, active, next_run_at)
    return found is not None


async def run_now(connection: Connection, row: Row, job_id: UUID, now: datetime, created_by: str | None) -> bool:
    """Make a schedule's job out of turn, inside the caller's transaction; False if one of it is unfinished."""
    made = await insert_job(
        connection,
        row["company_id"],
        row["kind"],
        _job_params(row),
        job_id,
        created_by=created_by,
        schedule_id=row["id"],
    )
    if made:
        await connection.execute(query("schedules/advance"), [row["id"]], [row["next_run_at"]], [job_id], now)
    return made


async def make_due_jobs(
    connection: Connection, now: datetime, most: int, plan: Callable[[Row], Due]
) -> tuple[int, list[UUID]]:
    """Make the jobs of schedules that are due, inside the caller's transaction.

    Args:
        connection: in a transaction.
        now: the time.
        most: how many schedules at a time.
        plan: says of each (with ``time_zone``, its company's) which job it gets and when it is due again.

    Returns:
        How many were due, and the jobs that were made: a schedule with an unfinished one makes none.
    """
    rows = [_read(row) for row in await fetch_rows(connection, "schedules/claim_due", now, most)]
    if not rows:
        return 0, []
    due = [plan(row) for row in rows]
    made = await connection.fetch(
        query("schedules/insert_jobs"),
        [one.job_id for one in due],
        [one.row["company_id"] for one in due],
        [one.row["kind"] for one in due],
        [orjson.dumps(_job_params(one.row), default=str).decode() for one in due],
        [one.row["id"] for one in due],
        now,
    )
    jobs = {row["schedule_id"]: row["id"] for row in made}
    await _advance(connection, due, jobs, now)
    return len(rows), list(jobs.values())


async def _advance(connection: Connection, due: Sequence[Due], jobs: Mapping[UUID, UUID], now: datetime) -> None:
    await connection.execute(
        query("schedules/advance"),
        [one.row["id"] for one in due],
        [one.next_run_at or NEVER for one in due],
        [jobs.get(one.row["id"]) for one in due],
        now,
    )


def _job_params(row: Row) -> dict[str, Any]:
    return {**row["params"], "schedule_id": row["id"], "subject_id": row["subject_id"]}


def _read(row: Row) -> Row:
    row["params"] = orjson.loads(row["params"])
    return row
