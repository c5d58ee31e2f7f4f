"""Rare values are found by roll-ups or an order of their own: the same rows as a plain SELECT, few buffers read."""

from __future__ import annotations

import json
import random
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.ids import id_time
from engine.pagination import NEWEST, OLDEST
from storage.events import EventFilter, count_events, list_events
from storage.messages import MARKED, MessageFilter, count_messages, list_messages, narrow_messages
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Page, Range
from tests.seeding import new_id, seed_events, seed_messages

ROWS = 4_000
LAST = datetime(2026, 11, 20, 12, 0, 30, tzinfo=UTC)
COMPANY, SESSION, RARE = (UUID(int=0x01900000000070008000000000000001 + n) for n in range(3))
# The sums as the roll-up would have made them.
SUMS = """
INSERT INTO metric_minutes (company_id, minute, kind, key, session_id, value)
SELECT company_id, date_trunc('minute', created_at), told.kind, told.key, told.subject, count(*)
FROM {table}, LATERAL (VALUES {told}) AS told (kind, key, subject) WHERE told.subject IS NOT NULL GROUP BY 1, 2, 3, 4, 5
"""
PERIODS = """
INSERT INTO metric_periods (company_id, step_s, start, kind, key, session_id, value)
SELECT company_id, step_s, to_timestamp(floor(extract(epoch FROM minute) / step_s) * step_s), kind, key, session_id,
    sum(value) FROM metric_minutes, unnest(ARRAY[3600, 86400]) AS step_s GROUP BY 1, 2, 3, 4, 5, 6
"""
HELD = "SELECT count(*) FROM messages WHERE status = 'held'"
NIL = "'00000000-0000-0000-0000-000000000000'::uuid"


async def _spread(connection: Connection, table: str, seed: int) -> None:
    """Move a few rows of the seeded minutes into rare values and into the past."""
    pick = random.Random(seed)
    rows = await connection.fetch(f"SELECT * FROM {table} LIMIT 40")
    for number, row in enumerate(rows):
        at = LAST - timedelta(days=pick.choice([0, 1, 2, 5, 6, 30, 45]), minutes=pick.randint(100, 1_300))
        row_id = new_id(at)
        values: dict[str, Any] = {**row, "id": row_id, "created_at": id_time(row_id)}
        if table == "messages":
            values |= {"status": "held", "session_id": RARE if number % 2 else SESSION, "rule_id": RARE}
        else:
            values |= {"event_type": "chargeback", "source": "hotmart", "webhook_id": RARE, "state": "failed"}
        columns = list(values)
        marks = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
        await connection.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", *values.values())


# What this backend has not told the statistics yet, this transaction's updates among it.
_UPDATES = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = 'messages_2026_11'"


async def _move_on(connection: Connection) -> None:
    """Let a few messages reach and leave rare statuses, by an UPDATE as the statuses' writers make it."""
    for number, status in ((0, "uncertain"), (40, "failed"), (80, "uncertain")):
        await connection.execute(
            "UPDATE messages SET status = $2 WHERE id IN (SELECT id FROM messages ORDER BY id OFFSET $1 LIMIT 20)",
            number,
            status,
        )
    await connection.execute("UPDATE messages SET status = 'delivered' WHERE status = 'failed' AND id < $1", COMPANY)
    await connection.execute(
        "UPDATE messages SET status = 'read' WHERE id IN (SELECT id FROM messages ORDER BY id OFFSET 50 LIMIT 40)"
    )
    await connection.execute(
        "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE status = 'failed' LIMIT 3)"
    )


@pytest.fixture
async def seeded(pool: Pool) -> Pool:
    async with pool.acquire() as connection:
        for days in (0, 30, 60):
            await connection.execute("SELECT masteria_make_partitions($1)", (LAST - timedelta(days=days)).date())
        await connection.execute("INSERT INTO companies (id, name) VALUES ($1, 'c')", COMPANY)
        await seed_events(connection, COMPANY, ROWS, LAST)
        await seed_messages(connection, COMPANY, SESSION, ROWS, LAST)
        await _spread(connection, "incoming_events", 1)
        await _spread(connection, "messages", 2)
        await _move_on(connection)
        messages = "('message', status, session_id), ('rule', status, rule_id)"
        await connection.execute(SUMS.format(table="messages", told=messages))
        await connection.execute(PERIODS)
        await connection.execute("UPDATE installation SET value = '[1]' WHERE key = 'numbers_since'")
        await connection.execute("ANALYZE")
    return pool


