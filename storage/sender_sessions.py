"""Sessions as a sender sees them: whom it serves, with which token, and the pauses that WhatsApp's answers demand."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from engine.budgets import Block
from engine.ids import time_to_ms
from engine.sending_policy import UNBOUNDED, BudgetOptions, SendingPolicy, policy_of, read_budget_options
from engine.stops import TEMPLATE_IS_OUT, TEMPLATE_WAITS
from storage.message_rows import NEVER
from storage.pool import Connection, Pool
from storage.queries import query

log = logging.getLogger(__name__)


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
    blocked_templates: dict[tuple[str, str | None], Block] = field(default_factory=dict)
    token_hash: bytes | None = None


_STORED = (*SenderSession.__slots__[:10], "token_hash")


async def load_sessions(
    executor: Pool | Connection, host: int, hosts: int, company_id: UUID | None = None
) -> list[SenderSession]:
    """Return the sessions that sender host ``host`` of ``hosts`` serves; of one company, or of all."""
    rows = await executor.fetch(query("sending/load_sessions"), company_id)
    mine = [row for row in rows if row["id"].int % hosts == host]
    blocked: dict[UUID, dict[tuple[str, str | None], Block]] = {}
    for row in await executor.fetch(query("sending/load_blocked_templates"), company_id):
        blocked.setdefault(row["company_id"], {})[row["name"], row["language"]] = _block(row)
    now_ms = time.time_ns() // 1_000_000
    return [
        SenderSession(
            **{name: row[name] for name in _STORED},
            policy=_policy(row, now_ms),
            blocked_templates=blocked.get(row["company_id"], {}),
        )
        for row in mine
    ]


def _block(row: asyncpg.Record) -> Block:
    """Say why a template may not be sent: what Meta calls it, else what a refusal said of it."""
    if row["by_status"]:
        return Block(TEMPLATE_WAITS if row["status"] == "paused" else TEMPLATE_IS_OUT)
    return Block(TEMPLATE_IS_OUT if row["until_ms"] is None else TEMPLATE_WAITS, row["until_ms"])


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
    scope: str = "number",
    at: datetime | None = None,
) -> list[tuple[UUID, str]]:
    """Pause a company's active sessions: those named, and those that share their token, app or account.

    Args:
        connection: any.
        company_id: nobody else's sessions are touched.
        session_ids: the sessions.
        reason: shown with the session.
        resume_at: when they go on by themselves; None: a person resumes them.
        scope: token, app or account; number: none but those named.
        at: when WhatsApp said so; what was resumed since goes on.

    Returns:
        The sessions paused by this call, with their names.
    """
    rows = await connection.fetch(
        query("sending/pause_sessions"), company_id, list(session_ids), reason, resume_at, scope, at or NEVER
    )
    return [(row["id"], row["name"]) for row in rows]


async def note_token_hashes(executor: Pool | Connection, hashes: Mapping[UUID, bytes]) -> None:
    """Write down which token sessions use, so that who shares it can be stopped together."""
    if hashes:
        await executor.execute(query("sending/note_token_hashes"), list(hashes), list(hashes.values()))


async def resume_sessions(connection: Connection) -> list[tuple[UUID, UUID]]:
    """Resume the sessions whose pause is over; return (session, company)."""
    return [(row[0], row[1]) for row in await connection.fetch(query("sending/resume_sessions"))]
