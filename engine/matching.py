"""Which rules an event triggers, which of them hold, why the others do not, and the messages that come of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from engine.comparison import fold, shortened
from engine.composing import Composer
from engine.drafts import MessageDraft, MessageTemplate, SessionRow, TemplateRow
from engine.events import CanonicalEvent
from engine.rules import ANY_EVENT, Rule, RuleRow
from engine.steps import Send, SteppedRule, compile_any, compile_stepped
from engine.type_names import event_types_of
from engine.walking import Situation, Walked, Walker

__all__ = ["Firing", "MessageDraft", "Outcome", "RuleRow", "RuleSet", "SessionRow", "TemplateRow"]


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule in steps that an event has set off, and how far it came at once."""

    rule: SteppedRule
    walked: Walked
    order_id: str | None
    phone: str | None


@dataclass(slots=True)
class Outcome:
    """What one event led to.

    ``runs``: one small JSON object per rule whose trigger names the event's type: ``rule_id``, ``version``,
    ``outcome`` (fired, not_matched, held, skipped, error), ``reason`` (a code or None) and ``detail`` (or None).
    ``drafts``: one message per rule that fired or is held. ``firings``: what the rules in steps that fired did.
    """

    runs: list[dict[str, Any]] = field(default_factory=list)
    drafts: list[MessageDraft] = field(default_factory=list)
    firings: list[Firing] = field(default_factory=list)


class RuleSet:
    """The rules of one company, compiled; built again when its rules, templates or sessions change."""

    __slots__ = ("_any", "_by_type", "_walkers", "cancel_types", "problems")

    def __init__(self, entries: Sequence[_Entry], problems: Mapping[UUID, str]) -> None:
        self._walkers = {entry.rule.id: entry.walker for entry in entries if entry.rule and entry.walker}
        self.problems = dict(problems)
        """Rules and templates that could not be compiled, by id, with the error's words, for the log."""
        self.cancel_types = frozenset(name for entry in entries if entry.rule for name in entry.rule.cancel_on)
        """Event types that some rule of today is cancelled by (messages of older rules may name others)."""
        self._any = tuple(entry for entry in entries if ANY_EVENT in entry.event_types)
        named = {name for entry in entries for name in entry.event_types} - {ANY_EVENT}
        self._by_type: dict[str | None, tuple[_Entry, ...]] = {
            name: tuple(e for e in entries if name in e.event_types or ANY_EVENT in e.event_types) for name in named
        }
        self._by_type[None] = ()  # an unparsed event triggers nothing, not even "*"

    @classmethod
    def build(
        cls,
        rules: Iterable[RuleRow],
        templates: Mapping[UUID, TemplateRow],
        sessions: Mapping[UUID, SessionRow],
        *,
        in_steps: bool = False,
    ) -> RuleSet:
        """Compile a company's rules, in the order in which they shall run; ``in_steps``: also those of the old form.

        A rule or template that cannot be compiled disturbs no other: its runs are errors, and ``problems`` tells.
        """
        problems: dict[UUID, str] = {}
        compiled: dict[UUID, MessageTemplate] = {}
        for template in templates.values():
            try:
                compiled[template.id] = MessageTemplate(template)
            except Exception as error:
                problems[template.id] = _words(error)
        entries = []
        for row in rules:
            try:
                rule = compile_stepped(row) if in_steps else compile_any(row)
            except Exception as error:
                problems[row.id] = _words(error)
                entries.append(_Entry(row, _types_named(row.definition), None, None))
                continue
            if isinstance(rule, SteppedRule):
                composers = composers_of(rule, templates, sessions, compiled)
                entries.append(_Entry(row, rule.event_types, rule, None, Walker(rule, composers)))
            else:
                composer = Composer(rule, sessions.get(rule.session_id), templates, compiled)
                entries.append(_Entry(row, rule.event_types, rule, composer))
        return cls(entries, problems)

    def walker_of(self, rule_id: UUID) -> Walker:
        """Return what walks a rule in steps.

        Raises:
            KeyError: there is no such rule.
        """
        return self._walkers[rule_id]

    def evaluate(
        self, event: CanonicalEvent, payload: object, *, source: str, company_time_zone: str, now_ms: int
    ) -> Outcome:
        """Run every rule that this event's type triggers; never raises.

        Args:
            event: the canonical event.
            payload: its body as parsed JSON, for ``$.paths``.
            source: the webhook's source, for rules that name one.
            company_time_zone: IANA name, for dates and times in texts.
            now_ms: the clock, milliseconds since 1970 UTC; a draft is due ``delay_s`` after it.
        """
        outcome = Outcome()
        for entry in self._by_type.get(event.event_type, self._any):
            try:
                run = entry.refusal(event, payload, source)
                if run is None and entry.walker is not None:
                    run = _fire(entry, entry.walker, outcome, event, payload, company_time_zone, now_ms)
                elif run is None:
                    draft = entry.compose(event, payload, company_time_zone, now_ms)
                    outcome.drafts.append(draft)
                    run = entry.told("held" if draft.status == "held" else "fired", draft.reason)
            except Exception as error:
                run = entry.told("error", "raised", {"error": _words(error)})
            outcome.runs.append(run)
        return outcome


