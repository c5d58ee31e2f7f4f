"""A company's own intents and their examples, and what people thought of decisions. Called by routes and AI workers."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from engine.errors import Conflict
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

MOST_INTENTS = 50


class StoredIntent(NamedTuple):
    """An active intent; ``vectors``: float32 of all examples one behind the other, of ``model``, where computed."""

    id: UUID
    name: str
    examples: list[str]
    threshold: float | None
    vectors: bytes | None
    model: str | None


async def list_intents(executor: Pool | Connection, company_id: UUID) -> list[Row]:
    """Return a company's own intents, by name."""
    return await fetch_rows(executor, "ai/list_intents", company_id)


async def get_intent(executor: Pool | Connection, company_id: UUID, intent_id: UUID) -> Row | None:
    """Return one of a company's own intents, or None."""
    return await fetch_one(executor, "ai/get_intent", company_id, intent_id)


async def insert_intent(
    executor: Pool | Connection, company_id: UUID, intent_id: UUID, values: dict[str, Any], now: datetime
) -> None:
    """Store a new intent.

    Raises:
        Conflict: the company has one of this name, or as many as it may have.
    """
    try:
        done = await executor.fetchval(
            query("ai/insert_intent"),
            company_id,
            intent_id,
            values["name"],
            values["label"],
            values["description"],
            values["examples"],
            values["threshold"],
            values["active"],
            now,
            MOST_INTENTS,
        )
    except asyncpg.UniqueViolationError as error:
        raise Conflict("the company has an intent of this name already") from error
    if done is None:
        raise Conflict(f"a company has at most {MOST_INTENTS} intents of its own")


async def update_intent(
    executor: Pool | Connection, company_id: UUID, intent_id: UUID, values: dict[str, Any], now: datetime
) -> bool:
    """Change an intent where a value is given; return whether there is one."""
    done = await executor.fetchval(
        query("ai/update_intent"),
        company_id,
        intent_id,
        values.get("label"),
        values.get("description"),
        values.get("examples"),
        values.get("active"),
        values.get("threshold"),
        "threshold" in values,
        now,
    )
    return done is not None


async def delete_intent(executor: Pool | Connection, company_id: UUID, intent_id: UUID) -> bool:
    """Remove an intent; return whether there was one."""
    return await executor.fetchval(query("ai/delete_intent"), company_id, intent_id) is not None


async def load_intents(executor: Pool | Connection, company_id: UUID) -> list[StoredIntent]:
    """Return a company's active intents with their vectors."""
    return [StoredIntent(*row.values()) for row in await executor.fetch(query("ai/load_intents"), company_id)]


async def keep_vectors(
    executor: Pool | Connection, company_id: UUID, intent: StoredIntent, vectors: bytes, model: str
) -> None:
    """Keep the vectors of an intent's examples, unless these were changed meanwhile."""
    await executor.execute(query("ai/keep_vectors"), company_id, intent.id, intent.examples, vectors, model)


class DecisionFilter(NamedTuple):
    """Which decisions."""

    intent: str | None = None
    outcome: str | None = None
    conversation_id: UUID | None = None


async def list_decisions(
    executor: Pool | Connection, company_id: UUID, before: UUID, limit: int, which: DecisionFilter
) -> list[Row]:
    """Return a company's decisions, newest first, behind an id."""
    rows = await fetch_rows(executor, "ai/list_decisions", company_id, before, limit, *which)
    return [_read(row) for row in rows]


async def count_decisions(executor: Pool | Connection, company_id: UUID, which: DecisionFilter) -> int:
    """Return how many decisions pass, up to 10,001."""
    return int(await executor.fetchval(query("ai/count_decisions"), company_id, *which))


async def get_decision(executor: Pool | Connection, company_id: UUID, decision_id: UUID) -> Row | None:
    """Return a decision, or None."""
    row = await fetch_one(executor, "ai/get_decision", company_id, decision_id)
    return None if row is None else _read(row)


async def set_feedback(
    connection: Connection, company_id: UUID, decision_id: UUID, feedback: str, intent: str | None, now: datetime
) -> str | None:
    """Keep what a person thinks of a decision; return its message's text (None: no such decision, or no text)."""
    text: str | None = await connection.fetchval(
        query("ai/set_feedback"), company_id, decision_id, feedback, intent, now
    )
    return text


async def add_example(
    connection: Connection,
    company_id: UUID,
    intent_id: UUID,
    name: str,
    label: str,
    example: str,
    now: datetime,
    most: int,
) -> None:
    """Add an example to a company's intent of this name, made where there is none; the newest ``most`` are kept."""
    await connection.execute(query("ai/add_example"), company_id, intent_id, name, label, example, now, most)


def _read(row: Row) -> Row:
    return {**row, "neighbours": orjson.loads(row["neighbours"]), "sources": orjson.loads(row["sources"])}
