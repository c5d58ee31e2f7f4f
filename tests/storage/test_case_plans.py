"""Every query of cases and of the PIX flow, EXPLAINed on large tables: by an index, whatever stands in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import storage
from engine.pagination import NEWEST, OLDEST
from storage.pool import Pool
from storage.queries import query
from tests.seeding import seed_events

ROWS = 20_000
LAST = datetime(2026, 11, 20, 12, tzinfo=UTC)
COMPANY = UUID("01900000-0000-7000-8000-000000000001")
RULE = UUID("01900000-0000-7000-8000-000000000002")
AREAS = ("cases", "rule_runs", "rule_cases", "pix_orders", "flows")
LARGE = {"rule_cases", "rule_person_uses", "message_caps", "incoming_events", "pix_orders", "messages"}
PLACE = (NEWEST.created_at, NEWEST.id)


async def _seed(pool: Pool) -> None:
    async with pool.acquire() as connection:
        await connection.execute("INSERT INTO companies (id, name) VALUES ($1, 'c')", COMPANY)
        await connection.execute("SELECT masteria_make_partitions($1)", LAST.date())
        await seed_events(connection, COMPANY, ROWS, LAST)
        for statement in (
            "INSERT INTO rule_cases (id, company_id, rule_id, version, event_id, order_id, state, due_at, cancel_on, "
            "created_at, updated_at) SELECT id, company_id, $1, 1, id, order_id, "
            "CASE WHEN random() < 0.2 THEN 'running' ELSE 'done' END, created_at + interval '10 years', "
            "ARRAY['order_approved'], created_at, created_at FROM incoming_events",
            "INSERT INTO pix_orders (company_id, order_id, event_ids, generated_at, seen_at) SELECT company_id, "
            "id::text, ARRAY[id], created_at, created_at FROM incoming_events WHERE $1::uuid IS NOT NULL",
            "INSERT INTO message_caps SELECT id, company_id, 1 FROM incoming_events WHERE $1::uuid IS NOT NULL",
            "INSERT INTO rule_person_uses SELECT id, company_id, ARRAY[created_at] FROM incoming_events "
            "WHERE $1::uuid IS NOT NULL",
        ):
            await connection.execute(statement, RULE)
        await connection.execute("VACUUM ANALYZE")


def _arguments(event: UUID, at: datetime) -> dict[str, list[Any]]:
    order, phone = "order-500", "+5511900000007"
    window = [COMPANY, *PLACE, OLDEST, 1_000, 51]
    counted = [COMPANY, OLDEST, NEWEST.created_at, 10_000]
    runs = json.dumps([{"rule_id": str(RULE)}])
    few = [str(number) for number in range(2)]
    return {
        "cases/claim_due": [200],
        "cases/claim_cases": [[event]],
        "cases/next_due": [],
        "cases/cancel_for_orders": [[COMPANY], [order], ["order_approved"], LAST],
        "cases/update_cases": [[event], ["done"], [None], [None], [None], [0], ["[]"], LAST],
        "cases/order_events": [[0], [COMPANY], [order]],
        "cases/get_events": [[event], [at], at, at],
        "cases/add_keys": [[event], [COMPANY], [event], [COMPANY]],
        "cases/lock_order_caps": [[event]],
        "cases/lock_person_uses": [[event]],
        "cases/set_order_caps": [[event], [1]],
        "cases/add_person_uses": [[event], [LAST], [1], LAST],
        "cases/load_templates": [[COMPANY], [event]],
        "cases/load_sessions": [[COMPANY], [event]],
        "cases/contact_tags": [[COMPANY], [phone]],
        "rule_runs/scan_rule_runs": [*window, runs],
        "rule_runs/count_hits": [*counted, runs],
        "rule_cases/scan_rule_cases": [*window, RULE, "running", None, None, None],
        "rule_cases/count_hits": [*counted, RULE, "running", None, None, None],
        "rule_cases/cases_of_event": [COMPANY, event],
        "rule_cases/get_rule_case": [COMPANY, RULE, event],
        "rule_cases/cancel_rule_case": [COMPANY, RULE, event, LAST],
        "rule_cases/order_events_of": [COMPANY, [order]],
        "pix_orders/scan_pix_orders": [*window, None, None, None, [RULE], LAST],
        "pix_orders/count_hits": [*counted, None, None, None, [RULE], LAST],
        "pix_orders/sum_orders": [COMPANY, OLDEST, LAST + timedelta(days=1), [RULE], 100],
        "pix_orders/waiting_reminders": [COMPANY, str(event), [RULE]],
        "pix_orders/cancel_reminders": [COMPANY, order, [RULE], LAST],
        "pix_orders/has_order": [COMPANY, str(event)],
        "pix_orders/record_events": [
            [COMPANY] * 2,
            few,
            [str(event)] * 2,
            *([None] * 2 for _ in range(2)),
            [1] * 2,
            [LAST] * 2,
            [None] * 2,
            [None] * 2,
            [None] * 2,
            [LAST] * 2,
        ],
        "flows/get_flow": [COMPANY, "pix"],
        "flows/lock_flow": [COMPANY, "pix"],
        "flows/put_flow": [event, COMPANY, "pix", True, "{}", LAST],
        "flows/delete_flow": [COMPANY, "pix"],
        "flows/link_rule": [COMPANY, RULE, event, "created"],
        "flows/list_flow_rules": [COMPANY, event],
    }


async def test_no_query_reads_a_large_table_from_end_to_end(pool: Pool) -> None:
    await _seed(pool)
    event = await pool.fetchrow("SELECT id, created_at FROM incoming_events ORDER BY id LIMIT 1")
    assert event is not None
    read: dict[str, list[str]] = {}
    async with pool.acquire() as connection:
        for name, arguments in _arguments(event["id"], event["created_at"]).items():
            transaction = connection.transaction()
            await transaction.start()
            plan = json.loads(
                await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query(name)}", *arguments)
            )
            await transaction.rollback()
            scanned = [table for table in _sequential(plan[0]["Plan"]) if table.rsplit("_20", 1)[0] in LARGE]
            if scanned:
                read[name] = scanned
        assert read == {}
        # The sums of all time look at the newest codes alone, however many there are.
        await connection.execute("UPDATE pix_orders SET approved_at = generated_at WHERE generated_at IS NOT NULL")
        explained = await connection.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query('pix_orders/sum_orders')}",
            *(COMPANY, OLDEST, LAST + timedelta(days=1), [RULE], 100),
        )
    plan = json.loads(explained)[0]["Plan"]
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 3_000
    assert plan["Plans"][0]["Actual Rows"] <= 100


def _sequential(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan" and plan.get("Actual Rows", 0) + plan.get("Rows Removed by Filter", 0) > 1_000:
        yield plan["Relation Name"]
    for inner in plan.get("Plans", ()):
        yield from _sequential(inner)


def test_every_query_of_these_areas_is_looked_at() -> None:
    folder = Path(storage.__file__).parent / "sql"
    stored = {f"{area}/{file.stem}" for area in AREAS for file in (folder / area).glob("*.sql")}
    assert stored == set(_arguments(RULE, LAST))


@pytest.mark.parametrize("area", AREAS)
def test_every_query_begins_with_its_purpose_and_its_index(area: str) -> None:
    for file in (Path(storage.__file__).parent / "sql" / area).glob("*.sql"):
        lines = file.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("-- "), file
        assert lines[1].startswith("-- "), file
