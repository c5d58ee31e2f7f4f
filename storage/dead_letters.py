"""Dead letters: messages and events that failed for good, for a person to look at. Called by the REST API."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from storage.pool import Pool
from storage.queries import query
from storage.searching import LargeTable, Page, Range, search_windows

_DEAD_LETTERS = LargeTable("dead_letters")


class DeadLetterFilter(NamedTuple):
    """What a dead letter must be; None asks for nothing. ``error_class`` is the class of its error."""

    kind: str | None = None
    error_class: str | None = None
    session_id: UUID | None = None
    resolved: bool | None = None


async def list_dead_letters(pool: Pool, company_id: UUID, wanted: DeadLetterFilter, within: Range) -> Page:
    """Return a page of a company's dead letters, newest first."""
    return await search_windows(_DEAD_LETTERS.windows(pool, company_id, wanted, within), within.before, within.limit)


async def count_dead_letters(
    pool: Pool, company_id: UUID, wanted: DeadLetterFilter, *, since: datetime, until: datetime, most: int
) -> tuple[int, bool]:
    """Count dead letters, reading at most ``most``; return the number and whether there may be more."""
    row = await pool.fetchrow(query("dead_letters/count_hits"), company_id, since, until, most, *wanted)
    return (0, False) if row is None else (row["hits"], row["seen"] >= most)
