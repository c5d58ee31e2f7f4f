"""Contacts that are tagged or put into a list many at a time: whom it changes, and the change."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from storage.contact_lists import add_to_list, remove_from_list
from storage.contacts import tag_contacts, untag_contacts
from storage.pool import Connection
from storage.queries import query


class ContactsChange(NamedTuple):
    """Tags or a list, given (``adds``) or taken away."""

    adds: bool
    tags: tuple[str, ...] = ()
    list_id: UUID | None = None


async def find_unchanged(
    connection: Connection, company_id: UUID, change: ContactsChange, contact_ids: Sequence[UUID]
) -> set[UUID]:
    """Return those of these contacts that are so already: with all of the tags or in the list, or with none."""
    if not contact_ids:
        return set()
    if change.list_id is not None:
        rows = await connection.fetch(
            query("contact_lists/find_members"), company_id, change.list_id, list(contact_ids)
        )
        having = {row["contact_id"] for row in rows}
        return having if change.adds else set(contact_ids) - having
    tags = sorted(set(change.tags))
    rows = await connection.fetch(query("contacts/count_given_tags"), company_id, list(contact_ids), tags)
    having = {row["contact_id"] for row in rows if not change.adds or row["number"] == len(tags)}
    return having if change.adds else set(contact_ids) - having


async def apply_change(
    connection: Connection, company_id: UUID, change: ContactsChange, contact_ids: Sequence[UUID], source: str
) -> None:
    """Change these contacts, inside the caller's transaction; what is so already stays."""
    if change.list_id is not None:
        if change.adds:
            await add_to_list(connection, company_id, change.list_id, contact_ids, source)
        else:
            await remove_from_list(connection, company_id, change.list_id, contact_ids)
    elif change.adds:
        await tag_contacts(connection, company_id, contact_ids, change.tags)
    else:
        await untag_contacts(connection, company_id, contact_ids, change.tags)
