"""AI's answers that have not left yet, once a person has the conversation: called off in that person's transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from engine.conversations import TAKEN_OVER
from storage.message_changes import Transition
from storage.pool import Connection
from storage.queries import query
from storage.waiting import cancel


async def call_off_answers(
    connection: Connection, company_id: UUID, conversation_id: UUID, now: datetime
) -> list[Transition]:
    """Cancel what AI has written in a conversation and what still waits; return what was cancelled, to be counted.

    A sender may have such a message in its memory already; its intent then finds nothing in the queue.
    """
    rows = await connection.fetch(query("conversations/find_machine_answers"), company_id, conversation_id)
    return await cancel(connection, company_id, [row[0] for row in rows], now, TAKEN_OVER) if rows else []
