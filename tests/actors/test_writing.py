"""Variants that a language model proposes: held against the template, within budget, once through any crash."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any
from uuid import UUID

import pytest

from actors.jobs.tools import Job, JobTools, Step
from actors.jobs.write_variants import KIND, WriteVariants
from engine.metrics import Delta
from storage.pool import Connection, Pool
from storage.searching import Row
from tests.actors.answering_rig import add_agent
from tests.actors.jobs_rig import JobWorld, new_id
from tests.openai_server import OpenAiServer, Says

BODY = "Olá, {{customer_name|first_name}}! O PIX de {{order_value|money}} espera por você."
GOOD = (
    "Oi {{customer_name|first_name}}, seu PIX de {{order_value|money}} está à sua espera.",
    "{{customer_name|first_name}}, falta só o PIX de {{order_value|money}} para concluir.",
    "Tudo bem, {{customer_name|first_name}}? O PIX de {{order_value|money}} ainda espera por você.",
)


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with OpenAiServer().running() as running:
        yield running


@pytest.fixture
async def world(pool: Pool, database_url: str) -> JobWorld:
    return await JobWorld(pool, database_url).open()


def texts(*said: str) -> Says:
    return lambda _: {"content": json.dumps({"textos": list(said)}, ensure_ascii=False)}


async def _template(world: JobWorld) -> UUID:
    template_id = new_id()
    await world.pool.execute(
        "INSERT INTO templates (id, company_id, name, kind, body) VALUES ($1, $2, 't', 'plain', $3)",
        template_id,
        world.company,
        BODY,
    )
    return template_id


async def _asked(world: JobWorld, server: OpenAiServer, model: Mapping[str, Any] | None = None) -> UUID:
    """Let the company have a model, and ask it for variants."""
    made = {"url": server.url, "name": "m", "timeout_s": 5, "price_in": 1.0, "price_out": 2.0, **(model or {})}
    await add_agent(world.pool, world.company, model=made)
    template_id = str(await _template(world))
    return await world.add_job(
        KIND, template_id=template_id, brief="mais curto", count=2, hosts=[], created_by="user:ana"
    )


async def _done(world: JobWorld, job_id: UUID) -> Row:
    async with world.worker(WriteVariants):
        return await world.until(job_id, "done", "failed")


async def _stored(world: JobWorld) -> list[tuple[str, str, str]]:
    rows = await world.pool.fetch("SELECT text, state, origin FROM template_variants ORDER BY id")
    return [tuple(row) for row in rows]


async def test_what_holds_is_proposed_and_told_with_its_cost(world: JobWorld, server: OpenAiServer) -> None:
    server.says = texts(*GOOD)
    job_id = await _asked(world, server)
    job = await _done(world, job_id)
    assert job["state"] == "done", job
    assert (job["done"], job["result"]["made"], job["result"]["reason"]) == (2, 2, None)
    assert await _stored(world) == [(text, "proposed", "model") for text in GOOD[:2]]
    [writing] = await world.pool.fetch("SELECT * FROM ai_writings")
    assert (writing["id"], writing["kind"], writing["made"], writing["by_model"]) == (job_id, "variants", 2, True)
    assert (writing["model"], writing["prompt_version"], writing["created_by"]) == ("m", "variants-1", "user:ana")
    [spent] = await world.pool.fetch("SELECT tokens, cost_micro, asked FROM ai_spending")
    assert (writing["tokens"], int(writing["cost"] * 1_000_000), spent["asked"]) == (*spent[:2], 1)
    counted = await world.pool.fetch("SELECT data::text AS told FROM metric_deltas")
    assert sum("ai_writing_variants" in row["told"] for row in counted) == 1


async def test_other_placeholders_claims_and_leaks_are_refused_and_never_stored(
    world: JobWorld, server: OpenAiServer
) -> None:
    def says(body: Mapping[str, Any]) -> Mapping[str, Any]:
        told = body["messages"][0]["content"]
        bad = [
            GOOD[0].replace("|money", ""),
            GOOD[0].replace("{{order_value|money}}", "R$ 97,00"),
            GOOD[0] + " Pague para a chave 11 91234-5678.",
            GOOD[0] + " Veja em www.golpe.com",
            GOOD[0] + " Hoje com 50% de desconto.",
            GOOD[0] + " " + told.partition("aparece na resposta: ")[2],
            GOOD[0] + " " + told[:120],
            BODY,
            "{{customer_document}}",
        ]
        return {"content": json.dumps({"textos": bad})}

    server.says = says
    job = await _done(world, await _asked(world, server))
    assert (job["state"], job["result"]["made"], job["result"]["questions"]) == ("done", 0, 3)
    reasons = {one["reason"].partition(":")[0] for one in job["result"]["refused"][:9]}
    expected = ("variables", "same")
    assert reasons == {
        *(f"variant_{one}" for one in expected),
        *(f"answer_{one}" for one in ("number", "link", "amount", "leaks")),
    }
    assert await _stored(world) == []
    assert all(one["reason_text"]["pt"] and one["reason_text"]["en"] for one in job["result"]["refused"])
    refused = json.loads(await world.pool.fetchval("SELECT refused FROM ai_writings"))
    assert sum(refused.values()) == 27


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("slow", "model_timeout"),
        ("down", "model_away"),
        ("cut", "model_nonsense"),
        ("429", "model_busy"),
        ("500", "model_away"),
        ("401", "model_refused"),
        ("nonsense", "model_nonsense"),
        ("shape", "model_nonsense"),
    ],
)
async def test_a_model_that_fails_is_a_reason_and_leaves_nothing(
    world: JobWorld, server: OpenAiServer, fault: str, reason: str
) -> None:
    job_id = await _asked(world, server, {"timeout_s": 1})
    if fault == "down":
        await world.pool.execute('UPDATE ai_agents SET model = model || \'{"url": "http://127.0.0.1:9/v1"}\'')
    else:
        server.fault = fault
    job = await _done(world, job_id)
    assert (job["state"], job["result"]["made"], job["result"]["reason"]) == ("done", 0, reason)
    assert job["result"]["reason_text"]["pt"]
    assert await _stored(world) == []


@pytest.mark.parametrize(
    "said", ["Claro! Aqui vão:", "{}", '{"textos": "um"}', "[]", '{"textos": [1, null]}', "[" * 5000]
)
async def test_rubbish_is_no_variant(world: JobWorld, server: OpenAiServer, said: str) -> None:
    server.says = lambda _: {"content": said}
    job = await _done(world, await _asked(world, server))
    assert job["state"] == "done" and job["result"]["made"] == 0
    assert await _stored(world) == []


async def test_over_budget_nobody_is_asked(world: JobWorld, server: OpenAiServer) -> None:
    job = await _done(world, await _asked(world, server, {"daily_tokens": 0}))
    assert (job["result"]["reason"], server.asked) == ("model_budget", [])


async def test_a_question_whose_step_was_lost_is_asked_again_and_stored_once(
    world: JobWorld, server: OpenAiServer
) -> None:
    server.says = texts(*GOOD)
    lost: list[UUID] = []

    class Crashing(WriteVariants):
        async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
            step = await super().step(connection, job, prepared, delta)
            if not lost:
                lost.append(job.id)
                raise RuntimeError("the worker dies with its variants written and not committed")
            return step

    def make(tools: JobTools) -> Crashing:
        return Crashing(tools)

    job_id = await _asked(world, server)
    async with world.worker(make):
        job = await world.until(job_id, "done", "failed")
    assert (job["state"], lost, len(server.asked)) == ("done", [job_id], 2)
    assert [text for text, _, _ in await _stored(world)] == list(GOOD[:2])
    assert await world.pool.fetchval("SELECT asked FROM ai_spending") == 2  # both were paid for
    assert await world.pool.fetchval("SELECT made FROM ai_writings") == 2


async def test_what_is_missing_is_asked_for_once_more_without_what_there_is(
    world: JobWorld, server: OpenAiServer
) -> None:
    def says(body: Mapping[str, Any]) -> Mapping[str, Any]:
        first = len(server.asked) == 1
        return {"content": json.dumps({"textos": [GOOD[0]] if first else [GOOD[0], GOOD[1]]})}

    server.says = says
    job = await _done(world, await _asked(world, server))
    assert (job["result"]["made"], job["result"]["questions"]) == (2, 2)
    asked = json.loads(server.asked[1]["messages"][1]["content"].removeprefix("DADOS\n"))
    assert (asked["JA_EXISTEM"], asked["QUANTOS"]) == ([GOOD[0]], 1)
    assert [one["reason"] for one in job["result"]["refused"]] == ["variant_same"]


async def test_personal_data_of_a_brief_stay_here(world: JobWorld, server: OpenAiServer) -> None:
    server.says = texts(*GOOD)
    job_id = await _asked(world, server)
    await world.pool.execute(
        "UPDATE jobs SET params = params || $1::jsonb", json.dumps({"brief": "assine com ana@loja.com e 11 91234-5678"})
    )
    await _done(world, job_id)
    told = json.dumps(server.asked[0])
    assert "ana@loja.com" not in told and "91234" not in told and "email_1" in told


async def test_a_template_that_is_gone_or_changed_meanwhile_gets_nothing_that_does_not_fit(
    world: JobWorld, server: OpenAiServer
) -> None:
    job_id = await _asked(world, server)

    def says(body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"content": json.dumps({"textos": list(GOOD)})}

    server.says = says

    class Changed(WriteVariants):
        async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
            await connection.execute("UPDATE templates SET body = 'Oi {{order_id}}', body_version = body_version + 1")
            return await super().step(connection, job, prepared, delta)

    async with world.worker(Changed):
        job = await world.until(job_id, "done", "failed")
    assert job["result"]["made"] == 0 and await _stored(world) == []
    assert {one["reason"].partition(":")[0] for one in job["result"]["refused"]} == {"variant_variables"}
    await world.pool.execute("UPDATE templates SET deleted_at = now()")
    gone = await world.add_job(
        KIND, template_id=str(new_id()), brief="b", count=1, hosts=[], created_by="user:ana", agent_id=None
    )
    assert (await _done(world, gone))["result"]["reason"] == "template_gone"
