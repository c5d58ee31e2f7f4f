"""Receipts against real Postgres: every order gives the same message, the same deltas and the same dead letters."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.ids import ms_to_time
from engine.message_states import at_text
from engine.metrics import MESSAGE, Delta
from storage.answers import Answer, record_answers
from storage.message_changes import Transition, count
from storage.message_rows import MessageRow
from storage.pool import Pool
from storage.statuses import fold, fold_many
from tests.actors.sending_kit import World, new_id, now_ms

FAILURE = json.dumps([{"code": 131026, "title": "Message undeliverable", "error_data": {"details": "x"}}])
RECEIPTS = ("sent", "delivered", "read", "failed")


@dataclass(frozen=True)
class Told:
    message_id: UUID | None
    provider_id: str
    status: str
    at_ms: int
    errors: str | None = None
    pricing: str | None = None


def receipt(row: MessageRow, status: str, *, known: bool = True) -> Told:
    second = (row.id.int >> 80) // 1000 + RECEIPTS.index(status) + 1
    return Told(
        row.id if known else None,
        f"wamid.{row.id}",
        status,
        second * 1000,
        FAILURE if status == "failed" else None,
    )


def answer(row: MessageRow, outcome: str = "accepted", status: str = "accepted", **fields: Any) -> Answer:
    ms = (row.id.int >> 80) + 5
    provider = f"wamid.{row.id}" if outcome == "accepted" else None
    return Answer(
        row.id,
        row.company_id,
        row.session_id,
        new_id(),
        1,
        outcome,
        status,
        1,
        at_text(ms),
        ms_to_time(ms),
        provider_id=provider,
        **fields,
    )


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


async def hear(world: World, row: MessageRow, what: str) -> list[Transition]:
    """One transaction of the sender's or of a shard's."""
    now = ms_to_time(now_ms())
    async with world.pool.acquire() as connection, connection.transaction():
        if what == "accepted":
            return (await record_answers(connection, [answer(row)], [], now)).transitions
        return await fold(connection, row.company_id, [receipt(row, what)], now)


def added_up(transitions: list[Transition]) -> dict[str, int]:
    delta = Delta()
    count(delta, transitions)
    return {change.key: change.n for change in delta.changes() if change.kind == MESSAGE}


def timeline(row: dict[str, Any]) -> list[str]:
    return [entry["status"] for entry in orjson.loads(row["timeline"])]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
async def test_every_order_gives_the_same_message_and_exact_deltas(world: World, data: st.DataObject) -> None:
    session = await world.add_session()
    chosen = data.draw(st.lists(st.sampled_from(("accepted", *RECEIPTS)), min_size=1, unique=True))
    first = data.draw(st.permutations(chosen))
    second = data.draw(st.permutations(chosen + [what for what in chosen if what != "accepted"]))
    stories = []
    for order in (first, second):
        row = world.message(session)
        await world.create([row])
        transitions = [change for what in order for change in await hear(world, row, what)]
        final = await world.row(row.id)
        assert added_up(transitions) == ({"queued": -1, final["status"]: 1} if final["status"] != "queued" else {})
        known = final["provider_id"] == f"wamid.{row.id}"
        stories.append((*(final[name] for name in ("status", "reason", "attempt", "error")), known, timeline(final)))
    assert stories[0] == stories[1]


async def test_all_24_orders_of_the_happy_path_end_at_read(world: World) -> None:
    session = await world.add_session()
    for order in permutations(("accepted", "sent", "delivered", "read")):
        (row,) = await world.queue(session, 1)
        for what in order:
            await hear(world, row, what)
        final = await world.row(row.id)
        assert final["status"] == "read"
        assert [entry["status"] for entry in orjson.loads(final["timeline"])] == [
            "accepted",
            "sent",
            "delivered",
            "read",
        ]


async def test_several_receipts_of_one_batch_are_one_change(world: World) -> None:
    session = await world.add_session()
    rows = await world.queue(session, 3)
    heard = [(world.company, receipt(row, status)) for row in rows for status in ("read", "sent", "sent", "delivered")]
    async with world.pool.acquire() as connection, connection.transaction():
        transitions = await fold_many(connection, heard)
    assert [(change.old, change.new) for change in transitions] == [("queued", "read")] * 3


async def test_a_receipt_without_our_id_finds_its_message_by_whatsapps(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1)
    await hear(world, row, "accepted")
    async with world.pool.acquire() as connection, connection.transaction():
        await fold(connection, world.company, [receipt(row, "delivered", known=False)])
    assert (await world.row(row.id))["status"] == "delivered"


async def test_another_company_changes_nothing(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1)
    await hear(world, row, "accepted")
    other = await world.add_company()
    async with world.pool.acquire() as connection, connection.transaction():
        told = [receipt(row, "read"), receipt(row, "read", known=False)]
        assert await fold(connection, other, told) == []
    assert (await world.row(row.id))["status"] == "accepted"


async def test_a_failure_makes_one_dead_letter_and_a_delivery_takes_it_back(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1)
    for what in ("accepted", "sent", "failed", "failed"):
        await hear(world, row, what)
    final = await world.row(row.id)
    assert (final["status"], final["reason"]) == ("failed", "whatsapp_131026")
    assert json.loads(final["error"])["meaning"]["pt"]
    letters = await world.pool.fetch("SELECT * FROM dead_letters WHERE message_id = $1", row.id)
    assert [(letter["class"], letter["code"], letter["resolved_at"]) for letter in letters] == [
        ("permanent", "131026", None)
    ]
    await hear(world, row, "delivered")
    assert await world.pool.fetchval("SELECT resolution FROM dead_letters WHERE message_id = $1", row.id) == "delivered"


async def test_a_receipt_resolves_an_uncertain_message(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1)
    now = ms_to_time(now_ms())
    uncertain = answer(row, "uncertain", "uncertain", decide_at=now + timedelta(seconds=60))
    async with world.pool.acquire() as connection, connection.transaction():
        recorded = await record_answers(connection, [uncertain], [], now)
    assert (recorded.uncertain, (await world.row(row.id))["status"]) == (1, "uncertain")
    await hear(world, row, "sent")
    final = await world.row(row.id)
    assert (final["status"], final["provider_id"]) == ("sent", f"wamid.{row.id}")
    assert await world.pool.fetchval("SELECT count(*) FROM uncertain_messages") == 0


async def test_a_message_with_a_receipt_never_becomes_uncertain_or_queued_again(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1)
    await hear(world, row, "sent")
    now = ms_to_time(now_ms())
    for late in (
        answer(row, "uncertain", "uncertain", decide_at=now),
        answer(row, "retry", "queued", due_at=now, look_at=now),
    ):
        async with world.pool.acquire() as connection, connection.transaction():
            assert (await record_answers(connection, [late], [], now)).transitions == []
    assert (await world.row(row.id))["status"] == "sent"
    assert await world.pool.fetchval("SELECT count(*) FROM uncertain_messages") == 0


async def test_statuses_are_folded_beside_their_first_version(world: World) -> None:
    """Nothing indexed changes, so that nearly every update stays on its page and off the indexes."""
    session = await world.add_session()
    for row in await world.queue(session, 20):
        for what in ("accepted", "sent", "delivered", "read"):
            await hear(world, row, what)
    await world.pool.execute("SELECT pg_stat_force_next_flush()")
    await world.until("SELECT sum(n_tup_upd) FROM pg_stat_user_tables WHERE relname LIKE 'messages\\_%'", 80)
    hot = await world.pool.fetchval(
        "SELECT sum(n_tup_hot_upd) FROM pg_stat_user_tables WHERE relname LIKE 'messages\\_%'"
    )
    assert hot >= 64


async def test_what_a_message_costs_is_kept_from_the_status_that_tells_it(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1)
    told = json.dumps({"pricing": {"billable": True, "category": "utility"}})
    sent = replace(receipt(row, "sent"), pricing=told)
    for one in (sent, receipt(row, "delivered"), receipt(row, "read")):
        async with world.pool.acquire() as connection, connection.transaction():
            await fold_many(connection, [(world.company, one)])
    stored = await world.row(row.id)
    assert (stored["status"], json.loads(stored["pricing"])) == ("read", json.loads(told))


async def test_an_opaque_value_that_is_no_id_of_ours_disturbs_nobody(world: World) -> None:
    """Another system's random UUID holds, one time in ten, a time beyond the year 9999."""
    session = await world.add_session()
    (row,) = await world.queue(session, 1)
    strangers = [UUID(int=(1 << 128) - 1), UUID("f47ac10b-58cc-4372-a567-0e02b2c3d479")]
    heard = [replace(receipt(row, "read"), message_id=stranger) for stranger in strangers]
    async with world.pool.acquire() as connection, connection.transaction():
        await fold_many(connection, [(world.company, one) for one in (*heard, receipt(row, "sent"))])
    assert (await world.row(row.id))["status"] == "sent"
