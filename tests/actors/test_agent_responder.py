"""From an inbound message to its answer: made with the turn, once, and nobody waits for somebody else's model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from actors.agent_responder import AgentResponder
from actors.answering import Answering
from actors.base import Life
from actors.own_intents import OwnIntents
from actors.understanding import MOST_ATTEMPTS, Understanding
from actors.understood_events import Offer
from engine.addresses import Guard
from engine.ids import IdMaker
from engine.vault import Vault
from engine.wire import Answer, Intake
from integrations.chat_models import ChatClient
from storage.pool import Pool
from tests.actors.answering_rig import DELIVERY, QUESTION, add_agent, add_source
from tests.actors.shard_rig import now_ms
from tests.actors.test_understanding import PHONE, World, world
from tests.e2e.waiting import wait_until
from tests.embedding_kit import embed, embedder
from tests.openai_server import OpenAiServer, calls, text

__all__ = ["world"]


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with OpenAiServer().running() as one:
        yield one


@pytest.fixture(name="embedder")
def one_embedder() -> Any:
    return embedder()


def worker(world: World, pool: Pool) -> Understanding:
    async def ingest(items: Sequence[Intake]) -> list[Answer]:
        return await world.rig.ingestor.ingest(items)

    answering = Answering(pool, Vault(b"v" * 32), embed, ChatClient(Guard(["127.0.0.1"])), now_ms)
    responder = AgentResponder(pool, answering, IdMaker(), now_ms)
    return Understanding(
        pool,
        world.changes.commit,
        world.embedder,
        OwnIntents(pool, world.embedder),
        Offer(pool, ingest),
        responder,
        world.pushed.extend,
        Life("ai-0"),
        responder.slow,
    )


async def test_an_approved_answer_is_made_with_its_decision_and_handed_to_its_sender(world: World, pool: Pool) -> None:
    company = world.rig.company_id
    source_id = await add_source(pool, company, "question", "Entrega", DELIVERY, "Qual é o prazo de entrega?")
    await add_agent(pool, company)
    await world.hear(QUESTION)
    await world.finish(worker(world, pool))
    (decision,) = await world.decisions()
    assert (decision["outcome"], decision["reason"]) == ("answered", "approved_answer")
    assert json.loads(decision["sources"])[0]["source_id"] == str(source_id)
    (message,) = await world.rig.rows("SELECT * FROM messages")
    assert (message["id"], message["text"], message["to_phone"], message["lane"], message["status"]) == (
        decision["message_id"],
        DELIVERY,
        PHONE,
        "transactional",
        "queued",
    )
    assert [one["id"] for one in world.pushed] == [message["id"].bytes]
    (talk,) = await world.rig.rows("SELECT * FROM conversations")
    assert (talk["waiting_since"], talk["ai_on"], talk["last_outbound_text"]) == (None, True, DELIVERY)


async def test_a_person_is_called_for_a_complaint_and_ai_is_off_from_then_on(world: World, pool: Pool) -> None:
    await add_agent(pool, world.rig.company_id)
    await world.hear("quero falar com um atendente humano por favor")
    await world.finish(worker(world, pool))
    await world.hear(QUESTION)
    await world.finish(worker(world, pool))
    first, second = await world.decisions()
    assert (first["outcome"], first["reason"]) == ("handed_over", "wants_person")
    assert (second["outcome"], second["reason"]) == ("silent", "ai_off")
    (talk,) = await world.rig.rows("SELECT ai_on, ai_off_reason FROM conversations")
    assert (talk["ai_on"], talk["ai_off_reason"]) == (False, "wants_person")


async def test_an_answer_takes_its_time_and_a_tag_is_given(world: World, pool: Pool, server: OpenAiServer) -> None:
    company = world.rig.company_id
    await add_agent(pool, company, {"delay_s": [5, 9]}, {"url": server.url, "name": "m"})
    await pool.execute(
        "INSERT INTO contacts (company_id, id, phone, source, first_seen_at, created_at, updated_at) "
        "VALUES ($1, gen_random_uuid(), $2, 'message', now(), now(), now())",
        company,
        PHONE,
    )
    server.says = calls("tag", {"tag": "interessado"}, "Anotado, obrigada.")
    await world.hear("tenho interesse no curso de confeitaria")
    one = worker(world, pool)
    await one.run_once()
    await one.settle()
    (message,) = await world.rig.rows("SELECT * FROM messages")
    assert message["status"] == "scheduled"
    assert 4.9 < (message["next_attempt_at"] - message["created_at"]).total_seconds() < 9.1
    assert [row["tag"] for row in await world.rig.rows("SELECT tag FROM contact_tags")] == ["interessado"]
    (decision,) = await world.decisions()
    assert (decision["model"], decision["tokens"], decision["prompt_version"]) == ("m", 240, "answer-1")
    assert world.pushed == []


async def test_nobody_waits_for_a_model_that_is_slow(world: World, pool: Pool, server: OpenAiServer) -> None:
    await add_agent(pool, world.rig.company_id, {}, {"url": server.url, "name": "m", "timeout_s": 20.0})
    server.fault, server.slow_s, server.says = "slow", 60.0, text("Oi")
    one = worker(world, pool)
    await world.hear("qual o horário de vocês?")
    assert await asyncio.wait_for(one.run_once(), 10.0) == 1  # the model is being asked, and the worker goes on
    assert await world.decisions() == []
    await one.stop()
    assert await world.rig.rows("SELECT owner FROM ai_turns") != []  # it comes again when its lease is over


async def test_a_crash_before_the_turn_is_finished_makes_one_answer(world: World, pool: Pool) -> None:
    company = world.rig.company_id
    await add_source(pool, company, "question", "Entrega", DELIVERY, "Qual é o prazo de entrega?")
    await add_agent(pool, company)
    await world.hear(QUESTION)
    crashed = worker(world, pool)

    async def dies(*_: object) -> None:
        raise ConnectionResetError

    crashed._ends._commit = dies  # type: ignore[assignment]
    with pytest.raises(ConnectionResetError):
        await crashed.run_once()
    await pool.execute("UPDATE ai_turns SET look_at = now() - interval '1 s'")
    await world.finish(worker(world, pool))
    assert len(await world.rig.rows("SELECT 1 FROM messages")) == 1
    assert len(await world.decisions()) == 1


async def test_whoever_takes_over_while_a_model_thinks_is_not_talked_over(
    world: World, pool: Pool, server: OpenAiServer
) -> None:
    await add_agent(pool, world.rig.company_id, {}, {"url": server.url, "name": "m", "timeout_s": 20.0})

    async def taken(_: object) -> None:
        await pool.execute("UPDATE conversations SET ai_on = false, ai_off_reason = 'taken_over'")

    server.says, asked = text("Oi"), asyncio.Event()
    one = worker(world, pool)
    respond = one._responder.respond

    async def late(turns: Sequence[Any]) -> Any:
        outcomes = await respond(turns)
        await taken(turns)
        asked.set()
        return outcomes

    one._responder.respond = late  # type: ignore[method-assign]
    await world.hear("qual o horário de vocês?")
    await one.run_once()
    await one.settle()
    assert asked.is_set()
    assert await world.rig.rows("SELECT 1 FROM messages") == []
    (decision,) = await world.decisions()
    assert (decision["outcome"], decision["reason"], decision["message_id"]) == ("silent", "ai_off", None)


async def test_turns_that_wait_for_a_model_stay_with_their_worker(
    world: World, pool: Pool, server: OpenAiServer
) -> None:
    await add_agent(pool, world.rig.company_id, {}, {"url": server.url, "name": "m", "timeout_s": 20.0})
    server.thinks_s = 60.0
    for number in range(40):
        await world.hear(QUESTION, wa_id=f"55119{number:08d}")
    one = worker(world, pool)
    for _ in range(2):
        await one.run_once()
    await wait_until(lambda: len(server.asked) == 16, 60.0, "as many questions as may be under way")
    waits = (
        "SELECT count(*) FILTER (WHERE owner IS NULL) AS later, "
        "count(*) FILTER (WHERE look_at > $1) AS kept FROM ai_turns"
    )
    [row] = await pool.fetch(waits, await pool.fetchval("SELECT now() + interval '30 s'"))
    assert (len(server.asked), row["later"], row["kept"]) == (16, 8, 32)  # the others come again in a while
    await pool.execute("UPDATE ai_turns SET look_at = now() WHERE owner IS NOT NULL")
    await one.keep()
    [row] = await pool.fetch(waits, await pool.fetchval("SELECT now() + interval '30 s'"))
    assert (row["later"], row["kept"]) == (8, 32)
    await one.stop()


async def test_a_batch_that_fails_asks_no_model_twice(world: World, pool: Pool, server: OpenAiServer) -> None:
    await add_agent(pool, world.rig.company_id, {}, {"url": server.url, "name": "m", "timeout_s": 20.0})
    server.says, server.thinks_s = text("Oi! Conte um pouco mais, por favor."), 0.3
    await world.hear(QUESTION)
    one = worker(world, pool)
    respond, broken = one._responder.respond, [True]

    async def breaks(turns: Sequence[Any]) -> Any:
        if not turns and broken:
            raise ValueError(broken.pop())
        return await respond(turns)

    one._responder.respond = breaks  # type: ignore[method-assign]
    await one.run_once()
    await one.settle()
    assert (len(server.asked), broken) == (1, [])
    assert [row["outcome"] for row in await world.decisions()] == ["answered"]


async def test_what_fails_again_and_again_is_a_persons(world: World, pool: Pool) -> None:
    await add_agent(pool, world.rig.company_id)
    await world.hear(QUESTION)
    one = worker(world, pool)

    async def breaks(turns: Sequence[Any]) -> Any:
        raise ValueError("no answer of it")

    one._responder.respond = breaks  # type: ignore[method-assign]
    for _ in range(MOST_ATTEMPTS):
        await pool.execute("UPDATE ai_turns SET look_at = now()")
        await one.run_once()
    (decision,) = await world.decisions()
    assert (decision["outcome"], decision["reason"]) == ("handed_over", "failed")
    (talk,) = await world.rig.rows("SELECT ai_on, ai_off_reason FROM conversations")
    assert (talk["ai_on"], talk["ai_off_reason"]) == (False, "failed")
