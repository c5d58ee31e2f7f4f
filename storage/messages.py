"""Stored messages: lists, bounded searches, one message with its attempts, the queue. Called by the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from uuid import UUID

import asyncpg

from engine.pagination import NEWEST, OLDEST, Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import (
    CANDIDATES,
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

SENDING = "sending"
_WAITING = "queued"


@dataclass(frozen=True, slots=True)
class MessageFilter:
    """What a message must be; None asks for nothing."""

    event_id: UUID | None = None
    campaign_id: UUID | None = None
    rule_id: UUID | None = None
    session_id: UUID | None = None
    phone: str | None = None
    status: str | None = None
    reason: str | None = None

    @property
    def empty(self) -> bool:
        return self == MessageFilter()


async def list_messages(pool: Pool, company_id: UUID, wanted: MessageFilter, within: Range) -> Page:
    """Return a page of a company's messages, newest first; one that is in a sender's hands is ``sending``.

    A page with a filter may be short, or even empty, and still have a ``next``: it has read enough.
    """
    if wanted.empty:
        rows = await fetch_rows(
            pool, "messages/list_messages", company_id, *within.before, within.since, within.limit + 1
        )
        last = rows[within.limit - 1] if len(rows) > within.limit else None
        following = Position(last["created_at"], last["id"]) if last else None
        return Page(await _with_sending(pool, company_id, rows[: within.limit]), following)
    # What is being sent is still 'queued' in its row: those few are told apart afterwards.
    stored = replace(wanted, status=_WAITING) if wanted.status == SENDING else wanted
    found = await _search(pool, company_id, stored, within)
    rows = await _with_sending(pool, company_id, await _rows_at(pool, company_id, found.places))
    if wanted.status in (SENDING, _WAITING):
        rows = [row for row in rows if row["status"] == wanted.status]
    return Page(rows, found.next, None if wanted.status == SENDING else found.total)


async def _rows_at(pool: Pool, company_id: UUID, places: Sequence[Position]) -> list[Row]:
    if not places:
        return []
    ids, times = [place.id for place in places], [place.created_at for place in places]
    return await fetch_rows(pool, "messages/get_messages", company_id, ids, times)


async def _search(pool: Pool, company_id: UUID, wanted: MessageFilter, within: Range) -> Found:
    async def scan(start: Position, window: int, most: int) -> Sequence[asyncpg.Record]:
        return await pool.fetch(
            query("messages/scan_messages"), company_id, *start, within.since, window, most, *astuple(wanted)
        )

    if wanted.event_id is not None:
        candidates = (company_id, within.since, NEWEST.created_at, CANDIDATES, *astuple(wanted))
        rows = await pool.fetch(query("messages/find_messages_by_event"), *candidates)
        if found := page_of_candidates(rows, within.before, within.limit):
            return found
    return await search_windows(scan, within.before, within.limit)


async def _with_sending(executor: Pool | Connection, company_id: UUID, rows: list[Row]) -> list[Row]:
    sessions = {row["session_id"] for row in rows if row["status"] == _WAITING}
    if sessions:
        in_flight = await executor.fetch(query("messages/find_messages_in_flight"), company_id, list(sessions))
        ids = {record["id"] for record in in_flight}
        for row in rows:
            if row["status"] == _WAITING and row["id"] in ids:
                row["status"], row["reason"] = SENDING, None
    return rows


async def count_messages(
    pool: Pool, company_id: UUID, wanted: MessageFilter, *, since: datetime = OLDEST, until: datetime, most: int
) -> tuple[int, bool]:
    """Count messages, reading at most ``most`` of them; return the number and whether there may be more."""
    if wanted.empty:
        number = await pool.fetchval(query("messages/count_messages"), company_id, since, until, most + 1)
        return min(number, most), number > most
    row = await pool.fetchrow(query("messages/count_hits"), company_id, since, until, most, *astuple(wanted))
    return (0, False) if row is None else (row["hits"], row["seen"] >= most)


async def get_message(executor: Pool | Connection, company_id: UUID, message_id: UUID) -> Row | None:
    """Return one message, or None."""
    row = await fetch_one(executor, "messages/get_messages", company_id, [message_id], [made_at(message_id)])
    return None if row is None else (await _with_sending(executor, company_id, [row]))[0]


async def list_attempts(executor: Pool | Connection, company_id: UUID, message_id: UUID) -> list[Row]:
    """Return the ledger of a message's attempts, oldest first."""
    return await fetch_rows(executor, "messages/list_attempts", company_id, message_id, made_at(message_id))


async def claim_idempotency_key(
    connection: Connection, company_id: UUID, key: str, request_hash: bytes, message_id: UUID
) -> tuple[UUID, bytes] | None:
    """Take a key for a new message inside the caller's transaction.

    Returns:
        None if it is ours now; else the message it was used for and the hash of that request.
    """
    claimed = await connection.fetchval(
        query("messages/claim_idempotency_key"), company_id, key, request_hash, message_id
    )
    if claimed is not None:
        return None
    row = await connection.fetchrow(query("messages/get_idempotency_key"), company_id, key)
    if row is None:  # swept away between the two statements: it is free again
        return await claim_idempotency_key(connection, company_id, key, request_hash, message_id)
    return row["message_id"], row["request_hash"]


async def list_queue(executor: Pool | Connection, company_id: UUID, most: int, now: datetime) -> list[Row]:
    """Return what waits, by session and lane; at most ``most`` messages per session are read."""
    return await fetch_rows(executor, "messages/list_queue", company_id, most, now)
