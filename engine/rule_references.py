"""What a rule refers to: sessions, templates, lists and outgoing webhooks, each with the path where it stands first."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from engine.step_schema import steps_of

_NAMES = ("session_id", "template_id", "list_id", "webhook_id")


def refers_to(definition: dict[str, Any]) -> dict[tuple[str, UUID], str]:
    """Return ``(kind, id)`` → path for a checked rule; a kind is the name of the field, such as ``session_id``."""
    found: dict[tuple[str, UUID], str] = {}
    for path, holder in _places(definition):
        for name in _NAMES:
            if holder.get(name) is not None:
                found.setdefault((name, UUID(holder[name])), f"{path}.{name}")
    return found


def varying(definition: dict[str, Any]) -> dict[str, UUID]:
    """Return, by the paths of a checked rule's sends that ask for variants, the templates that they are of."""
    return {
        path: UUID(holder["template_id"])
        for path, holder in _places(definition)
        if holder.get("variants") is True and holder.get("template_id") is not None
    }


def _places(definition: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    if definition.get("steps"):
        return list(steps_of(definition["steps"]))
    return [("action.send", definition["action"]["send"])]
