"""From what a shard's transaction did to its delta and to the live feed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from engine.metrics import MINUTE_MS, Delta, subjects_of
from engine.outgoing_watch import WATCH
from engine.times import rfc3339
from engine.wire import IMPORTED
from storage.ingest_rows import EVENT_COLUMNS, EventWrite, Stored
from storage.message_changes import born, count

_AT = {name: index for index, name in enumerate(EVENT_COLUMNS)}
_TYPE, _STATE, _COMPANY = _AT["event_type"], _AT["state"], _AT["company_id"]
_WEBHOOK, _SIGNATURE, _SOURCE = _AT["webhook_id"], _AT["signature"], _AT["source"]
_SHOWN = ("event_type", "source", "state", "customer_name", "customer_phone", "product_name", "order_id")
_FEED = 20


def count_stored(stored: Stored) -> Delta:
    """Return the delta of a transaction: fresh events, new messages, status transitions, duplicates."""
    delta = Delta()
    by_webhook: dict[tuple[UUID, int, UUID, str], int] = {}
    for event in stored.fresh:
        row = event.row
        event_ms = event.event_id.int >> 80
        delta.event(row[_COMPANY].bytes, event_ms, row[_TYPE], row[_STATE], row[_SOURCE])
        if row[_WEBHOOK] is not None:
            came = (row[_COMPANY], event_ms // MINUTE_MS, row[_WEBHOOK], _verdict(row))
            by_webhook[came] = by_webhook.get(came, 0) + 1
    for (owner, minute, webhook_id, verdict), number in by_webhook.items():
        delta.webhook(owner.bytes, minute * MINUTE_MS, webhook_id.bytes, verdict, number)
    count(delta, map(born, stored.messages))
    for gone in stored.cancelled:
        of = subjects_of(gone.rule_id, gone.template_id, gone.campaign_id)
        message_ms = gone.message_id.int >> 80
        delta.message(gone.company_id.bytes, message_ms, gone.session_id.bytes, gone.old_status, "cancelled", of)
    count(delta, stored.folded)
    for owner, number in stored.duplicates.items():
        delta.count(owner.bytes, "duplicates", number)
    for (owner, webhook_id), number in stored.repeated.items():
        delta.webhook(owner.bytes, 0, webhook_id.bytes, "duplicate", number)
    if WATCH.companies:
        _tell(delta, stored)
    return delta


def _tell(delta: Delta, stored: Stored) -> None:
    """Note what companies' own systems want told of it, beside the messages that are counted as transitions."""
    for event in stored.fresh:
        if event.row[_SIGNATURE] != IMPORTED:  # the past is no news
            delta.tell(event.row[_COMPANY].bytes, "event", event.row[_STATE], event.event_id.bytes)
    for gone in stored.cancelled:
        delta.tell(gone.company_id.bytes, "message", "cancelled", gone.message_id.bytes)


def _verdict(row: list[Any]) -> str:
    if row[_SIGNATURE] == IMPORTED:
        return IMPORTED
    return "unparsed" if row[_STATE] == "unparsed" else "accepted"


def feed_of(stored: Stored, now_ms: int) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the newest events and message changes per company (hex), for the live feed."""
    feed: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def part(company: str, kind: str) -> list[dict[str, Any]]:
        return feed.setdefault(company, {"events": [], "messages": []})[kind]

    for event in stored.fresh[-_FEED:]:
        part(event.row[_COMPANY].hex, "events").append(_summary(event))
    for message in stored.messages[-_FEED:]:
        part(message.company_id.hex, "messages").append(
            {
                "id": str(message.id),
                "event_id": str(message.event_id) if message.event_id else None,
                "status": message.status,
                "to": message.to_phone,
                "at_ms": now_ms,
            }
        )
    for gone in stored.cancelled[-_FEED:]:
        part(gone.company_id.hex, "messages").append(
            {"id": str(gone.message_id), "status": "cancelled", "at_ms": now_ms}
        )
    for change in stored.folded[-_FEED:]:
        part(change.company_id.hex, "messages").append(
            {"id": str(change.message_id), "status": change.new, "at_ms": now_ms}
        )
    return feed


def _summary(event: EventWrite) -> dict[str, Any]:
    row = event.row
    cents = row[_AT["order_value_cents"]]
    return {
        "id": str(event.event_id),
        **{name: row[_AT[name]] for name in _SHOWN},
        "order_value": None if cents is None else f"{cents // 100}.{cents % 100:02d}",
        "created_at": rfc3339(row[_AT["created_at"]]),
    }
