"""Roll-ups as an index: in which minutes a value stands, so that a rare one is found without an index of its own.

Every message is counted in the minute of its creation under its status, number and rule (``engine/metrics.py``), so
where those sums are zero there is nothing to be read. Costs the hot path nothing.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from engine.ids import ms_to_time
from engine.pagination import OLDEST, Position
from storage.pool import Pool
from storage.queries import query
from storage.searching import FIRST_LOOK, WINDOWS, Filter, LargeTable, Page, Range, cut_page, search_windows

_DAYS = (3, 30, 366)  # looked through by one question after another
_BEHIND_MS = 15_000  # an aggregator that is further behind than this is not asked
# From the door to Postgres. What is stored later (drained from the spill, imported) is found once it is counted.
_ON_ITS_WAY_MS = 5_000
_ENOUGH_S = 0.2


@dataclass(frozen=True, slots=True)
class Clue:
    """Which sums tell where the wanted rows are.

    Attributes:
        kind, keys, subject: of the roll-ups' rows; no keys: any.
        always: whether it was counted since the first version; the others since ``numbers_since`` (migration 0018).
    """

    kind: str
    keys: tuple[str, ...] = ()
    subject: UUID | None = None
    always: bool = True


async def search_by_clue(
    pool: Pool, table: LargeTable, company_id: UUID, wanted: Filter, within: Range, clue: Clue
) -> Page:
    """Return a page: rows too new to be counted are looked through first, then the minutes that the sums name.

    A page may be short, or empty, and still have a ``next``: it has read, or taken, enough.
    """
    scan = table.windows(pool, company_id, wanted, within)
    page = await search_windows(scan, within.before, within.limit, windows=1, window=FIRST_LOOK)
    if page.next is None or len(page.rows) >= within.limit:
        return page
    counted = await _counted(pool, clue)
    for _ in range(WINDOWS - 1):
        if counted.holds(page.next):
            break
        more = await search_windows(scan, page.next, within.limit - len(page.rows), windows=1)
        page = Page([*page.rows, *more.rows], more.next)
        if page.next is None or len(page.rows) >= within.limit:
            return page
    else:
        return page
    rows = list(page.rows)
    since, end = max(within.since, counted.since), time.monotonic() + _ENOUGH_S
    place: Position | None = page.next
    for days in _DAYS:
        if place is None or len(rows) > within.limit or time.monotonic() > end:
            break
        found, place = await _look(
            pool, table, company_id, wanted, clue, place, since, within.limit + 1 - len(rows), days
        )
        rows += found
    if len(rows) > within.limit:
        return cut_page(rows, within.limit)
    if place is None and counted.since > within.since:
        place = Position(counted.since, UUID(int=0))  # what is older was not counted so: the windows go on from there
    return Page(rows, place)


async def _look(
    pool: Pool,
    table: LargeTable,
    company_id: UUID,
    wanted: Filter,
    clue: Clue,
    place: Position,
    since: datetime,
    need: int,
    days: int,
) -> tuple[list[asyncpg.Record], Position | None]:
    """Return rows of the next minutes, and where they end; None: there are no more."""
    sums = await pool.fetch(
        query("metrics/find_minutes"),
        company_id,
        clue.kind,
        list(clue.keys),
        clue.subject,
        place.created_at,
        since,
        days,
        need,
    )
    if not sums:
        return [], None
    reach = next(row for row in sums if row["value"] == 0)
    minutes = [row["minute"] for row in sums if row["value"] > 0]
    rows: list[asyncpg.Record] = []
    if minutes:
        rows = await pool.fetch(
            query(f"{table.name}/find_in_minutes"), company_id, *place, since, need, *wanted, minutes
        )
    if len(rows) >= need:
        return rows, Position(rows[-1]["created_at"], rows[-1]["id"])
    return rows, Position(reach["minute"], UUID(int=0)) if reach["more"] else None


class _Counted(NamedTuple):
    """Between which times everything that was made is in the sums: after one and up to the other."""

    since: datetime
    until: datetime

    def holds(self, place: Position) -> bool:
        return self.since < place.created_at <= self.until


async def _counted(pool: Pool, clue: Clue) -> _Counted:
    """Return for which times the sums can be believed: for none while they lag far behind."""
    row = await pool.fetchrow(query("metrics/counted_times"))
    if row is None or (row["oldest_ms"] is not None and row["now_ms"] - row["oldest_ms"] > _BEHIND_MS):
        return _Counted(OLDEST, OLDEST)
    since_ms = 0 if clue.always else row["since_ms"] or 0
    until_ms = (row["now_ms"] if row["oldest_ms"] is None else row["oldest_ms"]) - _ON_ITS_WAY_MS
    return _Counted(ms_to_time(since_ms), ms_to_time(until_ms))
