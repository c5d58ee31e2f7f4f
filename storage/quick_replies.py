"""Texts that are sent often, by a shortcut. Called by the REST API."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import asyncpg

from engine.errors import Conflict
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


async def list_quick_replies(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's quick replies, newest first, behind a position."""
    return await fetch_rows(executor, "quick_replies/list_quick_replies", company_id, before.id, limit)


async def count_quick_replies(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many quick replies a company has, up to 10,001."""
    return int(await executor.fetchval(query("quick_replies/count_quick_replies"), company_id))


async def get_quick_reply(executor: Pool | Connection, company_id: UUID, reply_id: UUID) -> Row | None:
    """Return one quick reply, or None."""
    return await fetch_one(executor, "quick_replies/get_quick_reply", company_id, reply_id)


async def insert_quick_reply(
    executor: Pool | Connection, company_id: UUID, reply_id: UUID, shortcut: str, text: str, at: datetime
) -> None:
    """Store a new quick reply.

    Raises:
        Conflict: the company has one of this shortcut.
    """
    try:
        await executor.execute(query("quick_replies/insert_quick_reply"), company_id, reply_id, shortcut, text, at)
    except asyncpg.UniqueViolationError as error:
        raise _taken(shortcut) from error


async def update_quick_reply(
    executor: Pool | Connection,
    company_id: UUID,
    reply_id: UUID,
    shortcut: str | None,
    text: str | None,
    now: datetime,
) -> bool:
    """Change a quick reply (None: as it is); return whether there is such a one.

    Raises:
        Conflict: the company has another of this shortcut.
    """
    try:
        done = await executor.fetchval(
            query("quick_replies/update_quick_reply"), company_id, reply_id, shortcut, text, now
        )
    except asyncpg.UniqueViolationError as error:
        raise _taken(shortcut or "") from error
    return done is not None


async def delete_quick_reply(executor: Pool | Connection, company_id: UUID, reply_id: UUID) -> bool:
    """Delete a quick reply; return whether it was there."""
    return await executor.fetchval(query("quick_replies/delete_quick_reply"), company_id, reply_id) is not None


def _taken(shortcut: str) -> Conflict:
    return Conflict(f"there is a quick reply with the shortcut {shortcut!r} already")
