"""A second judge: the public client library heyoo, with another HTTP library and another way to write requests."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import orjson
from heyoo import WhatsApp  # type: ignore[import-untyped]

from tests.unit.whatsapp_rig import NUMBER, TOKEN, Rig, running

PERSON = "5511987654321"


def client_of(rig: Rig) -> Any:
    client = WhatsApp(TOKEN, NUMBER)
    client.base_url, client.v15_base_url = f"{rig.base_url}/v14.0", f"{rig.base_url}/v15.0"
    client.url = f"{client.base_url}/{NUMBER}/messages"
    return client


async def test_heyoo_sends_what_it_can() -> None:
    async with running() as rig:
        client, call = client_of(rig), asyncio.to_thread
        first = await call(client.send_message, "Olá", PERSON)
        wamid = first["messages"][0]["id"]
        assert first["contacts"] == [{"input": PERSON, "wa_id": PERSON}]
        await call(client.reply_to_message, wamid, PERSON, "Re")
        await call(client.send_reaction, "👍", wamid, PERSON)
        await call(client.send_location, -23.5, -46.6, "Loja", "Rua A", PERSON)
        await call(client.send_image, "https://example.org/a.png", PERSON)
        await call(client.send_document, "https://example.org/a.pdf", PERSON, "boleto", filename="boleto.pdf")
        await call(client.send_video, "https://example.org/a.mp4", PERSON)
        await call(client.send_audio, "https://example.org/a.ogg", PERSON)
        await call(client.send_sticker, "https://example.org/a.webp", PERSON)
        name = {"formatted_name": "Ana", "first_name": "Ana"}
        await call(client.send_contacts, [{"name": name, "phones": [{"phone": "+5511900000000"}]}], PERSON)
        rows = [{"id": "pix", "title": "PIX", "description": "na hora"}]
        action = {"button": "Pagar", "sections": [{"title": "Formas", "rows": rows}]}
        await call(client.send_button, {"header": "Loja", "body": "Como?", "footer": "Ok", "action": action}, PERSON)
        reply = {"type": "reply", "reply": {"id": "yes", "title": "Sim"}}
        buttons = {"type": "button", "body": {"text": "Confirma?"}, "action": {"buttons": [reply]}}
        await call(client.send_reply_button, buttons, PERSON)
        values = [{"type": "text", "text": "Ana"}, {"type": "text", "text": "R$ 97,00"}]
        await call(client.send_template, "pix", PERSON, [{"type": "body", "parameters": values}], "pt_BR")
        sent = (await rig.messages())["data"]
        kinds = [row["type"] for row in sent]
        assert kinds[:6] == ["text", "text", "reaction", "location", "image", "document"]
        assert kinds[6:] == ["video", "audio", "sticker", "contacts", "interactive", "interactive", "template"]
        assert sent[1]["reply_to"] == wamid
        assert sent[5]["text"] == "boleto"
        assert sent[12]["text"] == "Olá Ana, pague R$ 97,00"
        refused = await call(client.send_template, "pix", PERSON, [], "en_US")
        assert refused["error"]["code"] == 132001


async def test_heyoo_reads_what_people_write_and_fetches_their_media(tmp_path: Path) -> None:
    async with running() as rig:
        await rig.sim("PUT", "settings", {"batch_size": 1, "posts_in_flight": 1})
        client, call = client_of(rig), asyncio.to_thread
        person = {"phone_number_id": NUMBER, "from": PERSON, "name": "Zé"}
        chosen = {"id": "pix", "title": "PIX", "description": "na hora"}
        for content in ({"text": "oi ✅"}, {"list_reply": chosen}, {"document": {"content": "%PDF", "caption": "c"}}):
            assert (await rig.sim("POST", "reply", {**person, **content})).status == 202
        await rig.receiver.until(lambda: len(rig.receiver.bodies) == 3)
        spoken, listed, file = (orjson.loads(body) for body in rig.receiver.bodies)
        assert client.is_message(spoken)
        assert (client.get_message(spoken), client.get_mobile(spoken), client.get_name(spoken)) == (
            "oi ✅",
            PERSON,
            "Zé",
        )
        assert client.get_interactive_response(listed)["list_reply"] == chosen
        document = client.get_document(file)
        address = await call(client.query_media_url, document["id"])
        saved = await call(client.download_media, address, document["mime_type"], str(tmp_path / "boleto"))
        assert await call(Path(saved).read_bytes) == b"%PDF"
        assert await call(client.delete_media, document["id"]) == {"success": True}
        assert await call(client.query_media_url, document["id"]) is None
        assert await call(client.mark_as_read, client.get_message_id(spoken)) == {"success": True}
        assert (await rig.sim("GET", "inbound")).json["data"][0]["read_at"] is not None


async def test_heyoo_reads_the_statuses() -> None:
    async with running() as rig:
        await rig.sim("PUT", "settings", {"batch_size": 1, "posts_in_flight": 1})
        client = client_of(rig)
        await asyncio.to_thread(client.send_message, "Olá", PERSON)
        await rig.receiver.until(lambda: len(rig.receiver.bodies) == 3)
        bodies = [orjson.loads(body) for body in rig.receiver.bodies]
        assert [client.get_delivery(body) for body in bodies] == ["sent", "delivered", "read"]
        assert {client.changed_field(body) for body in bodies} == {"messages"}
