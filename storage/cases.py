"""Cases that go on: claimed when they are due, with everything that a step is decided by, and written back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from engine.drafts import SessionRow, TemplateRow
from engine.ids import id_time
from storage.pool import Connection
from storage.queries import query
from storage.searching import Row, fetch_rows
from storage.templates import evaluated

Owned = tuple[UUID, UUID]  # company and id


@dataclass(slots=True)
class DueCase:
    """A claimed case with its rule. ``definition``: the version's that it began with; None where it is gone."""

    id: UUID
    company_id: UUID
    rule_id: UUID
    version: int
    event_id: UUID
    order_id: str | None
    phone: str | None
    position: str
    due_at: datetime
    cancel_on: list[str]
    tries: int
    log: list[dict[str, Any]]
    created_at: datetime
    rule_name: str
    active: bool
    deleted: bool
    flow_part: str | None
    definition: dict[str, Any] | None
    time_zone: str


@dataclass(slots=True)
class CaseChange:
    """What becomes of a claimed case; ``log``: the new lines."""

    case: DueCase
    state: str
    reason: str | None = None
    position: str | None = None
    due_at: datetime | None = None
    tries: int = 0
    log: list[dict[str, Any]] = field(default_factory=list)


async def claim_due_cases(connection: Connection, most: int) -> list[DueCase]:
    """Claim cases whose time has come, oldest first, inside the caller's transaction."""
    return [_case(row) for row in await connection.fetch(query("cases/claim_due"), most)]


async def claim_cases(connection: Connection, case_ids: Collection[UUID]) -> list[DueCase]:
    """Claim these cases, whenever they are due, but for those that are over or in another's hands."""
    return [_case(row) for row in await connection.fetch(query("cases/claim_cases"), list(case_ids))]


async def next_case_s(connection: Connection) -> float | None:
    """Return the seconds until the next case is due (negative: overdue), None when none waits."""
    seconds: float | None = await connection.fetchval(query("cases/next_due"))
    return seconds


async def write_cases(connection: Connection, changes: Sequence[CaseChange], now: datetime) -> None:
    """Write what became of claimed cases."""
    if not changes:
        return
    await connection.execute(
        query("cases/update_cases"),
        [change.case.id for change in changes],
        [change.state for change in changes],
        [change.reason for change in changes],
        [None if c.position is None else orjson.dumps({"step": c.position}).decode() for c in changes],
        [change.due_at for change in changes],
        [change.tries for change in changes],
        [orjson.dumps(change.log).decode() for change in changes],
        now,
    )


async def events_of_cases(connection: Connection, event_ids: Collection[UUID]) -> dict[UUID, Row]:
    """Return the events of cases with their payloads (JSON text)."""
    if not event_ids:
        return {}
    ids = list(event_ids)
    times = [id_time(value) for value in ids]
    rows = await connection.fetch(query("cases/get_events"), ids, times, min(times), max(times))
    return {row["id"]: dict(row) for row in rows}


async def events_of_orders(
    connection: Connection, orders: Sequence[tuple[UUID, str, UUID]]
) -> dict[int, frozenset[str]]:
    """Return, per place in ``orders`` (company, order, own event), the types of the order's other events."""
    if not orders:
        return {}
    rows = await connection.fetch(
        query("cases/order_events"),
        list(range(len(orders))),
        [company for company, _, _ in orders],
        [order for _, order, _ in orders],
    )
    found: dict[int, set[str]] = {}
    for position, event_type, event_id in rows:
        if event_id != orders[position][2]:
            found.setdefault(position, set()).add(event_type)
    return {position: frozenset(types) for position, types in found.items()}


async def load_templates(connection: Connection, asked: Collection[Owned]) -> dict[Owned, TemplateRow]:
    """Return templates as evaluation needs them, by company and id: another company's are not there."""
    found: dict[Owned, TemplateRow] = {}
    for row in await _load(connection, "cases/load_templates", asked):
        owner = row.pop("company_id")
        decoded = {name: orjson.loads(row[name]) for name in ("components", "defaults", "variants")}
        found[owner, row["id"]] = evaluated({**row, **decoded})
    return found


async def load_sessions(connection: Connection, asked: Collection[Owned]) -> dict[Owned, SessionRow]:
    """Return sessions as evaluation needs them, by company and id: another company's are not there."""
    rows = await _load(connection, "cases/load_sessions", asked)
    return {(row["company_id"], row["id"]): SessionRow(row["id"], row["transport"], row["state"]) for row in rows}


async def _load(connection: Connection, name: str, asked: Collection[Owned]) -> list[Row]:
    return await fetch_rows(connection, name, *map(list, zip(*sorted(asked), strict=True))) if asked else []


def _case(row: Any) -> DueCase:
    values = dict(row)
    return DueCase(
        **{
            **values,
            "position": orjson.loads(values["position"] or "{}").get("step", ""),
            "cancel_on": values["cancel_on"] or [],
            "log": orjson.loads(values["log"]),
            "rule_name": values["rule_name"] or "",
            "active": bool(values["active"]),
            "definition": None if values["definition"] is None else orjson.loads(values["definition"]),
            "time_zone": values["time_zone"] or "America/Sao_Paulo",
        }
    )
