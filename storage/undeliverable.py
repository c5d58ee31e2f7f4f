"""Who is probably not on WhatsApp: refused with 131026 on two different days. Bulk messages spare them, others go.

The second day is the one retry that is worth a try (shared facts on WhatsApp, §1.5). Called where refusals are
recorded, and before bulk messages are made or handed to their sender.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from engine.ids import id_time
from storage.message_rows import MessageRow, ended
from storage.pool import Connection, Pool
from storage.queries import query

BULK = "bulk"
CODE = 131026
PROBABLY_NOT = "probably_not_on_whatsapp"


async def note_refusals(connection: Connection, message_ids: Sequence[UUID], now: datetime) -> None:
    """Count a day against the people whom these messages were for."""
    if message_ids:
        times = [id_time(message_id) for message_id in message_ids]
        await connection.execute(
            query("undeliverable/note_refusals"), list(message_ids), times, now, min(times), max(times)
        )


async def forget_delivered(connection: Connection, message_ids: Sequence[UUID], companies: Collection[UUID]) -> None:
    """Take back what was counted against people who have now got a message."""
    if message_ids:
        times = [id_time(message_id) for message_id in message_ids]
        await connection.execute(
            query("undeliverable/forget_delivered"), list(message_ids), times, min(times), max(times), list(companies)
        )


async def find_undeliverable(
    connection: Connection | Pool, people: Iterable[tuple[UUID, str]]
) -> set[tuple[UUID, str]]:
    """Return those of these people (company, phone) who are probably not on WhatsApp."""
    asked = sorted(set(people))
    if not asked:
        return set()
    rows = await connection.fetch(query("undeliverable/find_people"), *map(list, zip(*asked, strict=True)))
    return {(row["company_id"], row["phone"]) for row in rows}


async def skip_undeliverable(connection: Connection, messages: list[MessageRow]) -> list[MessageRow]:
    """Return new messages, bulk to people who are probably not on WhatsApp skipped; the rest costs no query."""
    found = await find_undeliverable(connection, [(row.company_id, row.to_phone) for row in messages if _is_bulk(row)])
    if not found:
        return messages
    return [
        ended(row, "skipped", PROBABLY_NOT) if _is_bulk(row) and (row.company_id, row.to_phone) in found else row
        for row in messages
    ]


def _is_bulk(row: MessageRow) -> bool:
    return row.lane == BULK and row.due_at is not None
