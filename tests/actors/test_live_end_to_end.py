"""Deltas → aggregator → fanout → WebSocket on a real database, all in one process."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from actors.aggregating import Aggregating
from actors.delta_feed import DeltaFeed
from actors.live_server import LiveServer
from actors.live_states import LiveStates
from engine.ids import IdMaker, ms_to_time
from engine.live_tickets import issue
from engine.merge_patch import apply
from engine.metrics import Delta
from storage import deltas
from storage.conversation_people import forget_person
from storage.conversations import Heard, fold_inbound, note_outbound
from storage.ingest import Lane
from storage.pool import Pool
from tests.actors.live_rig import KEY, Live, LiveRig, eventually, now_ms
from tests.seeding import add_session
from tests.storage.counted_world import World, Writer

IDS = IdMaker()


@dataclass
class House:
    pool: Pool
    counted: Aggregating
    states: LiveStates
    server: LiveServer
    world: World
    writer: Writer
    feed: DeltaFeed

    @contextlib.asynccontextmanager
    async def client(self, company: UUID, *topics: str) -> AsyncIterator[Live]:
        async with LiveRig(self.server).client(company, *topics) as live:
            yield live

    async def commit(self, delta: Delta, feed: Any = None) -> int:
        """Commit a delta and tell it, as a writer does; return its commit time."""
        at = now_ms()
        async with self.pool.acquire() as connection, connection.transaction():
            await deltas.write(connection, self.writer.name, self.writer.epoch, self.writer.seq + 1, delta, at)
        self.writer.seq += 1
        self.feed.push(Lane(self.writer.name, self.writer.epoch, self.writer.seq), at, delta, feed)
        return at


async def _forever(step: Any, pause_s: float) -> None:
    while True:
        await step()
        await asyncio.sleep(pause_s)


@pytest.fixture
async def house(pool: Pool) -> AsyncIterator[House]:
    world = World(pool, 1, now_ms())
    await world.begin(writers=1)
    writer = world.writers[0]
    server: LiveServer

    async def publish(blob: bytes) -> int:
        return server.fanning.publish(blob)

    async def tell(blob: bytes) -> None:
        counted.apply(blob)

    states = LiveStates(publish, now_ms)
    counted = Aggregating(now_ms, "America/Sao_Paulo", states.changed, states.told)
    states.bind(counted)
    await counted.load(pool)
    server = LiveServer(KEY, lambda blob: states.watch(pool, blob), now_ms)
    await server.start("127.0.0.1", 0)
    steps: list[tuple[Any, float]] = [
        (states.tick, 0.0),
        (states.refresh, 0.1),
        (lambda: states.read(pool), 0.1),
        (lambda: states.read_inbox(pool), 0.01),
        (server.ask, 0.01),
        (server.help_the_slow, 0.05),
    ]
    loops = [asyncio.create_task(_forever(step, pause_s)) for step, pause_s in steps]
    yield House(pool, counted, states, server, world, writer, DeltaFeed(tell))
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    await server.stop()


def event_delta(company: UUID, n: int = 1) -> Delta:
    delta = Delta()
    for _ in range(n):
        delta.event(company.bytes, now_ms(), "pix_created", "processed")
    return delta


async def until(live: Live, state: Any, condition: Any) -> Any:
    """Read updates until the state they make satisfies a condition."""
    while not condition(state):
        frame = await live.hear()
        state = apply(state, frame["data"]) if frame["type"] == "delta" else frame["data"]
    return state


async def test_a_commit_is_on_the_screen_with_its_commit_time(house: House) -> None:
    company = house.world.companies[0]
    async with house.client(company, "metrics") as live:
        snapshot = await live.hear("snapshot")
        assert snapshot["data"]["today"]["events"] == 0
        at = await house.commit(event_delta(company, 3))
        while True:
            frame = await live.hear("delta")
            if "today" in frame["data"]:
                break
        assert frame["data"]["today"] == {"events": 3}
        assert frame["ts"] >= at >= frame["oldest_ts"] - 1
        assert frame["oldest_ts"] <= at


async def test_the_metrics_topic_has_the_promised_shape(house: House) -> None:
    company = house.world.companies[0]
    session = house.world.sessions[company][0]
    async with house.client(company, "metrics") as live:
        data = (await live.hear("snapshot"))["data"]
        assert set(data) == {"today", "rates", "queue", "latency_ms"}
        assert len(data["today"]["messages"]) == 12
        delta = event_delta(company)
        delta.message(company.bytes, now_ms(), session.bytes, None, "accepted")
        delta.accepted(company.bytes, session.bytes, now_ms() - 200, now_ms())
        await house.commit(delta)
        data = await until(live, data, lambda d: d["today"]["messages"]["accepted"] == 1)
        assert data["latency_ms"]["event_to_accepted"]["p50"] == pytest.approx(200, rel=0.1)
        assert data["rates"]["events_s"] > 0
        await until(live, data, lambda d: d["rates"] == {"events_s": 0.0, "accepted_s": 0.0})


async def test_queue_and_sessions_tell_what_waits(house: House) -> None:
    company = house.world.companies[0]
    session = house.world.sessions[company][0]
    await house.pool.execute(
        "INSERT INTO sessions (id, company_id, name, transport) VALUES ($1, $2, 'Loja', 'simulator')", session, company
    )
    await house.pool.execute(
        "INSERT INTO message_queue (message_id, company_id, session_id, lane, due_at, look_at)"
        " VALUES ($1, $2, $3, 'transactional', now() - interval '10 s', now())",
        IDS.make_uuid(now_ms()),
        company,
        session,
    )
    async with house.client(company, "queue", f"session:{session}", "sessions") as live:
        shown: dict[str, Any] = {}
        while len(shown) < 3:
            frame = await live.hear("snapshot")
            shown[frame["topic"]] = frame["data"]
        assert shown["sessions"]["sessions"][str(session)]["name"] == "Loja"
        delta = Delta()
        delta.message(company.bytes, now_ms(), session.bytes, None, "queued")
        await house.commit(delta)
        while not shown["queue"]["oldest_s"] or not shown[f"session:{session}"]["queue"]["depth"]:
            frame = await live.hear("delta")
            shown[frame["topic"]] = apply(shown[frame["topic"]], frame["data"])
        assert shown["queue"]["depth"] == 1
        assert 10 <= shown["queue"]["oldest_s"] < 60
        assert shown["queue"]["sessions"][str(session)]["depth"] == 1
        assert shown[f"session:{session}"]["session_id"] == str(session)


async def test_another_companys_session_is_nothing(house: House) -> None:
    mine, theirs = house.world.companies[:2]
    session = house.world.sessions[theirs][0]
    await house.pool.execute(
        "INSERT INTO sessions (id, company_id, name, transport) VALUES ($1, $2, 'Loja', 'simulator')", session, theirs
    )
    async with house.client(mine, f"session:{session}", "sessions") as live:
        assert [(await live.hear("snapshot"))["data"] for _ in range(2)] in (
            [{}, {"sessions": {}}],
            [{"sessions": {}}, {}],
        )


async def test_events_become_messages_and_a_lost_telling_is_read_from_postgres(house: House) -> None:
    company = house.world.companies[0]
    for _ in range(10):
        await house.world.step(house.writer)
    event_id = await house.pool.fetchval(
        "SELECT event_id FROM messages WHERE company_id = $1 ORDER BY event_id DESC LIMIT 1", company
    )
    message_id = await house.pool.fetchval(
        "UPDATE messages SET status = 'queued' WHERE event_id = $1 RETURNING id", event_id
    )

    def status(state: Any) -> str | None:
        found = [item for item in state["items"] if item["id"] == str(event_id)]
        return found[0]["messages"][0]["status"] if found and found[0]["messages"] else None

    async with house.client(company, "events") as live:
        state = (await live.hear("snapshot"))["data"]
        assert [item["id"] for item in state["items"]] == sorted([item["id"] for item in state["items"]], reverse=True)
        assert len(state["items"]) == await house.pool.fetchval(
            "SELECT least(count(*), 50) FROM incoming_events WHERE company_id = $1", company
        )
        await house.pool.execute("UPDATE messages SET status = 'sent', updated_at = now() WHERE id = $1", message_id)
        told = {company.hex: {"events": [], "messages": [{"id": str(message_id), "status": "sent", "at_ms": now_ms()}]}}
        await house.commit(event_delta(company), told)
        state = await until(live, state, lambda s: status(s) == "sent")
        # Read, and nobody tells it: something else told brings the feed to be read again once it rests.
        await house.pool.execute("UPDATE messages SET status = 'read', updated_at = now() WHERE id = $1", message_id)
        fresh = {"id": str(IDS.make_uuid(now_ms())), "event_type": "order_approved"}
        await house.commit(event_delta(company), {company.hex: {"events": [fresh], "messages": []}})
        await until(live, state, lambda s: status(s) == "read")


async def test_states_of_companies_nobody_looks_at_are_not_kept(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    company = house.world.companies[0]
    async with house.client(company, "metrics", "events") as live:
        await live.hear("snapshot")
        assert len(house.states) == 1
    await eventually(lambda: house.server.sizes()["subscriptions"] == 0)
    monkeypatch.setattr(house.states, "_clock_ms", lambda: now_ms() + 60_000)
    await eventually(lambda: len(house.states) == 0)


async def test_tickets_of_this_key_only(house: House) -> None:
    async with LiveRig(house.server).knock() as live:
        await live.say(type="auth", ticket=issue(b"x" * 32, house.world.companies[0].bytes, now_ms(), os.urandom(16)))
        assert await live.closed_with() == 4401


async def test_the_inbox_tells_messages_and_what_people_do(house: House) -> None:
    company = house.world.companies[0]
    phone = "+5511900000001"
    session = await add_session(house.pool, company, ms_to_time(now_ms()))

    async def hear(text: str) -> Heard:
        at = ms_to_time(now_ms())
        heard = Heard(company, session, phone, at, IDS.make_uuid(now_ms()), "text", text)
        async with house.pool.acquire() as connection, connection.transaction():
            await fold_inbound(connection, [heard], at)
        await house.commit(event_delta(company))
        return heard

    async with house.client(company, "inbox") as live:
        state = (await live.hear("snapshot"))["data"]
        assert state == {"items": [], "counts": {"open": 0, "unread": 0, "waiting": 0}}
        first = await hear("Oi")
        state = await until(live, state, lambda state: state["items"])
        [item] = state["items"]
        assert (item["id"], item["phone"], item["unread"]) == (str(first.event_id), phone, 1)
        assert (item["last_inbound"]["text"], item["window"]["open"]) == ("Oi", True)
        assert state["counts"] == {"open": 1, "unread": 1, "waiting": 1}
        await hear("Alguém?")
        state = await until(live, state, lambda state: state["items"][0]["unread"] == 2)
        await note_outbound(house.pool, company, session, phone, "Oi!", ms_to_time(now_ms()))
        state = await until(live, state, lambda state: state["counts"]["waiting"] == 0)
        assert state["items"][0]["last_outbound"]["text"] == "Oi!"
        async with house.pool.acquire() as connection, connection.transaction():
            await forget_person(connection, company, phone)
        state = await until(live, state, lambda state: not state["items"])
        assert state["counts"] == {"open": 0, "unread": 0, "waiting": 0}
