"""Every query about campaigns, EXPLAINed on a seeded one: no sequential scan of a large table, and few buffers."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

import storage
from engine.pagination import NEWEST, OLDEST
from storage.message_rows import NEVER
from storage.pool import Pool
from tests.seeding import seed_messages
from tests.storage.explaining import plan_defects
from tests.storage.test_plans import LAST

COMPANY = UUID("01900000-0000-7000-8000-000000000001")
SESSION = UUID("01900000-0000-7000-8000-000000000002")
CAMPAIGN = UUID("01900000-0000-7000-8000-000000000003")
OTHER = UUID("01900000-0000-7000-8000-000000000004")
JOB = UUID("01900000-0000-7000-8000-000000000005")
FIRST, END = UUID(int=0), UUID(int=(1 << 128) - 1)
PEOPLE = 40_000
HOURS = datetime(2026, 3, 1, tzinfo=UTC)
LARGE_PAGES = 50
_SEED = (
    "INSERT INTO companies (id, name) VALUES ($1, 'c')",
    "INSERT INTO sessions (id, company_id, name, transport) VALUES ($2, $1, 's', 'simulator')",
    "INSERT INTO jobs (id, company_id, kind, state, created_at) VALUES ($5, $1, 'campaign_expansion', 'queued', now())",
    "INSERT INTO campaigns (id, company_id, name, state, definition, look_at, started_at, created_at) "
    "SELECT id, $1, 'c', 'running', '{}', now(), now(), now() FROM unnest(ARRAY[$3, $4]::uuid[]) AS id",
    "INSERT INTO campaigns (id, company_id, name, state, definition, created_at) "
    "SELECT gen_random_uuid(), $1, 'c' || n, 'finished', '{}', now() FROM generate_series(1, 3000) n",
    "INSERT INTO campaign_expansions (campaign_id, company_id, job_id) VALUES ($3, $1, $5), ($4, $1, $5)",
    "INSERT INTO contacts (company_id, id, phone, name, source, first_seen_at, created_at, updated_at) "
    "SELECT $1, ('01a1f8d3-ea00-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '+55119' || lpad(n::text, 8, '0'), "
    "'Pessoa ' || n, 'import', now(), now(), now() FROM generate_series(1, $6::int) AS n",
    # Half have their messages; one in a hundred of those has failed; the other campaign is as large.
    "INSERT INTO campaign_recipients (campaign_id, contact_id, company_id, session_id, message_id, status, reason) "
    "SELECT $3, ('01a1f8d3-ea00-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, $1, $2, id, "
    "CASE WHEN n % 100 = 0 THEN 'failed' END, CASE WHEN n % 100 = 0 THEN 'whatsapp_131000' END "
    "FROM generate_series(1, $6::int) AS n "
    "LEFT JOIN (SELECT id, row_number() OVER (ORDER BY id) AS k FROM messages) AS m ON m.k = n AND n % 2 = 0",
    "INSERT INTO campaign_recipients (campaign_id, contact_id, company_id, session_id) "
    "SELECT $4, contact_id, company_id, session_id FROM campaign_recipients WHERE campaign_id = $3",
    "INSERT INTO message_queue (message_id, company_id, session_id, campaign_id, lane, due_at, look_at) "
    "SELECT message_id, $1, $2, $3, 'bulk', now(), now() FROM campaign_recipients "
    "WHERE message_id IS NOT NULL LIMIT 4000",
    "INSERT INTO message_queue (message_id, company_id, session_id, campaign_id, lane, due_at, look_at) "
    "SELECT gen_random_uuid(), $1, $2, $4, 'bulk', now(), now() FROM generate_series(1, 8000)",
    "INSERT INTO dead_letters (id, company_id, kind, message_id, class, reason, created_at, campaign_id) "
    "SELECT gen_random_uuid(), $1, 'message', message_id, 'transient', 'r', now(), $3 FROM campaign_recipients "
    "WHERE status = 'failed'",
    "INSERT INTO dead_letters (id, company_id, kind, message_id, class, reason, created_at) "
    "SELECT gen_random_uuid(), $1, 'message', gen_random_uuid(), 'transient', 'r', now() "
    "FROM generate_series(1, 20000)",
    "INSERT INTO metric_periods (company_id, step_s, start, kind, key, session_id, value) "
    "SELECT $1, 0, 'epoch', 'campaign', key, gen_random_uuid(), 1 "
    "FROM generate_series(1, 1000), unnest(ARRAY['sent', 'read', 'failed']) AS key",
    "INSERT INTO metric_periods (company_id, step_s, start, kind, key, session_id, value) "
    "SELECT $1, 3600, '2026-01-01'::timestamptz + n * interval '1 hour', 'campaign', key, $3, 1 "
    "FROM generate_series(1, 4000) AS n, unnest(ARRAY['sent', 'read', 'failed', 'queued', 'held']) AS key",
)


async def _seed(connection: Any) -> None:
    await connection.execute("SELECT masteria_make_partitions($1)", LAST.date())
    values = (COMPANY, SESSION, CAMPAIGN, OTHER, JOB, PEOPLE)
    await seed_messages(connection, COMPANY, SESSION, PEOPLE, LAST)
    for statement in _SEED:
        used = sorted({int(number) for number in re.findall(r"\$(\d)", statement)})
        places = {str(number): f"${place}" for place, number in enumerate(used, start=1)}
        anew = "".join(places.get(part, part) for part in re.split(r"\$(\d)", statement))
        await connection.execute(anew, *(values[number - 1] for number in used))
    await connection.execute("ANALYZE")


def _cases(contact: UUID, message: UUID) -> dict[str, list[tuple[list[Any], int]]]:
    page, none = [CAMPAIGN, COMPANY], [None] * 3
    return {
        "insert_campaign": [([contact, COMPANY, "c", "{}", None, "new", None, LAST], 60)],
        "get_campaign": [([CAMPAIGN, COMPANY], 20)],
        "lock_campaign": [([CAMPAIGN, COMPANY], 20)],
        "list_campaigns": [([COMPANY, NEWEST.created_at, NEWEST.id, 51, None, None], 700)],
        "count_campaigns": [([COMPANY, None, None], 3_500), ([COMPANY, "running", None], 3_500)],
        "update_draft": [([CAMPAIGN, COMPANY, "n", "{}", LAST], 20)],
        "delete_draft": [([CAMPAIGN, COMPANY], 20)],
        "set_state": [([CAMPAIGN, COMPANY, "paused", NEVER, None, None, LAST], 80)],
        "insert_expansion": [],  # the row of another campaign refers to what is not there
        "renew_expansion": [([CAMPAIGN, COMPANY, contact], 20)],
        "get_expansion": [([CAMPAIGN, COMPANY], 20)],
        "advance_expansion": [([CAMPAIGN, COMPANY, 1, contact, False, None], 40)],
        "insert_recipients": [([OTHER, COMPANY, [message], [SESSION], [0], [None]], 60)],
        "page_failed": [([*page, FIRST, 4_000], 9_000)],
        "count_failed": [([*page, 10_000], 9_000), ([*page, 50], 1_000)],
        "count_marked": [([*page, 100_001], 700)],
        "read_counts": [([COMPANY, [CAMPAIGN], ["campaign"]], 400)],
        "claim_due": [([timedelta(seconds=5)], 60)],
        "postpone": [([CAMPAIGN, COMPANY, timedelta(seconds=5)], 60)],
        "note_round": [([CAMPAIGN, "{}", None, timedelta(seconds=1), True], 60)],
        "read_sessions": [([COMPANY, [SESSION], CAMPAIGN], 700)],
        "take_pending": [([CAMPAIGN, COMPANY, SESSION, contact, 500], 9_000)],
        "give_messages": [([CAMPAIGN, [contact], [contact], [None], [None]], 60)],
        "mark_recipients": [([[message], ["failed"], ["r"]], 60)],
        "read_states": [([[CAMPAIGN]], 10)],
        "hold_campaign": [([CAMPAIGN, [SESSION], 500], 12_000)],
        "release_campaign": [([CAMPAIGN, [SESSION], 500], 12_000)],
        "wake_campaign": [([CAMPAIGN, [SESSION]], 12_000)],
        "drop_campaign": [([CAMPAIGN, [SESSION], 500], 12_000)],
        "any_queued": [([CAMPAIGN, [SESSION], True], 100)],
        "is_over": [([CAMPAIGN, [SESSION]], 100)],
        "list_marked": [([CAMPAIGN, COMPANY, "failed", END, 1_000, 51, *none], 2_500)],
        "scan_recipients": [
            ([CAMPAIGN, COMPANY, None, END, 1_000, 51, *none, None], 9_000),
            ([CAMPAIGN, COMPANY, ["read"], END, 1_000, 51, *none, None], 9_000),
            ([CAMPAIGN, COMPANY, None, END, 1_000, 51, *none, "replied"], 12_000),
        ],
        "others_wait": [([COMPANY, "campaign_expansion", JOB], 20)],
        "take_letters": [([COMPANY, [message], [contact], LAST], 60)],
        "move_recipients": [([[message], [contact]], 20)],
        "leave_campaign": [([[message], [LAST], LAST, LAST], 20)],
        "read_spending": [([COMPANY, [SESSION], ["p"]], 20)],
        "name_things": [([COMPANY, [SESSION], [CAMPAIGN]], 20)],
        "sum_hours": [([COMPANY, HOURS, HOURS + timedelta(days=31), [CAMPAIGN], "America/Sao_Paulo", ["read"]], 200)],
        "list_for_summary": [([COMPANY, OLDEST, NEWEST.created_at, None, 501], 700)],
        "read_live": [([COMPANY, CAMPAIGN, ["worker-0/9"], [1]], 200)],
        "list_live": [([[CAMPAIGN]], 20)],
    }


async def test_no_query_about_campaigns_scans_a_table_or_reads_many_buffers(pool: Pool, database_url: str) -> None:
    connection = await asyncpg.connect(database_url, server_settings={"jit": "off", "timezone": "UTC"})
    await _seed(connection)
    contact = await connection.fetchval("SELECT contact_id FROM campaign_recipients WHERE message_id IS NULL LIMIT 1")
    message = await connection.fetchval("SELECT message_id FROM campaign_recipients WHERE status = 'failed' LIMIT 1")
    assert contact is not None
    assert message is not None
    large = {
        record["relname"]
        for record in await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages > $1 AND relname !~ '^pg_'", LARGE_PAGES
        )
    }
    assert {"campaigns", "campaign_recipients", "contacts", "message_queue", "dead_letters"} <= large
    defects: list[str] = []
    for mode in ("force_custom_plan", "force_generic_plan"):
        await connection.execute(f"SET plan_cache_mode = {mode}")
        for name, variants in _cases(contact, message).items():
            for arguments, most in variants:
                try:
                    found = await plan_defects(connection, f"campaigns/{name}", arguments, most, large)
                except asyncpg.PostgresError as error:
                    pytest.fail(f"{name}: {error}")
                defects += [f"{name} ({mode}): {why}" for why in found]
    await connection.close()
    assert defects == [], "\n".join(defects)


def test_every_query_about_campaigns_has_a_case_and_says_its_index() -> None:
    stored = {file.stem: file for file in (Path(storage.__file__).parent / "sql" / "campaigns").glob("*.sql")}
    assert set(stored) == set(_cases(COMPANY, COMPANY))
    for name, file in stored.items():
        lines = file.read_text(encoding="utf-8").splitlines()
        comments = [line for line in lines if line.startswith("-- ")]
        assert lines[0].startswith("-- "), name
        assert any("Index" in line or "primary key" in line for line in comments), name
