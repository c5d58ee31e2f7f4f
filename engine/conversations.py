"""What a conversation shows of an inbound message, and which messages want an answer. Pure; called by the reader."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from engine.opt_out import inbound_text
from engine.texts import clean

STATES = ("open", "waiting", "closed")
TAKEN_OVER, SWITCHED_OFF = "taken_over", "switched_off"
SHOWN = 200
WINDOW = timedelta(hours=24)
# Meta tells these as messages; nobody waits for an answer to them.
_NO_QUESTION = frozenset({"reaction", "system", "edit", "revoke"})
_CAPTIONED = ("image", "video", "document")
_MAX_TYPE = 32


def message_type(message: Mapping[str, Any]) -> str:
    """Return an inbound message's type as Meta names it; ``unknown`` where there is none."""
    kind = message.get("type")
    return clean(kind)[:_MAX_TYPE] or "unknown" if isinstance(kind, str) else "unknown"


def wants_answer(message: Mapping[str, Any]) -> bool:
    """Tell whether a person waits for an answer: not where they only reacted, or took a message back."""
    return message_type(message) not in _NO_QUESTION


def preview(message: Mapping[str, Any]) -> str | None:
    """Return up to 200 characters of what a person wrote, tapped or put under a file; None where there are no words."""
    text = inbound_text(message) or _other_words(message)
    return None if text is None else clean(text)[:SHOWN].strip() or None


def _other_words(message: Mapping[str, Any]) -> str | None:
    kind = message_type(message)
    inner = message.get(kind)
    if not isinstance(inner, dict):
        return None
    if kind in _CAPTIONED:
        words = inner.get("caption") or inner.get("filename")
    elif kind == "interactive":
        chosen = inner.get("list_reply")
        words = chosen.get("title") if isinstance(chosen, dict) else None
    elif kind == "reaction":
        words = inner.get("emoji")
    elif kind == "location":
        words = inner.get("name") or inner.get("address")
    else:
        words = None
    return words if isinstance(words, str) else None


def window_closes_at(last_inbound_at: datetime) -> datetime:
    """Return until when WhatsApp takes anything but templates for who wrote then (Meta: 24 hours)."""
    return last_inbound_at + WINDOW
