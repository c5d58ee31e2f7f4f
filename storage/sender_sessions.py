"""Sessions as a sender sees them: whom it serves, with which token, and the pauses that WhatsApp's answers demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from storage.pool import Connection, Pool
from storage.queries import query


@dataclass(frozen=True, slots=True)
class SenderSession:
    """One WhatsApp number; ``token_sealed`` opens with ``engine.credentials.open_session_token``."""

    id: UUID
    company_id: UUID
    transport: str
    phone_number_id: str | None
    waba_id: str | None
    app_id: str | None
    token_sealed: bytes | None
    throughput: int
    state: str
    reason: str | None


async def load_sessions(
    executor: Pool | Connection, host: int, hosts: int, company_id: UUID | None = None
) -> list[SenderSession]:
    """Return the sessions that sender host ``host`` of ``hosts`` serves; of one company, or of all."""
    rows = await executor.fetch(query("sending/load_sessions"), company_id)
    return [SenderSession(*row) for row in rows if row[0].int % hosts == host]


async def pause_sessions(
    connection: Connection,
    company_id: UUID,
    session_ids: Sequence[UUID],
    reason: str,
    resume_at: datetime | None,
    *,
    waba_id: str | None = None,
    app_id: str | None = None,
) -> list[UUID]:
    """Pause a company's active sessions: those named, and those of the account or app if one is given.

    Args:
        connection: any.
        company_id: nobody else's sessions are touched.
        session_ids: the sessions.
        reason: shown with the session.
        resume_at: when they go on by themselves; None: a person resumes them.
        waba_id, app_id: also every session of this account or app.

    Returns:
        The sessions paused by this call.
    """
    rows = await connection.fetch(
        query("sending/pause_sessions"), company_id, list(session_ids), reason, resume_at, waba_id, app_id
    )
    return [row[0] for row in rows]


async def resume_sessions(connection: Connection) -> list[tuple[UUID, UUID]]:
    """Resume the sessions whose pause is over; return (session, company)."""
    return [(row[0], row[1]) for row in await connection.fetch(query("sending/resume_sessions"))]
