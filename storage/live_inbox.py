"""The live topic ``inbox`` as Postgres has it. Called by the aggregator."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.conversation_views import conversation_state
from engine.pagination import COUNT_CAP
from storage.conversation_lists import summarise
from storage.pool import Pool
from storage.queries import query

SHOWN = 12
Mark = tuple[UUID, int]


async def find_marks(pool: Pool, companies: Collection[bytes]) -> dict[bytes, Mark]:
    """Return which conversation of each company (16 bytes) changed last, and its version."""
    rows = await pool.fetch(query("conversations/find_newest"), [UUID(bytes=company) for company in companies])
    return {row["company_id"].bytes: (row["id"], row["version"]) for row in rows}


async def read_inbox(pool: Pool, company: bytes, now: datetime) -> dict[str, Any]:
    """Return a company's ``{"items", "counts"}``; figures up to 10,000."""
    company_id = UUID(bytes=company)
    rows = await pool.fetch(query("conversations/list_live"), company_id, SHOWN)
    counts = await summarise(pool, company_id)
    return {
        "items": [conversation_state(row, now) for row in rows],
        "counts": {name: min(number, COUNT_CAP) for name, number in counts.items()},
    }
