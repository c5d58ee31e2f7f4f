"""Event types as people write them in rules: checked, and read into canonical names."""

from __future__ import annotations

from engine.event_types import event_type_of
from engine.problems import Problems, encodable

MAX_EVENT_TYPES = 20
_REASON = "must be the name of an event type, such as pix_created"


def event_types_of(value: object) -> tuple[str, ...]:
    """Return the canonical event types that a checked ``event_type`` or ``cancel_on`` names, each once."""
    names = value if isinstance(value, list) else [value]
    types = (name if name == "*" else event_type_of(name) for name in names if isinstance(name, str))
    return tuple(dict.fromkeys(name for name in types if name))


def check_event_types(problems: Problems, field: str, value: object, single: bool = False) -> None:
    """Note what is no list of event types; ``single``: the list was made of one name, and so is the field's path."""
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_EVENT_TYPES:
        problems.add(field, f"must be a list of 1 to {MAX_EVENT_TYPES} event types")
        return
    for index, name in enumerate(value):
        if not isinstance(name, str) or len(name) > 100 or not encodable(name) or not event_type_of(name):
            problems.add(field if single else f"{field}[{index}]", _REASON)
