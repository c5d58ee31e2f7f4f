"""A company's people: listed, given another role, taken out; the last owner stays. Called by routes/users.py."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from engine.errors import LastOwner
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


async def page_members(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's people, who joined last first, behind a position."""
    return await fetch_rows(executor, "users/page_members", company_id, *before, limit)


async def count_members(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many people a company has, up to 10,001."""
    return int(await executor.fetchval(query("users/count_members"), company_id))


async def get_member(executor: Pool | Connection, company_id: UUID, user_id: UUID) -> Row | None:
    """Return one of a company's people: id, email, name, role, totp, last_seen_at, created_at (when they joined)."""
    return await fetch_one(executor, "users/get_member", company_id, user_id)


async def is_member(executor: Pool | Connection, company_id: UUID, email: str) -> bool:
    """Tell whether an address is that of one of a company's people."""
    return await executor.fetchval(query("users/is_member"), company_id, email) is not None


async def change_role(connection: Connection, company_id: UUID, user_id: UUID, role: str) -> bool:
    """Make one of a company's people something else; return whether there is such a one. In a transaction.

    Raises:
        LastOwner: nobody else owns the company.
    """
    await _keep_an_owner(connection, company_id, user_id, role)
    return await connection.fetchval(query("users/set_role"), company_id, user_id, role) is not None


async def remove_member(connection: Connection, company_id: UUID, user_id: UUID) -> bool:
    """Take a person out of a company; return whether they were in it. In a transaction.

    Raises:
        LastOwner: nobody else owns the company.
    """
    await _keep_an_owner(connection, company_id, user_id, None)
    await connection.execute(query("conversations/unassign"), company_id, user_id)
    return await connection.fetchval(query("users/remove_member"), company_id, user_id) is not None


async def add_member(executor: Pool | Connection, company_id: UUID, user_id: UUID, role: str, now: datetime) -> bool:
    """Let a person into a company; return False if they were in it (then they stay what they are)."""
    return await executor.fetchval(query("users/add_member"), company_id, user_id, role, now) is not None


async def _keep_an_owner(connection: Connection, company_id: UUID, user_id: UUID, role: str | None) -> None:
    owners = [row[0] for row in await connection.fetch(query("users/lock_owners"), company_id)]
    if role != "owner" and owners == [user_id]:
        raise LastOwner
