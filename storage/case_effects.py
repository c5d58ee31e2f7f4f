"""What steps do beside sending: tags, lists, outgoing webhooks, the PIX flow's book. Inside the case's transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.ids import time_to_ms
from engine.money import cents_to_text
from engine.steps import Action, AddTag, AddToList, CallWebhook, RecordPix
from engine.times import rfc3339
from engine.user_ids import is_user_id
from storage.cases import DueCase
from storage.contact_lists import add_to_list, unknown_lists
from storage.contacts import ContactWrite, tag_contacts, upsert_contacts
from storage.outgoing import insert_delivery
from storage.pix_orders import PixEvent, record_pix
from storage.pool import Connection
from storage.queries import query
from storage.searching import Row

STEP_REACHED = "rule.step"
_TOLD = (
    "event_type",
    "external_id",
    "order_id",
    "customer_name",
    "customer_phone",
    "customer_email",
    "customer_document",
    "product_name",
    "plan_name",
    "pix_code",
    "payment_method",
)


@dataclass(slots=True)
class Deed:
    """A step's action for one case; ``entry`` is its line in the log, ``event`` the case's event."""

    case: DueCase
    action: Action
    entry: dict[str, Any]
    event: Row

    def failed(self, reason: str) -> None:
        """Note that the step did nothing, and why."""
        self.entry["outcome"], self.entry["reason"] = "skipped", reason


async def apply_deeds(
    connection: Connection, deeds: Sequence[Deed], now: datetime, make_id: Callable[[int], UUID]
) -> None:
    """Do what steps want done, inside the cases' transaction."""
    for company_id in sorted({deed.case.company_id for deed in deeds}):  # in one order: two turns wait in no circle
        of_people = [
            deed for deed in deeds if deed.case.company_id == company_id and isinstance(deed.action, AddTag | AddToList)
        ]
        await _mark_people(connection, company_id, of_people, now, make_id)
    for deed in deeds:
        if isinstance(deed.action, CallWebhook):
            await _call(connection, deed, deed.action, make_id(time_to_ms(now)))
    await record_pix(connection, [event for deed in deeds if (event := _pix_event(deed)) is not None])


async def _call(connection: Connection, deed: Deed, action: CallWebhook, delivery_id: UUID) -> None:
    """Have an outgoing webhook told of a step, with the event as it was understood."""
    case, event = deed.case, deed.event
    told = {name: event[name] for name in _TOLD}
    cents, expires = event["order_value_cents"], event["pix_expires_at"]
    payload = {
        "rule_id": str(case.rule_id),
        "rule_name": case.rule_name,
        "rule_version": case.version,
        "case_id": str(case.id),
        "step": deed.entry["step"],
        "event": {
            "id": str(event["id"]),
            **told,
            "order_value": None if cents is None else cents_to_text(cents),
            "pix_expires_at": None if expires is None else rfc3339(expires),
            "occurred_at": rfc3339(event["occurred_at"]),
            "created_at": rfc3339(event["created_at"]),
        },
    }
    if not await insert_delivery(connection, case.company_id, action.webhook_id, STEP_REACHED, payload, delivery_id):
        deed.failed("webhook_gone")


async def _mark_people(
    connection: Connection, company_id: UUID, deeds: Sequence[Deed], now: datetime, make_id: Callable[[int], UUID]
) -> None:
    """Tag contacts and put them into lists; who is not known yet becomes a contact."""
    known: list[Deed] = []
    for deed in deeds:
        if (phone := deed.event["customer_phone"]) and not is_user_id(phone):
            known.append(deed)
        else:
            deed.failed("no_contact")
    people = [_contact(deed.event, make_id(time_to_ms(now))) for deed in known]
    contacts = await upsert_contacts(connection, company_id, people, now=now, fill=True)
    tags: dict[str, list[UUID]] = {}
    lists: dict[UUID, list[UUID]] = {}
    for deed, contact_id in zip(known, contacts, strict=True):
        if isinstance(deed.action, AddTag):
            tags.setdefault(deed.action.tag, []).append(contact_id)
        elif isinstance(deed.action, AddToList):
            lists.setdefault(deed.action.list_id, []).append(contact_id)
    for tag, members in tags.items():
        await tag_contacts(connection, company_id, list(dict.fromkeys(members)), [tag])
    gone = await unknown_lists(connection, company_id, list(lists)) if lists else set()
    for list_id, members in lists.items():
        if list_id not in gone:
            await add_to_list(connection, company_id, list_id, list(dict.fromkeys(members)), "rule")
    for deed in known:
        if isinstance(deed.action, AddToList) and deed.action.list_id in gone:
            deed.failed("list_gone")


def _contact(event: Row, contact_id: UUID) -> ContactWrite:
    return ContactWrite(
        id=contact_id,
        phone=event["customer_phone"],
        source="event",
        seen_at=event["created_at"],
        name=event["customer_name"],
        email=event["customer_email"],
        document=event["customer_document"],
        first_event_at=event["created_at"],
        last_event_at=event["created_at"],
        last_event_id=event["id"],
        last_event_type=event["event_type"],
    )


def _pix_event(deed: Deed) -> PixEvent | None:
    if not isinstance(deed.action, RecordPix):
        return None
    row = deed.event
    if row["order_id"] is None:
        deed.failed("no_order")
        return None
    return PixEvent(
        deed.case.company_id,
        row["order_id"],
        row["id"],
        row["created_at"],
        row["event_type"],
        row["customer_name"],
        row["customer_phone"],
        row["order_value_cents"],
        row["pix_expires_at"],
    )


async def tags_of_contacts(
    connection: Connection, people: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], frozenset[str]]:
    """Return the tags of contacts by company and phone."""
    if not people:
        return {}
    asked = sorted(people)
    rows = await connection.fetch(query("cases/contact_tags"), *map(list, zip(*asked, strict=True)))
    found: dict[tuple[UUID, str], set[str]] = {}
    for company_id, phone, tag in rows:
        found.setdefault((company_id, phone), set()).add(tag)
    return {person: frozenset(tags) for person, tags in found.items()}