async def _all(listing: Any, pool: Pool, wanted: Any, limit: int, since: datetime = OLDEST) -> tuple[list[UUID], int]:
    """Follow the cursors to the end; return the ids and how many pages it took."""
    ids: list[UUID] = []
    before, pages = NEWEST, 0
    while True:
        page: Page = await listing(pool, COMPANY, wanted, Range(limit=limit, before=before, since=since))
        ids += [row["id"] for row in page.rows]
        pages += 1
        if page.next is None:
            return ids, pages
        assert page.next < before
        before = page.next


CASES: tuple[tuple[Any, str], ...] = (
    (EventFilter(event_type="chargeback"), "event_type = 'chargeback'"),
    (EventFilter(event_type="order_approved"), "event_type = 'order_approved'"),
    (EventFilter(source="hotmart"), "source = 'hotmart'"),
    (EventFilter(webhook_id=RARE), f"webhook_id = '{RARE}'"),
    (EventFilter(webhook_id=RARE, source="grapfy"), "false"),
    (EventFilter(source="grapfy", state="processed"), "source = 'grapfy' AND state = 'processed'"),
    (EventFilter(state="failed"), "state = 'failed'"),
    (EventFilter(state="unparsed", event_type="pix_created"), "state = 'unparsed' AND event_type = 'pix_created'"),
    (EventFilter(event_type="nothing"), "false"),
    (EventFilter(phone="+5511900000007"), "customer_phone = '+5511900000007'"),
    (MessageFilter(status="held"), "status = 'held'"),
    (MessageFilter(session_id=RARE), f"session_id = '{RARE}'"),
    (MessageFilter(session_id=SESSION, status="held"), f"session_id = '{SESSION}' AND status = 'held'"),
    (MessageFilter(rule_id=RARE), f"rule_id = '{RARE}'"),
    (MessageFilter(status="failed"), "status = 'failed'"),
    (MessageFilter(status="failed,held"), "status IN ('failed', 'held')"),
    (MessageFilter(status="uncertain"), "status = 'uncertain'"),
    (MessageFilter(status="failed,uncertain"), "status IN ('failed', 'uncertain')"),
    (MessageFilter(status="uncertain", session_id=RARE), f"status = 'uncertain' AND session_id = '{RARE}'"),
    (MessageFilter(status="failed", rule_id=RARE), f"status = 'failed' AND rule_id = '{RARE}'"),
    (MessageFilter(status="read", rule_id=RARE), f"status = 'read' AND rule_id = '{RARE}'"),
    (MessageFilter(phone="+5511900000007"), "to_phone = '+5511900000007'"),
)


async def test_pages_hold_what_a_plain_select_finds(seeded: Pool) -> None:
    for wanted, condition in CASES:
        for since in (OLDEST, LAST - timedelta(days=10)):
            await _compare(seeded, wanted, condition, since)


async def _compare(pool: Pool, wanted: Any, condition: str, since: datetime) -> None:
    events = isinstance(wanted, EventFilter)
    table, listing = ("incoming_events", list_events) if events else ("messages", list_messages)
    rows = await pool.fetch(
        f"SELECT id FROM {table} WHERE company_id = $1 AND created_at >= $2 AND {condition} "
        "ORDER BY created_at DESC, id DESC LIMIT 1000",
        COMPANY,
        since,
    )
    for limit in (7, 500):
        ids, pages = await _all(listing, pool, wanted, limit, since)
        assert ids[:1000] == [row["id"] for row in rows], (wanted, limit)
        assert pages <= len(ids) // limit + 4, (wanted, limit)


async def test_counts_of_rare_statuses_are_those_of_a_plain_select(seeded: Pool) -> None:
    for status in ("failed", "uncertain", "failed,uncertain"):
        for since in (OLDEST, LAST - timedelta(days=10)):
            rows = await seeded.fetchval(
                "SELECT count(*) FROM messages WHERE company_id = $1 AND created_at >= $2 AND status = ANY ($3)",
                COMPANY,
                since,
                status.split(","),
            )
            wanted = MessageFilter(status=status)
            assert await count_messages(seeded, COMPANY, wanted, since=since, until=NEWEST.created_at, most=10_000) == (
                rows,
                False,
            )
            assert await count_messages(seeded, COMPANY, wanted, since=since, until=NEWEST.created_at, most=3) == (
                3,
                True,
            )


