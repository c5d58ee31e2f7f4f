"""``POST /messages`` with every type of content: stored as said, handed over as WhatsApp wants it, or refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.ids import ms_to_time
from engine.lanes import Parcel
from engine.wire import pack, unpack
from storage.pool import Pool
from storage.suppressions import Wish, hear_wishes
from tests.asgi import Client
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_session
from tests.unit.test_outgoing import EVERY_TYPE, WAMID

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
TO = "+5511900000000"


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def start(rig: Rig, pool: Pool, **columns: Any) -> tuple[Client, dict[str, Any]]:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW, **columns)
    return owner, {"session_id": str(session_id), "to": TO}


async def send(client: Client, body: dict[str, Any]) -> Any:
    return await client.post("/api/v1/messages", body)


def handed(rig: Rig) -> Parcel:
    """The last message as its sender gets it."""
    [wire] = unpack(pack([rig.actors.handed_over[-1]]))
    return Parcel.from_wire(wire)


@pytest.mark.parametrize("content", [one for one in EVERY_TYPE if one["type"] not in ("text", "template")])
async def test_every_type_goes_to_its_sender_as_it_was_said(rig: Rig, pool: Pool, content: dict[str, Any]) -> None:
    owner, request = await start(rig, pool)
    answer = await send(owner, {**request, "content": content, "reply_to": WAMID})
    kind = content["type"]
    assert (answer.status, answer.json["type"], answer.json["template"]) == (201, kind, None)
    assert answer.json["content"] == {"context": {"message_id": WAMID}, kind: content[kind]}
    parcel = handed(rig)
    assert (parcel.type, parcel.content, parcel.text) == (kind, answer.json["content"], answer.json["text"])


async def test_a_plain_text_carries_nothing_more_than_before(rig: Rig, pool: Pool) -> None:
    owner, request = await start(rig, pool)
    for body in ({"text": "Olá"}, {"content": {"type": "text", "text": {"body": "Olá"}}}):
        answer = await send(owner, {**request, **body})
        assert (answer.json["type"], answer.json["text"], answer.json["content"]) == ("text", "Olá", None)
        assert "content" not in rig.actors.handed_over[-1]


async def test_a_text_answers_a_message(rig: Rig, pool: Pool) -> None:
    owner, request = await start(rig, pool)
    answer = await send(owner, {**request, "text": "Olá", "reply_to": WAMID})
    assert answer.json["content"] == {"context": {"message_id": WAMID}}
    assert handed(rig).content == {"context": {"message_id": WAMID}}


async def test_a_template_by_name_takes_the_category_of_the_stored_one(rig: Rig, pool: Pool) -> None:
    owner, request = await start(rig, pool)
    content = {"type": "template", "template": {"name": "promo", "language": {"code": "pt_BR"}}}
    stranger = await send(owner, {**request, "content": content})
    assert (stranger.json["lane"], stranger.json["category"]) == ("transactional", None)
    template = {"name": "promo", "kind": "meta", "category": "marketing", "body": "Olá"}
    stored = await owner.post("/api/v1/templates", template)
    known = await send(owner, {**request, "content": content})
    assert (known.json["lane"], known.json["category"], known.json["template"]) == ("bulk", "marketing", "promo")
    assert handed(rig).template_name == "promo"
    await owner.call("PATCH", f"/api/v1/templates/{stored.json['id']}", body={"status": "paused"})
    refused = await send(owner, {**request, "content": content})
    assert [error["field"] for error in refused.json["errors"]] == ["content.template.name"]


async def test_a_web_session_sends_no_template_by_name(rig: Rig, pool: Pool) -> None:
    owner, request = await start(rig, pool, transport="web")
    content = {"type": "template", "template": {"name": "promo", "language": {"code": "pt_BR"}}}
    refused = await send(owner, {**request, "content": content})
    assert [error["field"] for error in refused.json["errors"]] == ["content.type"]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["text"]),
        ({"text": "a", "content": {"type": "text", "text": {"body": "a"}}}, ["text"]),
        ({"content": {"type": "image", "image": {"caption": "x" * 1025}}}, ["content.image", "content.image.caption"]),
        ({"content": {"type": "poll"}}, ["content.type"]),
        ({"content": []}, ["content"]),
        ({"content": {"type": "text", "text": {"body": "a\0b"}}}, ["content.text.body"]),
        ({"text": "a", "reply_to": "order-1"}, ["reply_to"]),
    ],
)
async def test_what_is_wrong_is_named_and_nothing_is_stored(
    rig: Rig, pool: Pool, body: dict[str, Any], fields: list[str]
) -> None:
    owner, request = await start(rig, pool)
    answer = await send(owner, {**request, **body})
    assert (answer.status, [error["field"] for error in answer.json["errors"]]) == (422, fields)
    assert await pool.fetchval("SELECT count(*) FROM messages") == 0


async def test_marketing_to_a_person_who_stopped_it_is_skipped_and_the_rest_is_not(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    ids = {}
    for category in ("marketing", "utility"):
        template = {"name": category, "kind": "meta", "category": category, "body": "Olá"}
        ids[category] = (await owner.post("/api/v1/templates", template)).json["id"]
    async with pool.acquire() as connection:
        await hear_wishes(connection, [Wish(company_id, TO, True, "user_preferences", ms_to_time(1))])
    request = {"session_id": str(session_id), "to": TO}
    skipped = (await send(owner, {**request, "template_id": ids["marketing"]})).json
    assert (skipped["status"], skipped["reason"]) == ("skipped", "marketing_stopped")
    assert skipped["reason_text"]["pt"] == "A pessoa não quer receber marketing."
    assert rig.actors.handed_over == []
    assert await pool.fetchval("SELECT count(*) FROM message_queue") == 0
    sent = (await send(owner, {**request, "template_id": ids["utility"]})).json
    other = (await send(owner, {**request, "to": "+5511900000001", "template_id": ids["marketing"]})).json
    assert (sent["status"], other["status"]) == ("queued", "queued")
