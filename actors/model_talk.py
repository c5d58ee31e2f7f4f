"""One message's talk with a language model: asked within budget, its tools run, what it says checked.

Whatever goes wrong becomes the decision's reason: then the best approved answer is sent, or a person is called.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from engine.ai.agents import Agent, Model
from engine.ai.answering import Candidate, Decision, approved_answer, confidence_of
from engine.ai.breakers import Breakers
from engine.ai.chat_format import ChatAnswer, tokens_asked
from engine.ai.checks import Grounds, refusal
from engine.ai.hiding import Hiding
from engine.ai.prompts import PROMPT_VERSION, chat, system_prompt
from engine.ai.tool_runs import ToolRuns
from engine.ai.tools import MOST_ROUNDS, tool_schemas
from engine.ids import ms_to_time
from engine.vault import SealBroken, Vault
from integrations.chat_models import ChatClient, ChatProblem
from storage.ai_context import Spending, reserve_spending, settle_spending
from storage.pool import Pool
from storage.searching import Row

NOT_ASKED = ("model_budget", "model_resting")


@dataclass(slots=True)
class Reply:
    """What becomes of a message, and what it took.

    Attributes:
        tags: to be given to the person.
        delay_s: how long an answer takes its time.
        model, prompt_version: of the language model that was asked; None: none was.
    """

    decision: Decision
    tags: list[str] = field(default_factory=list)
    delay_s: float = 0.0
    model: str | None = None
    prompt_version: str | None = None
    tokens: int = 0
    cost_micro: int = 0
    latency_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a model is asked, and what it may rest on: nothing here is of anybody else."""

    company_id: UUID
    agent: Agent
    model: Model
    key: str
    text: str
    name: str | None
    candidates: Sequence[Candidate]
    passages: Sequence[str]
    history: Sequence[tuple[str, str]]


class ModelDesk:
    """Asks companies' models; a model that fails again and again rests.

    Args:
        pool: for counting what models cost.
        client: asks.
        now_ms: the clock.
    """

    def __init__(self, pool: Pool, client: ChatClient, now_ms: Callable[[], int]) -> None:
        self._pool = pool
        self._client = client
        self._now_ms = now_ms
        self._breakers = Breakers()

    async def reply(self, question: Question, tools: ToolRuns) -> Reply:
        """Return what is said, checked; or what is done without the model, and why."""
        agent, reply = question.agent, Reply(Decision("handed_over", "model_away"))
        hiding = Hiding(
            on=not question.model.shares_personal_data, names=[question.name] if question.name is not None else []
        )
        canary = secrets.token_hex(8)
        try:
            said = await self._said(question, tools, hiding, canary, reply)
        except ChatProblem as problem:
            reply.decision = approved_answer(agent, question.candidates, failed=problem.reason)
            return reply
        if tools.wants_person:
            reply.decision = Decision("handed_over", "model_asked_for_person")
            reply.tags = tools.tags
            return reply
        text = hiding.show(said).strip()
        grounds = Grounds(
            texts=[*question.passages, *tools.told],
            codes=tools.codes,
            hosts=agent.hosts,
            secret=system_prompt(agent, canary),
            canary=canary,
            language=agent.language,
        )
        if (wrong := "model_tool_refused" if tools.refused else refusal(text, grounds)) is not None:
            reply.decision = approved_answer(agent, question.candidates, failed=wrong)
            return reply
        text = "\n\n".join([text, *(code for code in tools.codes[:1] if code not in text)])
        sources = tuple(one.key for one in question.candidates)
        sure = max((confidence_of(one.likeness) for one in question.candidates), default=0.0)
        reply.decision = Decision("answered", _reason(tools), text, sources, 1.0 if tools.told or tools.codes else sure)
        reply.tags = tools.tags
        return reply

    async def _said(self, question: Question, tools: ToolRuns, hiding: Hiding, canary: str, reply: Reply) -> str:
        """Return what the model says in the end.

        Raises:
            ChatProblem: it does not come to an end, or does not answer.
        """
        messages = chat(
            question.agent,
            canary,
            question.passages,
            [(role, hiding.hide(said)) for role, said in question.history],
            hiding.hide(question.text),
        )
        schemas = tool_schemas(question.agent)
        for _ in range(MOST_ROUNDS):
            answer = await self._ask(question, messages, schemas, reply)
            if not answer.tools:
                return answer.content
            messages.append(dict(answer.raw))
            for one in answer.tools:
                given = hiding.show(one.arguments) if isinstance(one.arguments, str) else one.arguments
                result = hiding.hide(json.dumps(tools.run(one.name, given), ensure_ascii=False))
                messages.append({"role": "tool", "tool_call_id": one.id, "content": result})
            if tools.wants_person:
                return answer.content
        raise ChatProblem("model_tools")

    async def _ask(
        self, question: Question, messages: Sequence[dict[str, Any]], tools: Sequence[dict[str, Any]], reply: Reply
    ) -> ChatAnswer:
        """Ask once and note in the reply what it took.

        Raises:
            ChatProblem: over budget, resting, or no answer.
        """
        try:
            answer = await self.ask(question.company_id, question.model, question.key, messages, tools)
        except ChatProblem as problem:
            if problem.reason not in NOT_ASKED:
                reply.model, reply.prompt_version = question.model.name, PROMPT_VERSION
            raise
        reply.model, reply.prompt_version = question.model.name, PROMPT_VERSION
        reply.tokens += answer.tokens_in + answer.tokens_out
        reply.cost_micro += question.model.cost_micro(answer.tokens_in, answer.tokens_out)
        return answer

    async def ask(
        self,
        company: UUID,
        model: Model,
        key: str,
        messages: Sequence[dict[str, Any]],
        tools: Sequence[dict[str, Any]] = (),
    ) -> ChatAnswer:
        """Ask a company's model once, within its budget; what it cost is counted whatever it says.

        The most that the question may take is kept before it is asked: many at once cannot go over by more than one,
        and a question whose asker dies is counted once, with that.

        Raises:
            ChatProblem: over budget, resting, or no answer.
        """
        day, now_ms = ms_to_time(self._now_ms()).date(), self._now_ms()
        if not self._breakers.lets_through((company, model.url), now_ms):
            raise ChatProblem("model_resting")
        asked = tokens_asked(messages, tools)
        kept = Spending(asked + model.max_tokens, model.cost_micro(asked, model.max_tokens))
        budget = Spending(model.daily_tokens, round(model.daily_cost * 1_000_000))
        if not await reserve_spending(self._pool, company, day, kept, budget):
            raise ChatProblem("model_budget")
        try:
            answer = await self._client.ask(model, key, messages, tools)
        except ChatProblem:
            self._breakers.failed((company, model.url), self._now_ms())
            await settle_spending(self._pool, company, day, kept, Spending(failed=1))
            raise
        self._breakers.succeeded((company, model.url))
        tokens, cost = answer.tokens_in + answer.tokens_out, model.cost_micro(answer.tokens_in, answer.tokens_out)
        await settle_spending(self._pool, company, day, kept, Spending(tokens, cost))
        return answer


def opened_key(vault: Vault, row: Row) -> str:
    """Return a model's key; one that cannot be opened is none: the endpoint refuses, and the reason says so."""
    try:
        return "" if row["model_sealed"] is None else vault.open(row["model_sealed"], row["id"].bytes).decode()
    except SealBroken:
        return ""


def _reason(tools: ToolRuns) -> str:
    if tools.codes:
        return "pix_resent"
    return "order_told" if "order_state" in tools.names and tools.told else "model_answer"
