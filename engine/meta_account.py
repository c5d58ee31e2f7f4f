"""What Meta tells beside messages and statuses, as plain values: templates, quality, limits, restrictions, preferences.

Shapes and event names: shared facts on WhatsApp, §2.4. What nobody knows is kept as it was told, with no effects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.meta_graph import read_tier
from engine.meta_notices import (
    DISABLE_SCHEDULED,
    FLAGGED,
    VIOLATION,
    Notice,
    alert_notice,
    name_notice,
    review_notice,
    taken_back,
)
from engine.meta_notices import told as notice
from engine.phones import normalise_wa_id
from engine.texts import clean

# Meta's word → our template status; a flagged one goes on being sent.
_TEMPLATE_STATUS = {
    "APPROVED": "approved",
    "REINSTATED": "approved",
    "UNARCHIVED": "approved",
    "PENDING": "pending",
    "IN_APPEAL": "in_appeal",
    "REJECTED": "rejected",
    "PAUSED": "paused",
    "DISABLED": "disabled",
    "DELETED": "deleted",
    "PENDING_DELETION": "pending_deletion",
    "LIMIT_EXCEEDED": "limit_exceeded",
    "ARCHIVED": "archived",
    "LOCKED": "locked",
}
_CATEGORIES = ("utility", "marketing", "authentication")
_QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")
_RESTRICTS_SENDING = ("RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING")
_HIGH_THROUGHPUT = 1_000
_SECONDS_MAX = 253_402_300_799  # 9999-12-31


@dataclass(frozen=True, slots=True)
class TemplateTold:
    """News of one template, by name and language; None says nothing about that."""

    name: str
    language: str
    meta_id: str | None = None
    meta_status: str | None = None
    status: str | None = None
    reason: str | None = None
    quality: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class LimitsTold:
    """News of a number's limits, or (``phone`` None) of all numbers of its account."""

    phone: str | None = None
    tier: str | None = None
    throughput: int | None = None
    quality: str | None = None


@dataclass(frozen=True, slots=True)
class SendingTold:
    """An account may not send any more (``pause``, perhaps until ``until_ms``; ``stop``: never again), or may again."""

    action: str
    reason: str
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeTold:
    """Something that a person should know of a number, or (``phone`` None) of all numbers of its account."""

    notice: Notice
    phone: str | None = None
    quality: str | None = None


Effect = TemplateTold | LimitsTold | SendingTold | NoticeTold


@dataclass(frozen=True, slots=True)
class AccountUpdate:
    """One change of an account as it was told, and what follows from it."""

    waba_id: str
    field: str
    value: Any
    told_ms: int
    effects: tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Preference:
    """A person's word about marketing: ``stop``, or that it is wanted (again)."""

    phone: str
    stop: bool
    at_ms: int


def read_account_update(waba_id: str, field: str, value: Any, told_ms: int) -> AccountUpdate:
    """Return a change of any field; never raises."""
    reader = _READERS.get(field)
    effects = tuple(reader(value)) if reader is not None and isinstance(value, dict) else ()
    return AccountUpdate(clean(waba_id)[:100], clean(field)[:100], value, told_ms, effects)


def read_preferences(value: Mapping[str, Any], received_ms: int) -> list[Preference]:
    """Return what people said in a ``user_preferences`` change."""
    found = []
    entries = value.get("user_preferences")
    for entry in entries if isinstance(entries, list) else ():
        if not isinstance(entry, dict) or entry.get("category") != "marketing_messages":
            continue
        phone = _phone(entry.get("wa_id"))
        word = entry.get("value")
        if phone is not None and word in ("stop", "resume", "signup"):
            found.append(Preference(phone, word == "stop", seconds_ms(entry.get("timestamp")) or received_ms))
    return found


def template_told(template: Mapping[str, Any]) -> TemplateTold | None:
    """Return what a template of Graph's list (facts §3) says of the stored one; None where it names none."""
    status, score = template.get("status"), template.get("quality_score")
    return _template(
        template.get("name"),
        template.get("language"),
        template.get("id"),
        meta_status=status,
        status=template_status(status),
        reason=_reason(template.get("rejected_reason")),
        quality=_quality(score.get("score") if isinstance(score, dict) else None),
        category=_category(template.get("category")),
    )


def template_status(word: object) -> str | None:
    """Return our status for Meta's word; None where it changes nothing."""
    return _TEMPLATE_STATUS.get(word) if isinstance(word, str) else None


