"""Jobs on real Postgres: each step once whatever dies, cancelled, tried again, given up; schedules make their jobs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from actors.jobs.running import SLOTS
from actors.jobs.tools import Job, JobTools
from actors.lanes import WriterLane
from actors.recorder import Changes
from actors.scheduling import Scheduling
from engine.errors import NotOwner, Unavailable
from engine.ids import ms_to_time
from engine.jobs import JobFailed
from storage.jobs import Checkpoint, checkpoint, claim_job, list_live_jobs, request_cancel
from storage.pool import Pool
from storage.schedules import get_schedule, put_schedule, run_now, set_active
from tests.actors.jobs_rig import Counting, JobWorld, new_id
from tests.actors.sending_kit import now_ms


@pytest.fixture
async def world(pool: Pool, database_url: str) -> AsyncIterator[JobWorld]:
    yield await JobWorld(pool, database_url).open()


def _giving(counting: Counting) -> Callable[[JobTools], Counting]:
    return lambda _: counting


async def test_a_job_is_done_step_by_step_and_tells_how_far_it_is(world: JobWorld) -> None:
    counting = Counting()
    job_id = await world.add_job(to=5)
    async with world.worker(lambda _: counting):
        row = await world.until(job_id, "done")
    assert await world.numbers(job_id) == [1, 2, 3, 4, 5]
    assert (row["done"], row["total"], row["errors"], row["result"]) == (5, 5, 0, {"last": 5})
    assert row["started_at"] <= row["finished_at"]
    assert counting.afterwards == [1, 2, 3, 4, 5]
    assert await world.pool.fetchval("SELECT count(*) FROM metric_deltas WHERE writer LIKE 'worker-0/%'") == 5


async def test_a_worker_killed_between_and_within_steps_loses_and_repeats_nothing(world: JobWorld) -> None:
    job_id = await world.add_job(to=6)
    for stop_at in (2, 4):
        counting, reached = Counting(), asyncio.Event()

        async def hang(
            job: Job, stop_at: int = stop_at, reached: asyncio.Event = reached, counting: Counting = counting
        ) -> None:
            if job.cursor.get("at") == stop_at:
                reached.set()
                await asyncio.Event().wait()

        if stop_at == 2:
            counting.before = hang  # between steps
        else:
            counting.within = hang  # the transaction is open
        async with world.worker(_giving(counting)):
            await asyncio.wait_for(reached.wait(), 20)
        assert await world.numbers(job_id) == list(range(1, stop_at + 1))
    async with world.worker(lambda _: Counting()):
        row = await world.until(job_id, "done")
    assert await world.numbers(job_id) == [1, 2, 3, 4, 5, 6]
    assert row["done"] == 6


async def test_a_worker_that_was_thought_dead_cannot_commit_any_more(world: JobWorld) -> None:
    """Its lease runs out while it is within a step; another takes over and finishes; the first one's step is undone."""
    job_id = await world.add_job(to=3)
    slow, within, go_on = Counting(), asyncio.Event(), asyncio.Event()

    async def wait(job: Job) -> None:
        if not within.is_set():
            within.set()
            await go_on.wait()

    slow.within = wait
    async with world.worker(lambda _: slow, name="worker-0"):
        await asyncio.wait_for(within.wait(), 20)
        await world.pool.execute("UPDATE jobs SET lease_until = now() - interval '1 second' WHERE id = $1", job_id)
        async with world.worker(lambda _: Counting(), name="worker-1"):
            await world.until(job_id, "done")
            go_on.set()
            assert await world.numbers(job_id) == [1, 2, 3]
            async with asyncio.timeout(20):  # the first one has noticed, and undone its step
                while await world.pool.fetchval(
                    "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'worker-0/%' AND state <> 'idle'"
                    " AND datname = current_database()"
                ):
                    await asyncio.sleep(0.01)
    assert await world.numbers(job_id) == [1, 2, 3]
    assert (await world.job(job_id))["done"] == 3


