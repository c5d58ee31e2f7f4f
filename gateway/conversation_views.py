"""Conversations, their threads and notes as clients see them. No decisions here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.conversation_views import conversation_state
from engine.conversations import message_type, words_of
from engine.json_text import UnreadableJson, parse_json
from engine.pagination import Columns
from engine.times import rfc3339
from gateway.reasons import in_words
from gateway.views import message_view, stored_json
from storage.searching import Row

_MEDIA = ("image", "video", "audio", "document", "sticker")


def conversation_view(row: Columns, now: datetime) -> dict[str, Any]:
    """Return a conversation as lists show it."""
    state = conversation_state(row, now)
    window = state["window"]
    return {
        **state,
        "ai_off_text": in_words(state["ai_off_reason"]),
        "window": {**window, "reason_text": in_words(window["reason"])},
    }


def offered_view(row: Row) -> dict[str, Any]:
    """Return a template that may be sent whether the window is open or not."""
    return {name: row[name] for name in ("id", "name", "language", "category", "body")}


def entry_view(row: Columns) -> dict[str, Any]:
    """Return one entry of a thread: what the person wrote, or a message to them and who sent it."""
    inbound, message = row["inbound"], row["message"]
    if inbound is None:
        return {
            "id": row["id"],
            "direction": "out",
            "at": rfc3339(row["created_at"]),
            "type": message["type"],
            "text": message["text"] or None,
            "sent_by": _sender(row, message),
            "inbound": None,
            "message": message_view(message),
        }
    told = _message_of(inbound["payload"])
    return {
        "id": row["id"],
        "direction": "in",
        "at": rfc3339(inbound["occurred_at"]),
        "type": message_type(told),
        "text": words_of(told),
        "sent_by": {"kind": "customer", "id": None, "name": inbound["customer_name"]},
        "inbound": {
            "event_id": row["id"],
            "provider_id": inbound["external_id"],
            "reply_to": _text_of(told.get("context"), "id"),
            "media": _media(told),
            "content": stored_json(inbound["content"]),
        },
        "message": None,
    }


def _sender(row: Columns, message: Columns) -> dict[str, Any]:
    """Return who sent a message: a campaign, a rule, or who answered; ``unknown`` for what was sent before threads."""
    if message["campaign_id"] is not None:
        return {"kind": "campaign", "id": message["campaign_id"], "name": None}
    if message["rule_id"] is not None:
        return {"kind": "rule", "id": message["rule_id"], "name": None}
    if row["author"] is not None:
        return {"kind": row["author"], "id": row["author_id"], "name": row["author_name"] or None}
    return {"kind": "unknown", "id": None, "name": None}


def media_of(payload: str | None) -> dict[str, Any] | None:
    """Return an inbound message's file as WhatsApp told it: its id there, type and name; None where it has none."""
    return _media(_message_of(payload))


def _message_of(payload: str | None) -> Mapping[str, Any]:
    if payload is None:  # its retention is over
        return {}
    try:
        value = parse_json(b"", payload).value
    except UnreadableJson:
        return {}
    told = value.get("message") if isinstance(value, dict) else None
    return told if isinstance(told, dict) else {}


def _media(told: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = message_type(told)
    inner = told.get(kind) if kind in _MEDIA else None
    if not isinstance(inner, dict):
        return None
    return {name: _text_of(inner, name) for name in ("id", "mime_type", "filename")}


def _text_of(value: object, name: str) -> str | None:
    found = value.get(name) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


def note_view(row: Row) -> dict[str, Any]:
    """Return a note."""
    names = ("id", "conversation_id", "author_id", "author_name", "text")
    return {**{name: row[name] for name in names}, "created_at": rfc3339(row["created_at"])}


def quick_reply_view(row: Row) -> dict[str, Any]:
    """Return a quick reply; ``filled`` is for one conversation alone."""
    return {
        **{name: row[name] for name in ("id", "shortcut", "text")},
        "filled": row.get("filled"),
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }
