"""Suggestions for somebody who answers: approved answers, and a model's before them; nothing is sent or done."""

from __future__ import annotations

import pytest

from engine.errors import NotFound
from storage.pool import Pool
from tests.actors.answering_rig import ANA, DELIVERY, NOW, PIX, QUESTION, Shop
from tests.openai_server import OpenAiServer, calls, text
from tests.seeding import new_id


async def test_approved_answers_are_suggested_and_a_model_says_more(pool: Pool) -> None:
    shop = await Shop(pool).open()
    asked = await shop.hear(QUESTION)
    plain = await shop.answering.suggest(shop.company, asked.conversation_id)
    assert ([one.text for one in plain.found], plain.why_not, plain.model) == ([DELIVERY], None, None)
    async with OpenAiServer().running() as server:
        await shop.agent({}, {"url": server.url, "name": "m", "timeout_s": 5.0})
        server.says = text("O prazo é de 5 a 8 dias úteis.")
        both = await shop.answering.suggest(shop.company, asked.conversation_id)
        assert [one.text for one in both.found] == ["O prazo é de 5 a 8 dias úteis.", DELIVERY]
        server.says = text("Chega amanhã, prometo.")
        refused = await shop.answering.suggest(shop.company, asked.conversation_id)
        assert ([one.text for one in refused.found], refused.why_not) == ([DELIVERY], "answer_promise")
        server.says = calls("resend_pix", {}, "Aqui está:")
        kept = await shop.answering.suggest(shop.company, asked.conversation_id)
        assert (kept.why_not, PIX in str(kept.found)) == ("model_tool_refused", False)
    await pool.execute("DELETE FROM ai_agents")
    assert [one.text for one in (await shop.answering.suggest(shop.company, asked.conversation_id)).found] == [DELIVERY]
    assert await pool.fetchval("SELECT count(*) FROM messages") == 0


async def test_of_what_is_not_there_nothing_is_suggested(pool: Pool) -> None:
    shop = await Shop(pool).open()
    with pytest.raises(NotFound):
        await shop.answering.suggest(shop.company, new_id(NOW))
    asked = await shop.hear(None, phone=ANA)
    assert (await shop.answering.suggest(shop.company, asked.conversation_id)).why_not == "no_text"
