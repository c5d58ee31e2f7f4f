"""What came in by webhooks lately: sums by hour, the newest deliveries, the last error. Called by the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from storage.pool import Connection, Pool
from storage.searching import Row, fetch_one, fetch_rows

_LOOKED_AT = 200


async def sum_hours(executor: Pool | Connection, company_id: UUID, webhook_id: UUID, since: datetime) -> list[Row]:
    """Return (hour, verdict, count) since a whole hour; what was committed in the last seconds may be missing."""
    return await fetch_rows(executor, "webhooks/sum_hours", company_id, webhook_id, since)


async def sum_all_hours(
    executor: Pool | Connection, company_id: UUID, webhook_ids: Sequence[UUID], since: datetime
) -> dict[tuple[UUID, datetime], int]:
    """Return how much came in by each webhook in each hour since a whole one; hours without anything are missing."""
    rows = await fetch_rows(executor, "webhooks/sum_all_hours", company_id, webhook_ids, since)
    return {(row["webhook_id"], row["hour"]): row["count"] for row in rows}


async def summarise(
    executor: Pool | Connection, company_id: UUID, webhook_ids: Sequence[UUID], since: datetime
) -> dict[UUID, Row]:
    """Return each webhook's last delivery, its sums since a whole hour, and its last refusal, by id."""
    rows = await fetch_rows(executor, "webhooks/summarise", company_id, webhook_ids, since)
    return {row["id"]: row for row in rows}


async def find_unparsed(executor: Pool | Connection, company_id: UUID, webhook_id: UUID) -> Row | None:
    """Return the newest event of a webhook's last 200 deliveries that could not be read, or None."""
    return await fetch_one(executor, "webhooks/find_unparsed", company_id, webhook_id, _LOOKED_AT)
