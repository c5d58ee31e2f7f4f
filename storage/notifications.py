"""What a company's people should know: written by whoever notices it, listed and marked as read by the API."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import orjson

from engine.ids import IdMaker, id_time
from engine.notices import notice_titles
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

Severity = Literal["info", "warning", "critical"]
_ids = IdMaker()


async def notify(
    connection: Connection | Pool, company_id: UUID, kind: str, severity: Severity, data: Mapping[str, Any]
) -> UUID:
    """Write a notification.

    A side effect never blocks the main effect: whoever calls this inside a transaction of another purpose uses a
    savepoint, or its own transaction after the commit.

    Args:
        connection: where to write.
        company_id: whose people are told.
        kind: what it is about (``engine/notices.py`` has the words).
        severity: info, warning or critical.
        data: JSON values; ``title_pt`` and ``title_en`` become the title if they are there.
    """
    notice_id = _ids.make_uuid(time.time_ns() // 1_000_000)
    pt, en = notice_titles(kind, data)
    await connection.execute(
        query("notifications/insert_notification"),
        notice_id,
        company_id,
        kind,
        severity,
        pt,
        en,
        orjson.dumps(data, default=str).decode(),
        id_time(notice_id),
    )
    return notice_id


async def list_notifications(
    pool: Pool, company_id: UUID, before: Position, limit: int, *, unread: bool = False
) -> list[Row]:
    """Return a company's notifications, newest first, behind a position."""
    name = "notifications/list_unread" if unread else "notifications/list_notifications"
    return await fetch_rows(pool, name, company_id, *before, limit)


async def count_notifications(pool: Pool, company_id: UUID, *, unread: bool = False) -> int:
    """Return how many there are, up to 10,001."""
    name = "notifications/count_unread" if unread else "notifications/count_notifications"
    return int(await pool.fetchval(query(name), company_id))


async def get_notification(pool: Pool, company_id: UUID, notice_id: UUID) -> Row | None:
    """Return one notification, or None."""
    return await fetch_one(pool, "notifications/get_notification", company_id, notice_id)


async def mark_read(
    pool: Pool, company_id: UUID, now: datetime, *, notice_id: UUID | None = None, upto: datetime | None = None
) -> int:
    """Mark one notification, or all up to a time, as read; return how many were not yet."""
    status = await pool.execute(query("notifications/mark_read"), company_id, notice_id, now, upto)
    return int(status.split()[-1])
