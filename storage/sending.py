"""The intent to send: what leaves the queue, under a lease, before it may be sent. Called by senders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from storage.pool import Connection
from storage.queries import query


@dataclass(frozen=True, slots=True)
class Intent:
    """What a sender is about to send for one session: at most 32 messages, with the number of each one's try."""

    id: UUID
    company_id: UUID
    session_id: UUID
    fence: int
    message_ids: list[UUID]
    attempts: list[int]


class Taken(NamedTuple):
    """What the queue knew about a message besides its content: it goes back with it after a failed try."""

    order_id: str | None
    cancel_on: list[str] | None
    campaign_id: UUID | None = None


NOTHING = Taken(None, None)


@dataclass(frozen=True, slots=True)
class Dispatched:
    """Only ``taken`` may be sent; a session that is not in ``leased`` has another owner, or its lease ran out."""

    taken: dict[UUID, Taken]
    leased: set[UUID]


async def dispatch(connection: Connection, owner: str, window_s: float, intents: Sequence[Intent]) -> Dispatched:
    """Record intents of several sessions in one statement, which is one transaction.

    Args:
        connection: in no transaction.
        owner: who holds the leases.
        window_s: what is taken may be sent for so long, counted from before this call.
        intents: at most 32 messages each.
    """
    sessions = {intent.session_id: intent.fence for intent in intents}
    flat = sorted(
        (message_id, intent.id, attempt)
        for intent in intents
        for message_id, attempt in zip(intent.message_ids, intent.attempts, strict=True)
    )
    rows = await connection.fetch(
        query("sending/dispatch"),
        list(sessions),
        list(sessions.values()),
        owner,
        timedelta(seconds=window_s),
        [row[0] for row in flat],
        [row[1] for row in flat],
        [row[2] for row in flat],
        [intent.id for intent in intents],
        [intent.company_id for intent in intents],
        [intent.session_id for intent in intents],
        [intent.fence for intent in intents],
    )
    taken: dict[UUID, Taken] = {}
    leased: set[UUID] = set()
    for session_id, message_id, order_id, cancel_on, campaign_id in rows:
        if message_id is None:
            leased.add(session_id)
        else:
            taken[message_id] = Taken(order_id, cancel_on, campaign_id)
    return Dispatched(taken, leased)


@dataclass(frozen=True, slots=True)
class OpenDispatch:
    """An intent whose time is over, and what of it has no answer."""

    id: UUID
    company_id: UUID
    session_id: UUID
    fence: int
    unanswered: list[tuple[UUID, int]]


async def delete_dispatches(connection: Connection, dispatch_ids: Sequence[UUID]) -> None:
    """Forget intents whose messages are all answered."""
    await connection.execute(query("sending/delete_dispatches"), list(dispatch_ids))


async def open_dispatches(
    connection: Connection, session_ids: Sequence[UUID], *, over_for_s: float, known: Sequence[UUID] = ()
) -> list[OpenDispatch]:
    """Return intents of these sessions that nobody will answer any more.

    Args:
        connection: any.
        session_ids: sessions whose lease the caller holds.
        over_for_s: only those whose ``send_before`` lies so many seconds back.
        known: dispatches that the caller is working on.
    """
    found: dict[UUID, OpenDispatch] = {}
    rows = await connection.fetch(
        query("sending/find_open_dispatches"), list(session_ids), timedelta(seconds=over_for_s), list(known)
    )
    for dispatch_id, company_id, session_id, fence, message_id, attempt in rows:
        entry = found.setdefault(dispatch_id, OpenDispatch(dispatch_id, company_id, session_id, fence, []))
        if message_id is not None:
            entry.unanswered.append((message_id, attempt))
    return list(found.values())
