"""A campaign's recipients: written before anything is made for them, given one message each, found again by state.

Called by the job that writes them, the loop that makes their messages, and the lists. Whoever changes a message's
status (storage/message_changes.py) marks here what stands apart from the crowd.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import orjson

from engine.campaign_variables import Person
from engine.campaigns import CANCELLED
from engine.metrics import Delta, subjects_of
from engine.pagination import Columns, Position
from storage.campaign_marks import MARKED
from storage.message_changes import LockedMessage
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Page, Range, Row, fetch_one, fetch_rows, search_windows

PENDING = "pending"
_LAST = UUID(int=(1 << 128) - 1)


class NewRecipient(NamedTuple):
    """One row to be; ``retry_of``: the message that this one is tried again for."""

    contact_id: UUID
    session_id: UUID
    variant: int
    retry_of: UUID | None = None


class Pending(NamedTuple):
    """A recipient without a message; ``person`` is None where the contact is gone."""

    contact_id: UUID
    variant: int
    retry_of: UUID | None
    person: Person | None


class Given(NamedTuple):
    """The message that a recipient gets, and how it stands apart, if it does."""

    contact_id: UUID
    message_id: UUID
    status: str | None
    reason: str | None


class RecipientFilter(NamedTuple):
    """What a recipient must be; None asks for nothing. Several statuses: any of them."""

    statuses: tuple[str, ...] | None = None
    reason: str | None = None
    session_id: UUID | None = None
    variant: int | None = None
    reached: str | None = None


class ExportedRecipients(NamedTuple):
    """Of which campaign an export holds the recipients, and what they must be."""

    campaign_id: UUID
    statuses: tuple[str, ...] | None = None
    reason: str | None = None
    session_id: UUID | None = None
    variant: int | None = None
    reached: str | None = None


async def get_expansion(connection: Connection | Pool, company_id: UUID, campaign_id: UUID) -> Row | None:
    """Return how far a campaign's recipients are written, with its state and definition; None if it has not begun."""
    row = await fetch_one(connection, "campaigns/get_expansion", campaign_id, company_id)
    if row is not None:
        row["request"], row["definition"] = orjson.loads(row["request"]), orjson.loads(row["definition"])
    return row


async def write_recipients(
    connection: Connection,
    company_id: UUID,
    campaign_id: UUID,
    recipients: Sequence[NewRecipient],
    reached: UUID,
    *,
    finished_at: datetime | None,
) -> int:
    """Write recipients and how far that is, inside the caller's transaction; return how many are new."""
    written = 0
    if recipients:
        columns = list(map(list, zip(*recipients, strict=True)))
        status: str = await connection.execute(query("campaigns/insert_recipients"), campaign_id, company_id, *columns)
        written = int(status.rpartition(" ")[2])
    await connection.execute(
        query("campaigns/advance_expansion"),
        campaign_id,
        company_id,
        written,
        reached,
        finished_at is not None,
        finished_at,
    )
    return written


async def take_pending(
    connection: Connection, company_id: UUID, campaign_id: UUID, session_id: UUID, after: UUID, most: int
) -> list[Pending]:
    """Return recipients of one number that have no message, behind a contact, and hold their rows."""
    rows = await connection.fetch(query("campaigns/take_pending"), campaign_id, company_id, session_id, after, most)
    return [
        Pending(row["contact_id"], row["variant"], row["retry_of"], _person(row) if row["present"] else None)
        for row in rows
    ]


async def give_messages(connection: Connection, campaign_id: UUID, given: Sequence[Given]) -> set[UUID]:
    """Give recipients their messages, in the transaction that makes these; return who got one."""
    columns = list(map(list, zip(*given, strict=True)))
    rows = await connection.fetch(query("campaigns/give_messages"), campaign_id, *columns)
    return {row["contact_id"] for row in rows}


