"""Stored events as rules and templates read them: for cases, replays, dry runs and messages about an event."""

from __future__ import annotations

from engine.events import CANONICAL_FIELDS, CanonicalEvent
from engine.json_text import UnreadableJson, parse_json
from engine.pagination import Columns

_COLUMNS = tuple("order_value_cents" if name == "order_value" else name for name in CANONICAL_FIELDS)


def canonical_of(row: Columns) -> tuple[CanonicalEvent, object]:
    """Return a stored event as it was evaluated when it came, and its payload (None: it has none that can be read)."""
    payload: object = None
    if row["payload"] is not None:
        try:
            payload = parse_json(b"", row["payload"]).value
        except UnreadableJson:  # nested as deeply as was just read when it came, where the stack had more room
            payload = None
    return CanonicalEvent(**{name: row[name] for name in _COLUMNS}), payload
