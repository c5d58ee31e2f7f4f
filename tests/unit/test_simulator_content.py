"""What the simulator takes and refuses of every type of message, in Graph's words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from tests.unit.whatsapp_rig import NUMBER, TOKEN, WABA
from whatsapp.simulator.graph import Graph
from whatsapp.simulator.replies import Reply, Request
from whatsapp.simulator.world import World

WAMID = "wamid.HBgNNTUxMTk4NzY1NDMyMRUCABEYEjA="
ROW = {"id": "r", "title": "Linha"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    world.statuses = False
    number = {"phone_number_id": NUMBER, "waba_id": WABA, "phone": "+5511400000001", "token": TOKEN}
    world.put_app("app", {"app_secret": "s", "numbers": [{**number, "throughput": 1000}]})
    yield world
    await world.close()


def send(world: World, **content: Any) -> tuple[int, Any]:
    body = {"messaging_product": "whatsapp", "to": "+5511987654321", **content}
    request = Request(
        b"POST", f"/v23.0/{NUMBER}/messages".encode(), b"", f"Bearer {TOKEN}".encode(), orjson.dumps(body)
    )
    answer = Graph(world).handle(request)
    assert isinstance(answer, Reply)
    assert answer.body is not None
    return answer.status, orjson.loads(answer.body)


def button(identity: str = "a", title: str = "A") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": identity, "title": title}}


def interactive(kind: str = "button", **changes: Any) -> dict[str, Any]:
    actions: dict[str, Any] = {
        "button": {"buttons": [button()]},
        "list": {"button": "Ver", "sections": [{"title": "S", "rows": [ROW]}]},
        "cta_url": {"name": "cta_url", "parameters": {"display_text": "Abrir", "url": "https://example.org"}},
        "location_request_message": {"name": "send_location"},
        "flow": {"name": "flow", "parameters": {"flow_id": "1", "flow_cta": "Abrir", "flow_token": "t"}},
    }
    spec = {"type": kind, "body": {"text": "Corpo"}, "action": actions.get(kind), **changes}
    return {"type": "interactive", "interactive": {name: one for name, one in spec.items() if one is not None}}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"type": "image", "image": {"link": "https://example.org/a.png", "caption": "foto"}}, "foto"),
        ({"type": "document", "document": {"link": "https://example.org/a.pdf", "filename": "a.pdf"}}, ""),
        ({"type": "audio", "audio": {"link": "https://example.org/a.ogg", "voice": True}}, ""),
        ({"type": "location", "location": {"latitude": -23.5, "longitude": "-46.6", "name": "Loja"}}, "Loja"),
        ({"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}}]}, "Ana"),
        ({"type": "reaction", "reaction": {"message_id": WAMID, "emoji": ""}}, ""),
        (interactive(), "Corpo"),
        (interactive("list", footer={"text": "rodapé"}, header={"type": "text", "text": "topo"}), "Corpo"),
        (interactive("cta_url", header={"type": "image", "image": {"link": "https://example.org/a.png"}}), "Corpo"),
        (interactive("location_request_message"), "Corpo"),
        (interactive("flow"), "Corpo"),
    ],
)
async def test_accepted_with_what_the_person_reads_and_what_was_sent(
    world: World, content: dict[str, Any], text: str
) -> None:
    status, answer = send(world, **content)
    assert (status, "message_status" in answer["messages"][0]) == (200, False)
    assert world.ledger.text == [text.encode()]
    assert world.ledger.content == {0: content[content["type"]]}


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ({"type": "image"}, 100, "(#100) The parameter image is required."),
        ({"type": "image", "image": {}}, 131009, "exactly one of id and link"),
        ({"type": "image", "image": {"id": "1", "link": "https://x"}}, 131009, "exactly one of id and link"),
        ({"type": "image", "image": {"link": "ftp://x"}}, 100, "is not a valid URI."),
        ({"type": "image", "image": {"id": "404"}}, 100, "not a valid whatsapp business account media attachment ID"),
        ({"type": "image", "image": {"link": "https://x", "caption": "x" * 1025}}, 100, "at most 1024 characters"),
        ({"type": "audio", "audio": {"link": "https://x", "caption": "x"}}, 100, 'Unexpected key "caption"'),
        ({"type": "location", "location": {"latitude": 1}}, 100, "location['longitude'] is required"),
        ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, 131009, "between -90 and 90"),
        ({"type": "contacts", "contacts": []}, 100, "contacts is required"),
        ({"type": "contacts", "contacts": [{}]}, 100, "contacts[0]['name'] is required"),
        ({"type": "reaction", "reaction": {"message_id": "1", "emoji": "x"}}, 131009, "is not a valid message ID"),
        ({"type": "reaction", "reaction": {"message_id": WAMID}}, 100, "reaction['emoji'] is required"),
        (interactive(body={}), 100, "(#100) The parameter interactive['body']['text'] is required."),
        (interactive(body={"text": "x" * 1025}), 131009, "Body text length invalid. Min length: 1, Max length: 1024"),
        (
            interactive(action={"buttons": [button(str(at), str(at)) for at in range(4)]}),
            131009,
            "Invalid buttons count. Min allowed buttons: 1, Max allowed buttons: 3",
        ),
        (
            interactive(action={"buttons": [button(title="x" * 21)]}),
            131009,
            "Button title length invalid. Min length: 1, Max length: 20",
        ),
        (interactive(action={"buttons": [button(), button()]}), 131009, "Duplicated"),
        (
            interactive(
                "list", action={"button": "Ver", "sections": [{"rows": [{**ROW, "id": str(i)} for i in range(11)]}]}
            ),
            131009,
            "Total row count exceed max allowed count: 10",
        ),
        (interactive("list", header={"type": "image", "image": {"link": "https://x"}}), 131009, "not allowed"),
        (interactive("list", action={"button": "Ver", "sections": []}), 100, "sections"),
        (interactive("cta_url", action={"name": "cta_url", "parameters": {"display_text": "A"}}), 100, "['url']"),
        (interactive("poll", action={}), 131009, "Interactive type is invalid"),
        (interactive(footer={"text": ""}), 131009, "Footer text length invalid"),
        ({"type": "text", "text": {"body": "x"}, "context": {"message_id": "1"}}, 131009, "is not a valid message ID"),
        ({"type": "text", "text": {"body": "x"}, "recipient_type": "group"}, 100, "recipient_type"),
        ({"type": "order"}, 131051, "Message type is currently not supported."),
        ({"status": "read", "message_id": WAMID, "typing_indicator": {"type": "voice"}}, 131009, "typing_indicator"),
    ],
)
async def test_refused_in_graphs_words(world: World, content: dict[str, Any], code: int, words: str) -> None:
    status, answer = send(world, **content)
    error = answer["error"]
    assert (status, error["code"]) == (400, code)
    assert words in error.get("error_data", {}).get("details", "") + error["message"]
    assert not world.ledger.text


async def test_a_person_without_a_phone_is_written_to_by_the_user_id(world: World) -> None:
    body = {"type": "text", "text": {"body": "oi"}, "to": None}
    status, answer = send(world, **body, recipient="BR.ENT.abc123")
    assert (status, answer["contacts"]) == (200, [{"input": "BR.ENT.abc123", "user_id": "BR.ENT.abc123"}])
    known = world.people.user_id(5531987654321)
    answer = send(world, **body, recipient=known)[1]
    assert answer["contacts"][0]["wa_id"] in ("5531987654321", "553187654321")
    assert list(world.ledger.to)[1] == 5531987654321
    assert send(world, **body, recipient="nobody")[1]["error"]["code"] == 131009


@pytest.mark.parametrize("phone", [5511987654321, 14155550123, 351912345678, 8613812345678])
async def test_a_user_id_leads_back_to_its_phone_unless_the_country_is_unknown(world: World, phone: int) -> None:
    user_id = world.people.user_id(phone)
    assert (world.people.user(user_id) == phone) is not user_id.startswith("ZZ")
    assert world.people.user_id(world.people.user(user_id)) == user_id
