"""Cancel-on: an event of an order calls off the messages of that order that still wait, in whatever order they come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from engine.times import rfc3339
from storage.pool import Connection
from storage.queries import query


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Every waiting message of this order that names this event type in its cancel_on is called off."""

    company_id: UUID
    order_id: str
    event_type: str


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A message that was called off, and what it was before."""

    company_id: UUID
    message_id: UUID
    session_id: UUID
    old_status: str
    rule_id: UUID | None = None
    template_id: UUID | None = None
    campaign_id: UUID | None = None


async def cancel_for_orders(connection: Connection, orders: Sequence[CancelOrder], now: datetime) -> list[Cancelled]:
    """Cancel what waits for these orders, inside the caller's transaction; return what was cancelled."""
    rows = await connection.fetch(
        query("ingest/cancel_for_orders"),
        [order.company_id for order in orders],
        [order.order_id for order in orders],
        [order.event_type for order in orders],
        now,
        rfc3339(now),
    )
    return [Cancelled(*row) for row in rows]


async def find_cancelling_events(
    connection: Connection, waiting: Sequence[tuple[UUID, str, UUID, Sequence[str]]]
) -> dict[int, str]:
    """Tell which new messages come too late.

    Args:
        connection: inside the transaction that has just stored the messages' own events.
        waiting: (company, order, event, cancel_on) per message.

    Returns:
        Position in ``waiting`` → the type of the stored event that calls it off.
    """
    rows = await connection.fetch(
        query("ingest/find_cancelling_events"),
        list(range(len(waiting))),
        [company for company, _, _, _ in waiting],
        [order for _, order, _, _ in waiting],
        [event for _, _, event, _ in waiting],
        ["\n".join(cancel_on) for _, _, _, cancel_on in waiting],
    )
    return {row["position"]: row["event_type"] for row in rows}
