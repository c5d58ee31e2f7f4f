"""WhatsApp sessions: numbers of every transport, their limits and state. Changed by the REST API."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from engine.errors import Conflict
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session as it is first stored; ``token_sealed`` comes from ``engine.credentials.seal_session_token``."""

    id: UUID
    company_id: UUID
    name: str
    transport: str
    phone: str | None
    phone_number_id: str | None
    waba_id: str | None
    app_id: str | None
    token_sealed: bytes | None
    throughput: int
    tier: str
    options: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SessionChange:
    """What a session becomes; ``token_sealed=None`` keeps the token."""

    name: str
    phone: str | None
    phone_number_id: str | None
    waba_id: str | None
    app_id: str | None
    token_sealed: bytes | None
    throughput: int
    tier: str
    state: str
    reason: str | None
    resume_at: datetime | None
    options: dict[str, Any]


async def list_sessions(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's sessions, newest first, behind a position; never a token."""
    return [_row(row) for row in await fetch_rows(executor, "sessions/list_sessions", company_id, *before, limit)]


async def count_sessions(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many sessions a company has, up to 10,001."""
    return int(await executor.fetchval(query("sessions/count_sessions"), company_id))


async def get_session(executor: Pool | Connection, company_id: UUID, session_id: UUID) -> Row | None:
    """Return a session without its token, or None."""
    row = await fetch_one(executor, "sessions/get_session", company_id, session_id)
    return None if row is None else _row(row)


async def insert_session(executor: Pool | Connection, new: NewSession) -> None:
    """Store a new session.

    Raises:
        Conflict: the installation has another session with this phone_number_id.
    """
    values = [json.dumps(value) if isinstance(value, dict) else value for value in astuple(new)]
    try:
        await executor.execute(query("sessions/insert_session"), *values)
    except asyncpg.UniqueViolationError as error:
        raise _taken() from error


async def change_session(
    pool: Pool, company_id: UUID, session_id: UUID, change: Callable[[Row], SessionChange]
) -> Row | None:
    """Change a session: ``change`` sees it as it is (locked) and returns what it becomes; None if there is none.

    Raises:
        Conflict: the installation has another session with this phone_number_id.
    """
    try:
        async with pool.acquire() as connection, connection.transaction():
            row = await fetch_one(connection, "sessions/lock_session", company_id, session_id)
            if row is None:
                return None
            new = change(_row(row))
            values = [json.dumps(value) if isinstance(value, dict) else value for value in astuple(new)]
            changed = await fetch_one(connection, "sessions/update_session", company_id, session_id, *values)
    except asyncpg.UniqueViolationError as error:
        raise _taken() from error
    return None if changed is None else _row(changed)


async def list_paused_lanes(executor: Pool | Connection, company_id: UUID) -> list[Row]:
    """Return the sessions that have paused lanes: id and lanes."""
    return await fetch_rows(executor, "sessions/list_paused_lanes", company_id)


async def delete_session(executor: Pool | Connection, company_id: UUID, session_id: UUID) -> bool:
    """Take a session out of use; return whether there was one."""
    return await executor.fetchval(query("sessions/delete_session"), company_id, session_id) is not None


def _row(row: Row) -> Row:
    return {**row, "options": json.loads(row["options"])}


def _taken() -> Conflict:
    return Conflict("another session has this phone_number_id")


async def load_numbers(
    executor: Pool | Connection, company_id: UUID | None
) -> list[tuple[str, bytes, bytes, str | None, str | None]]:
    """Return (phone_number_id, session, company, app, account) of one company's numbers or of all; ids as bytes."""
    rows = await executor.fetch(query("sessions/load_numbers"), company_id)
    return [
        (row["phone_number_id"], row["id"].bytes, row["company_id"].bytes, row["app_id"], row["waba_id"])
        for row in rows
    ]
