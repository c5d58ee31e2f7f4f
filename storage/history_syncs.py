"""History syncs and their runs, and which events of a page are stored already. For the routes and the job kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from engine.errors import Conflict
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

KIND = "history_sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """What one page, or an answer that was none, adds to a run."""

    pages: int = 0
    imported: int = 0
    duplicates: int = 0
    failed: int = 0
    waits: int = 0
    reached_at: datetime | None = None
    warnings: Sequence[str] = ()
    error: str | None = None
    error_status: int | None = None
    entries: Sequence[dict[str, Any]] = ()
    finished: bool = False


class Asked(NamedTuple):
    """An event that is looked for among all stored ones; see ``engine/history_identity.py``."""

    number: int
    external_id: str | None
    pattern: str


async def insert_sync(
    connection: Connection,
    *,
    sync_id: UUID,
    company_id: UUID,
    webhook_id: UUID,
    source: str,
    setting_id: str,
    token_sealed: bytes,
    since: datetime,
    active: bool,
    automations: bool,
    created_at: datetime,
) -> None:
    """Store a new sync.

    Raises:
        Conflict: the webhook has one for this setting.
    """
    try:
        await connection.execute(
            query("syncs/insert_sync"),
            sync_id,
            company_id,
            webhook_id,
            source,
            setting_id,
            token_sealed,
            since,
            active,
            automations,
            created_at,
        )
    except asyncpg.UniqueViolationError as error:
        raise _taken() from error


async def get_sync(executor: Pool | Connection, company_id: UUID, sync_id: UUID) -> Row | None:
    """Return a sync with its schedule, or None; its token is never read here."""
    return await fetch_one(executor, "syncs/get_sync", company_id, sync_id)


async def list_syncs(
    executor: Pool | Connection, company_id: UUID, before: Position, limit: int, webhook_id: UUID | None = None
) -> list[Row]:
    """Return a company's syncs (or one webhook's), newest first, behind a position."""
    return await fetch_rows(executor, "syncs/list_syncs", company_id, *before, limit, webhook_id)


async def count_syncs(executor: Pool | Connection, company_id: UUID, webhook_id: UUID | None = None) -> int:
    """Return how many syncs there are, up to 10,001."""
    return int(await executor.fetchval(query("syncs/count_syncs"), company_id, webhook_id))


async def update_sync(
    connection: Connection,
    company_id: UUID,
    sync_id: UUID,
    now: datetime,
    *,
    setting_id: str | None = None,
    token_sealed: bytes | None = None,
    since: datetime | None = None,
    active: bool | None = None,
    automations: bool | None = None,
) -> bool:
    """Change what is given; another ``since`` or setting begins anew. Return whether there was such a sync.

    Raises:
        Conflict: the webhook has another one for this setting.
    """
    try:
        found = await connection.fetchval(
            query("syncs/update_sync"), company_id, sync_id, setting_id, token_sealed, since, active, automations, now
        )
    except asyncpg.UniqueViolationError as error:
        raise _taken() from error
    return found is not None


async def delete_sync(connection: Connection, company_id: UUID, sync_id: UUID, now: datetime) -> bool:
    """Take a sync away; return whether there was one."""
    return await connection.fetchval(query("syncs/delete_sync"), company_id, sync_id, now) is not None


async def retire_sync(executor: Pool | Connection, company_id: UUID, sync_id: UUID, reason: str, now: datetime) -> None:
    """Let a sync rest for good, with its reason and without its schedule."""
    await executor.execute(query("syncs/retire_sync"), company_id, sync_id, reason, now)


async def list_runs(
    executor: Pool | Connection, company_id: UUID, sync_id: UUID, before: Position, limit: int
) -> list[Row]:
    """Return a sync's runs, newest first, behind a position; ``entries`` as a value."""
    rows = await fetch_rows(executor, "syncs/list_runs", company_id, sync_id, *before, limit)
    return [{**row, "entries": orjson.loads(row["entries"])} for row in rows]


async def count_runs(executor: Pool | Connection, company_id: UUID, sync_id: UUID) -> int:
    """Return how many runs there were, up to 10,001."""
    return int(await executor.fetchval(query("syncs/count_runs"), company_id, sync_id))


async def load_sync(executor: Pool | Connection, company_id: UUID, sync_id: UUID) -> Row | None:
    """Return what a run needs, the sealed token and the webhook's settings among it; None: there was never one."""
    row = await fetch_one(executor, "syncs/load_sync", company_id, sync_id)
    if row is None:
        return None
    return {**row, "mapping": orjson.loads(row["mapping"]), "dedupe": orjson.loads(row["dedupe"])}


async def save_page(
    connection: Connection,
    company_id: UUID,
    sync_id: UUID,
    job_id: UUID,
    since: datetime,
    begun: datetime,
    result: PageResult,
    now: datetime,
) -> None:
    """Add a page to its run and its sync, inside the transaction of the job's checkpoint.

    Args:
        connection: in that transaction.
        company_id, sync_id, job_id: whose page.
        since: the sync's, as the run began with it.
        begun: where the run began to ask.
        result: what came of the page.
        now: the time.
    """
    await connection.execute(
        query("syncs/save_page"),
        job_id,
        sync_id,
        company_id,
        begun,
        result.reached_at,
        result.pages,
        result.imported,
        result.duplicates,
        result.failed,
        result.waits,
        list(result.warnings),
        result.error,
        result.error_status,
        orjson.dumps(list(result.entries)).decode(),
        now,
        result.finished,
        since,
    )


async def find_keys(pool: Pool, company_id: UUID, keys: Sequence[UUID]) -> dict[UUID, UUID]:
    """Return which events hold these keys: what is known of late."""
    rows = await pool.fetch(query("syncs/find_keys"), company_id, list(keys))
    return {row["key"]: row["event_id"] for row in rows}


async def find_stored(pool: Pool, company_id: UUID, webhook_id: UUID, asked: Sequence[Asked]) -> dict[int, UUID]:
    """Return which of the asked are stored, however old: number → the first such event."""
    if not asked:
        return {}
    rows = await pool.fetch(query("syncs/find_stored"), company_id, webhook_id, *map(list, zip(*asked, strict=True)))
    return {row["number"]: row["id"] for row in rows}


def _taken() -> Conflict:
    return Conflict("this webhook has a sync for this setting already")
