"""Messages that wait: holding, releasing and cancelling them, many at a time. Called by senders and the gateway."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from engine.ids import time_to_ms
from engine.message_states import at_text
from storage.answers import dead_letter
from storage.dead_letters import bury
from storage.message_changes import LockedMessage, Transition, lock, write
from storage.message_rows import NEVER
from storage.pool import Connection
from storage.queries import query

# What a session's resumption brings back; every other hold has its own end.
SESSION_REASONS = ("session_paused", "session_stopped", "session_removed", "session_incomplete")


async def cancel(
    connection: Connection, company_id: UUID, message_ids: Sequence[UUID], now: datetime, reason: str = "cancelled"
) -> list[Transition]:
    """Call messages off, inside the caller's transaction.

    Returns:
        What was cancelled. A message that is missing here is being sent, was sent, or is not this company's.
    """
    rows = await connection.fetch(query("sending/cancel_queued"), list(message_ids), company_id)
    waiting = {row[0] for row in rows}
    waiting |= await _held_by_rule(connection, company_id, [id_ for id_ in message_ids if id_ not in waiting])
    return await change_waiting(connection, sorted(waiting), "cancelled", reason, now)


async def _held_by_rule(connection: Connection, company_id: UUID, message_ids: Sequence[UUID]) -> set[UUID]:
    """Return the messages that are held without a place in the queue and that no dispatch has taken from it."""
    if not message_ids:
        return set()
    resting = [row[0] for row in await connection.fetch(query("sending/find_resting"), list(message_ids), company_id)]
    locked = await lock(connection, resting, company_id)
    return {message.id for message in locked.values() if message.status == "held"}


async def hold(
    connection: Connection, messages: Sequence[tuple[UUID, datetime | None]], reason: str, now: datetime
) -> list[Transition]:
    """Set queued messages aside until a time, or (None) until something releases them; in the caller's transaction.

    A message that has left the queue meanwhile is left alone.
    """
    until = dict(messages)
    rows = await connection.fetch(
        query("sending/postpone_queued"),
        list(until),
        [NEVER if moment is None else moment for moment in until.values()],
    )
    return await change_waiting(connection, [row[0] for row in rows], "held", reason, now, until)


async def hold_session(
    connection: Connection, session_id: UUID, reason: str, now: datetime, most: int
) -> tuple[int, list[Transition]]:
    """Set aside at most ``most`` of a session's due messages; return how many, and what changed. 0: none are left."""
    rows = await connection.fetch(query("sending/hold_session"), session_id, most)
    return len(rows), await change_waiting(connection, [row[0] for row in rows], "held", reason, now)


async def release_session(
    connection: Connection, session_id: UUID, now: datetime, most: int
) -> tuple[int, list[Transition]]:
    """Bring back at most ``most`` messages that wait for their session; return how many, and what changed."""
    rows = await connection.fetch(query("sending/release_session"), session_id, list(SESSION_REASONS), most)
    return len(rows), await change_waiting(connection, [row[0] for row in rows], "queued", None, now)


async def release_messages(connection: Connection, message_ids: Sequence[UUID], now: datetime) -> list[Transition]:
    """Bring back held messages that wait for nothing any more; in the caller's transaction."""
    rows = await connection.fetch(query("sending/release_waiting"), list(message_ids))
    return await change_waiting(connection, [row[0] for row in rows], "queued", None, now)


async def release_budgets(
    connection: Connection, session_id: UUID, reasons: Sequence[str], now: datetime, most: int
) -> tuple[int, list[Transition]]:
    """Bring back at most ``most`` messages that budgets hold for these reasons; return how many, and what changed."""
    rows = await connection.fetch(query("sending/release_budgets"), session_id, list(reasons), most)
    return len(rows), await change_waiting(connection, [row[0] for row in rows], "queued", None, now)


async def refuse(
    connection: Connection, message_ids: Sequence[UUID], reason: str, now: datetime, make_id: Callable[[int], UUID]
) -> list[Transition]:
    """Fail queued messages that may never be sent, each with its dead letter; in the caller's transaction."""
    rows = await connection.fetch(query("sending/leave_queue"), list(message_ids))
    at, now_ms = at_text(time_to_ms(now)), time_to_ms(now)
    failed: list[LockedMessage] = []
    for message in (await lock(connection, [row[0] for row in rows])).values():
        if message.go("failed", at, reason):
            message.next_attempt_at = None
            failed.append(message)
    await write(connection, failed, now)
    letters = [dead_letter(make_id(now_ms), message, "permanent", None, now) for message in failed]
    if letters:
        await bury(connection, letters)
    return [transition for message in failed if (transition := message.transition) is not None]


async def change_waiting(
    connection: Connection,
    message_ids: Sequence[UUID],
    status: str,
    reason: str | None,
    now: datetime,
    until: dict[UUID, datetime | None] | None = None,
) -> list[Transition]:
    """Give messages another status, as far as they may take it; return what changed. Their place in the queue is the
    caller's business."""
    at = at_text(time_to_ms(now))
    changed: list[LockedMessage] = []
    for message in (await lock(connection, message_ids)).values():
        if message.go(status, at, reason):
            message.next_attempt_at = until.get(message.id) if until else None
            changed.append(message)
    await write(connection, changed, now)
    return [transition for message in changed if (transition := message.transition) is not None]
