"""Contacts, lists, tags, consents and opt-outs → the JSON that clients see. No decisions here."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from engine.pagination import COUNT_CAP, Columns
from engine.times import rfc3339
from gateway.views import stored_json, time_text
from storage.searching import Row

_WINDOW = timedelta(hours=24)  # WhatsApp's, from the person's last message on
_AS_IT_IS = (
    "id",
    "phone",
    "wa_id",
    "bsuid",
    "name",
    "email",
    "document",
    "source",
    "last_event_id",
    "last_event_type",
    "tags",
    "lists",
)
_TIMES = (
    "first_seen_at",
    "first_event_at",
    "last_event_at",
    "last_inbound_at",
    "last_message_at",
    "created_at",
    "updated_at",
)


def contact_view(row: Columns) -> dict[str, Any]:
    """Return a contact with its tags, lists and wishes."""
    inbound: datetime | None = row["last_inbound_at"]
    return {
        **{name: row[name] for name in _AS_IT_IS},
        **{name: time_text(row[name]) for name in _TIMES},
        "fields": stored_json(row["fields"]),
        "opted_out": "all" in row["stopped"],
        "marketing_stopped": bool(row["stopped"]),
        "consent": None if row["consent_at"] is None else _newest_word(row),
        "window_until": None if inbound is None else rfc3339(inbound + _WINDOW),
    }


def _newest_word(row: Columns) -> dict[str, Any]:
    shown = {name: row[f"consent_{name}"] for name in ("purpose", "granted", "source")}
    return {**shown, "at": rfc3339(row["consent_at"])}


def list_view(row: Row) -> dict[str, Any]:
    """Return a list of contacts with its capped number of members."""
    return {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "members": min(row["members"], COUNT_CAP),
        "members_capped": row["members"] > COUNT_CAP,
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


def tag_view(row: Row) -> dict[str, Any]:
    """Return a tag with its capped number of contacts."""
    return {
        "tag": row["tag"],
        "contacts": min(row["contacts"], COUNT_CAP),
        "contacts_capped": row["contacts"] > COUNT_CAP,
    }


def consent_view(row: Row) -> dict[str, Any]:
    """Return one word of a person about consent."""
    shown = {name: row[name] for name in ("id", "purpose", "granted", "source", "note", "created_by")}
    return {**shown, "at": rfc3339(row["at"]), "created_at": rfc3339(row["created_at"])}
