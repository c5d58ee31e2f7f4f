"""Rows → the ``data`` of what a company's own systems are told: the API's shapes, without payloads and bytes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from engine.export_columns import Row
from engine.money import cents_to_text
from engine.times import rfc3339

_EVENT = (
    "source",
    "event_type",
    "external_id",
    "order_id",
    "state",
    "reason",
    "product_name",
    "plan_name",
    "pix_code",
    "payment_method",
)
_MESSAGE = ("order_id", "lane", "type", "text", "category", "reason", "attempt", "provider_id")
_CAMPAIGN_TIMES = ("created_at", "started_at", "finished_at")
_MESSAGE_IDS = ("event_id", "rule_id", "campaign_id", "session_id", "retry_of")


def event_data(row: Row) -> dict[str, Any]:
    """Return an event."""
    cents, expires = row["order_value_cents"], row["pix_expires_at"]
    return {
        "id": str(row["id"]),
        "webhook_id": _text(row["webhook_id"]),
        **{name: row[name] for name in _EVENT},
        "customer": {name: row[f"customer_{name}"] for name in ("name", "phone", "email", "document")},
        "order_value": None if cents is None else cents_to_text(cents),
        "pix_expires_at": None if expires is None else rfc3339(expires),
        "occurred_at": rfc3339(row["occurred_at"]),
        "created_at": rfc3339(row["created_at"]),
    }


def message_data(row: Row, status: str) -> dict[str, Any]:
    """Return a message in the status that is told; its timeline may have gone on already."""
    return {
        "id": str(row["id"]),
        **{name: _text(row[name]) for name in _MESSAGE_IDS},
        "to": row["to_phone"],
        "template": row["template_name"],
        **{name: row[name] for name in _MESSAGE},
        "status": status,
        "error": None if row["error"] is None else orjson.Fragment(row["error"]),
        "created_at": rfc3339(row["created_at"]),
        "timeline": orjson.Fragment(row["timeline"]),
    }


def campaign_data(row: Row, total: int, counts: Mapping[str, int]) -> dict[str, Any]:
    """Return a campaign that is over, with how many messages have each status by then; receipts may still come."""
    return {
        "id": str(row["id"]),
        "name": row["name"],
        "status": row["state"],
        "origin": row["origin"],
        "parent_id": _text(row["parent_id"]),
        "total": total,
        "counts": dict(counts),
        **{name: None if row[name] is None else rfc3339(row[name]) for name in _CAMPAIGN_TIMES},
    }


def _text(value: object) -> str | None:
    return None if value is None else str(value)
