"""The job kind history_sync on real Postgres and a real shard without Ray, against a server with Grapfy's traps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import orjson
import pytest

from actors.importing import ShardDoor
from actors.jobs.history_sync import HistorySync
from actors.jobs.tools import JobTools
from engine.credentials import seal_sync_token
from engine.errors import StorageAway
from engine.ids import ms_to_time, time_to_ms
from engine.pagination import NEWEST
from engine.vault import Vault
from engine.wire import pack_answers, unpack_intakes
from integrations.grapfy import GrapfyHistory
from storage.history_syncs import insert_sync, list_runs
from storage.pool import Pool
from storage.searching import Row
from tests.actors.jobs_rig import JobWorld
from tests.actors.shard_rig import ShardRig, make_rig, new_id
from tests.grapfy_server import SETTING, TOKEN, GrapfyServer, ids_of, payload, record, steady

DAY_MS = 86_400_000


@dataclass
class World:
    """A shard, a worker's means, the server, and one sync."""

    rig: ShardRig
    jobs: JobWorld
    server: GrapfyServer
    sync_id: UUID
    first_ms: int
    calls: int = 0
    before_store: Callable[[int], Awaitable[None]] | None = None
    after_store: Callable[[int], Awaitable[None]] | None = None
    clients: list[GrapfyHistory] = field(default_factory=list)

    async def ingest(self, shard: int, blob: bytes) -> bytes:
        self.calls += 1
        if self.before_store is not None:
            await self.before_store(self.calls)
        answers = await self.rig.ingestor.ingest(unpack_intakes(blob))
        if self.after_store is not None:
            await self.after_store(self.calls)
        return pack_answers(answers)

    async def table(self) -> bytes:
        return bytes(256)

    def kind(self, tools: JobTools) -> HistorySync:
        client = GrapfyHistory(self.server.url, timeout_s=0.5)
        self.clients.append(client)
        door = ShardDoor(self.ingest, self.table, max_events=16)
        return HistorySync(tools, history=client, door=door, pause_s=0.0, first_wait_s=0.01)

    async def add_job(self) -> UUID:
        return await self.jobs.add_job("history_sync", self.rig.company_id, subject_id=str(self.sync_id))

    async def run(self, *states: str) -> Row:
        """Run one job of the sync to its end."""
        job_id = await self.add_job()
        async with self.jobs.worker(self.kind):
            return await self.jobs.until(job_id, *(states or ("done",)))

    async def the_run(self) -> Row:
        [run, *_] = await list_runs(self.rig.pool, self.rig.company_id, self.sync_id, NEWEST, 10)
        return run

    async def counts(self) -> tuple[int, int, int]:
        row = await self.rig.pool.fetchrow("SELECT imported, duplicates, failed FROM history_syncs")
        assert row is not None
        return tuple(row)

    async def stored(self) -> set[str]:
        return {row["external_id"] for row in await self.rig.rows("SELECT external_id FROM incoming_events")}


@pytest.fixture
async def world(pool: Pool, database_url: str) -> AsyncIterator[World]:
    rig = await make_rig(pool, database_url)
    jobs = JobWorld(pool, database_url)
    jobs.company = rig.company_id
    first_ms = time.time_ns() // 1_000_000 - 3 * DAY_MS
    sync_id = new_id()
    async with pool.acquire() as connection:
        await insert_sync(
            connection,
            sync_id=sync_id,
            company_id=rig.company_id,
            webhook_id=rig.webhook_id,
            source="grapfy",
            setting_id=SETTING,
            token_sealed=seal_sync_token(Vault(b"v" * 32), sync_id, TOKEN),
            since=ms_to_time(first_ms - 1_000),
            active=True,
            automations=False,
            created_at=ms_to_time(first_ms),
        )
    async with GrapfyServer().running() as server:
        found = World(rig, jobs, server, sync_id, first_ms)
        yield found
        for client in found.clients:
            await client.close()
    await rig.lanes.close()


