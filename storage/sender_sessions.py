"""Sessions as a sender sees them: whom it serves, with which token, and the pauses that WhatsApp's answers demand."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from engine.ids import time_to_ms
from engine.sending_policy import UNBOUNDED, BudgetOptions, SendingPolicy, policy_of, read_budget_options
from storage.pool import Connection, Pool
from storage.queries import query

log = logging.getLogger(__name__)
_NOT_USABLE = "template_not_usable"
_BLOCKED = {"paused": "template_paused"}


@dataclass(frozen=True, slots=True)
class SenderSession:
    """One WhatsApp number; ``token_sealed`` opens with ``engine.credentials.open_session_token``.

    ``blocked_templates``: those of its company that Meta does not take at the moment, and why.
    """

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
    policy: SendingPolicy = UNBOUNDED
    blocked_templates: dict[tuple[str, str | None], str] = field(default_factory=dict)


_STORED = SenderSession.__slots__[:10]


async def load_sessions(
    executor: Pool | Connection, host: int, hosts: int, company_id: UUID | None = None
) -> list[SenderSession]:
    """Return the sessions that sender host ``host`` of ``hosts`` serves; of one company, or of all."""
    rows = await executor.fetch(query("sending/load_sessions"), company_id)
    mine = [row for row in rows if row["id"].int % hosts == host]
    blocked: dict[UUID, dict[tuple[str, str | None], str]] = {}
    for row in await executor.fetch(query("sending/load_blocked_templates"), company_id):
        reasons = blocked.setdefault(row["company_id"], {})
        reasons[row["name"], row["language"]] = _BLOCKED.get(row["status"], _NOT_USABLE)
    now_ms = time.time_ns() // 1_000_000
    return [
        SenderSession(
            **{name: row[name] for name in _STORED},
            policy=_policy(row, now_ms),
            blocked_templates=blocked.get(row["company_id"], {}),
        )
        for row in mine
    ]


def _policy(row: asyncpg.Record, now_ms: int) -> SendingPolicy:
    options: Any = orjson.loads(row["options"])
    try:
        read = read_budget_options(options if isinstance(options, dict) else {})
    except ValueError as error:  # stored before it was checked: the platform's limits hold all the same
        log.warning("session %s: %s", row["id"], error, extra={"action": "load_sessions"})
        read = BudgetOptions()
    return policy_of(
        read,
        session=str(row["id"]),
        transport=row["transport"],
        waba_id=row["waba_id"],
        app_id=row["app_id"],
        tier=row["tier"],
        time_zone=row["time_zone"],
        created_ms=time_to_ms(row["created_at"]),
        now_ms=now_ms,
    )


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
