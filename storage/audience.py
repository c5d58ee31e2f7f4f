"""The contacts that an audience means, page after page in the order of their ids. Called by campaigns and bulk jobs.

Lists, tags and the newest event are Postgres' business, custom fields are compared here (engine/audience.py). A page is
read from the smallest set that the audience names: its lists, its tags, else all contacts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from engine.audience import Audience
from storage.pool import Connection, Pool
from storage.queries import query

Contact = dict[str, Any]
FIRST = UUID(int=0)
_WINDOW = 2_000


@dataclass(frozen=True, slots=True)
class AudiencePage:
    """Contacts that are meant, the id to go on behind (None: that was all), and how many were looked at."""

    rows: list[Contact]
    next: UUID | None
    looked_at: int


async def walk_audience(
    connection: Connection | Pool,
    company_id: UUID,
    audience: Audience,
    after: UUID = FIRST,
    *,
    as_of: datetime | None = None,
    window: int = _WINDOW,
) -> AudiencePage:
    """Look at up to ``window`` contacts behind an id; return those meant, few or none of them perhaps.

    A row has ``id, phone, wa_id, name, email, document, fields (a dict), source, last_event_type, last_event_at,
    last_inbound_at, created_at``.

    Args:
        connection: any.
        company_id: whose contacts.
        audience: whom it means.
        after: the last contact looked at before.
        as_of: the moment that "within 30 days" counts from; by default now.
        window: how many to look at.
    """
    name, more = _driver(audience)
    last = audience.last_event
    earliest, end = last.bounds(as_of or datetime.now(UTC)) if last else (None, None)
    found = await connection.fetch(
        query(f"audience/{name}"),
        company_id,
        after,
        window,
        list(audience.lists),
        list(audience.exclude_lists),
        list(audience.tags_any),
        list(audience.tags_all),
        list(audience.tags_none),
        list(last.types) if last else [],
        earliest,
        end,
        audience.opted_out,
        *more,
    )
    rows = [_contact(row) for row in found if row["hit"]]
    meant = [row for row in rows if all(condition.holds(row) for condition in audience.conditions)]
    return AudiencePage(meant, found[-1]["id"] if found else None, len(found))


async def page_audience(
    connection: Connection | Pool,
    company_id: UUID,
    audience: Audience,
    after_contact_id: UUID | None,
    limit: int,
    *,
    as_of: datetime | None = None,
) -> list[Contact]:
    """Return the next ``limit`` contacts that are meant behind an id; fewer only where there are no more.

    Rows as of :func:`walk_audience`, which bounds what is read where few of many contacts are meant.
    """
    rows: list[Contact] = []
    after: UUID | None = after_contact_id or FIRST
    while after is not None and len(rows) < limit:
        page = await walk_audience(connection, company_id, audience, after, as_of=as_of, window=max(limit, _WINDOW))
        rows += page.rows
        after = page.next
    return rows[:limit]


async def count_audience(pool: Pool, company_id: UUID, audience: Audience, *, as_of: datetime | None = None) -> int:
    """Return how many contacts are meant, all of them counted (1,000,000 take seconds: for jobs and previews)."""
    number, after = 0, FIRST
    while True:
        page = await walk_audience(pool, company_id, audience, after, as_of=as_of, window=_WINDOW * 5)
        number += len(page.rows)
        if page.next is None:
            return number
        after = page.next


def _driver(audience: Audience) -> tuple[str, tuple[list[str], ...]]:
    if audience.lists:
        return "page_lists", ()
    if audience.tags_all:
        return "page_tags", ([audience.tags_all[0]],)
    if audience.tags_any:
        return "page_tags", (list(audience.tags_any),)
    return "page_contacts", ()


def _contact(row: Any) -> Contact:
    contact = dict(row)
    del contact["hit"]
    contact["fields"] = orjson.loads(contact["fields"])
    return contact
