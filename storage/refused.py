"""Values that Postgres refuses: what it says of them, and how an event is stored without them."""

from __future__ import annotations

import asyncpg

from storage.ingest_rows import EVENT_COLUMNS, DeliveryWrite, EventWrite
from storage.pool import Connection

_PAYLOAD = EVENT_COLUMNS.index("payload")
_REASON = EVENT_COLUMNS.index("reason")
_STATE = EVENT_COLUMNS.index("state")
_TEXTS = tuple(EVENT_COLUMNS.index(name) for name in (*EVENT_COLUMNS[7:10], *EVENT_COLUMNS[12:22], "runs", "payload"))
# What Postgres says of values it cannot hold: text, jsonb, an index entry that is too long, a date out of range.
REFUSED = (
    asyncpg.DataError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.StatementTooComplexError,
    OverflowError,
    UnicodeError,
    ValueError,
)


async def blank_refused(connection: Connection, delivery: DeliveryWrite) -> None:
    """Take out of a delivery's events what Postgres refuses, so that they can be stored with a reason.

    First every payload is tried alone; events whose payload is fine but whose row was refused all the same lose
    their texts and become failed events. The delivery's bytes stay as they came.
    """
    refused = 0
    for event in delivery.events:
        why = await _refusal(connection, event.row[_PAYLOAD])
        if why is not None:
            event.row[_PAYLOAD] = None
            event.row[_REASON] = event.row[_REASON] or f"payload_refused:{why}"
            refused += 1
    if not refused:
        for event in delivery.events:
            strip_to_bytes(event)


def strip_to_bytes(event: EventWrite) -> None:
    """Leave nothing of an event but its ids and times: it is kept as failed, its bytes in the delivery."""
    for index in _TEXTS:
        event.row[index] = None
    event.row[_STATE] = "failed"
    event.row[_REASON] = "row_refused"
    event.messages.clear()
    event.cancels = None
    event.heard = None


async def _refusal(connection: Connection, payload: object) -> str | None:
    if payload is None:
        return None
    try:
        await connection.fetchval("SELECT $1::jsonb IS NOT NULL", payload)
    except asyncpg.PostgresError as error:
        return error.sqlstate or type(error).__name__
    except REFUSED as error:
        return type(error).__name__
    return None
