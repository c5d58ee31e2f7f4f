"""A language model that is slow, down, wrong, over budget or talks nonsense: nothing blocks, and the reason is told."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from engine.ids import ms_to_time
from storage.ai_context import read_spending
from storage.conversations import AI, TurnEnd, end_turns, note_outbound
from storage.pool import Pool
from storage.suppressions import ALL, Wish, hear_wishes
from tests.actors.answering_rig import ANA, DELIVERY, NOW, PIX, Shop
from tests.e2e.waiting import wait_until
from tests.openai_server import OpenAiServer, calls, text
from tests.seeding import new_id

QUESTION = "qual o prazo de entrega?"
UNKNOWN = "vocês consertam geladeira antiga?"


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with OpenAiServer().running() as one:
        yield one


def model(server: OpenAiServer, **more: Any) -> Mapping[str, Any]:
    return {"url": server.url, "name": "m", "timeout_s": 5.0, "price_in": 1.0, "price_out": 2.0, **more}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("cut", "model_away"),
        ("500", "model_away"),
        ("429", "model_busy"),
        ("401", "model_refused"),
        ("nonsense", "model_nonsense"),
        ("shape", "model_nonsense"),
        ("endless", "model_nonsense"),
    ],
)
async def test_a_fault_is_a_reason_and_the_approved_answer_is_sent(
    pool: Pool, server: OpenAiServer, fault: str, reason: str
) -> None:
    shop = await Shop(pool).open({}, model(server))
    server.fault = fault
    known, unknown = await shop.ask(QUESTION), await shop.ask(UNKNOWN)
    if fault == "cut":  # half an answer is told as such, or as a broken connection
        assert known.decision.reason in ("model_away", "model_nonsense")
    else:
        assert known.decision.reason == reason
    assert (known.decision.kind, known.decision.text) == ("answered", DELIVERY)
    assert (unknown.decision.kind, unknown.decision.text) == ("handed_over", None)
    spent = await read_spending(pool, shop.company, NOW.date())
    assert (spent.asked, spent.failed, spent.tokens) == (2, 2, 0)


async def test_what_passes_at_the_second_try_is_no_fault(pool: Pool, server: OpenAiServer) -> None:
    shop = await Shop(pool).open({}, model(server))
    server.says = text("O prazo é de 5 a 8 dias úteis.")
    server.fault, server.count = "500", 1
    assert (await shop.ask(QUESTION)).decision.reason == "model_answer"


async def test_a_slow_model_is_not_waited_for(pool: Pool, server: OpenAiServer) -> None:
    shop = await Shop(pool).open({}, model(server, timeout_s=0.3))
    await shop.ask(QUESTION)  # the embedder is loaded
    server.fault = "slow"
    begun = time.monotonic()
    reply = await shop.ask(QUESTION)
    assert (reply.decision.reason, reply.decision.text) == ("model_timeout", DELIVERY)
    assert time.monotonic() - begun < 10.0


async def test_a_model_that_is_down_rests_and_is_tried_again(pool: Pool, server: OpenAiServer) -> None:
    shop = await Shop(pool).open({}, model(server))
    server.fault = "500"
    reasons = [(await shop.ask(QUESTION)).decision.reason for _ in range(5)]
    assert reasons == ["model_away"] * 4 + ["model_resting"]
    asked = len(server.asked)
    server.fault, server.says = None, text("De 5 a 8 dias úteis.")
    assert (await shop.ask(QUESTION)).decision.reason == "model_resting"
    assert len(server.asked) == asked
    shop.now_ms += 16_000
    assert (await shop.ask(QUESTION)).decision.reason == "model_answer"


async def test_nobody_there_at_all(pool: Pool) -> None:
    shop = await Shop(pool).open({}, {"url": "http://127.0.0.1:9/v1", "name": "m", "timeout_s": 5.0})
    assert (await shop.ask(QUESTION)).decision.reason == "model_away"


async def test_an_address_of_the_inside_is_not_called(pool: Pool) -> None:
    shop = await Shop(pool).open({}, {"url": "http://10.0.0.7/v1", "name": "m", "timeout_s": 5.0})
    assert (await shop.ask(QUESTION)).decision.reason == "model_address"


async def test_the_budget_of_a_day_ends_and_begins_anew(pool: Pool, server: OpenAiServer) -> None:
    shop = await Shop(pool).open({}, model(server, daily_tokens=150))
    server.says = text("De 5 a 8 dias úteis.")
    first, second, third = [await shop.ask(QUESTION) for _ in range(3)]
    assert (first.decision.reason, first.tokens, first.cost_micro) == ("model_answer", 120, 140)
    assert second.decision.reason == "model_answer"
    assert (third.decision.reason, third.decision.text) == ("model_budget", DELIVERY)
    shop.now_ms += 86_400_000
    assert (await shop.ask(QUESTION)).decision.reason == "model_answer"


async def test_money_ends_as_tokens_do(pool: Pool, server: OpenAiServer) -> None:
    shop = await Shop(pool).open({}, model(server, daily_cost=0.0001))
    server.says = text("De 5 a 8 dias úteis.")
    assert [(await shop.ask(QUESTION)).decision.reason for _ in range(2)] == ["model_answer", "model_budget"]


@pytest.mark.parametrize(("daily_tokens", "most"), [(1, 1), (6_000, 15)])
async def test_many_at_once_go_over_the_budget_by_one_question_at_most(
    pool: Pool, server: OpenAiServer, daily_tokens: int, most: int
) -> None:
    shop = await Shop(pool).open({}, model(server, daily_tokens=daily_tokens))
    server.says, server.thinks_s = text("De 5 a 8 dias úteis."), 0.3
    asked = [await shop.hear(QUESTION, phone=f"+55119{number:08d}") for number in range(20)]
    replies = await asyncio.gather(*map(shop.answering.answer, asked))
    reasons = Counter(reply.decision.reason for reply in replies)
    assert set(reasons) == {"model_answer", "model_budget"}
    assert 1 <= reasons["model_answer"] == len(server.asked) <= most
    spent = await read_spending(pool, shop.company, NOW.date())
    assert (spent.asked, spent.tokens, spent.cost_micro) == (
        len(server.asked),
        *(len(server.asked) * n for n in (120, 140)),
    )


async def test_a_question_whose_asker_died_counts_once_with_what_was_kept_for_it(
    pool: Pool, server: OpenAiServer
) -> None:
    shop = await Shop(pool).open({}, model(server, daily_tokens=700))
    server.thinks_s = 30.0
    dies = asyncio.create_task(shop.answering.answer(await shop.hear(QUESTION)))
    await wait_until(lambda: bool(server.asked), 30.0, "the question at the model")
    dies.cancel()
    await asyncio.gather(dies, return_exceptions=True)
    spent = await read_spending(pool, shop.company, NOW.date())
    assert spent.asked == 1
    assert 700 < spent.tokens < 4_000
    assert (await shop.ask(QUESTION)).decision.reason == "model_budget"


async def test_tools_look_up_this_persons_order_and_send_its_code(pool: Pool, server: OpenAiServer) -> None:
    shop = await Shop(pool).open({}, model(server))
    server.says = calls("order_state", {}, "Seu pedido aguarda o pagamento do PIX de R$ 97,00.")
    told = await shop.ask("como está meu pedido?")
    assert (told.decision.kind, told.decision.reason) == ("answered", "order_told")
    server.says = calls("resend_pix", {}, "Aqui está o código de novo:")
    sent = await shop.ask("manda o pix de novo")
    assert sent.decision.reason == "pix_resent"
    assert sent.decision.text == f"Aqui está o código de novo:\n\n{PIX}"
    assert PIX not in str(server.asked)
    server.says = calls("tag", {"tag": "interessado"}, "Anotado, obrigada.")
    assert (await shop.ask("tenho interesse no curso")).tags == ["interessado"]
    server.says = calls("hand_over", {})
    assert (await shop.ask("quero negociar")).decision.reason == "model_asked_for_person"
    server.says = lambda _: {"tools": [("order_state", {})]}
    assert (await shop.ask("como está meu pedido?")).decision.reason == "model_tools"


async def test_personal_data_stays_unless_the_company_shares_it(pool: Pool, server: OpenAiServer) -> None:
    shop = await Shop(pool).open({}, model(server))
    server.says = lambda body: {"content": "Certo, [[nome_1]], anotei."}
    mine = "sou a Ana Lima, meu cpf é 123.456.789-09, email ana@casa.test e fone 11 98888-7777"
    reply = await shop.ask(mine, name="Ana Lima")
    assert reply.decision.text == "Certo, Ana Lima, anotei."
    left = str(server.asked)
    assert not any(one in left for one in ("Ana", "Lima", "123.456", "ana@casa", "98888", ANA))
    await shop.agent({}, model(server, shares_personal_data=True))
    await shop.ask(mine, name="Ana Lima")
    assert "ana@casa.test" in str(server.asked[-1])


async def test_when_nothing_is_said_and_when_a_person_is_called(pool: Pool, server: OpenAiServer) -> None:
    shop = await Shop(pool).open({"per_conversation": 2}, model(server))
    server.says = text("De 5 a 8 dias úteis.")
    assert (await shop.ask("você é um robô?")).decision.text == (
        "Sou Bia, assistente virtual. Respondo o que sei e chamo uma pessoa da equipe quando preciso."
    )
    assert (await shop.ask(None)).decision.reason == "no_text"
    first = await shop.hear(QUESTION)
    await shop.hear("e o valor?", ago_s=0.5)
    assert (await shop.answering.answer(first)).decision.reason == "overtaken"
    shop.now_ms += 86_400_000
    assert (await shop.answering.answer(first)).decision.reason == "window_closed"
    shop.now_ms = NOW.timestamp().__trunc__() * 1000
    for _ in range(2):
        message_id = new_id(ms_to_time(shop.now_ms))
        await note_outbound(pool, shop.company, shop.session, ANA, "oi", NOW, message_id=message_id, author=AI)
    assert (await shop.ask(QUESTION)).decision.reason == "conversation_limit"
    asked = await shop.hear(QUESTION)
    async with pool.acquire() as connection:
        await end_turns(connection, [TurnEnd(shop.company, asked.conversation_id, handed_over="asked")], NOW)
    await pool.execute("DELETE FROM ai_turns")
    assert (await shop.answering.answer(asked)).decision.reason == "ai_off"
    await hear_wishes(pool, [Wish(shop.company, ANA, True, "message", NOW - timedelta(minutes=1), ALL)])
    assert (await shop.answering.answer(asked)).decision.reason == "opted_out"
    await pool.execute("UPDATE ai_agents SET active = false")
    assert (await shop.answering.answer(asked)).decision.reason == "no_agent"


async def test_without_a_model_the_best_approved_answer_or_a_person(pool: Pool) -> None:
    shop = await Shop(pool).open()
    known, unknown = await shop.ask(QUESTION), await shop.ask(UNKNOWN)
    assert (known.decision.kind, known.decision.reason, known.decision.text) == (
        "answered",
        "approved_answer",
        DELIVERY,
    )
    assert known.decision.sources
    assert (unknown.decision.kind, unknown.decision.reason) == ("handed_over", "low_confidence")
    await pool.execute("DELETE FROM knowledge_sources")
    await shop.know_text("Entrega", "Entregamos em nove dias.")
    assert (await shop.ask(QUESTION)).decision.reason == "no_approved_answer"
