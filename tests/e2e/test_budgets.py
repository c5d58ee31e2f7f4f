"""Budgets through the whole instance and the simulator: who waits says why and until when; a PIX message overtakes."""

from __future__ import annotations

import asyncio
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.times import parse_time
from tests.e2e.figures import Figures
from tests.e2e.http_client import HttpClient
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until

pytestmark = pytest.mark.slow


async def limit(shop: Shop, **limits: object) -> None:
    await shop.api.call("PUT", f"/sessions/{shop.session_id}/limits", limits)


async def send(shop: Shop, count: int, **fields: object) -> list[dict[str, Any]]:
    """Send so many messages to so many people, by the API."""
    start = secrets.randbelow(10**7)
    bodies = [{"session_id": shop.session_id, "to": f"+551197{start + n:07d}", **fields} for n in range(count)]
    return list(await asyncio.gather(*(shop.api.post("/messages", body) for body in bodies)))


async def held(shop: Shop, reason: str, count: int) -> list[dict[str, Any]]:
    """Wait until so many messages are held for a reason, and return them."""
    found: list[dict[str, Any]] = []

    async def enough() -> bool:
        found[:] = await shop.api.all("/messages", status="held", reason=reason)
        return len(found) >= count

    await wait_until(enough, 15.0, lambda: f"{len(found)} of {count} held for {reason}", look_s=0.1)
    return [await shop.api.get(f"/messages/{message['id']}") for message in found]


async def accepted(shop: Shop, count: int) -> None:
    seen = [0]

    async def enough() -> bool:
        seen[0] = await shop.simulator.accepted(shop.phone_number_id)
        return seen[0] >= count

    await wait_until(enough, 20.0, lambda: f"{seen[0]} of {count} accepted", look_s=0.1)


def ahead(message: dict[str, Any]) -> timedelta:
    moment = parse_time(message["next_attempt_at"])
    assert moment is not None
    return moment - datetime.now(UTC)


async def test_a_full_day_says_so_and_a_higher_cap_lets_the_rest_go(shop: Shop) -> None:
    await limit(shop, options={"budgets": {"per_day": 5}})
    await send(shop, 8, text="Seu pedido saiu.")
    waiting = await held(shop, "daily_cap", 3)
    await accepted(shop, 5)
    assert len(waiting) == 3 and await shop.simulator.accepted(shop.phone_number_id) == 5
    for message in waiting:
        assert "24 horas" in message["reason_text"]["pt"] and "24 hours" in message["reason_text"]["en"]
        assert timedelta(hours=23) < ahead(message) < timedelta(hours=25)
    await limit(shop, options={"budgets": {"per_day": 50}})
    await accepted(shop, 8)


async def test_a_portfolios_people_are_as_many_as_its_tier_allows(shop: Shop) -> None:
    await limit(shop, tier="TIER_10")
    await send(shop, 15, template_id=shop.template_id, variables={"order_value": "97.00"})
    waiting = await held(shop, "portfolio_limit", 5)
    await accepted(shop, 10)
    assert len(waiting) == 5 and await shop.simulator.accepted(shop.phone_number_id) == 10
    assert all(timedelta(hours=23) < ahead(message) < timedelta(hours=25) for message in waiting)
    await limit(shop, tier="TIER_UNLIMITED")
    await accepted(shop, 15)


async def test_a_text_waits_for_its_person_and_goes_when_they_write(shop: Shop) -> None:
    await limit(shop, options={"budgets": {"outside_window": "hold"}})
    (sent,) = await send(shop, 1, text="Posso ajudar?")
    (waiting,) = await held(shop, "outside_window", 1)
    assert waiting["next_attempt_at"] is None and waiting["reason_text"]["pt"].startswith("A janela de 24 horas")
    reply = {"phone_number_id": shop.phone_number_id, "from": sent["to"].removeprefix("+"), "text": "Oi!"}
    await shop.simulator.call("POST", "/reply", reply)
    await accepted(shop, 1)


async def test_a_pix_message_overtakes_a_bulk_run(shop: Shop, client: HttpClient, figures: Figures) -> None:
    """The bulk run waits while it is made, so that its length is not a matter of how fast it is made."""
    bulk = {"session_id": shop.session_id, "lane": "bulk"}
    await limit(shop, throughput_per_s=20)
    await shop.api.post("/queue/pause", bulk)
    await send(shop, 300, text="Promoção", lane="bulk")
    before = await shop.simulator.accepted(shop.phone_number_id)
    await shop.api.post("/queue/resume", bulk)
    await accepted(shop, before + 1)
    begun = time.monotonic()
    answer = await shop.post(client, shop.body.make(1))
    assert answer.status == 202
    event_id = answer.json()["id"]

    async def done() -> bool:
        messages = (await shop.api.get(f"/events/{event_id}/messages"))["data"]
        return bool(messages) and messages[0]["status"] in ("accepted", "sent", "delivered", "read")

    await wait_until(done, 10.0, lambda: "the PIX message was not accepted", look_s=0.05)
    took_s = time.monotonic() - begun
    overtaken = await unsent(shop)
    sent = await shop.simulator.accepted(shop.phone_number_id) - before
    figures.lines.append(f"PIX accepted after {took_s:.2f} s: {sent} had gone, it overtook {overtaken} of a bulk run")
    assert overtaken > 0
    assert sent < 100
    assert took_s < 5.0


async def unsent(shop: Shop) -> int:
    """Return how many messages of the shop have not been sent yet."""
    pages = [await shop.api.get("/messages", status=status, limit=1) for status in ("queued", "held")]
    return sum(page["count"] for page in pages)
