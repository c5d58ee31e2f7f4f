"""What rules did: their runs, which stand in their events, and their cases. Bounded searches, for the REST API."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.pagination import OLDEST
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import LargeTable, Page, Range, Row, fetch_one, fetch_rows, search_windows

_RUNS = LargeTable("rule_runs")
_CASES = LargeTable("rule_cases")


class RunFilter(NamedTuple):
    """What a run must be: JSON that an event's ``runs`` contain."""

    runs: str

    @classmethod
    def of(cls, rule_id: UUID, outcome: str | None, reason: str | None) -> RunFilter:
        """Return the filter of a rule's runs."""
        run = {"rule_id": str(rule_id), "outcome": outcome, "reason": reason}
        return cls(orjson.dumps([{name: value for name, value in run.items() if value is not None}]).decode())


class CaseFilter(NamedTuple):
    """What a rule's case must be; a reason is matched as a whole or up to its colon. None asks for nothing."""

    rule_id: UUID
    state: str | None = None
    reason: str | None = None
    order_id: str | None = None
    phone: str | None = None


async def list_runs(pool: Pool, company_id: UUID, wanted: RunFilter, within: Range) -> Page:
    """Return a page of a rule's runs as the events that they belong to, newest first; it may be short."""
    return await search_windows(_RUNS.windows(pool, company_id, wanted, within), within.before, within.limit)


async def count_runs(
    pool: Pool, company_id: UUID, wanted: RunFilter, *, since: datetime = OLDEST, until: datetime, most: int
) -> tuple[int, bool]:
    """Count runs, reading at most ``most`` events; return the number and whether there may be more."""
    return await _RUNS.count(pool, company_id, wanted, since=since, until=until, most=most)


async def list_cases(pool: Pool, company_id: UUID, wanted: CaseFilter, within: Range) -> Page:
    """Return a page of a rule's cases, newest first; one with a filter may be short."""
    return await search_windows(_CASES.windows(pool, company_id, wanted, within), within.before, within.limit)


async def count_cases(
    pool: Pool, company_id: UUID, wanted: CaseFilter, *, since: datetime = OLDEST, until: datetime, most: int
) -> tuple[int, bool]:
    """Count cases, reading at most ``most`` of them; return the number and whether there may be more."""
    return await _CASES.count(pool, company_id, wanted, since=since, until=until, most=most)


async def get_case(executor: Pool | Connection, company_id: UUID, rule_id: UUID, case_id: UUID) -> Row | None:
    """Return one of a rule's cases, or None."""
    return await fetch_one(executor, "rule_cases/get_rule_case", company_id, rule_id, case_id)


async def cancel_case(
    executor: Pool | Connection, company_id: UUID, rule_id: UUID, case_id: UUID, now: datetime
) -> bool:
    """End a running case because a person says so; tell whether there was one."""
    return await executor.fetchval(query("rule_cases/cancel_rule_case"), company_id, rule_id, case_id, now) is not None


async def cases_of_event(executor: Pool | Connection, company_id: UUID, event_id: UUID) -> list[Row]:
    """Return the cases that an event has set off."""
    return await fetch_rows(executor, "rule_cases/cases_of_event", company_id, event_id)


async def order_events(executor: Pool | Connection, company_id: UUID, order_ids: Collection[str]) -> list[Any]:
    """Return the events of orders: order, id, time of receipt, type; at most 100 of each."""
    if not order_ids:
        return []
    return list(await executor.fetch(query("rule_cases/order_events_of"), company_id, list(order_ids)))
