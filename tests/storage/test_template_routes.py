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
