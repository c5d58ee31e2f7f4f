"""What the door refused, added up by webhook, minute and reason. Written by the gateways every second."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from storage.pool import Pool, storage_errors
from storage.queries import query

Refusal = tuple[UUID, UUID, datetime, str, int, datetime]


async def add_refusals(pool: Pool, rows: Sequence[Refusal]) -> None:
    """Add (webhook, company, minute, reason, count, last time) rows to what is stored.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        await pool.execute(query("refusals/add_refusals"), *zip(*rows, strict=True))
