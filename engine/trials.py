"""What a rule would have done with past events: its steps walked through in the time that was, caps and all. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from engine.drafts import MessageDraft
from engine.events import CanonicalEvent
from engine.matching import Firing, RuleSet
from engine.step_conditions import Facts
from engine.walking import Situation, Walked

PER_ORDER, PER_PERSON = "cap_per_order", "cap_per_person"
_HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class PastEvent:
    """A stored event, and when it was received."""

    id: UUID
    at_ms: int
    source: str
    event: CanonicalEvent
    payload: object


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """An event of an order, for what calls a run off and for conditions."""

    id: UUID
    at_ms: int
    event_type: str


@dataclass(frozen=True, slots=True)
class WouldSend:
    """A message that would have been made: ``status`` is queued, held, skipped or cancelled."""

    event: PastEvent
    step: str
    at_ms: int
    draft: MessageDraft
    status: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """What the rule said to one event of its types, why, and how many messages it would have sent."""

    event: PastEvent
    outcome: str
    reason: str | None
    detail: dict[str, Any] | None
    messages: int


@dataclass(slots=True)
class Trial:
    """What came of all events; ``sends`` and ``heard`` in the order of the events."""

    outcomes: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    sends: list[WouldSend] = field(default_factory=list)
    heard: list[Heard] = field(default_factory=list)

    @property
    def would_send(self) -> int:
        return sum(send.status == "queued" for send in self.sends)


class Trier:
    """Tries one rule.

    Args:
        rules: a set of this rule alone, built in steps.
        zone: the company's.
        orders: the events of the orders concerned.
        tags: the contacts' tags as they are today, by phone.
    """

    def __init__(
        self,
        rules: RuleSet,
        zone: str,
        orders: Mapping[str, Sequence[OrderEvent]],
        tags: Mapping[str, frozenset[str]],
    ) -> None:
        self._rules = rules
        self._zone = zone
        self._orders = orders
        self._tags = tags
        self._by_order: Counter[str] = Counter()
        self._by_person: dict[str, list[int]] = {}

    def hear(self, events: Sequence[PastEvent]) -> Trial:
        """Try events, which come oldest first."""
        trial = Trial()
        for past in events:
            outcome = self._rules.evaluate(
                past.event, past.payload, source=past.source, company_time_zone=self._zone, now_ms=past.at_ms
            )
            told: dict[str, Any] = (
                outcome.runs[0] if outcome.runs else {"outcome": "not_triggered", "reason": "event_type_not_named"}
            )
            ended, reason = told["outcome"], told["reason"]
            before = len(trial.sends)
            for firing in outcome.firings:
                over = self._over(firing, past.at_ms)
                if over:
                    ended, reason = "skipped", over
                self._follow(trial, past, firing, over)
            if outcome.runs:
                detail = told["detail"] if ended == told["outcome"] else None
                sent = sum(send.status == "queued" for send in trial.sends[before:])
                trial.heard.append(Heard(past, ended, reason, detail, sent))
            trial.outcomes[ended] += 1
            if reason:
                trial.reasons[reason] += 1
        return trial

    def _over(self, firing: Firing, at_ms: int) -> str | None:
        """Use up the rule's caps; return the one that does not allow it."""
        rule, order, person = firing.rule, firing.order_id, firing.rule.per_person
        if rule.per_order is not None and order is not None and self._by_order[order] >= rule.per_order:
            return PER_ORDER
        if person is not None and firing.phone is not None:
            used = self._by_person.setdefault(firing.phone, [])
            if sum(at > at_ms - person.per_hours * _HOUR_MS for at in used) >= person.count:
                return PER_PERSON
            used.append(at_ms)
        if order is not None:
            self._by_order[order] += 1
        return None

    def _follow(self, trial: Trial, past: PastEvent, firing: Firing, over: str | None) -> None:
        walked, at_ms = firing.walked, past.at_ms
        while True:
            gone = over or self._called_off(firing, past, at_ms)
            self._note(trial, past, walked, at_ms, gone)
            if gone or walked.position is None or walked.due_ms is None:
                return
            at_ms = walked.due_ms
            gone = self._called_off(firing, past, at_ms)
            if gone:
                trial.reasons[gone] += 1
                return
            facts = Facts(
                frozenset(event.event_type for event in self._others(past, at_ms)),
                self._tags.get(past.event.customer_phone or "", frozenset()),
            )
            walker = self._rules.walker_of(firing.rule.id)
            walked = walker.walk(walked.position, Situation(past.event, past.payload, self._zone, at_ms, facts))
            if walked.over and walked.reason and walked.reason != "finished":
                trial.reasons[walked.reason] += 1

    def _note(self, trial: Trial, past: PastEvent, walked: Walked, at_ms: int, gone: str | None) -> None:
        for effect in walked.effects:
            if effect.draft is None:
                continue
            status, reason = effect.draft.status, effect.draft.reason
            if gone and status != "held":
                status, reason = "cancelled" if gone.startswith("cancelled_by") else "skipped", gone
            trial.sends.append(WouldSend(past, effect.step.id, at_ms, effect.draft, status, reason))

    def _called_off(self, firing: Firing, past: PastEvent, at_ms: int) -> str | None:
        cancel_on = firing.rule.cancel_on
        found = (event.event_type for event in self._others(past, at_ms) if event.event_type in cancel_on)
        name = next(found, None) if cancel_on else None
        return None if name is None else f"cancelled_by:{name}"

    def _others(self, past: PastEvent, at_ms: int) -> list[OrderEvent]:
        events = self._orders.get(past.event.order_id or "", ())
        return [event for event in events if event.id != past.id and event.at_ms <= at_ms]


def detail_of(send: WouldSend) -> dict[str, Any]:
    """Return the plain parts of a message that would have been made."""
    return {
        "event_id": send.event.id,
        "order_id": send.event.event.order_id,
        "name": send.event.event.customer_name,
        "to": send.draft.to_phone or None,
        "step": send.step,
        "type": send.draft.type,
        "text": send.draft.text,
        "variant_id": None if send.draft.variant is None else str(send.draft.variant.id),
        "status": send.status,
        "reason": send.reason,
    }
