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
from storage.conversations import Heard, fold_inbound, note_outbound
from storage.pool import Pool
from storage.queries import query
from storage.retention import BY_END, Ended, set_ages, set_installation_ages
from tests.actors.jobs_rig import JobWorld
from tests.seeding import add_event, add_message, add_session, new_id, seed_events

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


async def _old_life(world: JobWorld, company: UUID, days: int) -> None:
    """Leave what rules, replays, campaigns and syncs leave behind, made and ended so many days ago."""
    pool, at = world.pool, NOW - timedelta(days=days)

    async def store(table: str, **columns: object) -> None:
        names, places = ", ".join(columns), ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        await pool.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *columns.values())

    async def case(event_id: UUID, state: str, order_id: str | None = None) -> None:
        await store(
            "rule_cases",
            id=new_id(at),
            company_id=company,
            rule_id=company,
            version=1,
            event_id=event_id,
            order_id=order_id,
            state=state,
            created_at=at,
            updated_at=at,
        )

    async with pool.acquire() as connection, connection.transaction():
        for phone in ("+5511900000001", "+5511900000002"):
            heard = Heard(company, company, phone, at, new_id(at), "text")
            await fold_inbound(connection, [heard], at)
        await note_outbound(connection, company, company, "+5511900000002", "Oi", NOW)
    kept, gone = await add_event(pool, company, at), new_id(at)
    for event_id in (kept, gone):
        await case(event_id, "done")
        await store("event_replays", event_id=event_id, job_id=new_id(at), company_id=company, at=at, runs="[]")
    await case(new_id(at), "running", "waits")
    for order_id in ("over", "waits"):
        await store("pix_orders", company_id=company, order_id=order_id, seen_at=at, expires_at=at)
    await store("pix_orders", company_id=company, order_id="paid late", seen_at=at, approved_at=NOW)
    await store("message_caps", key=new_id(at), company_id=company, used=1, used_at=at)
    await store("rule_person_uses", key=new_id(at), company_id=company, used=[at, NOW - timedelta(days=days - 1)])
    await store("rule_person_uses", key=new_id(at), company_id=company, used=[at, NOW])
    for kind, resolved_at in (("event", at), ("message", at), ("event", None), ("message", None)):
        await _letter(pool, company, kind, at, resolved_at=resolved_at)
    session = await add_session(pool, company, at)
    parent = await _campaign(pool, company, session, at, "finished")
    await _campaign(pool, company, session, at, "cancelled", parent_id=parent, origin="retry")
    await _campaign(pool, company, session, at, "running")
    unfinished = await world.add_job("history_sync", company)
    webhook, sync = new_id(at), new_id(at)
    await store("webhooks", id=webhook, company_id=company, name="w", source=f"s{webhook}", auth="{}")
    await store(
        "history_syncs",
        id=sync,
        company_id=company,
        webhook_id=webhook,
        source="grapfy",
        setting_id="s",
        token_sealed=b"t",
        since=at,
        created_at=at,
        updated_at=at,
    )
    for job_id in (new_id(at), unfinished):
        await store(
            "history_sync_runs", job_id=job_id, sync_id=sync, company_id=company, since=at, started_at=at, updated_at=at
        )


async def _letter(pool: Pool, company: UUID, kind: str, at: datetime, **columns: object) -> None:
    values = {"message_id": None, "resolved_at": None, "campaign_id": None, **columns}
    await pool.execute(
        "INSERT INTO dead_letters (id, company_id, kind, class, reason, created_at, message_id, resolved_at, "
        "campaign_id) VALUES ($1, $2, $3, 'permanent', 'r', $4, $5, $6, $7)",
        new_id(at),
        company,
        kind,
        at,
        *values.values(),
    )


async def _campaign(
    pool: Pool,
    company: UUID,
    session: UUID,
    at: datetime,
    state: str,
    parent_id: UUID | None = None,
    origin: str = "new",
) -> UUID:
    """Store a campaign with two recipients, of whom one has a message that failed and was dealt with."""
    campaign = new_id(at)
    await pool.execute(
        "INSERT INTO campaigns (id, company_id, name, state, definition, parent_id, origin, created_at, finished_at) "
        "VALUES ($1, $2, 'c', $3, '{}', $4, $5, $6, $7)",
        campaign,
        company,
        state,
        parent_id,
        origin,
        at,
        None if state == "running" else at,
    )
    for message_id in (new_id(at), None):
        await pool.execute(
            "INSERT INTO campaign_recipients (campaign_id, contact_id, company_id, session_id, message_id) "
            "VALUES ($1, $2, $3, $4, $5)",
            campaign,
            new_id(at),
            company,
            session,
            message_id,
        )
        if message_id is not None:
            await _letter(pool, company, "message", at, message_id=message_id, resolved_at=at, campaign_id=campaign)
    return campaign


_LIVES = (
    "rule_cases",
    "event_replays",
    "pix_orders",
    "message_caps",
    "rule_person_uses",
    "dead_letters",
    "campaign_recipients",
    "history_sync_runs",
    "conversations",
)


async def _lives(pool: Pool, company: UUID) -> dict[str, int]:
    return {
        table: await pool.fetchval(f"SELECT count(*) FROM {table} WHERE company_id = $1", company) for table in _LIVES
    }


