"""Stored events as the engine's canonical events: for dry runs, previews and messages about an event."""

from __future__ import annotations

from datetime import datetime

import orjson

from engine.events import CANONICAL_FIELDS, CanonicalEvent
from engine.variables import put_variable
from storage.searching import Row

_COLUMNS = tuple("order_value_cents" if name == "order_value" else name for name in CANONICAL_FIELDS)


def canonical_of(row: Row) -> tuple[CanonicalEvent, object]:
    """Return a stored event as rules and templates read it, and its payload."""
    payload = None if row["payload"] is None else orjson.loads(row["payload"])
    return CanonicalEvent(**{name: row[name] for name in _COLUMNS}), payload


def with_variables(event: CanonicalEvent, variables: dict[str, str]) -> list[dict[str, str]]:
    """Put values given by canonical name into an event; return what is wrong with them."""
    reasons = {name: put_variable(event, name, value) for name, value in variables.items()}
    return [{"field": f"variables.{name:.60}", "reason": reason} for name, reason in reasons.items() if reason]


def empty_event(now: datetime) -> CanonicalEvent:
    """Return an event that says nothing yet."""
    return CanonicalEvent(occurred_at=now)
