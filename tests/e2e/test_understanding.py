"""Understanding in a whole instance: each message once, whatever dies; a rule answers what it was asked."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from tests.e2e.rig import Instance
from tests.e2e.shop import Shop
from tests.e2e.test_crashes import is_another
from tests.e2e.waiting import wait_until

pytestmark = pytest.mark.slow
_MESSAGES = 150
_EVERY_S = 0.02
_TEXTS = ("quanto custa o curso {}?", "já paguei o pedido {}", "não recebi o acesso {}", "obrigada {} vezes")


async def write(shop: Shop, phone: str, text: str) -> None:
    await shop.simulator.call("POST", "/reply", {"phone_number_id": shop.phone_number_id, "from": phone, "text": text})


async def test_an_ai_worker_is_killed_under_load_and_each_message_has_one_decision(
    instance: Instance, shop: Shop
) -> None:
    sent: list[str] = []
    pid = 0
    for number in range(_MESSAGES):
        text = _TEXTS[number % len(_TEXTS)].format(number)
        sent.append(text)
        await write(shop, f"55119{90_000_000 + number % 40:08d}", text)
        if number == _MESSAGES // 2:
            pid = await instance.kill("ai-0")
        await asyncio.sleep(_EVERY_S)  # the pace of the load, not a wait

    async def decided() -> bool:
        return bool((await shop.api.get("/ai/decisions", limit=1))["count"] >= _MESSAGES)

    await wait_until(decided, 90.0, "every message to be decided")
    await wait_until(is_another(instance, "ai-0", pid), 30.0, "another AI worker that is well")
    rows = await shop.api.all("/ai/decisions")
    assert Counter(row["text"] for row in rows) == Counter(sent)
    assert len({row["id"] for row in rows}) == _MESSAGES
    assert Counter(row["intent"] for row in rows).most_common(1)[0][1] <= _MESSAGES // 2, "they mean different things"


async def test_a_rule_answers_what_was_understood_and_the_text_can_be_tried(instance: Instance, shop: Shop) -> None:
    rule: dict[str, Any] = {
        "name": "Preço",
        "trigger": {"event_type": "message_understood"},
        "when": {"field": "intent", "op": "equals", "value": "price"},
        "action": {"send": {"session_id": shop.session_id, "text": "Custa R$ 97,00, {{customer_name|first_name}}."}},
    }
    await shop.api.post("/rules", rule)
    tried = await shop.api.call("POST", "/ai/understand", {"text": "quanto custa o curso?"})
    assert tried["intent"] == "price"
    await write(shop, "5511977776666", "oi quanto ta custando o curso?")

    async def answered() -> bool:
        found = await shop.simulator.messages(phone="5511977776666")
        return [message["text"][:16] for message in found] == ["Custa R$ 97,00, "]

    await wait_until(answered, 20.0, "the rule's answer at the simulator")