async def test_what_came_of_events_and_messages_goes_after_them_once_it_has_ended(
    world: JobWorld, tmp_path: Path
) -> None:
    pool, mine, other = world.pool, world.company, await _other(world.pool)
    full = dict(zip(_LIVES, (3, 2, 3, 1, 2, 7, 6, 2, 2), strict=True))
    for company in (mine, other):
        await _old_life(world, company, 120)
    await prune(pool, tmp_path, NOW)
    assert await _lives(pool, mine) == {**full, "rule_person_uses": 1}  # no window is that long
    await set_ages(pool, mine, {"events_days": 125, "messages_days": 125})
    await prune(pool, tmp_path, NOW)
    assert await _lives(pool, mine) == {**full, "rule_person_uses": 1}
    await set_ages(pool, mine, {"events_days": 100, "messages_days": 100})
    await prune(pool, tmp_path, NOW)
    assert await _lives(pool, mine) == {
        "rule_cases": 2,  # one of an event that is there, and one that runs
        "event_replays": 1,
        "pix_orders": 2,  # one that a case waits for, and one that was paid today
        "message_caps": 0,
        "rule_person_uses": 1,
        "dead_letters": 3,  # two that nobody has dealt with, and that of a running campaign's recipient
        "campaign_recipients": 2,
        "history_sync_runs": 2,
        "conversations": 1,  # one that somebody has answered today
    }
    assert await _lives(pool, other) == {**full, "rule_person_uses": 1}
    await prune(pool, tmp_path, NOW + timedelta(days=100))
    assert (await _lives(pool, other))["history_sync_runs"] == 1  # the one whose job has not ended


async def test_recipients_stay_while_a_retry_needs_them_and_their_letters_with_them(
    world: JobWorld, tmp_path: Path
) -> None:
    pool, at = world.pool, NOW - timedelta(days=120)
    session = await add_session(pool, world.company, at)
    parent = await _campaign(pool, world.company, session, at, "finished")
    retry = await _campaign(pool, world.company, session, at, "cancelled", parent_id=parent, origin="retry")
    await pool.execute("UPDATE campaigns SET finished_at = $2 WHERE id = $1", parent, NOW)
    await set_ages(pool, world.company, {"messages_days": 100})
    await prune(pool, tmp_path, NOW)
    lives = await _lives(pool, world.company)
    assert (lives["campaign_recipients"], lives["dead_letters"]) == (4, 2)
    await pool.execute("UPDATE campaigns SET finished_at = $2 WHERE id = $1", parent, at)
    await pool.execute("UPDATE campaigns SET state = 'running' WHERE id = $1", retry)
    await prune(pool, tmp_path, NOW)
    lives = await _lives(pool, world.company)
    assert (lives["campaign_recipients"], lives["dead_letters"]) == (4, 2)
    await pool.execute("UPDATE campaigns SET state = 'finished' WHERE id = $1", retry)
    await prune(pool, tmp_path, NOW)
    lives = await _lives(pool, world.company)
    assert (lives["campaign_recipients"], lives["dead_letters"]) == (0, 0)


async def test_what_somebody_holds_is_left_for_another_time(world: JobWorld, tmp_path: Path) -> None:
    pool, at = world.pool, NOW - timedelta(days=120)
    keys = [new_id(at), new_id(at)]
    await pool.executemany(
        "INSERT INTO message_caps (key, company_id, used, used_at) VALUES ($1, $2, 1, $3)",
        [(key, world.company, at) for key in keys],
    )
    await set_ages(pool, world.company, {"events_days": 100})
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM message_caps WHERE key = $1 FOR UPDATE", keys[0])
        await prune(pool, tmp_path, NOW)
        assert [row[0] for row in await pool.fetch("SELECT key FROM message_caps")] == [keys[0]]


@pytest.mark.parametrize("kind", BY_END, ids=lambda kind: f"{kind.table} {kind.age}")
async def test_a_piece_of_a_table_is_read_by_its_pages_and_events_by_their_key(pool: Pool, kind: Ended) -> None:
    await pool.execute("SELECT masteria_make_partitions($1)", NOW.date())
    company = await _other(pool)
    async with pool.acquire() as connection:
        await seed_events(connection, company, 5_000, NOW)
        await connection.execute(
            "INSERT INTO rule_cases (id, company_id, rule_id, version, event_id, state, created_at, updated_at) "
            "SELECT id, company_id, company_id, 1, id, 'done', created_at, created_at FROM incoming_events"
        )
        await connection.execute("VACUUM ANALYZE")
        if kind.table != "rule_cases":  # empty here
            await connection.execute("SET enable_seqscan = off")
        text = query("retention/delete_ended").replace("/*table*/", kind.table)
        text = text.replace("/*time*/", kind.time).replace("/*ended*/", kind.ended)
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {text}", 0, [company], [NOW]))
    assert f"Tid Range Scan on {kind.table} t" in plan
    assert f"Seq Scan on incoming_events_{NOW:%Y_%m}" not in plan  # where the seeded ones are
    assert f"Seq Scan on {kind.table}" not in plan
