"""Bounded searches in large tables: windows over the ordered index, or a small set of candidates from another one.

A search never reads more than ``WINDOWS`` times ``WINDOW`` rows; it then gives what it found and the place where to go
on. Its queries all answer in one form: (id, created_at, hit, position), position counting the rows looked at.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from engine.ids import id_time
from engine.pagination import NEWEST, OLDEST, Position
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
        before: where the page begins (exclusive); ``Position.upto`` puts an end to the range.
        since: the earliest time of receipt (inclusive).
    """

    limit: int
    before: Position = NEWEST
    since: datetime = OLDEST


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, where the next page begins (None: nowhere), and how many there are if the search came to know it."""

    rows: list[Row]
    next: Position | None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The places of what was found, newest first, and where to go on (None: there is no more).

    Attributes:
        total: how many there are altogether, if the search came to know it.
    """

    places: list[Position]
    next: Position | None
    total: int | None = None


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


async def search_windows(
    scan: Scan, before: Position, limit: int, *, windows: int = WINDOWS, window: int = WINDOW
) -> Found:
    """Look through the ordered index, a window at a time, until a page is full or enough has been read.

    Args:
        scan: called with the position to start behind, the window's size and the most hits wanted.
        before: where the page begins.
        limit: the page's size.
        windows: how many windows may be read.
        window: how many rows one holds.
    """
    places: list[Position] = []
    for _ in range(windows):
        rows = await scan(before, window, limit + 1 - len(places))
        places += [Position(row["created_at"], row["id"]) for row in rows if row["hit"]]
        if len(places) > limit:
            return Found(places[:limit], places[limit - 1])
        if not rows or rows[-1]["position"] < window:
            return Found(places, None)
        before = Position(rows[-1]["created_at"], rows[-1]["id"])
    return Found(places, before)


def page_of_candidates(rows: Sequence[asyncpg.Record], before: Position, limit: int) -> Found | None:
    """Sort a small set that another index brought and cut the page out of it; None if the set is not complete."""
    if any(row["position"] >= CANDIDATES for row in rows):
        return None
    everything = sorted((Position(row["created_at"], row["id"]) for row in rows if row["hit"]), reverse=True)
    places = [place for place in everything if place < before]
    if len(places) > limit:
        return Found(places[:limit], places[limit - 1], len(everything))
    return Found(places, None, len(everything))
