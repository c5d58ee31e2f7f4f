"""A small batch stored by one statement: the same rows as by the general way, or none at all."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

import storage.ingest
from actors.counting import count_stored
from engine.errors import NotOwner
from engine.metrics import EVENT, Delta
from engine.wire import Intake
from storage.deliveries import DELIVERY_COLUMNS
from storage.ingest import store_any
from storage.ingest_plain import LIMIT, MESSAGE_FIELDS, RecentKeys, is_plain, store_plain
from storage.ingest_rows import EVENT_COLUMNS, DeliveryWrite, Stored
from storage.message_rows import MessageRow
from storage.pool import Pool
from storage.queries import query
from storage.shards import take_over
from tests.actors.shard_rig import ShardRig, make_rig, new_id, now_ms
from tests.seeding import seed_events

TABLES = ("reach_queue", "event_keys", "deliveries", "incoming_events", "messages", "message_queue", "metric_deltas")


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[ShardRig]:
    made = await make_rig(pool, database_url)
    yield made
    await made.lanes.close()


@pytest.fixture
def ways(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Which ways the batches took: ``plain`` (stored), ``refused`` (tried, nothing stored), ``general``."""
    taken: list[str] = []

    async def plain(*arguments: Any) -> Stored | None:
        stored = await store_plain(*arguments)
        taken.append("refused" if stored is None else "plain")
        return stored

    async def general(*arguments: Any) -> Stored:
        taken.append("general")
        return await store_any(*arguments)

    monkeypatch.setattr(storage.ingest, "store_plain", plain)
    monkeypatch.setattr(storage.ingest, "store_any", general)
    yield taken


def order(event_id: str, event_type: str = "order_approved", **fields: object) -> str:
    named = {"phone": "11900000000", "customerName": "Maria Silva", "orderId": "o-1", "total": 97.5}
    return json.dumps({"eventType": event_type, "eventId": event_id, **named, **fields})


async def written(rig: ShardRig) -> dict[str, list[dict[str, Any]]]:
    return {table: [dict(row) for row in await rig.pool.fetch(f"SELECT * FROM {table} ORDER BY 1")] for table in TABLES}


async def counted(rig: ShardRig) -> int:
    """Return how many events the delta rows tell of, each of which has its transaction's number in its lane."""
    deltas = [(row["writer"], row["seq"], row["data"]) for row in await rig.rows("SELECT * FROM metric_deltas")]
    assert sorted(deltas) == sorted(
        (lane.writer, lane.seq, stored.delta.encode().decode()) for lane, _, stored in rig.commits if stored.delta
    )
    changes = [change for _, _, data in deltas for change in Delta.decode(data.encode()).changes()]
    return sum(change.n for change in changes if change.kind == EVENT)


async def read(rig: ShardRig, *items: Intake) -> list[DeliveryWrite]:
    company = await rig.ingestor._company(rig.company_id.bytes)
    assert company is not None
    return [rig.ingestor._reader.delivery(company, item) for item in items]


async def test_both_ways_write_the_same_rows(rig: ShardRig) -> None:
    await rig.add_rule({"trigger": {"event_type": "order_approved"}})
    await rig.add_rule({"trigger": {"event_type": "order_approved"}, "delay_s": 600})
    two = f"[{order('a-1')},{order('a-2', 'order_refunded', orderId=None, total='1.234,56')}]"
    items = [rig.intake(order("e-1", note="ação \U0001f600")), rig.intake(two, events=2)]
    deliveries = await read(rig, *items)
    said = deliveries[0].events[0].messages
    said[1] = said[1]._replace(variant='{"id": "0199", "template_version": 2}')
    assert is_plain(deliveries)
    found: list[tuple[dict[str, list[dict[str, Any]]], Stored | None]] = []
    moment = now_ms()
    for way in (store_any, store_plain):
        async with rig.lanes.take() as lane:
            connection, place = await lane.open()
            stored = await way(connection, place, rig.ingestor.epochs, deliveries, count_stored, moment)
        found.append((await written(rig), stored))
        await rig.pool.execute(f"TRUNCATE {', '.join(TABLES)}")
        lane.drop()
    (general_rows, general), (plain_rows, plain) = found
    for rows in (general_rows, plain_rows):
        for delta in rows["metric_deltas"]:
            assert (delta.pop("writer")[:8], delta.pop("epoch") > 0, delta["seq"]) == ("shard-0/", True, 1)
    assert plain_rows == general_rows
    assert {table: bool(rows) for table, rows in plain_rows.items()} == dict.fromkeys(TABLES, True)
    assert [row["variant"] for row in plain_rows["messages"]].count(said[1].variant) == 1
    assert len(plain_rows["messages"]) == len(plain_rows["message_queue"]) == 4
    assert plain is not None
    assert general is not None
    assert (plain.answers, plain.fresh, plain.messages) == (general.answers, general.fresh, general.messages)
    assert plain.delta is not None
    assert general.delta is not None
    assert (plain.seq, plain.delta.encode()) == (general.seq, general.delta.encode())


