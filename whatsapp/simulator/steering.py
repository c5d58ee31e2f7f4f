"""What Meta or a person does to templates, numbers and accounts: it takes effect and is told by webhook."""

from __future__ import annotations

from typing import Any

from whatsapp.simulator.announcing import (
    field_change,
    number_quality,
    preference,
    template_category,
    template_quality,
    template_status,
)
from whatsapp.simulator.control_fields import flag, only, optional_whole, text, whole
from whatsapp.simulator.limits import Throughput
from whatsapp.simulator.people import canonical
from whatsapp.simulator.registry import TIERS, App, Number, digits
from whatsapp.simulator.templates import Template
from whatsapp.simulator.world import World

_DAY_MS = 86_400_000
_QUALITIES = ("GREEN", "YELLOW", "RED", "UNKNOWN")
_STATUSES = (
    "APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED", "IN_APPEAL", "PENDING_DELETION", "DELETED",
    "LIMIT_EXCEEDED", "ARCHIVED",
)  # fmt: skip
_PREFERENCES = ("stop", "resume", "signup")
_LOCKED, _RESTRICTED = 131031, 368


class Steering:
    """Every method changes something and returns how many webhooks tell of it; ValueError says what is wrong."""

    def __init__(self, world: World) -> None:
        self._world = world

    def template(self, spec: dict[str, Any]) -> int:
        """Change templates of a name: status (with reason, or a pause of ``pause_ms``), quality, category, pacing."""
        only(
            spec, "app_id", "waba_id", "name", "language", "status", "reason", "pause_ms", "quality", "category",
            "held_ms", "held_fails", "tell",
        )  # fmt: skip
        told = 0
        for app, template in self._templates(spec):
            changes = self._template_changes(app, template, spec)
            if flag(spec, "tell", True):
                for waba_id in self._accounts(app, template):
                    for one in changes:
                        self._world.outboxes[app.app_id].announce(waba_id, one)
                        told += 1
        return told

    def _templates(self, spec: dict[str, Any]) -> list[tuple[App, Template]]:
        name, language = text(spec, "name"), spec.get("language")
        found = [
            (app, template)
            for app in self._world.registry.apps.values()
            if spec.get("app_id") in (None, app.app_id)
            for template in app.templates.values()
            if template.name == name
            and language in (None, template.language)
            and (spec.get("waba_id") is None or template.waba_id in (None, spec["waba_id"]))
        ]
        if not found:
            raise ValueError("there is no such template")
        return found

    def _accounts(self, app: App, template: Template) -> list[str]:
        if template.waba_id is not None:
            return [template.waba_id]
        accounts = [one.waba_id for one in self._world.registry.by_index if one.app_id == app.app_id]
        return list(dict.fromkeys(accounts))

    def _template_changes(self, app: App, template: Template, spec: dict[str, Any]) -> list[str]:
        status = _word(spec, "status", template.status, _STATUSES)
        quality = _word(spec, "quality", template.quality, _QUALITIES)
        category, reason = text(spec, "category", template.category).upper(), spec.get("reason")
        pause_ms = optional_whole(spec, "pause_ms", None, 30 * _DAY_MS)
        template.held_ms = whole(spec, "held_ms", template.held_ms, 0, _DAY_MS)
        template.held_fails = flag(spec, "held_fails", template.held_fails)
        changes = []
        if "status" in spec:
            template.status = status
            template.pauses += status == "PAUSED"
            template.rejected_reason = str(reason or "NONE")
            changes.append(template_status(template, status, reason))
            if status == "PAUSED" and pause_ms is not None:
                self._world.timetable.after(pause_ms, lambda: self._reinstate(app, template))
        if quality != template.quality:
            previous, template.quality = template.quality, quality
            changes.append(template_quality(template, previous))
        if category != template.category:
            previous, template.category = template.category, category
            changes.append(template_category(template, previous))
        return changes

    def _reinstate(self, app: App, template: Template) -> None:
        if template.status != "PAUSED":
            return
        template.status = "APPROVED"
        for waba_id in self._accounts(app, template):
            self._world.outboxes[app.app_id].announce(waba_id, template_status(template, "REINSTATED", None))

    def number(self, spec: dict[str, Any]) -> int:
        """Change a number: quality, tier, throughput, status, names, or refuse everything with a code for a while."""
        only(
            spec, "phone_number_id", "quality", "tier", "throughput", "status", "name_status", "verified_name",
            "blocked", "restricted", "for_ms", "event", "tell",
        )  # fmt: skip
        number = self._number(spec)
        throughput = whole(spec, "throughput", number.bucket.rate, 1, 100_000)
        tier = _word(spec, "tier", number.tier, TIERS)
        quality = _word(spec, "quality", number.quality, _QUALITIES)
        blocked = whole(spec, "blocked", number.blocked, 0, 10**9)
        restricted = whole(spec, "restricted", number.restricted, 0, 10**9)
        for_ms = optional_whole(spec, "for_ms", None, 30 * _DAY_MS)
        event = _quality_event(number, throughput, tier, quality)
        if throughput != number.bucket.rate:
            number.bucket = Throughput(throughput)
        number.tier, number.quality, number.blocked, number.restricted = tier, quality, blocked, restricted
        number.status = text(spec, "status", number.status)
        number.name = text(spec, "verified_name", number.name)
        if for_ms is not None and (blocked or restricted):
            self._world.timetable.after(for_ms, lambda: _release(number))
        event = text(spec, "event", event) if spec.get("event") else event
        changes = [] if event is None else [number_quality(number, event, tier if "tier" in spec else None)]
        if "name_status" in spec:
            number.name_status = text(spec, "name_status")
            told = {"display_phone_number": str(number.phone), "decision": number.name_status}
            named = {**told, "requested_verified_name": number.name, "rejection_reason": None}
            changes.append(field_change("phone_number_name_update", named))
        if "tier" in spec:
            limit = {"max_daily_conversations_per_business": tier, "max_phone_numbers_per_business": 25}
            changes.append(field_change("business_capability_update", limit))
        return self._announce(number, changes) if flag(spec, "tell", True) else 0

    def account(self, spec: dict[str, Any]) -> int:
        """Do an ``account_update``: its value goes out as it stands, and bans and restrictions take effect."""
        waba_id, event = text(spec, "waba_id"), text(spec, "event")
        numbers = self._world.registry.account(waba_id)
        if not numbers:
            raise ValueError("there is no such account")
        value = {name: one for name, one in spec.items() if name not in ("waba_id", "tell")}
        ban = spec.get("ban_info")
        state = ban.get("waba_ban_state") if isinstance(ban, dict) else None
        for number in numbers:
            if event == "DISABLED_UPDATE" and state == "DISABLE":
                number.blocked = _LOCKED
            elif event == "DISABLED_UPDATE" and state == "REINSTATE":
                _release(number)
            elif event == "ACCOUNT_RESTRICTION":
                self._restrict(number, spec.get("restriction_info"))
        return self._announce(numbers[0], [field_change("account_update", value)]) if flag(spec, "tell", True) else 0

    def _restrict(self, number: Number, restrictions: Any) -> None:
        for one in restrictions if isinstance(restrictions, list) else []:
            if not isinstance(one, dict) or one.get("restriction_type") != "RESTRICTED_BIZ_INITIATED_MESSAGING":
                continue
            number.restricted = _RESTRICTED
            until_s = one.get("expiration")
            if isinstance(until_s, int) and not isinstance(until_s, bool):
                wait_ms = max(until_s * 1000 - self._world.clock.now_ms(), 0)
                self._world.timetable.after(wait_ms, lambda: _release(number))

    def preference(self, spec: dict[str, Any]) -> int:
        """Let a person stop or resume marketing messages of a number."""
        only(spec, "phone_number_id", "from", "value", "tell")
        number, phone = self._number(spec), digits(spec.get("from"))
        value = _word(spec, "value", "stop", _PREFERENCES)
        (number.stopped.add if value == "stop" else number.stopped.discard)(canonical(phone))
        changes = [preference(self._world, number, phone, value)]
        return self._announce(number, changes) if flag(spec, "tell", True) else 0

    def raw(self, spec: dict[str, Any]) -> int:
        """Tell any field with any value, also ones that nobody knows."""
        only(spec, "phone_number_id", "waba_id", "field", "value")
        if spec.get("phone_number_id") is not None:
            number = self._number(spec)
        else:
            numbers = self._world.registry.account(text(spec, "waba_id"))
            if not numbers:
                raise ValueError("there is no such account")
            number = numbers[0]
        return self._announce(number, [field_change(text(spec, "field"), spec.get("value"))])

    def _number(self, spec: dict[str, Any]) -> Number:
        number = self._world.registry.numbers.get(str(spec.get("phone_number_id")))
        if number is None:
            raise ValueError("phone_number_id is unknown")
        return number

    def _announce(self, number: Number, changes: list[str]) -> int:
        for one in changes:
            self._world.outbox_of(number).announce(number.waba_id, one)
        return len(changes)


def _quality_event(number: Number, throughput: int, tier: str, quality: str) -> str | None:
    """Return the event that Meta would tell of such a change."""
    if throughput > number.bucket.rate:
        return "THROUGHPUT_UPGRADE"
    if tier != number.tier:
        return "UPGRADE" if TIERS.index(tier) > TIERS.index(number.tier) else "DOWNGRADE"
    if quality != number.quality:
        return "FLAGGED" if quality == "RED" else "UNFLAGGED" if number.quality == "RED" else None
    return None


def _release(number: Number) -> None:
    number.blocked = number.restricted = 0


def _word(spec: dict[str, Any], name: str, default: str, choices: tuple[str, ...]) -> str:
    value = text(spec, name, default)
    value = value.lower() if choices is _PREFERENCES else value.upper()
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}")
    return value
