"""A batch becomes rows exactly once, whatever is in it and however often it comes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from engine.errors import NotOwner, StorageAway
from engine.sharding import bucket_of
from engine.wire import DONE, FLAG_CARRIES, FLAG_SPILLED, GONE, KIND_META, NOT_OWNER
from masteria.embedded import start_postgres
from storage.pool import Pool
from storage.shards import take_over
from tests.actors.shard_rig import IDS, ShardRig, make_rig, new_id, now_ms

VECTORS: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "vectors" / "webhooks.json").read_text())


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[ShardRig]:
    made = await make_rig(pool, database_url)
    yield made
    await made.lanes.close()


def order(event_id: str, event_type: str = "order_approved", **fields: object) -> str:
    return json.dumps({"eventType": event_type, "eventId": event_id, "phone": "11900000000", **fields})


async def test_an_event_is_stored_with_its_bytes_and_counted_once(rig: ShardRig) -> None:
    [answer] = await rig.post(order("e-1", total=97))
    assert (answer.code, answer.duplicates) == (DONE, [False])
    [event] = await rig.rows("SELECT * FROM incoming_events")
    assert event["id"].bytes == answer.first_ids[0]
    assert (event["event_type"], event["external_id"], event["order_value_cents"]) == ("order_approved", "e-1", 9700)
    [delivery] = await rig.rows("SELECT * FROM deliveries WHERE id = $1", event["delivery_id"])
    assert delivery["raw_body"] == order("e-1", total=97).encode()
    [delta] = await rig.rows("SELECT data::jsonb->'rows' AS counted, seq FROM metric_deltas")
    assert delta["seq"] == 1
    counted = json.loads(delta["counted"])
    assert [row[2:4] for row in counted[:2]] == [["event", "order_approved"], ["state", "processed"]]
    assert ["webhook", "accepted", rig.webhook_id.hex, 1] in [row[2:] for row in counted]


async def test_a_repetition_and_an_unparsed_body_are_counted_for_their_webhook(rig: ShardRig) -> None:
    await rig.post(order("e-1"))
    await rig.post(order("e-1"), "no json")
    deltas = await rig.rows("SELECT data::jsonb->'rows' AS counted FROM metric_deltas ORDER BY seq")
    rows = [row for delta in deltas for row in json.loads(delta["counted"]) if row[2] == "webhook"]
    assert {(row[3], row[4], row[5]) for row in rows} == {
        (verdict, rig.webhook_id.hex, 1) for verdict in ("accepted", "duplicate", "unparsed")
    }


async def test_the_same_id_ten_times_at_once_is_one_event(rig: ShardRig) -> None:
    answers = await asyncio.gather(*(rig.post(order("e-1")) for _ in range(10)))
    assert sorted(answer.duplicates[0] for [answer] in answers) == [False] + [True] * 9
    assert len({answer.first_ids[0] for [answer] in answers}) == 1
    assert await rig.pool.fetchval("SELECT count(*) FROM incoming_events") == 1
    duplicates = await rig.rows("SELECT raw_body FROM deliveries WHERE duplicate")
    assert [row["raw_body"] for row in duplicates] == [None] * 9


async def test_a_duplicate_keeps_its_bytes_only_when_they_differ(rig: ShardRig) -> None:
    await rig.post(order("e-1", note="first"))
    await rig.post(order("e-1", note="other"))
    [repeat] = await rig.rows("SELECT raw_body FROM deliveries WHERE duplicate")
    assert repeat["raw_body"] == order("e-1", note="other").encode()


async def test_a_batch_with_the_same_id_twice_has_one_winner(rig: ShardRig) -> None:
    first, second = await rig.post(order("e-1"), order("e-1"))
    assert (first.duplicates, second.duplicates) == ([False], [True])
    assert first.first_ids == second.first_ids


async def test_the_same_request_tried_again_finds_itself(rig: ShardRig) -> None:
    item = rig.intake(order("e-1"))
    once = await rig.ingestor.ingest([item])
    again = await rig.ingestor.ingest([item])
    assert once == again
    assert await rig.pool.fetchval("SELECT count(*) FROM deliveries") == 1


async def test_events_without_an_id_are_never_merged(rig: ShardRig) -> None:
    body = json.dumps({"eventType": "order_approved", "phone": "11900000000"})
    answers = await rig.post(body, body)
    assert [answer.duplicates for answer in answers] == [[False], [False]]


async def test_same_bytes_merge_when_the_webhook_asks_for_it(rig: ShardRig) -> None:
    await rig.pool.execute("UPDATE webhooks SET dedupe = '{\"same_bytes_minutes\": 5}'")
    await rig.ingestor.reload(rig.company_id.bytes)
    body = json.dumps({"eventType": "order_approved", "phone": "11900000000"})
    minute = 60_000
    edge = (now_ms() // (5 * minute)) * 5 * minute
    before = rig.intake(body, received_ms=edge - 1_000, event_ids=[IDS.make(edge - 1_000)])
    # IdMaker never goes back in time: make ids of a chosen moment by hand.
    before = before._replace(event_ids=[(edge - 1_000).to_bytes(6, "big") + before.event_ids[0][6:]])
    behind = rig.intake(body, received_ms=edge + 1_000)
    await rig.ingestor.ingest([before])
    [answer] = await rig.ingestor.ingest([behind])
    assert (answer.duplicates, answer.first_ids) == ([True], before.event_ids)


async def test_an_array_is_one_delivery_with_an_answer_per_event(rig: ShardRig) -> None:
    await rig.post(order("a-1"))
    body = f"[{order('a-1')},{order('a-2')}]"
    [answer] = await rig.ingestor.ingest([rig.intake(body, events=2)])
    assert answer.duplicates == [True, False]
    events = await rig.rows("SELECT delivery_id, position FROM incoming_events WHERE external_id = 'a-2'")
    assert [row["position"] for row in events] == [1]
    assert await rig.pool.fetchval("SELECT raw_body FROM deliveries WHERE id = $1", events[0]["delivery_id"])


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
async def test_every_vector_is_kept_byte_for_byte_beside_good_neighbours(rig: ShardRig, case: dict[str, Any]) -> None:
    import base64

    raw = base64.b64decode(case["body_base64"]) if "body_base64" in case else case["body"].encode()
    expected = case["canonical"]
    count = len(expected) if isinstance(expected, list) else 1
    odd = rig.intake(raw, events=count, content_type=case["content_type"])
    items = [rig.intake(order("n-1")), odd, rig.intake(order("n-2"))]
    answers = await rig.ingestor.ingest(items)
    assert [answer.code for answer in answers] == [DONE] * 3
    [delivery] = await rig.rows("SELECT raw_body FROM deliveries WHERE id = $1", UUID(bytes=odd.delivery_id))
    assert delivery["raw_body"] == raw
    states = await rig.rows("SELECT state FROM incoming_events WHERE delivery_id = $1", UUID(bytes=odd.delivery_id))
    assert [row["state"] for row in states] == ["unparsed" if expected is None else "processed"] * count
    assert await rig.pool.fetchval("SELECT count(*) FROM incoming_events WHERE external_id LIKE 'n-%'") == 2


async def test_an_event_that_cannot_be_read_is_a_dead_letter(rig: ShardRig) -> None:
    answers = await rig.post("{not json", order("e-1"))
    [letter] = await rig.rows("SELECT kind, event_id, class FROM dead_letters")
    assert (letter["kind"], letter["event_id"].bytes, letter["class"]) == ("event", answers[0].first_ids[0], "unparsed")


async def test_what_postgres_refuses_costs_only_itself(rig: ShardRig) -> None:
    deep = '{"eventType":"order_approved","eventId":"deep","x":' + "[" * 9_000 + "]" * 9_000 + "}"
    items = [rig.intake(order(f"g-{n}")) for n in range(7)]
    items.insert(3, rig.intake(deep))
    answers = await rig.ingestor.ingest(items)
    assert all(answer.code == DONE for answer in answers)
    assert await rig.pool.fetchval("SELECT count(*) FROM incoming_events") == 8
    seqs = [row["seq"] for row in await rig.rows("SELECT seq FROM metric_deltas ORDER BY writer, seq")]
    assert seqs == list(range(1, len(seqs) + 1))


async def test_a_rule_makes_a_message_and_its_place_in_the_queue(rig: ShardRig) -> None:
    rule_id = await rig.add_rule({"trigger": {"event_type": "order_approved"}})
    await rig.post(order("e-1", customerName="Maria Silva"))
    [message] = await rig.rows("SELECT * FROM messages")
    assert (message["rule_id"], message["status"], message["text"]) == (rule_id, "queued", "Oi Maria")
    assert await rig.pool.fetchval("SELECT message_id FROM message_queue") == message["id"]
    [event] = await rig.rows("SELECT runs FROM incoming_events")
    assert [run["outcome"] for run in json.loads(event["runs"])] == ["fired"]


async def test_an_event_calls_off_the_waiting_messages_of_its_order(rig: ShardRig) -> None:
    trigger = {"trigger": {"event_type": "pix_created"}, "delay_s": 600, "cancel_on": ["order_approved"]}
    await rig.add_rule(trigger)
    await rig.post(order("e-1", "pix_created", orderId="o-1", customerName="Maria"))
    await rig.post(order("e-2", "pix_created", orderId="o-2", customerName="Maria"))
    await rig.post(order("e-3", "order_approved", orderId="o-1"))
    statuses = {row["order_id"]: row["status"] for row in await rig.rows("SELECT order_id, status FROM messages")}
    assert statuses == {"o-1": "cancelled", "o-2": "scheduled"}
    assert await rig.pool.fetchval("SELECT count(*) FROM message_queue") == 1


async def test_a_message_is_called_off_by_an_event_that_came_before_it(rig: ShardRig) -> None:
    await rig.add_rule({"trigger": {"event_type": "pix_created"}, "delay_s": 600, "cancel_on": ["order_approved"]})
    await rig.post(order("e-3", "order_approved", orderId="o-1"))
    await rig.post(order("e-1", "pix_created", orderId="o-1", customerName="Maria"))
    [message] = await rig.rows("SELECT status, reason FROM messages")
    assert (message["status"], message["reason"]) == ("cancelled", "cancelled_by:order_approved")
    assert await rig.pool.fetchval("SELECT count(*) FROM message_queue") == 0


async def test_a_rule_may_write_once_per_order(rig: ShardRig) -> None:
    await rig.add_rule({"trigger": {"event_type": "order_approved"}, "caps": {"per_order": 1}})
    named = {"customerName": "Maria"}
    await rig.post(order("e-1", orderId="o-1", **named), order("e-2", orderId="o-1", **named))
    await rig.post(order("e-3", orderId="o-1", **named), order("e-4", orderId="o-2", **named))
    found = await rig.rows("SELECT order_id, status, reason FROM messages ORDER BY id")
    assert [(row["order_id"], row["status"]) for row in found] == [
        ("o-1", "queued"),
        ("o-1", "skipped"),
        ("o-1", "skipped"),
        ("o-2", "queued"),
    ]
    assert found[1]["reason"] == "cap_per_order"


async def test_a_spilled_duplicate_keeps_its_id_as_an_alias(rig: ShardRig) -> None:
    [first] = await rig.post(order("e-1"))
    spilled = rig.intake(order("e-1"), flags=FLAG_SPILLED)
    await rig.ingestor.ingest([spilled])
    alias = await rig.pool.fetchval(
        "SELECT event_id FROM event_aliases WHERE id = $1", UUID(bytes=spilled.event_ids[0])
    )
    assert alias.bytes == first.first_ids[0]


async def test_a_shard_that_lost_its_buckets_writes_nothing(rig: ShardRig) -> None:
    await take_over(rig.pool, 0)
    with pytest.raises(NotOwner):
        await rig.post(order("e-1"))
    assert await rig.pool.fetchval("SELECT count(*) FROM event_keys") == 0


async def test_foreign_buckets_and_unknown_companies_are_answered_without_effect(rig: ShardRig) -> None:
    stranger = rig.intake(order("e-1"), company_id=new_id().bytes)
    del rig.ingestor.epochs[bucket_of(stranger.company_id)]
    unknown = rig.intake(order("e-2"), company_id=new_id().bytes)
    while bucket_of(unknown.company_id) not in rig.ingestor.epochs:
        unknown = rig.intake(order("e-2"), company_id=new_id().bytes)
    answers = await rig.ingestor.ingest([stranger, unknown])
    assert [answer.code for answer in answers] == [NOT_OWNER, GONE]


async def test_an_absent_postgres_is_told_and_the_same_batch_passes_later(tmp_path: Path) -> None:
    from storage.migrate import migrate
    from storage.pool import open_pool

    server = start_postgres(tmp_path)
    await migrate(server.url)
    pool = await open_pool(server.url)
    rig = await make_rig(pool, server.url)
    await rig.post(order("e-0"))
    server.stop()
    item = rig.intake(order("e-1"))
    with pytest.raises(StorageAway):
        await rig.ingestor.ingest([item])
    server = start_postgres(tmp_path)
    try:
        [answer] = await rig.ingestor.ingest([item])
        assert (answer.code, answer.first_ids) == (DONE, item.event_ids)
        epochs = {(lane.writer, lane.epoch) for lane, _, _ in rig.commits}
        assert len(epochs) == 2  # after a failure the lane counts anew
        await rig.lanes.close()
        await pool.close()
    finally:
        server.stop()


async def test_metas_news_of_people_and_accounts_take_effect_and_are_told_on(rig: ShardRig) -> None:
    await rig.pool.execute("INSERT INTO meta_apps (app_id, company_id, sealed) VALUES ('7', $1, '')", rig.company_id)
    await rig.pool.execute("UPDATE sessions SET app_id = '7', waba_id = '900', phone_number_id = '100'")
    await rig.pool.execute(
        "INSERT INTO templates (id, company_id, name, kind, body) VALUES ($1, $2, 'pix', 'meta', 'Olá')",
        new_id(),
        rig.company_id,
    )
    await rig.ingestor.reload(rig.company_id.bytes)
    wish = {"wa_id": "5511987654321", "category": "marketing_messages", "value": "stop", "timestamp": 1731705721}
    template = {"message_template_name": "pix", "message_template_language": "pt_BR", "event": "PAUSED"}
    changes = [
        {
            "field": "user_preferences",
            "value": {"metadata": {"phone_number_id": "100"}, "user_preferences": [wish]},
        },
        {"field": "message_template_status_update", "value": template},
    ]
    entries = [{"id": waba, "time": 1731705721, "changes": changes[:count]} for waba, count in (("900", 2), ("901", 0))]
    stranger = {"id": "901", "changes": [{"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [*entries, stranger]})
    for _ in range(2):  # Meta repeats itself
        item = rig.intake(body, events=0, kind=KIND_META, webhook_id=bytes(16), content_type="7", flags=FLAG_CARRIES)
        [answer] = await rig.ingestor.ingest([item])
        assert answer.code == DONE
    assert [stored.reconfigured for _, _, stored in rig.commits] == [{rig.company_id}, set()]
    assert await rig.rows("SELECT phone, active, source FROM suppressions") == [
        {"phone": "+5511987654321", "active": True, "source": "user_preferences"}
    ]
    assert await rig.rows("SELECT status FROM templates") == [{"status": "paused"}]
    assert await rig.rows("SELECT state FROM sessions") == [{"state": "active"}]
    assert await rig.rows("SELECT field FROM account_updates ORDER BY field") == [
        {"field": "message_template_status_update"},
        {"field": "user_preferences"},
    ]


async def test_who_hides_or_changes_the_number_is_kept_with_the_event(rig: ShardRig) -> None:
    await rig.pool.execute("INSERT INTO meta_apps (app_id, company_id, sealed) VALUES ('7', $1, '')", rig.company_id)
    await rig.pool.execute("UPDATE sessions SET app_id = '7', waba_id = '900', phone_number_id = '100'")
    await rig.ingestor.reload(rig.company_id.bytes)
    system = {"type": "user_changed_number", "wa_id": "5511987654322"}
    value = {
        "metadata": {"phone_number_id": "100"},
        "contacts": [{"user_id": "BR.abc", "profile": {"name": "Ana"}}],
        "messages": [
            {"id": "w1", "from_user_id": "BR.abc", "type": "text", "text": {"body": "Oi"}},
            {"id": "w2", "from": "5511987654321", "type": "system", "system": system},
        ],
    }
    body = json.dumps({"entry": [{"id": "900", "changes": [{"field": "messages", "value": value}]}]})
    item = rig.intake(body, events=2, kind=KIND_META, webhook_id=bytes(16), content_type="7", flags=FLAG_CARRIES)
    assert [answer.code for answer in await rig.ingestor.ingest([item])] == [DONE]
    rows = await rig.rows(
        "SELECT event_type, customer_phone, customer_name, payload->>'user_id' AS user_id,"
        " payload->>'changed_to' AS changed_to FROM incoming_events ORDER BY external_id"
    )
    assert [tuple(row.values()) for row in rows] == [
        ("message_received", "BR.abc", "Ana", "BR.abc", None),  # all that is told of her
        ("number_changed", "+5511987654321", "Ana", "BR.abc", "+5511987654322"),
    ]
