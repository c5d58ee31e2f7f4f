"""What colleagues write about a conversation; the person never sees it. Called by the REST API."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


async def list_notes(
    executor: Pool | Connection, company_id: UUID, conversation_id: UUID, before: Position, limit: int
) -> list[Row]:
    """Return a conversation's notes, newest first, behind a position."""
    return await fetch_rows(executor, "conversations/list_notes", company_id, conversation_id, before.id, limit)


async def count_notes(executor: Pool | Connection, company_id: UUID, conversation_id: UUID) -> int:
    """Return how many notes a conversation has, up to 10,001."""
    return int(await executor.fetchval(query("conversations/count_notes"), company_id, conversation_id))


async def add_note(
    executor: Pool | Connection,
    company_id: UUID,
    conversation_id: UUID,
    note_id: UUID,
    author_id: UUID | None,
    author_name: str,
    text: str,
    at: datetime,
) -> Row | None:
    """Keep a note and return it; None where there is no such conversation."""
    return await fetch_one(
        executor, "conversations/insert_note", company_id, conversation_id, note_id, author_id, author_name, text, at
    )


async def delete_note(executor: Pool | Connection, company_id: UUID, conversation_id: UUID, note_id: UUID) -> bool:
    """Delete a note; return whether it was there."""
    gone = await executor.fetchval(query("conversations/delete_note"), company_id, conversation_id, note_id)
    return gone is not None