async def test_the_history_is_imported_once_with_its_bytes_times_and_no_rules(world: World) -> None:
    await world.rig.add_rule({"trigger": {"event_type": "*"}})
    world.server.records = steady(250, world.first_ms)
    job = await world.run()
    assert job["result"] == {
        "pages": job["result"]["pages"], "imported": 250, "duplicates": 0, "failed": 0, "warnings": [],
        "sync_id": str(world.sync_id),
    }  # fmt: skip
    assert (job["done"], job["errors"]) == (250, 0)
    rows = await world.rig.rows("SELECT * FROM incoming_events ORDER BY id")
    assert [row["external_id"] for row in rows] == [f"event-{number}" for number in range(250)]
    assert {(row["signature"], row["reason"], row["state"]) for row in rows} == {("imported", "imported", "processed")}
    assert rows[7]["occurred_at"] == ms_to_time(world.first_ms + 7_000)
    delivery = await world.rig.pool.fetchval("SELECT raw_body FROM deliveries WHERE event_id = $1", rows[7]["id"])
    assert delivery == orjson.dumps(world.server.records[7]["payload"])
    assert await world.rig.pool.fetchval("SELECT count(*) FROM messages") == 0
    again = await world.run()
    assert (again["result"]["imported"], again["result"]["duplicates"]) == (
        0,
        250,
    )  # within the hour that is read again
    assert await world.counts() == (250, 250, 0)
    assert await world.rig.pool.fetchval("SELECT count(*) FROM deliveries") == 250
    counted = await world.rig.rows("SELECT data::jsonb->'rows' AS rows FROM metric_deltas")
    verdicts = [row[3:6:2] for delta in counted for row in orjson.loads(delta["rows"]) if row[2] == "webhook"]
    assert {verdict for verdict, _ in verdicts} == {"imported"}
    assert sum(n for _, n in verdicts) == 250


async def test_what_is_stored_already_is_a_duplicate_however_old(world: World) -> None:
    world.server.records = steady(40, world.first_ms)
    await world.rig.post(*(orjson.dumps(payload(number)) for number in range(10)))
    await world.rig.post(orjson.dumps({"data": payload(11)}))
    await world.rig.pool.execute("DELETE FROM event_keys")  # 30 days are over
    await world.rig.post(orjson.dumps(payload(20)))
    other = new_id()
    await world.rig.pool.execute(
        "INSERT INTO incoming_events SELECT $1::uuid, company_id, created_at, $2::uuid, delivery_id, position, source,"
        " event_type, 'event-30', order_id, state, reason, customer_name, customer_phone, customer_email,"
        " customer_document, product_name, plan_name, order_value_cents, pix_code, pix_expires_at, payment_method,"
        " occurred_at, signature,"
        ' replay_of, runs, \'{"eventId":"event-30"}\' FROM incoming_events LIMIT 1',
        new_id(),
        other,
    )  # of another webhook: none of ours
    job = await world.run()
    # Event 11 came wrapped in `data`: another shape of body, of which only its key would have known.
    assert (job["result"]["imported"], job["result"]["duplicates"]) == (29, 11)
    rows = await world.rig.rows("SELECT external_id, count(*) AS n FROM incoming_events GROUP BY 1")
    assert {row["external_id"]: row["n"] for row in rows if row["n"] > 1} == {"event-11": 2, "event-30": 2}


async def test_payloads_without_an_id_are_imported_once(world: World) -> None:
    bare = {name: value for name, value in payload(1).items() if name != "eventId"}
    world.server.records = [record(n, world.first_ms + n, payload={**bare, "n": n}) for n in range(3)]
    await world.rig.post(orjson.dumps({**bare, "n": 2}))
    for expected in ((2, 1), (2, 4)):
        await world.run()
        assert (await world.counts())[:2] == expected
    rows = await world.rig.rows("SELECT external_id FROM incoming_events WHERE signature = 'imported' ORDER BY 1")
    assert [row["external_id"] for row in rows] == ["record-0", "record-1"]


async def test_a_live_delivery_of_an_imported_event_is_a_duplicate(world: World) -> None:
    world.server.records = steady(3, world.first_ms)
    await world.run()
    [answer] = await world.rig.post(orjson.dumps(payload(1)))
    assert answer.duplicates == [True]


async def test_records_that_cannot_be_imported_are_told_and_the_others_are(world: World) -> None:
    records = steady(6, world.first_ms)
    records[1]["payload"] = None
    del records[2]["payload"]
    records[3]["status"] = "failed"  # at the provider: just what a sync is for
    records[4]["payload"] = "no object"
    world.server.records = records
    job = await world.run()
    assert (job["result"]["imported"], job["errors"]) == (4, 2)
    run = await world.the_run()
    assert [(one["id"], one["reason"]) for one in run["entries"]] == [
        ("record-1", "payload_missing"), ("record-2", "payload_missing"),
    ]  # fmt: skip
    assert (
        await world.rig.pool.fetchval("SELECT reason FROM incoming_events WHERE state = 'unparsed'") == "not_an_object"
    )
    assert (run["state"], run["imported"], run["failed"]) == ("done", 4, 2)


