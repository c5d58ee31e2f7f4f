"""Variants over the API: written, reviewed, stale once the template's text changes, and said by rules' messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.ids import ms_to_time
from storage.company_config import load_company
from storage.pool import Pool
from tests.asgi import Client
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_event, add_session

NOW = ms_to_time(NOW_MS)
BODY = {"name": "lembrete", "body": "Olá, {{customer_name|first_name}}! Total: {{order_value}}."}
VARIANT = "Oi {{customer_name|first_name}}, o total ficou em {{order_value}}."
OTHER = "{{customer_name|first_name}}, passando para lembrar do total de {{order_value}}."


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def _template(owner: Client, **changes: Any) -> str:
    made = await owner.post("/api/v1/templates", BODY | changes)
    assert made.status == 201, made.body
    return f"/api/v1/templates/{made.json['id']}"


async def test_a_variant_is_written_reviewed_listed_and_deleted(rig: Rig) -> None:
    company_id, owner = await rig.company()
    path = await _template(owner)
    made = await owner.post(f"{path}/variants", {"text": f"  {VARIANT}  "})
    assert made.status == 201, made.body
    assert (made.json["state"], made.json["text"], made.json["template_version"]) == ("proposed", VARIANT, 1)
    assert (made.json["origin"], made.json["reviewed_by"], made.json["created_by"]) == ("person", None, "api_key:owner")
    assert rig.actors.announced == [("templates", company_id)]  # the template alone: nobody says what is proposed
    one = f"{path}/variants/{made.json['id']}"
    approved = await owner.call("PATCH", one, body={"state": "approved"})
    assert (approved.json["state"], approved.json["reviewed_by"]) == ("approved", "api_key:owner")
    assert len(rig.actors.announced) == 2
    await owner.post(f"{path}/variants", {"text": OTHER, "state": "rejected"})
    listed = (await owner.get(f"{path}/variants")).json
    assert [row["state"] for row in listed["data"]] == ["rejected", "approved"] and listed["count"] == 2
    assert (await owner.get(path)).json["written"] == {"proposed": 0, "approved": 1, "rejected": 1, "stale": 0}
    changed = await owner.call("PATCH", one, body={"text": VARIANT.replace("Oi", "E aí")})
    assert (changed.json["state"], changed.json["reviewed_by"]) == ("proposed", None)
    assert (await owner.call("DELETE", one)).status == 204
    assert (await owner.get(one)).status == 404


async def test_one_that_does_not_hold_names_its_field_in_both_languages(rig: Rig) -> None:
    _, owner = await rig.company()
    path = await _template(owner)
    refused = await owner.post(f"{path}/variants", {"text": "Oi {{customer_name}}, total {{order_value}}."})
    assert refused.status == 422
    error = refused.json["errors"][0]
    assert error["field"] == "text" and "{{customer_name|first_name}}" in error["reason"]
    assert error["reason_text"]["pt"].startswith("As variáveis não são exatamente as do modelo")
    await owner.post(f"{path}/variants", {"text": VARIANT})
    same = VARIANT.replace("Oi", "OI").replace(",", " -")
    assert (await owner.post(f"{path}/variants", {"text": same})).status == 422
    link = await owner.post(f"{path}/variants", {"text": f"{VARIANT} https://ajuda.loja.com"})
    assert link.json["errors"][0]["reason_text"]["en"] == "The answer held a link that is not allowed."
    await owner.post("/api/v1/ai/agents", {"name": "a", "settings": {"hosts": ["ajuda.loja.com"]}})
    assert (await owner.post(f"{path}/variants", {"text": f"{VARIANT} https://ajuda.loja.com"})).status == 201


async def test_an_edit_of_the_template_makes_its_variants_stale_until_somebody_looks_again(
    rig: Rig, pool: Pool
) -> None:
    company_id, owner = await rig.company()
    path = await _template(owner)
    made = await owner.post(f"{path}/variants", {"text": VARIANT, "state": "approved"})
    one = f"{path}/variants/{made.json['id']}"

    async def sent() -> list[dict[str, Any]]:
        rows = await load_company(pool, company_id)
        assert rows is not None
        variants: list[dict[str, Any]] = rows.templates[0]["variants"]
        return variants

    assert await sent() == [{"id": made.json["id"], "text": VARIANT}]
    await owner.call("PATCH", path, body={"name": "outro nome"})
    assert len(await sent()) == 1  # the text is what it was
    await owner.call("PATCH", path, body={"body": "Olá, {{customer_name|first_name}}! O total é {{order_value}}."})
    assert await sent() == []
    assert (await owner.get(one)).json["state"] == "stale"
    assert (await owner.call("PATCH", one, body={"state": "approved"})).json["template_version"] == 2
    assert len(await sent()) == 1
    await owner.call("PATCH", path, body={"body": "Olá! O total é {{order_value}}."})
    refused = await owner.call("PATCH", one, body={"state": "approved"})
    assert refused.status == 422 and refused.json["errors"][0]["field"] == "text"
    assert (await owner.call("PATCH", one, body={"state": "rejected"})).json["state"] == "rejected"


async def test_samples_are_what_recent_events_would_be_told(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    path = await _template(owner)
    for text, state in ((VARIANT, "approved"), (OTHER, "proposed")):
        await owner.post(f"{path}/variants", {"text": text, "state": state})
    for number in range(12):
        name = None if number == 11 else f"Ana{number} Souza"
        at = NOW - timedelta(seconds=60 - number)
        await add_event(pool, company_id, at, customer_name=name, order_value_cents=9_700, order_id=f"p{number}")
    shown = (await owner.post(f"{path}/variants/preview")).json
    assert (shown["variants"], len(shown["data"])) == (1, 10)
    assert shown["data"][0]["problem"] == "missing_variable:customer_name"
    assert shown["data"][1]["text"] == "Oi Ana10, o total ficou em R$ 97,00."
    both = (await owner.post(f"{path}/variants/preview", {"proposed": True, "count": 9})).json
    assert both["variants"] == 2 and len({row["variant_id"] for row in both["data"]}) == 2
    assert both == (await owner.post(f"{path}/variants/preview", {"proposed": True, "count": 9})).json
    phone = await _template(owner, name="fone", body="Seu fone é {{customer_phone}}")
    await add_event(pool, company_id, NOW, customer_phone="+5511987654321")
    viewer = await rig.client(company_id, "viewer")
    masked = await viewer.post(f"{phone}/variants/preview", {"count": 1})
    assert masked.status == 200 and "87654321" not in masked.body.decode()
    assert (await viewer.post(f"{path}/variants", {"text": VARIANT})).status == 403
    assert (await viewer.get(f"{path}/variants")).status == 200


async def test_a_meta_template_has_none_and_a_rule_may_not_ask_for_them(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    meta = await _template(owner, name="meta_um", kind="meta", body="Olá {{customer_name}} tudo bem?")
    for answer in (
        await owner.post(f"{meta}/variants", {"text": "Oi {{customer_name}} tudo certo?"}),
        await owner.post(f"{meta}/variants/preview"),
    ):
        assert answer.status == 422 and answer.json["errors"][0]["field"] == "template_id"
    send = {"session_id": str(session_id), "template_id": meta.rsplit("/", 1)[1], "variants": True}
    rule = {"name": "r", "trigger": {"event_type": "x"}, "action": {"send": send}}
    refused = await owner.post("/api/v1/rules", rule)
    assert [one["field"] for one in refused.json["errors"]] == ["action.send.variants"]
    steps = {"name": "r", "trigger": {"event_type": "x"}, "steps": [{"type": "send", **send}]}
    refused = await owner.post("/api/v1/rules", steps)
    assert [one["field"] for one in refused.json["errors"]] == ["steps[0].variants"]
    text = {"session_id": str(session_id), "text": "Oi", "variants": True}
    refused = await owner.post("/api/v1/rules", {**rule, "action": {"send": text}})
    assert [one["field"] for one in refused.json["errors"]] == ["action.send.variants"]


async def test_a_dry_run_tells_how_many_there_are_and_which_it_would_take(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    path = await _template(owner)
    made = await owner.post(f"{path}/variants", {"text": VARIANT, "state": "approved"})
    await add_event(
        pool, company_id, NOW, event_type="pix_created", customer_name="Ana", order_value_cents=100, order_id="p"
    )
    template_id = path.rsplit("/", 1)[1]
    send = {"session_id": str(session_id), "template_id": template_id, "variants": True}
    rule = {"name": "r", "trigger": {"event_type": "pix_created"}, "action": {"send": send}}
    tried = (await owner.post("/api/v1/rules/dry-run", {"rule": rule})).json
    assert tried["variants"] == [{"template_id": template_id, "approved": 1}]
    assert tried["sends"][0]["variant_id"] == made.json["id"]
    assert tried["sends"][0]["text"] == "Oi Ana, o total ficou em R$ 1,00."


async def test_there_are_at_most_thirty(rig: Rig) -> None:
    _, owner = await rig.company()
    path = await _template(owner, body="Olá {{order_value}}, " + "tudo certo por aqui, " * 5 + "obrigado.")
    for number in range(30):
        text = f"Oi, {'muito ' * number}obrigado {{{{order_value}}}}"
        assert (await owner.post(f"{path}/variants", {"text": text})).status == 201
    assert (await owner.post(f"{path}/variants", {"text": "Mais um {{order_value}}"})).status == 409


async def test_another_company_has_nothing_to_do_with_them(rig: Rig) -> None:
    _, owner = await rig.company()
    _, stranger = await rig.company("Outra")
    path = await _template(owner)
    made = await owner.post(f"{path}/variants", {"text": VARIANT})
    theirs = await _template(stranger)
    for call in (
        stranger.get(f"{path}/variants"),
        stranger.get(f"{path}/variants/{made.json['id']}"),
        stranger.get(f"{theirs}/variants/{made.json['id']}"),
        stranger.post(f"{path}/variants", {"text": VARIANT}),
        stranger.call("PATCH", f"{theirs}/variants/{made.json['id']}", body={"state": "approved"}),
        stranger.call("DELETE", f"{theirs}/variants/{made.json['id']}"),
    ):
        assert (await call).status == 404
