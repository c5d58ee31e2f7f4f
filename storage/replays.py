"""Events read again for a replay, with what their rules have done already, and the runs that a replay adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.pagination import Columns, Position
from engine.replay import Before
from storage.events import EventFilter
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_rows, made_at


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """A window's events that some rule may act on; how many passed the filter, and of them how many are unread."""

    rows: Sequence[Columns]
    hits: int
    unread: int
    next: Position | None


# An event's id and its messages' are made by different processes, perhaps by different clocks.
_CLOCKS = timedelta(days=1)


class Effects(NamedTuple):
    """What a rule has made of an event."""

    messages: list[Before]
    cases: list[str]


class Replayed(NamedTuple):
    """The runs that a replay adds to an event, JSON as text."""

    event_id: UUID
    runs: str


async def page_replay(
    executor: Pool | Connection,
    company_id: UUID,
    wanted: EventFilter,
    before: Position,
    since: datetime,
    window: int,
    types: Sequence[str] | None,
    *,
    payloads: bool,
) -> ReplayPage:
    """Return a window of events, newest first, from behind a place.

    Args:
        types: only events of these types are brought; the others are counted. None: of any.
        payloads: whether rules look into payloads.
    """
    rows = await executor.fetch(
        query("events/page_replay"),
        company_id,
        *before,
        since,
        window,
        *wanted,
        None if types is None else list(types),
        payloads,
    )
    last = rows[-1] if rows and rows[-1]["position"] >= window else None
    following = None if last is None else Position(last["created_at"], last["id"])
    hits, unread = (rows[0]["hits"], rows[0]["unread"]) if rows else (0, 0)
    return ReplayPage([row for row in rows if row["hit"]], hits, unread, following)


async def get_replay(executor: Pool | Connection, company_id: UUID, event_ids: Sequence[UUID]) -> list[Row]:
    """Return these events of a company with their payloads."""
    times = [made_at(event_id) for event_id in event_ids]
    return await fetch_rows(executor, "events/get_replay", company_id, list(event_ids), times, min(times), max(times))


async def find_effects(
    executor: Pool | Connection, company_id: UUID, events: Sequence[Columns]
) -> dict[tuple[UUID, UUID], Effects]:
    """Return by event and rule what has been made of these events."""
    found: dict[tuple[UUID, UUID], Effects] = {}
    if not events:
        return found
    oldest = min(row["created_at"] for row in events) - _CLOCKS
    rows = await executor.fetch(query("events/find_effects"), company_id, [row["id"] for row in events], oldest)
    for row in rows:
        effects = found.setdefault((row["event_id"], row["rule_id"]), Effects([], []))
        if row["id"] is None:
            effects.cases.append(row["status"])
        else:
            effects.messages.append(Before(row["id"], row["status"], row["reason"]))
    return found


async def read_caps(executor: Pool | Connection, keys: Sequence[UUID]) -> dict[UUID, int]:
    """Return how often caps per order were used; one that is missing never was."""
    if not keys:
        return {}
    return {row["key"]: row["used"] for row in await executor.fetch(query("events/read_caps"), list(keys))}


async def add_replays(
    connection: Connection, company_id: UUID, job_id: UUID, at: datetime, replayed: Sequence[Replayed]
) -> None:
    """Add a replay's runs to its events, inside the caller's transaction."""
    if replayed:
        await connection.copy_records_to_table(
            "event_replays",
            records=[(one.event_id, job_id, company_id, at, one.runs) for one in replayed],
            columns=("event_id", "job_id", "company_id", "at", "runs"),
        )


async def list_replays(executor: Pool | Connection, company_id: UUID, event_id: UUID) -> list[Row]:
    """Return an event's replays, oldest first: job_id, at, and the runs as values."""
    rows = await fetch_rows(executor, "events/list_replays", company_id, event_id)
    return [{**row, "runs": orjson.loads(row["runs"])} for row in rows]


async def find_changed_rule(
    executor: Pool | Connection, company_id: UUID, since: datetime, rule_ids: Sequence[UUID] | None
) -> str | None:
    """Return the name of an active rule that was made or changed after a time, None if there is none."""
    name: str | None = await executor.fetchval(
        query("rules/find_changed"), company_id, since, None if rule_ids is None else list(rule_ids)
    )
    return name


def filter_of(given: Mapping[str, Any]) -> EventFilter:
    """Read the filter of a replay's request."""
    values = {name: given.get(name) for name in EventFilter._fields}
    if values["webhook_id"] is not None:
        values["webhook_id"] = UUID(values["webhook_id"])
    if values["payload"] is not None:
        values["payload"] = orjson.dumps(values["payload"]).decode()
    return EventFilter(**values)