async def test_only_the_present_fence_commits_and_only_within_the_lease(world: JobWorld) -> None:
    await world.add_job(to=1)
    async with world.pool.acquire() as connection:
        old = await claim_job(connection, "a", ["counting"])
        assert old is not None
        assert await claim_job(connection, "b", ["counting"]) is None
        await world.pool.execute("UPDATE jobs SET lease_until = now() - interval '1 second'")
        with pytest.raises(NotOwner):
            await checkpoint(connection, old, Checkpoint({"at": 1}))
        new = await claim_job(connection, "b", ["counting"])
        assert new is not None
        assert new.fence > old.fence
        with pytest.raises(NotOwner):
            await checkpoint(connection, old, Checkpoint({"at": 1}))
        assert await checkpoint(connection, new, Checkpoint({"at": 1})) is False


async def test_a_cancelled_job_stops_after_its_step_and_a_waiting_one_at_once(world: JobWorld) -> None:
    counting, reached, go_on = Counting(), asyncio.Event(), asyncio.Event()

    async def wait(job: Job) -> None:
        if job.cursor.get("at") == 2:
            reached.set()
            await go_on.wait()

    counting.within = wait
    job_id = await world.add_job(to=100)
    second = await world.add_job(to=100)  # the same company and kind: waits for the first
    async with world.worker(lambda _: counting):
        await asyncio.wait_for(reached.wait(), 20)
        assert (await world.job(second))["state"] == "queued"
        assert await request_cancel(world.pool, world.company, second) == "cancelled"
        assert await request_cancel(world.pool, world.company, job_id) == "running"
        assert await request_cancel(world.pool, new_id(), job_id) is None  # another company
        go_on.set()
        row = await world.until(job_id, "cancelled")
    assert row["done"] == 3
    assert await world.numbers(job_id) == [1, 2, 3]
    assert await world.numbers(second) == []


async def test_one_at_a_time_per_company_and_kind_and_companies_side_by_side(world: JobWorld) -> None:
    other = new_id()
    await world.pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Outra')", other)
    at_once: set[UUID] = set()
    seen: list[set[UUID]] = []
    both = asyncio.Event()
    counting = Counting()

    async def note(job: Job) -> None:
        at_once.add(job.company_id)
        seen.append(set(at_once))
        if len(at_once) == 2:
            both.set()
        await asyncio.wait_for(both.wait(), 20)

    async def left(job: Job) -> None:
        at_once.discard(job.company_id)

    counting.before, counting.within = note, left
    mine = [await world.add_job(to=1) for _ in range(3)]
    await world.add_job(company=other, to=1)
    async with world.worker(lambda _: counting):
        for job_id in mine:
            await world.until(job_id, "done")
    assert {world.company, other} in seen


async def test_a_campaign_begins_while_other_peoples_jobs_take_long(world: JobWorld) -> None:
    counting, go_on = Counting(), asyncio.Event()
    begun: set[UUID] = set()

    async def wait(job: Job) -> None:
        begun.add(job.id)
        await go_on.wait()

    class Expanding(Counting):
        kind = "campaign_expansion"

    counting.before = wait
    long = []
    for _ in range(SLOTS + 1):
        company = new_id()
        await world.pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Outra')", company)
        long.append(await world.add_job(company=company, to=1))
    async with world.worker(_giving(counting), lambda _: Expanding()):
        async with asyncio.timeout(20):
            while len(begun) < SLOTS - 1:
                await asyncio.sleep(0.01)
        await world.until(await world.add_job("campaign_expansion", to=2), "done")
        assert len(begun) == SLOTS - 1
        go_on.set()
        async with asyncio.timeout(20):
            while len(begun) < len(long):
                await asyncio.sleep(0.01)