async def replace_messages(
    connection: Connection, replaced: Sequence[tuple[LockedMessage, UUID]], delta: Delta
) -> None:
    """Put new messages in the place of campaigns' failed ones: each person counts once, as what the new one becomes.

    Args:
        connection: in the transaction that makes the new ones.
        replaced: messages under their locks, and the id of what follows each.
        delta: that transaction's.
    """
    if not replaced:
        return
    old = [message for message, _ in replaced]
    ids, times = [message.id for message in old], [message.created_at for message in old]
    await connection.execute(query("campaigns/move_recipients"), ids, [new_id for _, new_id in replaced])
    await connection.execute(query("campaigns/leave_campaign"), ids, times, min(times), max(times))
    for message in old:
        of = subjects_of(message.rule_id, message.template_id, message.campaign_id)
        delta.leave_campaign(
            message.company_id.bytes,
            message.id.int >> 80,
            message.session_id.bytes,
            of,
            message.status,
            message.outcome,
        )


async def take_letters(
    connection: Connection, company_id: UUID, retried: Sequence[tuple[UUID, UUID]], now: datetime
) -> set[UUID]:
    """Take up the dead letters of messages that are tried again (old id, new id), in the caller's transaction.

    Returns:
        Those of the old ids whose letter was not open any more, whatever became of it: they must not be tried again.
    """
    if not retried:
        return set()
    columns = map(list, zip(*retried, strict=True))
    rows = await connection.fetch(query("campaigns/take_letters"), company_id, *columns, now)
    return {row["message_id"] for row in rows}


async def page_failed(connection: Connection, company_id: UUID, campaign_id: UUID, after: UUID, most: int) -> list[Row]:
    """Return recipients whose message failed, in the order of their contacts, behind one."""
    return await fetch_rows(connection, "campaigns/page_failed", campaign_id, company_id, after, most)


async def count_failed(executor: Connection | Pool, company_id: UUID, campaign_id: UUID, most: int) -> list[Row]:
    """Return how many failed and how many are uncertain, by reason, looking at ``most`` of them."""
    return await fetch_rows(executor, "campaigns/count_failed", campaign_id, company_id, most)


async def list_recipients(
    pool: Pool, company_id: UUID, campaign_id: UUID, wanted: RecipientFilter, within: Range
) -> Page:
    """Return a page of recipients, newest contact first; with a filter it may be short and still have a next one."""
    statuses = wanted.statuses
    marked = statuses[0] if statuses is not None and len(statuses) == 1 and statuses[0] in MARKED else None
    if wanted.reached is not None:
        marked = None
    name = "campaigns/list_marked" if marked else "campaigns/scan_recipients"
    asked: str | list[str] | None = marked or (None if statuses is None else list(statuses))
    more = () if marked else (wanted.reached,)

    async def scan(before: Position, window: int, most: int) -> Sequence[Any]:
        return await pool.fetch(
            query(name),
            campaign_id,
            company_id,
            asked,
            before.id if before.id.int else _LAST,
            window,
            most,
            wanted.reason,
            wanted.session_id,
            wanted.variant,
            *more,
        )

    return await search_windows(scan, within.before, within.limit)


async def export_recipients(pool: Pool, company_id: UUID, wanted: ExportedRecipients, within: Range) -> Page:
    """Return a page of recipients as :func:`list_recipients`, who has no message yet with the status it counts as."""
    campaign = await fetch_one(pool, "campaigns/get_campaign", wanted.campaign_id, company_id)
    if campaign is None:
        return Page([], None)
    asked = RecipientFilter(wanted.statuses, wanted.reason, wanted.session_id, wanted.variant, wanted.reached)
    asked = with_pending(asked, campaign["state"])
    page = await list_recipients(pool, company_id, wanted.campaign_id, asked, within)
    status, reason = unmade(campaign["state"])
    rows: list[Row] = [dict(cast("Row", row)) for row in page.rows]
    for row in rows:
        if row["message_id"] is None:
            row |= {"status": status, "reason": reason}
    return Page(rows, page.next)


def unmade(campaign_state: str) -> tuple[str, str | None]:
    """Return as what a recipient without a message counts, and why."""
    return ("cancelled", "campaign_cancelled") if campaign_state == CANCELLED else ("scheduled", None)


def with_pending(wanted: RecipientFilter, campaign_state: str) -> RecipientFilter:
    """Return the filter with recipients who have no message yet, where it asks for what they count as."""
    if wanted.statuses is None or unmade(campaign_state)[0] not in wanted.statuses:
        return wanted
    return wanted._replace(statuses=(*wanted.statuses, PENDING))


def _person(row: Columns) -> Person:
    return Person(row["phone"], row["name"], row["email"], row["document"], orjson.loads(row["fields"]))
