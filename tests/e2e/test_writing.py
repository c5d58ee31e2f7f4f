"""Variants in a whole instance: said at once by whoever makes messages, with a model that is away and does no harm."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.http_client import HttpClient
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until

pytestmark = pytest.mark.slow
PHONE = "11911117777"
BODY = "Olá, {{customer_name|first_name}}! Falta pagar {{order_value|money}}."
VARIANT = "{{customer_name|first_name}}, seu pedido de {{order_value|money}} está guardado."


async def test_an_approved_variant_is_said_and_a_model_that_is_away_changes_nothing(
    shop: Shop, client: HttpClient
) -> None:
    await shop.api.call("DELETE", f"/rules/{shop.rule_id}")
    model = {"url": "https://modelo.invalid/v1", "name": "m", "timeout_s": 5}
    await shop.api.post("/ai/agents", {"name": "Bia", "model": model})
    template = await shop.api.post("/templates", {"name": "falta_pagar", "body": BODY})
    send = {"session_id": shop.session_id, "template_id": template["id"], "variants": True}
    await shop.api.post("/rules", {"name": "r", "trigger": {"event_type": "pix_created"}, "action": {"send": send}})
    variants = f"/templates/{template['id']}/variants"
    job = await shop.api.post(f"{variants}/write", {"brief": "mais curto"})

    async def written() -> bool:
        return bool((await shop.api.get(f"/jobs/{job['id']}"))["state"] == "done")

    await wait_until(written, 30.0, "the model's work to end")
    assert (await shop.api.get(f"/jobs/{job['id']}"))["result"]["reason"] == "model_away"
    variant = await shop.api.post(variants, {"text": VARIANT, "state": "approved"})
    await shop.simulator.call(
        "POST", "/reply", {"phone_number_id": shop.phone_number_id, "from": f"55{PHONE}", "text": "Oi"}
    )

    async def talks() -> list[dict[str, Any]]:
        return await shop.api.all("/conversations")

    async def heard() -> bool:
        return bool(await talks())

    await wait_until(heard, 10.0, "the person's message, which opens the window")
    event = {"eventType": "pix_created", "eventId": "e-1", "orderId": "o-1", "phone": PHONE, "name": "Ana", "total": 97}
    assert (await shop.post(client, json.dumps(event).encode())).status == 202

    async def sent() -> bool:
        return bool(await shop.simulator.messages(phone_number_id=shop.phone_number_id))

    await wait_until(sent, 30.0, "the message at the simulator")
    [message] = await shop.simulator.messages(phone_number_id=shop.phone_number_id)
    assert message["text"] == "Ana, seu pedido de R$ 97,00 está guardado."
    [stored] = await shop.api.all("/messages")
    assert stored["variant"] == {"id": variant["id"], "template_version": 1}
    [talk] = await talks()
    summary = await shop.api.post(f"/conversations/{talk['id']}/summary", {"sentences": 3})
    assert (summary["by_model"], summary["why_not"], summary["facts"]["last_speaker"]) == (
        False,
        "model_away",
        "company",
    )