async def test_a_step_that_raises_is_tried_again_and_then_the_job_fails_with_a_reason(world: JobWorld) -> None:
    counting = Counting()

    async def refuse(job: Job) -> None:
        if job.cursor.get("at") == 1:
            raise RuntimeError("+5511900000000 is in here")

    counting.within = refuse
    job_id = await world.add_job(to=3)
    async with world.worker(lambda _: counting):
        told = set()
        async with asyncio.timeout(60):
            while (row := await world.job(job_id))["state"] != "failed":
                if row["state"] == "queued" and row["failures"]:
                    told.add(row["error"])
                    await world.pool.execute("UPDATE jobs SET not_before = now() WHERE id = $1", job_id)
                await asyncio.sleep(0.01)
    assert told == {"internal error (RuntimeError)"}
    assert row["error"] == "internal error (RuntimeError) (after 6 tries)"
    assert await world.numbers(job_id) == [1]  # nothing of the failed tries


async def test_a_failure_that_passes_leaves_no_trace_and_a_refusal_ends_at_once(world: JobWorld) -> None:
    counting, failed = Counting(), 0

    async def once(job: Job) -> None:
        nonlocal failed
        failed += 1
        if failed == 1:
            raise Unavailable("the shop does not answer")
        if job.params["to"] == 1:
            raise JobFailed("a coluna não existe")

    counting.before = once
    job_id = await world.add_job(to=2)
    async with world.worker(lambda _: counting):
        row = await world.until(job_id, "done")
        assert (row["error"], row["failures"]) == (None, 0)
        refused = await world.add_job(to=1)
        row = await world.until(refused, "failed")
    assert row["error"] == "a coluna não existe"


async def test_a_job_that_waits_gives_its_place_to_others(world: JobWorld) -> None:
    counting = Counting()
    counting.wait_s = 3600.0
    waiting = await world.add_job(to=2)
    async with world.worker(lambda _: counting):
        async with asyncio.timeout(20):
            while await world.numbers(waiting) != [1]:
                await asyncio.sleep(0.01)
        counting.wait_s = 0.0
        other = await world.add_job(to=1)
        await world.until(other, "done")
        row = await world.job(waiting)
        assert (row["state"], row["done"]) == ("queued", 1)
        assert row["not_before"] > ms_to_time(now_ms()) + timedelta(minutes=50)
        await world.pool.execute("UPDATE jobs SET not_before = now() WHERE id = $1", waiting)
        await world.until(waiting, "done")
    assert await world.numbers(waiting) == [1, 2]


async def test_connections_that_break_cost_nothing(world: JobWorld) -> None:
    """Postgres ends every connection of the worker, again and again: each number is there once."""
    counting = Counting()
    job_id = await world.add_job(to=40)

    async def dawdle(job: Job) -> None:
        await asyncio.sleep(0.005)

    counting.within = dawdle
    async with world.worker(lambda _: counting):
        for _ in range(3):
            done = (await world.job(job_id))["done"]
            async with asyncio.timeout(20):
                while (await world.job(job_id))["done"] < done + 3:
                    await asyncio.sleep(0.005)
            await world.pool.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name LIKE 'worker-0%' AND datname = current_database()"
            )
        row = await world.until(job_id, "done", timeout_s=60)
    assert await world.numbers(job_id) == list(range(1, 41))
    assert row["done"] == 40


async def test_a_drained_worker_gives_its_jobs_back(world: JobWorld) -> None:
    counting = Counting()
    started = asyncio.Event()

    async def start(job: Job) -> None:
        started.set()
        await asyncio.sleep(0.002)

    counting.before = start
    job_id = await world.add_job(to=1_000)
    async with world.worker(lambda _: counting) as runner:
        await asyncio.wait_for(started.wait(), 20)
        await runner.drain()
        row = await world.job(job_id)
        numbers = await world.numbers(job_id)
    assert row["state"] == "running"
    assert await world.pool.fetchval("SELECT lease_until FROM jobs WHERE id = $1", job_id) is None
    assert numbers == list(range(1, row["done"] + 1))
    assert len(numbers) < 1_000


