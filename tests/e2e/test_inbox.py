"""The inbox through a whole instance: a message is live at once and answered; a killed shard loses none."""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import time
from typing import Any

import orjson
import pytest

from masteria.live_client import LiveClient
from tests.e2e.rig import Instance
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until

pytestmark = pytest.mark.slow
ANA = "5511987654321"


async def write(shop: Shop, text: str, phone: str = ANA, **more: Any) -> None:
    body = {"phone_number_id": shop.phone_number_id, "from": phone, "text": text, **more}
    await shop.simulator.call("POST", "/reply", body)


class Inbox:
    """What the live topic tells, kept up to date in the background."""

    def __init__(self, instance: Instance, shop: Shop) -> None:
        self._client = LiveClient(f"{instance.base_url}/api/v1/live", shop.api.key, ["inbox"])

    async def follow(self) -> None:
        async for _ in self._client.updates():
            pass

    @property
    def state(self) -> dict[str, Any]:
        return self._client.states["inbox"]

    def item(self, phone: str) -> dict[str, Any]:
        found = (item for item in self.state.get("items", ()) if item["phone"] == f"+{phone}")
        return next(found, {})


@contextlib.asynccontextmanager
async def followed(instance: Instance, shop: Shop) -> Any:
    inbox = Inbox(instance, shop)
    task = asyncio.create_task(inbox.follow())
    await wait_until(lambda: "counts" in inbox.state, 10.0, "the topic's first state")
    yield inbox
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_message_is_live_is_answered_and_a_closed_window_says_so(instance: Instance, shop: Shop) -> None:
    async with followed(instance, shop) as inbox:
        assert inbox.state["items"] == []
        begun = time.monotonic()
        await write(shop, "Meu acesso não chegou", name="Ana")
        await wait_until(lambda: inbox.item(ANA).get("unread") == 1, 10.0, "the conversation to be live")
        live_s = time.monotonic() - begun
        item = inbox.item(ANA)
        assert (item["name"], item["last_inbound"]["text"]) == ("Ana", "Meu acesso não chegou")
        assert inbox.state["counts"] == {"open": 1, "unread": 1, "waiting": 1}
        sent = await shop.api.post(f"/conversations/{item['id']}/messages", {"text": "Oi, Ana! Já vou ver."})

        async def arrived() -> bool:
            found = await shop.simulator.messages(opaque=sent["id"])
            return [message["text"] for message in found] == ["Oi, Ana! Já vou ver."]

        await wait_until(arrived, 10.0, "the answer at the simulator")
        await wait_until(lambda: inbox.state["counts"]["waiting"] == 0, 10.0, "nobody to wait")

        async def read() -> bool:
            thread = await shop.api.get(f"/conversations/{item['id']}/messages")
            kinds = [(entry["direction"], entry["sent_by"]["kind"]) for entry in thread["data"]]
            return kinds == [("out", "key"), ("in", "customer")] and thread["data"][0]["message"]["status"] == "read"

        await wait_until(read, 20.0, "the answer to be read")
        assert live_s < 5.0, f"{live_s:.2f} s until the message was live"


async def test_who_tells_no_number_is_answered_all_the_same(instance: Instance, shop: Shop) -> None:
    async with followed(instance, shop) as inbox:
        body = {"phone_number_id": shop.phone_number_id, "user_id": "BR.7349120865530274", "text": "Oi", "name": "Ana"}
        await shop.simulator.call("POST", "/reply", body)
        await wait_until(lambda: bool(inbox.state["items"]), 10.0, "the conversation to be live")
        [item] = inbox.state["items"]
        assert (item["name"], item["phone"]) == ("Ana", body["user_id"])
        sent = await shop.api.post(f"/conversations/{item['id']}/messages", {"text": "Oi, Ana!"})

        async def accepted() -> bool:
            message = await shop.api.get(f"/messages/{sent['id']}")
            return message["status"] in ("delivered", "read")

        await wait_until(accepted, 20.0, "the answer to be delivered")
        [found] = await shop.simulator.messages(opaque=sent["id"])
        assert (found["to"], found["text"]) == (body["user_id"], "Oi, Ana!")


async def test_a_picture_is_fetched_from_whatsapp(shop: Shop) -> None:
    body = {"phone_number_id": shop.phone_number_id, "from": ANA, "image": {"content": "uma foto", "caption": "Pago"}}
    await shop.simulator.call("POST", "/reply", body)
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        found[:] = (await shop.api.get("/conversations"))["data"]
        return bool(found)

    await wait_until(there, 10.0, "the conversation")
    path = f"/conversations/{found[0]['id']}/messages"
    [entry] = (await shop.api.get(path))["data"]
    assert (entry["type"], entry["text"], entry["inbound"]["media"]["mime_type"]) == ("image", "Pago", "image/jpeg")
    picture = await shop.api.answer("GET", f"{path}/{entry['id']}/media")
    assert (picture.status, picture.body) == (200, b"uma foto")


async def test_a_closed_window_says_so_in_words(shop: Shop) -> None:
    """The person wrote longer ago than a day, as WhatsApp's own time says."""
    told = {"from": ANA, "id": "wamid.1", "timestamp": str(int(time.time()) - 90_000), "type": "text"}
    value = {
        "metadata": {"phone_number_id": shop.phone_number_id},
        "contacts": [{"wa_id": ANA, "profile": {"name": "Ana"}}],
        "messages": [told | {"text": {"body": "Oi"}}],
    }
    body = orjson.dumps({"entry": [{"id": "1", "changes": [{"field": "messages", "value": value}]}]})
    signature = hmac.new(shop.app_secret.encode(), body, "sha256").hexdigest()
    headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={signature}"}
    door = f"/api/v1/webhooks/meta/{shop.app_id}"
    assert (await shop.api.client.request("POST", door, headers, body)).status == 200
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        found[:] = (await shop.api.get("/conversations"))["data"]
        return bool(found)

    await wait_until(there, 10.0, "the conversation")
    shown = await shop.api.get(f"/conversations/{found[0]['id']}")
    assert (shown["window"]["open"], shown["window"]["reason"]) == (False, "outside_window")
    assert shop.template_id in [template["id"] for template in shown["offered_templates"]]
    refused = await shop.api.answer("POST", f"/conversations/{shown['id']}/messages", {"text": "Oi"})
    assert refused.status == 422
    [error] = refused.json()["errors"]
    assert "24 horas" in error["reason_text"]["pt"] and "24-hour" in error["reason_text"]["en"]
    template = {"template_id": shop.template_id, "variables": {"order_value": "97.00"}}
    assert (await shop.api.post(f"/conversations/{shown['id']}/messages", template))["type"] == "template"


async def test_a_killed_shard_loses_and_doubles_no_inbound_message(instance: Instance, shop: Shop) -> None:
    people = [f"55119876543{number:02d}" for number in range(4)]
    for number in range(10):
        for phone in people:
            await write(shop, f"{phone} {number}", phone)
        if number == 4:
            await instance.kill(shop.shard)
    found: dict[str, int] = {}

    async def all_there() -> bool:
        rows = await shop.api.all("/conversations")
        found.update({row["phone"]: row["unread"] for row in rows})
        return sum(found.values()) >= 40

    await wait_until(all_there, 40.0, lambda: f"{found} of 4 times 10", look_s=0.2)
    events = [event async for event in shop.api.pages("/events", event_type="message_received")]
    assert found == {f"+{phone}": 10 for phone in people}
    assert len(events) == 40
