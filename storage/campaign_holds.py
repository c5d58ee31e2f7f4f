"""What is queued of a campaign that pauses, goes on or is called off: many at a time, in the caller's transactions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from storage.message_changes import Transition
from storage.pool import Connection, Pool
from storage.queries import query
from storage.waiting import change_waiting

CAMPAIGN_PAUSED = "campaign_paused"
CAMPAIGN_CANCELLED = "campaign_cancelled"
PER_TRANSACTION = 500


async def hold_campaign(
    connection: Connection, campaign_id: UUID, session_ids: Sequence[UUID], now: datetime
) -> list[Transition]:
    """Set aside some of a paused campaign's due messages."""
    return await _change(connection, "hold_campaign", campaign_id, session_ids, "held", CAMPAIGN_PAUSED, now)


async def release_campaign(
    connection: Connection, campaign_id: UUID, session_ids: Sequence[UUID], now: datetime
) -> list[Transition]:
    """Bring back some of what waits for its campaign alone."""
    return await _change(connection, "release_campaign", campaign_id, session_ids, "queued", None, now)


async def drop_campaign(
    connection: Connection, campaign_id: UUID, session_ids: Sequence[UUID], now: datetime
) -> list[Transition]:
    """Cancel some of a campaign's queued messages; those in flight are not in the queue and stay."""
    return await _change(connection, "drop_campaign", campaign_id, session_ids, "cancelled", CAMPAIGN_CANCELLED, now)


async def any_queued(executor: Connection | Pool, campaign_id: UUID, session_ids: Sequence[UUID], *, due: bool) -> bool:
    """Tell whether a campaign has messages in the queue; ``due``: only those that may leave now."""
    return bool(await executor.fetchval(query("campaigns/any_queued"), campaign_id, list(session_ids), due))


async def is_over(connection: Connection, campaign_id: UUID, session_ids: Sequence[UUID]) -> bool:
    """Tell whether nothing of a campaign can leave any more."""
    return bool(await connection.fetchval(query("campaigns/is_over"), campaign_id, list(session_ids)))


async def stopped_campaigns(connection: Connection, campaign_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return those of these campaigns that are paused or cancelled, with their state."""
    asked = sorted(set(campaign_ids))
    if not asked:
        return {}
    return {row["id"]: row["state"] for row in await connection.fetch(query("campaigns/read_states"), asked)}


async def _change(
    connection: Connection,
    name: str,
    campaign_id: UUID,
    session_ids: Sequence[UUID],
    status: str,
    reason: str | None,
    now: datetime,
) -> list[Transition]:
    rows = await connection.fetch(query(f"campaigns/{name}"), campaign_id, list(session_ids), PER_TRANSACTION)
    return await change_waiting(connection, [row[0] for row in rows], status, reason, now)
