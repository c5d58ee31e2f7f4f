"""What agents make of understood messages: the Responder of actors/understanding.py over actors/answering.py."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import orjson

from actors.answering import Answering, Asked
from actors.model_talk import Reply
from actors.understanding import Outcome, Understood
from engine.ai.answering import Heard
from engine.ai.intents import UNSURE
from engine.contacts import tag_name
from engine.drafts import TRANSACTIONAL
from engine.ids import IdMaker, id_time
from engine.times import rfc3339
from storage.ai_agents import models_asked
from storage.contacts import find_by_phone, tag_contacts
from storage.message_rows import HANDED_OVER_S, MessageRow
from storage.pool import Pool

_AT_ONCE = 16


class AgentResponder:
    """Decides about many messages at once, as many as are asked.

    Args:
        pool: tells who has a model, and gives people their tags.
        answering: decides about each.
        ids: makes the answers' ids.
        now_ms: the clock.
    """

    def __init__(self, pool: Pool, answering: Answering, ids: IdMaker, now_ms: Callable[[], int]) -> None:
        self._pool = pool
        self._answering = answering
        self._ids = ids
        self._now_ms = now_ms
        self._places = asyncio.Semaphore(_AT_ONCE)

    async def slow(self, companies: set[UUID]) -> set[UUID]:
        """Return which of these companies ask a language model: nobody else waits for their answers."""
        return await models_asked(self._pool, companies)

    async def respond(self, turns: Sequence[Understood]) -> list[Outcome]:
        """Return one outcome per turn, in their order.

        Raises:
            Unavailable: knowledge cannot be searched now; the turns come again.
        """
        return list(await asyncio.gather(*map(self._respond, turns)))

    async def _respond(self, one: Understood) -> Outcome:
        turn, verdict = one.turn, one.verdict
        intent = None if verdict is None or verdict.intent == UNSURE else verdict.intent
        heard = Heard(one.text, intent, stop_word=verdict is not None and verdict.by == "words")
        asked = Asked(
            company_id=turn.company_id,
            conversation_id=turn.conversation_id,
            session_id=turn.session_id,
            phone=turn.phone,
            event_id=turn.event_id,
            heard=heard,
        )
        async with self._places:
            reply = await self._answering.answer(asked)
        await self._tag(asked, reply.tags)
        decision = reply.decision
        return Outcome(
            decision.kind,
            decision.reason,
            None if decision.text is None else self._message(asked, reply, decision.text),
            [_source(key, decision.confidence) for key in decision.sources],
            reply.prompt_version,
            reply.model,
            Decimal(reply.cost_micro) / 1_000_000 if reply.model is not None else None,
            reply.tokens if reply.model is not None else None,
        )

    async def _tag(self, asked: Asked, tags: Sequence[str]) -> None:
        """Give a person tags; once more after a crash gives them nothing twice."""
        names = [name for tag in tags if (name := tag_name(tag)) is not None]
        if not names:
            return
        async with self._pool.acquire() as connection, connection.transaction():
            contacts = await find_by_phone(connection, asked.company_id, [asked.phone])
            await tag_contacts(connection, asked.company_id, list(contacts.values()), names)

    def _message(self, asked: Asked, reply: Reply, text: str) -> MessageRow:
        message_id = self._ids.make_uuid(self._now_ms())
        created_at = id_time(message_id)
        later = reply.delay_s >= 0.05
        due_at = created_at + timedelta(seconds=reply.delay_s if later else 0.0)
        status = "scheduled" if later else "queued"
        first = {"status": status, "at": rfc3339(created_at), "reason": None, "attempt": 0}
        return MessageRow(
            id=message_id,
            company_id=asked.company_id,
            created_at=created_at,
            event_id=asked.event_id,
            rule_id=None,
            rule_version=None,
            campaign_id=None,
            session_id=asked.session_id,
            to_phone=asked.phone,
            order_id=None,
            lane=TRANSACTIONAL,
            type="text",
            text=text,
            template_id=None,
            template_name=None,
            template_language=None,
            components=None,
            category=None,
            status=status,
            reason=None,
            attempt=0,
            next_attempt_at=due_at if later else None,
            provider_id=None,
            error=None,
            retry_of=None,
            timeline=orjson.dumps([first]).decode(),
            updated_at=created_at,
            due_at=due_at,
            look_at=due_at if later else created_at + timedelta(seconds=HANDED_OVER_S),
            cancel_on=None,
        )


def _source(key: str, confidence: float) -> dict[str, object]:
    source_id, _, position = key.partition("/")
    return {"source_id": source_id, "position": int(position), "confidence": confidence}