async def test_new_events_take_one_statement_and_one_delta_each(rig: ShardRig, ways: list[str]) -> None:
    await rig.post(order("e-1"), order("e-2"))
    await rig.post(order("e-3"))
    assert ways == ["plain", "plain"]
    assert await rig.pool.fetchval("SELECT count(*) FROM incoming_events") == 3
    assert await counted(rig) == 3


async def test_a_repetition_goes_the_general_way_without_a_try(rig: ShardRig, ways: list[str]) -> None:
    [first] = await rig.post(order("e-1"))
    [again] = await rig.post(order("e-1", note="other"))
    twice = await rig.post(order("e-2"), order("e-2"))
    assert (again.first_ids, again.duplicates) == (first.first_ids, [True])
    assert [answer.duplicates for answer in twice] == [[False], [True]]
    assert ways == ["plain", "general", "general"]


async def test_a_repetition_that_is_not_remembered_stores_nothing_by_itself(rig: ShardRig, ways: list[str]) -> None:
    [first] = await rig.post(order("e-1"))
    rig.ingestor._recent = RecentKeys()
    known, fresh = await rig.post(order("e-1"), order("e-2"))
    assert (known.first_ids, known.duplicates, fresh.duplicates) == (first.first_ids, [True], [False])
    assert ways == ["plain", "refused", "general"]
    assert await rig.pool.fetchval("SELECT count(*) FROM incoming_events") == 2
    assert await rig.pool.fetchval("SELECT count(*) FROM deliveries") == 3
    assert await counted(rig) == 2


@pytest.mark.parametrize("remembered", [True, False])
async def test_a_try_after_an_unknown_commit_finds_itself(rig: ShardRig, ways: list[str], remembered: bool) -> None:
    await rig.add_rule({"trigger": {"event_type": "order_approved"}})
    item = rig.intake(order("e-1"))
    once = await rig.ingestor.ingest([item])
    before = await written(rig)
    if not remembered:
        rig.ingestor._recent = RecentKeys()
    for lane in rig.lanes.all:
        lane.drop()  # what a lane does when it does not know how its commit went
    assert await rig.ingestor.ingest([item]) == once
    assert await written(rig) == before
    assert ways == ["plain", "general"] if remembered else ["plain", "refused", "general"]


async def test_a_key_taken_meanwhile_undoes_the_whole_statement(rig: ShardRig, ways: list[str]) -> None:
    first, second = rig.intake(order("e-1")), rig.intake(order("e-1"))
    [rival] = await read(rig, first)
    async with rig.pool.acquire() as connection, connection.transaction():
        [event] = rival.events
        await connection.execute(
            "INSERT INTO event_keys VALUES ($1, $2, $3)", event.key, rig.company_id, event.event_id
        )
        posting = asyncio.create_task(rig.ingestor.ingest([rig.intake(order("e-0")), second]))
        await _until_somebody_waits(rig.pool)
    [fresh, known] = await posting
    assert (fresh.duplicates, known.duplicates, known.first_ids) == ([False], [True], first.event_ids)
    assert ways == ["refused", "general"]
    assert await rig.pool.fetchval("SELECT count(*) FROM incoming_events") == 1
    assert await rig.pool.fetchval("SELECT count(*) FROM metric_deltas") == 1


