"""Whether to answer, and with what: agent, conversation, intent, passages, limits and the clock in, a decision out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from engine.ai.agents import Agent
from engine.ai.intents import UNSURE, Verdict
from engine.ai.passages import fold

WINDOW = timedelta(hours=24)
MOST_SUGGESTIONS = 3
_LEAST_SUGGESTED = 0.2
Kind = Literal["answered", "handed_over", "silent"]
_PEOPLE = {"wants_person": "wants_person", "complaint_refund": "complaint"}
_MACHINES = r"(?:robo|bot|maquina|ia|inteligencia artificial|pessoa|humano|humana|gente|atendente|real)"
_WHAT_ARE_YOU = re.compile(
    rf"\b(?:voce|vc|tu|isso|aqui) (?:e|eh) (?:um |uma |o |a )?{_MACHINES}\b|"
    rf"\b(?:falo|falando|conversando|conversar) com (?:um |uma )?{_MACHINES}\b|"
    r"\b(?:e|eh) (?:robo|bot|ia) ?\??$|"
    r"\bare you (?:a |an )?(?:bot|robot|human|real|ai|person)\b|\beres (?:un |una )?(?:robot|bot|persona|humano)\b"
)
_THANKS = {"thanks"}
# What the confidence of a likeness is: measured on the questions of docs/AI.md, "Answering".
_LIKENESS = ((0.85, 0.0), (0.87, 0.4), (0.88, 0.6), (0.89, 0.7), (0.90, 0.8), (0.91, 0.92), (0.94, 1.0))
_SELF = {
    "pt-BR": "Sou {name}, assistente virtual. Respondo o que sei e chamo uma pessoa da equipe quando preciso.",
    "en": "I am {name}, a virtual assistant. I answer what I know and call a person of the team when needed.",
    "es": "Soy {name}, asistente virtual. Respondo lo que sé y llamo a una persona del equipo cuando hace falta.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """What is known of a conversation when its newest message is decided.

    Attributes:
        ai_on: nobody has taken over.
        stopped: the person wants no messages.
        last_inbound_at: of the newest message; the window of 24 hours begins there.
        overtaken: a newer message of the person waits.
        answered: how many answers the person got from AI in 24 hours.
        answered_today: how many all people got.
    """

    ai_on: bool
    stopped: bool
    last_inbound_at: datetime
    overtaken: bool = False
    answered: int = 0
    answered_today: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """What a person wrote (None: no text), as what it was understood (engine/ai/intents.py), and whether a word such as
    PARAR was read in it."""

    text: str | None
    intent: str | None
    stop_word: bool = False


def heard_as(text: str | None, verdict: Verdict | None) -> Heard:
    """Return what a person wrote as it is decided about; what nobody is sure of has no intent."""
    intent = None if verdict is None or verdict.intent == UNSURE else verdict.intent
    return Heard(text, intent, stop_word=verdict is not None and verdict.by == "words")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer; ``key`` names it in the decision."""

    key: str
    text: str
    likeness: float
    approved: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a message; ``text`` is what is sent (of ``answered`` alone)."""

    kind: Kind
    reason: str
    text: str | None = None
    sources: tuple[str, ...] = ()
    confidence: float = 0.0


def first_look(agent: Agent | None, conversation: Conversation, heard: Heard, now: datetime) -> Decision | None:
    """Decide what needs no knowledge; None: somebody should try to answer.

    Args:
        agent: who would answer.
        conversation: as it stands.
        heard: what the person wrote, and how it was understood.
        now: the clock.
    """
    if agent is None:
        return Decision("silent", "no_agent")
    return _silence(conversation, heard, now) or _limits(agent, conversation, now) or _by_words(agent, heard)


def _silence(conversation: Conversation, heard: Heard, now: datetime) -> Decision | None:
    """Return why nothing at all is to be said."""
    reasons = (
        ("stop_word", heard.stop_word),
        ("opted_out", conversation.stopped or heard.intent == "opt_out"),
        ("ai_off", not conversation.ai_on),
        ("window_closed", now - conversation.last_inbound_at >= WINDOW),
        ("overtaken", conversation.overtaken),
    )
    return next((Decision("silent", reason) for reason, holds in reasons if holds), None)


def _limits(agent: Agent, conversation: Conversation, now: datetime) -> Decision | None:
    if not agent.at_work(now) and agent.outside != "answer":
        return Decision("handed_over" if agent.outside == "hand_over" else "silent", "outside_hours")
    if conversation.answered >= agent.per_conversation:
        return Decision("handed_over", "conversation_limit")
    if conversation.answered_today >= agent.per_day:
        return Decision("handed_over", "day_limit")
    return None


def _by_words(agent: Agent, heard: Heard) -> Decision | None:
    if heard.text is None or not heard.text.strip():
        return Decision("handed_over", "no_text")
    if heard.intent in _PEOPLE:
        return Decision("handed_over", _PEOPLE[heard.intent])
    if asks_what_it_is(heard.text):
        return Decision("answered", "says_what_it_is", _SELF[agent.language].format(name=agent.name), confidence=1.0)
    return Decision("silent", "nothing_to_answer") if heard.intent in _THANKS else None


def asks_what_it_is(text: str) -> bool:
    """Tell whether a person asks if they talk with a machine."""
    return len(text) <= 200 and _WHAT_ARE_YOU.search(re.sub(r"[^\w ?']", " ", fold(text))) is not None


def confidence_of(likeness: float) -> float:
    """Return how sure it is that a passage of this likeness answers, from 0 to 1."""
    below = _LIKENESS[0]
    for point in _LIKENESS:
        if likeness < point[0]:
            if point is below:
                return 0.0
            part = (likeness - below[0]) / (point[0] - below[0])
            return round(below[1] + part * (point[1] - below[1]), 4)
        below = point
    return 1.0


def approved_answer(agent: Agent, candidates: Sequence[Candidate], *, failed: str | None = None) -> Decision:
    """Answer without a language model: the best approved answer, or a person.

    Args:
        agent: who answers.
        candidates: passages, the best first.
        failed: why the language model did not answer; it becomes the decision's reason.
    """
    best = next((one for one in candidates if one.approved), None)
    if best is None:
        return Decision("handed_over", failed or "no_approved_answer")
    sure = confidence_of(best.likeness)
    if sure < agent.least or any(one.likeness > best.likeness + 0.02 for one in candidates):
        return Decision("handed_over", failed or "low_confidence", confidence=sure)
    return Decision("answered", failed or "approved_answer", best.text, (best.key,), sure)


def approved_suggestions(candidates: Sequence[Candidate]) -> list[Decision]:
    """Return what somebody could send of what was approved: less sure than what would be sent without them."""
    found = [
        Decision("answered", "approved_answer", one.text, (one.key,), sure)
        for one in candidates
        if one.approved and (sure := confidence_of(one.likeness)) >= _LEAST_SUGGESTED
    ]
    return found[:MOST_SUGGESTIONS]


def delay_s(agent: Agent, text: str, chance: float) -> float:
    """Return how long an answer takes its time: longer ones longer, within the agent's bounds.

    Args:
        agent: whose pace.
        text: the answer.
        chance: from 0 to 1, so that it is no clockwork.
    """
    low, high = agent.delay_s
    length = min(len(text) / 400.0, 1.0)
    return low + (high - low) * (0.7 * length + 0.3 * chance)
