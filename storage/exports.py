"""Files that jobs made: their pieces in Postgres, so that any gateway can send them. Used by routes and worker."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from engine.ids import id_time
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

KEPT = timedelta(days=7)
MOST_PER_COMPANY = 20


async def insert_export(
    connection: Connection,
    company_id: UUID,
    export_id: UUID,
    *,
    kind: str,
    file_name: str,
    style: Mapping[str, Any],
    masked: bool,
) -> bool:
    """Store an export that the job of the same id will make; False where the company has as many as it may."""
    made_at = id_time(export_id)
    found = await connection.fetchval(
        query("exports/insert_export"),
        export_id,
        company_id,
        kind,
        file_name,
        orjson.dumps(style).decode(),
        masked,
        made_at,
        made_at + KEPT,
        MOST_PER_COMPANY,
    )
    return found is not None


async def list_exports(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's exports with their jobs' ``state`` and ``error``, newest first, behind a position."""
    rows = await fetch_rows(executor, "exports/list_exports", company_id, *before, limit)
    return [{**row, "style": orjson.loads(row["style"])} for row in rows]


async def count_exports(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many exports a company has, up to 10,001."""
    return int(await executor.fetchval(query("exports/count_exports"), company_id))


async def get_export(executor: Pool | Connection, company_id: UUID, export_id: UUID) -> Row | None:
    """Return one export with its job's ``state`` and ``error``, or None."""
    row = await fetch_one(executor, "exports/get_export", company_id, export_id)
    return None if row is None else {**row, "style": orjson.loads(row["style"])}


async def add_chunk(
    connection: Connection, company_id: UUID, export_id: UUID, position: int, data: bytes, rows: int, *, last: bool
) -> int | None:
    """Store the next piece of a file; return the file's size in bytes now, None where the export is gone."""
    size: int | None = await connection.fetchval(
        query("exports/add_chunk"), company_id, export_id, data, rows, position, last
    )
    return size


async def read_chunks(pool: Pool, company_id: UUID, export_id: UUID, count: int) -> AsyncIterator[bytes]:
    """Yield a file's pieces one by one; memory holds one.

    Raises:
        LookupError: the export was taken away meanwhile.
    """
    for position in range(count):
        data: bytes | None = await pool.fetchval(query("exports/read_chunk"), company_id, export_id, position)
        if data is None:
            raise LookupError("the export is gone")
        yield data


async def delete_export(executor: Pool | Connection, company_id: UUID, export_id: UUID) -> bool:
    """Take an export and its file away; return whether there was one."""
    return await executor.fetchval(query("exports/delete_export"), company_id, export_id) is not None


async def forget_exports(executor: Pool | Connection, now: datetime, most: int) -> int:
    """Take expired exports away; return how many."""
    status = await executor.execute(query("exports/forget_exports"), now, most)
    return int(status.rpartition(" ")[2])
