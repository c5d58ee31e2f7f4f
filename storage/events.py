"""Stored events: lists, bounded searches, one event with its bytes. Called by the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engine.dedupe import keys_of_id
from engine.ids import id_time
from engine.pagination import OLDEST, Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import (
    FIRST_LOOK,
    WINDOW,
    WINDOWS,
    LargeTable,
    Narrow,
    Page,
    Range,
    Row,
    fetch_one,
    fetch_rows,
    is_empty,
    made_at,
    search_windows,
)

# A value so common that its posting list takes longer than this is found faster by looking through the newest events.
_POSTING_LIST_S = 0.25
_EVENTS = LargeTable("events")


class EventFilter(NamedTuple):
    """What an event must be; None asks for nothing. ``payload`` is JSON text that the payload must contain."""

    event_type: str | None = None
    source: str | None = None
    webhook_id: UUID | None = None
    state: str | None = None
    external_id: str | None = None
    order_id: str | None = None
    phone: str | None = None
    payload: str | None = None


_PHONE = Narrow("customer_phone = {}", EventFilter._fields.index("phone"))
_STATE = Narrow("state = {} AND state <> 'processed'", EventFilter._fields.index("state"))
_TYPE = Narrow("event_type = {}", EventFilter._fields.index("event_type"))
_WEBHOOK = Narrow("webhook_id = {}", EventFilter._fields.index("webhook_id"))
_SOURCE = Narrow("source = {}", EventFilter._fields.index("source"))


async def list_events(pool: Pool, company_id: UUID, wanted: EventFilter, within: Range) -> Page:
    """Return a page of a company's events, newest first, without their payloads.

    A page with a filter may be short, or even empty, and still have a ``next``: it has read enough.
    """
    if is_empty(wanted):
        return await _EVENTS.everything(pool, company_id, within)
    found = None
    if wanted.order_id is not None:
        found = await _EVENTS.candidates(pool, "find_events_by_order", company_id, wanted, within)
    elif wanted.external_id is not None:
        found = await _by_external_id(pool, company_id, wanted, within)
    elif wanted.payload is not None:
        return await _by_payload(pool, company_id, wanted, within)
    if found is not None:
        return found
    scan = _EVENTS.windows(pool, company_id, wanted, within, narrow_events(wanted))
    return await search_windows(scan, within.before, within.limit)


def narrow_events(wanted: EventFilter) -> Narrow | None:
    """Return by which index the wanted events are found in order, the rarest value first."""
    if wanted.phone is not None:
        return _PHONE
    if wanted.state not in (None, "processed"):
        return _STATE
    if wanted.event_type is not None:
        return _TYPE
    if wanted.webhook_id is not None:
        return _WEBHOOK
    return None if wanted.source is None else _SOURCE


async def _by_external_id(pool: Pool, company_id: UUID, wanted: EventFilter, within: Range) -> Page | None:
    """Ask the keys of the last 30 days; None if they know nothing of it (older, or a WhatsApp message's)."""
    webhooks = await pool.fetch(query("webhooks/list_webhook_ids"), company_id)
    keys = [UUID(bytes=key) for row in webhooks for key in keys_of_id(row["id"].bytes, wanted.external_id or "")]
    events = await pool.fetch(query("events/find_events_by_key"), company_id, keys)
    if not events:
        return None
    ids = [row["event_id"] for row in events]
    times = [made_at(event_id) for event_id in ids]
    return await _EVENTS.candidates(pool, "find_events_by_id", company_id, wanted, within, ids, times)


async def _by_payload(pool: Pool, company_id: UUID, wanted: EventFilter, within: Range) -> Page:
    """The newest events first (a common value is found at once), then the GIN index, then more of the newest."""
    scan, limit = _EVENTS.windows(pool, company_id, wanted, within), within.limit
    first = await search_windows(scan, within.before, limit, windows=1, window=FIRST_LOOK)
    if first.next is None or len(first.rows) == limit:
        return first
    likely = len(first.rows) * WINDOWS * WINDOW // FIRST_LOOK
    if likely < limit:  # too rare for the windows to fill the page
        try:
            complete = await _EVENTS.candidates(
                pool, "find_events_by_payload", company_id, wanted, within, timeout_s=_POSTING_LIST_S
            )
        except TimeoutError:
            complete = None
        if complete is not None:
            return complete
    more = await search_windows(scan, first.next, limit - len(first.rows))
    return replace(more, rows=[*first.rows, *more.rows])


async def count_events(
    pool: Pool, company_id: UUID, wanted: EventFilter, *, since: datetime = OLDEST, until: datetime, most: int
) -> tuple[int, bool]:
    """Count events, reading at most ``most`` of them; return the number and whether there may be more."""
    narrow = narrow_events(wanted)
    return await _EVENTS.count(pool, company_id, wanted, since=since, until=until, most=most, narrow=narrow)


async def show_event(pool: Pool, company_id: UUID, event_id: UUID) -> Row | None:
    """Return an event as it is shown, with its payload and the headers it came with (JSON text); see get_event."""
    return await _one(pool, "events/show_event", company_id, event_id)


async def get_event(executor: Pool | Connection, company_id: UUID, event_id: UUID) -> Row | None:
    """Return an event with its payload and runs; an alias gives the first event. None if there is none."""
    return await _one(executor, "events/get_event", company_id, event_id)


async def _one(executor: Pool | Connection, name: str, company_id: UUID, event_id: UUID) -> Row | None:
    row = await fetch_one(executor, name, company_id, event_id, made_at(event_id))
    if row is None:
        first = await executor.fetchval(query("events/find_alias"), company_id, event_id)
        if first is not None:
            row = await fetch_one(executor, name, company_id, first, made_at(first))
    return row


async def get_delivery(executor: Pool | Connection, company_id: UUID, delivery_id: UUID) -> Row | None:
    """Return how an event came in: headers (JSON text), content type and the exact bytes."""
    return await fetch_one(executor, "events/get_delivery", company_id, delivery_id, made_at(delivery_id))


async def recent_events(executor: Pool | Connection, company_id: UUID, since: datetime, limit: int) -> list[Row]:
    """Return the newest events with their payloads (JSON text), for dry runs."""
    return await fetch_rows(executor, "events/list_recent_events", company_id, since, limit)


async def list_deliveries(
    executor: Pool | Connection, company_id: UUID, webhook_id: UUID, before: Position, limit: int
) -> list[Row]:
    """Return a webhook's deliveries, newest first, behind a position."""
    return await fetch_rows(executor, "events/list_deliveries", company_id, webhook_id, *before, limit)


async def list_captures(
    executor: Pool | Connection, company_id: UUID, webhook_id: UUID, limit: int, most_bytes: int
) -> list[Row]:
    """Return a webhook's last deliveries with headers and bytes, as long as those are at most ``most_bytes`` in all."""
    return await fetch_rows(executor, "events/list_captures", company_id, webhook_id, limit, most_bytes)


async def list_refusals(executor: Pool | Connection, company_id: UUID, webhook_id: UUID, since: datetime) -> list[Row]:
    """Return what the door refused of a webhook since a time: reason, count, last_at."""
    return await fetch_rows(executor, "events/list_refusals", company_id, webhook_id, since)


async def set_replay_of(connection: Connection, company_id: UUID, readings: Sequence[tuple[UUID, UUID]]) -> None:
    """Note of events (new, earlier) that the new one is another reading of the earlier one's bytes."""
    if readings:
        times = [id_time(new) for new, _ in readings]
        new, earlier = map(list, zip(*readings, strict=True))
        await connection.execute(query("events/set_replay_of"), company_id, new, times, earlier, min(times), max(times))
