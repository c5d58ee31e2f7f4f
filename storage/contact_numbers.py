"""People who have another number: contact and conversations go with them, and so does what they said about messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from storage.contacts import find_by_phone
from storage.conversation_people import follow_number
from storage.pool import Connection
from storage.queries import query


async def change_numbers(
    connection: Connection, company_id: UUID, changes: Iterable[tuple[str, str]], now: datetime
) -> None:
    """Give contacts their new phones, in the order of the changes (old phone, new phone), in the caller's transaction.

    Where there is a contact of the new phone both become one, which is that one.
    """
    for old, new in changes:
        await connection.execute(query("suppressions/follow_number"), company_id, old, new)
        await follow_number(connection, company_id, old, new, now)
        if await connection.fetchval(query("contacts/move_number"), company_id, old, new, now) is not None:
            continue
        known = await find_by_phone(connection, company_id, (old, new))
        if len(known) == 2:
            await connection.execute(query("contacts/merge_contacts"), company_id, known[old], known[new], now)
