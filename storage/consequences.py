"""What follows from a batch's fresh events: messages, capped and called off, and what those events cancel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from engine.reach import AIMS
from storage.answers import DEAD_LETTER_COLUMNS
from storage.cancelling import cancel_for_orders, find_cancelling_events
from storage.case_rows import CaseRow
from storage.conversations import fold_inbound
from storage.countries import skip_barred
from storage.firings import cancel_cases, limit_firings, store_cases
from storage.ingest_rows import EVENT_COLUMNS, Cap, Stored
from storage.message_rows import MessageRow, create_messages, ended
from storage.pool import Connection
from storage.queries import query
from storage.reached import note
from storage.suppressions import skip_suppressed
from storage.undeliverable import skip_undeliverable
from storage.unwanted import take_wishes

_COMPANY, _AT, _STATE, _REASON, _TYPE = (
    EVENT_COLUMNS.index(n) for n in ("company_id", "created_at", "state", "reason", "event_type")
)


async def take_consequences(connection: Connection, stored: Stored, now: datetime) -> None:
    """Messages of the fresh events, and what those events cancel, also among one another and in any order.

    An event that could not be read is a dead letter under its own id.
    """
    await _bury_unread(connection, stored)
    if wishes := [event.wish for event in stored.fresh if event.wish is not None]:
        # Before messages are made: also those of the same batch.
        stored.folded += await take_wishes(connection, wishes, now)
    if heard := [event.heard for event in stored.fresh if event.heard is not None]:
        await fold_inbound(connection, heard, now)
    await note(connection, [(e.event_id, e.row[_COMPANY]) for e in stored.fresh if e.row[_TYPE] in AIMS])
    messages = [message for event in stored.fresh for message in event.messages]
    firings = [firing for event in stored.fresh for firing in event.firings]
    cases: list[CaseRow] = []
    if firings:
        messages, cases = await limit_firings(connection, firings, messages, now)
    if messages:
        caps = {id_: cap for event in stored.fresh for id_, cap in event.caps.items()}
        wanted = await skip_undeliverable(connection, await skip_suppressed(connection, messages))
        wanted = await skip_barred(connection, wanted)
        stored.messages = await _call_off(connection, await use_caps(connection, wanted, caps) if caps else wanted)
        await create_messages(connection, stored.messages)
    await store_cases(connection, cases)
    orders = [event.cancels for event in stored.fresh if event.cancels is not None]
    if orders:
        await cancel_cases(connection, orders, now)
        stored.cancelled = await cancel_for_orders(connection, orders, now)


async def _bury_unread(connection: Connection, stored: Stored) -> None:
    rows = [
        (
            event.event_id,
            row[_COMPANY],
            "event",
            event.event_id,
            None,
            None,
            state,
            None,
            row[_REASON] or state,
            row[_AT],
        )
        for event in stored.fresh
        if (state := (row := event.row)[_STATE]) != "processed"
    ]
    if rows:
        await connection.copy_records_to_table("dead_letters", records=rows, columns=DEAD_LETTER_COLUMNS)


async def use_caps(connection: Connection, messages: list[MessageRow], caps: Mapping[UUID, Cap]) -> list[MessageRow]:
    """Return the messages, those skipped that their rule's cap does not allow any more."""
    asked: dict[UUID, list[UUID]] = {}
    companies: dict[UUID, UUID] = {}
    for message in messages:
        cap = caps.get(message.id)
        if cap is not None and message.due_at is not None:
            asked.setdefault(cap.key, []).append(message.id)
            companies[cap.key] = message.company_id
    if not asked:
        return messages
    keys = sorted(asked)
    used = await connection.fetch(
        query("ingest/use_caps"), keys, [companies[key] for key in keys], [len(asked[key]) for key in keys]
    )
    over: set[UUID] = set()
    for key, total in used:
        allowed = max(0, caps[asked[key][0]].limit - (total - len(asked[key])))
        over.update(asked[key][allowed:])
    return [ended(message, "skipped", "cap_per_order") if message.id in over else message for message in messages]


async def _call_off(connection: Connection, messages: list[MessageRow]) -> list[MessageRow]:
    """Return the messages, those cancelled whose cancelling event had come before them."""
    asked = [
        (position, (m.company_id, m.order_id, m.event_id, m.cancel_on))
        for position, m in enumerate(messages)
        if m.cancel_on and m.order_id and m.event_id and m.due_at
    ]
    if not asked:
        return messages
    found = await find_cancelling_events(connection, [question for _, question in asked])
    called_off = {asked[index][0]: event_type for index, event_type in found.items()}
    return [
        ended(message, "cancelled", f"cancelled_by:{called_off[position]}") if position in called_off else message
        for position, message in enumerate(messages)
    ]
