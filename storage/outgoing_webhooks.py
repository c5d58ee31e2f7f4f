"""Outgoing webhooks: the rows behind the routes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingWebhook:
    """One row of ``outgoing_webhooks``."""

    id: UUID
    company_id: UUID
    name: str
    url: str
    event_types: list[str]
    concurrency: int
    active: bool
    secrets_sealed: bytes
    created_at: datetime
    updated_at: datetime
    disabled_reason: str | None = None
    disabled_at: datetime | None = None
    failing_since: datetime | None = None
    last_success_at: datetime | None = None
    last_failure_at: datetime | None = None


async def list_outgoing_webhooks(
    executor: Pool | Connection, company_id: UUID, before: Position, limit: int
) -> list[OutgoingWebhook]:
    """Return a company's outgoing webhooks, newest first, behind a position."""
    return _all(await executor.fetch(query("outgoing/list_outgoing_webhooks"), company_id, *before, limit))


async def count_outgoing_webhooks(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many outgoing webhooks a company has, up to 10,001."""
    return int(await executor.fetchval(query("outgoing/count_outgoing_webhooks"), company_id))


async def get_outgoing_webhook(
    executor: Pool | Connection, company_id: UUID, webhook_id: UUID
) -> OutgoingWebhook | None:
    """Return one of a company's outgoing webhooks, or None."""
    row = await executor.fetchrow(query("outgoing/get_outgoing_webhook"), company_id, webhook_id)
    return None if row is None else OutgoingWebhook(**row)


async def insert_outgoing_webhook(executor: Pool | Connection, new: OutgoingWebhook) -> None:
    """Store a new outgoing webhook."""
    await executor.execute(
        query("outgoing/insert_outgoing_webhook"),
        new.id,
        new.company_id,
        new.name,
        new.url,
        new.event_types,
        new.concurrency,
        new.active,
        new.secrets_sealed,
        new.created_at,
    )


async def change_outgoing_webhook(
    pool: Pool,
    company_id: UUID,
    webhook_id: UUID,
    change: Callable[[OutgoingWebhook], OutgoingWebhook],
    now: datetime,
) -> OutgoingWebhook | None:
    """Change one: ``change`` sees it as it is (locked) and returns what it becomes; None if there is none."""
    async with pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(query("outgoing/lock_outgoing_webhook"), company_id, webhook_id)
        if row is None:
            return None
        new = change(OutgoingWebhook(**row))
        changed = await connection.fetchrow(
            query("outgoing/update_outgoing_webhook"),
            company_id,
            webhook_id,
            new.name,
            new.url,
            new.event_types,
            new.concurrency,
            new.active,
            new.secrets_sealed,
            now,
        )
    return None if changed is None else OutgoingWebhook(**changed)


async def delete_outgoing_webhook(
    executor: Pool | Connection, company_id: UUID, webhook_id: UUID, now: datetime
) -> bool:
    """Take one away, and give up what still waited for it; return whether there was one."""
    found = await executor.fetchval(query("outgoing/delete_outgoing_webhook"), company_id, webhook_id, now)
    return found is not None


def _all(rows: Sequence[asyncpg.Record]) -> list[OutgoingWebhook]:
    return [OutgoingWebhook(**row) for row in rows]
