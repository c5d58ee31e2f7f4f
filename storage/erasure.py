"""A person's data: all of it in one place for the person, and taken out of everywhere when they ask (LGPD, art. 18).

What stays of an erased person is numbers: events and messages without anybody in them, the note that it was done, and
a keyed digest if they wanted no messages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from engine.ids import id_time
from engine.import_rows import phone_tail
from engine.pagination import Position
from engine.phones import NOBODY
from storage.conversation_people import forget_person
from storage.message_changes import Transition
from storage.person_digest import person_digest
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_rows
from storage.waiting import cancel

ERASED = "erased"
_MOST_COUNTED = 10_001
_CLOCKS = timedelta(days=1)  # by which the clocks of two gateways may differ at the very most


async def count_data(executor: Pool | Connection, company_id: UUID, phone: str) -> tuple[int, int]:
    """Return how many events and messages a person has, up to 10,001 of each."""
    events = await executor.fetchval(query("erasure/count_events"), company_id, phone, _MOST_COUNTED)
    messages = await executor.fetchval(query("erasure/count_messages"), company_id, phone, _MOST_COUNTED)
    return int(events), int(messages)


async def list_person_events(
    executor: Pool | Connection, company_id: UUID, phone: str, before: Position, limit: int
) -> list[Row]:
    """Return a person's events, newest first, behind a place."""
    return await fetch_rows(executor, "erasure/list_events", company_id, phone, *before, limit)


async def list_person_messages(
    executor: Pool | Connection, company_id: UUID, phone: str, before: Position, limit: int
) -> list[Row]:
    """Return a person's messages, newest first, behind a place."""
    return await fetch_rows(executor, "erasure/list_messages", company_id, phone, *before, limit)


async def erase_events(connection: Connection, company_id: UUID, phone: str, most: int, now: datetime) -> int:
    """Take a person out of up to ``most`` of their events and of the bytes these came in; return how many."""
    rows = await connection.fetch(query("erasure/find_events"), company_id, phone, most)
    if not rows:
        return 0
    ids, times = [row["id"] for row in rows], [row["created_at"] for row in rows]
    await connection.execute(query("erasure/erase_cases"), company_id, ids, now)
    await connection.execute(query("erasure/erase_replays"), company_id, ids)
    orders = [row["order_id"] for row in rows if row["order_id"] is not None]
    await connection.execute(query("erasure/erase_orders"), company_id, orders)
    await connection.execute(query("erasure/erase_events"), company_id, ids, times, min(times), max(times))
    own = sorted({row["delivery_id"] for row in rows if row["webhook_id"] is not None})
    if own:
        made = [id_time(value) for value in own]
        first = await connection.fetch(query("erasure/erase_deliveries"), company_id, own, min(made), max(made))
        repeated = sorted({*ids, *(row["event_id"] for row in first if row["event_id"] is not None)})
        await connection.execute(query("erasure/erase_repeats"), company_id, repeated, min(made) - _CLOCKS)
    metas = sorted({row["delivery_id"] for row in rows if row["webhook_id"] is None})
    if metas:
        made = [id_time(value) for value in metas]
        await connection.execute(query("erasure/erase_meta_deliveries"), metas, min(made), max(made))
    return len(rows)


async def erase_messages(
    connection: Connection, company_id: UUID, phone: str, most: int, now: datetime
) -> tuple[int, list[Transition]]:
    """Take a person out of up to ``most`` of their messages; what waits is called off first.

    Returns:
        How many, and what was called off.
    """
    rows = await connection.fetch(query("erasure/find_messages"), company_id, phone, most)
    if not rows:
        return 0, []
    ids, times = [row["id"] for row in rows], [row["created_at"] for row in rows]
    called_off = await cancel(connection, company_id, ids, now, ERASED)
    await connection.execute(query("erasure/erase_messages"), company_id, ids, times, min(times), max(times), NOBODY)
    await connection.execute(query("erasure/erase_attempts"), company_id, ids, min(times), max(times))
    return len(rows), called_off


