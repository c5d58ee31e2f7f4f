"""A sender host on real Postgres: once each, by class of error, through crashes, pauses and lost leases."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import pytest

from actors import leasing
from engine.ids import ms_to_time
from engine.meta_updates import StatusUpdate
from engine.wire import pack
from masteria.embedded import start_postgres
from storage.leases import acquire
from storage.message_changes import Transition
from storage.message_rows import MessageRow
from storage.migrate import migrate
from storage.pool import Pool, open_pool
from storage.sending import Intent, dispatch
from storage.statuses import fold_many
from storage.waiting import cancel
from tests.actors.sending_kit import FakeTransport, FakeTransports, World, new_id, now_ms, refused, running, wire
from whatsapp.transport import Accepted, NotConnected, Outbound, SendAnswer, Uncertain

ACCEPTED = "SELECT count(*) FROM messages WHERE status = 'accepted'"


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


async def test_what_is_handed_over_is_sent_once_recorded_and_counted(world: World) -> None:
    sessions = [await world.add_session() for _ in range(3)]
    rows = [row for session in sessions for row in await world.queue(session, 100)]
    transport = FakeTransport()
    async with running(world, transport) as host:
        for _ in range(3):
            assert await host.enqueue(wire(rows)) == len(rows)
        await world.until(ACCEPTED, len(rows))
        await host.drain()
    assert sorted(transport.sent) == sorted(str(row.id) for row in rows)
    assert await world.counted() == {"queued": -300, "accepted": 300}
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue") == 0
    assert await world.pool.fetchval("SELECT count(*) FROM dispatches") == 0
    assert await world.pool.fetchval("SELECT count(*) FROM message_attempts WHERE outcome = 'accepted'") == 300
    row = await world.row(rows[0].id)
    assert (row["attempt"], row["provider_id"]) == (1, f"wamid.{rows[0].id}")


async def test_a_host_that_starts_fetches_what_waits_without_being_told(world: World) -> None:
    session = await world.add_session()
    rows = await world.queue(session, 50)
    transport = FakeTransport()
    async with running(world, transport):
        await world.until(ACCEPTED, len(rows))
    assert not transport.doubled


async def test_a_session_made_after_the_start_is_found_by_its_first_message(world: World) -> None:
    transport = FakeTransport()
    async with running(world, transport) as host:
        session = await world.add_session()
        rows = await world.queue(session, 1)
        assert await host.enqueue(wire(rows)) == 1
        await world.until(ACCEPTED, 1)


async def test_a_host_that_dies_between_intent_and_answer_leaves_uncertain_messages(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leasing, "TTL_S", 3.0)
    session = await world.add_session()
    rows = await world.queue(session, 40)
    hanging = FakeTransport()
    hanging.gate = asyncio.Event()
    async with running(world, hanging) as host:
        await host.enqueue(wire(rows))
        await hanging.until_sent(40)
    second = FakeTransport()
    async with running(world, second) as host:
        await world.until("SELECT count(*) FROM messages WHERE status = 'uncertain'", 40)
        await world.until("SELECT count(*) FROM dispatches", 0)
        assert host.counters()["uncertain"] == 40
    assert second.sent == []
    assert await world.counted() == {"queued": -40, "uncertain": 40}
    assert await world.pool.fetchval("SELECT count(*) FROM uncertain_messages") == 40
    assert await world.counted("count") == {"uncertain": 40}


async def test_only_the_unanswered_of_an_intent_are_uncertain(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leasing, "TTL_S", 3.0)
    session = await world.add_session()
    rows = await world.queue(session, 20)
    chosen = {str(row.id) for row in rows[:5]}
    transport = _HangsFor(chosen)
    async with running(world, transport) as host:
        await host.enqueue(wire(rows))
        await world.until(ACCEPTED, 15)
    async with running(world, FakeTransport()):
        await world.until("SELECT count(*) FROM messages WHERE status = 'uncertain'", 5)
    assert await world.statuses() == {"accepted": 15, "uncertain": 5}


class _HangsFor(FakeTransport):
    def __init__(self, chosen: set[str]) -> None:
        super().__init__()
        self._chosen = chosen

    async def send(self, message: Outbound) -> SendAnswer:
        if message.message_id in self._chosen:
            await asyncio.Event().wait()
        return await super().send(message)


ANSWERS: list[tuple[SendAnswer, tuple[str, str | None, int]]] = [
    (refused(131000), ("queued", "retry", 1)),
    (refused(131056), ("held", "whatsapp_131056", 0)),
    (refused(130429), ("held", "whatsapp_130429", 0)),
    (refused(100), ("failed", "whatsapp_100", 1)),
    (refused(131026), ("failed", "whatsapp_131026", 1)),
    (refused(131050), ("failed", "whatsapp_131050", 1)),
    (refused(132015), ("held", "whatsapp_132015", 0)),
    (refused(190), ("held", "session_paused", 0)),
    (refused(777_777), ("queued", "retry", 1)),
    (NotConnected("refused"), ("queued", "retry", 1)),
    (Uncertain("time-out"), ("uncertain", "no_answer", 1)),
]


@pytest.mark.parametrize(("answer", "wanted"), ANSWERS, ids=lambda value: str(getattr(value, "code", "")) or None)
async def test_every_class_of_answer_has_its_consequence(
    world: World, answer: SendAnswer, wanted: tuple[str, str | None, int]
) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1)
    async with running(world, FakeTransport(lambda _: answer)) as host:
        await host.enqueue(wire([row]))
        await world.until("SELECT count(*) FROM message_attempts", 1)
    found = await world.row(row.id)
    assert (found["status"], found["reason"], found["attempt"]) == wanted
    assert json.loads(found["error"])["meaning"]["pt"]
    queued = await world.pool.fetchval("SELECT count(*) FROM message_queue")
    dead = await world.pool.fetchval("SELECT count(*) FROM dead_letters")
    assert (queued, dead) == (int(wanted[0] in ("queued", "held")), int(wanted[0] == "failed"))
    assert await world.pool.fetchval("SELECT count(*) FROM dispatches") == 0


async def test_a_transport_that_raises_makes_an_uncertain_message(world: World) -> None:
    def broken(message: Outbound) -> SendAnswer:
        raise RuntimeError("boom")

    session = await world.add_session()
    (row,) = await world.queue(session, 1)
    async with running(world, FakeTransport(broken)) as host:
        await host.enqueue(wire([row]))
        await world.until("SELECT count(*) FROM messages WHERE status = 'uncertain'", 1)


async def test_text_that_postgres_refuses_does_not_hold_up_its_neighbours(world: World) -> None:
    session = await world.add_session()
    rows = await world.queue(session, 20)
    bad = str(rows[7].id)
    transport = FakeTransport(lambda message: Accepted("wamid.\ud800" if message.message_id == bad else message.to))
    async with running(world, transport) as host:
        await host.enqueue(wire(rows))
        await world.until(ACCEPTED, 20)
    assert (await world.row(rows[7].id))["provider_id"] is None


async def test_a_stop_pauses_the_session_and_nobody_elses(world: World) -> None:
    other = await world.add_company()
    stopped = await world.add_session(waba="shared")
    sibling = await world.add_session(waba="shared")
    foreign = await world.add_session(company=other, waba="shared")
    transports = FakeTransports(FakeTransport())
    transports.by_session[stopped] = FakeTransport(lambda _: refused(131031))
    async with running(world, transports.transport, transports) as host:
        await host.enqueue(wire(await world.queue(stopped, 3)))
        await world.until("SELECT count(*) FROM sessions WHERE state = 'paused'", 2)
        rows = [*await world.queue(sibling, 2), *await world.queue(foreign, 2, company=other)]
        await host.enqueue(wire(rows))
        await world.until(ACCEPTED, 2)
        await world.until("SELECT count(*) FROM messages WHERE status = 'held' AND reason = 'session_paused'", 5)
        paused = await world.pool.fetch("SELECT id, reason FROM sessions WHERE state = 'paused'")
        assert {(row["id"], row["reason"]) for row in paused} == {
            (stopped, "whatsapp_131031"),
            (sibling, "whatsapp_131031"),
        }
        transports.by_session[stopped] = FakeTransport()
        await world.pool.execute("UPDATE sessions SET state = 'active', reason = NULL")
        await host.reload(world.company)
        await world.until(ACCEPTED, 7)
    assert await world.counted() == {"queued": -7, "accepted": 7}


async def test_a_paused_session_holds_its_messages_and_a_resumed_one_sends_them(world: World) -> None:
    session = await world.add_session(throughput=5)
    rows = await world.queue(session, 30)
    transport = FakeTransport()
    async with running(world, transport) as host:
        await host.enqueue(wire(rows))
        await transport.until_sent(1)
        await world.pool.execute("UPDATE sessions SET state = 'paused'")
        await host.reload(world.company)
        sent = len(transport.sent)
        await world.until(
            "SELECT count(*) FROM messages WHERE status = 'held' AND reason = 'session_paused'", 30 - sent
        )
        assert len(transport.sent) == sent
        await world.pool.execute("UPDATE sessions SET state = 'active', throughput = 1000")
        await host.reload(world.company)
        await world.until(ACCEPTED, 30)
    assert not transport.doubled


async def test_cancelling_and_sending_at_once_agree(world: World) -> None:
    session = await world.add_session()
    rows = await world.queue(session, 200)
    transport = FakeTransport()

    async def call_off(part: list[MessageRow]) -> set[UUID]:
        async with world.pool.acquire() as connection, connection.transaction():
            gone = await cancel(connection, world.company, [row.id for row in part], ms_to_time(now_ms()))
        return {change.message_id for change in gone}

    async with running(world, transport) as host:
        await host.enqueue(wire(rows))
        parts = [rows[start : start + 20] for start in range(0, 200, 20)]
        cancelled = set().union(*await asyncio.gather(*(call_off(part) for part in reversed(parts))))
        await world.until("SELECT count(*) FROM messages WHERE status IN ('accepted', 'cancelled')", 200)
    assert cancelled.isdisjoint({UUID(message_id) for message_id in transport.sent})
    assert len(cancelled) + len(transport.sent) == 200


async def test_a_stale_fence_cannot_dispatch(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1)
    async with world.pool.acquire() as connection:
        old = (await acquire(connection, [session], "old", 10.0))[session]
        assert await acquire(connection, [session], "new", 10.0) == {}
        await connection.execute("UPDATE session_leases SET expires_at = now()")
        new = (await acquire(connection, [session], "new", 10.0))[session]
        assert new > old

        async def attempt(owner: str, fence: int, window_s: float) -> int:
            intent = Intent(new_id(), world.company, session, fence, [row.id], [1])
            return len((await dispatch(connection, owner, window_s, [intent])).taken)

        assert await attempt("old", old, 1.0) == 0
        assert await attempt("new", old, 1.0) == 0
        assert await attempt("new", new, 60.0) == 0  # the lease ends before the intent would
        assert await attempt("new", new, 1.0) == 1
        assert await attempt("new", new, 1.0) == 0  # it is not in the queue any more


async def test_an_intent_whose_commit_seemed_lost_is_taken_back_not_uncertain(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1)
    transport = FakeTransport()
    async with running(world, transport) as host:
        (sender,) = host.roster.senders.values()
        await world.until(ACCEPTED, 1)
        (late,) = await world.create([world.message(session, look_at=ms_to_time(now_ms()) + timedelta(hours=1))])
        lease = await world.pool.fetchrow("SELECT owner, fence FROM session_leases")
        assert lease is not None and sender.fence == lease["fence"]
        async with world.pool.acquire() as connection:
            intent = Intent(new_id(), world.company, session, lease["fence"], [late.id], [1])
            assert (await dispatch(connection, lease["owner"], 0.1, [intent])).taken
        await world.until("SELECT count(*) FROM message_attempts WHERE outcome = 'held'", 1)
        sender.behind = True
        await world.until(ACCEPTED, 2)
    assert transport.sent == [str(row.id), str(late.id)]


async def test_a_lost_lease_stops_the_sender_until_it_is_free_again(world: World) -> None:
    session = await world.add_session()
    transport = FakeTransport()
    async with running(world, transport) as host:
        until = await world.pool.fetchval(
            "UPDATE session_leases SET owner = 'thief', fence = nextval('fences'),"
            " expires_at = clock_timestamp() + interval '3.7 s' RETURNING expires_at"
        )
        rows = await world.queue(session, 5)
        await host.enqueue(wire(rows))
        async with asyncio.timeout(20):
            while True:
                sent = list(transport.sent)  # before the owner is asked for: it was the same then
                if await world.pool.fetchval("SELECT owner FROM session_leases") != "thief":
                    break
                assert sent == []
                await asyncio.sleep(0.02)
        assert await world.pool.fetchval("SELECT clock_timestamp() >= $1", until)
        await world.until(ACCEPTED, 5)


async def test_answers_outlive_a_postgres_that_goes_away(tmp_path: Path) -> None:
    server = await asyncio.to_thread(start_postgres, tmp_path)
    await migrate(server.url)
    world = World(await open_pool(server.url, minimum=0, maximum=2), server.url)
    world.company = await world.add_company()
    session = await world.add_session()
    rows = await world.queue(session, 30)
    tomorrow = ms_to_time(now_ms()) + timedelta(days=1)
    more = await world.queue(session, 30, due_at=tomorrow)  # only handed over: the host does not fetch them before
    transport = FakeTransport()
    transport.gate = asyncio.Event()
    async with running(world, transport) as host:
        await host.enqueue(wire(rows))
        await transport.until_sent(30)
        await asyncio.to_thread(server.stop)
        transport.gate.set()
        await host.enqueue(wire(more))
        async with asyncio.timeout(10):
            while host.counters()["in_flight"] or not host.recorder.busy:
                await asyncio.sleep(0.01)
        assert len(transport.sent) == 30  # nothing is sent without a committed intent
        again = await asyncio.to_thread(start_postgres, tmp_path, server.port)
        await world.until(ACCEPTED, 60)
        assert not transport.doubled
        assert await world.counted() == {"queued": -60, "accepted": 60}
    await world.pool.close()
    await asyncio.to_thread(again.stop)


async def test_receipts_that_overtake_the_answers_change_nothing_in_the_end(world: World) -> None:
    """The simulator's statuses arrive while the sender is still recording: every message ends at read, counted once."""
    sessions = [await world.add_session() for _ in range(2)]
    rows = [row for session in sessions for row in await world.queue(session, 300)]
    heard: asyncio.Queue[str] = asyncio.Queue()

    def answer(message: Outbound) -> SendAnswer:
        heard.put_nowait(message.message_id)
        return Accepted(f"wamid.{message.message_id}")

    transitions: list[Transition] = []
    both = "SELECT count(*) FROM messages WHERE status = 'read' AND timeline @> '[{\"status\": \"accepted\"}]'"

    async def shard() -> None:
        while True:
            batch = [await heard.get()]
            while not heard.empty() and len(batch) < 20:
                batch.append(heard.get_nowait())
            told = [
                (world.company, StatusUpdate(UUID(message_id), f"wamid.{message_id}", status, now_ms(), None))
                for message_id in reversed(batch)
                for status in ("read", "sent", "delivered")
            ]
            async with world.pool.acquire() as connection, connection.transaction():
                transitions.extend(await fold_many(connection, told))

    async with running(world, FakeTransport(answer)) as host:
        shards = [asyncio.create_task(shard()) for _ in range(2)]
        await host.enqueue(wire(rows))
        await world.until(both, 600)
        for task in shards:
            task.cancel()
        await asyncio.gather(*shards, return_exceptions=True)
        assert host.counters()["accepted"] == 600
    total = await world.counted()
    for change in transitions:
        total[change.old or ""] -= 1
        total[change.new] += 1
    assert {status: n for status, n in total.items() if n} == {"queued": -600, "read": 600}
    providers = "SELECT count(*) FROM messages WHERE provider_id = 'wamid.' || id"
    assert await world.pool.fetchval(providers) == 600