async def test_the_marked_messages_are_those_at_a_rare_status(seeded: Pool) -> None:
    marked = await seeded.fetch("SELECT status, created_at, message_id FROM marked_messages ORDER BY message_id")
    stand = await seeded.fetch(
        "SELECT status, created_at, id FROM messages WHERE status IN ('failed', 'uncertain') ORDER BY id"
    )
    assert {row["status"] for row in stand} == {"failed", "uncertain"}
    assert [tuple(row) for row in marked] == [tuple(row) for row in stand]


async def test_changes_of_a_status_stay_hot(seeded: Pool) -> None:
    """An index on the status would make each of a message's four changes write all its indexes."""
    async with seeded.acquire() as connection:
        await connection.execute("ALTER TABLE messages_2026_11 SET (fillfactor = 50)")
        await connection.execute("VACUUM FULL messages_2026_11")
        async with connection.transaction():
            before = await connection.fetchrow(_UPDATES)
            await connection.execute(
                "UPDATE messages SET status = 'failed' WHERE id IN (SELECT id FROM messages_2026_11 LIMIT 500)"
            )
            after = await connection.fetchrow(_UPDATES)
    assert before is not None
    assert after is not None
    assert after["n_tup_upd"] - before["n_tup_upd"] == after["n_tup_hot_upd"] - before["n_tup_hot_upd"] == 500


async def test_sums_that_lag_behind_are_not_believed(seeded: Pool) -> None:
    held = await seeded.fetchval(HELD)
    await seeded.execute("DELETE FROM metric_minutes")
    ids, _ = await _all(list_messages, seeded, MessageFilter(status="held"), 500)
    assert len(ids) < held
    await seeded.execute(
        "INSERT INTO metric_deltas (writer, epoch, seq, committed_ms, data) VALUES ('w', 1, 1, $1, '{}')",
        time.time_ns() // 1_000_000 - 60_000,
    )
    ids, _ = await _all(list_messages, seeded, MessageFilter(status="held"), 500)
    assert len(ids) == held


async def test_what_is_not_counted_yet_is_looked_through(seeded: Pool) -> None:
    """At hundreds of messages a second, more than one window's rows are newer than the sums."""
    now, held = datetime.now(UTC), await seeded.fetchval(HELD)
    async with seeded.acquire() as connection:
        for moment in (now, now - timedelta(hours=1)):
            await connection.execute("SELECT masteria_make_partitions($1)", moment.date())
        await seed_messages(connection, COMPANY, SESSION, 3_500, now)
        await connection.execute(
            "UPDATE messages SET status = 'held' WHERE created_at > $1 AND id IN (SELECT id FROM "
            "(SELECT id, row_number() OVER (ORDER BY created_at) AS n FROM messages WHERE created_at > $1) AS counted "
            "WHERE n IN (200, 500, 501, 1000, 2000, 3000))",
            now - timedelta(hours=1),
        )
    oldest_ms = time.time_ns() // 1_000_000 - 5_000
    await seeded.execute(
        "INSERT INTO metric_deltas (writer, epoch, seq, committed_ms, data) VALUES ('w', 1, 1, $1, '{}')", oldest_ms
    )
    await seeded.execute(
        "UPDATE messages SET created_at = to_timestamp($1 / 1000.0) + (created_at - $2) / 100 WHERE created_at > $3",
        oldest_ms - 4_000,  # made before the oldest that is not counted, and stored after it
        now - timedelta(seconds=350),
        now - timedelta(hours=1),
    )
    for limit in (3, 500):
        ids, _ = await _all(list_messages, seeded, MessageFilter(status="held"), limit)
        assert len(ids) == held + 6, limit