async def erase_left(connection: Connection, company_id: UUID, phone: str, most: int, now: datetime) -> int:
    """Take a person out of what may outlive its events: cases of rules, PIX orders, refused rows of imports.

    Returns:
        How many of one kind at the most: ``most`` where there may be more.
    """
    tail = phone_tail(phone)
    done = [
        await connection.execute(query("erasure/erase_left_cases"), company_id, phone, now, most),
        await connection.execute(query("erasure/erase_left_orders"), company_id, phone, most),
    ]
    if tail is not None:
        done.append(await connection.execute(query("erasure/erase_refused_rows"), company_id, tail, most))
    return max(int(status.rpartition(" ")[2]) for status in done)


async def erase_samples(connection: Connection, company_id: UUID, phone: str, contact_id: UUID | None) -> None:
    """Take a person out of the examples that dry runs show; their contact is deleted before (see ``show_counts``)."""
    await connection.execute(query("erasure/erase_samples"), company_id, phone, contact_id)


async def erase_told(connection: Connection, company_id: UUID, phone: str, most: int, now: datetime) -> int:
    """Take a person out of up to ``most`` deliveries to the company's own systems; return how many."""
    status = await connection.execute(query("erasure/erase_told"), company_id, phone, most, now)
    return int(status.rpartition(" ")[2])


async def forget_files(connection: Connection, company_id: UUID) -> int:
    """Take away the company's exported files, any of which may hold the person; return how many.

    What is left of files of contacts whose import has ended goes too.
    """
    return int(await connection.fetchval(query("erasure/forget_files"), company_id))


async def forget_number(connection: Connection, company_id: UUID, phone: str, now: datetime) -> None:
    """Forget what is kept by a person's number; that they wanted no messages stays as a digest."""
    digest = person_digest(company_id, phone)
    await connection.execute(query("erasure/keep_stops"), company_id, phone, digest, now)
    await connection.execute(query("erasure/forget_number"), company_id, phone, digest.hex())
    await forget_person(connection, company_id, phone)


async def begin_erasure(
    connection: Connection,
    company_id: UUID,
    erasure_id: UUID,
    contact_id: UUID,
    phone: str,
    job_id: UUID,
    requested_by: str,
) -> None:
    """Note that a person is being erased; told twice is told once."""
    digest = person_digest(company_id, phone)
    await connection.execute(
        query("erasure/begin_erasure"),
        erasure_id,
        company_id,
        contact_id,
        digest,
        job_id,
        requested_by,
        id_time(erasure_id),
    )


async def end_erasure(
    connection: Connection, company_id: UUID, erasure_id: UUID, counts: Mapping[str, int], now: datetime
) -> None:
    """Note that a person was erased, and how much there was of them."""
    await connection.execute(query("erasure/end_erasure"), company_id, erasure_id, orjson.dumps(counts).decode(), now)


async def forget_request(connection: Connection, company_id: UUID, job_id: UUID, preview_id: UUID) -> None:
    """Take the number that was asked for out of the job that erased it, and out of its preview."""
    await connection.execute(query("erasure/forget_request"), company_id, job_id, preview_id)


async def list_erasures(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return erasures, newest first, behind a position."""
    rows = await fetch_rows(executor, "erasure/list_erasures", company_id, *before, limit)
    return [{**row, "counts": orjson.loads(row["counts"])} for row in rows]


async def count_erasures(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many erasures a company has, up to 10,001."""
    return int(await executor.fetchval(query("erasure/count_erasures"), company_id))


def as_json(rows: Sequence[Row], stored: Sequence[str]) -> list[dict[str, Any]]:
    """Return rows with their JSON columns as they are stored."""
    return [
        {name: orjson.Fragment(value) if name in stored and value is not None else value for name, value in row.items()}
        for row in rows
    ]
