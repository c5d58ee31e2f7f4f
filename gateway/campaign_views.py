"""Campaigns, their recipients and reports as clients see them. No decisions here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.campaign_counts import exclusive, funnel, statuses_of
from engine.campaigns import RUNNING
from engine.error_classes import error_brain
from engine.hold_reasons import PLATFORM_LIMITS
from engine.pagination import Columns
from engine.times import rfc3339
from gateway.reasons import in_words
from gateway.views import stored_json, time_text
from storage.campaign_counts import Apart, Counted
from storage.campaign_recipients import unmade
from storage.searching import Row

_LIMITING = frozenset({"hold", "suppress"})
_WHATSAPP = "whatsapp_"
_APART = ("skipped", "held", "failed", "uncertain", "cancelled")


def campaign_view(row: Row, counted: Counted, now: datetime) -> dict[str, Any]:
    """Return a campaign: its definition's fields beside its own, and how far it is."""
    total, counts = exclusive(counted.keys, row["written"], row["state"])
    stalled = row["stalled"] if row["state"] == RUNNING else None
    return {
        **{name: value for name, value in row["definition"].items() if name != "name"},
        "id": row["id"],
        "name": row["name"],
        "status": row["state"],
        "stalled": _reason(stalled),
        "stalled_since": time_text(row["moved_at"]) if stalled else None,
        "parent_id": row["parent_id"],
        "origin": row["origin"],
        "total": total,
        "counts": counts,
        "audience_written": row["expanded_at"] is not None,
        "job_id": row["job_id"],
        "next_run_at": time_text(row["next_run_at"]),
        "as_of": time_text(row["as_of"]),
        "created_by": row["created_by"],
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
        "started_at": time_text(row["started_at"]),
        "finished_at": time_text(row["finished_at"]),
    }


def recipient_view(row: Columns, campaign_state: str) -> dict[str, Any]:
    """Return one recipient with what became of its message."""
    pending = row["message_id"] is None
    status, reason = unmade(campaign_state) if pending else (row["status"], row["reason"])
    return {
        "contact_id": row["id"],
        "name": row["name"],
        "phone": row["phone"] or row["to_phone"] or None,
        "session_id": row["session_id"],
        "variant": row["variant"],
        "message_id": row["message_id"],
        "retry_of": row["retry_of"],
        "status": status,
        "reason": reason,
        "reason_text": in_words(reason),
        "attempt": row["attempt"] or 0,
        "error": stored_json(row["error"]),
        "text": row["text"],
        "updated_at": time_text(row["updated_at"]),
    }


def report_view(
    row: Row,
    counted: Counted,
    apart: Sequence[Apart],
    capped: bool,
    names: Mapping[str, Mapping[UUID, str]],
    now: datetime,
) -> dict[str, Any]:
    """Return a campaign's report; every number has the filter that lists its people.

    Args:
        row: the campaign.
        counted: its counters, parts included.
        apart: its recipients that stand apart, by status and reason.
        capped: whether there are more of those than were counted.
        names: of its ``sessions`` and ``templates``.
        now: when it was read.
    """
    total, counts = exclusive(counted.keys, row["written"], row["state"])
    by_status: dict[str, list[dict[str, Any]]] = {
        "skipped": [],
        "held": [],
        "failed": [],
        "uncertain": [],
        "cancelled": [],
    }
    for one in apart:
        if one.status in by_status:
            by_status[one.status].append(_apart(one))
    limited = [_apart(one) for one in apart if _limited(one)]
    return {
        "campaign_id": row["id"],
        "name": row["name"],
        "status": row["state"],
        "stalled": _reason(row["stalled"] if row["state"] == RUNNING else None),
        "total": total,
        "counts": counts,
        "funnel": funnel_view(counted.keys, total),
        "limited": {"value": sum(one["value"] for one in limited), "reasons": limited},
        **{
            status: {"value": counts[status], "reasons": reasons, "filter": {"state": status}}
            for status, reasons in by_status.items()
        },
        "reasons_capped": capped,
        "by_session": [
            {"session_id": session, "name": names["sessions"].get(session), **_part(statuses, "session_id", session)}
            for session, statuses in sorted((UUID(hex_), found) for hex_, found in counted.parts.by_session.items())
        ],
        "by_variant": _variants(row, counted, names["templates"]),
        "updated_at": rfc3339(now),
    }


def funnel_view(keys: Mapping[str, int], total: int) -> list[dict[str, Any]]:
    """Return the funnel's bars."""
    steps = []
    for step in funnel(keys, total):
        wanted: dict[str, Any] = {}
        if step.states is not None:
            wanted["state"] = ",".join(step.states)
        if step.reached is not None:
            wanted["reached"] = step.reached
        steps.append({"step": step.name, "value": step.value, "filter": wanted})
    return steps


def _variants(row: Row, counted: Counted, names: Mapping[UUID, str]) -> list[dict[str, Any]]:
    found = []
    for index, variant in enumerate(row["definition"].get("variants", [])):
        template_id = UUID(variant["template_id"])
        statuses = counted.parts.by_template.get(template_id.hex, {})
        found.append(
            {
                "variant": index,
                "template_id": template_id,
                "name": names.get(template_id),
                "share": variant.get("share", 1),
                **_part(statuses, "variant", index),
            }
        )
    return found


def _part(statuses: Mapping[str, int], name: str, value: object) -> dict[str, Any]:
    return {"counts": statuses_of(statuses), "filter": {name: value}}


def _apart(one: Apart) -> dict[str, Any]:
    return {
        "status": one.status,
        "reason": one.reason,
        "reason_text": in_words(one.reason),
        "value": one.number,
        "filter": {"state": one.status, "reason": one.reason},
    }


def _limited(one: Apart) -> bool:
    """Tell whether WhatsApp's limits are in the way, and no fault of the message or its number."""
    if one.status == "held":
        return one.reason in PLATFORM_LIMITS
    number = one.reason.removeprefix(_WHATSAPP)
    if one.status != "failed" or number == one.reason or not number.isdecimal():
        return False
    return error_brain().classify(int(number)).name in _LIMITING


def _reason(code: str | None) -> dict[str, Any] | None:
    return None if code is None else {"reason": code, "reason_text": in_words(code)}
