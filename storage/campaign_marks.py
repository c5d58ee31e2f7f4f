"""Recipients of campaigns whose messages stand apart from the crowd: marked in the transaction that changes these.

Called by storage/message_changes.py for every message of a campaign that comes to be held, failed, uncertain,
cancelled or skipped, or ceases to be; the many that are accepted, sent, delivered and read cost nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from storage.pool import Connection
from storage.queries import query

# Statuses by which a recipient is marked: the few among many, found by an index of their own.
MARKED = frozenset({"skipped", "held", "failed", "uncertain", "cancelled"})


async def mark_recipients(connection: Connection, marks: Sequence[tuple[UUID, str, str | None]]) -> None:
    """Note what became of campaigns' messages (id, status, reason); a status that is none of ``MARKED`` unmarks."""
    if marks:
        await connection.execute(
            query("campaigns/mark_recipients"),
            [message_id for message_id, _, _ in marks],
            [status if status in MARKED else None for _, status, _ in marks],
            [reason if status in MARKED else None for _, status, reason in marks],
        )
