"""What a conversation shows of an inbound message, which messages want an answer, and what people make of it. Pure.

Called by the shard's reader (``actors/reading.py``) and the routes of conversations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from engine.opt_out import inbound_text
from engine.reading_reasons import Words
from engine.texts import clean

STATES = ("open", "waiting", "closed")
OPEN, WAITING, CLOSED = STATES
TAKEN_OVER, SWITCHED_OFF = "taken_over", "switched_off"
AI_OFF: Mapping[str, Words] = {
    TAKEN_OVER: Words("Uma pessoa assumiu a conversa.", "A person has taken the conversation over."),
    SWITCHED_OFF: Words("Uma pessoa desligou a IA nesta conversa.", "A person has switched AI off here."),
}
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
    text = words_of(message)
    return None if text is None else text[:SHOWN].strip() or None


def words_of(message: Mapping[str, Any]) -> str | None:
    """Return all that a person wrote, tapped or put under a file; None where there are no words."""
    text = inbound_text(message) or _other_words(message)
    return None if text is None else clean(text) or None


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


@dataclass(frozen=True, slots=True)
class Hands:
    """In whose hands a conversation is: what people change about it."""

    state: str
    assignee_id: UUID | None
    ai_on: bool
    ai_off_reason: str | None
    unread: int
    waiting_since: datetime | None


def changed(before: Hands, wanted: Mapping[str, Any], who: UUID | None) -> Hands:
    """Return a conversation as a person wants it.

    Whoever takes it over from AI has it, unless it is somebody's. Setting it aside or closing it ends the waiting; a
    closed one is read, and AI answers there again, unless somebody has switched it off for good.

    Args:
        before: as it is.
        wanted: ``state``, ``assignee_id`` (an id or None), ``ai_on``, ``ai_off_reason``; what is missing stays.
        who: the person who wants it; None: a program.
    """
    after = before
    if "ai_on" in wanted:
        reason = None if wanted["ai_on"] else wanted.get("ai_off_reason", TAKEN_OVER)
        after = replace(after, ai_on=wanted["ai_on"], ai_off_reason=reason)
        if reason == TAKEN_OVER and after.assignee_id is None:
            after = replace(after, assignee_id=who)
    if "assignee_id" in wanted:
        after = replace(after, assignee_id=wanted["assignee_id"])
    if "state" in wanted:
        after = replace(after, state=wanted["state"])
        if after.state != OPEN:
            after = replace(after, waiting_since=None)
        if after.state == CLOSED:
            after = replace(after, unread=0)
            if "ai_on" not in wanted and after.ai_off_reason != SWITCHED_OFF:
                after = replace(after, ai_on=True, ai_off_reason=None)
    return after


def answered_by_hand(before: Hands, who: UUID | None) -> Hands:
    """Return a conversation as a person's answer leaves it: theirs if it was nobody's, without AI, open and read."""
    off = {"ai_on": False} if before.ai_on else {}
    after = changed(before, {**off, "state": OPEN}, who)
    return replace(after, unread=0, waiting_since=None, assignee_id=before.assignee_id or who)
