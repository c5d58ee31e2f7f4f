"""Previews of bulk actions: what was shown, as of when, and the one run that it may be used for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one


async def insert_preview(
    executor: Pool | Connection,
    preview_id: UUID,
    company_id: UUID,
    action: str,
    request: Mapping[str, Any],
    counts: Mapping[str, Any] | None,
    as_of: datetime,
    expires_at: datetime,
    created_by: str | None = None,
) -> None:
    """Store a preview; ``counts=None``: a job is still counting."""
    await executor.execute(
        query("bulk/insert_preview"),
        preview_id,
        company_id,
        action,
        orjson.dumps(request, default=str).decode(),
        None if counts is None else orjson.dumps(counts).decode(),
        as_of,
        expires_at,
        created_by,
    )


async def get_preview(executor: Pool | Connection, company_id: UUID, preview_id: UUID) -> Row | None:
    """Return a preview (``request`` and ``counts`` as values), or None."""
    return _read(await fetch_one(executor, "bulk/get_preview", company_id, preview_id))


async def lock_preview(connection: Connection, company_id: UUID, preview_id: UUID) -> Row | None:
    """Return a preview and keep others from using it until the transaction ends."""
    return _read(await fetch_one(connection, "bulk/lock_preview", company_id, preview_id))


async def set_counts(connection: Connection, company_id: UUID, preview_id: UUID, counts: Mapping[str, Any]) -> None:
    """Write what a preview's job has counted."""
    await connection.execute(query("bulk/set_counts"), company_id, preview_id, orjson.dumps(counts).decode())


async def use_preview(connection: Connection, company_id: UUID, preview_id: UUID, job_id: UUID) -> None:
    """Note the run that a preview was used for."""
    await connection.execute(query("bulk/use_preview"), company_id, preview_id, job_id)


async def forget_previews(executor: Pool | Connection, expired_before: datetime, most: int) -> None:
    """Delete previews that expired before a time, at most so many."""
    await executor.execute(query("bulk/forget_previews"), expired_before, most)


def _read(row: Row | None) -> Row | None:
    if row is not None:
        row["request"] = orjson.loads(row["request"])
        row["counts"] = None if row["counts"] is None else orjson.loads(row["counts"])
    return row
