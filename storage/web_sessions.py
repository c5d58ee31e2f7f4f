"""WhatsApp-Web sessions: their settings, what their processes remember, messages that are skipped. Called by actors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from engine.ids import time_to_ms
from engine.message_states import at_text
from storage.message_changes import LockedMessage, Transition, lock, write
from storage.pool import Connection, Pool
from storage.queries import query


@dataclass(frozen=True, slots=True)
class WebSessionRow:
    """One session; ``status`` and ``memory`` as its process last wrote them (empty before)."""

    company_id: UUID
    phone: str | None
    state: str
    reason: str | None
    resume_at: datetime | None
    options: dict[str, Any]
    time_zone: str
    status: dict[str, Any]
    memory: dict[str, Any]


async def list_web_sessions(executor: Pool | Connection) -> list[UUID]:
    """Return every WhatsApp-Web session of the installation."""
    return [row["id"] for row in await executor.fetch(query("web/list_web_sessions"))]


async def load_web_session(executor: Pool | Connection, session_id: UUID) -> WebSessionRow | None:
    """Return a session; None if it was removed, or is of another kind."""
    row = await executor.fetchrow(query("web/load_web_session"), session_id)
    if row is None:
        return None
    return WebSessionRow(
        company_id=row["company_id"],
        phone=row["phone"],
        state=row["state"],
        reason=row["reason"],
        resume_at=row["resume_at"],
        options=_object(row["options"]),
        time_zone=row["time_zone"],
        status=_object(row["status"]),
        memory=_object(row["memory"]),
    )


async def save_web_session(
    executor: Pool | Connection, session_id: UUID, fence: int, status: dict[str, Any], memory: dict[str, Any]
) -> None:
    """Keep what a session's process must know after a restart; a younger lease's words are left standing."""
    await executor.execute(
        query("web/save_web_session"), session_id, fence, orjson.dumps(status).decode(), orjson.dumps(memory).decode()
    )


async def get_web_status(
    executor: Pool | Connection, company_id: UUID, session_id: UUID
) -> tuple[dict[str, Any], datetime] | None:
    """Return how a company's session stood, and when that was written; None if its process has never run."""
    row = await executor.fetchrow(query("web/get_web_status"), company_id, session_id)
    return None if row is None else (_object(row["status"]), row["updated_at"])


async def set_phone(executor: Pool | Connection, company_id: UUID, session_id: UUID, phone: str) -> None:
    """Keep the number (E.164) that was linked, where the session names none."""
    await executor.execute(query("web/set_phone"), company_id, session_id, phone)


@dataclass(frozen=True, slots=True)
class UncertainSend:
    """A message whose send has no answer."""

    message_id: UUID
    to: str
    text: str
    at_ms: int


async def load_uncertain(executor: Pool | Connection, session_id: UUID) -> list[UncertainSend]:
    """Return a session's messages of unknown outcome inside their grace time."""
    rows = await executor.fetch(query("web/load_uncertain"), session_id)
    return [UncertainSend(row["id"], row["to_phone"], row["text"], time_to_ms(row["updated_at"])) for row in rows]


async def park_queued(connection: Connection, session_id: UUID, again_s: float, most: int) -> int:
    """Spare the scheduler a session's due messages for a while; return how many."""
    return len(await connection.fetch(query("web/park_queued"), session_id, timedelta(seconds=again_s), most))


async def skip(
    connection: Connection, company_id: UUID, message_ids: Sequence[UUID], reason: str, now: datetime
) -> list[Transition]:
    """Take messages out of the queue for good, inside the caller's transaction: they will never be sent."""
    rows = await connection.fetch(query("sending/cancel_queued"), list(message_ids), company_id)
    at = at_text(time_to_ms(now))
    changed: list[LockedMessage] = []
    for message in (await lock(connection, [row[0] for row in rows])).values():
        if message.go("skipped", at, reason):
            message.next_attempt_at = None
            changed.append(message)
    await write(connection, changed, now)
    return [transition for message in changed if (transition := message.transition) is not None]


def _object(value: str | None) -> dict[str, Any]:
    parsed = orjson.loads(value) if value else {}
    return parsed if isinstance(parsed, dict) else {}
