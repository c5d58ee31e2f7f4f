"""From a rule in steps that an event has set off to what the batch writer stores of it: its case and its limits."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from uuid import UUID

import orjson

from engine.ids import id_time, ms_to_time
from engine.matching import Firing
from engine.walking import RUNNING
from storage.case_rows import CaseRow, FiringWrite, OrderLimit, PersonLimit
from storage.message_rows import MessageRow
from storage.uuids import uuid_of


def firing_write(
    company_id: UUID, event_id: UUID, firing: Firing, messages: Sequence[MessageRow], case_id: UUID | None
) -> FiringWrite:
    """Return what is stored of a firing beside its messages; ``case_id`` where it goes on later."""
    rule, walked = firing.rule, firing.walked
    write = FiringWrite(company_id, [message.id for message in messages])
    if rule.per_order is not None and firing.order_id is not None:
        write.per_order = OrderLimit(cap_key(rule.id, firing.order_id), rule.per_order)
    if rule.per_person is not None and firing.phone is not None:
        write.per_person = PersonLimit(
            _person_key(rule.id, firing.phone), rule.per_person.count, rule.per_person.per_hours
        )
    if case_id is not None and walked.due_ms is not None:
        note_messages(firing, messages)
        created_at = id_time(case_id)
        write.case = CaseRow(
            id=case_id,
            company_id=company_id,
            rule_id=rule.id,
            version=rule.version,
            event_id=event_id,
            order_id=firing.order_id,
            phone=firing.phone,
            state=RUNNING,
            reason=None,
            position=orjson.dumps({"step": walked.position}).decode(),
            due_at=ms_to_time(walked.due_ms),
            cancel_on=list(rule.cancel_on) or None,
            log=orjson.dumps(walked.log).decode(),
            created_at=created_at,
            updated_at=created_at,
        )
    return write


def note_messages(firing: Firing, messages: Sequence[MessageRow]) -> None:
    """Name the messages in the lines of the steps that made them."""
    made = [effect for effect in firing.walked.effects if effect.draft is not None]
    for effect, message in zip(made, messages, strict=True):
        effect.entry["message_id"] = str(message.id)


def cap_key(rule_id: UUID, order_id: str) -> UUID:
    """Return the key of a rule's cap for an order."""
    return uuid_of(blake2b(rule_id.bytes + order_id.encode(), digest_size=16, person=b"per-order").digest())


def _person_key(rule_id: UUID, phone: str) -> UUID:
    return uuid_of(blake2b(rule_id.bytes + phone.encode(), digest_size=16, person=b"per-person").digest())
