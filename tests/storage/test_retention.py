"""What is old enough is erased and nothing else: by company in steps, by month for the installation."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from actors.jobs.retention import Retention
from actors.pruning import prune
from engine.ids import IdMaker, time_to_ms
from engine.retention import droppable, effective, month_end, preview_words
from storage.pool import Pool
from storage.retention import set_ages, set_installation_ages
from tests.actors.jobs_rig import JobWorld
from tests.seeding import add_event, add_message, add_session

NOW = datetime.now(UTC).replace(microsecond=0)


def test_the_shorter_of_company_and_installation_holds_and_bytes_go_with_their_event() -> None:
    days = effective({"events_days": 100, "payload_days": 300}, {"events_days": 200, "messages_days": 50})
    assert days == {"events_days": 100, "messages_days": 50, "payload_days": 100, "raw_days": 100}


def test_a_month_goes_when_its_last_day_is_old_enough() -> None:
    names = ["messages_2026_01", "messages_2026_02", "messages_default", "messages_2025_12"]
    now = datetime(2026, 4, 1, tzinfo=UTC)
    assert droppable(names, "messages", now, 59) == ["messages_2025_12", "messages_2026_01"]
    assert droppable(names, "messages", now, None) == []
    assert month_end("message_attempts_2026_01", "messages") is None


def test_a_preview_says_it_in_words() -> None:
    before = {"events_days": datetime(2026, 8, 22, tzinfo=UTC), "messages_days": None}
    pt, en = preview_words({"events_days": 1_204_331, "messages_days": 7}, before)
    assert pt == "apaga 1.204.331 eventos antes de 22/08/2026"
    assert en == "erases 1,204,331 events before 2026-08-22"


@pytest.fixture
async def world(pool: Pool, database_url: str) -> JobWorld:
    for days in (0, 40, 80, 120, 160):
        await pool.execute("SELECT masteria_make_partitions($1)", (NOW - timedelta(days=days)).date())
    return await JobWorld(pool, database_url).open()


async def _other(pool: Pool) -> UUID:
    company = IdMaker().make_uuid(time_to_ms(NOW))
    await pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Outra')", company)
    return company


async def test_a_run_erases_what_a_company_does_not_keep_and_nothing_of_another(world: JobWorld) -> None:
    pool, other = world.pool, await _other(world.pool)
    webhook = IdMaker().make_uuid(time_to_ms(NOW))
    await pool.execute(
        "INSERT INTO webhooks (id, company_id, name, source, auth) VALUES ($1, $2, 'w', 'grapfy', '{}')",
        webhook,
        world.company,
    )
    session = await add_session(pool, world.company, NOW)
    for company in (world.company, other):
        for days in (1, 20, 70, 100):
            await add_event(pool, company, NOW - timedelta(days=days), webhook_id=webhook, payload='{"a":1}')
            at = NOW - timedelta(days=days)
            await add_message(pool, company, session, at, status="delivered", due_at=None, look_at=None)
    waiting = await add_message(pool, world.company, session, NOW - timedelta(days=100), status="held")
    await set_ages(pool, world.company, {"payload_days": 10, "raw_days": 50, "events_days": 90, "messages_days": 60})
    job_id = await world.add_job("retention")
    async with world.worker(Retention):
        job = await world.until(job_id, "done", "failed")
    assert job["state"] == "done", job["error"]
    assert job["result"] == {"payload_days": 3, "raw_days": 2, "messages_days": 2, "events_days": 1}
    mine = await pool.fetch(
        "SELECT created_at::date, payload FROM incoming_events WHERE company_id = $1 ORDER BY 1", world.company
    )
    assert [row["payload"] is None for row in mine] == [True, True, False]
    left = {row[0] for row in await pool.fetch("SELECT id FROM messages WHERE company_id = $1", world.company)}
    assert len(left) == 3
    assert waiting in left
    blank = await pool.fetchval(
        "SELECT count(*) FROM deliveries WHERE company_id = $1 AND raw_body IS NULL", world.company
    )
    assert blank == 2
    for table, count in (("incoming_events", 4), ("messages", 4)):
        assert await pool.fetchval(f"SELECT count(*) FROM {table} WHERE company_id = $1", other) == count
    assert (
        await pool.fetchval("SELECT count(*) FROM incoming_events WHERE company_id = $1 AND payload IS NULL", other)
        == 0
    )


async def test_months_are_archived_and_dropped_only_when_nobody_keeps_them(world: JobWorld, tmp_path: Path) -> None:
    pool = world.pool
    old = NOW - timedelta(days=160)
    event = await add_event(pool, world.company, old, payload='{"pix":"ç"}')
    key = IdMaker().make_uuid(1)
    await pool.execute(
        "INSERT INTO event_keys (key, company_id, event_id) VALUES ($1, $2, $3)", key, world.company, event
    )
    assert await prune(pool, tmp_path, NOW) == []
    await set_installation_ages(pool, {"events_days": 400, "archive": True})
    await set_ages(pool, world.company, {"events_days": 100})
    other = await _other(pool)  # keeps as long as the installation does
    assert await prune(pool, tmp_path, NOW) == []
    await set_ages(pool, other, {"events_days": 110})
    dropped = await prune(pool, tmp_path, NOW)
    month = f"incoming_events_{old:%Y_%m}"
    assert month in dropped
    assert not any(name.startswith("messages") for name in dropped)
    with gzip.open(tmp_path / "archives" / f"{month}.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    assert [(row["id"], row["payload"]) for row in rows] == [(str(event), {"pix": "ç"})]
    assert await pool.fetchval("SELECT rows FROM archives WHERE partition = $1", month) == 1
    assert await pool.fetchval("SELECT to_regclass($1)", month) is None
    assert await pool.fetchval("SELECT count(*) FROM event_keys") == 0
    assert await prune(pool, tmp_path, NOW) == []


async def test_a_month_in_use_or_with_a_message_that_waits_stays(world: JobWorld, tmp_path: Path) -> None:
    pool = world.pool
    old = NOW - timedelta(days=160)
    session = await add_session(pool, world.company, NOW)
    await add_message(pool, world.company, session, old, status="held")
    await set_installation_ages(pool, {"messages_days": 40})
    assert [name for name in await prune(pool, tmp_path, NOW) if name.startswith("message")] == []
    await pool.execute("DELETE FROM message_queue")
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE messages IN ROW EXCLUSIVE MODE")
        assert f"messages_{old:%Y_%m}" not in await prune(pool, tmp_path, NOW)
    assert f"messages_{old:%Y_%m}" in await prune(pool, tmp_path, NOW)
