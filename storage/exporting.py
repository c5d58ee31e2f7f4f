"""Where an export's rows come from: the lists' own queries and filters, page behind page. Called by gateway and worker.

No snapshot and no connection is held between two pages: a page begins behind the last row of the one before, in the
order of ``(created_at, id)``, and the first one at the export's beginning. What arrives meanwhile is newer than that,
so it neither shifts a page nor comes twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_type_hints
from uuid import UUID

from engine.pagination import OLDEST, Columns, Position
from engine.times import rfc3339
from storage.campaign_recipients import ExportedRecipients, export_recipients
from storage.contact_search import ContactFilter, list_contacts
from storage.events import EventFilter, list_events
from storage.messages import MessageFilter, list_messages
from storage.pool import Pool
from storage.searching import Page, Range

PAGE_ROWS = 250  # a page is made into text at one go: some milliseconds in which the process does nothing else


@dataclass(frozen=True, slots=True)
class Source:
    """Where a kind's rows come from: its list, and the list's filter."""

    filter: type[Any]
    listing: Callable[[Pool, UUID, Any, Range], Awaitable[Page]]


SOURCES: Mapping[str, Source] = {
    "events": Source(EventFilter, list_events),
    "messages": Source(MessageFilter, list_messages),
    "contacts": Source(ContactFilter, list_contacts),
    "campaign-recipients": Source(ExportedRecipients, export_recipients),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What an export holds; ``until`` is its beginning at the latest, so that nothing newer comes in.

    Attributes:
        kind: a key of SOURCES.
        wanted: the list's filter.
        since: the earliest time (inclusive).
        until: the end (exclusive).
    """

    kind: str
    wanted: tuple[object, ...]
    since: datetime
    until: datetime

    def to_json(self) -> dict[str, Any]:
        """Return the form in which a job keeps it."""
        fields = SOURCES[self.kind].filter._fields
        given = {name: value for name, value in zip(fields, self.wanted, strict=True) if value is not None}
        return {
            "kind": self.kind,
            "since": rfc3339(self.since),
            "until": rfc3339(self.until),
            "filter": {name: str(value) if isinstance(value, UUID) else value for name, value in given.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Selection:
        """Read what :meth:`to_json` made."""
        filter_type = SOURCES[stored["kind"]].filter
        hints = get_type_hints(filter_type)
        values = {name: _value(hints[name], value) for name, value in stored["filter"].items()}
        return cls(
            kind=stored["kind"],
            wanted=filter_type(**values),
            since=_time(stored["since"]),
            until=_time(stored["until"]),
        )


def select(kind: str, wanted: tuple[object, ...], query: Mapping[str, Any], now: datetime) -> Selection:
    """Return what a list's parameters ask for.

    Args:
        kind: a key of SOURCES.
        wanted: the list's filter.
        query: the list's parameters, of which ``from`` and ``to`` are read.
        now: the export's beginning.
    """
    since: datetime = query.get("from", OLDEST)
    return Selection(kind=kind, wanted=wanted, since=since, until=min(query.get("to", now), now))


async def next_page(
    pool: Pool, company_id: UUID, selection: Selection, before: Position | None, most: int = PAGE_ROWS
) -> Page:
    """Return the rows behind a position (None: the first ones); a page may be short and still have a next one."""
    source = SOURCES[selection.kind]
    start = Position(selection.until, UUID(int=0))
    within = Range(limit=most, before=before or start, since=selection.since, until=selection.until)
    return await source.listing(pool, company_id, selection.wanted, within)


async def pages(pool: Pool, company_id: UUID, selection: Selection) -> AsyncIterator[Sequence[Columns]]:
    """Yield all rows, page by page; memory holds one of them."""
    page = await next_page(pool, company_id, selection, None)
    while True:
        if page.rows:
            yield page.rows
        if page.next is None:
            return
        page = await next_page(pool, company_id, selection, page.next)


def _value(hint: Any, value: Any) -> Any:
    """Return a filter's value as its type says: JSON knows neither ids nor tuples."""
    if isinstance(value, str) and UUID in (getattr(hint, "__args__", ()) or (hint,)):
        return UUID(value)
    return tuple(value) if isinstance(value, list) else value


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
