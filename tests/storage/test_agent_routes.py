"""Agents over the REST application: one per number, keys sealed and never shown, what is wrong named."""

from __future__ import annotations

from typing import Any

import pytest

from engine.ids import ms_to_time
from storage.ai_agents import find_agent
from storage.conversations import Heard, fold_inbound
from storage.pool import Pool
from tests.actors.answering_rig import DELIVERY, QUESTION, add_source
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_session, new_id

PATH = "/api/v1/ai/agents"
NOW = ms_to_time(NOW_MS)
MODEL = {"url": "https://api.example.com/v1", "name": "m", "key": "sk-secret"}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def test_an_agent_is_made_shown_changed_and_removed(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    session = await add_session(pool, company, NOW)
    made = await owner.post(PATH, {"name": "Bia", "model": MODEL})
    assert (made.status, made.json["has_key"], made.json["settings"]["zone"]) == (201, True, "America/Sao_Paulo")
    assert b"sk-secret" not in made.body
    path = f"{PATH}/{made.json['id']}"
    assert (await owner.post(PATH, {"name": "Outra"})).status == 409
    own = await owner.post(PATH, {"name": "Rui", "session_id": str(session), "active": False})
    assert own.status == 201
    assert await find_agent(pool, company, session) is None  # its own one rests, and keeps the company's away
    clash = await owner.call("PATCH", f"{PATH}/{own.json['id']}", body={"session_id": None})
    assert clash.status == 409
    kept = await owner.call("PATCH", path, body={"name": "Bea", "model": {"url": MODEL["url"], "name": "n"}})
    assert (kept.json["name"], kept.json["has_key"], kept.json["model"]["name"]) == ("Bea", True, "n")
    moved = await owner.call("PATCH", path, body={"model": {"url": "https://other.example.com/v1", "name": "n"}})
    assert moved.json["has_key"] is False  # a key never goes to another address
    assert [one["name"] for one in (await owner.get(PATH)).json["data"]] == ["Rui", "Bea"]
    assert (await owner.call("DELETE", path)).status == 204
    assert (await owner.get(path)).status == 404
    stored = await pool.fetch("SELECT changes FROM audit_log WHERE company_id = $1", company)
    assert stored and not any("sk-secret" in str(row["changes"]) for row in stored)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"session_id": "0199f000-0000-7000-8000-0000000000a1"}, "session_id"),
        ({"model": {**MODEL, "url": "http://10.0.0.1/v1"}}, "model.url"),
        ({"model": {**MODEL, "url": "ftp://a"}}, "model.url"),
        ({"model": {"name": "m"}}, "model.url"),
        ({"settings": {"hosts": ["https://a.b"]}}, "settings.hosts[0]"),
        ({"settings": {"delay_s": [9, 1]}}, "settings.delay_s"),
        ({"settings": {"zone": "Brasil"}}, "settings.zone"),
        ({"settings": {"hours": [{"days": [1], "from": "20:00", "to": "08:00"}]}}, "settings.hours[0].to"),
        ({"settings": {"actions": ["tag"]}}, "settings.tags"),
        ({"settings": {"least": 2}}, "settings.least"),
    ],
)
async def test_what_is_wrong_is_named(rig: Rig, body: dict[str, Any], field: str) -> None:
    _, owner = await rig.company()
    answer = await owner.post(PATH, {"name": "Bia", **body})
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, [field])


async def test_only_owners_change_agents_and_all_see_what_was_spent(rig: Rig) -> None:
    company, _ = await rig.company()
    operator, viewer = await rig.client(company, "operator"), await rig.client(company, "viewer")
    assert (await operator.post(PATH, {"name": "Bia"})).status == 403
    spent = await viewer.get("/api/v1/ai/spending")
    assert spent.json == {"day": "2026-09-21", "tokens": 0, "cost": "0.000000", "asked": 0, "failed": 0}


async def test_answers_are_suggested_to_operators(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    session = await add_session(pool, company, NOW)
    source_id = await add_source(pool, company, "question", "Entrega", DELIVERY, "Qual é o prazo de entrega?")
    event_id = new_id(NOW)
    async with pool.acquire() as connection, connection.transaction():
        heard = Heard(company, session, "+5511900000001", NOW, event_id, "text", QUESTION)
        await fold_inbound(connection, [heard], NOW)
    told = await owner.post("/api/v1/ai/suggestions", {"conversation_id": str(event_id)})
    assert told.status == 200
    (one,) = told.json["data"]
    assert (one["text"], one["reason"], one["sources"]) == (
        DELIVERY,
        "approved_answer",
        [{"source_id": str(source_id), "position": 0}],
    )
    assert (told.json["model"], told.json["why_not"]) == (None, None)
    unknown = await owner.post("/api/v1/ai/suggestions", {"conversation_id": str(new_id(NOW))})
    assert (unknown.status, unknown.json["errors"][0]["field"]) == (422, "conversation_id")
    viewer = await rig.client(company, "viewer")
    assert (await viewer.post("/api/v1/ai/suggestions", {"conversation_id": str(event_id)})).status == 403
