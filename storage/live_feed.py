"""A company's newest events with their messages, in the form of the live feed. Called by the aggregator."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import asyncpg

from engine.ids import ms_to_time, time_to_ms
from engine.live_feed import SHOWN
from engine.times import rfc3339
from storage.pool import Pool, storage_errors
from storage.queries import query

_REACH_MS = 400 * 86_400_000
_SAME = ("event_type", "source", "state", "customer_name", "customer_phone", "product_name", "order_id")


async def newest_events(pool: Pool, company: bytes, now_ms: int) -> list[dict[str, Any]]:
    """Return what the ``events`` topic shows, newest first; in the form of ``actors.counting.feed_of``.

    Raises:
        StorageAway: Postgres is away.
    """
    company_id = UUID(bytes=company)
    async with storage_errors():
        events = await pool.fetch(query("metrics/newest_events"), company_id, SHOWN, ms_to_time(now_ms - _REACH_MS))
        items = {row["id"]: _item(row) for row in events}
        if items:
            oldest = events[-1]["created_at"]
            for row in await pool.fetch(query("metrics/messages_of_events"), list(items), company_id, oldest):
                items[row["event_id"]]["messages"].append(
                    {
                        "id": str(row["id"]),
                        "status": row["status"],
                        "to": row["to_phone"],
                        "at_ms": time_to_ms(row["updated_at"]),
                    }
                )
    return list(items.values())


def _item(row: asyncpg.Record) -> dict[str, Any]:
    cents = row["order_value_cents"]
    return {
        "id": str(row["id"]),
        **{name: row[name] for name in _SAME},
        "order_value": None if cents is None else f"{cents // 100}.{cents % 100:02d}",
        "created_at": rfc3339(row["created_at"]),
        "messages": [],
    }
