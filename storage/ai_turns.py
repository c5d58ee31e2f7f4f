"""Turns: inbound messages that wait to be understood, claimed under a fence and ended with what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.ids import id_time
from storage.pool import Connection, Pool
from storage.queries import query


class Turn(NamedTuple):
    """A claimed turn; ``event_id`` is the inbound message's event."""

    event_id: UUID
    company_id: UUID
    conversation_id: UUID
    session_id: UUID
    phone: str
    fence: int
    attempts: int


class Heard(NamedTuple):
    """What was written in a turn's message, and where.

    Attributes:
        payload: the event's; None where it was erased.
        conversation: its row as JSON values; None where it is gone.
    """

    delivery_id: UUID
    signature: str
    occurred_at: datetime
    customer_name: str | None
    payload: dict[str, Any] | None
    conversation: dict[str, Any] | None


class Decision(NamedTuple):
    """A row of ``ai_decisions``; ``neighbours`` and ``sources`` are JSON as text."""

    company_id: UUID
    id: UUID
    conversation_id: UUID
    session_id: UUID
    phone: str
    at: datetime
    text: str | None
    intent: str | None
    confidence: float | None
    second_intent: str | None
    second_confidence: float | None
    decided_by: str
    neighbours: str
    outcome: str
    reason: str | None
    message_id: UUID | None
    sources: str
    prompt_version: str | None
    model: str | None
    cost: Any
    tokens: int | None
    latency_ms: int


async def claim_turns(executor: Pool | Connection, owner: str, most: int, lease_s: float) -> list[Turn]:
    """Take up to ``most`` turns, of each conversation its earliest; nobody else has them for ``lease_s``."""
    rows = await executor.fetch(query("ai/claim_turns"), owner, most, timedelta(seconds=lease_s))
    return sorted(Turn(*row.values()) for row in rows)


async def release_turns(executor: Pool | Connection, owner: str) -> None:
    """Give back what an earlier incarnation of this worker had."""
    await executor.execute(query("ai/release_turns"), owner)


async def give_back(executor: Pool | Connection, turns: Sequence[Turn], after_s: float, *, uncounted: bool) -> None:
    """Give turns back, to be taken up again after a while.

    Args:
        executor: any.
        turns: those that are not ours any more stay as they are.
        after_s: how long nobody looks at them.
        uncounted: the try does not count; it was not the turn's fault.
    """
    await executor.execute(
        query("ai/give_back"),
        [turn.event_id for turn in turns],
        [turn.fence for turn in turns],
        timedelta(seconds=after_s),
        uncounted,
    )


async def extend_turns(executor: Pool | Connection, turns: Sequence[Turn], lease_s: float) -> None:
    """Keep turns that are under way from others for ``lease_s`` more; those that are not ours any more stay."""
    if turns:
        ids, fences = [turn.event_id for turn in turns], [turn.fence for turn in turns]
        await executor.execute(query("ai/extend_turns"), ids, fences, timedelta(seconds=lease_s))


async def read_messages(executor: Pool | Connection, turns: Sequence[Turn]) -> dict[UUID, Heard]:
    """Return what was written in these turns, by event."""
    if not turns:
        return {}
    ids = [turn.event_id for turn in turns]
    times = [id_time(one) for one in ids]
    conversations = [turn.conversation_id for turn in turns]
    rows = await executor.fetch(query("ai/read_messages"), ids, times, conversations, min(times), max(times))
    return {
        row["id"]: Heard(
            row["delivery_id"],
            row["signature"],
            row["occurred_at"],
            row["customer_name"],
            None if row["payload"] is None else orjson.loads(row["payload"]),
            None if row["conversation"] is None else orjson.loads(row["conversation"]),
        )
        for row in rows
    }


async def finish_turns(connection: Connection, turns: Sequence[Turn]) -> set[UUID]:
    """End turns in the caller's transaction; return those that were still ours: only these may have effects."""
    rows = await connection.fetch(
        query("ai/finish_turns"), [turn.event_id for turn in turns], [turn.fence for turn in turns]
    )
    return {row[0] for row in rows}


async def insert_decisions(connection: Connection, decisions: Sequence[Decision]) -> None:
    """Store what was decided; a message that has a decision keeps it."""
    if decisions:
        await connection.execute(query("ai/insert_decisions"), *map(list, zip(*decisions, strict=True)))


async def count_turns(executor: Pool | Connection) -> tuple[int, float]:
    """Return how many messages nobody has understood yet (up to 10,000), and for how many seconds the oldest waits."""
    (row,) = await executor.fetch(query("ai/count_turns"))
    return int(row["waiting"]), max(0.0, float(row["oldest_s"] or 0.0))


async def wants_understood(executor: Pool | Connection, company_id: UUID) -> bool:
    """Tell whether a rule of the company begins with ``message_understood``."""
    return bool(await executor.fetchval(query("ai/wants_understood"), company_id))
