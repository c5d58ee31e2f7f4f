"""One-time links to another password, by the hash of their token. Printed by the command line, taken by the API."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from storage.pool import Connection, Pool
from storage.queries import query


async def put_reset_link(
    executor: Pool | Connection,
    user_id: UUID,
    link_id: UUID,
    token_hash: bytes,
    *,
    created_by: str,
    now: datetime,
    expires_at: datetime,
) -> None:
    """Store a link in the place of the person's last one."""
    await executor.execute(query("users/put_reset_link"), user_id, link_id, token_hash, created_by, now, expires_at)


async def has_reset_link(executor: Pool | Connection, token_hash: bytes, now: datetime) -> bool:
    """Tell whether a link is in force."""
    return await executor.fetchval(query("users/has_reset_link"), token_hash, now) is not None


async def take_reset_link(executor: Pool | Connection, token_hash: bytes, now: datetime) -> UUID | None:
    """Take a link and return whose it is; None: it is unknown, used or over."""
    found: UUID | None = await executor.fetchval(query("users/take_reset_link"), token_hash, now)
    return found
