"""Rules and their versions. Changed by the REST API; the shards read them through storage/company_config.py."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


class RuleChange(NamedTuple):
    """What a rule becomes."""

    name: str
    active: bool
    definition: dict[str, Any]


async def list_rules(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's rules, newest first, behind a position."""
    return [_row(row) for row in await fetch_rows(executor, "rules/list_rules", company_id, *before, limit)]


async def count_rules(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many rules a company has, up to 10,001."""
    return int(await executor.fetchval(query("rules/count_rules"), company_id))


async def get_rule(executor: Pool | Connection, company_id: UUID, rule_id: UUID) -> Row | None:
    """Return a rule with its definition, or None."""
    row = await fetch_one(executor, "rules/get_rule", company_id, rule_id)
    return None if row is None else _row(row)


async def insert_rule(
    executor: Pool | Connection, company_id: UUID, rule_id: UUID, new: RuleChange, created_at: datetime
) -> None:
    """Store a new rule as its version 1."""
    definition = json.dumps(new.definition)
    await executor.execute(
        query("rules/insert_rule"), rule_id, company_id, new.name, new.active, definition, created_at
    )


async def change_rule(pool: Pool, company_id: UUID, rule_id: UUID, change: Callable[[Row], RuleChange]) -> Row | None:
    """Change a rule: ``change`` sees it as it is (locked) and returns what it becomes; None if there is none.

    Whatever ``change`` raises leaves the rule as it was.
    """
    async with pool.acquire() as connection, connection.transaction():
        row = await fetch_one(connection, "rules/lock_rule", company_id, rule_id)
        if row is None:
            return None
        return await update_rule(connection, company_id, rule_id, change(_row(row)))


async def update_rule(connection: Connection, company_id: UUID, rule_id: UUID, new: RuleChange) -> Row | None:
    """Change a rule inside the caller's transaction; another definition is another version."""
    changed = await fetch_one(
        connection, "rules/update_rule", company_id, rule_id, new.name, new.active, json.dumps(new.definition)
    )
    return None if changed is None else _row(changed)


async def delete_rule(executor: Pool | Connection, company_id: UUID, rule_id: UUID) -> bool:
    """Take a rule out of use; return whether there was one."""
    return await executor.fetchval(query("rules/delete_rule"), company_id, rule_id) is not None


async def list_versions(
    executor: Pool | Connection, company_id: UUID, rule_id: UUID, before: int, limit: int
) -> list[Row]:
    """Return a rule's versions below ``before``, newest first."""
    return [_row(row) for row in await fetch_rows(executor, "rules/list_versions", company_id, rule_id, before, limit)]


async def rules_at(executor: Pool | Connection, company_id: UUID, named: Sequence[UUID], moment: datetime) -> list[Row]:
    """Return the rules that are named, and those in use since before a time (``in_use``), with definitions."""
    rows = await fetch_rows(executor, "rules/list_rule_names", company_id, list(named), moment)
    return [_row(row) for row in rows]


def _row(row: Row) -> Row:
    return {**row, "definition": json.loads(row["definition"])}