async def test_what_was_not_counted_so_is_looked_through(seeded: Pool) -> None:
    """Rules are counted by status since migration 0018; what came before is found by the windows."""
    since = LAST - timedelta(days=4)
    await seeded.execute(
        "UPDATE installation SET value = jsonb_build_array($1::bigint) WHERE key = 'numbers_since'",
        int(since.timestamp() * 1000),
    )
    for table in ("metric_minutes", "metric_periods"):
        column = "minute" if table == "metric_minutes" else "start"
        await seeded.execute(f"DELETE FROM {table} WHERE kind = 'rule' AND {column} < $1", since)
    ids, _ = await _all(list_messages, seeded, MessageFilter(rule_id=RARE, status="held"), 7)
    assert len(ids) == await seeded.fetchval(HELD)


async def test_a_rare_value_costs_few_buffers(seeded: Pool) -> None:
    """What bounds the time at ten million rows: days, hours and minutes are looked up, and only theirs are read."""
    async with seeded.acquire() as connection:
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        plan = await connection.fetchval(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + query("metrics/find_minutes"),
            COMPANY,
            "message",
            ["held"],
            None,
            LAST,
            OLDEST,
            366,
            51,
        )
    top = json.loads(plan)[0]["Plan"]
    read = top["Shared Hit Blocks"] + top["Shared Read Blocks"]
    assert read < 1_000


@pytest.mark.parametrize("column", ["rule_id", "campaign_id"])
async def test_a_common_rules_length_is_read_of_its_index_and_told_to_its_company_alone(
    seeded: Pool, column: str
) -> None:
    """A row of each of ten thousand counted messages would push 80 MB through Postgres' cache."""
    common, nobody = UUID(int=COMPANY.int + 7), UUID(int=COMPANY.int + 8)
    wanted = MessageFilter(rule_id=common) if column == "rule_id" else MessageFilter(campaign_id=common)
    narrow = narrow_messages(wanted)
    assert narrow is not None
    async with seeded.acquire() as connection:
        await connection.execute(
            f"UPDATE messages SET {column} = $1 WHERE id IN (SELECT id FROM messages LIMIT 3000)", common
        )
        await connection.execute("VACUUM ANALYZE messages")
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        text = narrow.put_into(query("messages/count_owned"), 5 - narrow.position)
        explained = await connection.fetchval(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + text, COMPANY, OLDEST, NEWEST.created_at, 10_001, common
        )
        plan = json.loads(explained)[0]["Plan"]
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 120, explained
    for company, since, most, told in (
        (COMPANY, OLDEST, 10_000, (3_000, False)),
        (COMPANY, OLDEST, 2_999, (2_999, True)),
        (COMPANY, LAST + timedelta(days=1), 10_000, (0, False)),
        (nobody, OLDEST, 10_000, (0, False)),
    ):
        counted = await count_messages(seeded, company, wanted, since=since, until=NEWEST.created_at, most=most)
        assert counted == told, (company, since, most)


async def test_the_statuses_that_have_an_order_are_those_of_the_triggers(pool: Pool) -> None:
    """They stand in migration 0028 and in ``storage.messages.MARKED``: what one of them lacks would never be found."""
    told = await pool.fetch(
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = 'messages'::regclass AND NOT tgisinternal "
        "UNION ALL SELECT pg_get_functiondef('masteria_mark_message'::regproc)"
    )
    texts = [row[0] for row in told if "mark_" in row[0]]
    found = [one for text in texts for one in re.findall(r"(?:IN \(|ARRAY\[)(.+?)[)\]]", text)]
    lists = [set(re.findall(r"'(\w+)'", one)) for one in found]
    assert len(texts) == 4
    assert len(lists) == 6  # one of inserting and of deleting, two of updating, two of what they call
    assert all(statuses == MARKED for statuses in lists), lists


@pytest.mark.parametrize("wanted", [EventFilter(webhook_id=RARE), EventFilter(source="hotmart")])
async def test_what_a_webhook_or_source_sent_is_told_to_its_company_alone(seeded: Pool, wanted: EventFilter) -> None:
    nobody = UUID(int=COMPANY.int + 8)
    for company, number in ((COMPANY, 40), (nobody, 0)):
        page = await list_events(seeded, company, wanted, Range(limit=100))
        assert (len(page.rows), page.next) == (number, None)
        for most, told in ((10_000, (number, False)), (30, (min(number, 30), number > 30))):
            counted = await count_events(seeded, company, wanted, until=NEWEST.created_at, most=most)
            assert counted == told, (company, most)
