"""A conversation as clients see it, by the API and live; the API adds sentences for its codes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from engine.conversations import window_closes_at
from engine.times import rfc3339

CLOSED = "outside_window"
_IDS = ("id", "company_id", "session_id", "contact_id", "assignee_id")
_AS_IT_IS = (
    *("session_name", "transport", "phone", "name", "state", "assignee_name", "ai_on", "ai_off_reason", "unread"),
    *("intent", "version"),
)


class Columns(Protocol):
    """A stored conversation by its columns' names."""

    def __getitem__(self, name: str, /) -> Any: ...


def conversation_state(row: Columns, now: datetime) -> dict[str, Any]:
    """Return a conversation with ids and times as texts."""
    outbound_at = row["last_outbound_at"]
    return {
        **{name: None if row[name] is None else str(row[name]) for name in _IDS},
        **{name: row[name] for name in _AS_IT_IS},
        "confidence": None if row["confidence"] is None else round(row["confidence"], 4),
        "waiting_since": None if row["waiting_since"] is None else rfc3339(row["waiting_since"]),
        "last_inbound": {
            "at": rfc3339(row["last_inbound_at"]),
            "event_id": str(row["last_event_id"]),
            "type": row["last_type"],
            "text": row["last_text"],
        },
        "last_outbound": None
        if outbound_at is None
        else {"at": rfc3339(outbound_at), "text": row["last_outbound_text"]},
        "last_at": rfc3339(row["last_at"]),
        "window": window_state(row, now),
        "updated_at": rfc3339(row["updated_at"]),
    }


def window_state(row: Columns, now: datetime) -> Mapping[str, Any]:
    """Return until when anything but templates may go, and why it may not; WhatsApp-Web has no window."""
    if row["transport"] == "web":
        return {"open": True, "closes_at": None, "reason": None}
    closes_at = window_closes_at(row["last_inbound_at"])
    is_open = now < closes_at
    return {"open": is_open, "closes_at": rfc3339(closes_at), "reason": None if is_open else CLOSED}
