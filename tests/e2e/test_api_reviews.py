"""Templates handed to WhatsApp by the API: what is asked, what is announced, what is refused and by which field."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from storage.pool import Pool
from tests.asgi import Client
from tests.e2e.test_api_pasted_tokens import SESSION
from tests.rest_rig import Rig, make_rig

TEMPLATE = {"name": "pix", "kind": "meta", "body": "Oi, {{customer_name}}, tudo bem?"}
REFUSED = {"problems": [{"field": "components", "reason": "no", "pt": "não"}]}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def begin(rig: Rig, **template: Any) -> tuple[UUID, Client, str, str]:
    company_id, owner = await rig.company()
    session = (await owner.post("/api/v1/sessions", {**SESSION, "check": False})).json["id"]
    made = (await owner.post("/api/v1/templates", {**TEMPLATE, **template})).json["id"]
    rig.actors.announced.clear()
    return company_id, owner, session, made


async def test_a_template_is_handed_in_as_whatsapp_wants_it(rig: Rig) -> None:
    company_id, owner, session, template = await begin(rig)
    rig.actors.graph_says = {"problems": [], "edited": False}
    body = {"session_id": session, "examples": ["Maria"]}
    assert (await owner.post(f"/api/v1/templates/{template}/submit", body)).status == 200
    question, company, number, identity, definition, _ = rig.actors.questions[-1]
    assert (question, company, number) == ("submit_template", company_id.bytes, UUID(session).bytes)
    assert identity == UUID(template).bytes
    assert definition["components"][0]["example"] == {"body_text": [["Maria"]]}
    assert rig.actors.announced == [("templates", company_id)]
    assert (await owner.post(f"/api/v1/templates/{template}/withdraw", {"session_id": session})).status == 200
    assert rig.actors.questions[-1][0] == "withdraw_template"


async def test_refusals_name_their_field_in_both_languages(rig: Rig) -> None:
    _, owner, session, template = await begin(rig)
    missing = await owner.post(f"/api/v1/templates/{template}/submit", {"session_id": session})
    assert (missing.status, missing.json["errors"][0]["field"]) == (422, "examples")
    rig.actors.graph_says = REFUSED
    for path, body in (
        (f"/templates/{template}/submit", {"session_id": session, "examples": ["a"]}),
        (f"/templates/{template}/withdraw", {"session_id": session, "all_languages": True}),
        ("/templates/import", {"session_id": session}),
        (f"/sessions/{session}/subscribe", None),
    ):
        answer = await owner.post("/api/v1" + path, body)
        words = {"field": "components", "reason": "no", "reason_text": {"pt": "não", "en": "no"}}
        assert (answer.status, answer.json["errors"]) == (422, [words])
    assert rig.actors.announced == []


async def test_a_plain_template_is_not_reviewed_and_a_viewer_may_not_ask(rig: Rig) -> None:
    company_id, owner, session, template = await begin(rig, kind="plain")
    for what in ("submit", "withdraw"):
        answer = await owner.post(f"/api/v1/templates/{template}/{what}", {"session_id": session})
        assert answer.status == 409
    viewer = await rig.client(company_id, "viewer")
    assert (await viewer.post("/api/v1/templates/import", {"session_id": session})).status == 403
    assert rig.actors.questions == []


async def test_imported_templates_are_in_force_everywhere(rig: Rig) -> None:
    company_id, owner, session, _ = await begin(rig)
    rig.actors.graph_says = {
        "problems": [],
        "told": 2,
        "changed": True,
        "imported": [["novo", "pt_BR"]],
        "left_out": [["x", "en", "has a part carousel"]],
    }
    answer = await owner.post("/api/v1/templates/import", {"session_id": session})
    assert answer.json["imported"] == [{"name": "novo", "language": "pt_BR"}]
    assert answer.json["left_out"][0]["reason"] == "has a part carousel"
    assert rig.actors.announced == [("templates", company_id)]
    rig.actors.graph_says = {"problems": []}
    assert (await owner.post(f"/api/v1/sessions/{session}/subscribe")).json == {"subscribed": True}
