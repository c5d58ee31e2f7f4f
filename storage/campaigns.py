"""Campaigns as rows: drafts, their states, and the start that freezes the audience. Called by routes and workers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from engine.campaign_counts import exclusive
from engine.campaigns import CANCELLED, FINISHED, PAUSED, RUNNING, SCHEDULED
from engine.ids import id_time
from engine.outgoing_data import campaign_data
from engine.pagination import Position
from storage.campaign_counts import read_counts
from storage.jobs import insert_job
from storage.message_rows import NEVER
from storage.outgoing import anybody_wants, tell
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

EXPANSION = "campaign_expansion"
TOLD_FINISHED = "campaign.finished"


async def insert_campaign(
    executor: Pool | Connection,
    company_id: UUID,
    campaign_id: UUID,
    name: str,
    definition: Mapping[str, Any],
    *,
    created_by: str | None,
    parent_id: UUID | None = None,
    origin: str = "new",
) -> None:
    """Store a draft."""
    await executor.execute(
        query("campaigns/insert_campaign"),
        campaign_id,
        company_id,
        name,
        _json(definition),
        parent_id,
        origin,
        created_by,
        id_time(campaign_id),
    )


async def get_campaign(executor: Pool | Connection, company_id: UUID, campaign_id: UUID) -> Row | None:
    """Return a campaign with how far its recipients are written, or None."""
    return _read(await fetch_one(executor, "campaigns/get_campaign", campaign_id, company_id))


async def lock_campaign(connection: Connection, company_id: UUID, campaign_id: UUID) -> Row | None:
    """Return a campaign and keep others from changing it until the transaction ends; None if there is none."""
    return _read(await fetch_one(connection, "campaigns/lock_campaign", campaign_id, company_id))


async def list_campaigns(
    executor: Pool | Connection,
    company_id: UUID,
    before: Position,
    limit: int,
    *,
    state: str | None = None,
    parent_id: UUID | None = None,
) -> list[Row]:
    """Return a company's campaigns, newest first, behind a position."""
    rows = await fetch_rows(executor, "campaigns/list_campaigns", company_id, *before, limit, state, parent_id)
    return [found for row in rows if (found := _read(row)) is not None]


async def count_campaigns(
    executor: Pool | Connection, company_id: UUID, *, state: str | None = None, parent_id: UUID | None = None
) -> int:
    """Return how many campaigns there are, up to 10,001."""
    return int(await executor.fetchval(query("campaigns/count_campaigns"), company_id, state, parent_id))


