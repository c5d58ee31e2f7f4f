"""Templates over the API: unknown variables refused, previews that say whether they would leave, a test to oneself."""

from __future__ import annotations

from typing import Any

import pytest

from engine.ids import ms_to_time
from storage.pool import Pool
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_event, add_session

NOW = ms_to_time(NOW_MS)
BODY = {"name": "lembrete", "body": "Olá, {{customer_name|first_name}}! Total: {{order_value}}."}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def test_an_unknown_variable_is_refused_with_the_nearest_name(rig: Rig) -> None:
    _, owner = await rig.company()
    refused = await owner.post("/api/v1/templates", {**BODY, "body": "Olá, {{custmer_name}}"})
    assert refused.status == 422
    assert "did you mean 'customer_name'" in refused.json["errors"][0]["reason"]


async def test_a_preview_says_whether_it_would_leave_and_why_not(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    path = f"/api/v1/templates/{(await owner.post('/api/v1/templates', BODY)).json['id']}"
    event_id = await add_event(pool, company_id, NOW, customer_name="Ana Souza", order_value_cents=123_450)
    full = (await owner.post(f"{path}/preview", {"event_id": str(event_id)})).json
    assert (full["text"], full["sendable"], full["problem"]) == ("Olá, Ana! Total: R$ 1.234,50.", True, None)
    large = await add_event(pool, company_id, NOW, customer_name="Ana", payload=f'{{"n": 1{400 * "0"}}}')
    assert (await owner.post(f"{path}/preview", {"event_id": str(large)})).status == 200
    lacking = (await owner.post(f"{path}/preview", {"variables": {"customer_name": "Ana"}})).json
    assert (lacking["sendable"], lacking["problem"]) == (False, "missing_variable:order_value")
    assert lacking["problem_text"]["pt"] == "Falta o valor de uma variável do texto."
    await owner.call("PATCH", path, body={"status": "pending"})
    waits = (await owner.post(f"{path}/preview", {"event_id": str(event_id)})).json
    assert waits["problem"] == "template_not_approved"


async def test_a_viewer_gives_no_text_and_no_rule_of_his_own(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    viewer = await rig.client(company_id, "viewer")
    session_id = await add_session(pool, company_id, NOW)
    template = f"/api/v1/templates/{(await owner.post('/api/v1/templates', BODY)).json['id']}/preview"
    send = {"send": {"session_id": str(session_id), "text": "Olá"}}
    made = await owner.post("/api/v1/rules", {"name": "r", "trigger": {"event_type": "x"}, "action": send})
    rule = f"/api/v1/rules/{made.json['id']}/dry-run"
    for path, own in ((template, {"body": "{{customer_phone}}"}), (rule, {"rule": {"name": "outra"}})):
        assert (await viewer.post(path, {})).status == 200
        assert (await viewer.post(path, own)).status == 403
        assert (await owner.post(path, own)).status == 200


async def test_a_test_goes_to_ones_own_number_and_only_when_it_can_be_filled(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    path = f"/api/v1/templates/{(await owner.post('/api/v1/templates', BODY)).json['id']}/test"
    to: dict[str, Any] = {"session_id": str(session_id), "to": "11 91111-2222"}
    empty = await owner.post(path, to)
    assert {one["field"] for one in empty.json["errors"]} == {"variables.customer_name", "variables.order_value"}
    assert await pool.fetchval("SELECT count(*) FROM messages") == 0
    await add_event(pool, company_id, NOW, customer_name="Ana Souza", order_value_cents=9_700)
    sent = await owner.post(path, to)
    assert sent.status == 201, sent.body
    assert (sent.json["text"], sent.json["to"]) == ("Olá, Ana! Total: R$ 97,00.", "+5511911112222")
    given = await owner.post(path, {**to, "variables": {"customer_name": "Bia", "order_value": "10"}})
    assert given.json["text"] == "Olá, Bia! Total: R$ 10,00."
    assert [message["to"] for message in rig.actors.handed_over] == ["+5511911112222"] * 2
    viewer = await rig.client(company_id, "viewer")
    assert (await viewer.post(path, to)).status == 403


async def test_a_template_tells_its_other_languages(rig: Rig) -> None:
    _, owner = await rig.company()
    first = (await owner.post("/api/v1/templates", BODY)).json["id"]
    other = (await owner.post("/api/v1/templates", {**BODY, "language": "en_US", "body": "Hello!"})).json["id"]
    shown = (await owner.get(f"/api/v1/templates/{first}")).json
    assert shown["variants"] == [{"id": other, "language": "en_US", "status": "approved"}]


async def test_a_text_that_is_stored_nowhere_is_filled_the_same_way(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    path = "/api/v1/templates/preview"
    body = {"body": "Olá, {{customer_name|first_name}}! {{product_name}}", "defaults": {"product_name": "o pedido"}}
    event_id = await add_event(pool, company_id, NOW, customer_name="Ana Souza")
    assert (await owner.post(path, {**body, "event_id": str(event_id)})).json["text"] == "Olá, Ana! o pedido"
    lacking = (await owner.post(path, {"body": body["body"], "variables": {"customer_name": "Ana"}})).json
    assert (lacking["missing"], lacking["problem"]) == (["product_name"], "missing_variable:product_name")
    assert lacking["values"] == ["Ana", None]
    wrong = await owner.post(path, {"body": "{{custmer_name}}"})
    assert [one["field"] for one in wrong.json["errors"]] == ["body"]
    _, stranger = await rig.company("Outra")
    assert (await stranger.post(path, {**body, "event_id": str(event_id)})).status == 422
    assert (await (await rig.client(company_id, "viewer")).post(path, body)).status == 403
    assert await pool.fetchval("SELECT count(*) FROM templates") == 0


async def test_a_template_tells_the_rules_that_send_it_and_what_whatsapp_told(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    template_id = (await owner.post("/api/v1/templates", BODY)).json["id"]
    send = {"type": "send", "session_id": str(session_id), "template_id": template_id}
    branch = {"type": "branch", "when": {"field": "order_id", "op": "exists"}, "then": [send], "else": [send]}
    for name, steps in (("Um", [send]), ("Dois", [branch]), ("Sem", [{"type": "wait", "delay_s": 5}])):
        made = await owner.post(
            "/api/v1/rules", {"name": name, "trigger": {"event_type": "pix_created"}, "steps": steps}
        )
        assert made.status == 201, made.body
    await pool.execute(
        "UPDATE templates SET quality = 'YELLOW', meta_status = 'PAUSED', meta_reason = 'NONE', meta_told_at = $1", NOW
    )
    [listed] = (await owner.get("/api/v1/templates")).json["data"]
    assert (listed["rules"], listed["quality"], listed["review"]["status"]) == (2, "YELLOW", "PAUSED")
    one = (await owner.get(f"/api/v1/templates/{template_id}")).json
    assert ([rule["name"] for rule in one["used_by"]], one["rules"]) == (["Dois", "Um"], None)
    changed = await owner.call("PATCH", f"/api/v1/templates/{template_id}", body={"status": "approved"})
    assert changed.json["review"] == one["review"]
    _, stranger = await rig.company("Outra")
    assert (await stranger.get("/api/v1/templates")).json["data"] == []
