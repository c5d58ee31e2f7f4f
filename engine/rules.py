"""A rule, compiled once from its definition: what triggers it, when it holds, and what it sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any
from uuid import UUID

from engine.comparison import fold
from engine.conditions import Condition, compile_condition
from engine.events import CanonicalEvent
from engine.templates import Template, compile_template
from engine.type_names import event_types_of
from engine.user_ids import read_address

ANY_EVENT = "*"

Recipient = Callable[[CanonicalEvent, object, tzinfo], str | None]


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A row of ``rules``, as far as evaluation needs it."""

    id: UUID
    name: str
    active: bool
    version: int
    definition: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A compiled rule of one message, or one send of a rule in steps. Either ``template_id`` or ``text`` is there.

    ``varies``: approved variants of the template take its place.
    """

    id: UUID
    version: int
    active: bool
    event_types: tuple[str, ...]
    source: str | None
    condition: Condition
    session_id: UUID
    template_id: UUID | None
    text: Template | None
    recipient: Recipient
    delay_s: int
    cancel_on: tuple[str, ...]
    per_order: int | None
    varies: bool = False

    @property
    def any_event(self) -> bool:
        """Tell whether events of every type trigger it."""
        return ANY_EVENT in self.event_types


def compile_rule(row: RuleRow) -> Rule:
    """Compile a rule whose definition :func:`engine.rule_schema.validate_rule` has nothing against.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it was not checked, and something is wrong with it.
    """
    definition = row.definition
    trigger = definition["trigger"]
    return compile_send(
        row,
        definition["action"]["send"],
        event_types=event_types_of(trigger["event_type"]),
        source=fold(trigger["source"]) if trigger.get("source") else None,
        condition=compile_condition(definition.get("when")),
        delay_s=definition.get("delay_s") or 0,
        cancel_on=event_types_of(definition.get("cancel_on") or []),
        per_order=(definition.get("caps") or {}).get("per_order"),
    )


def compile_send(
    row: RuleRow,
    send: dict[str, Any],
    *,
    event_types: tuple[str, ...] = (),
    source: str | None = None,
    condition: Condition | None = None,
    delay_s: int = 0,
    cancel_on: tuple[str, ...] = (),
    per_order: int | None = None,
) -> Rule:
    """Compile what a rule, or one of its steps, sends."""
    template_id, text = send.get("template_id"), send.get("text")
    return Rule(
        id=row.id,
        version=row.version,
        active=row.active,
        event_types=event_types,
        source=source,
        condition=condition or compile_condition(None),
        session_id=UUID(send["session_id"]),
        template_id=UUID(template_id) if template_id else None,
        text=None if template_id else compile_template(text or ""),
        recipient=_recipient(send.get("to")),
        delay_s=delay_s,
        cancel_on=cancel_on,
        per_order=per_order,
        varies=send.get("variants") is True,
    )


def _recipient(to: str | None) -> Recipient:
    """Return who gets the message: the customer, a fixed phone, or the phone that a filled text gives."""
    if to is None:
        return lambda event, payload, zone: event.customer_phone or None
    if "{{" not in to:
        fixed = read_address(to)
        return lambda event, payload, zone: fixed
    template = compile_template(to)

    def read(event: CanonicalEvent, payload: object, zone: tzinfo) -> str | None:
        rendered = template.render(event, payload, zone)
        return None if rendered.missing else read_address(rendered.text)

    return read
