"""What was acknowledged while Postgres was away is all there afterwards, once, in order per company."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from actors.draining import Drainer
from engine.errors import NotOwner, SpillAway, StorageAway, TooMany, Unavailable
from engine.sharding import bucket_of
from engine.wire import (
    BEHIND,
    DONE,
    FLAG_BEHIND,
    FLAG_CARRIES,
    GONE,
    KIND_META,
    Answer,
    Intake,
    pack_answers,
    pack_intake,
    unpack_intake,
    unpack_intakes,
)
from gateway.batcher import ShardBatcher
from gateway.door_waiting import Waiting
from masteria.embedded import RunningServer, start_valkey
from storage.pool import Pool
from storage.spill import Spill
from tests.actors.shard_rig import ShardRig, make_rig
from tests.e2e.waiting import wait_until


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[ShardRig]:
    made = await make_rig(pool, database_url)
    yield made
    await made.lanes.close()


class DoorsSpill(Spill):
    """A spill that ends its doors before itself: their watch would open a connection that nobody closes."""

    def __init__(self, redis_url: str, instance: str, max_bytes: int, timeout_s: float = 2.0) -> None:
        super().__init__(redis_url, instance, max_bytes, timeout_s)
        self.doors: list[ShardBatcher] = []

    async def close(self) -> None:
        for door in self.doors:
            await door.drain()
            assert door._watch is None or door._watch.done()
        await super().close()


@pytest.fixture
async def spill(valkey: RunningServer) -> AsyncIterator[DoorsSpill]:
    made = DoorsSpill(valkey.url, uuid4().hex, 1_000_000)
    yield made
    await made.close()


class FakeShard:
    """The far side of the batcher: a shard whose Postgres comes and goes."""

    def __init__(self, rig: ShardRig, drainer: Drainer | None = None) -> None:
        self.rig = rig
        self.drainer = drainer
        self.away = False
        self.calls: list[int] = []
        self.flags: list[int] = []
        self.gate: asyncio.Event | None = None

    async def ingest(self, blob: bytes) -> bytes:
        items = unpack_intakes(blob)
        self.calls.append(len(items))
        self.flags += [item.flags for item in items]
        if self.gate is not None:
            await self.gate.wait()
        if self.away:
            raise StorageAway
        behind: set[int] = set()
        if self.drainer is not None:
            asked = {bucket_of(item.company_id) for item in items if item.flags & FLAG_BEHIND}
            behind = await self.drainer.catch_up(asked, 0.1)
        if behind:
            return pack_answers([Answer(BEHIND, [], []) for _ in items])
        return pack_answers(await self.rig.ingestor.ingest(items))


def batcher(shard: FakeShard, spill: DoorsSpill, **other: int) -> ShardBatcher:
    limits = {"max_events": 64, "max_bytes": 90_000, "in_flight": 1, "backlog": 1_000} | other
    spill.doors.append(ShardBatcher(shard.ingest, spill, **limits))
    return spill.doors[-1]


def order(number: int) -> str:
    return json.dumps({"eventType": "order_approved", "eventId": f"e-{number}", "phone": "11900000000"})


async def post(to: ShardBatcher, item: Intake) -> Answer:
    return await to.add(bucket_of(item.company_id), item)


async def test_what_arrives_during_a_call_goes_with_the_next_one(rig: ShardRig, spill: DoorsSpill) -> None:
    shard = FakeShard(rig)
    shard.gate = asyncio.Event()
    door = batcher(shard, spill)
    waiting = [asyncio.create_task(post(door, rig.intake(order(n)))) for n in range(10)]
    while not shard.calls:
        await asyncio.sleep(0)
    shard.gate.set()
    answers = await asyncio.gather(*waiting)
    assert all(answer.code == DONE for answer in answers)
    assert shard.calls == [1, 9]


async def test_a_full_queue_is_refused_and_nothing_is_lost(rig: ShardRig, spill: DoorsSpill) -> None:
    shard = FakeShard(rig)
    shard.gate = asyncio.Event()
    door = batcher(shard, spill, backlog=3)
    waiting = [asyncio.create_task(post(door, rig.intake(order(n)))) for n in range(6)]
    while not shard.calls:
        await asyncio.sleep(0)
    shard.gate.set()
    answers = await asyncio.gather(*waiting, return_exceptions=True)
    stored = await rig.pool.fetchval("SELECT count(*) FROM incoming_events")
    assert sum(isinstance(answer, TooMany) for answer in answers) == 6 - stored
    assert 0 < stored < 6


async def test_acknowledged_events_come_through_the_spill_in_their_order(rig: ShardRig, spill: DoorsSpill) -> None:
    shard = FakeShard(rig)
    door = batcher(shard, spill)
    shard.away = True
    spilled = [rig.intake(order(n)) for n in range(100)]
    answers = [await post(door, item) for item in spilled]
    assert [answer.first_ids for answer in answers] == [item.event_ids for item in spilled]
    assert await rig.pool.fetchval("SELECT count(*) FROM incoming_events") == 0
    drainer = Drainer(spill, rig.ingestor.ingest)
    await drainer.look(rig.ingestor.epochs)
    rows = await rig.rows("SELECT id, external_id FROM incoming_events ORDER BY ctid")
    assert [row["external_id"] for row in rows] == [f"e-{n}" for n in range(100)]
    assert [row["id"].bytes for row in rows] == [item.event_ids[0] for item in spilled]
    assert await spill.buckets() == []


async def test_a_new_event_waits_for_the_spilled_ones_of_its_company(rig: ShardRig, spill: DoorsSpill) -> None:
    shard = FakeShard(rig)
    door = batcher(shard, spill)
    shard.away = True
    await post(door, rig.intake(order(1)))
    shard.away = False
    drainer = Drainer(spill, rig.ingestor.ingest)
    asked: list[int] = []
    ingest = rig.ingestor.ingest

    async def behind_at_first(blob: bytes) -> bytes:
        items = unpack_intakes(blob)
        asked.append(items[0].flags & FLAG_BEHIND)
        if len(asked) == 1:
            return pack_answers([Answer(BEHIND, [], []) for _ in items])
        await drainer.look(rig.ingestor.epochs)
        return pack_answers(await ingest(items))

    door._call = behind_at_first
    door._away_until = 0.0
    answers = await asyncio.gather(*(post(door, rig.intake(order(n))) for n in (2, 3)))
    assert [answer.code for answer in answers] == [DONE, DONE]
    assert set(asked) == {FLAG_BEHIND}
    await post(door, rig.intake(order(4)))
    assert asked[-1] == 0  # the spill is empty: the direct way again
    rows = await rig.rows("SELECT external_id FROM incoming_events ORDER BY ctid")
    assert [row["external_id"] for row in rows] == ["e-1", "e-2", "e-3", "e-4"]
    assert door.spilled == 1


async def test_a_long_drain_keeps_few_connections_going(
    rig: ShardRig, spill: DoorsSpill, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who was held in vain is acknowledged from the spill, and so is at once whoever comes right after."""
    monkeypatch.setattr("gateway.batcher._SPILL_ON_S", 1.0)  # a quarter of a second may pass in the first write alone
    calls = 0

    async def behind(blob: bytes) -> bytes:
        nonlocal calls
        calls += 1
        return pack_answers([Answer(BEHIND, [], []) for _ in unpack_intakes(blob)])

    door = batcher(FakeShard(rig), spill)
    door._call = behind
    begun = time.monotonic()
    first = rig.intake(order(0))
    assert (await post(door, first)).code == DONE
    held_s = time.monotonic() - begun
    asked, sent = calls, 1
    assert (held_s > 0.4, asked > 1) == (True, True)
    until = door._holds[bucket_of(first.company_id)].spill_until
    while sent <= 20 and time.monotonic() < until - 0.05:  # a busy machine sends fewer
        assert (await post(door, rig.intake(order(sent)))).code == DONE
        assert calls == asked
        sent += 1
    assert sent > 1
    (bucket,) = await spill.buckets()
    bodies = [json.loads(unpack_intake(entry.body).body) for entry in await spill.read(bucket, 100)]
    assert [body["eventId"] for body in bodies] == [f"e-{number}" for number in range(sent)]