def seconds_ms(value: object) -> int | None:
    """Meta writes seconds, as a number or as text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _SECONDS_MAX:
        return value * 1000
    return None


def _template_status_update(value: Mapping[str, Any]) -> Iterator[Effect]:
    info = value.get("rejection_info")
    reason = _reason(value.get("reason")) or _reason(info.get("reason") if isinstance(info, dict) else None)
    other = value.get("other_info")
    title = other.get("title") if isinstance(other, dict) else None
    event = value.get("event")
    told = _of_update(value, meta_status=event, status=template_status(event), reason=reason or _reason(title))
    if told is not None:
        yield told


def _template_quality_update(value: Mapping[str, Any]) -> Iterator[Effect]:
    quality = _quality(value.get("new_quality_score"))
    told = _of_update(value, quality=quality)
    if told is not None and quality is not None:
        yield told


def _template_category_update(value: Mapping[str, Any]) -> Iterator[Effect]:
    category = _category(value.get("new_category"))
    told = _of_update(value, category=category)
    if told is not None and category is not None:
        yield told


def _phone_quality_update(value: Mapping[str, Any]) -> Iterator[Effect]:
    event = value.get("event")
    tier = read_tier(value.get("max_daily_conversations_per_business")) or read_tier(value.get("current_limit"))
    throughput = _HIGH_THROUGHPUT if event == "THROUGHPUT_UPGRADE" else None
    phone = _phone(value.get("display_phone_number"))
    if phone is None:
        return
    if tier is not None or throughput is not None:
        yield LimitsTold(phone, tier, throughput, None)
    if event == "FLAGGED":
        yield NoticeTold(notice(FLAGGED), phone, "RED")
    elif event == "UNFLAGGED":
        yield NoticeTold(taken_back(FLAGGED), phone, "UNKNOWN")


def _capability_update(value: Mapping[str, Any]) -> Iterator[Effect]:
    tier = read_tier(value.get("max_daily_conversations_per_business"))
    if tier is not None:
        yield LimitsTold(None, tier)


def _account_update(value: Mapping[str, Any]) -> Iterator[Effect]:
    event = value.get("event")
    if event == "ACCOUNT_DELETED":
        yield SendingTold("stop", "account_deleted")
    elif event == "DISABLED_UPDATE":
        ban = value.get("ban_info")
        state = ban.get("waba_ban_state") if isinstance(ban, dict) else None
        if state == "DISABLE":
            yield SendingTold("pause", "account_disabled")
        elif state == "REINSTATE":
            yield SendingTold("resume", "account_disabled")
            yield NoticeTold(taken_back(DISABLE_SCHEDULED, VIOLATION))
        elif state == "SCHEDULE_FOR_DISABLE" and isinstance(ban, dict):
            yield NoticeTold(notice(DISABLE_SCHEDULED, ban.get("waba_ban_date")))
    elif event == "ACCOUNT_VIOLATION":
        info = value.get("violation_info")
        yield NoticeTold(notice(VIOLATION, info.get("violation_type") if isinstance(info, dict) else None))
    elif event == "ACCOUNT_RESTRICTION":
        entries = value.get("restriction_info")
        listed = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
        ends = [
            seconds_ms(entry.get("expiration"))
            for entry in listed
            if entry.get("restriction_type") in _RESTRICTS_SENDING
        ]
        if ends:  # one without an end lasts until Meta says otherwise
            known = [end for end in ends if end is not None]
            yield SendingTold("pause", "account_restricted", max(known) if len(known) == len(ends) else None)


def _account_alerts(value: Mapping[str, Any]) -> Iterator[Effect]:
    yield NoticeTold(alert_notice(value))


def _name_update(value: Mapping[str, Any]) -> Iterator[Effect]:
    phone = _phone(value.get("display_phone_number"))
    if phone is not None and (found := name_notice(value)) is not None:
        yield NoticeTold(found, phone)


def _review_update(value: Mapping[str, Any]) -> Iterator[Effect]:
    if (found := review_notice(value)) is not None:
        yield NoticeTold(found)


def _of_update(value: Mapping[str, Any], **told: Any) -> TemplateTold | None:
    return _template(
        value.get("message_template_name"),
        value.get("message_template_language"),
        value.get("message_template_id"),
        **told,
    )


def _template(name: object, language: object, meta_id: object, **told: Any) -> TemplateTold | None:
    if not isinstance(name, str) or not isinstance(language, str):
        return None
    if isinstance(meta_id, int) and not isinstance(meta_id, bool):
        meta_id = str(meta_id)
    word = told.get("meta_status")
    told["meta_status"] = clean(word)[:50] if isinstance(word, str) else None
    identity = clean(meta_id)[:100] if isinstance(meta_id, str) else None
    return TemplateTold(clean(name)[:512], clean(language)[:20], identity, **told)


def _reason(value: object) -> str | None:
    return clean(value)[:300] if isinstance(value, str) and value and value != "NONE" else None


def _quality(value: object) -> str | None:
    return value if isinstance(value, str) and value in _QUALITIES else None


def _category(value: object) -> str | None:
    category = value.lower() if isinstance(value, str) else ""
    return category if category in _CATEGORIES else None


def _phone(value: object) -> str | None:
    """Meta writes digits; one mock claims a leading + (facts §2.2)."""
    digits = "".join(character for character in value if character.isdigit()) if isinstance(value, str) else ""
    return normalise_wa_id(digits) if digits.isascii() else None


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Effect]]] = {
    "message_template_status_update": _template_status_update,
    "message_template_quality_update": _template_quality_update,
    "template_category_update": _template_category_update,
    "phone_number_quality_update": _phone_quality_update,
    "business_capability_update": _capability_update,
    "account_update": _account_update,
    "account_alerts": _account_alerts,
    "account_review_update": _review_update,
    "phone_number_name_update": _name_update,
}