def _scheduling(world: JobWorld) -> tuple[Scheduling, Changes]:
    changes = Changes(WriterLane(world.settings.database_url, "scheduler"), lambda *_: None)

    async def nobody(_: bytes) -> None:
        return

    return Scheduling(changes, world.pool, [nobody], nobody), changes


async def _schedule(world: JobWorld, **plan: object) -> UUID:
    schedule_id = new_id()
    due = ms_to_time(now_ms()) - timedelta(hours=3)
    async with world.pool.acquire() as connection, connection.transaction():
        await put_schedule(
            connection,
            schedule_id,
            world.company,
            "counting",
            due,
            subject_id=new_id(),
            params={"to": 1},
            **plan,  # type: ignore[arg-type]
        )
    return schedule_id


async def test_a_due_schedule_makes_one_job_and_is_due_again_later(world: JobWorld) -> None:
    schedule_id = await _schedule(world, every_s=21_600, jitter_s=600)
    (first, closing), (second, closing_too) = _scheduling(world), _scheduling(world)
    await asyncio.gather(first.make_jobs(), second.make_jobs())
    rows = await world.pool.fetch("SELECT id, params, schedule_id, created_by FROM jobs")
    assert [(row["schedule_id"], row["created_by"]) for row in rows] == [(schedule_id, "schedule")]
    schedule = await get_schedule(world.pool, world.company, schedule_id)
    assert schedule is not None
    assert schedule["last_job_id"] == rows[0]["id"]
    assert schedule["last_state"] == "queued"
    away_s = (schedule["next_run_at"] - ms_to_time(now_ms())).total_seconds()
    assert 21_000 < away_s < 22_000
    # While that job is unfinished a further run makes none, also out of turn.
    await world.pool.execute("UPDATE schedules SET next_run_at = now()")
    await first.make_jobs()
    async with world.pool.acquire() as connection, connection.transaction():
        assert not await run_now(connection, schedule, new_id(), ms_to_time(now_ms()), "Ana")
    assert await world.pool.fetchval("SELECT count(*) FROM jobs") == 1
    async with world.worker(lambda _: Counting()):
        job = await world.until(rows[0]["id"], "done")
    assert job["params"]["schedule_id"] == str(schedule_id)
    async with world.pool.acquire() as connection, connection.transaction():
        assert await run_now(connection, schedule, new_id(), ms_to_time(now_ms()), "Ana")
    await closing.close()
    await closing_too.close()


async def test_a_paused_schedule_rests_and_one_without_a_next_time_ends(world: JobWorld) -> None:
    paused = await _schedule(world, every_s=60)
    last = await _schedule(world, cron="0 0 31 2 *")
    await set_active(world.pool, world.company, paused, False)
    scheduling, changes = _scheduling(world)
    await scheduling.make_jobs()
    await scheduling.make_jobs()
    assert [row[0] for row in await world.pool.fetch("SELECT schedule_id FROM jobs")] == [last]
    assert await world.pool.fetchval("SELECT next_run_at = 'infinity' FROM schedules WHERE id = $1", last)
    await changes.close()


async def test_a_schedule_of_a_subject_is_one(world: JobWorld) -> None:
    subject, now = new_id(), ms_to_time(now_ms())
    async with world.pool.acquire() as connection, connection.transaction():
        first = await put_schedule(connection, new_id(), world.company, "k", now, subject_id=subject, every_s=60)
        same = await put_schedule(connection, new_id(), world.company, "k", now, subject_id=subject, cron="0 9 * * *")
    assert first == same
    with pytest.raises(asyncpg.CheckViolationError):
        async with world.pool.acquire() as connection:
            await put_schedule(connection, new_id(), world.company, "k", now, every_s=60, cron="0 9 * * *")


async def test_the_live_list_tells_only_the_companies_own_jobs(world: JobWorld) -> None:
    job_id = await world.add_job(to=1)
    stranger = new_id()
    found = await list_live_jobs(world.pool, [world.company.bytes, stranger.bytes], 10)
    assert [row["id"] for row in found[world.company.bytes]] == [job_id]
    assert found[stranger.bytes] == []
