"""API keys by hash: found at each request that the gateway's memory cannot answer, listed and revoked by owners."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


async def insert_api_key(
    executor: Pool | Connection,
    *,
    key_id: UUID,
    company_id: UUID | None,
    name: str,
    prefix: str,
    key_hash: bytes,
    role: str,
    created_at: datetime,
    scopes: Sequence[str] | None = None,
) -> None:
    """Store a new key; ``company_id=None`` makes it an installation key, ``scopes`` narrow it."""
    await executor.execute(
        query("api_keys/insert_api_key"), key_id, company_id, name, prefix, key_hash, role, created_at, scopes
    )


async def find_api_key(executor: Pool | Connection, key_hash: bytes) -> Row | None:
    """Return id, company_id, role, name and scopes of the key with this hash, if it is in force."""
    return await fetch_one(executor, "api_keys/find_api_key", key_hash)


async def get_api_key(executor: Pool | Connection, company_id: UUID, key_id: UUID) -> Row | None:
    """Return one of a company's keys, as the list shows it."""
    return await fetch_one(executor, "api_keys/get_api_key", company_id, key_id)


async def list_api_keys(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's keys, newest first, behind a position; revoked ones too."""
    return await fetch_rows(executor, "api_keys/list_api_keys", company_id, *before, limit)


async def count_api_keys(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many keys a company has, up to 10,001."""
    return int(await executor.fetchval(query("api_keys/count_api_keys"), company_id))


async def revoke_api_key(executor: Pool | Connection, company_id: UUID, key_id: UUID) -> Row | None:
    """Take a key out of force and return it; None if the company has no such key."""
    return await fetch_one(executor, "api_keys/revoke_api_key", company_id, key_id)


async def touch_api_keys(executor: Pool | Connection, used: Mapping[UUID, datetime]) -> None:
    """Note when keys were last used, many at once."""
    await executor.execute(query("api_keys/touch_api_keys"), list(used), list(used.values()))