@pytest.mark.parametrize(("inclusive", "server_limit"), [(True, None), (False, None), (True, 7), (False, 30)])
async def test_paging_traps(world: World, inclusive: bool, server_limit: int | None) -> None:
    world.server.inclusive, world.server.server_limit = inclusive, server_limit
    records = [record(n, world.first_ms + n // 3) for n in range(120)]  # three of each time
    records[50], records[52] = records[52], records[50]
    world.server.records = [*records, *records[-2:]]
    await world.run()
    assert await world.stored() == ids_of(records)
    assert (await world.counts())[0] == 120


async def test_a_server_that_ignores_what_it_is_asked(world: World) -> None:
    world.server.records = steady(230, world.first_ms)
    world.server.ignores_limit = world.server.ignores_since = True
    await world.run()
    assert (await world.counts())[0] == 230
    assert len(world.server.asked) <= 5


async def test_events_of_the_last_minutes_wait_by_the_sources_clock(world: World) -> None:
    now_ms = time.time_ns() // 1_000_000
    world.server.now = ms_to_time(now_ms - DAY_MS)  # a day behind ours
    ages = [DAY_MS + 700_000, DAY_MS + 500_000]
    world.server.records = [record(number, now_ms - age) for number, age in enumerate(ages)]
    await world.run()
    assert await world.stored() == {"event-0"}
    world.server.now = ms_to_time(now_ms)
    await world.run()
    assert await world.stored() == {"event-0", "event-1"}


@pytest.mark.parametrize(
    ("status", "reason"), [(401, "source_token_refused"), (404, "source_not_found"), (400, "source_refused")]
)
async def test_a_refusal_ends_the_run_with_its_reason_in_words(world: World, status: int, reason: str) -> None:
    world.server.records = steady(150, world.first_ms)
    world.server.answers = lambda number: world.server.reply(status, b"{}") if number == 2 else None
    job = await world.run("failed")
    run = await world.the_run()
    assert (run["error"], run["error_status"], run["imported"]) == (reason, status, 100)
    assert "(" in job["error"]
    assert await world.rig.pool.fetchval("SELECT last_error FROM history_syncs") == reason
    world.server.answers = lambda number: None
    await world.run()
    assert await world.stored() == ids_of(world.server.records)
    assert await world.rig.pool.fetchval("SELECT last_error FROM history_syncs") is None


async def test_what_may_pass_is_waited_for(world: World) -> None:
    world.server.records = steady(150, world.first_ms)
    whole = orjson.dumps({"events": world.server.records[:1]})
    troubles = {
        1: world.server.reply(429, b"", "Retry-After: 0"),
        2: world.server.reply(500, b"oops"),
        4: world.server.reply(200, whole[:-9], length=len(whole)),  # cut off
        5: world.server.reply(200, whole[:-9]),  # cut off, and nobody says so
        6: b"hang",
        7: b"",  # the connection closes without an answer
    }
    world.server.answers = troubles.get
    job = await world.run()
    run = await world.the_run()
    assert (job["result"]["imported"], run["imported"], run["waits"]) == (150, 150, 6)
    assert (run["error"], await world.counts()) == (None, (150, 0, 0))


async def test_a_source_that_stays_away_fails_the_run_after_some_tries(world: World) -> None:
    world.server.answers = lambda number: world.server.reply(503, b"")
    await world.run("failed")
    run = await world.the_run()
    assert (run["error"], run["waits"], len(world.server.asked)) == ("source_failed", 7, 8)


async def test_retry_after_is_kept(world: World) -> None:
    world.server.answers = lambda number: world.server.reply(429, b"", "Retry-After: 120")
    job_id = await world.add_job()
    async with world.jobs.worker(world.kind):
        async with asyncio.timeout(20):
            while not (job := await world.jobs.job(job_id))["cursor"].get("failures") or job["state"] != "queued":
                await asyncio.sleep(0.01)
    assert timedelta(seconds=100) < job["not_before"] - ms_to_time(time.time_ns() // 1_000_000) < timedelta(seconds=121)
    assert len(world.server.asked) == 1


async def test_a_worker_that_dies_anywhere_leaves_exact_counts(world: World) -> None:
    world.server.records = [*steady(120, world.first_ms), record(999, world.first_ms + 200_000, payload=None)]
    world.server.records.insert(60, record(60, world.first_ms + 59_500, id="record-60-again"))
    job_id = await world.add_job()
    deaths = 0
    for before in (True, False):
        for call in range(1, 11):
            died = asyncio.Event()

            async def die(number: int, call: int = call, died: asyncio.Event = died) -> None:
                if number == call:
                    died.set()
                    await asyncio.Event().wait()

            world.calls = 0
            world.before_store, world.after_store = (die, None) if before else (None, die)
            async with world.jobs.worker(world.kind):  # torn down as by a crash
                ended = asyncio.create_task(world.jobs.until(job_id, "done"))
                dead = asyncio.create_task(died.wait())
                await asyncio.wait((ended, dead), return_when=asyncio.FIRST_COMPLETED)
                deaths += died.is_set()
                for task in (ended, dead):
                    task.cancel()
    world.before_store = world.after_store = None
    async with world.jobs.worker(world.kind):
        job = await world.jobs.until(job_id, "done")
    assert deaths >= 6
    assert (job["result"]["imported"], job["result"]["duplicates"], job["errors"]) == (120, 1, 1)
    assert await world.counts() == (120, 1, 1)
    assert await world.rig.pool.fetchval("SELECT count(*) FROM incoming_events") == 120
    run = await world.the_run()
    assert (run["imported"], run["duplicates"], run["failed"]) == (120, 1, 1)


async def test_a_shard_that_is_away_is_asked_again(world: World) -> None:
    async def away(number: int) -> None:
        if number in (1, 3):
            raise StorageAway("for a moment")

    world.server.records = steady(40, world.first_ms)
    world.before_store = away
    await world.run()
    assert await world.counts() == (40, 0, 0)


async def test_automations_run_for_what_is_young_if_they_are_wanted(world: World) -> None:
    await world.rig.add_rule({"trigger": {"event_type": "*"}})
    await world.rig.pool.execute("UPDATE history_syncs SET automations = true")
    now_ms = time.time_ns() // 1_000_000
    world.server.records = [record(0, world.first_ms), record(2, now_ms - 3_600_000)]
    await world.run()
    rows = await world.rig.rows("SELECT external_id, reason FROM incoming_events ORDER BY external_id")
    assert [(row["external_id"], row["reason"]) for row in rows] == [("event-0", "imported"), ("event-2", None)]
    assert await world.rig.pool.fetchval("SELECT count(*) FROM messages") == 1


async def test_an_imported_approval_takes_back_what_waits_for_its_order(world: World) -> None:
    await world.rig.add_rule(
        {"trigger": {"event_type": "pix_created"}, "delay_s": 3600, "cancel_on": ["order_approved"]}
    )
    await world.rig.post(orjson.dumps({**payload(1), "orderId": "o"}))
    world.server.records = [record(2, world.first_ms, payload={**payload(2), "orderId": "o"})]
    await world.run()
    assert await world.rig.pool.fetchval("SELECT status FROM messages") == "cancelled"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE webhooks SET deleted_at = now()",
        "UPDATE history_syncs SET deleted_at = now()",
        "UPDATE history_syncs SET active = false",
    ],
)
async def test_what_is_gone_or_off_ends_its_job_without_asking(world: World, change: str) -> None:
    await world.rig.pool.execute(change)
    job = await world.run("failed")
    assert job["error"]
    assert world.server.asked == []
    if "webhooks" in change:
        row = await world.rig.pool.fetchrow("SELECT active, last_error FROM history_syncs")
        assert row is not None
        assert tuple(row) == (False, "webhook_deleted")


async def test_an_arrays_events_are_judged_one_by_one(world: World) -> None:
    await world.rig.post(orjson.dumps(payload(1)))
    world.server.records = [record(7, world.first_ms, payload=[payload(1), payload(2), payload(3)])]
    await world.run()
    assert await world.counts() == (2, 1, 0)
    assert await world.stored() == {"event-1", "event-2", "event-3"}


async def test_another_since_begins_anew_also_while_a_run_is_under_way(world: World) -> None:
    world.server.records = [record(0, world.first_ms - DAY_MS), *steady(30, world.first_ms)[1:]]

    async def change(number: int) -> None:
        if number == 1:
            await world.rig.pool.execute("UPDATE history_syncs SET since = $1", ms_to_time(world.first_ms - 2 * DAY_MS))

    world.before_store = change
    await world.run()
    assert await world.rig.pool.fetchval("SELECT reached_at FROM history_syncs") is None
    await world.run()
    assert await world.stored() == ids_of(world.server.records)
    reached = await world.rig.pool.fetchval("SELECT reached_at FROM history_syncs")
    assert time_to_ms(reached) >= world.first_ms + 28_000
