"""People and what they are in their companies. Written by the front door's commands and by the routes of people."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


async def insert_user(
    executor: Pool | Connection, user_id: UUID, *, email: str, name: str, password_hash: str, created_at: datetime
) -> UUID:
    """Store a person; return the id, which is the present one's if the address is known already."""
    found: UUID = await executor.fetchval(query("users/insert_user"), user_id, email, name, password_hash, created_at)
    return found


async def set_membership(executor: Pool | Connection, user_id: UUID, company_id: UUID, role: str) -> None:
    """Make a person owner, operator or viewer of a company."""
    await executor.execute(query("users/upsert_membership"), user_id, company_id, role)


async def get_user_by_email(executor: Pool | Connection, email: str) -> Row | None:
    """Return a person (with password_hash) by address, upper or lower case."""
    return await fetch_one(executor, "users/get_user_by_email", email)


async def set_password(executor: Pool | Connection, user_id: UUID, password_hash: str) -> bool:
    """Store another password hash; return whether there is such a person."""
    return await executor.fetchval(query("users/set_password"), user_id, password_hash) is not None


async def get_user(executor: Pool | Connection, user_id: UUID) -> Row | None:
    """Return a person (with password_hash and what a second factor needs)."""
    return await fetch_one(executor, "users/get_user", user_id)


async def update_profile(
    executor: Pool | Connection, user_id: UUID, *, name: str | None, language: str | None, theme: str | None
) -> bool:
    """Change what a person says of themselves; None leaves a thing as it is."""
    return await executor.fetchval(query("users/update_profile"), user_id, name, language, theme) is not None


async def list_memberships(executor: Pool | Connection, user_id: UUID) -> list[Row]:
    """Return a person's companies: company_id, role, name, time_zone, created_at."""
    return await fetch_rows(executor, "users/list_memberships", user_id)


async def list_members(executor: Pool | Connection, company_id: UUID) -> list[Row]:
    """Return a company's people: id, email, name, role, created_at; at most 1,000."""
    return await fetch_rows(executor, "users/list_members", company_id)
