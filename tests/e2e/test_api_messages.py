"""The REST API of messages, queue, dead letters, live tickets, numbers, health and its own documentation."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types

from engine.live_tickets import KEY_PURPOSE, verify
from gateway.app import build_routes
from gateway.openapi import openapi_document
from gateway.routes.catalog import OPERATIONS
from gateway.schema import COMPONENTS
from storage.pool import Pool
from tests.asgi import Answer, Client
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_event, add_message, add_session

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def test_a_message_looks_as_the_contract_says(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    event_id = await add_event(pool, company_id, NOW)
    message_id = await add_message(
        pool, company_id, session_id, NOW, event_id=event_id, status="held", reason="missing_variable:pix_code"
    )
    await pool.execute(
        "INSERT INTO message_attempts VALUES ($1, $2, $3, $4, $1, 1, 'retry', NULL, '{\"code\":131056}', $2)",
        message_id,
        NOW,
        company_id,
        session_id,
    )
    message = (await owner.get(f"/api/v1/messages/{message_id}")).json
    assert (message["id"], message["event_id"], message["session_id"]) == (
        str(message_id),
        str(event_id),
        str(session_id),
    )
    assert (message["to"], message["lane"], message["type"], message["text"]) == (
        "+5511900000000",
        "transactional",
        "text",
        "Olá",
    )
    assert message["reason_text"]["pt"] == "Falta o valor de uma variável do texto."
    assert message["timeline"][0].keys() == {"status", "at", "reason", "attempt"}
    assert message["attempts"][0]["error"] == {"code": 131056}
    assert (message["campaign_id"], message["template"], message["retry_of"]) == (None, None, None)


async def test_what_is_in_a_senders_hands_is_sending(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    waiting = await add_message(pool, company_id, session_id, NOW)
    sending = await add_message(pool, company_id, session_id, NOW)
    done = await add_message(pool, company_id, session_id, NOW, status="accepted", due_at=None)
    await pool.execute(
        "INSERT INTO dispatches (id, company_id, session_id, fence, message_ids, attempts, send_before) "
        "VALUES ($1, $2, $3, 1, $4, '{1,1}', $5)",
        uuid4(),
        company_id,
        session_id,
        [sending, done],
        NOW,
    )
    listed = {message["id"]: message["status"] for message in (await owner.get("/api/v1/messages")).json["data"]}
    assert listed == {str(waiting): "queued", str(sending): "sending", str(done): "accepted"}
    assert (await owner.get(f"/api/v1/messages/{sending}")).json["status"] == "sending"
    for status, expected in (("sending", sending), ("queued", waiting), ("accepted", done)):
        found = (await owner.get("/api/v1/messages", {"status": status})).json["data"]
        assert [message["id"] for message in found] == [str(expected)], status


async def test_every_filter_of_messages(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    first, second = await add_session(pool, company_id, NOW), await add_session(pool, company_id, NOW)
    await add_message(pool, company_id, first, NOW - timedelta(days=1))
    ids = {name: uuid4() for name in ("event_id", "campaign_id", "rule_id")}
    found = await add_message(
        pool, company_id, second, NOW, to_phone="+5521988887777", status="failed", reason="whatsapp_131026", **ids
    )
    for query in (
        *({name: str(value)} for name, value in ids.items()),
        {"session_id": str(second)},
        {"phone": "21988887777"},
        {"status": "failed"},
        {"reason": "whatsapp_131026"},
        {"from": "2026-09-21T00:00:00Z"},
    ):
        data = (await owner.get("/api/v1/messages", query)).json["data"]
        assert [message["id"] for message in data] == [str(found)], query
    assert (await owner.get("/api/v1/messages", {"event_id": str(ids["event_id"]), "status": "read"})).json[
        "data"
    ] == []


async def _send(client: Client, body: dict[str, Any], key: str | None = None) -> Answer:
    return await client.post("/api/v1/messages", body, {"idempotency-key": key} if key else None)


async def test_a_text_is_stored_counted_and_handed_over_once(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    body = {"session_id": str(session_id), "to": "(11) 90000-0000", "text": "Olá {{literal}}"}
    answers = await asyncio.gather(*(_send(owner, body, "order-1") for _ in range(5)))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 200, 201]
    assert len({answer.json["id"] for answer in answers}) == 1
    message = answers[0].json
    assert (message["to"], message["text"], message["status"]) == ("+5511900000000", "Olá {{literal}}", "queued")
    assert [handed["id"] for handed in rig.actors.handed_over] == [UUID(message["id"]).bytes]
    assert rig.actors.handed_over[0]["to"] == "+5511900000000"
    assert await pool.fetchval("SELECT count(*) FROM message_queue") == 1
    assert sum(not delta.empty for delta in rig.actors.deltas) == 1
    other = await _send(owner, {**body, "text": "another"}, "order-1")
    assert other.status == 409
    assert (await _send(owner, body)).status == 201
    assert (await _send(owner, body, "x" * 201)).status == 422


async def test_a_template_is_filled_from_an_event_and_variables(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    event_id = await add_event(pool, company_id, NOW, customer_name="Ana Souza")
    body = "Olá, {{customer_name|first_name}}! São {{order_value|money}} no total."
    template = await owner.post(
        "/api/v1/templates", {"name": "promo", "kind": "meta", "category": "marketing", "body": body}
    )
    request = {
        "session_id": str(session_id),
        "to": "+5511900000000",
        "template_id": template.json["id"],
        "event_id": str(event_id),
    }
    missing = await _send(owner, request)
    assert (missing.status, missing.json["errors"][0]["field"]) == (422, "variables.order_value")
    message = (await _send(owner, {**request, "variables": {"order_value": "97,00"}})).json
    assert (message["type"], message["template"], message["lane"]) == ("template", "promo", "bulk")
    assert message["event_id"] == str(event_id)
    assert message["text"].startswith("Olá, Ana! São R$")
    handed = rig.actors.handed_over[0]
    assert handed["template"]["name"] == "promo"
    assert len(handed["template"]["components"][0]["parameters"]) == 2
    assert handed["event_ms"] == event_id.int >> 80


async def test_a_message_for_later_waits(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    later = datetime.fromtimestamp(rig.clock() / 1000, UTC) + timedelta(hours=1)
    body = {"session_id": str(session_id), "to": "11900000000", "text": "Olá", "send_at": later.isoformat()}
    message = (await _send(owner, body)).json
    assert message["status"] == "scheduled"
    assert rig.actors.handed_over == []
    assert await pool.fetchval("SELECT look_at FROM message_queue") == later
    far = (later + timedelta(days=31)).isoformat()
    assert (await _send(owner, {**body, "send_at": far})).status == 422


async def test_all_problems_of_a_message_are_told_at_once(rig: Rig) -> None:
    _, owner = await rig.company()
    answer = await _send(owner, {"session_id": str(uuid4()), "to": "12", "event_id": str(uuid4())})
    assert {error["field"] for error in answer.json["errors"]} == {"session_id", "to", "text", "event_id"}
    unknown = await _send(owner, {"sesion_id": "x", "to": 1})
    assert {error["field"] for error in unknown.json["errors"]} == {"session_id", "sesion_id", "to"}
    assert rig.actors.deltas == []


async def test_a_waiting_message_is_called_off_and_nothing_else(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    waiting = await add_message(pool, company_id, session_id, NOW)
    gone = await add_message(pool, company_id, session_id, NOW, status="accepted", due_at=None)
    answer = await owner.post(f"/api/v1/messages/{waiting}/cancel")
    assert (answer.status, answer.json["status"]) == (200, "cancelled")
    assert answer.json["timeline"][-1]["status"] == "cancelled"
    assert rig.actors.cancelled_ids == [waiting]
    assert sum(not delta.empty for delta in rig.actors.deltas) == 1
    for message_id in (waiting, gone):
        refused = await owner.post(f"/api/v1/messages/{message_id}/cancel")
        assert refused.status == 409
    assert (await owner.post(f"/api/v1/messages/{uuid4()}/cancel")).status == 404


async def test_the_queue_by_session_and_lane(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    now = datetime.fromtimestamp(rig.clock() / 1000, UTC)
    await add_message(pool, company_id, session_id, NOW, due_at=now - timedelta(seconds=90), look_at=now)
    await add_message(pool, company_id, session_id, NOW, due_at=now + timedelta(hours=1), look_at=now)
    held = datetime.max.replace(tzinfo=UTC)
    await add_message(pool, company_id, session_id, NOW, lane="bulk", due_at=now - timedelta(days=1), look_at=held)
    queue = (await owner.get("/api/v1/queue")).json
    assert (queue["depth"], queue["held"], queue["oldest_s"]) == (3, 1, 90.0)
    lanes = {lane["lane"]: lane for lane in queue["lanes"]}
    assert (lanes["transactional"]["depth"], lanes["transactional"]["due"]) == (2, 1)
    assert (lanes["bulk"]["held"], lanes["bulk"]["oldest_due_at"]) == (1, None)


async def test_dead_letters(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    for number, (kind, name) in enumerate((("message", "permanent"), ("message", "fix"), ("event", "unparsed"))):
        await pool.execute(
            "INSERT INTO dead_letters (id, company_id, kind, session_id, class, reason, created_at, resolved_at) "
            "VALUES ($1, $2, $3, $4, $5, 'not_json', $6, $7)",
            uuid4(),
            company_id,
            kind,
            session_id,
            name,
            NOW + timedelta(seconds=number),
            NOW if name == "fix" else None,
        )
    everything = (await owner.get("/api/v1/dead-letters")).json
    assert [letter["class"] for letter in everything["data"]] == ["unparsed", "fix", "permanent"]
    assert everything["count"] == 3
    for query, names in (
        ({"kind": "event"}, ["unparsed"]),
        ({"class": "permanent"}, ["permanent"]),
        ({"resolved": "true"}, ["fix"]),
        ({"session_id": str(uuid4())}, []),
        ({"to": "2026-09-21T12:00:01Z"}, ["permanent"]),
    ):
        data = (await owner.get("/api/v1/dead-letters", query)).json["data"]
        assert [letter["class"] for letter in data] == names, query


async def test_a_dead_letter_says_whom_its_message_was_for(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    message_id = await add_message(pool, company_id, session_id, NOW, status="failed", due_at=None, look_at=None)
    await pool.execute(
        "INSERT INTO dead_letters (id, company_id, kind, message_id, session_id, class, reason, created_at) "
        "VALUES ($1, $2, 'message', $3, $4, 'permanent', 'whatsapp_131026', $5)",
        letter_id := uuid4(),
        company_id,
        message_id,
        session_id,
        NOW,
    )
    told = (await owner.get(f"/api/v1/messages/{message_id}")).json
    (listed,) = (await owner.get("/api/v1/dead-letters")).json["data"]
    assert (listed["to"], listed["attempt"]) == (told["to"], told["attempt"])
    assert (await owner.get(f"/api/v1/dead-letters/{letter_id}")).json["to"] == told["to"]
    viewer = await rig.client(company_id, "viewer")
    (masked,) = (await viewer.get("/api/v1/dead-letters")).json["data"]
    assert masked["to"] != told["to"]


async def test_a_live_ticket_is_the_companys(rig: Rig) -> None:
    company_id, owner = await rig.company()
    first, second = (await owner.get("/api/v1/live")).json, (await owner.get("/api/v1/live")).json
    assert first["url"] == "wss://live.example"
    assert first["ticket"] != second["ticket"]
    key = rig.services.vault.derive(KEY_PURPOSE)
    assert verify(key, first["ticket"], rig.clock()).company == company_id.bytes


async def test_numbers_are_asked_of_the_aggregator(rig: Rig) -> None:
    company_id, owner = await rig.company()
    answer = await owner.get("/api/v1/metrics/summary", {"from": "2026-09-21T00:00:00Z"})
    assert answer.json == {"today": {"events": 7}}
    assert rig.actors.asked == [(company_id, {"from": "2026-09-21T00:00:00+00:00"})]


async def test_health_and_prometheus_need_no_key(rig: Rig) -> None:
    assert (await rig.stranger.get("/healthz")).json == {"status": "ok"}
    assert (await rig.stranger.get("/readyz")).status == 200
    rig.actors.healthy = False
    away = await rig.stranger.get("/readyz")
    assert (away.status, away.json["parts"]["shard-0"]) == (503, {"ok": False})
    scrape = await rig.stranger.get("/metrics")
    assert scrape.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert b'masteria_events_total{state="processed"} 7.0' in scrape.body


async def test_doors_come_before_everything_else(rig: Rig) -> None:
    for path in (
        "/api/v1/webhooks/incoming/x/y",
        "/webhooks/incoming/x",
        "/api/v1/webhooks/meta/1",
        "/webhooks/meta/1",
    ):
        answer = await rig.stranger.post(path)
        assert (answer.body.decode() == f"door {path}") if "meta" in path else (answer.status == 404)
        assert "x-request-id" not in answer.headers
    assert (await rig.stranger.get("/api/v1/webhooks")).status == 401


async def test_the_docs_page_needs_nothing_from_elsewhere(rig: Rig) -> None:
    page = await rig.stranger.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].count("sha256-") == 2
    text = page.body.decode()
    assert "http://" not in text
    assert "https://" not in text
    document = (await rig.stranger.get("/openapi.json")).json
    assert document["openapi"] == "3.1.0"


async def test_the_document_names_exactly_the_routers_routes(rig: Rig) -> None:
    document = (await rig.stranger.get("/openapi.json")).json
    documented = {
        (method.upper(), path)
        for path, methods in document["paths"].items()
        for method in methods
        if "Doors" not in methods[method]["tags"]
    }
    routed = {
        (method, route.path)
        for route in build_routes(rig.services)
        for method in (route.methods or set())
        if method != "HEAD"
    }
    assert documented == routed - {("GET", "/openapi.json"), ("GET", "/docs")}


async def test_a_method_that_a_route_does_not_take_is_a_problem(rig: Rig) -> None:
    answer = await rig.stranger.call("DELETE", "/api/v1/events")
    assert (answer.status, answer.json["title"]) == (405, "Method not allowed")


# Its answers are passed on as they are; tests/storage/test_reports_exactly.py holds them against the document.
OF_THE_AGGREGATOR = {"getMetricsSummary", "getMetricsSeries", "getMetricsFunnel", "getMetricsBreakdown"}


async def test_answers_are_what_the_document_says(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    linked_id = await add_session(pool, company_id, NOW, transport="web", phone_number_id=None)
    event_id = await add_event(pool, company_id, NOW, customer_name="Ana", runs="[]")
    message_id = await add_message(pool, company_id, session_id, NOW, event_id=event_id)
    await owner.post("/api/v1/webhooks", {"name": "w", "source": "s"})
    await owner.post("/api/v1/templates", {"name": "t", "body": "Olá"})
    send = {"session_id": str(session_id), "text": "Olá"}
    rule = await owner.post("/api/v1/rules", {"name": "r", "trigger": {"event_type": "x"}, "action": {"send": send}})
    assert (await owner.post("/api/v1/flows/pix", {"session_id": str(session_id)})).status == 201
    ids = {"event_id": event_id, "message_id": message_id, "session_id": session_id, "rule_id": rule.json["id"]}
    document = openapi_document(OPERATIONS, rig.services.settings)
    checked = 0
    for operation in OPERATIONS:
        names = {part[1:-1] for part in operation.path.split("/") if part.startswith("{")}
        schema = operation.answers[min(operation.answers)].schema
        if operation.method != "GET" or schema is None or not names <= set(ids):
            continue
        if operation.access in ("installation", "person"):
            continue
        if operation.name in OF_THE_AGGREGATOR:
            continue
        of_a_phone = {"session_id": linked_id} if operation.name == "getSessionQr" else {}
        asked = {"q": "Ana"} if operation.name == "search" else {}
        answer = await owner.get(operation.full_path.format(**ids | of_a_phone), asked)
        assert answer.status == 200, operation.name
        validator = Draft202012Validator({**schema, "components": document["components"]})
        assert [error.message for error in validator.iter_errors(answer.json)] == [], operation.name
        checked += 1
    assert checked > 20
    problem = await owner.get("/api/v1/events", {"limit": "x"})
    assert Draft202012Validator({**COMPONENTS["Problem"], "components": document["components"]}).is_valid(problem.json)