async def _until_somebody_waits(pool: Pool) -> None:
    async with asyncio.timeout(10):
        while not await pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            pass


async def test_a_stolen_epoch_stores_nothing(rig: ShardRig, ways: list[str]) -> None:
    await take_over(rig.pool, 0)
    with pytest.raises(NotOwner):
        await rig.post(order("e-1"))
    assert ways == ["refused", "general"]
    assert not any((await written(rig)).values())


async def test_an_epoch_stolen_while_the_statement_waits_stores_nothing(rig: ShardRig, ways: list[str]) -> None:
    async with rig.pool.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE shard_buckets SET epoch = epoch + 1")
        posting = asyncio.create_task(rig.post(order("e-1")))
        await _until_somebody_waits(rig.pool)
    with pytest.raises(NotOwner):
        await posting
    assert ways == ["refused", "general"]
    assert not any((await written(rig)).values())


@pytest.mark.parametrize(
    "column, value",
    [
        ("payload", '{"a": "\\u0000"}'),
        ("payload", '{"a": 1e999999}'),
        ("payload", "[" * 20_000 + "]" * 20_000),
        ("customer_name", "NUL \x00"),
        ("customer_name", "surrogate \ud800"),
        ("order_value_cents", 1 << 63),
        ("order_id", "".join(chr(0x4E00 + number * 7919 % 20_000) for number in range(9_000))),
    ],
    ids=["nul", "number", "nesting", "text nul", "surrogate", "cents", "index entry"],
)
async def test_a_refused_value_stores_nothing_and_the_lane_goes_on(rig: ShardRig, column: str, value: object) -> None:
    deliveries = await read(rig, rig.intake(order("e-1")), rig.intake(order("e-2")))
    deliveries[1].events[0].row[EVENT_COLUMNS.index(column)] = value
    async with rig.lanes.take() as lane:
        connection, place = await lane.open()
        given = (connection, place, rig.ingestor.epochs, deliveries, count_stored, now_ms())
        assert await store_plain(*given) is None
        assert not any((await written(rig)).values())
        fine = (connection, place, rig.ingestor.epochs, deliveries[:1], count_stored, now_ms())
        assert await store_plain(*fine) is not None


async def test_a_delta_number_in_use_stores_nothing_and_is_told_as_ever(rig: ShardRig) -> None:
    first, second = await read(rig, rig.intake(order("e-1"))), await read(rig, rig.intake(order("e-2")))
    async with rig.lanes.take() as lane:
        connection, place = await lane.open()
        assert await store_plain(connection, place, rig.ingestor.epochs, first, count_stored, now_ms()) is not None
        before = await written(rig)
        with pytest.raises(asyncpg.UniqueViolationError):
            await storage.ingest.store(
                connection, place, rig.ingestor.epochs, second, count_stored, now_ms(), RecentKeys()
            )
        assert await written(rig) == before


async def test_an_event_that_calls_messages_off_goes_the_general_way_only_if_one_waits(
    rig: ShardRig, ways: list[str]
) -> None:
    await rig.add_rule({"trigger": {"event_type": "pix_created"}, "delay_s": 600, "cancel_on": ["order_approved"]})
    await rig.post(order("e-1", "pix_created", orderId="o-1"))
    await rig.post(order("e-2", orderId="o-2"))
    await rig.post(order("e-3", orderId="o-1"))
    assert ways == ["general", "plain", "refused", "general"]
    assert [row["status"] for row in await rig.rows("SELECT status FROM messages")] == ["cancelled"]


