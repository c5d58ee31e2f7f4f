"""Dead letters: messages and events that failed for good, for a person to look at. Called by the REST API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from engine.pagination import Position
from storage.pool import Pool
from storage.queries import query
from storage.searching import Page, Range, fetch_rows, search_windows


@dataclass(frozen=True, slots=True)
class DeadLetterFilter:
    """What a dead letter must be; None asks for nothing. ``error_class`` is the class of its error."""

    kind: str | None = None
    error_class: str | None = None
    session_id: UUID | None = None
    resolved: bool | None = None


async def list_dead_letters(pool: Pool, company_id: UUID, wanted: DeadLetterFilter, within: Range) -> Page:
    """Return a page of a company's dead letters, newest first."""

    async def scan(start: Position, window: int, most: int) -> Sequence[asyncpg.Record]:
        return await pool.fetch(
            query("dead_letters/scan_dead_letters"), company_id, *start, within.since, window, most, *astuple(wanted)
        )

    found = await search_windows(scan, within.before, within.limit)
    ids = [place.id for place in found.places]
    rows = await fetch_rows(pool, "dead_letters/get_dead_letters", company_id, ids) if ids else []
    return Page(rows, found.next)


async def count_dead_letters(
    pool: Pool, company_id: UUID, wanted: DeadLetterFilter, *, since: datetime, until: datetime, most: int
) -> tuple[int, bool]:
    """Count dead letters, reading at most ``most``; return the number and whether there may be more."""
    row = await pool.fetchrow(query("dead_letters/count_hits"), company_id, since, until, most, *astuple(wanted))
    return (0, False) if row is None else (row["hits"], row["seen"] >= most)