async def test_draining_twice_has_one_effect(rig: ShardRig, spill: DoorsSpill) -> None:
    item = rig.intake(order(1))
    bucket = bucket_of(item.company_id)
    await spill.add([(bucket, pack_intake(item)), (bucket, pack_intake(item))])
    await Drainer(spill, rig.ingestor.ingest).look(rig.ingestor.epochs)
    assert await rig.pool.fetchval("SELECT count(*) FROM incoming_events") == 1
    assert await rig.pool.fetchval("SELECT count(*) FROM event_aliases") == 0


async def test_a_meta_delivery_stored_and_spilled_keeps_its_bytes_once(rig: ShardRig, spill: DoorsSpill) -> None:
    """The shard was slow, but committed: the gateway has spilled the same delivery by then."""

    def meta() -> Intake:
        return rig.intake('{"entry":[]}', events=0, kind=KIND_META, content_type="app", flags=FLAG_CARRIES)

    item = meta()
    bucket = bucket_of(item.company_id)
    assert (await rig.ingestor.ingest([item]))[0].code == DONE
    await spill.add([(bucket, pack_intake(item)), (bucket, pack_intake(item)), (bucket, pack_intake(meta()))])
    drainer = Drainer(spill, rig.ingestor.ingest)
    await drainer.look(rig.ingestor.epochs)
    assert await spill.buckets() == []
    assert await drainer.catch_up([bucket], 1.0) == set()
    assert (await rig.ingestor.ingest([meta()]))[0].code == DONE
    rows = await rig.rows("SELECT id, count(*) FROM meta_deliveries GROUP BY id")
    assert [row["count"] for row in rows] == [1, 1, 1]


