"""Webhooks: the rows behind the doors. Loaded whole by gateways and shards, changed by the REST API."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from engine.errors import Conflict
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    """One row of ``webhooks``; open ``secrets_sealed`` with ``engine.credentials.open_webhook_secrets``."""

    id: UUID
    company_id: UUID
    name: str
    source: str
    active: bool
    auth: dict[str, Any]
    secrets_sealed: bytes | None
    token_hash: bytes | None
    mapping: dict[str, Any]
    dedupe: dict[str, Any]
    created_at: datetime
    updated_at: datetime


async def load_webhooks(executor: Pool | Connection, company_id: UUID | None = None) -> list[WebhookRecord]:
    """Return every webhook in use, of one company or of all: what a gateway or shard keeps in memory."""
    return [_record(row) for row in await executor.fetch(query("webhooks/load_webhooks"), company_id)]


async def list_webhooks(
    executor: Pool | Connection, company_id: UUID, before: Position, limit: int
) -> list[WebhookRecord]:
    """Return a company's webhooks, newest first, behind a position."""
    rows = await executor.fetch(query("webhooks/list_webhooks"), company_id, *before, limit)
    return [_record(row) for row in rows]


async def count_webhooks(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many webhooks a company has, up to 10,001."""
    return int(await executor.fetchval(query("webhooks/count_webhooks"), company_id))


async def get_webhook(executor: Pool | Connection, company_id: UUID, webhook_id: UUID) -> WebhookRecord | None:
    """Return a company's webhook, or None."""
    row = await executor.fetchrow(query("webhooks/get_webhook"), company_id, webhook_id)
    return None if row is None else _record(row)


async def insert_webhook(executor: Pool | Connection, record: WebhookRecord) -> None:
    """Store a new webhook.

    Raises:
        Conflict: the company has another webhook without a token for this source.
    """
    try:
        await executor.execute(
            query("webhooks/insert_webhook"),
            record.id,
            record.company_id,
            record.name,
            record.source,
            record.active,
            json.dumps(record.auth),
            record.secrets_sealed,
            record.token_hash,
            json.dumps(record.mapping),
            json.dumps(record.dedupe),
            record.created_at,
        )
    except asyncpg.UniqueViolationError as error:
        raise _taken() from error


async def change_webhook(
    pool: Pool, company_id: UUID, webhook_id: UUID, change: Callable[[WebhookRecord], WebhookRecord]
) -> WebhookRecord | None:
    """Change a webhook: ``change`` sees it as it is (locked) and returns what it becomes; None if there is none.

    Raises:
        Conflict: the company has another webhook without a token for this source.
    """
    try:
        async with pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(query("webhooks/lock_webhook"), company_id, webhook_id)
            if row is None:
                return None
            new = change(_record(row))
            changed = await connection.fetchrow(
                query("webhooks/update_webhook"),
                company_id,
                webhook_id,
                new.name,
                new.source,
                new.active,
                json.dumps(new.auth),
                new.secrets_sealed,
                new.token_hash,
                json.dumps(new.mapping),
                json.dumps(new.dedupe),
            )
    except asyncpg.UniqueViolationError as error:
        raise _taken() from error
    return None if changed is None else _record(changed)


async def delete_webhook(executor: Pool | Connection, company_id: UUID, webhook_id: UUID) -> bool:
    """Take a webhook out of use; its events stay. Return whether there was one."""
    return await executor.fetchval(query("webhooks/delete_webhook"), company_id, webhook_id) is not None


def _record(row: asyncpg.Record) -> WebhookRecord:
    values = dict(row)
    for column in ("auth", "mapping", "dedupe"):
        values[column] = json.loads(values[column])
    return WebhookRecord(**values)


def _taken() -> Conflict:
    return Conflict("another webhook without a token has this source; give one of them a token or another source")
