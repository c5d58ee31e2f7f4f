"""Contact cards of a message. Fields: Cloud API reference, contacts object (shared facts on WhatsApp, §1.2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from engine.problems import Problems

CONTACTS_MAX = 257  # Meta's reference: at most 257, few are advised
_ENTRIES_MAX = 20
_TEXT_MAX = 500
_NAME = ("formatted_name", "first_name", "last_name", "middle_name", "suffix", "prefix")
_LISTS: Mapping[str, tuple[str, ...]] = {
    "phones": ("phone", "type", "wa_id"),
    "emails": ("email", "type"),
    "urls": ("url", "type"),
    "addresses": ("street", "city", "state", "zip", "country", "country_code", "type"),
}
_ORG = ("company", "department", "title")
_BIRTHDAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def check_contacts(problems: Problems, path: str, value: Any) -> None:
    """Note everything that is wrong with a list of contacts."""
    if not isinstance(value, list) or not 1 <= len(value) <= CONTACTS_MAX:
        problems.add(path, f"must be a list of 1 to {CONTACTS_MAX} contacts")
        return
    for index, contact in enumerate(value):
        _contact(problems, f"{path}[{index}]", contact)


def _contact(problems: Problems, path: str, contact: Any) -> None:
    if not isinstance(contact, dict):
        problems.add(path, "must be an object with a name")
        return
    problems.keys(path, contact, ("name", "org", "birthday", *_LISTS))
    name = contact.get("name")
    _texts(problems, f"{path}.name", name, _NAME)
    if isinstance(name, dict):
        if "formatted_name" not in name:
            problems.add(f"{path}.name.formatted_name", "is needed")
        if len(name) < 2:
            problems.add(f"{path}.name", "needs one more part beside formatted_name, such as first_name")
    if "org" in contact:
        _texts(problems, f"{path}.org", contact["org"], _ORG)
    birthday = contact.get("birthday")
    if "birthday" in contact and not (isinstance(birthday, str) and _BIRTHDAY.fullmatch(birthday)):
        problems.add(f"{path}.birthday", "must be a date such as 1990-12-31")
    for list_name, fields in _LISTS.items():
        if list_name in contact:
            _entries(problems, f"{path}.{list_name}", contact[list_name], fields)


def _entries(problems: Problems, path: str, value: Any, fields: tuple[str, ...]) -> None:
    if not isinstance(value, list) or not 1 <= len(value) <= _ENTRIES_MAX:
        problems.add(path, f"must be a list of 1 to {_ENTRIES_MAX} entries")
        return
    for index, entry in enumerate(value):
        _texts(problems, f"{path}[{index}]", entry, fields)


def _texts(problems: Problems, path: str, value: Any, fields: tuple[str, ...]) -> None:
    if not isinstance(value, dict) or not value:
        problems.add(path, f"must be an object with {', '.join(fields)}")
        return
    problems.keys(path, value, fields)
    for name in fields:
        if name in value:
            problems.text(f"{path}.{name}", value[name], _TEXT_MAX)
