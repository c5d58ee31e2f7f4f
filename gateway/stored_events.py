"""Stored events as the engine's canonical events: for dry runs, previews and messages about an event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from engine.events import CANONICAL_FIELDS, CanonicalEvent
from engine.money import MoneyProblem, to_cents
from engine.phones import normalise_typed
from engine.times import parse_time
from storage.searching import Row

_COLUMNS = tuple("order_value_cents" if name == "order_value" else name for name in CANONICAL_FIELDS)


def canonical_of(row: Row) -> tuple[CanonicalEvent, object]:
    """Return a stored event as rules and templates read it, and its payload."""
    payload = None if row["payload"] is None else orjson.loads(row["payload"])
    return CanonicalEvent(**{name: row[name] for name in _COLUMNS}), payload


def with_variables(event: CanonicalEvent, variables: dict[str, str]) -> list[dict[str, str]]:
    """Put values given by canonical name into an event; return what is wrong with them."""
    errors = []
    for name, value in variables.items():
        found, reason = _read(name, value)
        if reason:
            errors.append({"field": f"variables.{name:.60}", "reason": reason})
        else:
            setattr(event, "order_value_cents" if name == "order_value" else name, found)
    return errors


def _read(name: str, value: str) -> tuple[Any, str | None]:
    note = CANONICAL_FIELDS.get(name)
    if note is None:
        return None, f"is no canonical field; known: {', '.join(CANONICAL_FIELDS)}"
    if note.kind == "money":
        try:
            return to_cents(value), None
        except MoneyProblem:
            return None, "must be money such as 97.00"
    if note.kind == "time":
        found = parse_time(value)
        return found, None if found else "must be a time such as 2026-01-31T12:00:00Z"
    if note.kind == "phone":
        phone = normalise_typed(value)
        return phone, None if phone else "must be a phone number such as +5511900000000"
    return value, None


def empty_event(now: datetime) -> CanonicalEvent:
    """Return an event that says nothing yet."""
    return CanonicalEvent(occurred_at=now)
