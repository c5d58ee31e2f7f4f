"""The hot path reads by index, however large its tables have grown."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from engine.ids import id_time, ms_to_time
from storage.pool import Pool
from storage.queries import query
from tests.actors.sending_kit import World, new_id, now_ms


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


def scans(plan: dict[str, Any]) -> list[str]:
    """Return the tables that a plan reads from end to end."""
    found = [plan["Relation Name"]] if plan["Node Type"] == "Seq Scan" else []
    return found + [name for part in plan.get("Plans", []) for name in scans(part)]


def partitions(plan: dict[str, Any]) -> set[str]:
    here = {plan["Relation Name"]} if "Relation Name" in plan else set()
    return here.union(*(partitions(part) for part in plan.get("Plans", [])))


async def test_no_query_of_the_hot_path_reads_a_large_table_from_end_to_end(world: World) -> None:
    session = await world.add_session()
    rows = [row for _ in range(10) for row in await world.queue(session, 2_000)]
    some = rows[:100]
    ids, times = [row.id for row in some], [row.created_at for row in some]
    span = min(times), max(times)
    await world.pool.execute(
        "INSERT INTO message_attempts SELECT id, created_at, company_id, session_id, id, 1, 'accepted', id::text, NULL,"
        " now() FROM messages"
    )
    await world.pool.execute(
        "INSERT INTO portfolio_users"
        " SELECT $1, 'w', n::text, now() + interval '1 h' FROM generate_series(1, 20000) AS n",
        world.company,
    )
    await world.pool.execute(
        "INSERT INTO marketing_people SELECT $1, n::text, now(), 1 FROM generate_series(1, 20000) AS n", world.company
    )
    await world.pool.execute(
        "INSERT INTO window_waits SELECT $1, id, $2, to_phone FROM messages", session, world.company
    )
    await world.pool.execute(
        "INSERT INTO incoming_events (id, company_id, created_at, delivery_id, source, event_type, state,"
        " customer_phone, order_id, occurred_at, signature, payload)"
        " SELECT id, company_id, created_at, id, 'whatsapp', 'message_received', 'processed', to_phone, id::text,"
        " created_at, 'valid', '{}' FROM messages"
    )
    await world.pool.execute("INSERT INTO event_keys SELECT id, company_id, id FROM messages")
    await world.pool.execute(
        "INSERT INTO uncertain_messages SELECT id, company_id, $1, 'bulk', now() FROM messages", session
    )
    await world.pool.execute(
        "INSERT INTO dead_letters (id, company_id, kind, message_id, class, reason, created_at)"
        " SELECT id, company_id, 'message', id, 'suppress', 'x', created_at - interval '1 d' FROM messages"
    )
    await world.pool.execute("ANALYZE")
    large = {row["relname"] for row in await world.pool.fetch("SELECT relname FROM pg_class WHERE reltuples > 1000")}
    texts = [row.id.hex for row in some]
    window = timedelta(seconds=1)
    now = ms_to_time(now_ms())
    calls: dict[str, tuple[object, ...]] = {
        "sending/lock_messages": (ids, times, *span, None),
        "sending/update_messages": (
            ids,
            times,
            ["accepted"] * 100,
            [None] * 100,
            [1] * 100,
            [None] * 100,
            texts,
            [None] * 100,
            ["[]"] * 100,
            now,
            *span,
            [None] * 100,
        ),
        "sending/read_parcels": (ids, times, *span),
        "sending/read_messages": (ids, times, *span),
        "sending/claim_due": (100, window),
        "sending/next_due": (),
        "sending/cancel_queued": (ids, world.company),
        "sending/leave_queue": (ids,),
        "suppressions/suppress_recipients": (ids, times, texts, now, *span),
        "suppressions/find_stops": ([world.company] * 100, texts, [bytes(16)] * 100),
        "undeliverable/note_refusals": (ids, times, now, *span),
        "undeliverable/find_people": ([world.company] * 100, texts),
        "undeliverable/forget_delivered": (ids, times, *span, [world.company]),
        "countries/read_phones": (ids, times, *span),
        "countries/find_barred": ([world.company] * 100, texts),
        "sending/read_template_names": (ids, times, *span),
        "sending/pause_sessions": (world.company, [session], "r", None, "token", now),
        "sending/stop_template": (world.company, "pix", "pt_BR", "r", now, now),
        "sending/postpone_queued": (ids, [now] * 100),
        "sending/leave_for_later": (ids, window),
        "sending/hold_session": (session, 100),
        "sending/release_session": (session, ["session_paused"], 100),
        "sending/refill_session": (session, ids, 100, window),
        "sending/find_attempt": (ids[0], id_time(ids[0]), ids[0]),
        "sending/find_open_dispatches": ([session], window, []),
        "sending/release_waiting": (ids,),
        "sending/release_budgets": (session, ["daily_cap"], 100),
        "budgets/read_windows": ([world.company] * 100, [session] * 100, texts),
        "budgets/claim_users": (world.company, "w", texts, [250] * 100, 0, window),
        "budgets/next_places": (world.company, "w", 10, 10),
        "budgets/claim_marketing": ([world.company] * 100, texts, 2),
        "budgets/marketing_ends": ([world.company] * 100, texts),
        "budgets/give_back_marketing": ([world.company] * 100, texts, [1] * 100),
        "budgets/forget_people": (100,),
        "budgets/look_at_waits": (session, ids[0], 100),
        "statuses/find_by_provider_id": (texts, [world.company] * 100),
        "ingest/find_keys": (ids,),
        "ingest/claim_keys": (ids, [world.company] * 100, ids, [1], [1]),
        "ingest/cancel_for_orders": ([world.company] * 100, texts, ["order_approved"] * 100, now, "now"),
        "ingest/find_cancelling_events": (
            list(range(100)),
            [world.company] * 100,
            texts,
            ids,
            ["order_approved"] * 100,
        ),
        "metrics/find_oldest_due": ([session],),
        "metrics/newest_events": (world.company, 12, span[0]),
        "metrics/messages_of_events": (ids, world.company, span[0]),
        "statuses/resolve_dead_letters": ([world.company], ids, now),
        "sending/claim_uncertain": (100,),
        "sending/dispatch": (
            [session],
            [1],
            "owner",
            window,
            ids,
            [ids[0]] * 100,
            [1] * 100,
            [new_id()],
            [world.company],
            [session],
            [1],
        ),
    }
    async with world.pool.acquire() as connection:
        for name, arguments in calls.items():
            raw = await connection.fetchval(f"EXPLAIN (FORMAT JSON) {query(name)}", *arguments)
            plan = json.loads(raw)[0]["Plan"]
            assert large.isdisjoint(scans(plan)), name
            if name.startswith("sending/") and name.endswith(("_messages", "_parcels")):
                assert len({table for table in partitions(plan) if table.startswith("messages_")}) == 1, name
