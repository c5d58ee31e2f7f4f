"""131026 on two different days: bulk messages spare the number, transactional ones go, a sign of life takes it back."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from engine.ids import ms_to_time
from gateway.reasons import in_words
from storage.answers import record_answers
from storage.due import claim_due
from storage.pool import Pool
from storage.statuses import fold_many
from storage.undeliverable import PROBABLY_NOT, find_undeliverable, skip_undeliverable
from tests.actors.sending_kit import World, new_id, now_ms
from tests.seeding import add_event
from tests.storage.test_statuses import Told, answer

TO = "+5511900000001"
FAILED = json.dumps([{"code": 131026, "title": "Message undeliverable"}])
NOW = ms_to_time(now_ms())


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


async def tell(world: World, status: str, at: datetime, errors: str | None = None) -> None:
    """A message to the person is told to have got this status, by webhook."""
    (row,) = await world.queue(await world.add_session(), 1, to=TO)
    told = Told(row.id, "wamid.1", status, (row.id.int >> 80) + 1000, errors)
    async with world.pool.acquire() as connection, connection.transaction():
        await fold_many(connection, [(world.company, told)], at)


async def absent(world: World) -> bool:
    async with world.pool.acquire() as connection:
        return bool(await find_undeliverable(connection, [(world.company, TO)]))


async def test_one_day_is_not_enough_however_often(world: World) -> None:
    day = NOW.replace(hour=12)
    await tell(world, "failed", day - timedelta(days=2), FAILED)
    await tell(world, "failed", day - timedelta(days=2), FAILED)
    assert not await absent(world)
    await tell(world, "failed", day - timedelta(days=1), FAILED)
    assert await absent(world)


async def test_an_answer_counts_as_a_webhook_does_and_other_failures_do_not(world: World) -> None:
    (row,) = await world.queue(await world.add_session(), 1, to=TO)
    refused = answer(
        row, "failed", "failed", reason="whatsapp_131026", code="131026", dead_id=new_id(), error_class="permanent"
    )
    async with world.pool.acquire() as connection, connection.transaction():
        await record_answers(connection, [refused], [], NOW)
    await tell(world, "failed", NOW - timedelta(days=5), json.dumps([{"code": 131047}]))
    assert await world.pool.fetchval("SELECT days FROM undeliverable_people") == 1


async def mark(world: World, last_at: datetime = NOW) -> None:
    await world.pool.execute("INSERT INTO undeliverable_people VALUES ($1, $2, 2, $3)", world.company, TO, last_at)


async def test_bulk_is_skipped_with_its_reason_and_transactional_goes(world: World) -> None:
    await mark(world)
    session = await world.add_session()
    async with world.pool.acquire() as connection:
        rows = [world.message(session, to=to, lane=lane) for to, lane in ((TO, "bulk"), (TO, "transactional"))]
        rows.append(world.message(session, to="+5511900000002", lane="bulk"))
        after = await skip_undeliverable(connection, rows)
    assert [(row.status, row.reason) for row in after] == [
        ("skipped", PROBABLY_NOT),
        ("queued", None),
        ("queued", None),
    ]
    words = in_words(PROBABLY_NOT)
    assert words is not None
    assert "WhatsApp" in words["pt"]


async def test_bulk_that_waits_is_skipped_when_it_is_due(world: World) -> None:
    session = await world.add_session()
    past = ms_to_time(now_ms()) - timedelta(seconds=1)
    bulk, transactional = (
        world.message(session, to=TO, lane=lane, due_at=past, look_at=past, status="scheduled")
        for lane in ("bulk", "transactional")
    )
    await world.create([bulk, transactional])
    await mark(world)
    async with world.pool.acquire() as connection, connection.transaction():
        due = await claim_due(connection, ms_to_time(now_ms()), 10, 30.0)
    assert [message["id"] for message in due.messages] == [transactional.id.bytes]
    row = await world.pool.fetchrow("SELECT status, reason FROM messages WHERE id = $1", bulk.id)
    assert row is not None
    assert tuple(row) == ("skipped", PROBABLY_NOT)


async def test_a_delivery_a_word_of_theirs_and_time_take_it_back(world: World) -> None:
    await mark(world)
    other = await world.add_company()
    async with world.pool.acquire() as connection:
        assert await find_undeliverable(connection, [(other, TO)]) == set()
    await tell(world, "delivered", NOW)
    assert not await absent(world)
    await mark(world, NOW - timedelta(days=91))
    assert not await absent(world)
    await tell(world, "failed", NOW, FAILED)
    assert await world.pool.fetchval("SELECT days FROM undeliverable_people") == 1
    await world.pool.execute("UPDATE undeliverable_people SET days = 2, last_at = $1", NOW - timedelta(days=1))
    assert await absent(world)
    event = await add_event(world.pool, world.company, NOW)
    await world.pool.execute(
        "UPDATE incoming_events SET event_type = 'message_received', customer_phone = $2, webhook_id = NULL "
        "WHERE id = $1",
        event,
        TO,
    )
    assert not await absent(world)
