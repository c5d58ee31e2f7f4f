"""Answers on their way: what is known is looked up, a model perhaps asked (model_talk.py). No transaction is open
meanwhile; whoever calls stores the reply with the turn. Driven by the AI worker, and by tests, without Ray.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from actors.embedding import Embed
from actors.model_talk import ModelDesk, Question, Reply, opened_key
from engine.ai.agents import Agent, Model, read_agent
from engine.ai.answering import (
    MOST_SUGGESTIONS,
    WINDOW,
    Candidate,
    Conversation,
    Decision,
    Heard,
    approved_answer,
    approved_suggestions,
    delay_s,
    first_look,
)
from engine.ai.plain_words import spelled_out
from engine.ai.prompts import MOST_HISTORY, plain_name
from engine.ai.tool_runs import ToolRuns
from engine.errors import NotFound
from engine.ids import ms_to_time
from engine.vault import Vault
from engine.zones import zone_named
from integrations.chat_models import ChatClient
from storage.ai_agents import find_agent
from storage.ai_context import count_answers, is_overtaken, person_orders, recent_words
from storage.conversations import read_conversation
from storage.knowledge_search import KnowledgeSearch
from storage.pool import Pool
from storage.searching import Row
from storage.suppressions import find_stops

_PASSAGES = 5
_REMEMBERED = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An inbound message that was understood."""

    company_id: UUID
    conversation_id: UUID
    session_id: UUID
    phone: str
    event_id: UUID
    heard: Heard


class Suggestions(NamedTuple):
    """What could be answered, the best first; why a model's answer is not among them, and which model was asked."""

    found: list[Decision]
    why_not: str | None
    model: str | None

    def shown(self) -> dict[str, Any]:
        """Return them as JSON values."""
        found = [
            {"text": one.text, "reason": one.reason, "confidence": one.confidence, "sources": list(one.sources)}
            for one in self.found
        ]
        return {"found": found, "why_not": self.why_not, "model": self.model}


