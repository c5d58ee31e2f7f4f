"""PARAR comes in by Meta's door: in the same transaction the person is stopped, and VOLTAR lifts it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from engine.ids import ms_to_time
from engine.wire import DONE, FLAG_CARRIES, KIND_META
from storage.due import claim_due
from storage.ingest_plain import is_plain
from storage.person_digest import person_digest
from storage.pool import Pool
from storage.suppressions import set_policy
from tests.actors.shard_rig import ShardRig, make_rig, now_ms

WA_ID = "5511987654321"
PHONE = "+5511987654321"


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[ShardRig]:
    made = await make_rig(pool, database_url)
    await pool.execute("INSERT INTO meta_apps (app_id, company_id, sealed) VALUES ('7', $1, '')", made.company_id)
    await pool.execute("UPDATE sessions SET app_id = '7', waba_id = '900', phone_number_id = '100'")
    await made.ingestor.reload(made.company_id.bytes)
    yield made
    await made.lanes.close()


async def write(rig: ShardRig, text: str, number: int, at_s: int | None = None) -> None:
    """The person writes a message."""
    message = {
        "from": WA_ID,
        "id": f"wamid.{number}",
        "timestamp": str(at_s or now_ms() // 1000),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "metadata": {"phone_number_id": "100"},
        "contacts": [{"wa_id": WA_ID, "profile": {"name": "Ana"}}],
        "messages": [message],
    }
    body = json.dumps({"entry": [{"id": "900", "changes": [{"field": "messages", "value": value}]}]})
    item = rig.intake(body, kind=KIND_META, webhook_id=bytes(16), content_type="7", flags=FLAG_CARRIES)
    [answer] = await rig.ingestor.ingest([item])
    assert answer.code == DONE


def order(number: int, **more: Any) -> str:
    return json.dumps(
        {"eventType": "order_approved", "eventId": f"e-{number}", "phone": "11987654321", "customerName": "Ana", **more}
    )


async def messages(rig: ShardRig) -> list[tuple[str, str | None]]:
    rows = await rig.rows("SELECT status, reason FROM messages ORDER BY id")
    return [(row["status"], row["reason"]) for row in rows]


async def test_who_says_stop_gets_nothing_more_until_they_say_otherwise(rig: ShardRig) -> None:
    await rig.add_rule({"trigger": {"event_type": "order_approved"}})
    await rig.post(order(1))
    await write(rig, "Parar, por favor!", 1, at_s=1_000)
    rows = await rig.rows("SELECT phone, kind, active, source, event_id FROM suppressions")
    event_id = await rig.pool.fetchval("SELECT id FROM incoming_events WHERE event_type = 'message_received'")
    assert rows == [{"phone": PHONE, "kind": "all", "active": True, "source": "message", "event_id": event_id}]
    await rig.post(order(2))
    await rig.post(order(3, phone="11900000000"))
    assert await messages(rig) == [("skipped", "opted_out"), ("skipped", "opted_out"), ("queued", None)]
    await write(rig, "PARAR", 1, at_s=1_000)  # Meta repeats itself
    await write(rig, "VOLTAR", 2, at_s=2_000)
    await rig.post(order(4))
    assert (await messages(rig))[-1] == ("queued", None)
    await write(rig, "sair", 3, at_s=1_500)  # told late: the newer word stands
    await rig.post(order(5))
    assert (await messages(rig))[-1] == ("queued", None)


async def test_the_same_batch_that_stops_a_person_sends_them_nothing(rig: ShardRig) -> None:
    await rig.add_rule({"trigger": {"event_type": "message_received"}})
    await rig.add_rule({"trigger": {"event_type": "order_approved"}})
    await write(rig, "STOP", 1)
    assert await messages(rig) == [("queued", None)]  # what a rule makes of the opt-out itself: its confirmation
    await write(rig, "Oi, tudo bem?", 2)
    assert (await messages(rig))[-1] == ("skipped", "opted_out")
    later = ms_to_time(now_ms()) + timedelta(days=1)
    await rig.pool.execute("UPDATE message_queue SET look_at = now() - interval '1 second'")
    async with rig.pool.acquire() as connection, connection.transaction():
        due = await claim_due(connection, later, 10, 30.0)
    assert len(due.messages) == 1  # the confirmation also passes the second look


async def test_what_waits_is_skipped_at_once_and_counted(rig: ShardRig) -> None:
    await rig.add_rule({"trigger": {"event_type": "order_approved"}, "delay_s": 60})
    await rig.post(order(1), order(2, phone="11900000000"))
    await write(rig, "SAIR", 1)
    assert sorted(await messages(rig), key=str) == [("scheduled", None), ("skipped", "opted_out")]
    assert await rig.pool.fetchval("SELECT count(*) FROM message_queue") == 1
    counted = await rig.rows(
        "SELECT r->>3 AS status, sum((r->>5)::bigint)::int AS number FROM metric_deltas,"
        " json_array_elements(data->'rows') AS r WHERE r->>2 = 'message' GROUP BY 1 ORDER BY 1"
    )
    assert [(row["status"], row["number"]) for row in counted] == [("scheduled", 1), ("skipped", 1)]


async def test_an_erased_person_stays_stopped(rig: ShardRig) -> None:
    await rig.add_rule({"trigger": {"event_type": "order_approved"}})
    await rig.pool.execute(
        "INSERT INTO erased_suppressions (company_id, digest, kind, at) "
        "VALUES ($1, $2, 'all', now() - interval '1 day')",
        rig.company_id,
        person_digest(rig.company_id, PHONE),
    )
    company = await rig.ingestor._company(rig.company_id.bytes)
    assert company is not None
    assert is_plain([rig.ingestor._reader.delivery(company, rig.intake(order(1)))])
    await rig.post(order(1))
    assert await messages(rig) == [("skipped", "opted_out")]
    await write(rig, "voltar", 1)
    await rig.post(order(2))
    assert (await messages(rig))[-1] == ("queued", None)
    assert await rig.rows("SELECT * FROM erased_suppressions") == []


async def test_a_company_may_spare_utility(rig: ShardRig) -> None:
    template = await rig.pool.fetchval(
        "INSERT INTO templates (id, company_id, name, kind, body, category) "
        "VALUES (gen_random_uuid(), $1, 'pix', 'plain', 'Oi', 'utility') RETURNING id",
        rig.company_id,
    )
    send = {"session_id": str(rig.session_id), "template_id": str(template)}
    await rig.add_rule({"trigger": {"event_type": "order_approved"}, "action": {"send": send}})
    await write(rig, "PARAR", 1)
    await rig.post(order(1))
    await set_policy(rig.pool, rig.company_id, spares_utility=True)
    await rig.post(order(2))
    assert await messages(rig) == [("skipped", "opted_out"), ("queued", None)]
