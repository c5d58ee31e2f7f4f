"""What an audit entry may tell: a difference of configuration, field by field, without secrets and without people.

Pure; called by gateway/audit.py with things as the API shows them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from engine.masked_json import mask_inside

# {"field": [before, after]}; None: only that it changed.
Changes = dict[str, list[Any] | None]
# Of each kind, the fields that people set. What is not here is derived, or changes by itself.
FIELDS: Mapping[str, tuple[str, ...]] = {
    "ai_decision": ("feedback", "feedback_intent"),
    "ai_intent": ("name", "label", "description", "examples", "threshold", "active"),
    "agent": ("name", "session_id", "active", "settings", "model", "has_key"),
    "alert": ("name", "metric", "threshold", "window_s", "scope", "quiet", "channels", "active"),
    "api_key": ("name", "prefix", "role", "scopes", "revoked_at"),
    "campaign": ("name", "audience", "variants", "variables", "sessions", "schedule", "quiet_hours", "status"),
    "company": ("name", "time_zone", "quiet_hours"),
    "contact": ("phone", "name", "email", "document", "fields", "tags"),
    "conversation": ("state", "assignee_id", "ai_on", "ai_off_reason"),
    "flow": ("active", "settings"),
    "invitation": ("email", "role", "expires_at"),
    "knowledge": ("kind", "name", "question", "text", "active"),
    "list": ("name", "description"),
    "opt_out_policy": ("spares_utility",),
    "outgoing_webhook": ("name", "url", "event_types", "concurrency", "active"),
    "quick_reply": ("shortcut", "text"),
    "retention": ("company", "payload_days", "raw_days", "events_days", "messages_days", "archive"),
    "rule": (*("name", "active", "trigger", "when", "delay_s", "cancel_on", "action", "steps", "caps", "schedule"),),
    "schedule": ("active", "every_s", "jitter_s", "cron"),
    "session": (
        *("name", "transport", "phone", "phone_number_id", "waba_id", "app_id", "throughput", "throughput_per_s"),
        *("tier", "state", "options"),
    ),
    "sync": ("webhook_id", "source", "setting_id", "since", "active", "automations", "every_s"),
    "template": ("name", "kind", "language", "category", "body", "components", "defaults", "status"),
    "template_variant": ("text", "state"),
    "user": ("name", "email", "role", "language", "theme", "totp"),
    "webhook": ("name", "source", "active", "auth", "mapping", "dedupe"),
}
NAMED = frozenset(FIELDS) - {"contact", "conversation", "ai_decision", "template_variant"}  # the company's own words
_OF_PEOPLE = frozenset(("contact",))
_OWN_PHONES = frozenset(("session", "company", "user"))  # the company's numbers, not its customers'
_SECRET = frozenset(("token", "secret", "password", "current_password", "meta_app", "app_secret", "verify_token"))
# What a request says of things that have no before and after.
_NOTED = (
    *("session_id", "lane", "tags", "add_tags", "remove_tags", "add_to_list", "remove_from_list", "kind", "format"),
    *("rules", "force", "event_id", "template_id", "language", "transport"),
)
_MOST_FIELDS = 100
_MOST_CHARACTERS = 2_000


def differences(kind: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Changes:
    """Return what differs between a thing before and after; None: it was not there."""
    fields = FIELDS.get(kind, ())
    old, new = _leaves(before or {}, fields), _leaves(after or {}, fields)
    changed = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    return {name: _told(kind, name, old.get(name), new.get(name)) for name in changed[:_MOST_FIELDS]}


def noted(kind: str, body: object) -> Changes:
    """Return what a request's body says that can be told, and of its secrets that there were such."""
    if not isinstance(body, Mapping):
        return {}
    found: Changes = {name: None for name in body if name in _SECRET}
    for name in _NOTED:
        if body.get(name) is not None:
            found[name] = _told(kind, name, None, body[name])
    return found


def _leaves(thing: Mapping[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in fields:
        _add(found, name, thing.get(name), 0)
    return found


def _add(found: dict[str, Any], name: str, value: Any, depth: int) -> None:
    if isinstance(value, Mapping) and value and depth < 6:
        for key, entry in value.items():
            _add(found, f"{name}.{key:.60}", entry, depth + 1)
    elif value not in (None, {}, []):
        found[name] = value


def _told(kind: str, name: str, before: Any, after: Any) -> list[Any] | None:
    if kind in _OF_PEOPLE or any(part in _SECRET for part in name.split(".")):
        return None
    own = kind in _OWN_PHONES
    return [_plain(before, own), _plain(after, own)]


def _plain(value: Any, own: bool) -> Any:
    """Return a value without what may be a secret or a person in it, and of a bounded length."""
    if isinstance(value, str):
        told = _address(value) if value.startswith(("http://", "https://")) else value
        return (told if own else mask_inside(told))[:_MOST_CHARACTERS]
    if isinstance(value, list | Mapping):
        text = json.dumps(value, ensure_ascii=False, default=str)
        told = text if own else mask_inside(text)
        return value if told == text and len(text) <= _MOST_CHARACTERS else told[:_MOST_CHARACTERS]
    return value


def _address(url: str) -> str:
    """Return an address without the places where tokens stand: user, query and fragment."""
    parts = urlsplit(url)
    hidden = "?…" if parts.query or parts.fragment else ""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}{hidden}"
