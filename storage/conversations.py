"""Conversations: inbound messages folded into one row per number and person, and what people and AI make of it.

:func:`fold_inbound` runs in the transaction that stores the events (storage/consequences.py). Whoever understands or
answers (AI workers) and whoever acts for people (the gateway) uses the rest, each call in its own transaction's hands.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engine.conversations import SHOWN, Hands
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one

Person = tuple[UUID, UUID, str]  # company, session, phone


class Heard(NamedTuple):
    """An inbound message as its conversation takes it.

    Attributes:
        at: when the person wrote it, at most when it was received.
        asks: somebody waits for an answer; otherwise it is noted and changes neither state nor what is unread.
        turn: whoever understands messages should look at it.
    """

    company_id: UUID
    session_id: UUID
    phone: str
    at: datetime
    event_id: UUID
    type: str
    text: str | None = None
    name: str | None = None
    asks: bool = True
    turn: bool = True


class Author(NamedTuple):
    """Who wrote an answer: ``person``, ``ai`` or ``key``; the user's or key's id and name."""

    kind: str
    id: UUID | None = None
    name: str = ""


AI = Author("ai")


class TurnEnd(NamedTuple):
    """What became of a conversation's message.

    Attributes:
        intent, confidence: what it wants; None: it has no text.
        handed_over: why people have the conversation now: AI is off and it is open. A first reason stays.
        message_id, text: AI's answer, after which nobody waits; None: there is none.
    """

    company_id: UUID
    conversation_id: UUID
    intent: str | None = None
    confidence: float | None = None
    handed_over: str | None = None
    message_id: UUID | None = None
    text: str | None = None


async def fold_inbound(connection: Connection, heard: Sequence[Heard], now: datetime) -> None:
    """Fold fresh inbound messages and note their turns, in one statement inside the caller's transaction.

    In whatever order messages come, and however they are spread over transactions, the same row comes of them. An
    answer ends the waiting for what was stored before it; what is stored later waits anew, whenever it was written.
    """
    people: dict[Person, list[Heard]] = {}
    for one in heard:
        people.setdefault(one[:3], []).append(one)
    # In one order, so that two writers never wait in a circle.
    folded = [_fold(people[person]) for person in sorted(people)]
    turns = [one for one in heard if one.asks and one.turn]
    await connection.execute(
        query("conversations/fold_inbound"),
        *map(list, zip(*folded, strict=True)),
        now,
        [one.event_id for one in turns],
        [one.company_id for one in turns],
        [one.session_id for one in turns],
        [one.phone for one in turns],
    )


def _fold(heard: Sequence[Heard]) -> tuple[object, ...]:
    """Return one person's messages of a batch as one row of the statement."""
    last = max(heard, key=lambda one: (one.at, one.event_id))
    asked = [one.at for one in heard if one.asks]
    named = max(((one.at, one.name) for one in heard if one.name is not None), default=(None, None))
    first = min(one.event_id for one in heard)
    text = None if last.text is None else last.text[:SHOWN]
    return (
        *last[:3],
        first,
        named[1],
        named[0],
        len(asked),
        min(asked, default=None),
        last.at,
        last.event_id,
        last.type,
        text,
    )


async def read_conversation(executor: Pool | Connection, company_id: UUID, conversation_id: UUID) -> Row | None:
    """Return one of a company's conversations; None where there is none."""
    return await fetch_one(executor, "conversations/get_conversation", company_id, conversation_id)


async def find_conversation(executor: Pool | Connection, company_id: UUID, session_id: UUID, phone: str) -> Row | None:
    """Return the conversation of a number with a person; None where they have not written to it."""
    return await fetch_one(executor, "conversations/find_conversation", company_id, session_id, phone)


async def lock_conversation(connection: Connection, company_id: UUID, conversation_id: UUID) -> Row | None:
    """Return a conversation that nobody else changes until the transaction ends."""
    return await fetch_one(connection, "conversations/lock_conversation", company_id, conversation_id)


async def lock_conversations(
    connection: Connection, places: Sequence[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], bool]:
    """Hold conversations (company, conversation) until the transaction ends; return of each whether AI is on."""
    if not places:
        return {}
    rows = await connection.fetch(query("conversations/lock_conversations"), *map(list, zip(*places, strict=True)))
    return {(row["company_id"], row["id"]): row["ai_on"] for row in rows}


async def end_turns(connection: Connection, ends: Sequence[TurnEnd], now: datetime) -> None:
    """Note in conversations what became of their messages, one each, in the transaction that holds them."""
    if ends:
        shown = [end._replace(text=None if end.text is None else end.text[:SHOWN].strip() or None) for end in ends]
        await connection.execute(query("conversations/end_turns"), *map(list, zip(*shown, strict=True)), now)


async def note_outbound(
    connection: Connection | Pool,
    company_id: UUID,
    session_id: UUID,
    phone: str,
    text: str,
    now: datetime,
    *,
    message_id: UUID | None = None,
    author: Author = AI,
) -> None:
    """Note an answer, by a person or by AI, in its message's transaction: nobody waits any more.

    Messages of rules and campaigns answer nobody, and are not noted. Who never wrote has no conversation.

    Args:
        connection: in the transaction that makes the message.
        company_id, session_id, phone: whose conversation.
        text: what is said; its beginning is shown.
        now: when.
        message_id: the answer's message, so that the thread tells who wrote it.
        author: who wrote it.
    """
    shown = text[:SHOWN].strip() or None
    await connection.execute(
        query("conversations/note_outbound"), company_id, session_id, phone, shown, now, message_id, *author
    )


async def change_conversation(
    connection: Connection, company_id: UUID, conversation_id: UUID, after: Hands, now: datetime
) -> None:
    """Store what a person makes of a conversation that the caller has locked."""
    await connection.execute(
        query("conversations/update_conversation"),
        company_id,
        conversation_id,
        after.state,
        after.assignee_id,
        after.ai_on,
        after.ai_off_reason,
        after.unread,
        after.waiting_since,
        now,
    )


async def mark_read(
    executor: Pool | Connection, company_id: UUID, conversation_id: UUID, upto: UUID | None, now: datetime
) -> None:
    """Note that somebody has read a conversation; not if its last message is another than ``upto`` by now."""
    await executor.execute(query("conversations/mark_read"), company_id, conversation_id, upto, now)
