"""What would become of a text if somebody wrote it: understood and decided as any message, with no consequence at all.

Driven by the AI worker for the simulator of the dashboard, and by tests, without Ray.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from actors.answering import Answering, TriedOut, key_of
from actors.model_talk import Reply
from actors.own_intents import OwnIntents, shown
from engine.ai.answering import Decision, heard_as
from engine.ai.intents import overruled
from engine.errors import NotFound
from storage.ai_agents import find_agent, get_agent
from storage.pool import Pool

EVERY_NUMBER = UUID(int=0)


class Simulation:
    """Tries texts out.

    Args:
        pool: finds agents.
        own: understands.
        answering: decides.
    """

    def __init__(self, pool: Pool, own: OwnIntents, answering: Answering) -> None:
        self._pool = pool
        self._own = own
        self._answering = answering

    async def run(self, company_id: UUID, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return what would become of a text.

        Args:
            company_id: whose.
            asked: ``text``, ``said`` (pairs of ``user`` or ``assistant`` and what), ``agent_id`` (None: whoever answers
                for numbers without an agent of their own).

        Raises:
            NotFound: the company has no such agent.
            Unavailable: knowledge cannot be searched just now.
        """
        begun = time.monotonic()
        agent_id = asked["agent_id"]
        if agent_id is None:
            row = await find_agent(self._pool, company_id, EVERY_NUMBER)
        elif (row := await get_agent(self._pool, company_id, UUID(agent_id))) is None:
            raise NotFound
        text = asked["text"]
        verdict = await self._own.read(company_id, text)
        tried = TriedOut(Reply(Decision("silent", "no_agent")), ())
        if row is not None:
            said = [(role, what) for role, what in asked["said"]]
            tried = await self._answering.try_out(company_id, row, heard_as(text, verdict), said)
        outcome = overruled(verdict)
        answer = {"outcome": outcome[0], "reason": outcome[1], "text": None} if outcome else _told(tried.reply.decision)
        understood = shown(verdict)
        del understood["model"]  # of the meanings; the answer names the language model
        return {
            **understood,
            **answer,
            "agent_id": None if row is None else str(row["id"]),
            "passages": _passages(tried, answer["text"] is not None),
            **_took(tried.reply),
            "latency_ms": round((time.monotonic() - begun) * 1000),
        }


def _told(decision: Decision) -> dict[str, Any]:
    return {"outcome": decision.kind, "reason": decision.reason, "text": decision.text}


def _passages(tried: TriedOut, answered: bool) -> list[dict[str, Any]]:
    """Return what of the knowledge was looked at, and which of it the answer rests on."""
    used = set(tried.reply.decision.sources) if answered else set()
    return [
        {
            "source_id": str(one.source_id),
            "position": one.position,
            "source": one.name,
            "question": one.question,
            "text": one.text,
            "approved": one.approved,
            "likeness": round(min(1.0, one.likeness), 4),
            "used": key_of(one) in used,
        }
        for one in tried.passages
    ]


def _took(reply: Reply) -> dict[str, Any]:
    return {
        "tags": list(reply.tags),
        "delay_s": round(reply.delay_s, 1),
        "model": reply.model,
        "prompt_version": reply.prompt_version,
        "tokens": reply.tokens,
        "cost": f"{reply.cost_micro / 1_000_000:.6f}",
    }
