"""What somebody looks for by a few characters: at most a few of each kind, each under an index. For `GET /search`."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from engine.dedupe import keys_of_id
from engine.ids import parse_id
from engine.phones import normalise_typed
from engine.search_words import search_words
from engine.texts import stored_id
from storage.contact_search import words_query
from storage.pool import Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows, made_at

MOST = 5


class Named(NamedTuple):
    """A table whose rows people know by their names: what is told beside a name, and which rows are there."""

    table: str
    about: str
    present: str = "AND deleted_at IS NULL"


NAMED = {
    "campaign": Named("campaigns", "state", ""),
    "rule": Named("rules", "definition #>> '{trigger,event_type}'"),
    "template": Named("templates", "language"),
    "webhook": Named("webhooks", "source"),
    "session": Named("sessions", "coalesce(phone, transport)"),
}


async def find_events(pool: Pool, company_id: UUID, typed: str) -> list[Row]:
    """Return the newest events that have this as order, provider's id, id or phone."""
    found = await fetch_rows(pool, "search/find_events_by_order", company_id, stored_id(typed) or typed, MOST)
    ids = await _events_of_key(pool, company_id, typed)
    if (own := parse_id(typed)) is not None:
        ids.append(own)
    if ids:
        times = [made_at(one) for one in ids]
        found += await fetch_rows(pool, "search/find_events_by_id", company_id, ids, times, MOST)
    if (phone := normalise_typed(typed)) is not None:
        found += await fetch_rows(pool, "search/find_events_by_phone", company_id, phone, MOST)
    return _newest(found)


async def _events_of_key(pool: Pool, company_id: UUID, external_id: str) -> list[UUID]:
    webhooks = await pool.fetch(query("webhooks/list_webhook_ids"), company_id)
    keys = [UUID(bytes=key) for row in webhooks for key in keys_of_id(row["id"].bytes, external_id)]
    return [row["event_id"] for row in await pool.fetch(query("events/find_events_by_key"), company_id, keys)]


async def find_messages(pool: Pool, company_id: UUID, typed: str) -> list[Row]:
    """Return the newest messages to this phone, or the one with this id."""
    if (own := parse_id(typed)) is not None:
        row = await fetch_one(pool, "search/find_message", company_id, own, made_at(own))
        return [] if row is None else [row]
    phone = normalise_typed(typed)
    return [] if phone is None else await fetch_rows(pool, "search/find_messages_by_phone", company_id, phone, MOST)


async def find_contacts(pool: Pool, company_id: UUID, typed: str) -> list[Row]:
    """Return contacts with this phone, or with words that begin so."""
    phone, words = normalise_typed(typed), search_words(typed)
    asked = words_query(company_id, words) if words else None
    if phone is None and asked is None:
        return []
    found = await fetch_rows(pool, "search/find_contacts", company_id, asked, phone, MOST)
    return list({row["id"]: row for row in found}.values())


async def find_named(pool: Pool, company_id: UUID, kind: str, typed: str) -> list[Row]:
    """Return the newest of a kind of NAMED whose names hold this text, whatever its accents."""
    table, about, present = NAMED[kind]
    text = query("search/find_named").replace("/*table*/", table).replace("/*about*/", about)
    rows = await pool.fetch(text.replace("/*present*/", present), company_id, typed, MOST)
    return [dict(row) for row in rows]


def _newest(rows: list[Row]) -> list[Row]:
    known = {row["id"]: row for row in rows}
    return sorted(known.values(), key=lambda row: (row["created_at"], row["id"]), reverse=True)[:MOST]
