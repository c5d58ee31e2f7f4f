"""AI tried out over the REST application: decided as any message and without a trace; examples judged; agents off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from engine.ai.confusion import LEAST_EXAMPLES
from engine.ids import ms_to_time
from storage.conversations import Heard, fold_inbound
from storage.pool import Pool
from tests.actors.answering_rig import DELIVERY, QUESTION, add_source
from tests.asgi import Client
from tests.openai_server import KEY, OpenAiServer, calls, text
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_session, new_id

AGENTS, SIMULATE, CONFUSION, OFF = (f"/api/v1/ai/{name}" for name in ("agents", "simulate", "confusion", "off"))
NOW = ms_to_time(NOW_MS)
ASKED = "oi qdo chega meu pedido?"
_TRACES = ("messages", "ai_decisions", "conversations", "suppressions", "ai_turns", "incoming_events", "contacts")
BOOKING = [
    "quero agendar um horário",
    "tem horário na quinta?",
    "dá pra marcar sábado?",
    "quero marcar um corte",
    "consigo um horário amanhã cedo?",
    "queria reservar às 15h",
]
WHOLESALE = [
    "vocês vendem no atacado?",
    "qual o preço pra revenda?",
    "a partir de quantas peças é atacado?",
    "quero comprar pra revender na minha loja",
    "tem tabela de atacado?",
]


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool, outgoing_allow_private=("127.0.0.1",))


async def _tried(owner: Client, written: str, **more: Any) -> Any:
    answer = await owner.post(SIMULATE, {"text": written, **more})
    assert answer.status == 200, answer.body
    return answer.json


async def test_a_text_is_decided_as_a_message_would_be_and_leaves_no_trace(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    nobody = await _tried(owner, ASKED)
    assert (nobody["outcome"], nobody["reason"], nobody["agent_id"]) == ("silent", "no_agent", None)
    await add_source(pool, company, "question", "Entrega", DELIVERY, QUESTION)
    agent = (await owner.post(AGENTS, {"name": "Bia", "settings": {"per_conversation": 2}})).json
    answered = await _tried(owner, QUESTION)
    assert (answered["outcome"], answered["text"], answered["agent_id"]) == ("answered", DELIVERY, agent["id"])
    assert (answered["model"], answered["tokens"], answered["cost"]) == (None, 0, "0.000000")
    [passage] = answered["passages"]
    assert (passage["source"], passage["approved"], passage["used"]) == ("Entrega", True, True)
    person = await _tried(owner, "quero falar com um atendente humano")
    assert (person["outcome"], person["reason"], person["text"]) == ("handed_over", "wants_person", None)
    assert person["reason_text"]["pt"] and person["intent"] == "wants_person"
    stop = await _tried(owner, "PARAR")
    assert (stop["outcome"], stop["reason"], stop["decided_by"]) == ("silent", "opted_out", "words")
    said = [{"from": "company", "text": "Oi"}, {"from": "person", "text": "Oi"}, {"from": "company", "text": "Sim?"}]
    assert (await _tried(owner, QUESTION, said=said))["reason"] == "conversation_limit"
    for table in _TRACES:
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0, table


async def test_a_model_is_really_asked_checked_and_counted(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    await add_source(pool, company, "question", "Entrega", DELIVERY, QUESTION)
    async with OpenAiServer().running() as server:
        model = {"url": server.url, "name": "m", "key": KEY, "timeout_s": 5, "price_in": 1.0, "price_out": 2.0}
        settings = {"actions": ["tag", "hand_over"], "tags": ["vip"]}
        resting = {"name": "Bia", "active": False, "model": model, "settings": settings}
        agent = (await owner.post(AGENTS, resting)).json["id"]
        assert (await _tried(owner, QUESTION))["reason"] == "no_agent"  # out of use, unless it is named
        server.says = text("O prazo é de 5 a 8 dias úteis.")
        answered = await _tried(owner, QUESTION, agent_id=agent, said=[{"from": "person", "text": "bom dia"}])
        assert (answered["outcome"], answered["reason"], answered["model"]) == ("answered", "model_answer", "m")
        assert answered["text"] == "O prazo é de 5 a 8 dias úteis." and answered["tokens"] == 120
        assert "bom dia" in str(server.asked[-1]["messages"])
        server.says = text("Chega amanhã, prometo.")
        refused = await _tried(owner, QUESTION, agent_id=agent)
        assert (refused["reason"], refused["text"]) == ("answer_promise", DELIVERY)
        server.says = calls("tag", {"tag": "vip"}, "O prazo é de 5 a 8 dias úteis.")
        assert (await _tried(owner, QUESTION, agent_id=agent))["tags"] == ["vip"]
    assert await pool.fetchval("SELECT asked FROM ai_spending WHERE company_id = $1", company) == 4
    assert await pool.fetchval("SELECT count(*) FROM contacts") == 0


async def test_what_is_wrong_is_named(rig: Rig) -> None:
    _, owner = await rig.company()
    other_id, other = await rig.company("Outra")
    theirs = (await other.post(AGENTS, {"name": "Rui"})).json["id"]
    for body, field in (
        ({"text": ""}, "text"),
        ({"text": "oi", "agent_id": theirs}, "agent_id"),
        ({"text": "oi", "said": [{"from": "robot", "text": "x"}]}, "said[0].from"),
        ({"text": "oi", "said": [{"from": "person", "text": "x"}] * 9}, "said"),
    ):
        refused = await owner.post(SIMULATE, body)
        assert (refused.status, refused.json["errors"][0]["field"]) == (422, field), refused.body
    assert (await owner.post(OFF, {"agent_id": theirs})).status == 422
    assert (await (await rig.client(other_id, "viewer")).post(SIMULATE, {"text": "oi"})).status == 403


async def test_examples_judge_each_other_and_the_table_stays_while_they_do(rig: Rig) -> None:
    _, owner = await rig.company()
    empty = (await owner.get(CONFUSION)).json
    assert (empty["examples"], empty["least"], empty["rows"]) == (0, LEAST_EXAMPLES, [])
    intents = "/api/v1/ai/intents"
    booking = {"name": "booking", "label": "Quer agendar", "examples": BOOKING}
    assert (await owner.post(intents, booking)).status == 201
    few = (await owner.get(CONFUSION)).json
    assert (few["examples"], few["judged"], few["rows"]) == (len(BOOKING), 0, [])
    made = await owner.post(intents, {"name": "wholesale", "label": "Atacado", "examples": WHOLESALE})
    table = (await owner.get(CONFUSION)).json
    assert table["judged"] == len(BOOKING) + len(WHOLESALE) and table["version"] != few["version"]
    rows = {row["intent"]: row for row in table["rows"]}
    assert rows["booking"]["intent_text"]["pt"] == "Quer agendar"
    for row in rows.values():
        assert sum(one["examples"] for one in row["told"]) == row["judged"]
        assert row["right"] == sum(one["examples"] for one in row["told"] if one["intent"] == row["intent"])
    assert table["right"] >= 4, table  # of eleven: each has few of its own kind, and ten intents beside it
    assert len(table["wrong"]) == table["judged"] - table["right"]
    assert (await owner.get(CONFUSION)).json == table
    path = f"{intents}/{made.json['id']}"
    assert (await owner.call("PATCH", path, body={"examples": [*WHOLESALE, "quero agendar um corte"]})).status == 200
    mixed = (await owner.get(CONFUSION)).json
    assert mixed["version"] != table["version"]
    (astray,) = [one for one in mixed["wrong"] if one["text"] == "quero agendar um corte"]
    assert (astray["intent"], astray["told"]) == ("wholesale", "booking")


async def _talks(pool: Pool, company: UUID, session: UUID, count: int) -> None:
    async with pool.acquire() as connection, connection.transaction():
        heard = [
            Heard(company, session, f"+5511{session.int % 1000:03d}{number:06d}", NOW, new_id(NOW), "text", "Oi")
            for number in range(count)
        ]
        await fold_inbound(connection, heard, NOW)


async def test_the_dialog_that_switches_ai_off_tells_the_true_number(rig: Rig, pool: Pool) -> None:
    company, owner = await rig.company()
    shared, own, resting = [await add_session(pool, company, NOW) for _ in range(3)]
    everybody = (await owner.post(AGENTS, {"name": "Bia"})).json["id"]
    single = (await owner.post(AGENTS, {"name": "Rui", "session_id": str(own)})).json["id"]
    await owner.post(AGENTS, {"name": "Ivo", "session_id": str(resting), "active": False})
    for session, count in ((shared, 3), (own, 2), (resting, 4)):
        await _talks(pool, company, session, count)
    await pool.execute(
        "UPDATE conversations SET ai_on = false "
        "WHERE id = (SELECT id FROM conversations WHERE session_id = $1 LIMIT 1)",
        shared,
    )

    async def off(**body: Any) -> tuple[int, int]:
        answer = await owner.post(OFF, body)
        assert answer.status == 200, answer.body
        return answer.json["agents"], answer.json["conversations"]

    assert await off(preview=True) == (2, 4)  # without those of a person, and of an agent that rests
    assert await off(preview=True, agent_id=everybody) == (1, 2)
    assert await off(preview=True, agent_id=single) == (1, 2)
    assert (await owner.post(OFF, {"conversations": 3})).status == 409
    assert await off(agent_id=single, conversations=2) == (1, 2)
    assert [one["name"] for one in (await owner.get(AGENTS)).json["data"] if one["active"]] == ["Bia"]
    await pool.execute("UPDATE conversations SET state = 'closed' WHERE session_id = $1 AND ai_on", shared)
    assert await off() == (1, 0)
    assert await off() == (0, 0)
    names = await pool.fetch(
        "SELECT operation FROM audit_log WHERE operation = 'switchAiOff' AND company_id = $1", company
    )
    assert len(names) == 3
