"""Everything that decides about one company's events, in one read. For the shards, when a company appears."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson

from storage.pool import Pool, storage_errors
from storage.queries import query


@dataclass(frozen=True, slots=True)
class CompanyRows:
    """A company's rows as JSON values; ids are text. ``cancel_on``: what calls off runs of rules' earlier versions."""

    time_zone: str
    rules: list[dict[str, Any]]
    templates: list[dict[str, Any]]
    sessions: list[dict[str, Any]]
    webhooks: list[dict[str, Any]]
    cancel_on: list[str]


async def load_company(pool: Pool, company_id: UUID) -> CompanyRows | None:
    """Return a company's rules, templates, sessions and webhooks; None if there is no such company.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        row = await pool.fetchrow(query("shards/load_company"), company_id)
    if row is None:
        return None
    return CompanyRows(
        row["time_zone"],
        *(orjson.loads(row[name]) for name in ("rules", "templates", "sessions", "webhooks", "cancel_on")),
    )
