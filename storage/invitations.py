"""Invitations to companies, by the hash of their token. Made by owners, taken by whoever has the link."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


async def put_invitation(
    executor: Pool | Connection,
    company_id: UUID,
    invitation_id: UUID,
    token_hash: bytes,
    *,
    email: str,
    role: str,
    created_by: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Store an invitation in the place of the last one for the address."""
    await executor.execute(
        query("users/put_invitation"),
        company_id,
        invitation_id,
        token_hash,
        email,
        role,
        created_by,
        now,
        expires_at,
    )


async def page_invitations(
    executor: Pool | Connection, company_id: UUID, before: Position, limit: int, now: datetime
) -> list[Row]:
    """Return a company's invitations in force, newest first, behind a position."""
    return await fetch_rows(executor, "users/page_invitations", company_id, *before, limit, now)


async def count_invitations(executor: Pool | Connection, company_id: UUID, now: datetime) -> int:
    """Return how many invitations of a company are in force, up to 10,001."""
    return int(await executor.fetchval(query("users/count_invitations"), company_id, now))


async def get_invitation(
    executor: Pool | Connection, company_id: UUID, invitation_id: UUID, now: datetime
) -> Row | None:
    """Return one of a company's invitations in force."""
    return await fetch_one(executor, "users/get_invitation", company_id, invitation_id, now)


async def delete_invitation(executor: Pool | Connection, company_id: UUID, invitation_id: UUID) -> bool:
    """Take an invitation back; return whether there was such a one."""
    return await executor.fetchval(query("users/delete_invitation"), company_id, invitation_id) is not None


async def find_invitation(executor: Pool | Connection, token_hash: bytes, now: datetime) -> Row | None:
    """Return an invitation in force by its token: company_id, company_name, email, role, expires_at."""
    return await fetch_one(executor, "users/find_invitation", token_hash, now)


async def take_invitation(connection: Connection, token_hash: bytes, now: datetime) -> Row | None:
    """Take an invitation and return company_id, email and role; None: it is unknown, used or over."""
    return await fetch_one(connection, "users/take_invitation", token_hash, now)
