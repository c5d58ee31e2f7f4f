"""Answers and purchases are counted once for the messages before them, whoever looks and however often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from engine.ids import time_to_ms
from engine.message_states import at_text
from engine.metrics import REACHED, RULE, Delta
from storage import reached
from storage.pool import Pool
from tests.seeding import add_event, add_message, add_session, new_id

NOW = datetime.now(UTC).replace(microsecond=0)
PHONE = "+5511900000001"


@pytest.fixture
async def company(pool: Pool) -> UUID:
    company_id = new_id(NOW - timedelta(days=40))
    await pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Loja')", company_id)
    for days in (0, 20):
        await pool.execute("SELECT masteria_make_partitions($1)", (NOW - timedelta(days=days)).date())
    return company_id


async def accepted(pool: Pool, company: UUID, ago: timedelta, *, late: timedelta | None = None, **columns: Any) -> UUID:
    """Store a message that was accepted right after it was made, or ``late`` ago."""
    at = NOW - (ago if late is None else late)
    timeline = orjson.dumps([{"status": "accepted", "at": at_text(time_to_ms(at)), "reason": None, "attempt": 1}])
    values = {"to_phone": PHONE, "status": "delivered", "timeline": timeline.decode(), "due_at": None, **columns}
    session = await add_session(pool, company, NOW)
    return await add_message(pool, company, session, NOW - ago, **values)


async def heard(pool: Pool, company: UUID, event_type: str = "message_received", **columns: Any) -> UUID:
    columns = {"event_type": event_type, "customer_phone": PHONE, **columns}
    event_id = await add_event(pool, company, NOW, **columns)
    async with pool.acquire() as connection, connection.transaction():
        await reached.note(connection, [(event_id, company)])
    return event_id


async def look(pool: Pool) -> Delta:
    delta = Delta()
    async with pool.acquire() as connection, connection.transaction():
        await reached.count_reached(connection, delta)
    return delta


def counted(delta: Delta, kind: str = REACHED) -> dict[str, int]:
    sums: dict[str, int] = {}
    for change in delta.changes():
        if change.kind == kind:
            sums[change.key] = sums.get(change.key, 0) + change.n
    return sums


async def test_an_answer_counts_for_every_message_of_the_72_hours_before_it_and_once(pool: Pool, company: UUID) -> None:
    rule = new_id(NOW)
    first = await accepted(pool, company, timedelta(hours=71), rule_id=rule)
    second = await accepted(pool, company, timedelta(hours=1))
    made_long_before = await accepted(pool, company, timedelta(days=10), late=timedelta(hours=2))
    await accepted(pool, company, timedelta(hours=73))
    await accepted(pool, company, timedelta(hours=1), status="failed")
    await accepted(pool, company, timedelta(hours=1), to_phone="+5511900000002")
    event = await heard(pool, company)
    delta = await look(pool)
    assert counted(delta) == {"replied": 3}
    assert counted(delta, RULE) == {"+replied": 1}
    rows = await pool.fetch("SELECT message_id, event_id FROM message_reached WHERE what = 'replied'")
    assert {row["message_id"] for row in rows} == {first, second, made_long_before}
    assert {row["event_id"] for row in rows} == {event}
    await heard(pool, company)
    assert (await look(pool)).empty
    assert await pool.fetchval("SELECT count(*) FROM reach_queue") == 0


async def test_a_purchase_counts_for_the_last_message_before_it_of_the_same_order_first(
    pool: Pool, company: UUID
) -> None:
    of_order = await accepted(pool, company, timedelta(hours=3), order_id="o-1")
    newer = await accepted(pool, company, timedelta(hours=1), order_id="o-2")
    await heard(pool, company, "order_approved", order_id="o-1", order_value_cents=9_700)
    assert counted(await look(pool)) == {"bought": 1}
    rows = await pool.fetch("SELECT message_id, value_cents FROM message_reached")
    assert [(row["message_id"], row["value_cents"]) for row in rows] == [(of_order, 9_700)]
    await heard(pool, company, "order_approved", order_id="o-9")
    assert counted(await look(pool)) == {"bought": 1}
    assert {row[0] for row in await pool.fetch("SELECT message_id FROM message_reached")} == {of_order, newer}


async def test_an_order_without_a_phone_is_found_by_its_event(pool: Pool, company: UUID) -> None:
    asked = await add_event(pool, company, NOW - timedelta(hours=4), event_type="pix_created", order_id="o-7")
    message = await accepted(pool, company, timedelta(hours=4), order_id="o-7", event_id=asked)
    await heard(pool, company, "order_approved", order_id="o-7", customer_phone=None)
    assert counted(await look(pool)) == {"bought": 1}
    assert await pool.fetchval("SELECT message_id FROM message_reached") == message


async def test_an_imported_purchase_counts_when_it_happened(pool: Pool, company: UUID) -> None:
    await accepted(pool, company, timedelta(hours=1))
    await heard(pool, company, "order_approved", order_id="o-1", occurred_at=NOW - timedelta(days=2))
    assert (await look(pool)).empty


async def test_another_companys_events_reach_nothing(pool: Pool, company: UUID) -> None:
    await accepted(pool, company, timedelta(hours=1))
    other = new_id(NOW)
    await pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Outra')", other)
    await heard(pool, other)
    await heard(pool, other, "order_approved", order_id="o-1")
    assert (await look(pool)).empty


async def test_what_is_rolled_back_waits_and_is_counted_later(pool: Pool, company: UUID) -> None:
    await accepted(pool, company, timedelta(hours=1))
    await heard(pool, company)
    with pytest.raises(RuntimeError):
        async with pool.acquire() as connection, connection.transaction():
            await reached.count_reached(connection, Delta())
            raise RuntimeError
    assert counted(await look(pool)) == {"replied": 1}
