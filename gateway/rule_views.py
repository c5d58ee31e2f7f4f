"""Runs and cases of rules as the API shows them."""

from __future__ import annotations

from typing import Any

import orjson

from engine.pagination import Columns
from gateway.reasons import in_words
from gateway.views import time_text

_AS_STORED = ("id", "rule_id", "version", "event_id", "order_id", "phone", "state", "reason")


def case_view(row: Columns) -> dict[str, Any]:
    """Return a case with its log, reasons in words."""
    log: list[dict[str, Any]] = orjson.loads(row["log"])
    return {
        **{
            name: row[name] for name in ("id", "rule_id", "version", "event_id", "order_id", "phone", "state", "reason")
        },
        "reason_text": in_words(row["reason"]),
        "next_step": None if row["step"] is None else orjson.loads(row["step"]).get("step"),
        "due_at": None if row["due_at"] is None else time_text(row["due_at"]),
        "log": [{**line, "reason_text": in_words(line.get("reason"))} for line in log],
        "created_at": time_text(row["created_at"]),
        "updated_at": time_text(row["updated_at"]),
    }


def run_view(row: Columns, rule_id: str) -> dict[str, Any]:
    """Return a rule's run, out of the event in which it stands."""
    runs: list[dict[str, Any]] = orjson.loads(row["runs"] or "[]")
    run: dict[str, Any] = next((run for run in runs if run["rule_id"] == rule_id), {})
    return {
        "event_id": row["id"],
        "event_type": row["event_type"],
        "order_id": row["order_id"],
        "customer": {"name": row["customer_name"], "phone": row["customer_phone"]},
        "version": run.get("version"),
        "outcome": run.get("outcome"),
        "reason": run.get("reason"),
        "reason_text": in_words(run.get("reason")),
        "detail": run.get("detail"),
        "created_at": time_text(row["created_at"]),
    }
