"""Stored events: lists, bounded searches, one event with its bytes. Called by the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from engine.dedupe import keys_of_id
from engine.pagination import NEWEST, OLDEST, Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import (
    CANDIDATES,
    FIRST_LOOK,
    WINDOW,
    WINDOWS,
    Found,
    Page,
    Range,
    Row,
    fetch_one,
    fetch_rows,
    made_at,
    page_of_candidates,
    search_windows,
)

# A value so common that its posting list takes longer than this is found faster by looking through the newest events.
_POSTING_LIST_MS = 250


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What an event must be; None asks for nothing. ``payload`` is JSON text that the payload must contain."""

    event_type: str | None = None
    source: str | None = None
    webhook_id: UUID | None = None
    state: str | None = None
    external_id: str | None = None
    order_id: str | None = None
    phone: str | None = None
    payload: str | None = None

    @property
    def empty(self) -> bool:
        return self == EventFilter()


async def list_events(pool: Pool, company_id: UUID, wanted: EventFilter, within: Range) -> Page:
    """Return a page of a company's events, newest first, without their payloads.

    A page with a filter may be short, or even empty, and still have a ``next``: it has read enough.
    """
    if wanted.empty:
        rows = await fetch_rows(pool, "events/list_events", company_id, *within.before, within.since, within.limit + 1)
        if len(rows) <= within.limit:
            return Page(rows, None)
        last = rows[within.limit - 1]
        return Page(rows[: within.limit], Position(last["created_at"], last["id"]))
    found = await _Search(pool, company_id, wanted, within).run()
    if not found.places:
        return Page([], found.next, found.total)
    ids, times = [place.id for place in found.places], [place.created_at for place in found.places]
    rows = await fetch_rows(pool, "events/get_events", company_id, ids, times)
    return Page(rows, found.next, found.total)


class _Search:
    """One search with a filter: by the order's index, by the payload's, or through the newest events."""

    def __init__(self, pool: Pool, company_id: UUID, wanted: EventFilter, within: Range) -> None:
        self._pool = pool
        self._company_id = company_id
        self._wanted = wanted
        self._within = within
        self._candidates = (company_id, within.since, NEWEST.created_at, CANDIDATES, *astuple(wanted))

    async def run(self) -> Found:
        within = self._within
        if self._wanted.order_id is not None:
            rows = await self._pool.fetch(query("events/find_events_by_order"), *self._candidates)
            if found := page_of_candidates(rows, within.before, within.limit):
                return found
        elif self._wanted.external_id is not None and (found := await self._by_external_id(self._wanted.external_id)):
            return found
        elif self._wanted.payload is not None:
            return await self._by_payload()
        return await search_windows(self._scan, within.before, within.limit)

    async def _scan(self, start: Position, window: int, most: int) -> Sequence[asyncpg.Record]:
        return await self._pool.fetch(
            query("events/scan_events"),
            self._company_id,
            *start,
            self._within.since,
            window,
            most,
            *astuple(self._wanted),
        )

    async def _by_external_id(self, external_id: str) -> Found | None:
        """Ask the keys of the last 30 days; None if they know nothing of it (older, or a WhatsApp message's)."""
        rows = await self._pool.fetch(query("webhooks/list_webhook_ids"), self._company_id)
        keys = [UUID(bytes=key) for row in rows for key in keys_of_id(row["id"].bytes, external_id)]
        events = await self._pool.fetch(query("events/find_events_by_key"), self._company_id, keys)
        if not events:
            return None
        ids = [row["event_id"] for row in events]
        times = [made_at(event_id) for event_id in ids]
        company_id, since, until, _, *wanted = self._candidates
        found = await self._pool.fetch(query("events/find_events_by_id"), company_id, since, until, ids, *wanted, times)
        return page_of_candidates(found, self._within.before, self._within.limit)

    async def _by_payload(self) -> Found:
        """The newest events first (a common value is found at once), then the GIN index, then more of the newest."""
        before, limit = self._within.before, self._within.limit
        found = await search_windows(self._scan, before, limit, windows=1, window=FIRST_LOOK)
        if found.next is None or len(found.places) == limit:
            return found
        likely = len(found.places) * WINDOWS * WINDOW // FIRST_LOOK
        if likely < limit:  # too rare for the windows to fill the page
            rows = await self._from_posting_list()
            if rows is not None and (complete := page_of_candidates(rows, before, limit)):
                return complete
        more = await search_windows(self._scan, found.next, limit - len(found.places))
        return Found(found.places + more.places, more.next)

    async def _from_posting_list(self) -> list[asyncpg.Record] | None:
        """Ask the GIN index; None if the value is too common for it."""
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(query("events/bound_statement"), str(_POSTING_LIST_MS))
                return await connection.fetch(query("events/find_events_by_payload"), *self._candidates)
        except asyncpg.QueryCanceledError:
            return None


async def count_events(
    pool: Pool, company_id: UUID, wanted: EventFilter, *, since: datetime = OLDEST, until: datetime, most: int
) -> tuple[int, bool]:
    """Count events, reading at most ``most`` of them; return the number and whether there may be more."""
    if wanted.empty:
        number = await pool.fetchval(query("events/count_events"), company_id, since, until, most + 1)
        return min(number, most), number > most
    row = await pool.fetchrow(query("events/count_hits"), company_id, since, until, most, *astuple(wanted))
    return (0, False) if row is None else (row["hits"], row["seen"] >= most)


async def get_event(executor: Pool | Connection, company_id: UUID, event_id: UUID) -> Row | None:
    """Return an event with its payload and runs; an alias gives the first event. None if there is none."""
    row = await fetch_one(executor, "events/get_event", company_id, event_id, made_at(event_id))
    if row is None:
        first = await executor.fetchval(query("events/find_alias"), company_id, event_id)
        if first is not None:
            row = await fetch_one(executor, "events/get_event", company_id, first, made_at(first))
    return row


async def get_delivery(executor: Pool | Connection, company_id: UUID, delivery_id: UUID) -> Row | None:
    """Return how an event came in: headers (JSON text), content type and the exact bytes."""
    return await fetch_one(executor, "events/get_delivery", company_id, delivery_id, made_at(delivery_id))


async def get_delivery_headers(executor: Pool | Connection, company_id: UUID, delivery_id: UUID) -> str | None:
    """Return the headers an event came with, as JSON text."""
    found: str | None = await executor.fetchval(
        query("events/get_delivery_headers"), company_id, delivery_id, made_at(delivery_id)
    )
    return found


async def recent_events(executor: Pool | Connection, company_id: UUID, since: datetime, limit: int) -> list[Row]:
    """Return the newest events with their payloads (JSON text), for dry runs."""
    return await fetch_rows(executor, "events/list_recent_events", company_id, since, limit)


async def list_deliveries(
    executor: Pool | Connection, company_id: UUID, webhook_id: UUID, before: Position, limit: int
) -> list[Row]:
    """Return a webhook's deliveries, newest first, behind a position."""
    return await fetch_rows(executor, "events/list_deliveries", company_id, webhook_id, *before, limit)


async def list_captures(executor: Pool | Connection, company_id: UUID, webhook_id: UUID, limit: int) -> list[Row]:
    """Return a webhook's last deliveries with headers and bytes."""
    return await fetch_rows(executor, "events/list_captures", company_id, webhook_id, limit)


async def list_refusals(executor: Pool | Connection, company_id: UUID, webhook_id: UUID, since: datetime) -> list[Row]:
    """Return what the door refused of a webhook since a time: reason, count, last_at."""
    return await fetch_rows(executor, "events/list_refusals", company_id, webhook_id, since)
