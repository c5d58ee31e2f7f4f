"""A rule in steps, compiled once: what triggers it, and a program of steps that knows what follows each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from engine.comparison import fold
from engine.conditions import Condition, compile_condition
from engine.contacts import tag_name
from engine.fields import Reader, compile_field
from engine.rule_windows import COMPANY, DAYS, Schedule, compile_schedule, minute_of
from engine.rules import ANY_EVENT, Rule, RuleRow, compile_rule, compile_send
from engine.step_conditions import FACTS, StepCondition, compile_step_condition
from engine.step_schema import CONTINUE, END
from engine.templates import Template, compile_template
from engine.type_names import event_types_of


@dataclass(frozen=True, slots=True)
class Send:
    """Sends a message, or an image: the QR code of the event's PIX code, with ``caption``."""

    rule: Rule
    image: str | None
    caption: Template | None


@dataclass(frozen=True, slots=True)
class Wait:
    delay_s: int


@dataclass(frozen=True, slots=True)
class WaitForTime:
    """Waits for the next time of day; ``days`` as numbers, Monday is 0."""

    minute: int
    days: frozenset[int]
    zone: str


@dataclass(frozen=True, slots=True)
class WaitForMoment:
    """Waits for a moment that a field names, moved by ``offset_s``; without one, ``fallback_s`` from now."""

    field: str
    read: Reader
    offset_s: int
    fallback_s: int | None
    if_missing: str
    if_past: str


@dataclass(frozen=True, slots=True)
class Branch:
    condition: StepCondition
    then: str | None
    otherwise: str | None


@dataclass(frozen=True, slots=True)
class AddTag:
    tag: str


@dataclass(frozen=True, slots=True)
class AddToList:
    list_id: UUID


@dataclass(frozen=True, slots=True)
class CallWebhook:
    webhook_id: UUID


@dataclass(frozen=True, slots=True)
class RecordPix:
    """Notes the order in the PIX flow's book."""


Action = Send | Wait | WaitForTime | WaitForMoment | Branch | AddTag | AddToList | CallWebhook | RecordPix


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``following`` is the step behind it, None at the end."""

    id: str
    type: str
    action: Action
    following: str | None


@dataclass(frozen=True, slots=True)
class PersonCap:
    """At most ``count`` runs for a person within ``per_hours``."""

    count: int
    per_hours: int


@dataclass(frozen=True, slots=True)
class SteppedRule:
    """A compiled rule whose work is a program. ``start`` is its first step."""

    id: UUID
    version: int
    active: bool
    event_types: tuple[str, ...]
    source: str | None
    condition: Condition
    cancel_on: tuple[str, ...]
    per_order: int | None
    per_person: PersonCap | None
    schedule: Schedule | None
    steps: Mapping[str, Step]
    start: str
    needs: frozenset[str]

    @property
    def any_event(self) -> bool:
        """Tell whether events of every type trigger it."""
        return ANY_EVENT in self.event_types

    @property
    def sends(self) -> list[Rule]:
        """Return the sends of its steps."""
        return [step.action.rule for step in self.steps.values() if isinstance(step.action, Send)]


def is_stepped(definition: Mapping[str, Any]) -> bool:
    """Tell whether a definition asks for more than the old form's one message."""
    caps = definition.get("caps") or {}
    return bool(definition.get("steps") or definition.get("schedule") or caps.get("per_person"))


def compile_any(row: RuleRow) -> Rule | SteppedRule:
    """Compile a rule of either form; errors as in :func:`engine.rules.compile_rule`."""
    return compile_stepped(row) if is_stepped(row.definition) else compile_rule(row)