async def test_a_bucket_that_cannot_be_drained_keeps_no_other_waiting(rig: ShardRig, spill: DoorsSpill) -> None:
    good = rig.intake(order(1))
    mine = bucket_of(good.company_id)
    broken = 0 if mine else 1
    await spill.add([(broken, b"not an item"), (mine, pack_intake(good))])
    drainer = Drainer(spill, rig.ingestor.ingest)
    with pytest.raises(Unavailable, match=f"bucket {broken} "):
        await drainer.look(rig.ingestor.epochs)
    assert await spill.buckets() == [broken]
    assert await drainer.catch_up([broken, mine], 5.0) == {broken}
    assert await rig.pool.fetchval("SELECT count(*) FROM incoming_events") == 1


async def test_a_bucket_of_another_shard_stays_in_the_spill(rig: ShardRig, spill: DoorsSpill) -> None:
    item = rig.intake(order(1))
    bucket = bucket_of(item.company_id)
    await spill.add([(bucket, pack_intake(item))])
    epoch = rig.ingestor.epochs.pop(bucket)
    drainer = Drainer(spill, rig.ingestor.ingest)
    with pytest.raises(NotOwner):
        await drainer.empty(bucket)
    assert await drainer.catch_up([bucket], 5.0) == {bucket}
    assert len(await spill.read(bucket, 10)) == 1
    assert drainer.behind == set()
    rig.ingestor.epochs[bucket] = epoch
    await drainer.look(rig.ingestor.epochs)
    assert await spill.buckets() == []
    assert await rig.pool.fetchval("SELECT external_id FROM incoming_events") == "e-1"


async def test_what_a_removed_company_had_spilled_is_forgotten(rig: ShardRig, spill: DoorsSpill) -> None:
    item = rig.intake(order(1), company_id=uuid4().bytes)
    bucket = bucket_of(item.company_id)
    assert [answer.code for answer in await rig.ingestor.ingest([item])] == [GONE]
    await spill.add([(bucket, pack_intake(item))])
    await Drainer(spill, rig.ingestor.ingest).look(rig.ingestor.epochs)
    assert await spill.buckets() == []


async def test_a_full_spill_is_no_acknowledgement(rig: ShardRig, valkey: RunningServer) -> None:
    small = DoorsSpill(valkey.url, uuid4().hex, 4_000)
    shard = FakeShard(rig)
    shard.away = True
    door = batcher(shard, small)
    outcomes: list[object] = []
    for n in range(30):
        try:
            outcomes.append(await post(door, rig.intake(order(n))))
        except SpillAway:
            outcomes.append(None)
    taken = sum(outcome is not None for outcome in outcomes)
    [bucket] = await small.buckets()
    assert 0 < taken < 30
    assert len(await small.read(bucket, 100)) == taken
    await small.close()