class _Entry:
    """A rule in its place, or the place of one that could not be compiled."""

    __slots__ = ("active", "compose", "event_types", "id", "problem", "rule", "version", "walker")

    def __init__(
        self,
        row: RuleRow,
        event_types: tuple[str, ...],
        rule: Rule | SteppedRule | None,
        composer: Composer | None,
        walker: Walker | None = None,
    ) -> None:
        self.id = str(row.id)
        self.version = row.version
        self.active = row.active
        self.event_types = event_types
        self.rule = rule
        self.problem = composer.problem if composer else None
        self.walker = walker
        if composer:
            self.compose = composer.compose

    def refusal(self, event: CanonicalEvent, payload: object, source: str) -> dict[str, Any] | None:
        """Return the record of a run that ends without a message; None where the rule holds."""
        rule = self.rule
        if not self.active:
            return self.told("skipped", "inactive")
        if rule is None:
            return self.told("error", "invalid_definition")
        if rule.source is not None and rule.source != fold(source):
            return self.told("skipped", "other_source", {"wanted": rule.source, "found": shortened(source)})
        detail = rule.condition.explain(event, payload)
        if detail is not None:
            return self.told("not_matched", detail.pop("reason"), detail)
        return self.told("error", self.problem) if self.problem else None

    def told(self, outcome: str, reason: str | None = None, detail: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return one record of a run."""
        return {
            "rule_id": self.id,
            "version": self.version,
            "outcome": outcome,
            "reason": reason,
            "detail": detail,
        }


def _fire(
    entry: _Entry,
    walker: Walker,
    outcome: Outcome,
    event: CanonicalEvent,
    payload: object,
    time_zone: str,
    now_ms: int,
) -> dict[str, Any]:
    """Begin a rule in steps: what waits for nothing is done with the event, the rest becomes a case."""
    rule = entry.rule
    if not isinstance(rule, SteppedRule):
        raise TypeError("only a rule in steps can be walked")
    walked = walker.walk(rule.start, Situation(event, payload, time_zone, now_ms, None))
    outcome.firings.append(Firing(rule, walked, event.order_id, event.customer_phone))
    first = walked.log[0] if walked.log else None
    drafts = [effect.draft for effect in walked.effects if effect.draft is not None]
    if first and walked.over and not drafts:  # nothing came of it: the first step's reason is the run's
        return entry.told(_OUTCOMES.get(first["outcome"], "skipped"), first["reason"], {"step": first["step"]})
    held = next((draft.reason for draft in drafts if draft.status == "held"), None)
    detail = None if walked.over else {"step": walked.position, "due_ms": walked.due_ms}
    return entry.told("held" if held and walked.over and len(drafts) == 1 else "fired", held, detail)


_OUTCOMES = {"error": "error", "skipped": "skipped", "ended": "skipped"}


def composers_of(
    rule: SteppedRule,
    templates: Mapping[UUID, TemplateRow],
    sessions: Mapping[UUID, SessionRow],
    compiled: Mapping[UUID, MessageTemplate],
) -> dict[str, Composer]:
    """Return what makes the messages of a rule's steps, per step that sends."""
    return {
        step.id: Composer(step.action.rule, sessions.get(step.action.rule.session_id), templates, compiled)
        for step in rule.steps.values()
        if isinstance(step.action, Send)
    }


def _types_named(definition: object) -> tuple[str, ...]:
    """Return the event types of a definition that is wrong somewhere; () where not even they can be read."""
    trigger = definition.get("trigger") if isinstance(definition, dict) else None
    return event_types_of(trigger.get("event_type")) if isinstance(trigger, dict) else ()


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:200]
