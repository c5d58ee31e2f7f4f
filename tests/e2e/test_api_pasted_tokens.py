"""A pasted token or id that does not work is told by its field before anything is saved."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from storage.pool import Pool
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_session

SESSION = {
    "name": "Vendas",
    "transport": "cloud",
    "phone": "+5511900000000",
    "phone_number_id": "100",
    "waba_id": "900",
    "token": "tok",
    "meta_app": {"app_id": "300", "app_secret": "app-secret", "verify_token": "verify"},
}
REFUSED = {"asked": True, "problems": [{"field": "token", "reason": "has expired", "pt": "expirou"}], "number": None}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def saved(pool: Pool) -> list[int]:
    return [await pool.fetchval(f"SELECT count(*) FROM {table}") for table in ("sessions", "meta_apps")]


async def test_a_wrong_token_is_told_and_nothing_is_saved(rig: Rig, pool: Pool) -> None:
    _, owner = await rig.company()
    rig.actors.graph_says = REFUSED
    answer = await owner.post("/api/v1/sessions", SESSION)
    words = {"pt": "expirou", "en": "has expired"}
    assert answer.status == 422
    assert answer.json["errors"] == [{"field": "token", "reason": "has expired", "reason_text": words}]
    assert await saved(pool) == [0, 0]
    assert rig.actors.questions == [("check", "cloud", "tok", "100", "900", "+5511900000000")]


async def test_a_good_token_is_saved_and_so_is_one_that_nobody_could_ask_about(rig: Rig, pool: Pool) -> None:
    _, owner = await rig.company()
    rig.actors.graph_says = {"asked": True, "problems": [], "number": {}}
    assert (await owner.post("/api/v1/sessions", SESSION)).status == 201
    rig.actors.graph_says = {"asked": False, "problems": [], "number": None}
    other = {**SESSION, "phone_number_id": "101", "meta_app": {**SESSION["meta_app"], "app_id": "301"}}  # type: ignore[dict-item]
    assert (await owner.post("/api/v1/sessions", other)).status == 201
    assert await saved(pool) == [2, 2]


@pytest.mark.parametrize(
    ("settings", "more", "asked"),
    [
        ({}, {}, 1),
        ({}, {"check": False}, 0),
        ({"graph_url": "http://127.0.0.1:9"}, {}, 0),  # a simulator may come to know the number afterwards
        ({"graph_url": "http://127.0.0.1:9"}, {"check": True}, 1),
        ({}, {"transport": "simulator"}, 0),
        ({}, {"transport": "simulator", "check": True}, 1),
    ],
)
async def test_when_whatsapp_is_asked(pool: Pool, settings: dict[str, Any], more: dict[str, Any], asked: int) -> None:
    rig = await make_rig(pool, **settings)
    _, owner = await rig.company()
    assert (await owner.post("/api/v1/sessions", {**SESSION, **more})).status == 201
    assert len(rig.actors.questions) == asked


async def test_a_stored_number_is_asked_about_by_its_ids(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    made = (await owner.post("/api/v1/sessions", {**SESSION, "check": False})).json
    session = UUID(made["id"]).bytes
    rig.actors.graph_says = REFUSED
    checked = await owner.post(f"/api/v1/sessions/{made['id']}/check")
    assert (checked.status, checked.json["asked"], checked.json["number"]) == (200, True, None)
    assert checked.json["problems"][0]["reason_text"] == {"pt": "expirou", "en": "has expired"}
    marked = await owner.post(f"/api/v1/sessions/{made['id']}/mark-read", {"message_id": "wamid.1", "typing": True})
    assert marked.json == {"marked": True}
    wrong = await owner.post(f"/api/v1/sessions/{made['id']}/mark-read", {"message_id": "1"})
    assert (wrong.status, wrong.json["errors"][0]["field"]) == (422, "message_id")
    assert rig.actors.questions == [
        ("check_session", company_id.bytes, session),
        ("mark_read", company_id.bytes, session, "wamid.1", True),
    ]


async def test_templates_are_synced_and_their_change_is_in_force_everywhere(rig: Rig) -> None:
    company_id, owner = await rig.company()
    made = (await owner.post("/api/v1/sessions", {**SESSION, "check": False})).json
    rig.actors.announced.clear()
    rig.actors.graph_says = {"told": 1, "changed": True, "names": [["pix", "pt_BR"]]}
    answer = await owner.post("/api/v1/templates/sync", {"session_id": made["id"]})
    assert answer.json == {"told": 1, "changed": True, "templates": [{"name": "pix", "language": "pt_BR"}]}
    assert rig.actors.announced == [("templates", company_id)]


async def test_a_web_session_has_nothing_to_ask_about(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, datetime(2026, 9, 21, tzinfo=UTC), transport="web")
    assert (await owner.post(f"/api/v1/sessions/{session_id}/check")).status == 409
    assert (await owner.post("/api/v1/templates/sync", {"session_id": str(session_id)})).status == 422
    assert rig.actors.questions == []