class Answering:
    """Decides about messages; many may be under way at once.

    Args:
        pool: for reading, and for counting what models cost.
        vault: opens models' keys.
        embed: gives the meaning of what was asked.
        client: asks models.
        now_ms: the clock.
        chance: from 0 to 1, for delays.
    """

    def __init__(
        self,
        pool: Pool,
        vault: Vault,
        embed: Embed,
        client: ChatClient,
        now_ms: Callable[[], int],
        chance: Callable[[], float] = lambda: secrets.randbelow(1_000) / 1_000,
    ) -> None:
        self._pool = pool
        self._vault = vault
        self._embed = embed
        self.models = ModelDesk(pool, client, now_ms)
        self._now_ms = now_ms
        self._chance = chance
        self._search = KnowledgeSearch()

    async def answer(self, asked: Asked) -> Reply:
        """Return what becomes of a message. Models' failures are reasons, never errors.

        Raises:
            Unavailable: knowledge cannot be searched just now; ask again.
        """
        begun = time.monotonic()
        row = await find_agent(self._pool, asked.company_id, asked.session_id)
        if row is None:
            return Reply(Decision("silent", "no_agent"))
        agent = read_agent(row["name"], row["settings"], row["model"])
        reply = await self._decided(asked, agent, row)
        if reply.decision.text is not None:
            reply.delay_s = delay_s(agent, reply.decision.text, self._chance())
        reply.latency_ms = round((time.monotonic() - begun) * 1000)
        return reply

    async def suggest(self, company_id: UUID, conversation_id: UUID) -> Suggestions:
        """Return what could be answered to a person's last words: for somebody to choose from, nothing is sent or done.

        Raises:
            NotFound: the company has no such conversation.
            Unavailable: knowledge cannot be searched just now.
        """
        known = await read_conversation(self._pool, company_id, conversation_id)
        if known is None:
            raise NotFound
        row = await find_agent(self._pool, company_id, known["session_id"])
        agent = Agent(name="") if row is None else read_agent(row["name"], row["settings"], row["model"])
        text = known["last_text"] or ""
        asked = Asked(
            company_id=company_id,
            conversation_id=conversation_id,
            session_id=known["session_id"],
            phone=known["phone"],
            event_id=known["last_event_id"],
            heard=Heard(text, None),
        )
        if not text.strip():
            return Suggestions([], "no_text", None)
        candidates, passages = await self._knowledge(asked)
        found, why, model = approved_suggestions(candidates), None, None
        if row is not None and agent.model is not None:
            looking = replace(agent, actions=agent.actions & {"order_state"})
            reply = await self._with_model(asked, looking, agent.model, row, known, candidates, passages)
            model = reply.model
            if reply.decision.reason in ("model_answer", "order_told"):
                found = [reply.decision, *found][:MOST_SUGGESTIONS]
            else:
                why = reply.decision.reason
        return Suggestions(found, why, model)

    async def _decided(self, asked: Asked, agent: Agent, row: Row) -> Reply:
        now = ms_to_time(self._now_ms())
        known = await read_conversation(self._pool, asked.company_id, asked.conversation_id)
        if known is None:  # erased meanwhile
            return Reply(Decision("silent", "ai_off"))
        conversation = await self._conversation(asked, agent, known, now)
        decided = first_look(agent, conversation, asked.heard, now)
        if decided is not None:
            return Reply(decided)
        candidates, passages = await self._knowledge(asked)
        if agent.model is None:
            return Reply(approved_answer(agent, candidates))
        return await self._with_model(asked, agent, agent.model, row, known, candidates, passages)

    async def _with_model(
        self,
        asked: Asked,
        agent: Agent,
        model: Model,
        row: Row,
        known: Row,
        candidates: Sequence[Candidate],
        passages: Sequence[str],
    ) -> Reply:
        now = ms_to_time(self._now_ms())
        question = Question(
            company_id=asked.company_id,
            agent=agent,
            model=model,
            key=opened_key(self._vault, row),
            text=asked.heard.text or "",
            name=plain_name(known["name"]),
            candidates=candidates,
            passages=passages,
            history=await self._history(asked, now),
        )
        orders = await person_orders(self._pool, asked.company_id, asked.phone)
        return await self.models.reply(question, ToolRuns(agent, orders, now, zone_named(agent.zone)))

    async def _conversation(self, asked: Asked, agent: Agent, known: Row, now: datetime) -> Conversation:
        stops = await find_stops(self._pool, [(asked.company_id, asked.phone)])
        midnight = now.astimezone(zone_named(agent.zone)).replace(hour=0, minute=0, second=0, microsecond=0)
        counted = await count_answers(
            self._pool, asked.company_id, asked.conversation_id, now - WINDOW, midnight, agent.per_day
        )
        return Conversation(
            ai_on=known["ai_on"],
            stopped=any(stop.all for stop in stops.values()),
            last_inbound_at=known["last_inbound_at"],
            overtaken=await is_overtaken(self._pool, asked.company_id, asked.conversation_id, asked.event_id),
            answered=counted.conversation,
            answered_today=counted.company,
        )

    async def _knowledge(self, asked: Asked) -> tuple[list[Candidate], list[str]]:
        """Return what of the knowledge may answer: to decide by, and as a model is told it."""
        question = spelled_out(asked.heard.text or "")[:1_000]
        (vector,) = await self._embed([question], True)
        found = await self._search.search(self._pool, asked.company_id, question, vector, _PASSAGES)
        candidates = [
            Candidate(f"{one.source_id}/{one.position}", one.text, one.likeness, one.approved) for one in found
        ]
        return candidates, [f"{one.name}: {one.question or ''} {one.text}" for one in found]

    async def _history(self, asked: Asked, now: datetime) -> list[tuple[str, str]]:
        return await recent_words(
            self._pool,
            asked.company_id,
            asked.session_id,
            asked.phone,
            asked.event_id,
            now - _REMEMBERED,
            MOST_HISTORY,
        )
