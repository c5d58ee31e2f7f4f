"""Messages as they are born: a row in ``messages`` and one in ``message_queue``, by COPY in the caller's transaction.

Used by whoever makes messages: the shards (rules), the gateway (``POST /messages``) and the scheduler (second tries).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.drafts import TRANSACTIONAL
from engine.ids import id_time, time_to_ms
from engine.times import rfc3339
from storage.pool import Connection

# Postgres' 'infinity' as asyncpg writes it: a held message is looked at by nobody until something releases it.
NEVER = datetime.max.replace(tzinfo=UTC)
# How long the scheduler leaves a message alone that was handed to its sender at once.
HANDED_OVER_S = 15


class MessageRow(NamedTuple):
    """A new message. ``due_at``, ``look_at`` and ``cancel_on`` go into ``message_queue``, the rest into ``messages``.

    Attributes:
        id: UUIDv7; ``created_at`` must be ``engine.ids.id_time(id)``.
        components, error, timeline, content: JSON as text.
        status: ``queued`` or ``scheduled`` (due later), ``held`` (with a reason), ``skipped`` or ``failed``.
        due_at: None keeps the message out of the queue (``skipped``, ``failed``).
        look_at: when the scheduler should look at it: ``due_at``; now + ``HANDED_OVER_S`` when the caller hands it to
            its sender after the commit; ``NEVER`` while held.
        cancel_on: event types of the same order that call it off.
        content: what its request body holds beside text and template (``engine/outgoing.py``).
        variant: which variant of its template it says (``engine/drafts.py:Variant``), JSON as text.
    """

    id: UUID
    company_id: UUID
    created_at: datetime
    event_id: UUID | None
    rule_id: UUID | None
    rule_version: int | None
    campaign_id: UUID | None
    session_id: UUID
    to_phone: str
    order_id: str | None
    lane: str
    type: str
    text: str
    template_id: UUID | None
    template_name: str | None
    template_language: str | None
    components: str | None
    category: str | None
    status: str
    reason: str | None
    attempt: int
    next_attempt_at: datetime | None
    provider_id: str | None
    error: str | None
    retry_of: UUID | None
    timeline: str
    updated_at: datetime
    due_at: datetime | None
    look_at: datetime | None
    cancel_on: Sequence[str] | None
    content: str | None = None
    variant: str | None = None


MESSAGE_COLUMNS = (*MessageRow._fields[:27], "content", "variant")
QUEUE_COLUMNS = (
    "message_id",
    "company_id",
    "session_id",
    "lane",
    "order_id",
    "cancel_on",
    "due_at",
    "look_at",
    "campaign_id",
)


def direct_message(
    message_id: UUID,
    company_id: UUID,
    session_id: UUID,
    to_phone: str,
    text: str,
    later: datetime | None = None,
) -> MessageRow:
    """Return the row of a plain text that neither a rule nor a campaign makes: transactional, and due at once.

    Whoever makes something else of it replaces its columns (``_replace``).

    Args:
        message_id: UUIDv7; the message is made at its time.
        company_id, session_id, to_phone, text: who says what to whom.
        later: it is scheduled for then.
    """
    created_at = id_time(message_id)
    status = "queued" if later is None else "scheduled"
    first = {"status": status, "at": rfc3339(created_at), "reason": None, "attempt": 0}
    return MessageRow(
        id=message_id,
        company_id=company_id,
        created_at=created_at,
        event_id=None,
        rule_id=None,
        rule_version=None,
        campaign_id=None,
        session_id=session_id,
        to_phone=to_phone,
        order_id=None,
        lane=TRANSACTIONAL,
        type="text",
        text=text,
        template_id=None,
        template_name=None,
        template_language=None,
        components=None,
        category=None,
        status=status,
        reason=None,
        attempt=0,
        next_attempt_at=later,
        provider_id=None,
        error=None,
        retry_of=None,
        timeline=orjson.dumps([first]).decode(),
        updated_at=created_at,
        due_at=later or created_at,
        look_at=later or created_at + timedelta(seconds=HANDED_OVER_S),
        cancel_on=None,
    )


async def create_messages(connection: Connection, rows: Sequence[MessageRow]) -> None:
    """Write new messages and their places in the queue, inside the caller's transaction.

    Raises:
        asyncpg.UniqueViolationError: one of the ids is known already.
    """
    if not rows:
        return
    await connection.copy_records_to_table(
        "messages", records=[(*row[:27], row.content, row.variant) for row in rows], columns=MESSAGE_COLUMNS
    )
    waiting = [
        (
            row.id,
            row.company_id,
            row.session_id,
            row.lane,
            row.order_id,
            row.cancel_on,
            row.due_at,
            row.look_at,
            row.campaign_id,
        )
        for row in rows
        if row.due_at is not None
    ]
    if waiting:
        await connection.copy_records_to_table("message_queue", records=waiting, columns=QUEUE_COLUMNS)


def ended(message: MessageRow, status: str, reason: str) -> MessageRow:
    """Return a new message that ends before it begins: it is kept, and never queued."""
    entry = {"status": status, "at": rfc3339(message.created_at), "reason": reason, "attempt": 0}
    timeline = orjson.dumps([entry]).decode()
    return message._replace(
        status=status, reason=reason, due_at=None, look_at=None, next_attempt_at=None, timeline=timeline
    )


def hand_over(row: MessageRow, event_ms: int | None, components: Any) -> dict[str, Any]:
    """Return what ``SenderHost.enqueue`` takes for a message that is due now.

    Args:
        row: the message, committed.
        event_ms: when its event came in (milliseconds since 1970), for the latency to acceptance.
        components: ``row.components`` as values, which the caller has at hand.
    """
    wire = {
        "id": row.id.bytes,
        "company": row.company_id.bytes,
        "session": row.session_id.bytes,
        "to": row.to_phone,
        "lane": row.lane,
        "type": row.type,
        "text": row.text,
        "template": None
        if row.template_name is None
        else {"name": row.template_name, "language": row.template_language, "components": components},
        "category": row.category,
        "event_ms": event_ms,
        "due_ms": time_to_ms(row.due_at) if row.due_at is not None else time_to_ms(row.created_at),
        "attempt": row.attempt,
    }
    if row.campaign_id is not None:
        wire["campaign"] = row.campaign_id.bytes
    if row.content is not None:  # few messages have one: the others' wire stays as short as it is
        wire["content"] = orjson.loads(row.content)
    return wire
