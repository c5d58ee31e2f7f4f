"""Stored messages: lists, bounded searches, one message with its attempts, the queue. Called by the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engine.metrics import MESSAGE, RULE
from engine.pagination import OLDEST, Columns
from storage.clues import Clue, search_by_clue
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import (
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

SENDING = "sending"
_WAITING = "queued"
_MESSAGES = LargeTable("messages")
# Statuses that few reach: marked_messages (migration 0028) has these messages in order.
MARKED = frozenset({"failed", "uncertain"})


class MessageFilter(NamedTuple):
    """What a message must be; None asks for nothing, and ``status`` may name several with commas between them."""

    event_id: UUID | None = None
    campaign_id: UUID | None = None
    rule_id: UUID | None = None
    session_id: UUID | None = None
    phone: str | None = None
    status: str | None = None
    reason: str | None = None


_PHONE = Narrow("to_phone = {}", MessageFilter._fields.index("phone"))
_CAMPAIGN = Narrow("campaign_id = {}", MessageFilter._fields.index("campaign_id"), owned=True)
_RULE = Narrow("rule_id = {}", MessageFilter._fields.index("rule_id"), owned=True)


async def list_messages(pool: Pool, company_id: UUID, wanted: MessageFilter, within: Range) -> Page:
    """Return a page of a company's messages, newest first; one that is in a sender's hands is ``sending``.

    A page with a filter may be short, or even empty, and still have a ``next``: it has read enough.
    """
    # What is being sent is still 'queued' in its row: those few are told apart afterwards.
    asked = _statuses(wanted)
    stored = wanted._replace(status=",".join((*asked, _WAITING))) if SENDING in asked else wanted
    page = await _page(pool, company_id, stored, within)
    rows = await with_sending(pool, company_id, page.rows)
    if (SENDING in asked) != (_WAITING in asked):
        rows = [row for row in rows if row["status"] in asked]
    return replace(page, rows=rows, total=None if SENDING in asked and _WAITING not in asked else page.total)


def _statuses(wanted: MessageFilter) -> tuple[str, ...]:
    return () if wanted.status is None else tuple(wanted.status.split(","))


async def _page(pool: Pool, company_id: UUID, wanted: MessageFilter, within: Range) -> Page:
    if is_empty(wanted):
        return await _MESSAGES.everything(pool, company_id, within)
    if wanted.event_id is not None:
        found = await _MESSAGES.candidates(pool, "find_messages_by_event", company_id, wanted, within)
        if found is not None:
            return found
    narrow, clue = narrow_messages(wanted), _clue(wanted)
    if _is_marked(wanted):
        scan = _MESSAGES.windows(pool, company_id, wanted, within, scanner="scan_marked")
    elif narrow is None and clue is not None:
        return await search_by_clue(pool, _MESSAGES, company_id, wanted, within, clue)
    else:
        scan = _MESSAGES.windows(pool, company_id, wanted, within, narrow)
    return await search_windows(scan, within.before, within.limit)


def narrow_messages(wanted: MessageFilter) -> Narrow | None:
    """Return by which index the wanted messages are found in order, the rarest value first."""
    if wanted.phone is not None:
        return _PHONE
    if wanted.campaign_id is not None:
        return _CAMPAIGN
    return _RULE if wanted.rule_id is not None and wanted.status is None else None


def _is_marked(wanted: MessageFilter) -> bool:
    """Tell whether marked_messages has the wanted messages in order; a person's are fewer still."""
    return wanted.phone is None and wanted.status is not None and MARKED.issuperset(_statuses(wanted))


def _clue(wanted: MessageFilter) -> Clue | None:
    """Return by which sums the wanted messages are found; the rarest first."""
    keys = _statuses(wanted)
    if wanted.rule_id is not None:
        return Clue(RULE, keys, wanted.rule_id, always=False)
    if wanted.session_id is None and not keys:
        return None
    return Clue(MESSAGE, keys, wanted.session_id)


async def with_sending(executor: Pool | Connection, company_id: UUID, rows: Sequence[Columns]) -> Sequence[Columns]:
    """Return the rows, with those that a sender may be sending right now told as such."""
    sessions = {row["session_id"] for row in rows if row["status"] == _WAITING}
    if not sessions:
        return rows
    in_flight = await executor.fetch(query("messages/find_messages_in_flight"), company_id, list(sessions))
    ids = {record["id"] for record in in_flight}
    return [_Sending(row) if row["status"] == _WAITING and row["id"] in ids else row for row in rows]


class _Sending:
    """A queued message's row that says ``sending``."""

    def __init__(self, row: Columns) -> None:
        self._row = row

    def __getitem__(self, name: str, /) -> object:
        if name == "status":
            return SENDING
        return None if name == "reason" else self._row[name]


async def count_messages(
    pool: Pool, company_id: UUID, wanted: MessageFilter, *, since: datetime = OLDEST, until: datetime, most: int
) -> tuple[int, bool]:
    """Count messages, reading at most ``most`` of them; return the number and whether there may be more."""
    narrow, counter = narrow_messages(wanted), "count_hits"
    if _is_marked(wanted):
        if wanted == MessageFilter(status=wanted.status):  # marked_messages has all that is asked for
            number: int = await pool.fetchval(
                query("messages/count_marks"), company_id, since, until, most + 1, wanted.status
            )
            return min(number, most), number > most
        narrow, counter = None, "count_marked"
    return await _MESSAGES.count(
        pool, company_id, wanted, since=since, until=until, most=most, narrow=narrow, counter=counter
    )


async def get_message(executor: Pool | Connection, company_id: UUID, message_id: UUID) -> Columns | None:
    """Return one message, or None."""
    row = await fetch_one(executor, "messages/get_messages", company_id, [message_id], [made_at(message_id)])
    return None if row is None else (await with_sending(executor, company_id, [row]))[0]


async def find_messages(executor: Pool | Connection, company_id: UUID, message_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return those of a company's messages that are there, by id."""
    places = [made_at(message_id) for message_id in message_ids]
    rows = await fetch_rows(executor, "messages/get_messages", company_id, list(message_ids), places)
    return {row["id"]: row for row in rows}


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