async def test_what_takes_a_look_at_other_rows_is_not_plain(rig: ShardRig) -> None:
    [plain] = await read(rig, rig.intake(order("e-1")))
    await rig.add_rule({"trigger": {"event_type": "order_approved"}})
    [sends] = await read(rig, rig.intake(order("e-2")))
    [message] = sends.events[0].messages
    assert is_plain([plain, sends])
    assert not is_plain([plain, plain])
    many = await read(rig, *(rig.intake(order(f"m-{number}")) for number in range(LIMIT + 1)))
    assert is_plain(many[:LIMIT])
    assert not is_plain(many)
    for other in (message._replace(category="marketing"), message._replace(cancel_on=["x"]), _with_content(message)):
        sends.events[0].messages[:] = [other]
        assert not is_plain([sends])
    [unread] = await read(rig, rig.intake("no JSON"))
    assert not is_plain([unread])
    [spilled] = await read(rig, rig.intake(order("e-3"), flags=4))
    assert not is_plain([spilled])
    plain.events[0].earlier = (new_id(), 0)
    assert not is_plain([plain])


def _with_content(message: MessageRow) -> MessageRow:
    return message._replace(content="{}")


async def test_the_types_have_the_columns_in_the_order_that_is_sent(pool: Pool) -> None:
    """Where this fails a column came: make a type with another name in a new migration, and name it in the SQL."""

    async def attributes(name: str) -> tuple[str, ...]:
        type_of = await pool.fetchval(
            "SELECT array_agg(attname ORDER BY attnum) FROM pg_attribute WHERE attrelid = "
            "$1::text::regclass AND NOT attisdropped",
            name,
        )
        return tuple(type_of)

    assert await attributes("ingest_delivery") == DELIVERY_COLUMNS
    assert await attributes("ingest_event") == EVENT_COLUMNS
    assert await attributes("ingest_message") == MessageRow._fields[:MESSAGE_FIELDS]


def test_remembered_keys_are_bounded_and_the_newest_stay() -> None:
    keys = [new_id() for _ in range(100)]
    recent = RecentKeys(10)
    assert not any(recent.repeat([key]) for key in keys)
    assert all(recent.repeat([key]) for key in keys[-10:])
    assert not recent.repeat(keys[:1])
    assert recent.repeat([keys[50], keys[50]])
    assert len(recent._newer) + len(recent._older) <= 20


async def test_the_statement_reads_no_large_table(rig: ShardRig) -> None:
    """Its one plan for all arguments (generic) reaches keys, buckets and the queue by their indexes."""
    async with rig.pool.acquire() as connection:
        await seed_events(connection, rig.company_id, 20_000, datetime(2026, 11, 20, 12, tzinfo=UTC))
    await rig.pool.execute("INSERT INTO event_keys SELECT id, company_id, id FROM incoming_events")
    await rig.pool.execute(
        "INSERT INTO message_queue SELECT id, company_id, $1, 'bulk', order_id, ARRAY['x'], created_at, created_at "
        "FROM incoming_events",
        rig.session_id,
    )
    await rig.pool.execute(
        "INSERT INTO rule_cases (id, company_id, rule_id, version, event_id, order_id, state, due_at, cancel_on, "
        "created_at, updated_at) SELECT id, company_id, $1, 1, id, order_id, 'running', created_at, ARRAY['x'], "
        "created_at, created_at FROM incoming_events",
        rig.session_id,
    )
    await rig.pool.execute("ANALYZE")
    async with rig.pool.acquire() as connection:
        await connection.execute("SET plan_cache_mode = force_generic_plan")
        await connection.execute(f"PREPARE plain AS {query('ingest/store_plain')}")
        nothing = ", ".join(["'{}'"] * 8 + ["''", "0", "0", "0", "'{}'"] + ["'{}'"] * 9)
        plan = json.loads(await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE plain ({nothing})"))
    found = set(_scans(plan[0]["Plan"]))
    assert ("Seq Scan", "event_keys") not in found
    assert ("Seq Scan", "message_queue") not in found
    assert ("Seq Scan", "rule_cases") not in found
    people = {"suppressions", "erased_suppressions"}
    assert {table for _, table in found} == {"event_keys", "message_queue", "rule_cases", "shard_buckets"} | people


def _scans(plan: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if "Scan" in plan["Node Type"] and "Relation Name" in plan:
        yield plan["Node Type"], plan["Relation Name"]
    for inner in plan.get("Plans", ()):
        yield from _scans(inner)
