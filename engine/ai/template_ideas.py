"""Ideas of templates for an event: reviewed ones that come with the project, or a model's, checked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from engine.ai.variants import Original, claim_refusal, has_blank, normalised
from engine.event_types import EVENT_TYPES
from engine.templates import text_problems

ANY_EVENT = "*"
LANGUAGES = ("pt_BR", "en")
MOST_IDEAS = 5
_LONGEST = 1_000


class Idea(NamedTuple):
    """A template that somebody may take."""

    name: str
    category: str
    body: str


def reviewed_ideas(event_type: str, language: str) -> list[Idea]:
    """Return the reviewed ideas for an event's type; for one without a fixed meaning those that fit any."""
    found = _file().get(event_type) or _file()[ANY_EVENT]
    return [Idea(one["name"], one["category"], one[language]) for one in found]


def meaning_of(event_type: str) -> str:
    """Return what a type means, for a model; its own name where it has no fixed meaning."""
    note = EVENT_TYPES.get(event_type)
    return event_type.replace("_", " ") if note is None else note.pt


def idea_refusal(text: str, original: Original, others: Sequence[str]) -> str | None:
    """Return why a proposed template is not shown, as a reason code; None: it may be."""
    if problems := text_problems(text, _LONGEST):
        return f"variant_text:{problems[0]}"
    if has_blank(text):
        return "variant_blank"
    if normalised(text) in map(normalised, others):
        return "variant_same"
    return claim_refusal(text, original, _LONGEST)


@cache
def _file() -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = json.loads(Path(__file__).with_name("template_ideas.json").read_text())
    return found
