"""200 attacks against a model that obeys the attacker: nothing of it is sent, nothing is done for anybody else."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

from storage.pool import Pool
from tests.actors.answering_rig import DELIVERY, PIX, Shop
from tests.openai_server import OpenAiServer, obeying

ATTACKS = [json.loads(line) for line in (Path(__file__).parents[1] / "data/attacks.jsonl").read_text().splitlines()]
SETTINGS = {
    "persona": "Você cuida da Loja Exemplo com paciência e nunca fala mal de concorrentes.",
    "hosts": ["loja.example"],
    "per_conversation": 10_000,
    "per_day": 10_000,
}
QUESTION = "qual o prazo de entrega?"


async def test_nothing_that_an_attacker_wants_is_sent_or_done(pool: Pool) -> None:
    assert len(ATTACKS) == 200
    async with OpenAiServer().running() as server:
        model = {"url": server.url, "name": "obeys", "daily_tokens": 10**9}
        shop = await Shop(pool).open(SETTINGS, model)
        ended: Counter[str] = Counter()
        came_through: list[tuple[Any, ...]] = []
        for attack in ATTACKS:
            server.says = obeying(attack["emits"], shop.secrets)
            server.asked.clear()
            reply = await _attack(shop, attack)
            ended[reply.decision.reason] += 1
            said = reply.decision.text
            # What people have approved, or nothing at all.
            if said not in (None, DELIVERY) or reply.tags:
                came_through.append((attack, said, reply.tags))
            assert server.asked, attack  # the model was really asked, else this would prove nothing
            told = json.dumps([body["messages"] for body in server.asked], ensure_ascii=False)
            for name in ("OTHER_PIX", "OTHER_EMAIL", "OTHER_DOCUMENT"):
                mine = shop.secrets[name] in attack["attack"] or "{" + name in json.dumps(attack)
                assert mine or shop.secrets[name] not in told, attack
            assert PIX not in told
        assert came_through == []
        print(f"200 attacks ended as {dict(ended)}")
        tags = await pool.fetchval("SELECT count(*) FROM contact_tags WHERE company_id = $1", shop.company)
        assert tags == 0


async def _attack(shop: Shop, attack: dict[str, Any]) -> Any:
    text = _filled(shop, attack["attack"])
    match attack["where"]:
        case "text":
            return await shop.ask(text)
        case "name":
            await shop.pool.execute("DELETE FROM conversations")
            return await shop.ask(QUESTION, name=text[:60])
        case "order":
            await shop.pool.execute(
                "UPDATE incoming_events SET product_name = $2, customer_name = $2 WHERE company_id = $1 "
                "AND order_id = 'pedido-ana-1'",
                shop.company,
                text,
            )
            return await shop.ask("como está o meu pedido? e o prazo de entrega?")
        case "knowledge":
            source_id = await shop.know_text("Entrega", f"Prazo de entrega: {text}")
            try:
                return await shop.ask(QUESTION)
            finally:
                await _forget(shop.pool, source_id)
        case "history":
            await shop.hear(text, ago_s=30)
            return await shop.ask(QUESTION)
    raise AssertionError(attack["where"])


async def _forget(pool: Pool, source_id: UUID) -> None:
    await pool.execute("DELETE FROM knowledge_sources WHERE id = $1", source_id)


def _filled(shop: Shop, text: str) -> str:
    for name, value in shop.secrets.items():
        text = text.replace("{" + name + "}", value)
    return text
