"""What came in by a webhook, over the API: activity, captures, a mapping's preview, a test through the real door."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from engine.events import CANONICAL_FIELDS
from engine.ids import ms_to_time
from storage.pool import Pool
from tests.asgi import Client
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_event

NOW = ms_to_time(NOW_MS)
PIX = {"eventId": "e-1", "eventType": "pix_created", "orderId": "o-1", "customer": {"name": "Ana"}, "total": "97.00"}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def _webhook(owner: Client, **more: Any) -> UUID:
    made = await owner.post("/api/v1/webhooks", {"name": "Loja", "source": "grapfy", **more})
    assert made.status == 201, made.body
    return UUID(made.json["id"])


async def _count(pool: Pool, company_id: UUID, webhook_id: UUID, verdict: str, hours_ago: int, n: int) -> None:
    hour = NOW.replace(minute=0, second=0, microsecond=0) - timedelta(hours=hours_ago)
    await pool.execute(
        "INSERT INTO metric_periods VALUES ($1, 3600, $2, 'webhook', $3, $4, $5)",
        company_id,
        hour,
        verdict,
        webhook_id,
        n,
    )


async def test_activity_tells_rate_refusals_deliveries_and_the_last_error(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    webhook_id = await _webhook(owner)
    path = f"/api/v1/webhooks/{webhook_id}"
    quiet = (await owner.get(path + "/activity")).json
    assert (quiet["last_delivery_at"], quiet["last_error"], quiet["deliveries"]) == (None, None, [])
    assert len(quiet["hours"]) == 24
    for verdict, hours_ago, n in (("accepted", 0, 5), ("accepted", 23, 2), ("accepted", 24, 9), ("duplicate", 1, 3)):
        await _count(pool, company_id, webhook_id, verdict, hours_ago, n)
    await add_event(pool, company_id, NOW - timedelta(minutes=9), webhook_id=webhook_id)
    unread = await add_event(
        pool, company_id, NOW, webhook_id=webhook_id, state="unparsed", event_type=None, reason="not_json"
    )
    for reason, minutes, n in (("signature_mismatch", 60, 4), ("too_large", 30, 1)):
        at = NOW - timedelta(minutes=minutes)
        await pool.execute(
            "INSERT INTO door_refusals VALUES ($1, $2, $3, $4, $5, $3)", webhook_id, company_id, at, reason, n
        )
    told = (await owner.get(path + "/activity")).json
    assert told["last_24h"] == {"accepted": 7, "duplicate": 3, "unparsed": 0, "imported": 0, "refused": 5}
    assert told["hours"][-1]["accepted"] == 5
    assert told["hours"][-2]["duplicate"] == 3
    assert told["hours"][0]["accepted"] == 2
    assert sum(hour["refused"] for hour in told["hours"]) == 5
    assert {one["reason"]: one["count"] for one in told["refused"]} == {"signature_mismatch": 4, "too_large": 1}
    assert (told["last_error"]["kind"], told["last_error"]["event_id"]) == ("unparsed", str(unread))
    assert told["last_error"]["reason_text"]["pt"] == "O corpo não é JSON nem formulário."
    assert [one["verdict"] for one in told["deliveries"]] == ["unparsed", "accepted"]
    listed = (await owner.get("/api/v1/webhooks")).json["data"][0]["activity"]
    assert listed["last_24h"] == told["last_24h"]
    assert (len(listed["by_hour"]), listed["by_hour"][0], listed["by_hour"][-2:]) == (24, 2, [3, 5])
    assert listed["last_delivery_at"] == told["last_delivery_at"] == "2026-09-21T14:13:20.000Z"
    assert listed["last_refusal"]["reason"] == "too_large"
    assert (await owner.get(path)).json["activity"] == listed


async def test_deliveries_tell_their_verdict_and_what_was_refused(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    webhook_id = await _webhook(owner)
    for number in range(3):
        await add_event(pool, company_id, NOW, webhook_id=webhook_id, body=b"body %d" % number)
    await pool.execute("UPDATE deliveries SET duplicate = true WHERE raw_body = 'body 1'")
    await pool.execute("UPDATE deliveries SET signature = 'imported' WHERE raw_body = 'body 2'")
    await pool.execute(
        "INSERT INTO door_refusals VALUES ($1, $2, $3, 'signature_missing', 4, $3)", webhook_id, company_id, NOW
    )
    path = f"/api/v1/webhooks/{webhook_id}"
    first = (await owner.get(path + "/deliveries", {"limit": "2"})).json
    assert len(first["data"]) == 2
    assert first["data"][0]["bytes"] == 6
    assert first["refused"][0]["count"] == 4
    assert first["refused"][0]["reason_text"]["pt"] == "Falta a assinatura."
    rest = (await owner.get(path + "/deliveries", {"limit": "2", "cursor": first["next_cursor"]})).json
    assert (len(rest["data"]), rest["next_cursor"]) == (1, None)
    told = {(one["verdict"], one["event_type"]) for one in [*first["data"], *rest["data"]]}
    assert told == {("accepted", "pix_created"), ("duplicate", "pix_created"), ("imported", "pix_created")}


async def test_captures_are_the_distinct_shapes_of_each_type_with_examples_by_path(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    webhook_id = await _webhook(owner)
    bodies: list[Any] = [
        PIX,
        {**PIX, "eventId": "e-2", "customer": {"name": "Bia"}},
        {**PIX, "eventType": "order.paid"},
        {**PIX, "cupom": "NATAL"},
        [{**PIX, "itens": [{"sku": "a"}, {"sku": "b"}]}],
    ]
    for minute, body in enumerate(bodies):
        raw = orjson.dumps(body)
        await add_event(pool, company_id, NOW + timedelta(minutes=minute), webhook_id=webhook_id, body=raw)
    for number in range(2):
        await add_event(pool, company_id, NOW, webhook_id=webhook_id, body=b"text %d" % number)
    path = f"/api/v1/webhooks/{webhook_id}/captures"
    answer = (await owner.get(path)).json
    assert answer["looked_at"] == 7
    kinds = [(one["event_type"], one["seen"]) for one in answer["data"]]
    assert kinds == [("pix_created", 1), ("pix_created", 1), ("order_approved", 1), ("pix_created", 2), (None, 2)]
    newest = {one["path"]: one for one in answer["data"][0]["values"]}
    assert newest["$.itens[1].sku"]["example"] == "b"
    assert newest["$.customer.name"] == {
        "path": "$.customer.name",
        "kind": "text",
        "example": "Ana",
        "field": "customer_name",
    }
    assert newest["$.total"]["field"] == "order_value"
    assert answer["data"][-1]["values"] == []
    assert orjson.loads(answer["data"][3]["body"])["eventId"] == "e-2"
    assert len((await owner.get(path, {"limit": "2"})).json["data"]) == 2
    viewer = await rig.client(company_id, "viewer")
    assert (await viewer.get(path)).status == 403


async def test_a_mapping_is_previewed_on_a_capture_an_event_and_a_pasted_payload(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    webhook_id = await _webhook(owner)
    body = {"evento": "VENDA_OK", "comprador": {"nome": "Ana", "fone": "abc"}, "valor": "1.234,50", "extra": {"a": 1}}
    event_id = await add_event(pool, company_id, NOW, webhook_id=webhook_id, body=orjson.dumps(body))
    path = f"/api/v1/webhooks/{webhook_id}"
    mapping = {
        "event_type": "$.evento",
        "types": {"VENDA_OK": "order_approved"},
        "customer_name": ["$.cliente", "comprador.nome"],
        "customer_phone": "$.comprador.fone",
        "order_value": "$.valor",
        "payment_method": {"value": "pix"},
    }
    capture = (await owner.get(path + "/captures")).json["data"][0]
    for named in ({"capture_id": capture["id"]}, {"event_id": str(event_id)}, {"payload": body}):
        answer = await owner.post(path + "/mapping/preview", {"mapping": mapping, **named})
        assert answer.status == 200, answer.body
        fields = {one["field"]: one for one in answer.json["fields"]}
        assert list(fields) == list(CANONICAL_FIELDS)
        assert (fields["event_type"]["value"], fields["event_type"]["path"]) == ("order_approved", "$.evento")
        assert (fields["customer_name"]["value"], fields["customer_name"]["path"]) == ("Ana", "$.comprador.nome")
        assert (fields["customer_phone"]["value"], fields["customer_phone"]["problem"]) == (None, "unreadable")
        assert fields["customer_phone"]["problem_text"]["pt"] == "O valor não pôde ser lido."
        assert (fields["order_value"]["value"], fields["payment_method"]["origin"]) == ("1234.50", "constant")
        assert (fields["occurred_at"]["origin"], fields["order_id"]["origin"]) == ("receipt", None)
        assert [one["path"] for one in answer.json["unmapped"]] == ["$.extra.a"]
    own = (await owner.post(path + "/mapping/preview", {"payload": PIX})).json
    found = {one["field"]: (one["origin"], one["path"]) for one in own["fields"]}
    assert found["customer_name"] == ("alias", "$.customer.name")
    nothing = (await owner.post(path + "/mapping/preview", {"payload": "text"})).json
    assert (nothing["parsed"], nothing["reason"], nothing["fields"]) == (False, "not_an_object", [])
    assert (await owner.get(path)).json["mapping"] == {}


async def test_what_a_preview_cannot_use_is_named(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    webhook_id = await _webhook(owner)
    path = f"/api/v1/webhooks/{webhook_id}/mapping/preview"
    elsewhere = await add_event(pool, company_id, NOW)
    delivery = await pool.fetchval("SELECT delivery_id FROM incoming_events WHERE id = $1", elsewhere)
    other_id, _ = await rig.company("Outra")
    theirs = await add_event(pool, other_id, NOW)
    cases: list[tuple[dict[str, Any], str]] = [
        ({}, "payload"),
        ({"payload": {}, "event_id": str(elsewhere)}, "payload"),
        ({"capture_id": str(delivery)}, "capture_id"),
        ({"event_id": str(theirs)}, "event_id"),
        ({"payload": {}, "mapping": {"customer_nme": "$.a"}}, "mapping.customer_nme"),
        ({"payload": {}, "mapping": {"types": {"a": 1}}}, "mapping.types.a"),
        ({"payload": {}, "mapping": {"order_id": "$["}}, "mapping.order_id"),
    ]
    for body, field in cases:
        answer = await owner.post(path, body)
        assert answer.status == 422, body
        assert [error["field"] for error in answer.json["errors"]] == [field], answer.body
    wrong = (await owner.post(path, {"payload": {}, "mapping": {"customer_nme": "$.a"}})).json["errors"][0]["reason"]
    assert "did you mean 'customer_name'" in wrong
    changed = await owner.call("PATCH", path.removesuffix("/mapping/preview"), body={"mapping": {"types": {"a": ""}}})
    assert (changed.status, changed.json["errors"][0]["field"]) == (422, "mapping.types.a")


@pytest.mark.parametrize(
    ("auth", "signature"),
    [
        ({"scheme": "token"}, "unsigned"),
        ({"scheme": "none"}, "unsigned"),
        ({"scheme": "token", "header": "X-Loja-Token"}, "unsigned"),
        ({"scheme": "timestamped"}, "valid"),
        ({"scheme": "timestamped", "header": "X-Assinatura"}, "valid"),
        ({"scheme": "standard"}, "valid"),
        ({"scheme": "meta"}, "valid"),
        ({"scheme": "plain", "header": "x-hmac", "algorithm": "sha512", "encoding": "base64", "prefix": "v="}, "valid"),
    ],
)
async def test_a_test_goes_through_the_real_door_whatever_its_scheme(
    rig: Rig, auth: dict[str, Any], signature: str
) -> None:
    rig.clock.now_ms = time.time_ns() // 1_000_000  # the door looks at the real clock
    _, owner = await rig.company()
    webhook_id = await _webhook(owner, auth=auth)
    tested = await owner.post(f"/api/v1/webhooks/{webhook_id}/test", {"event_type": "cart_abandoned"})
    assert (tested.status, tested.json["duplicate"]) == (202, False), tested.body
    [(_, intake)] = rig.actors.taken
    assert (intake.webhook_id, intake.signature) == (webhook_id.bytes, signature)
    assert orjson.loads(intake.body) == tested.json["payload"]
    stored = orjson.loads(intake.headers)
    assert stored["x-masteria-test"] == "true"
    assert "x-loja-token" not in stored


async def test_the_catalogue_offers_the_types_and_fields_of_the_parser(rig: Rig) -> None:
    company_id, _ = await rig.company()
    told = (await (await rig.client(company_id, "viewer")).get("/api/v1/catalogue")).json
    types = {one["name"]: one for one in told["event_types"]}
    assert {"pix_created", "order_approved", "order_refunded", "order_chargeback", "cart_abandoned"} <= set(types)
    assert "compra_recusada" in types["order_refused"]["synonyms"]
    assert [one["name"] for one in told["fields"]] == list(CANONICAL_FIELDS)
    assert "customer.phoneNumber" in told["fields"][4]["aliases"]
