"""The audit log: who did what, when and from where. Written by gateway/audit.py and masteria/users.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.pagination import OLDEST, Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import LargeTable, Narrow, Page, Range, Row, fetch_rows, is_empty, search_windows

_AUDIT = LargeTable("audit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What somebody does, and whose log tells it.

    Attributes:
        ids: of the rows, one for each of ``companies``; None among these is the installation.
        changes: ``{"field": [before, after]}``, or None for a field of which only that it changed may be known.
    """

    ids: tuple[UUID, ...]
    companies: tuple[UUID | None, ...]
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    operation: str
    object_kind: str | None = None
    object_id: str | None = None
    object_name: str | None = None
    changes: Mapping[str, Any] = field(default_factory=dict)
    address: str = ""
    request_id: str = ""


class AuditFilter(NamedTuple):
    """What an entry must be; None asks for nothing."""

    actor_id: UUID | None = None
    operation: str | None = None
    object_kind: str | None = None
    object_id: str | None = None


_ACTOR = Narrow("actor_id = {}", AuditFilter._fields.index("actor_id"))
_OPERATION = Narrow("operation = {}", AuditFilter._fields.index("operation"))
_OBJECT = Narrow("object_id = {}", AuditFilter._fields.index("object_id"))


async def write_entry(executor: Pool | Connection, entry: Entry, *, done: bool) -> None:
    """Store an entry: with what it tells of (``done``), or ahead of it."""
    await executor.execute(
        query("audit/insert_entries"),
        list(entry.ids),
        list(entry.companies),
        entry.at,
        entry.actor_kind,
        entry.actor_id,
        entry.actor_name,
        entry.operation,
        entry.object_kind,
        entry.object_id,
        entry.object_name,
        _json(entry.changes),
        entry.address,
        entry.request_id,
        done,
    )


async def finish_entry(executor: Pool | Connection, entry: Entry) -> None:
    """Note that what was written ahead has been done, and what it came to."""
    await executor.execute(
        query("audit/finish_entries"),
        list(entry.ids),
        entry.object_kind,
        entry.object_id,
        entry.object_name,
        _json(entry.changes),
    )


async def drop_entry(executor: Pool | Connection, entry: Entry) -> None:
    """Take an entry back whose action was refused."""
    await executor.execute(query("audit/drop_entries"), list(entry.ids))


async def list_audit(pool: Pool, company_id: UUID, wanted: AuditFilter, within: Range) -> Page:
    """Return a page of a company's log, newest first; a filtered one may be short and still have a ``next``."""
    if is_empty(wanted):
        return await _AUDIT.everything(pool, company_id, within)
    scan = _AUDIT.windows(pool, company_id, wanted, within, narrow_audit(wanted))
    return await search_windows(scan, within.before, within.limit)


async def count_audit(
    pool: Pool, company_id: UUID, wanted: AuditFilter, *, since: datetime = OLDEST, until: datetime, most: int
) -> tuple[int, bool]:
    """Count entries, reading at most ``most`` of them; return the number and whether there may be more."""
    narrow = narrow_audit(wanted)
    return await _AUDIT.count(pool, company_id, wanted, since=since, until=until, most=most, narrow=narrow)


def narrow_audit(wanted: AuditFilter) -> Narrow | None:
    """Return by which index the wanted entries are found in order, the rarest value first."""
    if wanted.object_id is not None:
        return _OBJECT
    if wanted.actor_id is not None:
        return _ACTOR
    return None if wanted.operation is None else _OPERATION


async def list_installation_audit(executor: Pool | Connection, before: Position, limit: int) -> list[Row]:
    """Return what was done to the installation itself, newest first, behind a position."""
    return await fetch_rows(executor, "audit/list_installation_audit", *before, limit)


async def count_installation_audit(executor: Pool | Connection) -> int:
    """Return how many such entries there are, up to 10,001."""
    return int(await executor.fetchval(query("audit/count_installation_audit")))


def _json(changes: Mapping[str, Any]) -> str:
    return orjson.dumps(changes, default=str).decode().replace("\\u0000", "")
