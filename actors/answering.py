"""Answers on their way: what is known is looked up, a model perhaps asked (model_talk.py). No transaction is open
meanwhile; whoever calls stores the reply with the turn. Driven by the AI worker, and by tests, without Ray.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from actors.embedding import Embed
from actors.model_talk import ModelDesk, Question, Reply, opened_key
from engine.ai.agents import Agent, read_agent
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
from storage.ai_agents import find_agent, find_agents
from storage.ai_context import Awaited, person_orders, read_standings, recent_words
from storage.conversations import read_conversation
from storage.knowledge_search import Found, KnowledgeSearch
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


class Standing(NamedTuple):
    """What is known of a message before anybody thinks about it.

    Attributes:
        agent, row: who answers there; None: nobody.
        conversation: None: it is gone, or nobody answers.
        name: the person's.
    """

    agent: Agent | None
    row: Row | None
    conversation: Conversation | None
    name: str | None


class Known(NamedTuple):
    """What of the knowledge may answer, the best first."""

    passages: Sequence[Found] = ()

    @property
    def candidates(self) -> list[Candidate]:
        """Return the passages as it is decided by them."""
        return [Candidate(key_of(one), one.text, one.likeness, one.approved) for one in self.passages]


class Person(NamedTuple):
    """What is known of somebody who writes; ``said``: what went before, the oldest first."""

    name: str | None
    said: Sequence[tuple[str, str]]
    orders: Sequence[Row]


class TriedOut(NamedTuple):
    """What would become of a message, and the passages that were looked at."""

    reply: Reply
    passages: Sequence[Found]


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


def key_of(passage: Found) -> str:
    """Return how decisions name a passage."""
    return f"{passage.source_id}/{passage.position}"


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
        """Return what becomes of a message: :meth:`answer_all` of one."""
        (reply,) = await self.answer_all([asked])
        return reply

    async def answer_all(self, asked: Sequence[Asked]) -> list[Reply]:
        """Return what becomes of messages, in their order. Models' failures are reasons, never errors.

        What is known of all is looked up together: agents, conversations, opt-outs, the meaning of what is asked.

        Raises:
            Unavailable: knowledge cannot be searched just now; ask again.
        """
        if not asked:
            return []
        begun = time.monotonic()
        standings = await self._standings(asked)
        replies = [self._first_reply(one.heard, standing) for one, standing in zip(asked, standings, strict=True)]
        left = [position for position, reply in enumerate(replies) if reply is None]
        questions = [_question(asked[position].heard.text) for position in left]
        vectors = await self._embed(questions, True) if left else []
        made = await asyncio.gather(
            *(
                self._looked_up(asked[position], standings[position], question, vector)
                for position, question, vector in zip(left, questions, vectors, strict=True)
            )
        )
        found = dict(zip(left, made, strict=True))
        return [
            self._timed(found[position] if reply is None else reply, standings[position], begun)
            for position, reply in enumerate(replies)
        ]

    async def try_out(self, company_id: UUID, row: Row, heard: Heard, said: Sequence[tuple[str, str]]) -> TriedOut:
        """Return what an agent would make of the words of somebody of whom nothing else is known: nothing is stored,
        nobody is sent or given anything. A language model is really asked, and costs.

        Args:
            company_id: whose.
            row: the agent, in use or not.
            heard: the words, and what they were understood as.
            said: what went before, the oldest first: ``user`` or ``assistant``, and what.

        Raises:
            Unavailable: knowledge cannot be searched just now.
        """
        begun = time.monotonic()
        agent = read_agent(row["name"], row["settings"], row["model"])
        answered = sum(role == "assistant" for role, _ in said)
        now = ms_to_time(self._now_ms())
        talk = Conversation(ai_on=True, stopped=False, last_inbound_at=now, answered=answered)
        standing, known = Standing(agent, row, talk, None), Known()
        reply = self._first_reply(heard, standing)
        if reply is None:
            question = _question(heard.text)
            (vector,) = await self._embed([question], True)
            known = await self._knowledge(company_id, question, vector)
            reply = await self._answered(company_id, heard, agent, row, known, partial(_stranger, said))
        return TriedOut(self._timed(reply, standing, begun), known.passages)

    def _first_reply(self, heard: Heard, standing: Standing) -> Reply | None:
        """Return what needs no knowledge; None: somebody should try to answer."""
        if standing.agent is None:
            return Reply(Decision("silent", "no_agent"))
        if standing.conversation is None:  # erased meanwhile
            return Reply(Decision("silent", "ai_off"))
        decided = first_look(standing.agent, standing.conversation, heard, ms_to_time(self._now_ms()))
        return None if decided is None else Reply(decided)

    def _timed(self, reply: Reply, standing: Standing, begun: float) -> Reply:
        if reply.decision.text is not None and standing.agent is not None:
            reply.delay_s = delay_s(standing.agent, reply.decision.text, self._chance())
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
        question = _question(text)
        (vector,) = await self._embed([question], True)
        knowledge = await self._knowledge(company_id, question, vector)
        found, why, model = approved_suggestions(knowledge.candidates), None, None
        if row is not None and agent.model is not None:
            looking = replace(agent, actions=agent.actions & {"order_state"})
            person = partial(self._person, asked, known["name"])
            reply = await self._answered(company_id, asked.heard, looking, row, knowledge, person)
            model = reply.model
            if reply.decision.reason in ("model_answer", "order_told"):
                found = [reply.decision, *found][:MOST_SUGGESTIONS]
            else:
                why = reply.decision.reason
        return Suggestions(found, why, model)

    async def _looked_up(self, asked: Asked, standing: Standing, question: str, vector: Sequence[float]) -> Reply:
        known = await self._knowledge(asked.company_id, question, vector)
        if standing.agent is None or standing.row is None:
            return Reply(Decision("silent", "no_agent"))
        person = partial(self._person, asked, standing.name)
        return await self._answered(asked.company_id, asked.heard, standing.agent, standing.row, known, person)

    async def _answered(
        self,
        company_id: UUID,
        heard: Heard,
        agent: Agent,
        row: Row,
        known: Known,
        person: Callable[[], Awaitable[Person]],
    ) -> Reply:
        """Return what is answered out of what is known; ``person`` is looked up if a model is asked."""
        if agent.model is None:
            return Reply(approved_answer(agent, known.candidates))
        told, now = await person(), ms_to_time(self._now_ms())
        question = Question(
            company_id=company_id,
            agent=agent,
            model=agent.model,
            key=opened_key(self._vault, row),
            text=heard.text or "",
            name=told.name,
            candidates=known.candidates,
            passages=[f"{one.name}: {one.question or ''} {one.text}" for one in known.passages],
            history=told.said,
        )
        return await self.models.reply(question, ToolRuns(agent, told.orders, now, zone_named(agent.zone)))

    async def _standings(self, asked: Sequence[Asked]) -> list[Standing]:
        """Return who would answer these messages, and how their conversations stand; three look-ups for all of them."""
        now = ms_to_time(self._now_ms())
        rows = await find_agents(self._pool, ((one.company_id, one.session_id) for one in asked))
        agents = {key: read_agent(row["name"], row["settings"], row["model"]) for key, row in rows.items()}
        awaited = [
            Awaited(
                one.company_id, one.conversation_id, one.event_id, now - WINDOW, _midnight(agent, now), agent.per_day
            )
            for one in asked
            if (agent := agents.get((one.company_id, one.session_id))) is not None
        ]
        known = await read_standings(self._pool, awaited)
        people = [(one.company_id, one.phone) for one in asked if one.event_id in known]
        stops = await find_stops(self._pool, people)
        found = []
        for one in asked:
            key, stands = (one.company_id, one.session_id), known.get(one.event_id)
            stop = stops.get((one.company_id, one.phone))
            conversation = None if stands is None else _conversation(stands, stop is not None and stop.all)
            name = None if stands is None else stands["name"]
            found.append(Standing(agents.get(key), rows.get(key), conversation, name))
        return found

    async def _knowledge(self, company_id: UUID, question: str, vector: Sequence[float]) -> Known:
        """Return what of the knowledge may answer."""
        return Known(await self._search.search(self._pool, company_id, question, vector, _PASSAGES))

    async def _person(self, asked: Asked, name: str | None) -> Person:
        since = ms_to_time(self._now_ms()) - _REMEMBERED
        said = await recent_words(
            self._pool, asked.company_id, asked.session_id, asked.phone, asked.event_id, since, MOST_HISTORY
        )
        return Person(plain_name(name), said, await person_orders(self._pool, asked.company_id, asked.phone))


async def _stranger(said: Sequence[tuple[str, str]]) -> Person:
    return Person(None, said, ())


def _question(text: str | None) -> str:
    return spelled_out(text or "")[:1_000]


def _midnight(agent: Agent, now: datetime) -> datetime:
    return now.astimezone(zone_named(agent.zone)).replace(hour=0, minute=0, second=0, microsecond=0)


def _conversation(stands: Row, stopped: bool) -> Conversation:
    return Conversation(
        ai_on=stands["ai_on"],
        stopped=stopped,
        last_inbound_at=stands["last_inbound_at"],
        overtaken=stands["overtaken"],
        answered=stands["answered"],
        answered_today=stands["answered_today"],
    )
