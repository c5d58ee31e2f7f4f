"""The PIX flow's book as it is read: orders with their next reminder, what they came to, reminders called off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engine.pagination import OLDEST
from storage.message_changes import Transition
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import LargeTable, Page, Range, Row, fetch_one, search_windows
from storage.waiting import cancel

_ORDERS = LargeTable("pix_orders")


class OrderFilter(NamedTuple):
    """What an order must be; None asks for nothing. ``rules``: whose cases are its reminders; ``now``: the present."""

    state: str | None
    order_id: str | None
    phone: str | None
    rules: tuple[UUID, ...]
    now: datetime


async def list_orders(pool: Pool, company_id: UUID, wanted: OrderFilter, within: Range) -> Page:
    """Return a page of orders that had a PIX code, newest first; it may be short."""
    return await search_windows(_ORDERS.windows(pool, company_id, wanted, within), within.before, within.limit)


async def count_orders(
    pool: Pool, company_id: UUID, wanted: OrderFilter, *, since: datetime = OLDEST, until: datetime, most: int
) -> tuple[int, bool]:
    """Count orders, reading at most ``most``; return the number and whether there may be more."""
    return await _ORDERS.count(pool, company_id, wanted, since=since, until=until, most=most)


async def sum_orders(
    executor: Pool | Connection,
    company_id: UUID,
    since: datetime,
    until: datetime,
    reminders: Sequence[UUID],
    most: int,
) -> Row:
    """Return what the newest ``most`` codes of a range came to, in orders and cents, out of committed rows."""
    row = await fetch_one(executor, "pix_orders/sum_orders", company_id, since, until, list(reminders), most)
    return row or {}


async def cancel_reminders(
    connection: Connection, company_id: UUID, order_id: str, rules: Sequence[UUID], now: datetime
) -> tuple[int, list[Transition]] | None:
    """Call off an order's reminders, those that wait as cases and those that wait as messages.

    Returns:
        How many cases ended and which messages were cancelled; None where the flow does not know the order.
    """
    if await connection.fetchval(query("pix_orders/has_order"), company_id, order_id) is None:
        return None
    ended = await connection.fetch(query("pix_orders/cancel_reminders"), company_id, order_id, list(rules), now)
    waiting = await connection.fetch(query("pix_orders/waiting_reminders"), company_id, order_id, list(rules))
    changed = await cancel(connection, company_id, [row[0] for row in waiting], now, "cancelled_by_user")
    return len(ended), changed
