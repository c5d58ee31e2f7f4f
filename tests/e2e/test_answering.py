"""An agent in a whole instance: knowledge is read, a question answered, a complaint given to a person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.e2e.shop import Shop
from tests.e2e.test_inbox import write
from tests.e2e.waiting import wait_until

pytestmark = pytest.mark.slow
ANA, RUI = "5511987650001", "5511987650002"
ANSWER = "Entregamos em 5 a 8 dias úteis."


async def talk(shop: Shop, phone: str) -> dict[str, Any]:
    found = await shop.api.get("/conversations", q=f"+{phone}")
    return next(iter(found["data"]), {})


async def test_a_question_gets_the_approved_answer_and_a_complaint_a_person(shop: Shop) -> None:
    source = {"kind": "question", "name": "Entrega", "question": "Qual é o prazo de entrega?", "text": ANSWER}
    made = await shop.api.post("/ai/knowledge", source)
    await shop.api.post("/ai/agents", {"name": "Bia"})

    async def ready() -> bool:
        return bool((await shop.api.get(f"/ai/knowledge/{made['id']}"))["state"] == "ready")

    await wait_until(ready, 30.0, "the source to be read")
    found = await shop.api.post("/ai/knowledge/ask", {"question": "qdo chega?"})
    assert [one["text"] for one in found["data"]] == [ANSWER]
    await write(shop, "oi qual o prazo de entrega de vcs?", ANA, name="Ana")

    async def answered() -> bool:
        return [one["text"] for one in await shop.simulator.messages(phone=ANA)] == [ANSWER]

    await wait_until(answered, 20.0, "the answer at the simulator")
    thread = await shop.api.get(f"/conversations/{(await talk(shop, ANA))['id']}/messages")
    assert [(one["direction"], one["sent_by"]["kind"]) for one in thread["data"]] == [("out", "ai"), ("in", "customer")]
    await write(shop, "quero falar com um atendente humano", RUI, name="Rui")

    async def handed_over() -> bool:
        return (await talk(shop, RUI)).get("ai_on") is False

    await wait_until(handed_over, 20.0, "the conversation to be a person's")
    assert await shop.simulator.messages(phone=RUI) == []
