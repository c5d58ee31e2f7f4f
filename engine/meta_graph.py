"""What Graph's answers say, as plain values: errors, how much of a limit is used, a number's health.

Used by ``whatsapp/cloud.py`` and ``whatsapp/cloud_admin.py``. Shapes: shared facts on WhatsApp, §1.1, §1.4, §1.6.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

_PERCENTS = ("call_count", "total_cputime", "total_time")
# Messages per second by throughput level (facts §1.6); coexistence numbers have 20, which Graph does not tell.
THROUGHPUT = {"STANDARD": 80, "HIGH": 1000}
TIERS = ("TIER_250", "TIER_2K", "TIER_10K", "TIER_100K", "TIER_UNLIMITED")
_TIER_OF = {250: "TIER_250", 2_000: "TIER_2K", 10_000: "TIER_10K", 100_000: "TIER_100K", -1: "TIER_UNLIMITED"}
# An old name for the same limit: the 1K tier is gone since Oct 2025 (facts §1.6), its holders have 2K.
_OLD_TIERS = {"TIER_50": "TIER_250", "TIER_1K": "TIER_2K", "UNLIMITED": "TIER_UNLIMITED"}


@dataclass(frozen=True, slots=True)
class GraphFault:
    """An answer in Meta's error form."""

    code: int
    subcode: int | None
    title: str
    details: str | None
    user_message: str | None = None
    transient: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """How much of a call limit is used up: percent of the fullest one, and when calls are let in again."""

    percent: float = 0.0
    regain_s: float | None = None


@dataclass(frozen=True, slots=True)
class NumberHealth:
    """A phone number as Graph tells of it; what it does not tell is None.

    Attributes:
        phone: digits with ``+``.
        quality: GREEN, YELLOW, RED or UNKNOWN.
        throughput: messages per second.
        tier: one of ``TIERS``.
        status: CONNECTED, PENDING, FLAGGED, RESTRICTED, BANNED, DISCONNECTED …
        can_send: AVAILABLE, LIMITED or BLOCKED, the worst of number, account, business and app.
        troubles: what Graph says is in the way of sending, with its possible solution.
    """

    phone_number_id: str
    phone: str | None
    verified_name: str | None
    quality: str | None
    throughput: int | None
    tier: str | None
    status: str | None
    name_status: str | None
    can_send: str | None
    troubles: tuple[str, ...]


def read_fault(body: bytes) -> GraphFault | None:
    """Return the error that an answer tells in Meta's form; None where it is none of Meta's."""
    return fault_of(parse_json(body))


def fault_of(data: object) -> GraphFault | None:
    """Return the error in a parsed answer, or None."""
    error = data.get("error") if isinstance(data, dict) else None
    if not isinstance(error, dict) or not _is_whole(error.get("code")):
        return None
    data_of = error.get("error_data")
    return GraphFault(
        code=error["code"],
        subcode=error["error_subcode"] if _is_whole(error.get("error_subcode")) else None,
        title=str(error.get("message") or ""),
        details=_text(data_of.get("details")) if isinstance(data_of, dict) else None,
        user_message=_text(error.get("error_user_msg")),
        transient=error.get("is_transient") is True,
    )


def read_usage(business: str | None, app: str | None) -> Usage:
    """Return what the headers ``X-Business-Use-Case-Usage`` and ``X-App-Usage`` tell; unreadable ones tell nothing."""
    percent, regain_min = 0.0, 0.0
    for entry in _usage_entries(business, app):
        percent = max([percent, *(_number(entry.get(name)) for name in _PERCENTS)])
        regain_min = max(regain_min, _number(entry.get("estimated_time_to_regain_access")))
    return Usage(percent, regain_min * 60 or None)


def read_retry_after(value: str | None) -> float | None:
    """Return the seconds of a ``Retry-After``; a date (Graph does not send those) or nonsense is None."""
    try:
        seconds = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def read_number(value: Mapping[str, Any]) -> NumberHealth:
    """Read a phone number as Graph shows it."""
    throughput = value.get("throughput")
    level = throughput.get("level") if isinstance(throughput, dict) else None
    health = value.get("health_status")
    can_send, troubles = _health(health) if isinstance(health, dict) else (None, ())
    return NumberHealth(
        phone_number_id=str(value.get("id") or ""),
        phone=_phone(value.get("display_phone_number")),
        verified_name=_text(value.get("verified_name")),
        quality=_text(value.get("quality_rating")),
        throughput=THROUGHPUT.get(level) if isinstance(level, str) else None,
        tier=read_tier(value.get("whatsapp_business_manager_messaging_limit") or value.get("messaging_limit_tier")),
        status=_text(value.get("status")),
        name_status=_text(value.get("name_status")),
        can_send=can_send,
        troubles=troubles,
    )


def read_tier(value: object) -> str | None:
    """Return a messaging limit as one of ``TIERS``, from Meta's word or its number (-1: unlimited); None if unknown."""
    if isinstance(value, str):
        if value.lstrip("-").isdecimal():
            value = int(value)
        else:
            name = _OLD_TIERS.get(value, value)
            return name if name in TIERS else None
    return _TIER_OF.get(value) if _is_whole(value) else None  # type: ignore[call-overload]


def parse_json(body: bytes) -> Any:
    """Return an answer's JSON, or None where it is none."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _usage_entries(business: str | None, app: str | None) -> Iterator[Mapping[str, Any]]:
    by_account = parse_json((business or "").encode(errors="replace"))
    if isinstance(by_account, dict):
        for entries in by_account.values():
            if isinstance(entries, list):
                yield from (entry for entry in entries if isinstance(entry, dict))
    of_app = parse_json((app or "").encode(errors="replace"))
    if isinstance(of_app, dict):
        yield of_app


def _health(value: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...]]:
    entities = value.get("entities")
    troubles = []
    for entity in entities if isinstance(entities, list) else ():
        for error in entity.get("errors") or () if isinstance(entity, dict) else ():
            if isinstance(error, dict):
                parts = (error.get("error_description"), error.get("possible_solution"))
                troubles.append(" ".join(part for part in parts if isinstance(part, str))[:500])
    return _text(value.get("can_send_message")), tuple(troubles[:10])


def _phone(value: object) -> str | None:
    """Graph writes numbers for people ("+55 11 90000-0000"), webhooks write digits."""
    if not isinstance(value, str):
        return None
    digits = "".join(character for character in value if character.isascii() and character.isdigit())
    return f"+{digits}" if 7 <= len(digits) <= 15 else None


def _number(value: object) -> float:
    usable = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if usable and isinstance(value, int | float) else 0.0


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
