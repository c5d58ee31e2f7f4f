"""The PIX flow's book: one row per order, folded from its events in whatever order they come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from storage.pool import Connection
from storage.queries import query

GENERATED, APPROVED = "pix_created", "order_approved"


_FOLDED = (  # in the order of the query's parameters
    "event_ids",
    "customer_name",
    "phone",
    "value_cents",
    "generated_at",
    "expires_at",
    "approved_at",
    "approved_cents",
    "seen_at",
)


class PixEvent(NamedTuple):
    """What one event says of an order; ``at`` is when it was received."""

    company_id: UUID
    order_id: str
    event_id: UUID
    at: datetime
    event_type: str
    customer_name: str | None
    phone: str | None
    value_cents: int | None
    expires_at: datetime | None


async def record_pix(connection: Connection, events: Sequence[PixEvent]) -> None:
    """Fold events into their orders, inside the caller's transaction; the same event twice changes nothing."""
    orders: dict[tuple[UUID, str], _Fold] = {}
    for event in events:
        orders.setdefault((event.company_id, event.order_id), _Fold()).add(event)
    if not orders:
        return
    keys = sorted(orders)  # in one order, so that two writers never wait in a circle
    await connection.execute(
        query("pix_orders/record_events"),
        [company_id for company_id, _ in keys],
        [order_id for _, order_id in keys],
        *([getattr(orders[key], name) for key in keys] for name in _FOLDED),
    )


class _Fold:
    """What several events say of one order."""

    __slots__ = _FOLDED

    def __init__(self) -> None:
        self.event_ids = ""
        self.customer_name: str | None = None
        self.phone: str | None = None
        self.value_cents: int | None = None
        self.generated_at: datetime | None = None
        self.expires_at: datetime | None = None
        self.approved_at: datetime | None = None
        self.approved_cents: int | None = None
        self.seen_at: datetime | None = None

    def add(self, event: PixEvent) -> None:
        self.customer_name = self.customer_name or event.customer_name
        self.phone = self.phone or event.phone
        self.seen_at = event.at if self.seen_at is None else min(self.seen_at, event.at)
        if event.event_type == GENERATED:
            self.event_ids += f"{',' if self.event_ids else ''}{event.event_id}"
            self.value_cents = event.value_cents if event.value_cents is not None else self.value_cents
            self.generated_at = event.at if self.generated_at is None else min(self.generated_at, event.at)
            self.expires_at = event.expires_at or self.expires_at
        elif event.event_type == APPROVED and (self.approved_at is None or event.at < self.approved_at):
            self.approved_at, self.approved_cents = event.at, event.value_cents
