"""What came in by webhooks lately, as the routes show it: sums, deliveries with their verdict, refusals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from engine.times import rfc3339
from engine.wire import IMPORTED
from gateway.calls import Call
from gateway.reasons import in_words
from gateway.views import time_text
from storage.searching import Row
from storage.webhook_activity import sum_all_hours, summarise

VERDICTS = ("accepted", "duplicate", "unparsed", "imported", "refused")
HOURS = 24


def first_hour(now: datetime) -> datetime:
    """Return the first of the 24 hours that end with the present one."""
    return now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=HOURS - 1)


async def activity_of(call: Call, webhook_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the small summary of each webhook, by id."""
    pool, company_id, first = call.services.pool, call.company_id, first_hour(call.now())
    rows = await summarise(pool, company_id, webhook_ids, first)
    hours = await sum_all_hours(pool, company_id, webhook_ids, first)
    spans = [first + timedelta(hours=number) for number in range(HOURS)]
    return {one: _summary(row, [hours.get((one, hour), 0) for hour in spans]) for one, row in rows.items()}


def _summary(row: Row, by_hour: list[int]) -> dict[str, Any]:
    refusal = None
    if row["refused_at"] is not None:
        reason = row["refused_reason"]
        refusal = {"reason": reason, "reason_text": in_words(reason), "at": time_text(row["refused_at"])}
    return {
        "last_delivery_at": time_text(row["last_delivery_at"]),
        "last_24h": {verdict: row[verdict] for verdict in VERDICTS},
        "by_hour": by_hour,
        "last_refusal": refusal,
    }


def by_hour(rows: Sequence[Row], first: datetime) -> list[dict[str, Any]]:
    """Return every hour with its sums, also those in which nothing came."""
    hours = [first + timedelta(hours=number) for number in range(HOURS)]
    counts = {(row["hour"], row["verdict"]): row["count"] for row in rows}
    return [{"hour": rfc3339(hour), **{one: counts.get((hour, one), 0) for one in VERDICTS}} for hour in hours]


def delivery_view(row: Row) -> dict[str, Any]:
    """Return a delivery with what became of it."""
    reason = None if row["duplicate"] else row["reason"]
    return {
        "id": row["id"],
        "event_id": row["event_id"],
        "verdict": _verdict(row),
        "event_type": row["event_type"],
        "reason": reason,
        "reason_text": in_words(reason),
        "duplicate": row["duplicate"],
        "signature": row["signature"],
        "content_type": row["content_type"],
        "bytes": row["size"],
        "created_at": time_text(row["created_at"]),
    }


def _verdict(row: Row) -> str:
    if row["duplicate"]:
        return "duplicate"
    if row["state"] == "unparsed":
        return "unparsed"
    return IMPORTED if row["signature"] == IMPORTED else "accepted"


def refusal_view(row: Row) -> dict[str, Any]:
    """Return what was refused for one reason."""
    return {
        "reason": row["reason"],
        "reason_text": in_words(row["reason"]),
        "count": row["count"],
        "last_at": time_text(row["last_at"]),
    }


def last_error(refusals: Sequence[Row], unparsed: Row | None) -> dict[str, Any] | None:
    """Return the newest of what was refused and what could not be read."""
    found: list[tuple[datetime, dict[str, Any]]] = []
    if refusals:
        newest = max(refusals, key=lambda row: row["last_at"])
        found.append((newest["last_at"], {"kind": "refused", "reason": newest["reason"], "event_id": None}))
    if unparsed is not None:
        shown = {"kind": "unparsed", "reason": unparsed["reason"], "event_id": unparsed["id"]}
        found.append((unparsed["created_at"], shown))
    if not found:
        return None
    at, error = max(found, key=lambda one: one[0])
    return {**error, "reason_text": in_words(error["reason"]), "at": rfc3339(at)}