async def update_draft(
    executor: Pool | Connection,
    company_id: UUID,
    campaign_id: UUID,
    name: str,
    definition: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Give a draft another definition; False where there is no such draft (any more)."""
    found = await executor.fetchval(
        query("campaigns/update_draft"), campaign_id, company_id, name, _json(definition), now
    )
    return found is not None


async def delete_draft(executor: Pool | Connection, company_id: UUID, campaign_id: UUID) -> bool:
    """Delete a draft; False where there is no such draft (any more)."""
    return await executor.fetchval(query("campaigns/delete_draft"), campaign_id, company_id) is not None


async def schedule(connection: Connection, company_id: UUID, campaign_id: UUID, at: datetime, now: datetime) -> None:
    """Have a campaign begin at a time; the caller holds its row."""
    await _set_state(connection, company_id, campaign_id, SCHEDULED, now, look_at=at, next_run_at=at)


async def begin(
    connection: Connection,
    company_id: UUID,
    campaign_id: UUID,
    job_id: UUID,
    now: datetime,
    *,
    as_of: datetime,
    request: Mapping[str, Any] | None = None,
    created_by: str | None = None,
) -> None:
    """Begin a campaign: its audience is frozen as of a time, and a job writes its recipients. The caller holds its row.

    Args:
        connection: in a transaction.
        company_id: whose.
        campaign_id: which.
        job_id: of the job.
        now: becomes ``started_at``.
        as_of: contacts made later are out.
        request: what a retry takes from its parent, or the most people that were agreed to.
        created_by: who began it.
    """
    await _set_state(connection, company_id, campaign_id, RUNNING, now, look_at=now, as_of=as_of)
    await connection.execute(query("campaigns/insert_expansion"), campaign_id, company_id, job_id, _json(request or {}))
    await insert_job(
        connection, company_id, EXPANSION, {"campaign_id": str(campaign_id)}, job_id, created_by=created_by
    )


async def pause(connection: Connection, company_id: UUID, campaign_id: UUID, now: datetime) -> None:
    """Pause a campaign; the caller holds its row, and sets what is queued aside afterwards."""
    await _set_state(connection, company_id, campaign_id, PAUSED, now)


async def resume(
    connection: Connection, company_id: UUID, campaign_id: UUID, job_id: UUID, now: datetime, created_by: str | None
) -> None:
    """Let a campaign go on; where the job that writes its recipients has ended early, another one goes on with it."""
    await _set_state(connection, company_id, campaign_id, RUNNING, now, look_at=now)
    if await connection.fetchval(query("campaigns/renew_expansion"), campaign_id, company_id, job_id) is not None:
        params = {"campaign_id": str(campaign_id)}
        await insert_job(connection, company_id, EXPANSION, params, job_id, created_by=created_by)


async def cancel_campaign(
    connection: Connection, company_id: UUID, campaign_id: UUID, session_ids: Sequence[UUID], now: datetime
) -> None:
    """Call a campaign off; the caller holds its row, and cancels what is queued afterwards.

    What the caller does not come to is cancelled when it is due, and what was set aside is due from now on.
    """
    await _set_state(connection, company_id, campaign_id, CANCELLED, now)
    await connection.execute(query("campaigns/wake_campaign"), campaign_id, list(session_ids))


async def finish(connection: Connection, company_id: UUID, campaign_id: UUID, now: datetime) -> None:
    """A campaign has nothing left that could leave: the company's own systems are told. The caller holds its row."""
    await _set_state(connection, company_id, campaign_id, FINISHED, now)
    if not await anybody_wants(connection, company_id, TOLD_FINISHED):
        return
    row = await get_campaign(connection, company_id, campaign_id)
    if row is not None:
        counted = (await read_counts(connection, company_id, [campaign_id]))[campaign_id]
        total, counts = exclusive(counted.keys, row["written"], row["state"])
        await tell(connection, company_id, TOLD_FINISHED, campaign_data(row, total, counts), now)


async def claim_due_campaign(connection: Connection, again_s: float) -> Row | None:
    """Take the running or scheduled campaign that is due, and hold its row; None: none is due, or others have it."""
    return _read(await fetch_one(connection, "campaigns/claim_due", timedelta(seconds=again_s)))


async def postpone(executor: Pool | Connection, company_id: UUID, campaign_id: UUID, again_s: float) -> None:
    """Leave a campaign alone for a while: its round failed, and others wait behind it."""
    await executor.execute(query("campaigns/postpone"), campaign_id, company_id, timedelta(seconds=again_s))


async def note_round(
    connection: Connection,
    campaign_id: UUID,
    made_to: Mapping[str, str],
    stalled: str | None,
    again_s: float,
    *,
    moved: bool,
) -> None:
    """Write what a round of making messages came to; the caller holds the row."""
    await connection.execute(
        query("campaigns/note_round"), campaign_id, _json(made_to), stalled, timedelta(seconds=again_s), moved
    )


async def read_sessions(
    executor: Pool | Connection, company_id: UUID, campaign_id: UUID, session_ids: Sequence[UUID]
) -> list[Row]:
    """Return a campaign's numbers that still exist, with how many of its messages wait for each."""
    return await fetch_rows(executor, "campaigns/read_sessions", company_id, list(session_ids), campaign_id)


async def _set_state(
    connection: Connection,
    company_id: UUID,
    campaign_id: UUID,
    state: str,
    now: datetime,
    *,
    look_at: datetime = NEVER,
    next_run_at: datetime | None = None,
    as_of: datetime | None = None,
) -> None:
    await connection.execute(
        query("campaigns/set_state"), campaign_id, company_id, state, look_at, next_run_at, as_of, now
    )


def _json(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value, default=str).decode()


def _read(row: Row | None) -> Row | None:
    if row is not None:
        for name in ("definition", "made_to"):
            row[name] = orjson.loads(row[name])
    return row
