"""What people write to a number becomes its conversations in the shard's own transaction, each message once."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from engine.ids import ms_to_time
from engine.wire import DONE, FLAG_CARRIES, FLAG_SPILLED, KIND_META
from storage.contacts import ContactWrite, upsert_contacts
from storage.pool import Pool
from tests.actors.shard_rig import ShardRig, make_rig, new_id, now_ms

WA_ID, PHONE = "5511987654321", "+5511987654321"
NOW_S = now_ms() // 1000 - 60


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[ShardRig]:
    made = await make_rig(pool, database_url)
    await pool.execute("INSERT INTO meta_apps (app_id, company_id, sealed) VALUES ('7', $1, '')", made.company_id)
    await pool.execute("UPDATE sessions SET app_id = '7', waba_id = '900', phone_number_id = '100'")
    await made.ingestor.reload(made.company_id.bytes)
    yield made
    await made.lanes.close()


def message(number: int, at_s: int = NOW_S, **told: Any) -> dict[str, Any]:
    content = told or {"type": "text", "text": {"body": f"Oi {number}"}}
    return {"from": WA_ID, "id": f"wamid.{number}", "timestamp": str(at_s), **content}


async def hear(rig: ShardRig, *messages: dict[str, Any], flags: int = FLAG_CARRIES, name: str = "Ana") -> None:
    value = {
        "metadata": {"phone_number_id": "100"},
        "contacts": [{"wa_id": WA_ID, "profile": {"name": name}}],
        "messages": messages,
    }
    body = json.dumps({"entry": [{"id": "900", "changes": [{"field": "messages", "value": value}]}]})
    item = rig.intake(body, events=len(messages), kind=KIND_META, webhook_id=bytes(16), content_type="7", flags=flags)
    assert [answer.code for answer in await rig.ingestor.ingest([item])] == [DONE]


async def only(rig: ShardRig) -> dict[str, Any]:
    [row] = await rig.rows("SELECT * FROM conversations")
    return row


async def test_messages_of_one_body_and_their_repetitions_are_one_conversation(rig: ShardRig) -> None:
    await hear(rig, message(2, NOW_S + 5), message(1, NOW_S + 1))
    await hear(rig, message(1, NOW_S + 1), message(3, NOW_S + 3), flags=FLAG_CARRIES | FLAG_SPILLED)
    row = await only(rig)
    assert (row["phone"], row["name"], row["session_id"]) == (PHONE, "Ana", rig.session_id)
    assert (row["unread"], row["last_text"]) == (3, "Oi 2")
    assert row["waiting_since"] == ms_to_time((NOW_S + 1) * 1000)
    events = {r["id"] for r in await rig.rows("SELECT id FROM incoming_events WHERE event_type = 'message_received'")}
    turns = await rig.rows("SELECT event_id, conversation_id FROM ai_turns")
    assert ({turn["event_id"] for turn in turns}, len(turns)) == (events, 3)
    assert {turn["conversation_id"] for turn in turns} == {row["id"]}


async def test_a_caption_is_shown_and_a_reaction_asks_for_nothing(rig: ShardRig) -> None:
    await hear(rig, message(1, type="image", image={"id": "1", "caption": "Comprovante"}))
    await hear(rig, message(2, NOW_S + 1, type="reaction", reaction={"message_id": "x", "emoji": "👍"}))
    row = await only(rig)
    assert (row["unread"], row["last_type"], row["last_text"]) == (1, "reaction", "👍")
    assert len(await rig.rows("SELECT 1 FROM ai_turns")) == 1


async def test_what_postgres_cannot_hold_is_in_no_conversation_and_the_message_is(rig: ShardRig) -> None:
    await hear(rig, message(1, type="text", text={"body": "a\x00b"}), name="A\x00na")
    row = await only(rig)
    assert (row["last_text"], row["name"]) == ("ab", "Ana")


async def test_a_phone_ahead_of_time_does_not_hold_the_conversation_there(rig: ShardRig) -> None:
    await hear(rig, message(1, NOW_S + 86_400 * 400))
    assert (await only(rig))["last_inbound_at"] <= ms_to_time(now_ms())


async def test_a_changed_number_is_no_conversation_and_neither_is_nobody(rig: ShardRig) -> None:
    system = {"type": "user_changed_number", "wa_id": "5511987654322"}
    nobody = {"id": "w1", "type": "text", "text": {"body": "Oi"}}
    await hear(rig, nobody | {"from_user_id": "no id"}, message(2, type="system", system=system))
    assert await rig.rows("SELECT 1 FROM conversations") == []
    assert await rig.rows("SELECT 1 FROM ai_turns") == []


async def test_who_never_told_a_number_has_a_conversation_by_whatsapps_id(rig: ShardRig) -> None:
    hidden: dict[str, Any] = {"from": None, "from_user_id": "BR.abc", "type": "text"}
    await hear(rig, message(1, text={"body": "Oi"}, **hidden), message(2, NOW_S + 1, text={"body": "PARAR"}, **hidden))
    row = await only(rig)
    assert (row["phone"], row["unread"], row["last_text"]) == ("BR.abc", 2, "PARAR")
    told = await rig.rows("SELECT customer_phone, payload->>'phone_from' AS phone_from FROM incoming_events")
    assert told == [{"customer_phone": "BR.abc", "phone_from": "user_id"}] * 2
    assert [turn["phone"] for turn in await rig.rows("SELECT phone FROM ai_turns")] == ["BR.abc"] * 2
    assert await rig.rows("SELECT phone FROM suppressions") == [{"phone": "BR.abc"}]


async def test_who_hides_a_number_that_was_told_before_is_the_same_person(rig: ShardRig) -> None:
    now = ms_to_time(now_ms())
    for company_id, phone in ((rig.company_id, PHONE), (new_id(), "+5511912345678")):
        known = ContactWrite(id=new_id(), phone=phone, source="message", seen_at=now, bsuid="BR.abc")
        async with rig.pool.acquire() as connection, connection.transaction():
            await upsert_contacts(connection, company_id, [known], now=now)
    hidden: dict[str, Any] = {"from": None, "from_user_id": "BR.abc", "type": "text"}
    await hear(rig, message(1, text={"body": "Oi"}, **hidden), message(2, NOW_S + 1, text={"body": "PARAR"}, **hidden))
    row = await only(rig)
    assert (row["phone"], row["unread"], row["last_text"]) == (PHONE, 2, "PARAR")
    told = await rig.rows("SELECT customer_phone, payload->>'phone_from' AS phone_from FROM incoming_events")
    assert told == [{"customer_phone": PHONE, "phone_from": "contact"}] * 2
    assert await rig.rows("SELECT company_id, phone FROM suppressions") == [
        {"company_id": rig.company_id, "phone": PHONE}
    ]
    await hear(rig, message(3, NOW_S + 2, text={"body": "Oi"}, **(hidden | {"from_user_id": "BR.other"})))
    unread = await rig.rows("SELECT phone, unread FROM conversations ORDER BY phone")
    assert unread == [{"phone": PHONE, "unread": 2}, {"phone": "BR.other", "unread": 1}]
