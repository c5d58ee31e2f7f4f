"""What people write to a WhatsApp-Web session becomes events and conversations, each message once, whoever is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import orjson
import pytest

from actors import web_inbox
from actors.base import Life
from actors.web_inbox import WebInbox
from engine.errors import Unavailable
from engine.ids import ms_to_time
from engine.meta_updates import read_updates
from engine.web_inbound import WebMessage, body_of
from engine.wire import Answer, Intake
from storage.pool import Pool
from tests.actors.shard_rig import ShardRig, make_rig, new_id, now_ms

CHAT, PHONE = "5511987654321", "+5511987654321"
AT_MS = now_ms() // 1000 * 1000 - 60_000


@pytest.fixture
async def rig(pool: Pool, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ShardRig]:
    monkeypatch.setattr(web_inbox, "_AGAIN_S", 0.0)
    made = await make_rig(pool, database_url)
    await pool.execute("UPDATE sessions SET transport = 'web'")
    await made.ingestor.reload(made.company_id.bytes)
    yield made
    await made.lanes.close()


def message(number: int, **fields: Any) -> WebMessage:
    made = WebMessage(f"3EB0{number}", CHAT, "Ana", "text", f"Oi {number}", AT_MS + number * 1000, None)
    return made._replace(**fields)


class Shards:
    """The real way of storing, away as often as a test wants, and once answering to nobody."""

    def __init__(self, rig: ShardRig, away: int = 0, unheard: int = 0) -> None:
        self._rig, self._away, self._unheard = rig, away, unheard

    async def ingest(self, items: Sequence[Intake]) -> Sequence[Answer]:
        if self._away:
            self._away -= 1
            raise Unavailable("away")
        answers = await self._rig.ingestor.ingest(list(items))
        if self._unheard:  # stored, and nobody heard of it
            self._unheard -= 1
            raise Unavailable("cut off")
        return answers


async def bring(inbox: WebInbox) -> None:
    running = asyncio.create_task(inbox.run())
    await inbox.empty(20.0)
    await running
    assert len(inbox) == 0


async def test_messages_are_stored_once_through_every_absence(rig: ShardRig) -> None:
    inbox = WebInbox(Life("web-test"), Shards(rig, away=2, unheard=1).ingest)
    for number in (1, 2, 3):
        assert inbox.take(rig.company_id, rig.session_id, message(number), now_ms())
    await bring(inbox)
    inbox.take(rig.company_id, rig.session_id, message(3), now_ms())  # the device tells it again
    await bring(inbox)
    events = await rig.rows("SELECT * FROM incoming_events ORDER BY occurred_at")
    assert [event["external_id"] for event in events] == ["3EB01", "3EB02", "3EB03"]
    assert {(event["event_type"], event["customer_phone"], event["webhook_id"]) for event in events} == {
        ("message_received", PHONE, None)
    }
    assert orjson.loads(events[0]["payload"])["session_id"] == str(rig.session_id)
    [conversation] = await rig.rows("SELECT * FROM conversations")
    assert (conversation["phone"], conversation["name"], conversation["unread"]) == (PHONE, "Ana", 3)
    assert (conversation["last_text"], conversation["session_id"]) == ("Oi 3", rig.session_id)
    assert conversation["waiting_since"] == ms_to_time(AT_MS + 1000)
    assert len(await rig.rows("SELECT 1 FROM ai_turns")) == 3


async def test_who_says_stop_is_heard(rig: ShardRig) -> None:
    inbox = WebInbox(Life("web-test"), Shards(rig).ingest)
    inbox.take(rig.company_id, rig.session_id, message(1, text="PARAR"), now_ms())
    await bring(inbox)
    [stop] = await rig.rows("SELECT phone, active, event_id FROM suppressions")
    [event] = await rig.rows("SELECT id FROM incoming_events")
    assert (stop["phone"], stop["active"], stop["event_id"]) == (PHONE, True, event["id"])


async def test_a_full_inbox_refuses_and_counts(rig: ShardRig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_inbox, "_MOST", 2)
    life = Life("web-test")
    inbox = WebInbox(life, Shards(rig).ingest)
    taken = [inbox.take(rig.company_id, rig.session_id, message(number), now_ms()) for number in range(3)]
    assert (taken, life.counters["inbound_lost"]) == ([True, True, False], 1)


@pytest.mark.parametrize(
    ("kind", "inner"),
    [
        ("text", {"body": "Oi"}),
        ("image", {"caption": "Oi"}),
        ("button", {"text": "Oi"}),
        ("reaction", {"emoji": "Oi"}),
        ("sticker", None),
    ],
)
def test_a_message_is_told_as_metas_door_would(kind: str, inner: dict[str, str] | None) -> None:
    session = new_id()
    told = read_updates(body_of(session, message(1, type=kind, text="Oi", reply_to="3EB0")), now_ms())
    [inbound] = told[str(session)].inbound
    assert (inbound.provider_id, inbound.wa_id, inbound.name, inbound.at_ms) == ("3EB01", CHAT, "Ana", AT_MS + 1000)
    assert inbound.value["message"].get(kind) == inner
    assert inbound.value["message"]["context"] == {"id": "3EB0"}