async def test_without_redis_and_postgres_nothing_is_acknowledged(rig: ShardRig, tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    gone = DoorsSpill(server.url, uuid4().hex, 1_000_000, timeout_s=0.5)
    server.stop()
    shard = FakeShard(rig)
    shard.away = True
    door = batcher(shard, gone)
    with pytest.raises(SpillAway):
        await post(door, rig.intake(order(1)))
    shard.away = False
    assert (await post(door, rig.intake(order(2)))).code == DONE
    await gone.close()


async def test_while_neither_way_is_open_the_door_waits_and_then_stores_in_order(rig: ShardRig, tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    gone = DoorsSpill(server.url, uuid4().hex, 1_000_000, timeout_s=0.5)
    server.stop()
    shard = FakeShard(rig, Drainer(gone, rig.ingestor.ingest))
    shard.away = True
    door = batcher(shard, gone)
    waiting: list[asyncio.Task[Answer]] = []
    for n in range(20):
        waiting.append(asyncio.create_task(post(door, rig.intake(order(n)))))
        await asyncio.sleep(0.02)
    assert not any(one.done() for one in waiting)
    shard.away = False
    answers = await asyncio.wait_for(asyncio.gather(*waiting), 2.0)
    assert {answer.code for answer in answers} == {DONE}
    rows = await rig.rows("SELECT external_id FROM incoming_events ORDER BY ctid")
    assert [row["external_id"] for row in rows] == [f"e-{n}" for n in range(20)]
    assert (await post(door, rig.intake(order(20)))).code == DONE
    await gone.close()


async def test_of_many_companies_one_asks_at_a_time_while_neither_way_is_open(rig: ShardRig, tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    gone = DoorsSpill(server.url, uuid4().hex, 1_000_000, timeout_s=0.5)
    server.stop()
    shard = FakeShard(rig)
    shard.away = True
    door = batcher(shard, gone)
    waiting = [asyncio.create_task(door.add(bucket, rig.intake(order(bucket)))) for bucket in range(200)]
    await wait_until(lambda: sum(shard.calls) >= len(waiting), 5.0, "each item's first offer")
    asked, begun = len(shard.calls), time.monotonic()
    await wait_until(lambda: len(shard.calls) >= asked + 5, 5.0, "five more calls")
    assert time.monotonic() - begun > 0.6  # five a second, not five of each company
    assert not any(one.done() for one in waiting)
    shard.away = False
    answers = await asyncio.wait_for(asyncio.gather(*waiting), 3.0)
    assert {answer.code for answer in answers} == {DONE}
    assert door.depth == 0
    await gone.close()


async def test_what_a_hanging_redis_did_not_take_is_offered_to_the_shard_again(rig: ShardRig, tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    spill = DoorsSpill(server.url, uuid4().hex, 1_000_000, timeout_s=2.0)
    await spill.buckets()
    os.kill(server.process.pid, signal.SIGSTOP)
    shard = FakeShard(rig)
    shard.away = True
    door = batcher(shard, spill)
    waiting = [asyncio.create_task(post(door, rig.intake(order(0))))]
    for n in range(1, 9):
        await asyncio.sleep(0.1)  # they come one after another, and are of different age when the shard is back
        waiting.append(asyncio.create_task(post(door, rig.intake(order(n)))))
    shard.away = False
    answers = await asyncio.wait_for(asyncio.gather(*waiting), 10.0)
    assert {answer.code for answer in answers} == {DONE}
    assert await rig.pool.fetchval("SELECT count(*) FROM incoming_events") == len(waiting)
    os.kill(server.process.pid, signal.SIGCONT)
    await spill.close()
    server.stop()


async def test_what_was_drained_does_not_depend_on_redis_any_more(rig: ShardRig, tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    spill = DoorsSpill(server.url, uuid4().hex, 1_000_000, timeout_s=5.0)
    drainer = Drainer(spill, rig.ingestor.ingest)
    shard = FakeShard(rig, drainer)
    door = batcher(shard, spill)
    shard.away = True
    await post(door, rig.intake(order(1)))
    shard.away = False
    await drainer.look(rig.ingestor.epochs)
    await wait_until(lambda: not door._holds, 5.0, "the hold let go of")
    server.stop()
    begun = time.monotonic()
    assert (await post(door, rig.intake(order(2)))).code == DONE
    assert time.monotonic() - begun < 3.0
    await spill.close()


async def test_behind_a_spill_that_cannot_be_read_nothing_overtakes(rig: ShardRig, tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    spill = DoorsSpill(server.url, uuid4().hex, 1_000_000, timeout_s=0.5)
    shard = FakeShard(rig, Drainer(spill, rig.ingestor.ingest))
    door = batcher(shard, spill)
    shard.away = True
    await post(door, rig.intake(order(1)))
    server.process.end(signal.SIGKILL, 5.0)
    shard.away = False
    shard.flags.clear()
    later: list[asyncio.Task[Answer]] = []
    for n in range(2, 30):  # over two seconds: some come while others are offered, some while those are spilled
        later.append(asyncio.create_task(post(door, rig.intake(order(n)))))
        last = time.monotonic()
        await asyncio.sleep(0.07)
    answers = await asyncio.gather(*later, return_exceptions=True)
    assert {type(answer) for answer in answers} == {SpillAway}
    assert time.monotonic() - last < 5.5
    assert {flags & FLAG_BEHIND for flags in shard.flags} == {FLAG_BEHIND}
    assert (await rig.pool.fetchval("SELECT count(*) FROM incoming_events"), door.depth) == (0, 0)
    await spill.close()


async def test_an_item_carries_the_flag_of_the_moment(rig: ShardRig) -> None:
    item = rig.intake(order(1))
    waiting = Waiting(bucket_of(item.company_id), item, asyncio.get_running_loop().create_future())
    seen = [unpack_intake(waiting.pack(flags)).flags & FLAG_BEHIND for flags in (0, FLAG_BEHIND, FLAG_BEHIND, 0)]
    assert seen == [0, FLAG_BEHIND, FLAG_BEHIND, 0]


async def test_what_is_spilled_while_an_older_event_is_offered_keeps_its_hold(rig: ShardRig, spill: DoorsSpill) -> None:
    """The offer was made when nothing was spilled, so its success says nothing about what was spilled meanwhile."""
    shard = FakeShard(rig, Drainer(spill, rig.ingestor.ingest))
    door = batcher(shard, spill)
    first, second = rig.intake(order(1)), rig.intake(order(2))
    bucket = bucket_of(first.company_id)
    shard.gate = asyncio.Event()
    door._wait_behind_spill([waiting := Waiting(bucket, first, asyncio.get_running_loop().create_future())])
    while not shard.calls:
        await asyncio.sleep(0)
    await door._to_spill([Waiting(bucket, second, asyncio.get_running_loop().create_future())])
    shard.gate.set()
    assert (await waiting.done).code == DONE
    shard.flags.clear()
    assert (await post(door, rig.intake(order(3)))).code == DONE
    assert {flags & FLAG_BEHIND for flags in shard.flags} == {FLAG_BEHIND}
    rows = await rig.rows("SELECT external_id FROM incoming_events ORDER BY ctid")
    assert [row["external_id"] for row in rows] == ["e-1", "e-2", "e-3"]


async def test_a_spill_survives_the_death_of_redis(rig: ShardRig, tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    instance = uuid4().hex
    before = Spill(server.url, instance, 1_000_000)
    item = rig.intake(order(1))
    await before.add([(bucket_of(item.company_id), pack_intake(item))])
    await before.close()
    server.process.end(signal.SIGKILL, 5.0)
    server = start_valkey(tmp_path)
    after = Spill(server.url, instance, 1_000_000)
    try:
        await Drainer(after, rig.ingestor.ingest).look(rig.ingestor.epochs)
        assert await rig.pool.fetchval("SELECT count(*) FROM incoming_events") == 1
    finally:
        await after.close()
        server.stop()
