"""What numbers have used of their allowances, and when WhatsApp last answered them. Called by the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from storage.pool import Connection, Pool
from storage.searching import Row, fetch_rows


async def list_usage(
    executor: Pool | Connection, company_id: UUID, session_ids: Sequence[UUID], since: datetime, lately: datetime
) -> dict[UUID, Row]:
    """Return each session's row by id: ``spent``, ``status`` and ``memory`` as objects, ``last_accepted_at``.

    Args:
        since: how far back acceptances are looked for, by hour.
        lately: and from when on by minute.
    """
    rows = await fetch_rows(executor, "sessions/list_usage", company_id, list(session_ids), since, lately)
    return {row["id"]: {**row, **{name: _object(row[name]) for name in ("spent", "status", "memory")}} for row in rows}


async def count_portfolio_users(
    executor: Pool | Connection, company_id: UUID, portfolios: Sequence[str], now: datetime
) -> dict[str, int]:
    """Return how many people count in each portfolio; one that nobody has used is missing."""
    rows = await fetch_rows(executor, "sessions/count_portfolio_users", company_id, list(portfolios), now)
    return {row["portfolio"]: int(row["used"]) for row in rows}


def _object(value: str | None) -> dict[str, Any]:
    parsed = orjson.loads(value) if value else {}
    return parsed if isinstance(parsed, dict) else {}
