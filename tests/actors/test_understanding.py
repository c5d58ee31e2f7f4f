"""Inbound messages are understood once each: decided, told to the rules that ask, finished with what follows."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from actors.base import Life
from actors.lanes import WriterLane
from actors.own_intents import OwnIntents
from actors.recorder import Changes
from actors.turn_ends import Outcome, Understood
from actors.understanding import MOST_ATTEMPTS, NoAgent, Responder, Understanding
from actors.understood_events import Offer
from engine.errors import Unavailable
from engine.ids import ms_to_time
from engine.wire import DONE, FLAG_CARRIES, KIND_META, Answer, Intake
from integrations.embedding import Embedder
from storage.message_rows import HANDED_OVER_S, MessageRow
from storage.pool import Pool
from tests.actors.shard_rig import ShardRig, make_rig, new_id, now_ms

WA_ID, PHONE = "5511987654321", "+5511987654321"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return Embedder()


@dataclass
class World:
    rig: ShardRig
    pool: Pool
    embedder: Embedder
    changes: Changes
    pushed: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0

    def worker(self, responder: Responder | None = None, name: str = "ai-0") -> Understanding:
        async def ingest(items: Sequence[Intake]) -> list[Answer]:
            return await self.rig.ingestor.ingest(items)

        own = OwnIntents(self.pool, self.embedder)
        offer = Offer(self.pool, ingest)
        return Understanding(
            self.pool,
            self.changes.commit,
            self.embedder,
            own,
            offer,
            responder or NoAgent(),
            self.pushed.extend,
            Life(name),
        )

    async def hear(self, *texts: str, wa_id: str = WA_ID, kind: str = "text") -> None:
        messages = []
        for text in texts:
            self.number += 1
            told = {"type": "text", "text": {"body": text}} if kind == "text" else {"type": kind, kind: {"id": "1"}}
            at = str(now_ms() // 1000 - 60)
            messages.append({"from": wa_id, "id": f"wamid.{self.number}", "timestamp": at, **told})
        value = {
            "metadata": {"phone_number_id": "100"},
            "contacts": [{"wa_id": wa_id, "profile": {"name": "Ana"}}],
            "messages": messages,
        }
        body = json.dumps({"entry": [{"id": "900", "changes": [{"field": "messages", "value": value}]}]})
        item = self.rig.intake(
            body, events=len(texts), kind=KIND_META, webhook_id=bytes(16), content_type="7", flags=FLAG_CARRIES
        )
        assert [answer.code for answer in await self.rig.ingestor.ingest([item])] == [DONE]

    async def decisions(self) -> Sequence[dict[str, Any]]:
        return await self.rig.rows("SELECT * FROM ai_decisions ORDER BY id")

    async def finish(self, worker: Understanding) -> None:
        while await worker.run_once():
            pass
        assert await self.rig.rows("SELECT 1 FROM ai_turns") == []


@pytest.fixture
async def world(pool: Pool, database_url: str, embedder: Embedder) -> AsyncIterator[World]:
    rig = await make_rig(pool, database_url)
    await pool.execute("INSERT INTO meta_apps (app_id, company_id, sealed) VALUES ('7', $1, '')", rig.company_id)
    await pool.execute("UPDATE sessions SET app_id = '7', waba_id = '900', phone_number_id = '100'")
    await rig.ingestor.reload(rig.company_id.bytes)
    changes = Changes(WriterLane(database_url, "ai-0/0"), lambda *told: None)
    yield World(rig, pool, embedder, changes)
    await changes.close()
    await rig.lanes.close()


async def test_each_message_of_a_person_is_decided_once_and_in_order(world: World) -> None:
    await world.hear("oi", "quanto custa o curso?", "ja paguei o pix")
    await world.finish(world.worker())
    rows = await world.decisions()
    assert [row["intent"] for row in rows] == ["other", "price", "already_paid"]
    assert {(row["outcome"], row["reason"]) for row in rows} == {("silent", "no_agent")}
    assert {row["decided_by"] for row in rows} <= {"letters", "model"}
    assert all(row["latency_ms"] >= 0 for row in rows)
    [talk] = await world.rig.rows("SELECT intent, confidence FROM conversations")
    assert talk["intent"] == "already_paid"
    assert talk["confidence"] == pytest.approx(rows[-1]["confidence"])
    counted = await world.rig.rows("SELECT data FROM metric_deltas WHERE writer = 'ai-0/0'")
    changes = [change for row in counted for change in json.loads(row["data"])["rows"]]
    assert sum(change[-1] for change in changes if change[3] == "ai_silent") == 3


async def test_a_rule_hears_what_was_understood_with_intent_and_confidence(world: World) -> None:
    trigger = {"event_type": "message_understood"}
    when = {
        "all": [
            {"field": "intent", "op": "equals", "value": "price"},
            {"field": "confidence", "op": "gt", "value": 0.5},
        ]
    }
    await world.rig.add_rule({"name": "r", "trigger": trigger, "when": when})
    await world.hear("quanto custa o curso?")
    await world.hear("obrigada, era isso", wa_id="5511987650000")
    worker = world.worker()
    await world.finish(worker)
    events = await world.rig.rows("SELECT * FROM incoming_events WHERE event_type = 'message_understood'")
    assert len(events) == 2
    assert {event["source"] for event in events} == {"whatsapp"}
    [message] = await world.rig.rows("SELECT to_phone, text FROM messages")
    assert message["to_phone"] == PHONE
    assert {json.loads(event["payload"])["intent"] for event in events} == {"price", "thanks"}


async def test_no_event_is_made_where_no_rule_asks_for_it(world: World) -> None:
    await world.hear("quanto custa o curso?")
    await world.finish(world.worker())
    assert await world.rig.rows("SELECT 1 FROM incoming_events WHERE event_type = 'message_understood'") == []


class _Answering:
    """A responder that answers everything, and may break before or after."""

    def __init__(self, session: UUID, before: Callable[[], None] = lambda: None) -> None:
        self._session = session
        self._before = before

    async def respond(self, turns: Sequence[Understood]) -> list[Outcome]:
        self._before()
        return [Outcome("answered", None, _message(one, self._session), [{"kind": "test"}]) for one in turns]


def _message(one: Understood, session: UUID) -> MessageRow:
    message_id = new_id()
    at = ms_to_time(message_id.int >> 80)
    later = ms_to_time((message_id.int >> 80) + HANDED_OVER_S * 1000)
    filled: dict[str, Any] = dict.fromkeys(MessageRow._fields)
    filled |= {
        "id": message_id,
        "company_id": one.turn.company_id,
        "created_at": at,
        "event_id": one.turn.event_id,
        "session_id": session,
        "to_phone": one.turn.phone,
        "lane": "transactional",
        "type": "text",
        "text": "Custa R$ 97,00",
        "status": "queued",
        "attempt": 0,
        "timeline": "[]",
        "updated_at": at,
        "due_at": at,
        "look_at": later,
    }
    return MessageRow(**filled)


async def test_an_answer_is_stored_with_its_turns_end_and_handed_to_its_sender(world: World) -> None:
    await world.hear("quanto custa o curso?")
    await world.finish(world.worker(_Answering(world.rig.session_id)))
    [row] = await world.decisions()
    [message] = await world.rig.rows("SELECT id, status FROM messages")
    assert (row["outcome"], row["message_id"], message["status"]) == ("answered", message["id"], "queued")
    assert [one["id"] for one in world.pushed] == [message["id"].bytes]
    [talk] = await world.rig.rows("SELECT waiting_since, last_outbound_text FROM conversations")
    assert talk == {"waiting_since": None, "last_outbound_text": "Custa R$ 97,00"}


async def test_what_letters_decide_is_not_embedded(world: World) -> None:
    before = world.embedder.embedded
    await world.hear("Qual o valor do curso?")
    await world.finish(world.worker())
    [row] = await world.decisions()
    assert (row["intent"], row["decided_by"]) == ("price", "letters")
    assert json.loads(row["neighbours"])[0]["intent"] == "price"
    assert world.embedder.embedded == before


async def test_who_wants_no_messages_is_not_answered_and_hears_no_more(world: World) -> None:
    await world.hear("PARAR")
    await world.hear("por favor me tira dessa lista, nao quero mais receber mensagem", wa_id="5511987650000")
    await world.finish(world.worker(_Answering(world.rig.session_id)))
    rows = await world.decisions()
    assert [(row["intent"], row["outcome"], row["reason"]) for row in rows] == [("opt_out", "silent", "opted_out")] * 2
    assert [row["decided_by"] for row in rows] == ["words", "model"]
    stops = await world.rig.rows("SELECT phone, source, kind FROM suppressions ORDER BY phone")
    assert [(stop["phone"], stop["source"], stop["kind"]) for stop in stops] == [
        ("+5511987650000", "ai", "all"),
        (PHONE, "message", "all"),
    ]
    assert await world.rig.rows("SELECT 1 FROM messages") == []


async def test_a_message_without_words_is_noted_and_not_read(world: World) -> None:
    await world.hear("", kind="audio")
    await world.finish(world.worker())
    [row] = await world.decisions()
    assert (row["intent"], row["decided_by"], row["reason"]) == (None, "nothing", "no_text")


async def test_a_worker_that_dies_anywhere_leaves_one_decision_and_one_answer(world: World) -> None:
    await world.hear("quanto custa o curso?")

    def die() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await world.worker(_Answering(world.rig.session_id, die)).run_once()
    assert await world.decisions() == []
    second = world.worker(_Answering(world.rig.session_id), "ai-1")
    assert await second.run_once() == 0, "the first one still has the turn"
    await world.pool.execute("UPDATE ai_turns SET look_at = now()")
    await world.finish(second)
    assert len(await world.decisions()) == 1
    assert len(await world.rig.rows("SELECT 1 FROM messages")) == 1


async def test_a_worker_that_was_overtaken_changes_nothing(world: World) -> None:
    await world.hear("quanto custa o curso?")

    class Overtaken(_Answering):
        async def respond(self, turns: Sequence[Understood]) -> list[Outcome]:
            await world.pool.execute("UPDATE ai_turns SET look_at = now()")
            await world.finish(world.worker(_Answering(world.rig.session_id), "ai-1"))
            return await super().respond(turns)

    await world.worker(Overtaken(world.rig.session_id)).run_once()
    assert len(await world.decisions()) == 1
    assert len(await world.rig.rows("SELECT 1 FROM messages")) == 1
    assert len(world.pushed) == 1


async def test_one_message_that_cannot_be_done_holds_up_nobody(world: World) -> None:
    await world.hear("quanto custa o curso?")
    await world.hear("obrigada", wa_id="5511987650000")

    class Picky:
        async def respond(self, turns: Sequence[Understood]) -> list[Outcome]:
            if any(one.turn.phone == PHONE for one in turns):
                raise ValueError("this one")
            return await NoAgent().respond(turns)

    worker = world.worker(Picky())
    for _ in range(MOST_ATTEMPTS):
        await world.pool.execute("UPDATE ai_turns SET look_at = now()")
        await worker.run_once()
    rows = {row["phone"]: row["reason"] for row in await world.decisions()}
    assert rows == {"+5511987650000": "no_agent", PHONE: "failed"}


async def test_while_a_shard_is_away_turns_wait_and_no_try_is_counted(world: World) -> None:
    await world.hear("quanto custa o curso?")

    class Away:
        async def respond(self, turns: Sequence[Understood]) -> list[Outcome]:
            raise Unavailable("the shard is being restarted")

    with pytest.raises(Unavailable):
        await world.worker(Away()).run_once()
    [turn] = await world.rig.rows("SELECT attempts, look_at <= now() + interval '1 second' AS soon FROM ai_turns")
    assert turn == {"attempts": 0, "soon": True}
    await world.pool.execute("UPDATE ai_turns SET look_at = now()")
    await world.finish(world.worker())
    assert len(await world.decisions()) == 1


async def test_a_companys_own_intent_is_learnt_from_its_examples(world: World) -> None:
    examples = ["quero agendar um horário", "tem horário na quinta?", "dá pra marcar sábado?", "queria marcar um corte"]
    await world.pool.execute(
        "INSERT INTO ai_intents (company_id, id, name, label, examples, created_at, updated_at) "
        "VALUES ($1, $2, 'booking', 'Agendar', $3, now(), now())",
        world.rig.company_id,
        new_id(),
        examples,
    )
    await world.hear("queria marcar um horario pra sexta")
    await world.finish(world.worker())
    [row] = await world.decisions()
    assert row["intent"] == "booking"
    [kept] = await world.rig.rows("SELECT octet_length(vectors) AS bytes, model FROM ai_intents")
    assert kept["bytes"] == len(examples) * 384 * 4
