"""Roll-ups and what the aggregator reads of them: the start, lost deltas, periods. Called by the aggregator alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import asyncpg

from engine.delta_order import KEPT_EPOCHS, Gap
from engine.ids import ms_to_time, time_to_ms
from engine.metrics import LATENCY, LIVE_KINDS, MINUTE_MS, Change
from engine.windows import HOUR_MS, LATENCY_MINUTES, DayClock, Span, zone_of
from storage.pool import Connection, Pool, storage_errors
from storage.queries import query

MISSING_AT_ONCE = 2_000


class DeltaRow(NamedTuple):
    """One transaction's delta as it is stored."""

    writer: str
    epoch: int
    seq: int
    committed_ms: int
    data: str


@dataclass(slots=True)
class Loaded:
    """One snapshot of everything that counts: the roll-ups of each company's day, and the deltas beyond them."""

    zones: dict[bytes, str]
    watermarks: list[tuple[str, int, int]]
    totals: list[Change]
    day: list[Change]
    latency: list[Change]
    deltas: list[DeltaRow]


class Periods(NamedTuple):
    """Sums of several stretches (part, kind, key, value) and the watermarks they were read at."""

    sums: list[tuple[int, str, str, int]]
    watermarks: dict[tuple[str, int], int]


async def load(pool: Pool, now_ms: int) -> Loaded:
    """Read what a starting aggregator needs, in one snapshot.

    Raises:
        StorageAway: Postgres is away.
    """
    async with (
        storage_errors(),
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        zones = {row[0]: row[1] for row in await connection.fetch(query("metrics/load_zones"))}
        marks = [(row[0], row[1], row[2]) for row in await connection.fetch(query("metrics/load_watermarks"))]
        totals = await connection.fetch(query("metrics/load_totals"), list(zones), LIVE_KINDS)
        day, latency = await _load_day(connection, zones, now_ms)
        deltas = await connection.fetch(query("metrics/load_deltas"))
    return Loaded(
        zones={company.bytes: zone for company, zone in zones.items()},
        watermarks=marks,
        totals=[Change(c.bytes, 0, kind, key, session.bytes, n) for c, kind, key, session, n in totals],
        day=day,
        latency=latency,
        deltas=[DeltaRow(*row) for row in deltas],
    )


async def _load_day(connection: Connection, zones: dict[UUID, str], now_ms: int) -> tuple[list[Change], list[Change]]:
    """Return the changes of each company's day so far, and the latencies of the last minutes."""
    clocks = {name: DayClock(zone_of(name)).day(now_ms)[0] for name in set(zones.values())}
    starts = [clocks[name] for name in zones.values()]
    whole = [-(-start // HOUR_MS) * HOUR_MS for start in starts]
    hour_times = [ms_to_time(ms) for ms in whole]
    companies = list(zones)
    day = await connection.fetch(query("metrics/load_hours"), companies, hour_times, LIVE_KINDS)
    uneven = [index for index, start in enumerate(starts) if start != whole[index]]
    if uneven:
        day += await connection.fetch(
            query("metrics/load_minutes"),
            [companies[index] for index in uneven],
            [ms_to_time(starts[index]) for index in uneven],
            [hour_times[index] for index in uneven],
            LIVE_KINDS,
        )
    first = now_ms // MINUTE_MS * MINUTE_MS - (LATENCY_MINUTES - 1) * MINUTE_MS
    minutes = await connection.fetch(
        query("metrics/load_minutes"),
        companies,
        [ms_to_time(first)] * len(companies),
        [ms_to_time(now_ms + HOUR_MS)] * len(companies),
        [LATENCY],
    )
    return [_change(row) for row in day], [_change(row) for row in minutes]


def _change(row: asyncpg.Record) -> Change:
    company, start, kind, key, session, value = row
    return Change(company.bytes, time_to_ms(start), kind, key, session.bytes, value)


async def load_zones(pool: Pool) -> dict[bytes, str]:
    """Return every company's time zone by its id (16 bytes).

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        return {row[0].bytes: row[1] for row in await pool.fetch(query("metrics/load_zones"))}


async def find_tails(pool: Pool) -> list[tuple[str, int, int]]:
    """Return (writer, epoch, seq) of the newest delta of every writer that has any left.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        return [(row[0], row[1], row[2]) for row in await pool.fetch(query("metrics/find_tails"))]


async def read_missing(pool: Pool, gaps: Sequence[Gap]) -> list[DeltaRow]:
    """Return the deltas of the gaps, in order, at most 2,000.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        columns = list(zip(*gaps, strict=True))
        rows = await pool.fetch(query("metrics/read_missing"), *columns, MISSING_AT_ONCE)
    return [DeltaRow(*row) for row in rows]


async def read_watermarks(pool: Pool) -> dict[tuple[str, int], int]:
    """Return up to where each writer's epoch is rolled up.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        return {(row[0], row[1]): row[2] for row in await pool.fetch(query("metrics/load_watermarks"))}


async def roll_up(pool: Pool, counted: Sequence[tuple[str, int, int]]) -> int:
    """Move deltas into the roll-ups, up to a number per writer and epoch, in one transaction.

    Returns:
        How many deltas were moved.

    Raises:
        StorageAway: Postgres is away; done as a whole or not at all, and safe to repeat.
    """
    if not counted:
        return 0
    async with storage_errors(), pool.acquire() as connection:
        moved: int = await connection.fetchval(query("metrics/roll_up"), *zip(*counted, strict=True))
        return moved


async def forget_watermarks(pool: Pool) -> None:
    """Drop the watermarks of epochs that are long over.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        await pool.execute(query("metrics/forget_watermarks"), KEPT_EPOCHS)


async def sum_periods(
    pool: Pool,
    company: bytes,
    parts: Sequence[Sequence[Span]],
    subject: UUID | None,
    writers: Iterable[tuple[str, int]],
    kinds: Sequence[str],
) -> Periods:
    """Sum a company's roll-ups over several periods, together with the writers' watermarks of the same snapshot.

    ``subject`` is the session, or what stands for it in the rows of those kinds; None: all of them.

    Raises:
        StorageAway: Postgres is away.
    """
    stretches = [
        (part, span.step_s, ms_to_time(span.from_ms), ms_to_time(span.to_ms))
        for part, spans in enumerate(parts)
        for span in spans
    ]
    asked = list(writers)
    async with storage_errors():
        rows = await pool.fetch(
            query("metrics/sum_periods"),
            UUID(bytes=company),
            *(list(column) for column in (zip(*stretches, strict=True) if stretches else ([], [], [], []))),
            subject,
            [writer for writer, _ in asked],
            [epoch for _, epoch in asked],
            kinds,
        )
    return Periods(
        sums=[
            (part, kind, key, value)
            for part, kind, keys, values, _ in rows
            if part is not None
            for key, value in zip(keys, values, strict=True)
        ],
        watermarks={(row[2][0], row[4]): row[3][0] for row in rows if row[0] is None},
    )


class SubjectSums(NamedTuple):
    """Sums by subject (16 bytes) and key, and the watermarks they were read at."""

    sums: dict[bytes, dict[str, int]]
    watermarks: dict[tuple[str, int], int]


async def sum_subjects(
    pool: Pool, company: bytes, spans: Sequence[Span], kind: str, writers: Iterable[tuple[str, int]]
) -> SubjectSums:
    """Sum a company's roll-ups of one kind over a period, by what stands for the session in its rows.

    Raises:
        StorageAway: Postgres is away.
    """
    asked = list(writers)
    async with storage_errors():
        rows = await pool.fetch(
            query("metrics/sum_subjects"),
            UUID(bytes=company),
            [span.step_s for span in spans],
            [ms_to_time(span.from_ms) for span in spans],
            [ms_to_time(span.to_ms) for span in spans],
            kind,
            [writer for writer, _ in asked],
            [epoch for _, epoch in asked],
        )
    found = SubjectSums({}, {})
    for subject, key, value, epoch in rows:
        if subject is None:
            found.watermarks[key, epoch] = value
        else:
            found.sums.setdefault(subject.bytes, {})[key] = value
    return found


async def name_subjects(pool: Pool, company: bytes, kind: str, subjects: Iterable[bytes]) -> dict[bytes, str]:
    """Return the names of numbers (kind message), rules, templates or campaigns; of what is gone there is none.

    Raises:
        StorageAway: Postgres is away.
    """
    ids = [UUID(bytes=subject) for subject in subjects]
    async with storage_errors():
        rows = await pool.fetch(query("metrics/name_subjects"), UUID(bytes=company), kind, ids)
    return {row[0].bytes: row[1] for row in rows}


async def first_known(pool: Pool, company: bytes, step_s: int) -> int | None:
    """Return since when a company's sums of 60, 3,600 or 86,400 s are known (ms since 1970); None of nothing.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        found = await pool.fetchval(query("metrics/first_known"), UUID(bytes=company), step_s)
    return None if found is None else time_to_ms(found)


async def find_oldest_due(pool: Pool, sessions: Sequence[bytes]) -> dict[bytes, int]:
    """Return when each session's longest waiting message was due (milliseconds since 1970).

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        rows = await pool.fetch(query("metrics/find_oldest_due"), [UUID(bytes=session) for session in sessions])
    return {row[0].bytes: time_to_ms(row[1]) for row in rows}


async def list_sessions(pool: Pool, companies: Sequence[bytes]) -> dict[bytes, dict[bytes, dict[str, str | None]]]:
    """Return company → session → what the live topics show of it.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        rows = await pool.fetch(query("metrics/list_sessions"), [UUID(bytes=company) for company in companies])
    found: dict[bytes, dict[bytes, dict[str, str | None]]] = {company: {} for company in companies}
    for session_id, company_id, name, transport, phone, state, reason in rows:
        shown = {"name": name, "transport": transport, "phone": phone, "state": state, "reason": reason}
        found[company_id.bytes][session_id.bytes] = shown
    return found
