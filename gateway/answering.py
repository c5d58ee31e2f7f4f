"""Messages that answer somebody: who wrote them, and what they mean for the conversation. Used where people send."""

from __future__ import annotations

from uuid import UUID

from engine.conversations import Hands, answered_by_hand
from engine.drafts import TRANSACTIONAL
from gateway.calls import Call
from storage.conversations import Author, change_conversation, find_conversation, lock_conversation, note_outbound
from storage.machine_answers import call_off_answers
from storage.members import get_member
from storage.message_changes import Transition
from storage.message_rows import MessageRow
from storage.pool import Connection
from storage.searching import Row


async def author_of(call: Call, connection: Connection) -> Author:
    """Return who asks, as conversations name them: a person by name, never by their whole e-mail address."""
    principal = call.principal
    if principal is None or principal.person is None:
        return Author(
            "key", None if principal is None else principal.key_id, "" if principal is None else principal.name
        )
    member = await get_member(connection, call.company_id, principal.person.user_id)
    name = (member["name"] if member else "") or principal.name.partition("@")[0]
    return Author("person", principal.person.user_id, name)


async def note_answer(call: Call, connection: Connection, row: MessageRow) -> list[Transition]:
    """Note a message that is sent by hand as its person's answer; bulk answers nobody."""
    if row.lane != TRANSACTIONAL:
        return []
    if await find_conversation(connection, row.company_id, row.session_id, row.to_phone) is None:
        return []
    author = await author_of(call, connection)
    await note_outbound(
        connection,
        row.company_id,
        row.session_id,
        row.to_phone,
        row.text,
        row.created_at,
        message_id=row.id,
        author=author,
    )
    return []


async def note_reply(call: Call, conversation: Row, connection: Connection, row: MessageRow) -> list[Transition]:
    """Note an answer out of the inbox: it also takes the conversation over from AI, and is read.

    Returns:
        What AI had written there and what is not going to be sent any more.
    """
    held = await lock_conversation(connection, call.company_id, conversation["id"])
    if held is None:  # erased meanwhile: the message is one like any other
        return []
    await note_answer(call, connection, row)
    after = answered_by_hand(hands_of(held), user_of(call))
    return await keep_hands(call, connection, held, after)


async def keep_hands(call: Call, connection: Connection, held: Row, after: Hands) -> list[Transition]:
    """Store whose a locked conversation is now; what AI had written there and has not left yet is called off."""
    now = call.now()
    await change_conversation(connection, call.company_id, held["id"], after, now)
    if after.ai_on or not held["ai_on"]:
        return []
    return await call_off_answers(connection, call.company_id, held["id"], now)


def hands_of(row: Row) -> Hands:
    """Return what people change about a conversation, as it is stored."""
    return Hands(**{name: row[name] for name in Hands.__slots__})


def user_of(call: Call) -> UUID | None:
    """Return the person who asks; None for a key."""
    person = None if call.principal is None else call.principal.person
    return None if person is None else person.user_id
