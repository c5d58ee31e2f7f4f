"""What companies' own systems are told: from changes to deliveries, attempts and their log. Called by the worker.

Whoever makes a change that is no event and no message says :func:`tell` in its transaction; a rule's step that calls
one webhook says :func:`insert_delivery`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from engine.ids import id_time, ms_to_time, time_to_ms
from engine.outgoing_data import event_data, message_data
from engine.outgoing_webhooks import MOST_ATTEMPTS_KEPT, TEST, Outcome, body_of
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows, made_at

log = logging.getLogger(__name__)
STATES = ("pending", "delivered", "failed")
_COLUMNS = ("id", "company_id", "webhook_id", "event_type", "payload", "next_attempt_at", "created_at")


class Claimed(NamedTuple):
    """A delivery to be attempted before its lease ends."""

    id: UUID
    company_id: UUID
    webhook_id: UUID
    event_type: str
    payload: str
    attempt: int
    url: str
    secrets_sealed: bytes


async def tell(connection: Connection, company_id: UUID, event_type: str, data: dict[str, Any], now: datetime) -> None:
    """Note, inside the transaction that makes it, a change that is neither an event's nor a message's.

    Costs one small statement; nothing is written where no webhook of the company wants it.
    """
    text = orjson.dumps(data, default=str).decode()
    await connection.execute(query("outgoing/tell"), company_id, event_type, text, time_to_ms(now))


async def anybody_wants(connection: Connection, company_id: UUID, event_type: str) -> bool:
    """Tell whether a webhook of the company wants to be told such a change: asked before costly data are gathered."""
    return bool(await connection.fetch(query("outgoing/list_receivers"), company_id, [event_type]))


async def insert_delivery(
    connection: Pool | Connection,
    company_id: UUID,
    endpoint_id: UUID,
    event_type: str,
    payload: dict[str, Any],
    delivery_id: UUID,
) -> bool:
    """Have one webhook told something, whatever types it asked for, inside the caller's transaction.

    Args:
        connection: in the transaction that decides it.
        company_id: whose webhook.
        endpoint_id: the webhook.
        event_type: becomes the body's ``type``.
        payload: becomes the body's ``data``.
        delivery_id: a new UUIDv7; known already, it changes nothing.

    Returns:
        Whether it was written: False where the webhook is out of use or gone, or the id known.
    """
    at = id_time(delivery_id)
    body = body_of(event_type, at, payload).decode()
    found = await connection.fetchval(
        query("outgoing/insert_delivery"),
        company_id,
        endpoint_id,
        delivery_id,
        event_type,
        body,
        at,
        event_type == TEST,
    )
    return found is not None


async def expand(connection: Connection, most: int, new_id: Callable[[], UUID]) -> int:
    """Make deliveries of the oldest changes, inside the caller's transaction; return how many changes were taken.

    A change whose row is gone (erased) is told by its id alone; one that nobody wants any more is dropped.
    """
    taken = sorted(await connection.fetch(query("outgoing/take_changes"), most), key=lambda row: row["id"])
    by_company: dict[UUID, list[asyncpg.Record]] = {}
    for change in taken:
        by_company.setdefault(change["company_id"], []).append(change)
    for company_id, changes in by_company.items():
        await _expand_for(connection, company_id, changes, new_id)
    return len(taken)


async def _expand_for(
    connection: Connection, company_id: UUID, changes: Sequence[asyncpg.Record], new_id: Callable[[], UUID]
) -> None:
    types = {change["event_type"] for change in changes}
    receivers = await connection.fetch(query("outgoing/list_receivers"), company_id, list(types))
    if not receivers:
        return
    events = await _rows(connection, "outgoing/get_events", company_id, changes, "event.")
    messages = await _rows(connection, "messages/get_messages", company_id, changes, "message.")
    records = []
    for change in changes:
        wanted = [row["id"] for row in receivers if change["event_type"] in row["event_types"]]
        if not wanted:
            continue
        payload = body_of(change["event_type"], ms_to_time(change["at_ms"]), _data(change, events, messages)).decode()
        for webhook_id in wanted:
            delivery_id = new_id()
            at = id_time(delivery_id)
            records.append((delivery_id, company_id, webhook_id, change["event_type"], payload, at, at))
    await connection.copy_records_to_table("outgoing_deliveries", records=records, columns=_COLUMNS)


async def _rows(
    connection: Connection, name: str, company_id: UUID, changes: Sequence[asyncpg.Record], prefix: str
) -> dict[UUID, asyncpg.Record]:
    ids = list({c["subject_id"] for c in changes if c["subject_id"] and c["event_type"].startswith(prefix)})
    if not ids:
        return {}
    rows = await connection.fetch(query(name), company_id, ids, [made_at(value) for value in ids])
    return {row["id"]: row for row in rows}


def _data(change: asyncpg.Record, events: dict[UUID, asyncpg.Record], messages: dict[UUID, asyncpg.Record]) -> object:
    subject = change["subject_id"]
    if change["data"] is not None:
        return orjson.Fragment(change["data"])
    if subject in events:
        return event_data(events[subject])
    if subject in messages:
        return message_data(messages[subject], change["event_type"].partition(".")[2])
    return {"id": str(subject)}


async def claim_deliveries(pool: Pool, now: datetime, lease_until: datetime, most: int) -> list[Claimed]:
    """Lease deliveries that are due, each webhook's up to what it may have in flight.

    Args:
        pool: where to ask.
        now: the time.
        lease_until: after it they are due again, unless what became of them is recorded.
        most: how many at most.
    """
    rows = await pool.fetch(query("outgoing/claim_deliveries"), now, lease_until, most, TEST)
    return sorted((Claimed(*row) for row in rows), key=lambda claimed: claimed.id)


async def record_attempt(
    connection: Connection,
    claimed: Claimed,
    outcome: Outcome,
    entry: dict[str, Any],
    now: datetime,
    next_attempt_at: datetime | None,
) -> bool:
    """Record what became of an attempt; return False if somebody else has recorded it."""
    state = "delivered" if outcome.taken else "pending" if next_attempt_at else "failed"
    found = await connection.fetchval(
        query("outgoing/record_attempt"),
        claimed.company_id,
        claimed.id,
        claimed.attempt,
        state,
        next_attempt_at,
        outcome.status,
        outcome.reason,
        MOST_ATTEMPTS_KEPT,
        orjson.dumps([entry]).decode(),
        now,
    )
    return found is not None


async def note_success(connection: Connection, claimed: Claimed, now: datetime) -> None:
    """Note that a webhook takes deliveries."""
    await connection.execute(query("outgoing/note_success"), claimed.company_id, claimed.webhook_id, now)


async def note_failure(connection: Connection, claimed: Claimed, now: datetime) -> datetime | None:
    """Note that a webhook took none; return since when, None if it is out of use already."""
    row = await connection.fetchrow(query("outgoing/note_failure"), claimed.company_id, claimed.webhook_id, now)
    return row["failing_since"] if row is not None and row["active"] else None


async def disable(connection: Connection, company_id: UUID, webhook_id: UUID, reason: str, now: datetime) -> Row | None:
    """Take a webhook out of use; return its name and URL, None if it was out of use."""
    return await fetch_one(connection, "outgoing/disable", company_id, webhook_id, reason, now)


async def list_overfull(connection: Pool | Connection, most: int) -> list[Row]:
    """Return the webhooks (id, company_id) for which more deliveries wait than that."""
    return await fetch_rows(connection, "outgoing/list_overfull", most)


async def forget_deliveries(executor: Pool | Connection, before: datetime, most: int) -> int:
    """Drop deliveries made before a time; return how many."""
    status = await executor.execute(query("outgoing/forget_deliveries"), before, most)
    return int(status.rpartition(" ")[2])


async def list_outgoing_deliveries(
    executor: Pool | Connection, company_id: UUID, webhook_id: UUID, before: Position, limit: int, state: str | None
) -> list[Row]:
    """Return a webhook's deliveries, newest first, behind a position; all or those in one state."""
    arguments = (company_id, webhook_id, *before, limit)
    if state is None:
        return await fetch_rows(executor, "outgoing/list_deliveries", *arguments)
    return await fetch_rows(executor, "outgoing/list_deliveries_in_state", *arguments, state)


async def count_outgoing_deliveries(
    executor: Pool | Connection, company_id: UUID, webhook_id: UUID, state: str | None
) -> int:
    """Return how many deliveries a webhook has, up to 10,001."""
    states = list(STATES) if state is None else [state]
    return int(await executor.fetchval(query("outgoing/count_deliveries"), company_id, webhook_id, states))


async def get_outgoing_delivery(
    executor: Pool | Connection, company_id: UUID, webhook_id: UUID, delivery_id: UUID
) -> Row | None:
    """Return one delivery with its body and its attempts (JSON texts), or None."""
    return await fetch_one(executor, "outgoing/get_delivery", company_id, webhook_id, delivery_id)


async def resend_delivery(
    executor: Pool | Connection, company_id: UUID, webhook_id: UUID, delivery_id: UUID, now: datetime
) -> bool:
    """Have a delivery attempted again; False where there is none, or it is being attempted right now."""
    found = await executor.fetchval(query("outgoing/resend_delivery"), company_id, webhook_id, delivery_id, now)
    return found is not None
