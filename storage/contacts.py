"""Contacts: written from events, imports and by hand, one per canonical phone; their tags and consents.

Lists of them for the API are in ``storage/contact_search.py``, audiences in ``storage/audience.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from engine.errors import Conflict
from engine.ids import id_time
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactWrite:
    """A person as somebody came to know them; what is None says nothing.

    Attributes:
        id: a fresh UUIDv7, for a person who is not known yet.
        phone: canonical (engine/phones.py).
        source: how a new person came: ``event``, ``message``, ``import``, ``api``.
        seen_at: when they were seen.
    """

    id: UUID
    phone: str
    source: str
    seen_at: datetime
    wa_id: str | None = None
    bsuid: str | None = None
    name: str | None = None
    email: str | None = None
    document: str | None = None
    fields: dict[str, Any] | None = None
    first_event_at: datetime | None = None
    last_event_at: datetime | None = None
    last_event_id: UUID | None = None
    last_event_type: str | None = None
    last_inbound_at: datetime | None = None

    def over(self, earlier: ContactWrite) -> ContactWrite:
        """Return both as one, of one phone: this one's word counts where it has one."""
        fields = {**(earlier.fields or {}), **(self.fields or {})} or None
        later = self if _at(self.last_event_at) >= _at(earlier.last_event_at) else earlier
        return replace(
            self,
            id=earlier.id,
            source=self.source if earlier.source == "message" else earlier.source,
            seen_at=min(self.seen_at, earlier.seen_at),
            wa_id=self.wa_id or earlier.wa_id,
            bsuid=self.bsuid or earlier.bsuid,
            name=self.name or earlier.name,
            email=self.email or earlier.email,
            document=self.document or earlier.document,
            fields=fields,
            first_event_at=_least(self.first_event_at, earlier.first_event_at),
            last_event_at=later.last_event_at,
            last_event_id=later.last_event_id,
            last_event_type=later.last_event_type,
            last_inbound_at=_greatest(self.last_inbound_at, earlier.last_inbound_at),
        )


class ContactChange(NamedTuple):
    """A contact's own columns as a person sets them; ``fields`` are the custom ones."""

    phone: str | None
    name: str | None
    email: str | None
    document: str | None
    fields: dict[str, Any]


async def find_hidden_phones(executor: Pool | Connection, company_id: UUID, user_ids: Iterable[str]) -> dict[str, str]:
    """Return the phones of a company's people by WhatsApp's business-scoped ids, of those who are known by both."""
    rows = await executor.fetch(query("contacts/find_by_user_id"), company_id, list(user_ids))
    return {row["bsuid"]: row["phone"] for row in rows}


async def upsert_contacts(
    connection: Connection, company_id: UUID, rows: Sequence[ContactWrite], *, now: datetime, fill: bool = False
) -> list[UUID]:
    """Make or complete contacts by their phones, inside the caller's transaction.

    Args:
        connection: in a transaction.
        company_id: whose.
        rows: the people; the later of two with one phone counts.
        now: becomes ``updated_at``.
        fill: what is known stays, and only blanks are filled; else the new word counts.

    Returns:
        The contact of each row, in their order.
    """
    merged: dict[str, ContactWrite] = {}
    # A name that people gave themselves on WhatsApp comes after a checkout's.
    for row in sorted(rows, key=lambda row: row.source == "message") if fill else rows:
        known = merged.get(row.phone)
        if known is None:
            merged[row.phone] = row
        else:
            merged[row.phone] = known.over(row) if fill else row.over(known)
    if not merged:
        return []
    ordered = [merged[phone] for phone in sorted(merged)]  # in one order, so that two writers never wait in a circle
    found = await connection.fetch(
        query("contacts/upsert_contacts"),
        company_id,
        [row.id for row in ordered],
        [row.phone for row in ordered],
        [row.wa_id for row in ordered],
        [row.bsuid for row in ordered],
        [row.name for row in ordered],
        [row.email for row in ordered],
        [row.document for row in ordered],
        [orjson.dumps(row.fields).decode() if row.fields else None for row in ordered],
        [row.source for row in ordered],
        [row.seen_at for row in ordered],
        [row.first_event_at for row in ordered],
        [row.last_event_at for row in ordered],
        [row.last_event_id for row in ordered],
        [row.last_event_type for row in ordered],
        now,
        [row.last_inbound_at for row in ordered],
        fill,
    )
    ids = {row["phone"]: row["id"] for row in found}
    return [ids[row.phone] for row in rows]


async def find_by_phone(executor: Pool | Connection, company_id: UUID, phones: Iterable[str]) -> dict[str, UUID]:
    """Return the contacts that have these phones (canonical)."""
    rows = await executor.fetch(query("contacts/find_contacts_by_phone"), company_id, list(phones))
    return {row["phone"]: row["id"] for row in rows}


async def read_contacts(executor: Pool | Connection, company_id: UUID, contact_ids: Sequence[UUID]) -> list[Row]:
    """Return contacts as they are shown, newest first; those that are not there are left out."""
    return await fetch_rows(executor, "contacts/read_contacts", company_id, list(contact_ids))


