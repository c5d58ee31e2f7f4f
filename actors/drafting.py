"""From decisions to rows: an event and the messages its rules ask for, as the batch writer takes them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from actors.company import Company
from actors.firing import cap_key, firing_write
from engine.events import CanonicalEvent
from engine.ids import IdMaker, id_time, ms_to_time
from engine.matching import Firing, MessageDraft
from engine.times import rfc3339
from storage.cancelling import CancelOrder
from storage.case_rows import FiringWrite
from storage.ingest_rows import Cap, EventWrite
from storage.message_rows import HANDED_OVER_S, MessageRow
from storage.uuids import uuid_of


class EventFacts(NamedTuple):
    """Where an event came from, beside what it says."""

    event_id: bytes
    webhook_id: UUID | None
    delivery_id: UUID
    position: int
    source: str
    signature: str
    received_ms: int
    reason: str | None
    payload: str | None
    runs_rules: bool
    note: str | None = None  # why no rules ran, where nothing else is to be said


class Drafter:
    """Builds the rows of events and of their messages."""

    def __init__(self, ids: IdMaker) -> None:
        self._ids = ids

    def make_id(self, now_ms: int) -> UUID:
        """Return a fresh id."""
        return self._ids.make_uuid(now_ms)

    def event(
        self, company: Company, facts: EventFacts, key: bytes, canonical: CanonicalEvent | None, value: object
    ) -> EventWrite:
        """Return an event's write, decided by the company's rules."""
        event_id = uuid_of(facts.event_id)
        runs: str | None = None
        messages: list[MessageRow] = []
        caps: dict[UUID, Cap] = {}
        firings: list[FiringWrite] = []
        if canonical is not None and facts.runs_rules:
            outcome = company.rules.evaluate(
                canonical, value, source=facts.source, company_time_zone=company.time_zone, now_ms=facts.received_ms
            )
            messages = [self.message(company.id, event_id, draft, facts.received_ms) for draft in outcome.drafts]
            for draft, message in zip(outcome.drafts, messages, strict=True):
                if draft.per_order is not None and draft.order_id is not None:
                    caps[message.id] = Cap(cap_key(draft.rule_id, draft.order_id), draft.per_order)
            for firing in outcome.firings:
                write, made = self.firing(company, event_id, firing, facts.received_ms)
                messages += made
                if not write.plain:
                    firings.append(write)
            runs = orjson.dumps(outcome.runs, default=str).decode() if outcome.runs else None
        row = _event_row(company.id, event_id, facts, canonical, runs)
        return EventWrite(uuid_of(key), event_id, row, messages, caps, _cancels(company, canonical), firings=firings)

    def firing(
        self, company: Company, event_id: UUID, firing: Firing, now_ms: int
    ) -> tuple[FiringWrite, list[MessageRow]]:
        """Return what a rule in steps leaves behind: its case and limits, and its messages of now."""
        drafts = [effect.draft for effect in firing.walked.effects if effect.draft is not None]
        messages = [self.message(company.id, event_id, draft, now_ms) for draft in drafts]
        case_id = None if firing.walked.over else self._ids.make_uuid(now_ms)
        return firing_write(company.id, event_id, firing, messages, case_id), messages

    def message(self, company_id: UUID, event_id: UUID, draft: MessageDraft, now_ms: int) -> MessageRow:
        """Return the row of a draft, made at ``now_ms``."""
        message_id = self._ids.make_uuid(now_ms)
        created_at = ms_to_time(message_id.int >> 80)
        waits = draft.status in ("queued", "scheduled")
        due_at = created_at + timedelta(seconds=draft.delay_s) if waits else None
        look_at = due_at
        if due_at is not None and not draft.delay_s:
            look_at = due_at + timedelta(seconds=HANDED_OVER_S)
        first = {"status": draft.status, "at": rfc3339(created_at), "reason": draft.reason, "attempt": 0}
        return MessageRow(
            id=message_id,
            company_id=company_id,
            created_at=created_at,
            event_id=event_id,
            rule_id=draft.rule_id,
            rule_version=draft.rule_version,
            campaign_id=None,
            session_id=draft.session_id,
            to_phone=draft.to_phone,
            order_id=draft.order_id,
            lane=draft.lane,
            type=draft.type,
            text=draft.text,
            template_id=draft.template_id,
            template_name=draft.template_name,
            template_language=draft.template_language,
            components=None if draft.components is None else orjson.dumps(draft.components).decode(),
            category=draft.category,
            status=draft.status,
            reason=draft.reason,
            attempt=0,
            next_attempt_at=due_at if draft.delay_s else None,
            provider_id=None,
            error=None,
            retry_of=None,
            timeline=orjson.dumps([first]).decode(),
            updated_at=created_at,
            due_at=due_at,
            look_at=look_at,
            cancel_on=list(draft.cancel_on) if draft.cancel_on else None,
            variant=None if draft.variant is None else orjson.dumps(draft.variant.shown()).decode(),
        )


def _event_row(
    company_id: UUID, event_id: UUID, facts: EventFacts, canonical: CanonicalEvent | None, runs: str | None
) -> list[Any]:
    """Return the values of storage.ingest.EVENT_COLUMNS."""
    created_at = id_time(event_id)
    head = [
        event_id,
        company_id,
        created_at,
        facts.webhook_id,
        facts.delivery_id,
        facts.position,
        facts.source,
    ]
    if canonical is None:
        nothing = [None] * 10
        tail = [created_at, facts.signature, None, None, facts.payload]
        return [*head, None, None, None, "unparsed", facts.reason, *nothing, *tail]
    return [
        *head,
        canonical.event_type,
        canonical.external_id,
        canonical.order_id,
        "processed",
        facts.reason or _problems(canonical) or facts.note,
        canonical.customer_name,
        canonical.customer_phone,
        canonical.customer_email,
        canonical.customer_document,
        canonical.product_name,
        canonical.plan_name,
        canonical.order_value_cents,
        canonical.pix_code,
        canonical.pix_expires_at,
        canonical.payment_method,
        canonical.occurred_at,
        facts.signature,
        None,
        runs,
        facts.payload,
    ]


def _cancels(company: Company, canonical: CanonicalEvent | None) -> CancelOrder | None:
    if canonical is None or not canonical.order_id or canonical.event_type not in company.cancel_types:
        return None
    return CancelOrder(company.id, canonical.order_id, canonical.event_type or "")


def _problems(canonical: CanonicalEvent) -> str | None:
    """An event may be processed and still have unreadable fields: they are named."""
    if not canonical.problems:
        return None
    return "; ".join(f"{name}: {why}" for name, why in canonical.problems)[:500]
