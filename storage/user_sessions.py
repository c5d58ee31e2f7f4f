"""Cookie sessions of people, by the hash of the cookie. Asked at every request that carries one (gateway/auth.py)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


async def insert_user_session(
    connection: Connection,
    session_id: UUID,
    user_id: UUID,
    token_hash: bytes,
    *,
    now: datetime,
    idle_since: datetime,
    expires_at: datetime,
    address: str,
    agent: str,
) -> None:
    """Store a person's new session; sessions of theirs that are over, and the oldest beyond 50, go."""
    await connection.execute(
        query("user_sessions/insert_user_session"), session_id, user_id, token_hash, now, expires_at, address, agent
    )
    await connection.execute(query("user_sessions/clear_user_sessions"), user_id, now, idle_since)


async def find_user_session(
    executor: Pool | Connection, token_hash: bytes, now: datetime, idle_since: datetime
) -> Row | None:
    """Return id, user_id, last_seen_at, email, name, companies and roles (side by side) of a session in force."""
    return await fetch_one(executor, "user_sessions/find_user_session", token_hash, now, idle_since)


async def list_user_sessions(
    executor: Pool | Connection, user_id: UUID, now: datetime, idle_since: datetime
) -> list[Row]:
    """Return a person's sessions in force, newest first."""
    return await fetch_rows(executor, "user_sessions/list_user_sessions", user_id, now, idle_since)


async def end_user_session(executor: Pool | Connection, user_id: UUID, session_id: UUID) -> bool:
    """End one of a person's sessions; return whether there was such a one."""
    return await executor.fetchval(query("user_sessions/end_user_session"), user_id, session_id) is not None


async def end_user_sessions(executor: Pool | Connection, user_id: UUID, but: UUID | None = None) -> int:
    """End a person's sessions, all but one if that is named; return how many."""
    return int(await executor.fetchval(query("user_sessions/end_user_sessions"), user_id, but))


async def end_by_token(executor: Pool | Connection, token_hash: bytes) -> None:
    """End the session of a cookie."""
    await executor.execute(query("user_sessions/end_by_token"), token_hash)


async def touch_user_sessions(executor: Pool | Connection, seen: Mapping[UUID, datetime]) -> None:
    """Note when sessions and their people were last seen, many at once."""
    await executor.execute(query("user_sessions/touch_user_sessions"), list(seen), list(seen.values()))
