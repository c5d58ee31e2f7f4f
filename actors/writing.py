"""What models write for somebody to review: variants of templates, summaries, ideas. Driven by the AI worker.

Nothing here stores or sends anything: proposals are checked and handed back, with what they took; ModelDesk keeps to
the company's budget, its time-out and its breaker. Whatever goes wrong is a reason, never an error.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

import orjson

from actors.model_talk import NOT_ASKED, ModelDesk, opened_key
from engine.ai.agents import Agent, Model, read_agent
from engine.ai.chat_format import ChatAnswer, Nonsense
from engine.ai.hiding import Hiding
from engine.ai.prompts import plain_name
from engine.ai.summaries import Facts, summary_refusal, told_to_model
from engine.ai.template_ideas import idea_refusal
from engine.ai.variants import Original, refused
from engine.ai.writing import (
    VERSIONS,
    question,
    read_ideas,
    read_summary,
    read_texts,
    rules,
    tokens_for,
    variables_and_filters,
)
from engine.errors import NotFound
from engine.vault import Vault
from integrations.chat_models import ChatProblem
from storage.ai_agents import find_writer
from storage.conversation_facts import read_facts
from storage.pool import Pool

NO_MODEL = "no_model"
_NONSENSE = "model_nonsense"
_MOST_SHOWN = 20
_SHOWN_CHARACTERS = 500


@dataclass(slots=True)
class Written:
    """What came of a question, and what it took; ``reason``: why there is less than was asked for."""

    texts: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    reason: str | None = None
    model: str | None = None
    prompt_version: str | None = None
    tokens: int = 0
    cost_micro: int = 0
    latency_ms: int = 0

    def shown(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "texts": self.texts,
            "names": self.names,
            "refused": [{"text": text[:_SHOWN_CHARACTERS], "reason": why} for text, why in self.refused[:_MOST_SHOWN]],
            "refusals": dict(Counter(why.partition(":")[0] for _, why in self.refused)),
            "reason": self.reason,
            "model": self.model,
            "prompt_version": self.prompt_version,
            "tokens": self.tokens,
            "cost_micro": self.cost_micro,
            "latency_ms": self.latency_ms,
        }


class Writing:
    """Has a company's model write.

    Args:
        pool: for reading.
        vault: opens models' keys.
        models: asks them.
        chance: makes the mark that stands in the instructions alone.
    """

    def __init__(
        self, pool: Pool, vault: Vault, models: ModelDesk, chance: Callable[[], str] = lambda: secrets.token_hex(8)
    ) -> None:
        self._pool = pool
        self._vault = vault
        self._models = models
        self._chance = chance

    async def write(self, kind: str, company_id: UUID, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a model wrote of a kind (``variants``, ``summary``, ``ideas``), checked: :meth:`Written.shown`.

        Raises:
            NotFound: the company has no such conversation.
        """
        begun, written = time.monotonic(), Written()
        agent_id = asked.get("agent_id")
        row = await find_writer(self._pool, company_id, None if agent_id is None else UUID(agent_id))
        agent = None if row is None else read_agent(row["name"], row["settings"], row["model"])
        if row is None or agent is None or agent.model is None:
            written.reason = NO_MODEL
            return written.shown()
        pen = _Pen(self._models, company_id, agent, agent.model, opened_key(self._vault, row), self._chance(), written)
        try:
            if kind == "variants":
                await self._variants(pen, asked)
            elif kind == "ideas":
                await self._ideas(pen, asked)
            else:
                await self._summary(pen, company_id, asked)
        except ChatProblem as problem:
            written.reason = problem.reason
        except Nonsense:
            written.reason = _NONSENSE
        written.latency_ms = round((time.monotonic() - begun) * 1000)
        return written.shown()

    async def _variants(self, pen: _Pen, asked: Mapping[str, Any]) -> None:
        """Ask for variants of a template: ``body, language, defaults, brief, count, others``."""
        told = rules("variants", pen.canary, asked["language"])
        hiding = pen.hiding()
        data = {
            "MODELO": hiding.hide(asked["body"]),
            "PEDIDO": hiding.hide(asked["brief"]),
            "JA_EXISTEM": [hiding.hide(one) for one in asked["others"]],
            "QUANTOS": asked["count"],
        }
        answer = await pen.ask("variants", told, data, tokens_for(len(asked["body"]), asked["count"]))
        original = Original(
            text=asked["body"],
            language=asked["language"],
            defaults=tuple(asked["defaults"].values()),
            hosts=pen.agent.hosts,
            brief=asked["brief"],
            secret=told,
            canary=pen.canary,
        )
        for proposed in read_texts(answer.content):
            text = hiding.show(proposed).strip()
            why = refused(text, original, [*asked["others"], *pen.written.texts])
            if why is not None:
                pen.written.refused.append((text, why))
            elif len(pen.written.texts) < asked["count"]:
                pen.written.texts.append(text)

    async def _ideas(self, pen: _Pen, asked: Mapping[str, Any]) -> None:
        """Ask for templates for an event: ``event_type, meaning, brief, count, language``."""
        told = rules("ideas", pen.canary, asked["language"])
        hiding = pen.hiding()
        data = {
            "EVENTO": f"{asked['event_type']}: {asked['meaning']}",
            "PEDIDO": hiding.hide(asked["brief"]),
            "QUANTOS": asked["count"],
            **variables_and_filters(),
        }
        answer = await pen.ask("ideas", told, data, tokens_for(400, asked["count"]))
        original = Original(
            text="",
            language=asked["language"],
            hosts=pen.agent.hosts,
            brief=f"{asked['brief']} {asked['meaning']}",
            secret=told,
            canary=pen.canary,
        )
        for name, proposed in read_ideas(answer.content):
            text = hiding.show(proposed).strip()
            why = idea_refusal(text, original, pen.written.texts)
            if why is not None:
                pen.written.refused.append((text, why))
            elif len(pen.written.texts) < asked["count"]:
                pen.written.texts.append(text)
                pen.written.names.append(hiding.show(name))

    async def _summary(self, pen: _Pen, company_id: UUID, asked: Mapping[str, Any]) -> None:
        """Ask for a summary of a conversation: ``conversation_id, sentences, language``."""
        facts = await read_facts(self._pool, company_id, UUID(asked["conversation_id"]))
        if facts is None:
            raise NotFound
        told = rules("summary", pen.canary, asked["language"], asked["sentences"])
        name = plain_name(facts.name)
        hiding = pen.hiding([] if name is None else [name])
        data = orjson.loads(hiding.hide(orjson.dumps(told_to_model(facts)).decode()))
        answer = await pen.ask("summary", told, data, tokens_for(250, asked["sentences"]))
        text = hiding.show(read_summary(answer.content)).strip()
        why = self._why_not(text, facts, pen, told, asked)
        if why is not None:
            pen.written.refused.append((text, why))
            pen.written.reason = why
        else:
            pen.written.texts.append(text)

    @staticmethod
    def _why_not(text: str, facts: Facts, pen: _Pen, told: str, asked: Mapping[str, Any]) -> str | None:
        return summary_refusal(
            text,
            facts,
            sentences=asked["sentences"],
            language=asked["language"],
            hosts=pen.agent.hosts,
            secret=told,
            canary=pen.canary,
        )


@dataclass(slots=True)
class _Pen:
    """A company's model with what it takes to ask it, and what came of it so far."""

    models: ModelDesk
    company_id: UUID
    agent: Agent
    model: Model
    key: str
    canary: str
    written: Written

    def hiding(self, names: Sequence[str] = ()) -> Hiding:
        """Return what hides personal data on the way, unless the company shares it."""
        return Hiding(on=not self.model.shares_personal_data, names=names)

    async def ask(self, kind: str, told: str, data: Mapping[str, Any], most_tokens: int) -> ChatAnswer:
        """Ask once and note what it took.

        Raises:
            ChatProblem: over budget, resting, or no answer.
        """
        written, model = self.written, replace(self.model, max_tokens=max(self.model.max_tokens, most_tokens))
        try:
            answer = await self.models.ask(self.company_id, model, self.key, question(told, data))
        except ChatProblem as problem:
            if problem.reason not in NOT_ASKED:
                written.model, written.prompt_version = model.name, VERSIONS[kind]
            raise
        written.model, written.prompt_version = model.name, VERSIONS[kind]
        written.tokens += answer.tokens_in + answer.tokens_out
        written.cost_micro += model.cost_micro(answer.tokens_in, answer.tokens_out)
        return answer
