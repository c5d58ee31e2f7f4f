"""Events that hold what a request gave by name: for previews and messages."""

from __future__ import annotations

from datetime import datetime

from engine.events import CanonicalEvent
from engine.variables import put_variable


def with_variables(event: CanonicalEvent, variables: dict[str, str]) -> list[dict[str, str]]:
    """Put values given by canonical name into an event; return what is wrong with them."""
    reasons = {name: put_variable(event, name, value) for name, value in variables.items()}
    return [{"field": f"variables.{name:.60}", "reason": reason} for name, reason in reasons.items() if reason]


def empty_event(now: datetime) -> CanonicalEvent:
    """Return an event that says nothing yet."""
    return CanonicalEvent(occurred_at=now)
