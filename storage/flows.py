"""Flows: rules that belong together, made and changed as one in one transaction. Called by the REST API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from storage.pool import Connection, Pool
from storage.queries import query
from storage.rules import RuleChange, delete_rule, insert_rule, update_rule
from storage.searching import Row, fetch_one, fetch_rows


async def get_flow(executor: Pool | Connection, company_id: UUID, kind: str) -> Row | None:
    """Return a company's flow of a kind, or None."""
    row = await fetch_one(executor, "flows/get_flow", company_id, kind)
    return None if row is None else _flow(row)


async def list_flow_rules(executor: Pool | Connection, company_id: UUID, flow_id: UUID) -> list[Row]:
    """Return the rules of a flow with how many cases of theirs wait."""
    rows = await fetch_rows(executor, "flows/list_flow_rules", company_id, flow_id)
    return [{**row, "definition": orjson.loads(row["definition"])} for row in rows]


async def put_flow(
    pool: Pool,
    company_id: UUID,
    kind: str,
    change: Callable[[Row | None], tuple[dict[str, Any], Mapping[str, RuleChange]]],
    make_id: Callable[[], UUID],
    now: datetime,
) -> tuple[Row, bool]:
    """Make a flow, or change it as one.

    Args:
        pool: where.
        company_id: whose.
        kind: there is one of a kind.
        change: sees the flow as it is (locked; None: there is none) and returns its settings and rules by part;
            what it raises leaves everything as it was.
        make_id: makes ids.
        now: when.

    Returns:
        The flow, and whether it is new.
    """
    async with pool.acquire() as connection, connection.transaction():
        present = await fetch_one(connection, "flows/lock_flow", company_id, kind)
        settings, rules = change(None if present is None else _flow(present))
        stored = await fetch_one(
            connection,
            "flows/put_flow",
            make_id(),
            company_id,
            kind,
            settings.get("active", True),
            orjson.dumps(settings).decode(),
            now,
        )
        if stored is None:
            raise LookupError("a flow that was just written")
        known = {row["flow_part"]: row["id"] for row in await list_flow_rules(connection, company_id, stored["id"])}
        for part, rule in rules.items():
            if part in known:
                await update_rule(connection, company_id, known[part], rule)
                continue
            rule_id = make_id()
            await insert_rule(connection, company_id, rule_id, rule, now)
            await connection.execute(query("flows/link_rule"), company_id, rule_id, stored["id"], part)
    return _flow(stored), present is None


async def remove_flow(pool: Pool, company_id: UUID, kind: str) -> bool:
    """Take a flow and its rules out of use, which ends their cases; tell whether there was one."""
    async with pool.acquire() as connection, connection.transaction():
        flow_id = await connection.fetchval(query("flows/delete_flow"), company_id, kind)
        if flow_id is None:
            return False
        for row in await list_flow_rules(connection, company_id, flow_id):
            await delete_rule(connection, company_id, row["id"])
    return True


def _flow(row: Row) -> Row:
    return {**row, "settings": orjson.loads(row["settings"])}
