"""Messages that were answered or paid for: noted by shards in the event's transaction, counted by a worker's loop."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from engine.metrics import Delta, subjects_of
from engine.reach import BOUGHT, BOUGHT_WITHIN, MADE_WITHIN, MOST_ANSWERED, REPLIED, REPLY_WITHIN
from storage.pool import Connection
from storage.queries import query

AT_ONCE = 200


async def note(connection: Connection, events: Sequence[tuple[UUID, UUID]]) -> None:
    """Have events (id, company) looked at, inside the transaction that stores them."""
    if events:
        await connection.copy_records_to_table("reach_queue", records=events, columns=("event_id", "company_id"))


async def count_reached(connection: Connection, delta: Delta) -> int:
    """Take what waits, note which messages it answers or pays for, and count those, inside the caller's transaction.

    Returns:
        How many events were looked at; fewer than ``AT_ONCE``: there are no more just now.
    """
    rows = await connection.fetch(query("metrics/claim_reach"), AT_ONCE)
    replies = [row for row in rows if row["event_type"] == "message_received" and row["customer_phone"]]
    paid = [row for row in rows if row["event_type"] == "order_approved" and (row["customer_phone"] or row["order_id"])]
    if replies:
        found = await connection.fetch(
            query("metrics/add_replies"),
            [row["id"] for row in replies],
            [row["company_id"] for row in replies],
            [row["customer_phone"] for row in replies],
            [row["created_at"] for row in replies],
            MOST_ANSWERED,
            REPLY_WITHIN,
            MADE_WITHIN,
        )
        _count(delta, found, REPLIED)
    if paid:
        found = await connection.fetch(
            query("metrics/add_purchases"),
            [row["id"] for row in paid],
            [row["company_id"] for row in paid],
            [row["customer_phone"] for row in paid],
            [row["order_id"] for row in paid],
            # An imported event was received long after it happened.
            [min(row["occurred_at"], row["created_at"]) for row in paid],
            [row["order_value_cents"] for row in paid],
            BOUGHT_WITHIN,
            MOST_ANSWERED,
        )
        _count(delta, found, BOUGHT)
    return len(rows)


def _count(delta: Delta, rows: Sequence[asyncpg.Record], what: str) -> None:
    for message_id, company_id, session_id, rule_id, template_id, campaign_id in rows:
        of = subjects_of(rule_id, template_id, campaign_id)
        delta.reached(company_id.bytes, message_id.int >> 80, session_id.bytes, of, what)
