"""Alerts as rows: kept by the API, looked at and told by the workers' loops, which read only what is committed."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

_JSON = ("scope", "quiet", "channels")


@dataclass(frozen=True, slots=True)
class AlertWrite:
    """What people decide of an alert."""

    name: str
    metric: str
    threshold: float
    window_s: int
    scope: Mapping[str, Any]
    quiet: Mapping[str, Any] | None
    channels: Mapping[str, Any]
    active: bool

    def values(self) -> tuple[object, ...]:
        return (
            self.name,
            self.metric,
            self.threshold,
            self.window_s,
            _text(self.scope),
            None if self.quiet is None else _text(self.quiet),
            _text(self.channels),
            self.active,
        )


async def insert_alert(pool: Pool, company_id: UUID, alert_id: UUID, alert: AlertWrite, now: datetime) -> bool:
    """Keep a new alert; False if the company has as many as it may."""
    made = await pool.fetchval(query("alerts/insert_alert"), alert_id, company_id, *alert.values(), now)
    return made is not None


async def list_alerts(pool: Pool, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's alerts, newest first, behind a position."""
    return [_read(row) for row in await fetch_rows(pool, "alerts/list_alerts", company_id, *before, limit)]


async def count_alerts(pool: Pool, company_id: UUID) -> int:
    """Return how many alerts a company has."""
    return int(await pool.fetchval(query("alerts/count_alerts"), company_id))


async def get_alert(executor: Pool | Connection, company_id: UUID, alert_id: UUID) -> Row | None:
    """Return one alert, or None."""
    row = await fetch_one(executor, "alerts/get_alert", company_id, alert_id)
    return None if row is None else _read(row)


async def update_alert(pool: Pool, company_id: UUID, alert_id: UUID, alert: AlertWrite, now: datetime) -> Row | None:
    """Change an alert; what it looks at begins anew. None: there is none."""
    row = await fetch_one(pool, "alerts/update_alert", company_id, alert_id, *alert.values(), now)
    return None if row is None else _read(row)


async def delete_alert(pool: Pool, company_id: UUID, alert_id: UUID) -> bool:
    """Take an alert away; False: there is none."""
    return await pool.fetchval(query("alerts/delete_alert"), company_id, alert_id) is not None


async def list_changes(pool: Pool, company_id: UUID, alert_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return when an alert changed its state, newest first."""
    return await fetch_rows(pool, "alerts/list_changes", alert_id, company_id, *before, limit)


async def count_changes(pool: Pool, company_id: UUID, alert_id: UUID) -> int:
    """Return how often an alert changed its state, up to 10,001."""
    return int(await pool.fetchval(query("alerts/count_changes"), alert_id, company_id))


async def claim_alerts(pool: Pool, now: datetime, every: timedelta, most: int) -> list[Row]:
    """Take alerts whose time has come; each has its company's ``time_zone`` beside it."""
    return [_read(row) for row in await fetch_rows(pool, "alerts/claim_alerts", now, every, most)]


async def save_look(
    connection: Connection, alert: Row, state: str, streak: int, value: float | None, now: datetime
) -> bool:
    """Write what a look came to; False where the alert was changed meanwhile."""
    return (
        await connection.fetchval(
            query("alerts/save_look"), alert["id"], alert["state"], state, streak, value, now, alert["updated_at"]
        )
        is not None
    )


async def insert_change(
    connection: Connection, change_id: UUID, alert: Row, state: str, value: float | None, *, quiet: bool, now: datetime
) -> None:
    """Write an alert's change of state."""
    await connection.execute(
        query("alerts/insert_change"), change_id, alert["id"], alert["company_id"], state, value, quiet, now
    )


async def insert_sends(
    connection: Connection | Pool,
    company_id: UUID,
    alert_id: UUID,
    channels: Mapping[UUID, str],
    data: Mapping[str, Any],
    look_at: datetime,
) -> None:
    """Have something told by several channels, each by itself.

    Args:
        connection: where to write.
        company_id: whose alert.
        alert_id: which.
        channels: a new id → app, webhook or whatsapp.
        data: JSON values.
        look_at: not before.
    """
    await connection.execute(
        query("alerts/insert_sends"),
        list(channels),
        company_id,
        alert_id,
        list(channels.values()),
        _text(data),
        look_at,
    )


async def claim_sends(pool: Pool, now: datetime, most: int) -> list[Row]:
    """Take what is to be told now (``data``, and ``alert`` with its present state and channels, or None)."""
    rows = await fetch_rows(pool, "alerts/claim_sends", now, most)
    return [
        {
            **row,
            "data": orjson.loads(row["data"]),
            "alert": None if row["alert"] is None else orjson.loads(row["alert"]),
        }
        for row in rows
    ]


async def delete_send(connection: Connection | Pool, send_id: UUID) -> bool:
    """Note that something was told; False where it had been already."""
    return await connection.fetchval(query("alerts/delete_send"), send_id) is not None


async def fail_send(pool: Pool, send_id: UUID, error: str) -> None:
    """Note why something could not be told; its next try is set already."""
    await pool.execute(query("alerts/fail_send"), send_id, error[:500])


async def read_minutes(
    pool: Pool,
    company_id: UUID,
    since: datetime,
    until: datetime,
    kinds: Sequence[str],
    sessions: Sequence[UUID] = (),
    keys: Sequence[str] = (),
) -> list[tuple[datetime, str, str, int]]:
    """Return a company's sums by minute, oldest first: minute, kind, key, value."""
    rows = await pool.fetch(query("alerts/read_minutes"), company_id, since, until, kinds, sessions, keys)
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def last_minute(
    pool: Pool, company_id: UUID, since: datetime, kind: str, keys: Sequence[str]
) -> tuple[datetime | None, bool]:
    """Return the newest minute with events since a time, and whether there ever were any."""
    row = await pool.fetchrow(query("alerts/last_minute"), company_id, since, kind, keys)
    return (None, False) if row is None else (row["minute"], row["known"])


async def count_dead_letters(pool: Pool, company_id: UUID, since: datetime, sessions: Sequence[UUID]) -> int:
    """Return how many open dead letters came since a time, up to 10,001."""
    return int(await pool.fetchval(query("alerts/count_dead_letters"), company_id, since, sessions))


async def oldest_due_s(pool: Pool, company_id: UUID, now: datetime, sessions: Sequence[UUID]) -> float:
    """Return for how many seconds the longest waiting message is due; 0 where nothing is."""
    seconds: float | None = await pool.fetchval(query("alerts/oldest_due"), company_id, now, sessions)
    return max(0.0, seconds or 0.0)


async def count_down(pool: Pool, company_id: UUID, sessions: Sequence[UUID]) -> int | None:
    """Return how many numbers do not send; None where there are none at all."""
    row = await pool.fetchrow(query("alerts/count_down"), company_id, sessions)
    return None if row is None or not row["numbers"] else int(row["down"])


async def list_live(pool: Pool, companies: Collection[bytes]) -> dict[bytes, dict[str, Any]]:
    """Return the live topic ``alerts`` of companies (16 bytes each)."""
    rows = await pool.fetch(query("alerts/list_live"), [UUID(bytes=company) for company in companies])
    return {
        row["company_id"].bytes: {"alerts": orjson.loads(row["alerts"]), "unread": min(row["unread"], 1_000)}
        for row in rows
    }


def _text(value: Mapping[str, Any]) -> str:
    return orjson.dumps(dict(value), default=str).decode()


def _read(row: Row) -> Row:
    return row | {name: None if row[name] is None else orjson.loads(row[name]) for name in _JSON}
