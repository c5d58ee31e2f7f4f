"""kill -9 between deciding and finishing: everybody gets one answer or a person; what a model writes is stored once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import pytest

from tests.e2e.figures import Figures
from tests.e2e.judging import judge
from tests.e2e.load import Load
from tests.e2e.rig import Instance
from tests.e2e.shop import Shop
from tests.e2e.test_crashes import is_another
from tests.e2e.test_understanding import write
from tests.e2e.waiting import wait_until
from tests.openai_server import KEY, OpenAiServer, text

pytestmark = pytest.mark.slow
_PEOPLE = 90
_EVERY_S = 0.03
_IN_FLIGHT = 8
_AT_ONCE = 16  # actors/understanding.py:_PLACES
ANSWER = "Oi! Conte um pouco mais, por favor."
QUESTION, WISH = "qual o prazo de entrega?", "quero falar com um atendente humano por favor"
COMING = "Uma pessoa da equipe já vem."
BODY = "Olá, {{customer_name|first_name}}! O PIX de {{order_value|money}} espera por você."
VARIANTS = (
    "Oi {{customer_name|first_name}}, seu PIX de {{order_value|money}} está à sua espera.",
    "{{customer_name|first_name}}, falta só o PIX de {{order_value|money}} para concluir.",
)


@pytest.fixture
async def server() -> AsyncIterator[OpenAiServer]:
    async with OpenAiServer().running() as one:
        yield one


def phone(number: int) -> str:
    return f"55119{91_000_000 + number:08d}"


def wants_person(number: int) -> bool:
    return number % 5 == 4


async def with_model(shop: Shop, server: OpenAiServer) -> None:
    model = {"url": server.url, "name": "m", "timeout_s": 20, "key": KEY}
    await shop.api.post("/ai/agents", {"name": "Bia", "model": model})


async def thinking(server: OpenAiServer, least: int) -> None:
    """Wait until so many questions are with the model: what is decided about them is nowhere yet."""

    def under_way() -> int:
        return len(server.asked) - server.answered

    await wait_until(lambda: under_way() >= least, 60.0, lambda: f"{under_way()} of {len(server.asked)} under way")


@pytest.mark.parametrize(("victim", "kills"), [("ai-0", 2), ("shard", 1)])
async def test_everybody_gets_one_answer_or_a_person(
    instance: Instance,
    make: Callable[[], Awaitable[Shop]],
    server: OpenAiServer,
    figures: Figures,
    victim: str,
    kills: int,
) -> None:
    shop, other = await make(), await make()
    await with_model(shop, server)
    server.says, server.thinks_s = text(ANSWER), 3.0  # the eight questions are still with it
    told = {"field": "intent", "op": "equals", "value": "wants_person"}
    send = {"session_id": shop.session_id, "text": COMING}
    rule = {"name": "r", "trigger": {"event_type": "message_understood"}, "when": told, "action": {"send": send}}
    await shop.api.post("/rules", rule)

    async def people() -> None:
        for number in range(_PEOPLE):
            await write(shop, phone(number), WISH if wants_person(number) else QUESTION)
            await asyncio.sleep(_EVERY_S)  # the pace of the load, not a wait

    async with Load(other, instance.base_url, rate=40) as load:
        writing = asyncio.create_task(people())
        for _ in range(kills):
            await thinking(server, _IN_FLIGHT)
            name = shop.shard if victim == "shard" else victim
            pid = await instance.kill(name)
            await wait_until(is_another(instance, name, pid), 60.0, f"another {name} that is well")
        await writing
        await wait_until(lambda: everybody_written_to(shop), 120.0, "everybody to have got a message")
    verdict = await judge(other, load.sent)
    verdict.clean()
    figures.note(f"kill -9 {victim} with answers under way, {len(server.asked)} asked", 0.0, verdict, load)
    await judge_answers(shop)
    spent = await shop.api.get("/ai/spending")
    assert 0 <= spent["asked"] - len(server.asked) <= kills * _AT_ONCE, "each question is counted once"
    assert spent["tokens"] >= 120 * sum(not wants_person(number) for number in range(_PEOPLE))


async def everybody_written_to(shop: Shop) -> bool:
    return await shop.simulator.accepted(shop.phone_number_id) >= _PEOPLE


async def judge_answers(shop: Shop) -> None:
    """Hold the decisions against what WhatsApp accepted, once nothing is under way any more."""

    async def quiet() -> bool:
        pending = [await shop.api.get("/messages", status=one, limit=1) for one in ("queued", "scheduled", "sending")]
        decided = (await shop.api.get("/ai/decisions", limit=1))["count"]
        return not any(page["count"] for page in pending) and decided >= _PEOPLE

    await wait_until(quiet, 60.0, "every message to be decided, and nothing to wait")
    accepted = await shop.simulator.messages(phone_number_id=shop.phone_number_id)
    decisions = {one["phone"]: one for one in await shop.api.all("/ai/decisions")}
    talks = {one["phone"]: one for one in await shop.api.all("/conversations")}
    assert len(decisions) == len(talks) == _PEOPLE == (await shop.api.get("/ai/decisions", limit=1))["count"]
    assert Counter(one["to"] for one in accepted) == {phone(number): 1 for number in range(_PEOPLE)}
    said = {one["to"]: one for one in accepted}
    for number in range(_PEOPLE):
        decision, talk, message = decisions[f"+{phone(number)}"], talks[f"+{phone(number)}"], said[phone(number)]
        if wants_person(number):
            assert (decision["outcome"], talk["ai_on"], message["text"]) == ("handed_over", False, COMING)
        else:
            assert (decision["outcome"], talk["ai_on"], message["text"]) == ("answered", True, ANSWER)
            assert decision["message_id"] == message["opaque"]


@pytest.mark.parametrize("victim", ["worker-0", "ai-0"])
async def test_variants_are_written_once(instance: Instance, shop: Shop, server: OpenAiServer, victim: str) -> None:
    def says(body: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"content": json.dumps({"textos": list(VARIANTS)}, ensure_ascii=False)}

    await with_model(shop, server)
    server.says, server.thinks_s = says, 3.0
    template = await shop.api.post("/templates", {"name": "falta_pagar", "body": BODY})
    variants = f"/templates/{template['id']}/variants"
    job = await shop.api.post(f"{variants}/write", {"brief": "mais curto", "count": 2})
    await thinking(server, 1)
    pid = await instance.kill(victim)
    shown: dict[str, Any] = {}

    async def done() -> bool:
        shown.update(await shop.api.get(f"/jobs/{job['id']}"))
        return shown["state"] in ("done", "failed")

    await wait_until(done, 90.0, lambda: f"the job to end: {shown}")
    await wait_until(is_another(instance, victim, pid), 60.0, f"another {victim} that is well")
    assert (shown["state"], shown["done"], shown["result"]["made"]) == ("done", 2, 2), shown
    stored = await shop.api.all(variants)
    assert sorted(one["text"] for one in stored) == sorted(VARIANTS)
    assert {(one["state"], one["origin"]) for one in stored} == {("proposed", "model")}
    [work] = await shop.api.all("/ai/writings")
    assert (work["made"], work["tokens"]) == (2, 120)
    spent = await shop.api.get("/ai/spending")
    assert (spent["asked"], spent["failed"]) == (len(server.asked), 0)
    assert len(server.asked) == 2, "asked once more for what was lost"
    # The question that was lost counts as well: with what it took, or with what had been kept for it.
    assert spent["tokens"] == 240 if victim == "worker-0" else spent["tokens"] > 240
