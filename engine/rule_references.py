"""What a rule refers to: sessions, templates, lists and outgoing webhooks, each with the path where it stands first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from engine.step_schema import steps_of

_NAMES = ("session_id", "template_id", "list_id", "webhook_id")


def refers_to(definition: dict[str, Any]) -> dict[tuple[str, UUID], str]:
    """Return ``(kind, id)`` → path for a checked rule; a kind is the name of the field, such as ``session_id``."""
    if definition.get("steps"):
        places = list(steps_of(definition["steps"]))
    else:
        places = [("action.send", definition["action"]["send"])]
    found: dict[tuple[str, UUID], str] = {}
    for path, holder in places:
        for name in _NAMES:
            if holder.get(name) is not None:
                found.setdefault((name, UUID(holder[name])), f"{path}.{name}")
    return found
