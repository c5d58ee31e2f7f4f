"""What happens to conversations with their people: another number, erasure, old age."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_rows


async def follow_number(connection: Connection, company_id: UUID, old: str, new: str, now: datetime) -> None:
    """Give a person's conversations their new phone, in the caller's transaction; two with one number become one."""
    await connection.execute(query("conversations/move_number"), company_id, old, new, now)
    await connection.execute(query("ai/move_number"), company_id, old, new)
    for pair in await connection.fetch(query("conversations/find_pairs"), company_id, old, new):
        await connection.execute(query("conversations/move_belongings"), company_id, pair["old"], pair["new"], new)
        await connection.execute(query("conversations/merge_conversations"), company_id, pair["old"], pair["new"], now)


async def find_kept_ids(connection: Connection, company_id: UUID, user_ids: Sequence[str]) -> list[str]:
    """Return which of these user ids stand in the place of a phone: conversations and wishes of who had told none."""
    if not user_ids:
        return []
    rows = await connection.fetch(query("conversations/find_by_user_id"), company_id, user_ids)
    return [row["phone"] for row in rows]


async def forget_person(connection: Connection, company_id: UUID, phone: str) -> None:
    """Delete a person's conversations with their notes and turns, and what was decided about their messages."""
    await connection.execute(query("conversations/forget_person"), company_id, phone)
    await connection.execute(query("ai/forget_person"), company_id, phone)


async def blank_texts(connection: Connection, company_id: UUID, before: datetime, most: int) -> int:
    """Take the words out of up to ``most`` conversations last active before a time, and of as many decisions made then.

    Returns:
        Of how many.
    """
    shown = int(await connection.fetchval(query("conversations/blank_texts"), company_id, before, most))
    return shown + int(await connection.fetchval(query("ai/blank_texts"), company_id, before, most))


async def list_person_conversations(executor: Pool | Connection, company_id: UUID, phone: str) -> list[Row]:
    """Return all that is kept of a person's conversations beside their messages; ``notes`` is JSON."""
    return await fetch_rows(executor, "conversations/list_person", company_id, phone)
