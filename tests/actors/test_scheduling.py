"""The scheduler on real Postgres: in time, each once, also when there are two of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from actors.lanes import WriterLane
from actors.recorder import Changes
from actors.scheduling import Scheduling
from engine.errors import Unavailable
from engine.ids import ms_to_time
from engine.wire import unpack
from storage.message_rows import NEVER
from storage.pool import Pool
from tests.actors.sending_kit import FakeTransport, World, new_id, now_ms, running


class Rig:
    """A scheduler whose hand-overs and announcements are noted."""

    def __init__(self, world: World) -> None:
        self.handed: list[bytes] = []
        self.announced: list[bytes] = []
        self.reachable = True
        self._lane = WriterLane(world.settings.database_url, "scheduler")
        self.changes = Changes(self._lane, lambda *_: None)
        self.scheduling = Scheduling(self.changes, world.pool, [self._take], self._announce)

    async def _take(self, blob: bytes) -> None:
        if not self.reachable:
            raise Unavailable("sender-0.enqueue: restarting")
        self.handed += [message["id"] for message in unpack(blob)]

    async def _announce(self, company_id: bytes) -> None:
        self.announced.append(company_id)


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


@pytest.fixture
async def rig(world: World) -> AsyncIterator[Rig]:
    made = Rig(world)
    yield made
    await made.changes.close()


def ago(seconds: float) -> object:
    return ms_to_time(now_ms()) - timedelta(seconds=seconds)


async def test_what_is_due_is_handed_over_and_becomes_queued(world: World, rig: Rig) -> None:
    session = await world.add_session()
    due = await world.queue(session, 700, status="scheduled", due_at=ago(1), look_at=ago(1))
    await world.queue(session, 5, status="scheduled", due_at=ms_to_time(now_ms() + 60_000))
    await world.queue(session, 3, status="held", reason="missing_variable", look_at=NEVER)
    assert await rig.scheduling.hand_over_due() <= 0.25
    assert Counter(rig.handed) == Counter(row.id.bytes for row in due)
    assert await world.statuses() == {"queued": 700, "scheduled": 5, "held": 3}
    assert await world.counted() == {"scheduled": -700, "queued": 700}
    await rig.scheduling.hand_over_due()
    assert len(rig.handed) == 700  # looked at again only after a while


async def test_two_schedulers_share_the_work(world: World, rig: Rig) -> None:
    session = await world.add_session()
    due = await world.queue(session, 1500, status="scheduled", due_at=ago(1), look_at=ago(1))
    other = Rig(world)
    await asyncio.gather(rig.scheduling.hand_over_due(), other.scheduling.hand_over_due())
    await other.changes.close()
    assert Counter(rig.handed + other.handed) == Counter(row.id.bytes for row in due)
    assert await world.counted() == {"scheduled": -1500, "queued": 1500}


async def test_a_hand_over_that_fails_is_repeated_later(world: World, rig: Rig) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1, look_at=ago(1))
    rig.reachable = False
    await rig.scheduling.hand_over_due()
    assert rig.handed == []
    again_s = await world.pool.fetchval("SELECT extract(epoch FROM look_at - now())::float8 FROM message_queue")
    assert 25 < again_s <= 30
    rig.reachable = True
    await world.pool.execute("UPDATE message_queue SET look_at = now()")
    await rig.scheduling.hand_over_due()
    assert rig.handed == [row.id.bytes]


async def test_it_wakes_when_the_next_message_is_due(world: World, rig: Rig) -> None:
    session = await world.add_session()
    assert await rig.scheduling.hand_over_due() == 0.25
    soon = ms_to_time(now_ms() + 120)
    await world.queue(session, 1, due_at=soon, look_at=soon)
    woke_s = await rig.scheduling.hand_over_due()
    assert woke_s < 0.15 or rig.handed  # a busy machine stored it when it was due already


async def test_a_delayed_message_goes_out_within_a_second_of_its_time(world: World) -> None:
    session = await world.add_session()
    transport = FakeTransport()
    async with running(world, transport) as host:
        changes = Changes(WriterLane(world.settings.database_url, "scheduler"), lambda *_: None)
        scheduling = Scheduling(changes, world.pool, [host.enqueue], lambda _: asyncio.sleep(0))
        due_ms = now_ms() + 700
        await world.queue(session, 1, status="scheduled", due_at=ms_to_time(due_ms), look_at=ms_to_time(due_ms))

        async def loop() -> None:
            while True:
                await asyncio.sleep(await scheduling.hand_over_due())

        looping = asyncio.create_task(loop())
        await transport.until_sent(1)
        late_ms = now_ms() - due_ms
        looping.cancel()
        await asyncio.gather(looping, return_exceptions=True)
        await changes.close()
    assert 0 <= late_ms < 1_000


async def make_uncertain(world: World, session: UUID, lane: str, **fields: Any) -> UUID:
    (row,) = await world.create([world.message(session, lane=lane, status="uncertain", **fields)])
    await world.pool.execute("DELETE FROM message_queue WHERE message_id = $1", row.id)
    await world.pool.execute(
        "INSERT INTO uncertain_messages VALUES ($1, $2, $3, $4, now())", row.id, world.company, session, lane
    )
    return row.id


async def test_an_uncertain_transactional_message_is_sent_once_more_and_bulk_is_not(world: World, rig: Rig) -> None:
    session = await world.add_session()
    first = await make_uncertain(world, session, "transactional")
    bulk = await make_uncertain(world, session, "bulk")
    second = await make_uncertain(world, session, "transactional", retry_of=new_id())
    other = Rig(world)
    await asyncio.gather(rig.scheduling.decide(), other.scheduling.decide())
    await other.changes.close()
    new = await world.pool.fetch("SELECT * FROM messages WHERE status = 'queued'")
    assert [row["retry_of"] for row in new] == [first]
    old = await world.row(first)
    assert (old["status"], old["reason"]) == ("uncertain", "sent_again")
    assert (new[0]["text"], new[0]["event_id"], new[0]["attempt"]) == (old["text"], old["event_id"], 0)
    assert {(await world.row(message_id))["status"] for message_id in (bulk, second)} == {"uncertain"}
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue") == 1
    assert await world.counted() == {"queued": 1}
    assert await world.pool.fetchval("SELECT count(*) FROM uncertain_messages") == 0


async def test_a_receipt_just_in_time_prevents_the_second_try(world: World, rig: Rig) -> None:
    session = await world.add_session()
    message_id = await make_uncertain(world, session, "transactional")
    await world.pool.execute("UPDATE messages SET status = 'delivered' WHERE id = $1", message_id)
    await rig.scheduling.decide()
    assert await world.statuses() == {"delivered": 1}


async def test_a_session_goes_on_when_its_pause_is_over(world: World, rig: Rig) -> None:
    session = await world.add_session()
    forever = await world.add_session()
    await world.pool.execute("UPDATE sessions SET state = 'paused', resume_at = now() WHERE id = $1", session)
    await world.pool.execute("UPDATE sessions SET state = 'paused' WHERE id = $1", forever)
    await rig.scheduling.resume()
    states = {row["id"]: row["state"] for row in await world.pool.fetch("SELECT id, state FROM sessions")}
    assert states == {session: "active", forever: "paused"}
    assert rig.announced == [world.company.bytes]


async def test_next_months_partitions_are_made_and_making_them_twice_is_harmless(world: World, rig: Rig) -> None:
    for _ in range(2):
        await rig.scheduling.make_partitions(date(2031, 12, 31))
    for table in ("messages_2031_12", "messages_2032_01", "incoming_events_2032_01"):
        assert await world.pool.fetchval("SELECT to_regclass($1) IS NOT NULL", table)


async def test_claiming_reads_only_what_is_due(world: World, rig: Rig) -> None:
    """Twenty thousand messages for tomorrow cost the claim nothing."""
    session = await world.add_session()
    later = ms_to_time(now_ms() + 86_400_000)
    for _ in range(10):
        await world.queue(session, 2_000, status="scheduled", due_at=later, look_at=later)
    await world.pool.execute("ANALYZE message_queue")
    started = time.perf_counter()
    await rig.scheduling.hand_over_due()
    assert time.perf_counter() - started < 0.5
    assert rig.handed == []
