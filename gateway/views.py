"""Rows → the JSON that clients see (times with Z, money as text, bare ids). No decisions here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson

from engine.dead_letters import advice_of, class_words
from engine.money import cents_to_text
from engine.pagination import Columns
from engine.times import rfc3339
from gateway.reasons import in_words
from storage.searching import Row

_SESSION_AS_IT_IS = (
    "id",
    "name",
    "transport",
    "phone",
    "phone_number_id",
    "waba_id",
    "app_id",
    "throughput",
    "tier",
    "state",
    "reason",
    "options",
)
_TEMPLATE_AS_IT_IS = (
    "id",
    "name",
    "kind",
    "language",
    "category",
    "body",
    "components",
    "defaults",
    "status",
)
_LETTER_AS_IT_IS = (
    "id",
    "kind",
    "event_id",
    "message_id",
    "session_id",
    "rule_id",
    "campaign_id",
    "class",
    "code",
    "reason",
)


def stored_json(value: str | None) -> orjson.Fragment | None:
    """Return stored JSON so that it is passed on as it is: numbers beyond 64 bits stay what they are."""
    return None if value is None else orjson.Fragment(value)


def time_text(moment: datetime | None) -> str | None:
    """Return a time as the API writes it, or None."""
    return None if moment is None else rfc3339(moment)


def event_summary(row: Columns) -> dict[str, Any]:
    """Return an event as lists show it: everything but payload and headers."""
    cents = row["order_value_cents"]
    return {
        "id": row["id"],
        "company_id": row["company_id"],
        "webhook_id": row["webhook_id"],
        "source": row["source"],
        "event_type": row["event_type"],
        "external_id": row["external_id"],
        "order_id": row["order_id"],
        "state": row["state"],
        "reason": row["reason"],
        "product_name": row["product_name"],
        "plan_name": row["plan_name"],
        "pix_code": row["pix_code"],
        "payment_method": row["payment_method"],
        "signature": row["signature"],
        "replay_of": row["replay_of"],
        "reason_text": in_words(row["reason"]),
        "customer": {
            "name": row["customer_name"],
            "phone": row["customer_phone"],
            "email": row["customer_email"],
            "document": row["customer_document"],
        },
        "order_value": None if cents is None else cents_to_text(cents),
        "pix_expires_at": time_text(row["pix_expires_at"]),
        "occurred_at": rfc3339(row["occurred_at"]),
        "created_at": rfc3339(row["created_at"]),
    }


def event_view(row: Columns) -> dict[str, Any]:
    """Return one event with payload and headers."""
    return {**event_summary(row), "payload": stored_json(row["payload"]), "headers": stored_json(row["headers"])}


def message_view(row: Columns) -> dict[str, Any]:
    """Return a message with its timeline."""
    return {
        "id": row["id"],
        "company_id": row["company_id"],
        "event_id": row["event_id"],
        "rule_id": row["rule_id"],
        "rule_version": row["rule_version"],
        "campaign_id": row["campaign_id"],
        "session_id": row["session_id"],
        "order_id": row["order_id"],
        "lane": row["lane"],
        "type": row["type"],
        "text": row["text"],
        "category": row["category"],
        "status": row["status"],
        "reason": row["reason"],
        "attempt": row["attempt"],
        "provider_id": row["provider_id"],
        "retry_of": row["retry_of"],
        "reason_text": in_words(row["reason"]),
        "to": row["to_phone"],
        "template": row["template_name"],
        "content": stored_json(row["content"]),
        "variant": stored_json(row["variant"]),
        "pricing": stored_json(row["pricing"]),
        "next_attempt_at": time_text(row["next_attempt_at"]),
        "error": stored_json(row["error"]),
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
        "timeline": stored_json(row["timeline"]),
    }


def attempt_view(row: Row) -> dict[str, Any]:
    """Return one line of a message's ledger."""
    return {
        "attempt": row["attempt"],
        "outcome": row["outcome"],
        "provider_id": row["provider_id"],
        "error": stored_json(row["error"]),
        "answered_at": rfc3339(row["answered_at"]),
        "dispatch_id": row["dispatch_id"],
    }


def rule_view(row: Row) -> dict[str, Any]:
    """Return a rule: its definition's fields beside its own."""
    return {
        **row["definition"],
        "id": row["id"],
        "name": row["name"],
        "active": row["active"],
        "version": row["version"],
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


def template_view(row: Row) -> dict[str, Any]:
    """Return a template."""
    return {
        **{name: row[name] for name in _TEMPLATE_AS_IT_IS},
        "stopped": _stopped(row),
        "quality": row["quality"],
        "review": _review(row),
        "rules": row.get("rules"),
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


def _review(row: Row) -> dict[str, Any] | None:
    """Return what WhatsApp last told of a template; None where it never told anything."""
    if row["meta_told_at"] is None:
        return None
    return {"status": row["meta_status"], "reason": row["meta_reason"], "told_at": time_text(row["meta_told_at"])}


def _stopped(row: Row) -> dict[str, Any] | None:
    """Return why messages of a template wait although its status lets them go; None where they do not."""
    if not row["stopped"]:
        return None
    return {
        "reason": row["stopped_reason"],
        "text": in_words(row["stopped_reason"]),
        "since": time_text(row["stopped_at"]),
        "until": time_text(row["stopped_until"]),
    }


def session_view(row: Row) -> dict[str, Any]:
    """Return a session; its token is never read, let alone shown."""
    return {
        **{name: row[name] for name in _SESSION_AS_IT_IS},
        "reason_text": in_words(row["reason"]),
        "resume_at": time_text(row["resume_at"]),
        "quality": row["quality"],
        "notice": _notice(row),
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


def _notice(row: Row) -> dict[str, Any] | None:
    if row["notice"] is None:
        return None
    return {
        "code": row["notice"],
        "text": in_words(row["notice"]),
        "detail": row["notice_detail"],
        "at": time_text(row["notice_at"]),
    }


def company_view(row: Row) -> dict[str, Any]:
    """Return a company."""
    return {
        "id": row["id"],
        "name": row["name"],
        "time_zone": row["time_zone"],
        "quiet_hours": stored_json(row["quiet_hours"]),
        "created_at": rfc3339(row["created_at"]),
    }


def api_key_view(row: Row) -> dict[str, Any]:
    """Return an API key; the key itself is known to nobody any more."""
    return {
        "id": row["id"],
        "name": row["name"],
        "prefix": row["prefix"],
        "role": row["role"],
        "scopes": row["scopes"],
        "created_at": rfc3339(row["created_at"]),
        "last_used_at": time_text(row["last_used_at"]),
        "revoked_at": time_text(row["revoked_at"]),
    }


def dead_letter_view(row: Columns) -> dict[str, Any]:
    """Return a dead letter."""
    return {
        **{name: row[name] for name in _LETTER_AS_IT_IS},
        "class_text": class_words(row["class"]),
        "reason_text": in_words(row["reason"]),
        "advice": advice_of(row["class"], row["code"], row["reason"]),
        "created_at": rfc3339(row["created_at"]),
        "resolved_at": time_text(row["resolved_at"]),
        "resolution": row["resolution"],
        "retried_as": row["retried_as"],
    }
