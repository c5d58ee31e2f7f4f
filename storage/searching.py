"""Bounded reading of large tables: pages in order, windows over the ordered index, small sets out of another index.

A search never reads more than ``WINDOWS`` times ``WINDOW`` rows; it then gives what it found and the place where to go
on. Every query brings the rows as they are shown, so that a page is one round trip where it can be.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from engine.ids import id_time
from engine.pagination import NEWEST, OLDEST, Columns, Position
from storage.pool import Connection, Pool
from storage.queries import query

Row = dict[str, Any]
FIRST_LOOK = 200
WINDOW = 1_000
WINDOWS = 10
CANDIDATES = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What part of a list is wanted.

    Attributes:
        limit: the page's size.
        before: where the page begins (exclusive), at the end of the range at most.
        since: the earliest time of receipt (inclusive).
        until: the end of the range (exclusive).
    """

    limit: int
    before: Position = NEWEST
    since: datetime = OLDEST
    until: datetime = NEWEST.created_at


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, where the next page begins (None: nowhere), and how many there are if the search came to know it."""

    rows: Sequence[Columns]
    next: Position | None
    total: int | None = None


Filter = tuple[object, ...]
Scan = Callable[[Position, int, int], Awaitable[Sequence[asyncpg.Record]]]


def made_at(value: UUID) -> datetime:
    """Return the time inside an id that a client gave; one that is no UUIDv7 gets a time at which there are no rows."""
    try:
        return id_time(value)
    except OverflowError:
        return OLDEST


async def fetch_rows(executor: Pool | Connection, name: str, *arguments: object) -> list[Row]:
    """Return a query's rows as dictionaries."""
    return [dict(row) for row in await executor.fetch(query(name), *arguments)]


async def fetch_one(executor: Pool | Connection, name: str, *arguments: object) -> Row | None:
    """Return a query's first row as a dictionary, or None."""
    row = await executor.fetchrow(query(name), *arguments)
    return None if row is None else dict(row)


def place_of(row: Columns) -> Position:
    """Return where a row stands in its list."""
    return Position(row["created_at"], row["id"])


def cut_page(rows: Sequence[Columns], limit: int, total: int | None = None) -> Page:
    """Return a page of rows that were read one beyond the limit."""
    if len(rows) <= limit:
        return Page(rows, None, total)
    return Page(rows[:limit], place_of(rows[limit - 1]), total)


async def search_windows(
    scan: Scan, before: Position, limit: int, *, windows: int = WINDOWS, window: int = WINDOW
) -> Page:
    """Look through the ordered index, a window at a time, until a page is full or enough has been read.

    Args:
        scan: called with the position to start behind, the window's size and the most hits wanted.
        before: where the page begins.
        limit: the page's size.
        windows: how many windows may be read.
        window: how many rows one holds.
    """
    hits: list[asyncpg.Record] = []
    for _ in range(windows):
        seen = await scan(before, window, limit + 1 - len(hits))
        hits += [row for row in seen if row["hit"]]
        if len(hits) > limit:
            return cut_page(hits, limit)
        if not seen or seen[-1]["position"] < window:
            return Page(hits, None)
        before = place_of(seen[-1])
    return Page(hits, before)


class Narrow(NamedTuple):
    """A condition for which an index has the rows in the list's order: only such rows are looked at.

    Attributes:
        condition: SQL; ``{}`` stands for the filter's parameter.
        position: the filter's field, from 0.
        owned: all rows of a value are one company's, whose id the index therefore does not hold.
    """

    condition: str
    position: int
    owned: bool = False

    def put_into(self, text: str, first: int) -> str:
        """Return a query with the condition in its place; ``first`` is the number of the filter's first parameter."""
        return text.replace("/*narrow*/", "AND " + self.condition.format(f"${first + self.position}"))


@dataclass(frozen=True, slots=True)
class LargeTable:
    """A table that is never sorted or counted as a whole, by its queries.

    A filter is a tuple whose fields are the queries' parameters; None asks for nothing.

    Attributes:
        name: ``<name>/list_<name>``, ``<name>/scan_<name>``, ``<name>/count_<name>``, ``<name>/count_hits`` and, for
            a :class:`Narrow` that is ``owned``, ``<name>/count_owned``.
    """

    name: str

    async def everything(self, pool: Pool, company_id: UUID, within: Range) -> Page:
        """Return a page without a filter, newest first; it reads as many rows as it shows."""
        rows = await pool.fetch(
            query(f"{self.name}/list_{self.name}"), company_id, *within.before, within.since, within.limit + 1
        )
        return cut_page(rows, within.limit)

    def windows(
        self,
        pool: Pool,
        company_id: UUID,
        wanted: Filter,
        within: Range,
        narrow: Narrow | None = None,
        scanner: str | None = None,
    ) -> Scan:
        """Return what :func:`search_windows` calls.

        Args:
            pool: where to ask.
            company_id: whose rows.
            wanted: the filter.
            within: the part of the list.
            narrow: which rows the window holds.
            scanner: another query with the same parameters and rows, ``<name>/<scanner>``.
        """
        scan = query(f"{self.name}/{scanner or f'scan_{self.name}'}")
        if narrow is not None:
            scan = narrow.put_into(scan, 7)

        async def look(start: Position, window: int, most: int) -> Sequence[asyncpg.Record]:
            return await pool.fetch(scan, company_id, *start, within.since, window, most, *wanted)

        return look

    async def candidates(
        self,
        pool: Pool,
        finder: str,
        company_id: UUID,
        wanted: Filter,
        within: Range,
        *more: object,
        timeout_s: float | None = None,
    ) -> Page | None:
        """Return a page of a small set that another index brings; None if the set is larger than is looked at.

        Args:
            pool: where to ask.
            finder: the query, ``<name>/<finder>``.
            company_id: whose rows.
            wanted: the filter.
            within: the part of the list.
            more: parameters of the finder behind the common ones.
            timeout_s: for the query; by default the pool's.

        Raises:
            TimeoutError: it took longer.
        """
        rows = await pool.fetch(
            query(f"{self.name}/{finder}"),
            company_id,
            within.since,
            within.until,
            CANDIDATES,
            *wanted,
            *within.before,
            within.limit + 1,
            *more,
            timeout=timeout_s,
        )
        if rows[0]["looked_at"] >= CANDIDATES:
            return None
        return cut_page([row for row in rows if row["id"] is not None], within.limit, rows[0]["total"])

    async def count(
        self,
        pool: Pool,
        company_id: UUID,
        wanted: Filter,
        *,
        since: datetime,
        until: datetime,
        most: int,
        narrow: Narrow | None = None,
        counter: str = "count_hits",
    ) -> tuple[int, bool]:
        """Count rows, reading at most ``most`` of them; return the number and whether there may be more."""
        asked = [value for value in wanted if value is not None]
        if not asked or (narrow is not None and len(asked) == 1):  # an index holds all that is asked for
            text = query(f"{self.name}/count_{'owned' if narrow is not None and narrow.owned else self.name}")
            if narrow is not None:
                text = narrow.put_into(text, 5 - narrow.position)
            number: int = await pool.fetchval(text, company_id, since, until, most + 1, *asked)
            return min(number, most), number > most
        text = query(f"{self.name}/{counter}")
        if narrow is not None:
            text = narrow.put_into(text, 5)
        row = await pool.fetchrow(text, company_id, since, until, most, *wanted)
        return (0, False) if row is None else (row["hits"], row["seen"] >= most)


def is_empty(wanted: Filter) -> bool:
    """Return whether a filter asks for nothing."""
    return all(value is None for value in wanted)
