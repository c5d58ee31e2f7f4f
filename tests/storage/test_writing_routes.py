"""Summaries, ideas and proposed variants over the API: with a model that tells the truth or not, and without one."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from engine.ai.template_ideas import LANGUAGES, idea_refusal, meaning_of, reviewed_ideas
from engine.ai.variants import Original
from engine.event_types import EVENT_TYPES
from engine.ids import ms_to_time
from engine.template_schema import validate_template
from storage.conversations import Heard, fold_inbound
from storage.pool import Pool
from tests.asgi import Client
from tests.openai_server import KEY, OpenAiServer
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_event, add_message, add_session

NOW = ms_to_time(NOW_MS)
PHONE = "+5511987654321"
BODY = {"name": "lembrete", "body": "Olá, {{customer_name|first_name}}! Total: {{order_value}}."}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool, outgoing_allow_private=("127.0.0.1",), ai_workers=1)


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with OpenAiServer().running() as running:
        yield running


async def _model(owner: Client, server: OpenAiServer, **changes: Any) -> None:
    model = {"url": server.url, "name": "m", "key": KEY, **changes}
    made = await owner.post("/api/v1/ai/agents", {"name": "Bia", "model": model})
    assert made.status == 201, made.body


async def _conversation(pool: Pool, company_id: UUID) -> str:
    session_id = await add_session(pool, company_id, NOW)
    await add_event(
        pool,
        company_id,
        NOW - timedelta(hours=3),
        order_id="pedido-9",
        customer_phone=PHONE,
        product_name="Curso de violão",
        order_value_cents=19_700,
    )
    heard: list[Heard] = []
    for text, ago in (("oi, comprei o curso", 50), ("paguei o pix mas não recebi o acesso, e agora?", 5)):
        message = {"type": "text", "text": {"body": text}}
        told = orjson.dumps({"session_id": str(session_id), "message": message}).decode()
        at = NOW - timedelta(minutes=ago)
        event_id = await add_event(
            pool, company_id, at, event_type="message_received", customer_phone=PHONE, payload=told
        )
        await pool.execute("UPDATE incoming_events SET webhook_id = NULL WHERE id = $1", event_id)
        heard.append(Heard(company_id, session_id, PHONE, at, event_id, "text", text=text, name="Ana Souza"))
        if ago == 50:
            await add_message(
                pool, company_id, session_id, NOW - timedelta(minutes=40), to_phone=PHONE, text="Oi! Vou verificar."
            )
    async with pool.acquire() as connection, connection.transaction():
        await fold_inbound(connection, heard, NOW)
    return str(await pool.fetchval("UPDATE conversations SET intent = 'no_access' RETURNING id"))


async def test_without_a_model_a_summary_is_made_of_the_data_and_says_so(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    path = f"/api/v1/conversations/{await _conversation(pool, company_id)}/summary"
    told = (await owner.post(path)).json
    assert (told["by_model"], told["model"], told["why_not"]) == (False, None, "no_model")
    assert told["why_not_text"]["pt"].startswith("Nenhum agente ativo")
    assert "paguei o pix mas não recebi o acesso" in told["text"] and "Curso de violão, R$ 197,00" in told["text"]
    assert "Assunto: " in told["text"]
    assert told["facts"]["last_speaker"] == "person" and told["facts"]["intent"] == "no_access"
    assert told["facts"]["orders"][0]["value"] == "197,00"
    english = (await owner.post(path, {"language": "en", "sentences": 1})).json["text"]
    assert english.startswith("Waits for an answer since ") and "Order:" not in english
    assert await pool.fetchval("SELECT count(*) FROM messages WHERE created_at > $1", NOW) == 0
    viewer = await rig.client(company_id, "viewer")
    assert (await viewer.post(path)).status == 403
    assert (await owner.post(path, {"sentences": 99})).status == 422


async def test_a_models_summary_is_shown_if_it_stands_in_the_data(rig: Rig, pool: Pool, server: OpenAiServer) -> None:
    company_id, owner = await rig.company()
    await _model(owner, server)
    path = f"/api/v1/conversations/{await _conversation(pool, company_id)}/summary"
    good = "A pessoa comprou o Curso de violão por R$ 197,00 e pagou o pix. Ainda não recebeu o acesso."
    server.says = lambda _: {"content": json.dumps({"resumo": good})}
    told = (await owner.post(path)).json
    assert (told["text"], told["by_model"], told["model"], told["why_not"]) == (good, True, "m", None)
    asked = json.dumps(server.asked, ensure_ascii=False)
    assert "87654321" not in asked and "Ana Souza" not in asked and "não recebi o acesso" in asked
    [noted] = (await owner.get("/api/v1/ai/writings")).json["data"]
    assert (noted["kind"], noted["by_model"], noted["prompt_version"]) == ("summary", True, "summary-1")
    assert noted["tokens"] > 0 and noted["subject_id"] in path
    assert any(b"ai_writing_summary" in delta.encode() for delta in rig.actors.deltas)
    strangers = (await rig.company("Outra"))[1]
    assert (await strangers.post(path)).status == 404
    assert (await strangers.get("/api/v1/ai/writings")).json["data"] == []


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"resumo": "A pessoa tem direito a R$ 500,00 de volta."}, "answer_amount"),
        ({"resumo": "Veja o caso em https://golpe.com/x agora."}, "answer_link"),
        ({"resumo": "Um. Dois. Três. Quatro. Cinco."}, "answer_too_long"),
        ({"resumo": ""}, "model_nonsense"),
        ({"texto": "oi"}, "model_nonsense"),
        ("nada", "model_nonsense"),
    ],
)
async def test_one_that_does_not_gives_way_to_the_data(
    rig: Rig, pool: Pool, server: OpenAiServer, said: Any, reason: str
) -> None:
    company_id, owner = await rig.company()
    await _model(owner, server)
    path = f"/api/v1/conversations/{await _conversation(pool, company_id)}/summary"
    server.says = lambda _: {"content": json.dumps(said)}
    told = (await owner.post(path)).json
    assert (told["by_model"], told["why_not"], told["model"]) == (False, reason, "m")
    assert told["why_not_text"] is not None and "Espera resposta desde" in told["text"]
    [noted] = (await owner.get("/api/v1/ai/writings")).json["data"]
    assert (noted["by_model"], noted["reason"]) == (False, reason)


async def test_ideas_come_of_a_reviewed_set_where_there_is_no_model(rig: Rig) -> None:
    _, owner = await rig.company()
    told = (await owner.post("/api/v1/ai/template-ideas", {"event_type": "cart_abandoned"})).json
    assert [one["origin"] for one in told["data"]] == ["reviewed"] * 2 and told["why_not"] == "no_model"
    english = await owner.post("/api/v1/ai/template-ideas", {"event_type": "own_type", "language": "en", "count": 1})
    assert [one["body"][:2] for one in english.json["data"]] == ["Hi"]
    made = await owner.post("/api/v1/templates", {"name": "x", "body": told["data"][0]["body"]})
    assert made.status == 201, made.body


async def test_a_models_ideas_come_first_if_they_could_be_stored(rig: Rig, server: OpenAiServer) -> None:
    _, owner = await rig.company()
    await _model(owner, server)
    ideas = [
        {"nome": "volta", "texto": "Oi {{customer_name|first_name}}, seu carrinho está guardado por aqui."},
        {"nome": "errada", "texto": "Oi {{nome_do_cliente}}, tudo bem com você?"},
        {"nome": "promessa", "texto": "Oi {{customer_name}}, hoje com 50% de desconto para você."},
        {"nome": "lacuna", "texto": "Oi [nome], tudo bem com o seu carrinho?"},
        {"nome": 7},
    ]
    server.says = lambda _: {"content": json.dumps({"modelos": ideas})}
    told = (await owner.post("/api/v1/ai/template-ideas", {"event_type": "cart_abandoned", "brief": "calmo"})).json
    assert [(one["name"], one["origin"]) for one in told["data"]] == [
        ("volta", "model"),
        ("carrinho_guardado", "reviewed"),
        ("carrinho_duvida", "reviewed"),
    ]
    assert (told["model"], told["why_not"]) == ("m", "model_too_few")
    [noted] = (await owner.get("/api/v1/ai/writings")).json["data"]
    assert noted["refused"] == {"variant_text": 1, "answer_amount": 1, "variant_blank": 1}


@pytest.mark.parametrize("event_type", [*EVENT_TYPES, "*"])
def test_every_reviewed_idea_is_a_template_that_holds(event_type: str) -> None:
    for language in LANGUAGES:
        ideas = reviewed_ideas(event_type, language)
        assert len(ideas) >= 2 and len({idea.name for idea in ideas}) == len(ideas)
        for idea in ideas:
            fields: Mapping[str, Any] = {**idea._asdict(), "language": language}
            assert validate_template(fields) == []
            assert idea_refusal(idea.body, Original(text="", language=language), []) is None
    assert meaning_of(event_type)


async def test_variants_are_written_by_a_job_where_there_is_a_model(rig: Rig, pool: Pool, server: OpenAiServer) -> None:
    company_id, owner = await rig.company()
    path = f"/api/v1/templates/{(await owner.post('/api/v1/templates', BODY)).json['id']}/variants/write"
    wanted = {"brief": "mais curto", "count": 2}
    refused = await owner.post(path, wanted)
    assert refused.status == 409 and "no active agent" in refused.json["detail"]
    await _model(owner, server)
    asked = await owner.post(path, wanted)
    assert (asked.status, asked.json["kind"], asked.json["state"]) == (202, "write_variants", "running")
    assert asked.headers["location"] == f"/api/v1/jobs/{asked.json['id']}"
    params = json.loads(await pool.fetchval("SELECT params FROM jobs WHERE id = $1", UUID(asked.json["id"])))
    assert (params["count"], params["brief"], params["created_by"]) == (2, "mais curto", "api_key:owner")
    assert server.asked == []  # no model on the way of a request
    other = await owner.post(path, {**wanted, "agent_id": str(UUID(int=5))})
    assert [one["field"] for one in other.json["errors"]] == ["agent_id"]
    assert (await owner.post(path, {"brief": "b", "count": 11})).status == 422
    off = await make_rig(pool, ai_workers=0)
    there = await off.client(company_id, "operator")
    assert (await there.post(path, wanted)).status == 409
