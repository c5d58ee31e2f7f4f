"""What agents make of understood messages: the Responder of actors/understanding.py over actors/answering.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from actors.answering import Answering, Asked
from actors.model_talk import Reply
from actors.turn_ends import Outcome, Understood
from engine.ai.answering import heard_as
from engine.contacts import tag_name
from engine.ids import IdMaker, id_time
from storage.ai_agents import models_asked
from storage.contacts import find_by_phone, tag_contacts
from storage.message_rows import MessageRow, direct_message
from storage.pool import Pool

_NOTICED_S = 0.05


class AgentResponder:
    """Decides about many messages at once; whoever calls bounds how many wait for a language model.

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

    async def slow(self, companies: set[UUID]) -> set[UUID]:
        """Return which of these companies ask a language model: nobody else waits for their answers."""
        return await models_asked(self._pool, companies)

    async def respond(self, turns: Sequence[Understood]) -> list[Outcome]:
        """Return one outcome per turn, in their order.

        Raises:
            Unavailable: knowledge cannot be searched now; the turns come again.
        """
        asked = [_asked(one) for one in turns]
        outcomes = []
        for one, reply in zip(asked, await self._answering.answer_all(asked), strict=True):
            await self._tag(one, reply.tags)
            outcomes.append(self._outcome(one, reply))
        return outcomes

    def _outcome(self, asked: Asked, reply: Reply) -> Outcome:
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
        later = id_time(message_id) + timedelta(seconds=reply.delay_s) if reply.delay_s >= _NOTICED_S else None
        return direct_message(message_id, asked.company_id, asked.session_id, asked.phone, text, later)._replace(
            event_id=asked.event_id
        )


def _asked(one: Understood) -> Asked:
    turn = one.turn
    return Asked(
        company_id=turn.company_id,
        conversation_id=turn.conversation_id,
        session_id=turn.session_id,
        phone=turn.phone,
        event_id=turn.event_id,
        heard=heard_as(one.text, one.verdict),
    )


def _source(key: str, confidence: float) -> dict[str, object]:
    source_id, _, position = key.partition("/")
    return {"source_id": source_id, "position": int(position), "confidence": confidence}
