"""Agents as rows: who answers for which number, with the language model's key sealed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

MOST_AGENTS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """An agent as it is stored; ``session_id`` None: for every number that has none of its own."""

    id: UUID
    session_id: UUID | None
    name: str
    active: bool
    settings: Mapping[str, Any]
    model: Mapping[str, Any] | None
    model_sealed: bytes | None

    def columns(self) -> tuple[object, ...]:
        model = None if self.model is None else orjson.dumps(self.model).decode()
        settings = orjson.dumps(self.settings).decode()
        return self.id, self.session_id, self.name, self.active, settings, model, self.model_sealed


async def insert_agent(executor: Pool | Connection, company_id: UUID, agent: AgentRow, now: datetime) -> bool:
    """Store a new agent; False: its number (or the company) has one."""
    return await executor.fetchval(query("ai/insert_agent"), company_id, *agent.columns(), now) is not None


async def update_agent(executor: Pool | Connection, company_id: UUID, agent: AgentRow, now: datetime) -> bool | None:
    """Store what an agent has become; False: there is none; None: its number has another one."""
    try:
        return await executor.fetchval(query("ai/update_agent"), company_id, *agent.columns(), now) is not None
    except asyncpg.UniqueViolationError:
        return None


async def delete_agent(executor: Pool | Connection, company_id: UUID, agent_id: UUID) -> bool:
    """Remove an agent; return whether there was one."""
    done: str = await executor.execute(query("ai/delete_agent"), company_id, agent_id)
    return done != "DELETE 0"


async def switch_off(executor: Pool | Connection, company_id: UUID, agent_id: UUID | None, now: datetime) -> list[UUID]:
    """Take an agent, or all of a company, out of use; return those that were in use."""
    rows = await executor.fetch(query("ai/switch_off"), company_id, agent_id, now)
    return [row["id"] for row in rows]


async def list_agents(executor: Pool | Connection, company_id: UUID) -> list[Row]:
    """Return a company's agents, the newest first (``settings`` and ``model`` as values)."""
    return [_read(row) for row in await fetch_rows(executor, "ai/list_agents", company_id)]


async def get_agent(executor: Pool | Connection, company_id: UUID, agent_id: UUID) -> Row | None:
    """Return one agent, or None."""
    row = await fetch_one(executor, "ai/get_agent", company_id, agent_id)
    return None if row is None else _read(row)


async def find_agents(
    executor: Pool | Connection, numbers: Iterable[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], Row]:
    """Return who answers for each of these numbers (company, session): its own agent, else the company's."""
    asked = sorted(set(numbers))
    rows = await fetch_rows(executor, "ai/find_agents", [one[0] for one in asked], [one[1] for one in asked])
    return {(row["company_id"], row.pop("asked_session_id")): _read(row) for row in rows if row["active"]}


async def find_agent(executor: Pool | Connection, company_id: UUID, session_id: UUID) -> Row | None:
    """Return who answers for a number; None: nobody."""
    return (await find_agents(executor, [(company_id, session_id)])).get((company_id, session_id))


async def find_writer(executor: Pool | Connection, company_id: UUID, agent_id: UUID | None = None) -> Row | None:
    """Return the agent whose language model writes: the named one, else the company's, else any; None: none has one."""
    row = await fetch_one(executor, "ai/find_writer", company_id, agent_id)
    return None if row is None else _read(row)


async def models_asked(executor: Pool | Connection, companies: Iterable[UUID]) -> set[UUID]:
    """Return which of these companies ask a language model."""
    rows = await executor.fetch(query("ai/models_asked"), list(companies))
    return {row["company_id"] for row in rows}


def _read(row: Row) -> Row:
    model = None if row["model"] is None else orjson.loads(row["model"])
    return {**row, "settings": orjson.loads(row["settings"]), "model": model}
