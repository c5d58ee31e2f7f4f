"""What a conversation comes to, for a colleague: made of the data alone, or checked against them. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from engine.ai.checks import Grounds, refusal
from engine.ai.intents import intent_note
from engine.ai.writing import count_sentences
from engine.event_types import EVENT_TYPES
from engine.money import cents_to_text

LANGUAGES = ("pt-BR", "en")
MOST_SENTENCES = 6
_MOST_ORDERS = 3
_QUOTED = 200
_PER_SENTENCE = 260
_WORDS: Mapping[str, Mapping[str, str]] = {
    "pt-BR": {
        "waits": "Espera resposta desde {since}: “{text}”.",
        "person": "A pessoa falou por último: “{text}”.",
        "company": "A empresa falou por último: “{text}”.",
        "about": "Assunto: {text}.",
        "order": "Pedido: {text}.",
        "nothing": "Ainda não se disse nada.",
    },
    "en": {
        "waits": "Waits for an answer since {since}: “{text}”.",
        "person": "The person spoke last: “{text}”.",
        "company": "The company spoke last: “{text}”.",
        "about": "About: {text}.",
        "order": "Order: {text}.",
        "nothing": "Nothing has been said yet.",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a conversation.

    Attributes:
        said: who (``user``: the person, ``assistant``: the number) said what, the oldest first.
        waiting_since: the person's first message that nobody has answered; None: all are.
        intents: how the company calls its own intents.
        orders: the person's newest orders, the newest first (storage/ai_context.py:person_orders).
    """

    name: str | None
    intent: str | None
    said: Sequence[tuple[str, str]]
    waiting_since: datetime | None
    intents: Mapping[str, str]
    orders: Sequence[Mapping[str, Any]]
    zone: tzinfo

    @property
    def last_speaker(self) -> str | None:
        """Who said the last thing that is known: ``person``, ``company``, or None."""
        if not self.said:
            return None
        return "person" if self.said[-1][0] == "user" else "company"

    @property
    def open_question(self) -> str | None:
        """What the person has said since somebody last answered; None where nothing waits."""
        if self.waiting_since is None:
            return None
        behind: list[str] = []
        for role, text in reversed(self.said):
            if role != "user":
                break
            behind.insert(0, text)
        return " ".join(behind)[:_QUOTED] or None


def shown_facts(facts: Facts) -> dict[str, Any]:
    """Return what a summary rests on, as JSON values."""
    return {
        "intent": facts.intent,
        "last_speaker": facts.last_speaker,
        "open_question": facts.open_question,
        "waiting_since": facts.waiting_since,
        "orders": [
            {
                "order_id": order["order_id"],
                "event_type": order["event_type"],
                "product_name": order["product_name"],
                "value": _value(order),
            }
            for order in facts.orders[:_MOST_ORDERS]
        ],
    }


def extract(facts: Facts, sentences: int, language: str) -> str:
    """Return a summary made of the data alone, in at most so many sentences, the most urgent first."""
    words = _WORDS[language]
    told = []
    question = facts.open_question
    if question is not None and facts.waiting_since is not None:
        since = facts.waiting_since.astimezone(facts.zone).strftime("%d/%m %H:%M")
        told.append(words["waits"].format(since=since, text=question))
    elif facts.said:
        told.append(words[facts.last_speaker or "person"].format(text=facts.said[-1][1][:_QUOTED]))
    if facts.intent is not None:
        note = intent_note(facts.intent, facts.intents)
        told.append(words["about"].format(text=note.en if language == "en" else note.pt))
    orders = facts.orders[:_MOST_ORDERS]
    told += [words["order"].format(text=_order(order, facts.zone, language)) for order in orders]
    return " ".join(told[:sentences] or [words["nothing"]])


def told_to_model(facts: Facts) -> dict[str, Any]:
    """Return what a model is given of a conversation; texts only, so that what is hidden leaves it readable."""
    who = {"user": "pessoa", "assistant": "empresa"}
    return {
        "CONVERSA": [{"quem": who[role], "texto": text} for role, text in facts.said],
        "PEDIDOS": [_order(order, facts.zone, "pt-BR") for order in facts.orders[:_MOST_ORDERS]],
        "ASSUNTO": None if facts.intent is None else intent_note(facts.intent, facts.intents).pt,
        "ESPERA_RESPOSTA": "sim" if facts.waiting_since is not None else "não",
    }


def summary_refusal(
    text: str,
    facts: Facts,
    *,
    sentences: int,
    language: str,
    hosts: Collection[str],
    secret: str,
    canary: str,
) -> str | None:
    """Return why a model's summary is not shown, as a reason code; None: it may be."""
    if count_sentences(text) > sentences:
        return "answer_too_long"
    said = [one for _, one in facts.said]
    return refusal(
        text,
        Grounds(
            texts=[*said, json.dumps(told_to_model(facts), ensure_ascii=False), facts.name or ""],
            hosts=hosts,
            secret=secret,
            canary=canary,
            language=language,
            longest=sentences * _PER_SENTENCE,
            ours="\n".join(said),
        ),
    )


def _order(order: Mapping[str, Any], zone: tzinfo, language: str) -> str:
    kind = str(order["event_type"])
    note = EVENT_TYPES.get(kind)
    state = kind if note is None else note.en if language == "en" else note.pt
    value, at = _value(order), order["last_at"].astimezone(zone).strftime("%d/%m/%Y")
    parts = [order["product_name"] or order["order_id"], None if value is None else f"R$ {value}", state, at]
    return ", ".join(str(part) for part in parts if part)


def _value(order: Mapping[str, Any]) -> str | None:
    return None if order["value_cents"] is None else cents_to_text(order["value_cents"]).replace(".", ",")
