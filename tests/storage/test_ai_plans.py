"""Every query of turns, decisions and intents, EXPLAINed on large tables: no sequential scan of one, few buffers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from engine.pagination import NEWEST
from masteria.embedded import RunningServer
from storage.queries import query
from tests.storage.explaining import filled_database, plan_defects
from tests.storage.test_plans import COMPANY, LARGE_PAGES, LAST, SESSION

ROWS = 40_000
PHONE = "+5511900000007"
LATER = timedelta(days=40)


@pytest.fixture(scope="module")
def database(postgres: RunningServer, template_database: str) -> Iterator[str]:
    """A database of a company with 40,000 decisions and as many turns."""
    with filled_database(postgres, template_database, _seed) as url:
        yield url


async def _seed(connection: asyncpg.Connection[asyncpg.Record]) -> None:
    await connection.execute("INSERT INTO companies (id, name) VALUES ($1, 'c')", COMPANY)
    made = (
        "SELECT lpad(to_hex(1750000000000 + n * 1000), 12, '0') || '70008000' || lpad(to_hex(n), 12, '0') AS id, n "
        f"FROM generate_series(1, {ROWS}) AS n"
    )
    await connection.execute(
        "INSERT INTO ai_decisions (company_id, id, conversation_id, session_id, phone, at, text, intent, decided_by, "
        "outcome, latency_ms) SELECT $1, id::uuid, "
        "('01900000-0000-7000-8000-' || lpad(to_hex(n % 4000), 12, '0'))::uuid, "
        "$2, '+55119' || lpad((n % 4000)::text, 8, '0'), "
        f"now() - ({ROWS} - n) * interval '1 minute', repeat('oi ', 20), "
        "CASE n % 200 WHEN 0 THEN 'opt_out' ELSE 'price' END, 'model', "
        f"CASE n % 200 WHEN 1 THEN 'handed_over' ELSE 'silent' END, 40 FROM ({made}) AS made",
        COMPANY,
        SESSION,
    )
    await connection.execute(
        "INSERT INTO ai_turns (event_id, company_id, conversation_id, session_id, phone, look_at, owner) "
        "SELECT id, company_id, conversation_id, session_id, phone, "
        "CASE WHEN latency_ms > 0 AND intent = 'opt_out' THEN now() + interval '1 minute' ELSE at END, 'ai-0' "
        "FROM ai_decisions"
    )
    await connection.execute(
        "INSERT INTO rules (id, company_id, name, definition) SELECT gen_random_uuid(), $1, 'r', "
        '\'{"trigger":{"event_type":"pix_created"}}\' FROM generate_series(1, 300)',
        COMPANY,
    )
    await connection.execute("VACUUM ANALYZE")


def _cases(decision: UUID, talk: UUID) -> dict[str, tuple[list[Any], int]]:
    return {
        "claim_turns": (["ai-1", 32, timedelta(seconds=60)], 900),
        "release_turns": (["ai-0"], 3_000),
        "count_turns": ([], 600),
        "give_back": ([[decision], [0], timedelta(seconds=1), True], 60),
        "extend_turns": ([[decision], [0], timedelta(seconds=60)], 60),
        "finish_turns": ([[decision], [0]], 30),
        "find_agents": ([[COMPANY], [SESSION]], 10),
        "read_standings": ([[COMPANY], [talk], [decision], [decision], [decision], [2_000]], 60),
        "list_decisions": ([COMPANY, NEWEST.id, 51, None, None, None], 120),
        "count_decisions": ([COMPANY, None, None, None], 1_500),
        "get_decision": ([COMPANY, decision], 10),
        "set_feedback": ([COMPANY, decision, "right", None, LAST], 60),
        "forget_person": ([COMPANY, PHONE], 400),
        "move_number": ([COMPANY, PHONE, "+5511900000008"], 400),
        "blank_texts": ([COMPANY, LAST - LATER, 200], 3_000),
        "wants_understood": ([COMPANY], 60),
        "list_intents": ([COMPANY], 10),
        "load_intents": ([COMPANY], 10),
        "switch_off": ([COMPANY, None, LAST], 20),
    }


@pytest.mark.parametrize("name", sorted(_cases(COMPANY, COMPANY)))
async def test_no_query_scans_a_large_table_or_reads_many_buffers(database: str, name: str) -> None:
    connection = await asyncpg.connect(database, server_settings={"jit": "off", "timezone": "UTC"})
    large = {
        row[0]
        for row in await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relpages > $1", LARGE_PAGES
        )
    }
    assert {"ai_decisions", "ai_turns"} <= large
    decision, talk = await connection.fetchrow("SELECT id, conversation_id FROM ai_decisions LIMIT 1")  # type: ignore[misc]
    arguments, most = _cases(decision, talk)[name]
    for mode in ("force_custom_plan", "force_generic_plan"):
        await connection.execute(f"SET plan_cache_mode = {mode}")
        assert await plan_defects(connection, f"ai/{name}", arguments, most, large) == [], mode
    await connection.close()


@pytest.mark.parametrize("narrowed", [("opt_out", None, None), (None, "handed_over", None), (None, None, "talk")])
async def test_a_narrow_list_is_read_by_its_own_index(database: str, narrowed: tuple[str | None, ...]) -> None:
    connection = await asyncpg.connect(database, server_settings={"jit": "off", "timezone": "UTC"})
    talk = await connection.fetchval("SELECT conversation_id FROM ai_decisions LIMIT 1")
    given = [talk if value == "talk" else value for value in narrowed]
    rows = await connection.fetch(
        "EXPLAIN (ANALYZE, BUFFERS) " + query("ai/list_decisions"), COMPANY, NEWEST.id, 51, *given
    )
    await connection.close()
    explained = "\n".join(row[0] for row in rows)
    assert "Seq Scan" not in explained
    removed = [line for line in explained.splitlines() if "Rows Removed by Filter" in line]
    assert not removed, explained
