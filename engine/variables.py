"""Values that people give by canonical name, read by the field's kind. For messages, previews and campaigns."""

from __future__ import annotations

from datetime import datetime

from engine.events import CANONICAL_FIELDS, CanonicalEvent
from engine.money import MoneyProblem, to_cents
from engine.phones import normalise_typed
from engine.times import parse_time


def put_variable(event: CanonicalEvent, name: str, value: str) -> str | None:
    """Put a value into an event; return what is wrong with it, in words, or None."""
    found, reason = _read(name, value)
    if reason is None:
        setattr(event, "order_value_cents" if name == "order_value" else name, found)
    return reason


def _read(name: str, value: str) -> tuple[str | int | datetime | None, str | None]:
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
