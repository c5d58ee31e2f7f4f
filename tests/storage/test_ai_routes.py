"""Intents and decisions over the REST application: taught, tried, listed, judged; what is wrong is named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from storage.ai_turns import Decision, insert_decisions
from storage.conversation_people import blank_texts, follow_number
from storage.erasure import forget_number
from storage.pool import Pool
from tests.asgi import Client
from tests.rest_rig import Rig, make_rig
from tests.seeding import new_id
from tests.storage.test_conversations import ANA, NOW

INTENTS, DECISIONS = "/api/v1/ai/intents", "/api/v1/ai/decisions"
BOOKING = {
    "name": "booking",
    "label": "Quer agendar",
    "examples": [
        "quero agendar um horário",
        "tem horário na quinta?",
        "dá pra marcar sábado?",
        "quero marcar um corte",
    ],
}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def decide(pool: Pool, company: UUID, **fields: Any) -> UUID:
    values: dict[str, Any] = {
        "company_id": company,
        "id": new_id(NOW),
        "conversation_id": new_id(NOW),
        "session_id": new_id(NOW),
        "phone": ANA,
        "at": NOW,
        "text": "já acertei com a moça, +55 11 98888-7777",
        "intent": "thanks",
        "confidence": 0.61,
        "second_intent": "already_paid",
        "second_confidence": 0.3,
        "decided_by": "model",
        "neighbours": '[{"text":"obrigado","intent":"thanks","nearness":0.5}]',
        "outcome": "silent",
        "reason": "no_agent",
        "message_id": None,
        "sources": "[]",
        "prompt_version": None,
        "model": None,
        "cost": None,
        "tokens": None,
        "latency_ms": 40,
        **fields,
    }
    async with pool.acquire() as connection:
        await insert_decisions(connection, [Decision(**values)])
        await insert_decisions(connection, [Decision(**{**values, "intent": "price"})])  # the first one stays
    return UUID(str(values["id"]))


async def test_an_intent_is_taught_tried_changed_and_removed(rig: Rig) -> None:
    company, owner = await rig.company()
    tried = await owner.post("/api/v1/ai/understand", {"text": "queria marcar um horario pra sexta"})
    assert (tried.status, tried.json["decided_by"]) == (200, "model")
    assert tried.json["intent"] != "booking"
    made = await owner.post(INTENTS, BOOKING)
    assert (made.status, made.json["active"], made.json["threshold"]) == (201, True, None)
    assert ("ai", company) in rig.actors.announced
    path = f"{INTENTS}/{made.json['id']}"
    assert made.headers["location"] == path
    assert (await owner.call("PATCH", path, body={"threshold": 0.6})).json["threshold"] == 0.6
    assert (await owner.call("PATCH", path, body={"threshold": None})).json["threshold"] is None
    told = (await owner.get(INTENTS)).json
    assert [intent["name"] for intent in told["data"]] == ["booking"]
    assert {intent["name"] for intent in told["built_in"]} >= {"opt_out", "other"}
    assert (await owner.post(INTENTS, BOOKING)).status == 409
    assert (await owner.call("DELETE", path)).status == 204
    assert (await owner.get(path)).status == 404


async def test_a_stop_word_is_understood_without_the_model(rig: Rig) -> None:
    _, owner = await rig.company()
    told = (await owner.post("/api/v1/ai/understand", {"text": "PARAR"})).json
    assert (told["intent"], told["confidence"], told["decided_by"]) == ("opt_out", 1.0, "words")
    assert told["intent_text"]["pt"] == "Não quer mais receber mensagens"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": "Com Espaço"}, "name"),
        ({"name": "unsure"}, "name"),
        ({"examples": []}, "examples"),
        ({"examples": ["  "]}, "examples[0]"),
        ({"threshold": 2}, "threshold"),
        ({"nome": "x"}, "nome"),
    ],
)
async def test_what_is_wrong_with_an_intent_is_named(rig: Rig, change: dict[str, Any], field: str) -> None:
    _, owner = await rig.company()
    refused = await owner.post(INTENTS, BOOKING | change)
    assert refused.status in (400, 422)
    assert refused.json["errors"][0]["field"] == field


async def test_decisions_are_listed_narrowed_and_told_whole(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    first = await decide(pool, company)
    second = await decide(pool, company, intent="opt_out", outcome="handed_over", reason="perhaps_opt_out")
    page = (await owner.get(DECISIONS)).json
    assert ({row["id"] for row in page["data"]}, page["count"]) == ({str(first), str(second)}, 2)
    narrowed = (await owner.get(DECISIONS, {"intent": "opt_out"})).json["data"]
    assert [row["id"] for row in narrowed] == [str(second)]
    assert [row["id"] for row in (await owner.get(DECISIONS, {"outcome": "silent"})).json["data"]] == [str(first)]
    one = (await owner.get(f"{DECISIONS}/{second}")).json
    assert one["reason_text"]["pt"].startswith("Talvez")
    assert one["neighbours"][0]["text"] == "obrigado"
    half = (await owner.get(DECISIONS, {"limit": "1"})).json
    rest = (await owner.get(DECISIONS, {"limit": "1", "cursor": half["next_cursor"]})).json
    assert half["data"][0]["id"] != rest["data"][0]["id"]


async def test_viewers_see_no_numbers_in_decisions(rig: Rig, pool: Pool) -> None:
    company, _ = await rig.company()
    decision = await decide(pool, company)
    viewer = await _viewer(rig, company)
    told = await viewer.get(f"{DECISIONS}/{decision}")
    assert ANA not in told.body.decode()
    assert "98888" not in told.body.decode()
    assert (await viewer.post(f"{DECISIONS}/{decision}/feedback", {"feedback": "right"})).status == 403


async def _viewer(rig: Rig, company: UUID) -> Client:
    from tests.rest_rig import make_key

    return rig.stranger.acting_as(await make_key(rig.services, company, "viewer"))


async def test_a_wrong_decision_becomes_an_example_once(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    decision = await decide(pool, company)
    path = f"{DECISIONS}/{decision}/feedback"
    for _ in range(2):
        told = await owner.post(path, {"feedback": "wrong", "intent": "already_paid"})
        assert (told.status, told.json["feedback"], told.json["feedback_intent"]) == (200, "wrong", "already_paid")
    [own] = (await owner.get(INTENTS)).json["data"]
    assert (own["name"], own["label"], len(own["examples"])) == ("already_paid", "Diz que já pagou", 1)
    refused = await owner.post(path, {"feedback": "wrong", "intent": "nothing_known"})
    assert refused.json["errors"][0]["field"] == "intent"
    refused = await owner.post(path, {"feedback": "right", "intent": "price"})
    assert refused.json["errors"][0]["field"] == "intent"
    assert (await owner.post(path, {"feedback": "right"})).json["feedback_intent"] is None


async def test_what_was_decided_goes_with_its_person(rig: Rig, pool: Pool) -> None:
    company, _ = await rig.company()
    stranger = await decide(pool, company, phone="+5511900000009")
    mine = await decide(pool, company)
    async with pool.acquire() as connection, connection.transaction():
        await follow_number(connection, company, ANA, "+5511900000005", NOW)
    assert await pool.fetchval("SELECT phone FROM ai_decisions WHERE id = $1", mine) == "+5511900000005"
    async with pool.acquire() as connection, connection.transaction():
        assert await blank_texts(connection, company, NOW, 100) == 0
        assert await blank_texts(connection, company, NOW + timedelta(seconds=1), 100) == 2
    row = await pool.fetchrow("SELECT text, neighbours FROM ai_decisions WHERE id = $1", mine)
    assert row is not None and tuple(row) == (None, "[]")
    async with pool.acquire() as connection, connection.transaction():
        await forget_number(connection, company, "+5511900000005", NOW)
    assert await pool.fetchval("SELECT array_agg(id) FROM ai_decisions") == [stranger]
