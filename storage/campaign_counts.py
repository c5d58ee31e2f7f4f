"""What has become of campaigns' messages: from the counters, never by counting messages. Exact in one snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engine.campaign_counts import Parts, read_part
from engine.metrics import CAMPAIGN, CAMPAIGN_PART
from storage.pool import Connection, Pool, storage_errors
from storage.queries import query
from storage.searching import Row, fetch_rows

MOST_MARKED = 100_000


@dataclass(slots=True)
class Counted:
    """One campaign's counters: by status (and outcome), and the same by number and template."""

    keys: dict[str, int] = field(default_factory=dict)
    parts: Parts = field(default_factory=Parts)


class Apart(NamedTuple):
    """How many recipients stand apart with a status, for a reason."""

    status: str
    reason: str
    number: int


async def read_counts(
    executor: Connection | Pool, company_id: UUID, campaign_ids: Sequence[UUID], *, parts: bool = False
) -> dict[UUID, Counted]:
    """Return the counters of campaigns; every one asked for is in the answer."""
    found = {campaign_id: Counted() for campaign_id in campaign_ids}
    if not found:
        return found
    kinds = [CAMPAIGN, CAMPAIGN_PART] if parts else [CAMPAIGN]
    rows = await executor.fetch(query("campaigns/read_counts"), company_id, list(found), kinds)
    for subject, kind, key, value in rows:
        counted = found[UUID(bytes=subject.bytes)]
        if kind == CAMPAIGN:
            counted.keys[key] = value
        else:
            read_part(counted.parts, key, value)
    return found


async def count_marked(executor: Connection | Pool, company_id: UUID, campaign_id: UUID) -> tuple[list[Apart], bool]:
    """Return how many recipients stand apart by status and reason, and whether there are more than were looked at."""
    rows = await executor.fetch(query("campaigns/count_marked"), campaign_id, company_id, MOST_MARKED + 1)
    found = [Apart(row["status"], row["reason"], row["number"]) for row in rows]
    return found, sum(apart.number for apart in found) > MOST_MARKED


async def name_things(
    executor: Connection | Pool, company_id: UUID, sessions: Sequence[UUID], templates: Sequence[UUID]
) -> dict[str, dict[UUID, str]]:
    """Return the names of numbers and templates, by ``sessions`` and ``templates``."""
    names: dict[str, dict[UUID, str]] = {"sessions": {}, "templates": {}}
    rows = await executor.fetch(query("campaigns/name_things"), company_id, list(sessions), list(templates))
    for kind, subject, name in rows:
        names[kind][UUID(bytes=subject.bytes)] = name
    return names


async def list_for_summary(
    executor: Connection | Pool, company_id: UUID, since: datetime, until: datetime, state: str | None, most: int
) -> list[Row]:
    """Return campaigns that began in a period, newest first: id, name, state and how many recipients."""
    return await fetch_rows(executor, "campaigns/list_for_summary", company_id, since, until, state, most)


async def sum_hours(
    executor: Connection | Pool,
    company_id: UUID,
    campaign_ids: Sequence[UUID],
    since: datetime,
    until: datetime,
    zone_name: str,
    keys: Sequence[str],
) -> list[tuple[int, str, int]]:
    """Return (local hour of the making, key, number) of campaigns' messages that were made in a period."""
    if not campaign_ids:
        return []
    arguments = (company_id, since, until, list(campaign_ids), zone_name, list(keys))
    rows = await executor.fetch(query("campaigns/sum_hours"), *arguments)
    return [(hour, key, value) for hour, key, value in rows]


class RolledUp(NamedTuple):
    """A campaign's counters out of the roll-ups, and up to where each writer's deltas are in them."""

    keys: dict[str, int]
    watermarks: dict[tuple[str, int], int]


async def read_rolled_up(
    pool: Pool, company_id: UUID, campaign_id: UUID, writers: Sequence[tuple[str, int]]
) -> RolledUp:
    """Return what is rolled up of a campaign, with the watermarks of the same snapshot.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        rows = await pool.fetch(
            query("campaigns/read_live"),
            company_id,
            campaign_id,
            [writer for writer, _ in writers],
            [epoch for _, epoch in writers],
        )
    found = RolledUp({}, {})
    for key, value, writer, epoch in rows:
        if writer is None:
            found.keys[key] = value
        else:
            found.watermarks[writer, epoch] = value
    return found


async def list_live(pool: Pool, campaign_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return company, state, stalled, updated_at and written of campaigns.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        return {row["id"]: row for row in await fetch_rows(pool, "campaigns/list_live", list(campaign_ids))}
