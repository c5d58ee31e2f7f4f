"""Lists of contacts and their members. Called by the API, imports, rules and campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from engine.errors import Conflict
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

_AT_ONCE = 20_000


async def list_contact_lists(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's lists, newest first, behind a position."""
    return await fetch_rows(executor, "contact_lists/list_contact_lists", company_id, *before, limit)


async def count_contact_lists(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many lists a company has, up to 10,001."""
    return int(await executor.fetchval(query("contact_lists/count_contact_lists"), company_id))


async def get_contact_list(executor: Pool | Connection, company_id: UUID, list_id: UUID) -> Row | None:
    """Return a list, or None."""
    return await fetch_one(executor, "contact_lists/get_contact_list", company_id, list_id)


async def unknown_lists(executor: Pool | Connection, company_id: UUID, list_ids: Sequence[UUID]) -> set[UUID]:
    """Return those of these lists that the company does not have."""
    rows = await executor.fetch(query("contact_lists/find_contact_lists"), company_id, list(list_ids))
    return set(list_ids) - {row["id"] for row in rows}


async def insert_contact_list(
    executor: Pool | Connection, company_id: UUID, list_id: UUID, name: str, description: str, created_at: datetime
) -> None:
    """Store a new list.

    Raises:
        Conflict: the company has one of this name.
    """
    try:
        await executor.execute(
            query("contact_lists/insert_contact_list"), company_id, list_id, name, description, created_at
        )
    except asyncpg.UniqueViolationError as error:
        raise _taken() from error


async def update_contact_list(
    executor: Pool | Connection,
    company_id: UUID,
    list_id: UUID,
    name: str | None,
    description: str | None,
    now: datetime,
) -> bool:
    """Change a list where a value is given; return whether there is one.

    Raises:
        Conflict: the company has another one of this name.
    """
    try:
        found = await executor.fetchval(
            query("contact_lists/update_contact_list"), company_id, list_id, name, description, now
        )
    except asyncpg.UniqueViolationError as error:
        raise _taken() from error
    return found is not None


async def delete_contact_list(pool: Pool, company_id: UUID, list_id: UUID) -> bool:
    """Remove a list; its contacts stay. Its members' places go in pieces, so that none of them takes long."""
    if await pool.fetchval(query("contact_lists/delete_contact_list"), company_id, list_id) is None:
        return False
    while (await pool.execute(query("contact_lists/delete_members"), list_id, _AT_ONCE)) == f"DELETE {_AT_ONCE}":
        pass
    return True


async def add_to_list(
    connection: Connection, company_id: UUID, list_id: UUID, contact_ids: Sequence[UUID], source: str
) -> int:
    """Put contacts into a list of their company; return how many are new in it (0 where there is no such list)."""
    if not contact_ids:
        return 0
    return int(
        await connection.fetchval(
            query("contact_lists/add_members"), company_id, list_id, list(contact_ids), source[:200]
        )
    )


async def remove_from_list(connection: Connection, company_id: UUID, list_id: UUID, contact_ids: Sequence[UUID]) -> int:
    """Take contacts out of a list; return how many were in it."""
    return int(await connection.fetchval(query("contact_lists/remove_members"), company_id, list_id, list(contact_ids)))


def _taken() -> Conflict:
    return Conflict("the company has a list of this name already")