async def find_phones(
    executor: Pool | Connection, company_id: UUID, contact_ids: Sequence[UUID]
) -> dict[UUID, str | None]:
    """Return those of contacts that are there, each with its phone (None: only WhatsApp's id is known)."""
    rows = await executor.fetch(query("contacts/find_contacts"), company_id, list(contact_ids))
    return {row["id"]: row["phone"] for row in rows}


async def hold_contacts(connection: Connection, company_id: UUID, contact_ids: Iterable[UUID]) -> set[UUID]:
    """Return those of contacts that are there, and keep them from being deleted until the transaction ends."""
    rows = await connection.fetch(query("contacts/hold_contacts"), company_id, list(contact_ids))
    return {row["id"] for row in rows}


async def get_contact(executor: Pool | Connection, company_id: UUID, contact_id: UUID) -> Row | None:
    """Return a contact as it is shown, or None."""
    found = await read_contacts(executor, company_id, [contact_id])
    return found[0] if found else None


async def lock_contact(connection: Connection, company_id: UUID, contact_id: UUID) -> ContactChange | None:
    """Return a contact's own columns, locked until the transaction ends; None if there is none."""
    row = await fetch_one(connection, "contacts/lock_contact", company_id, contact_id)
    if row is None:
        return None
    return ContactChange(row["phone"], row["name"], row["email"], row["document"], orjson.loads(row["fields"]))


async def insert_contact(connection: Connection, company_id: UUID, contact_id: UUID, new: ContactChange) -> None:
    """Store a contact made by hand.

    Raises:
        Conflict: the company has a contact of this phone.
    """
    values = (new.phone, new.name, new.email, new.document, orjson.dumps(new.fields).decode())
    try:
        await connection.execute(
            query("contacts/insert_contact"), company_id, contact_id, *values, "api", id_time(contact_id)
        )
    except asyncpg.UniqueViolationError as error:
        raise Conflict("the company has a contact of this phone already") from error


async def update_contact(
    connection: Connection, company_id: UUID, contact_id: UUID, changed: ContactChange, now: datetime
) -> None:
    """Store a contact as a person changed it.

    Raises:
        Conflict: the company has another contact of this phone.
    """
    values = (changed.phone, changed.name, changed.email, changed.document, orjson.dumps(changed.fields).decode())
    try:
        await connection.execute(query("contacts/update_contact"), company_id, contact_id, *values, now)
    except asyncpg.UniqueViolationError as error:
        raise Conflict("the company has another contact of this phone") from error


async def delete_contacts(executor: Pool | Connection, company_id: UUID, contact_ids: Sequence[UUID]) -> list[UUID]:
    """Remove contacts with their tags, places in lists and consents; return those that were there."""
    rows = await executor.fetch(query("contacts/delete_contacts"), company_id, list(contact_ids))
    return [row["id"] for row in rows]


async def tag_contacts(
    connection: Connection, company_id: UUID, contact_ids: Sequence[UUID], tags: Sequence[str]
) -> int:
    """Add tags (engine/contacts.py:tag_name) to contacts; return how many were new."""
    if not contact_ids or not tags:
        return 0
    return int(await connection.fetchval(query("contacts/add_tags"), company_id, list(contact_ids), sorted(set(tags))))


async def untag_contacts(
    connection: Connection, company_id: UUID, contact_ids: Sequence[UUID], tags: Sequence[str]
) -> int:
    """Take tags off contacts; return how many there were."""
    return int(await connection.fetchval(query("contacts/remove_tags"), company_id, list(contact_ids), list(tags)))


async def set_tags(connection: Connection, company_id: UUID, contact_id: UUID, tags: Sequence[str]) -> None:
    """Make these a contact's tags, and no others."""
    await connection.execute(query("contacts/set_tags"), company_id, contact_id, sorted(set(tags)))


async def list_tags(executor: Pool | Connection, company_id: UUID, after: str, limit: int) -> list[Row]:
    """Return tags in their order behind a name, each with how many contacts have it, up to 10,001."""
    return await fetch_rows(executor, "contacts/list_tags", company_id, after, limit)


class Consent(NamedTuple):
    """What a person agreed to (or withdrew), where and when."""

    purpose: str
    granted: bool
    source: str
    note: str | None
    at: datetime
    created_by: str


async def add_consent(
    executor: Pool | Connection, company_id: UUID, contact_id: UUID, consent_id: UUID, consent: Consent
) -> bool:
    """Note a person's word; return whether there is such a contact."""
    created_at = id_time(consent_id)
    return (
        await executor.fetchval(query("contacts/add_consent"), company_id, contact_id, consent_id, *consent, created_at)
        is not None
    )


async def list_consents(
    executor: Pool | Connection, company_id: UUID, contact_id: UUID, before: UUID, limit: int
) -> list[Row]:
    """Return a person's words, newest first, behind an id."""
    return await fetch_rows(executor, "contacts/list_consents", company_id, contact_id, before, limit)


async def count_consents(executor: Pool | Connection, company_id: UUID, contact_id: UUID) -> int:
    """Return how many words a person has, up to 10,001."""
    return int(await executor.fetchval(query("contacts/count_consents"), company_id, contact_id))


_NEVER = datetime.min


def _at(moment: datetime | None) -> datetime:
    return _NEVER if moment is None else moment.replace(tzinfo=None)


def _least(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other


def _greatest(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other
