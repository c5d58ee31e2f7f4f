"""Lists of contacts for the API: bounded searches over their ids, newest first; a page is read by its ids."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from engine.ids import time_to_ms
from engine.pagination import NEWEST, OLDEST, Position
from storage.contacts import find_by_phone, read_contacts
from storage.pool import Pool
from storage.queries import query
from storage.searching import CANDIDATES, Page, Range, Scan, cut_page, search_windows

_PREFIX_CHARACTERS = 8  # masteria_contact_words


class ContactFilter(NamedTuple):
    """What a contact must be; None asks for nothing. ``words``: the beginning of each must be in the contact."""

    tag: str | None = None
    list_id: UUID | None = None
    opted_out: bool | None = None
    phone: str | None = None
    words: tuple[str, ...] | None = None


async def list_contacts(pool: Pool, company_id: UUID, wanted: ContactFilter, within: Range) -> Page:
    """Return a page of contacts, newest first; a filtered one may be short and still have a ``next``."""
    found = await _candidates(pool, company_id, wanted)
    if found is None:
        page = await search_windows(_windows(pool, company_id, wanted, within.since), within.before, within.limit)
    else:
        rows = await pool.fetch(query("contacts/filter_contacts"), company_id, found, *_arguments(company_id, wanted))
        lowest, end = _lowest(within.since), _bound(within.before)
        hits = [row for row in rows if lowest <= row["id"] < end]
        page = cut_page(hits, within.limit, sum(1 for row in rows if lowest <= row["id"] < _bound_of(within.until)))
    ids = [row["id"] for row in page.rows]
    return Page(await read_contacts(pool, company_id, ids) if ids else [], page.next, page.total)


async def count_contacts(
    pool: Pool, company_id: UUID, wanted: ContactFilter, *, since: datetime = OLDEST, until: datetime, most: int
) -> tuple[int, bool]:
    """Count contacts, reading at most ``most`` of them; return the number and whether there may be more."""
    scan = _windows(pool, company_id, wanted, since)
    rows = await scan(NEWEST.upto(until if until < NEWEST.created_at else None), most, most)
    return sum(row["hit"] for row in rows), bool(rows) and rows[-1]["position"] >= most


async def _candidates(pool: Pool, company_id: UUID, wanted: ContactFilter) -> list[UUID] | None:
    """Return the few contacts that an index brings; None where there is none for it, or they are many."""
    if wanted.phone is not None:
        return list((await find_by_phone(pool, company_id, [wanted.phone])).values())
    if wanted.words:
        words = words_query(company_id, wanted.words)
        rows = await pool.fetch(query("contacts/find_contacts_by_words"), company_id, words, CANDIDATES)
        return [row["id"] for row in rows] if len(rows) < CANDIDATES else None
    return None


def _windows(pool: Pool, company_id: UUID, wanted: ContactFilter, since: datetime) -> Scan:
    """Return what looks through a tag's contacts, a list's, or all."""
    driver = "_of_tag" if wanted.tag is not None else "_of_list" if wanted.list_id is not None else ""
    text, arguments, lowest = query(f"contacts/scan_contacts{driver}"), _arguments(company_id, wanted), _lowest(since)

    async def look(start: Position, window: int, most: int) -> Sequence[asyncpg.Record]:
        return await pool.fetch(text, company_id, _bound(start), lowest, window, most, *arguments)

    return look


def _arguments(company_id: UUID, wanted: ContactFilter) -> tuple[object, ...]:
    words = None if wanted.words is None else words_query(company_id, wanted.words)
    return wanted.tag, wanted.list_id, wanted.opted_out, wanted.phone, words


def words_query(company_id: UUID, words: Sequence[str]) -> str:
    """Return the search for words (engine/search_words.py) that begin so, among one company's."""
    prefix = str(company_id)[-_PREFIX_CHARACTERS:]
    return " & ".join(f"'{prefix}{word}':*" for word in words)


def _bound(start: Position) -> UUID:
    """Return the id that a page's contacts are before: contacts stand in the order of their ids."""
    return start.id if start.id.int else _bound_of(start.created_at)


def _bound_of(moment: datetime) -> UUID:
    return UUID(int=time_to_ms(moment) << 80) if moment < NEWEST.created_at else NEWEST.id


def _lowest(since: datetime) -> UUID:
    return UUID(int=max(0, time_to_ms(since)) << 80)
