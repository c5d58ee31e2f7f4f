"""Events become contacts, in the order of their ids, behind a horizon that no transaction can still write before.

A transaction that stores an event more than ``LATE_MS`` after its id was made names it in ``late_events``; all others
are there once the transactions of that time have ended, which :func:`horizon` waits for. Shards only note late events;
the folding itself is a worker's (actors/contact_folding.py), so that no event ever waits for its contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from engine.ids import id_ms
from storage.ingest_rows import EVENT_COLUMNS, EventWrite
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_rows

LATE_MS = 10_000
# Behind now, and behind the oldest transaction that still writes. The difference to LATE_MS is what clocks of different
# machines, and a shard between reading its clock and its transaction's first statement, may differ by.
BEHIND = timedelta(seconds=20)
_COMPANY = EVENT_COLUMNS.index("company_id")


def is_late(event: EventWrite, now_ms: int) -> bool:
    """Tell whether an event is stored so long after its id was made that the folding may have passed it."""
    return now_ms - id_ms(event.event_id.bytes) > LATE_MS


async def name_late_events(connection: Connection, events: Sequence[EventWrite], now_ms: int) -> None:
    """Name the late ones of a transaction's fresh events."""
    late = [(event.event_id, event.row[_COMPANY]) for event in events if is_late(event, now_ms)]
    if late:
        await connection.copy_records_to_table("late_events", records=late, columns=("event_id", "company_id"))


async def horizon(executor: Pool | Connection) -> datetime:
    """Return a time before which every event is committed or named as late (or its transaction has failed)."""
    oldest: datetime = await executor.fetchval(query("contact_folds/oldest_write"))
    return oldest - BEHIND


async def find_unfolded(executor: Pool | Connection, before: datetime, most: int) -> list[UUID]:
    """Return up to ``most`` companies that have events before the horizon that are not folded."""
    return [row[0] for row in await executor.fetch(query("contact_folds/find_unfolded"), before, most)]


async def take_events(connection: Connection, company_id: UUID, before: datetime, most: int) -> list[Row]:
    """Take the next events of a company, oldest first, inside the caller's transaction, which folds them.

    Two callers never have the same events: the second waits for the first. [] where there are none.
    """
    await connection.execute(query("contact_folds/make_place"), company_id)
    place = await connection.fetchrow(query("contact_folds/lock_place"), company_id)
    if place is None:  # the company is gone
        return []
    rows = await fetch_rows(
        connection, "contact_folds/read_events", company_id, place["at"], place["event_id"], before, most
    )
    if rows:
        await connection.execute(query("contact_folds/move_place"), company_id, rows[-1]["created_at"], rows[-1]["id"])
    return rows


async def take_late_events(connection: Connection, most: int) -> list[Row]:
    """Take up to ``most`` late events of any company, inside the caller's transaction, which folds them."""
    named = await connection.fetch(query("contact_folds/take_late"), most)
    if not named:
        return []
    ids = [row["event_id"] for row in named]
    return await fetch_rows(connection, "contact_folds/read_late", ids)