async def test_more_than_a_mailbox_holds_is_fetched_later(world: World) -> None:
    session = await world.add_session(throughput=1000)
    transport = FakeTransport()
    rows = await world.queue(session, 900)
    async with running(world, transport) as host:
        (sender,) = host.roster.senders.values()
        sender.mailbox.capacity = 100
        taken = await host.enqueue(wire(rows))
        assert taken < 900
        await world.until(ACCEPTED, 900)
    assert not transport.doubled


async def test_the_46th_message_to_one_person_is_held_for_its_turn(world: World) -> None:
    session = await world.add_session()
    rows = await world.queue(session, 48, to="+5511987654321")
    transport = FakeTransport()
    async with running(world, transport) as host:
        await host.enqueue(wire(rows))
        await world.until(ACCEPTED, 45)
        await world.until("SELECT count(*) FROM messages WHERE status = 'held' AND reason = 'pair_limit'", 3)
        turns = await world.pool.fetch("SELECT due_at FROM message_queue ORDER BY due_at")
    gaps = [(later["due_at"] - earlier["due_at"]).total_seconds() for earlier, later in pairwise(turns)]
    assert gaps == pytest.approx([6.0, 6.0])


async def test_draining_finishes_what_is_in_flight_and_frees_the_leases(world: World) -> None:
    session = await world.add_session()
    rows = await world.queue(session, 20)
    transport = FakeTransport()
    transport.gate = asyncio.Event()
    async with running(world, transport) as host:
        await host.enqueue(wire(rows))
        await transport.until_sent(20)
        draining = asyncio.create_task(host.drain())
        transport.gate.set()
        await draining
        assert await host.enqueue(pack([])) == 0
    assert await world.statuses() == {"accepted": 20}
    assert await world.pool.fetchval("SELECT bool_and(expires_at <= now()) FROM session_leases")
