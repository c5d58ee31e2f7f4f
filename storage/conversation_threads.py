"""A conversation's thread: what the person wrote and what was sent to them by this number, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import asyncpg

from engine.pagination import NEWEST, Columns, Position
from storage.messages import find_messages, with_sending
from storage.pool import Pool
from storage.queries import query
from storage.searching import Page, Row, fetch_one, fetch_rows, made_at, search_windows

_WINDOW = 300  # of the person's messages with any of the company's numbers, looked at together


async def list_thread(
    pool: Pool, company_id: UUID, session_id: UUID, phone: str, before: Position | None, limit: int
) -> Page:
    """Return a page of a thread; each row has ``inbound`` (an event) or ``message``, ``author…`` beside this."""
    text = query("conversations/scan_thread")

    async def scan(start: Position, window: int, most: int) -> Sequence[asyncpg.Record]:
        return await pool.fetch(text, company_id, phone, session_id, *start, window, most)

    page = await search_windows(scan, before or NEWEST, limit, window=_WINDOW)
    return replace(page, rows=await _filled(pool, company_id, page.rows))


async def _filled(pool: Pool, company_id: UUID, rows: Sequence[Columns]) -> list[Row]:
    inbound = [row for row in rows if row["inbound"]]
    ids, times = [row["id"] for row in inbound], [row["created_at"] for row in inbound]
    events = {row["id"]: row for row in await fetch_rows(pool, "conversations/read_inbound", company_id, ids, times)}
    found = await find_messages(pool, company_id, [row["id"] for row in rows if not row["inbound"]])
    messages = {row["id"]: row for row in await with_sending(pool, company_id, list(found.values()))}
    return [
        {
            "id": row["id"],
            "created_at": row["created_at"],
            "author": row["author"],
            "author_id": row["author_id"],
            "author_name": row["author_name"],
            "inbound": events.get(row["id"]),
            "message": messages.get(row["id"]),
        }
        for row in rows
        if row["id"] in events or row["id"] in messages  # what was erased in between is gone
    ]


async def find_person_event(pool: Pool, company_id: UUID, phone: str) -> Row | None:
    """Return the newest event about a person, whose values fill what is written to them; None where there is none."""
    return await fetch_one(pool, "conversations/find_person_event", company_id, phone)


async def get_inbound(pool: Pool, company_id: UUID, session_id: UUID, phone: str, event_id: UUID) -> Row | None:
    """Return one message of a person to a number; None where that is no such message."""
    return await fetch_one(
        pool, "conversations/get_inbound", company_id, event_id, made_at(event_id), phone, session_id
    )