def compile_stepped(row: RuleRow) -> SteppedRule:
    """Compile a rule as a program, also one of the old form (a wait and a send)."""
    definition = row.definition
    trigger, caps = definition["trigger"], definition.get("caps") or {}
    cancel_on = event_types_of(definition.get("cancel_on") or [])
    maker = _Maker(row, cancel_on)
    start = maker.sequence(definition.get("steps") or _of_old_form(definition), "steps", None)
    person, schedule = caps.get("per_person"), definition.get("schedule")
    return SteppedRule(
        id=row.id,
        version=row.version,
        active=row.active,
        event_types=event_types_of(trigger["event_type"]),
        source=fold(trigger["source"]) if trigger.get("source") else None,
        condition=compile_condition(definition.get("when")),
        cancel_on=cancel_on,
        per_order=caps.get("per_order"),
        per_person=PersonCap(person["count"], person["per_hours"]) if person else None,
        schedule=compile_schedule(schedule) if schedule else None,
        steps=maker.steps,
        start=start or "",
        needs=frozenset().union(*(needs_of(step.action) for step in maker.steps.values())),
    )


def needs_of(action: Action) -> frozenset[str]:
    """Return the facts that a step asks for."""
    return action.condition.needs if isinstance(action, Branch) else frozenset()


def _of_old_form(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    wait = {"id": "wait", "type": "wait", "delay_s": definition.get("delay_s")}
    send = {"id": "send", "type": "send", **definition["action"]["send"]}
    return [wait, send] if definition.get("delay_s") else [send]


class _Maker:
    """Compiles steps from the last to the first, so that each knows what follows it."""

    def __init__(self, row: RuleRow, cancel_on: tuple[str, ...]) -> None:
        self._row = row
        self._cancel_on = cancel_on
        self.steps: dict[str, Step] = {}

    def sequence(self, steps: list[dict[str, Any]], path: str, behind: str | None) -> str | None:
        following = behind
        for index in range(len(steps) - 1, -1, -1):
            given, place = steps[index], f"{path}[{index}]"
            step_id = given.get("id") or place
            action = self._action(given, place, following)
            self.steps[step_id] = Step(step_id, given["type"], action, following)
            following = step_id
        return following

    def _action(self, given: dict[str, Any], place: str, following: str | None) -> Action:
        kind = given["type"]
        if kind == "send":
            return self._send(given)
        if kind == "branch":
            return Branch(
                compile_step_condition(given["when"], f"{place}.when"),
                self.sequence(given["then"], f"{place}.then", following),
                self.sequence(given.get("else") or [], f"{place}.else", following),
            )
        return _SIMPLE[kind](given)

    def _send(self, given: dict[str, Any]) -> Send:
        image, text = given.get("image"), given.get("text")
        row = self._row
        written = {**given, "text": "{{pix_code}}"} if image else given
        rule = compile_send(row, written, cancel_on=self._cancel_on)
        return Send(rule, image, compile_template(text) if image and text else None)


def _wait_until(given: dict[str, Any]) -> Action:
    if given.get("time") is not None:
        minute = minute_of(given["time"])
        if minute is None:
            raise ValueError("no time of day")
        days = frozenset(DAYS.index(day) for day in given.get("days") or DAYS)
        return WaitForTime(minute, days, given.get("zone") or COMPANY)
    return WaitForMoment(
        given["field"],
        compile_field(given["field"]),
        given.get("offset_s") or 0,
        given.get("fallback_s"),
        given.get("if_missing") or END,
        given.get("if_past") or CONTINUE,
    )


_SIMPLE: Mapping[str, Callable[[dict[str, Any]], Action]] = {
    "wait": lambda given: Wait(given["delay_s"]),
    "wait_until": _wait_until,
    "add_tag": lambda given: AddTag(tag_name(given["tag"]) or ""),
    "add_to_list": lambda given: AddToList(UUID(given["list_id"])),
    "call_webhook": lambda given: CallWebhook(UUID(given["webhook_id"])),
    "record_pix": lambda given: RecordPix(),
}

__all__ = ["FACTS", "SteppedRule", "compile_any", "compile_stepped", "is_stepped"]
