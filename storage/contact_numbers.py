"""People who have another number: contact and conversations go with them, and so does what they said about messages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from storage.contacts import find_by_phone
from storage.conversation_people import find_kept_ids, follow_number
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


async def tell_numbers(connection: Connection, company_id: UUID, numbers: Mapping[str, str], now: datetime) -> None:
    """Put the number in the place of WhatsApp's id of those who wrote without one before, in the caller's transaction.

    Args:
        connection: in a transaction.
        company_id: whose people.
        numbers: phones by user ids, as messages told both; most of these people never hid their number.
        now: of the change.
    """
    for user_id in sorted(await find_kept_ids(connection, company_id, list(numbers))):
        phone = numbers[user_id]
        await connection.execute(query("conversations/tell_number_of_events"), company_id, user_id, phone)
        await connection.execute(query("conversations/tell_number_of_messages"), company_id, user_id, phone)
        await change_numbers(connection, company_id, [(user_id, phone)], now)
        await connection.execute(query("conversations/tell_number_of_waits"), company_id, user_id, phone)
