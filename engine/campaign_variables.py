"""What fills a campaign's template: each variable is a contact's field, a fixed value, or a default. Pure.

A variable that nobody mapped takes the contact's own word where there is one (``customer_name`` is the contact's name,
``$.cidade`` the custom field ``cidade``); what is missing then is named by the template, and the message never leaves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from engine.events import CANONICAL_FIELDS, CanonicalEvent
from engine.fields import field_problem
from engine.problems import Problems
from engine.suggestions import unknown_name
from engine.variables import put_variable

MAX_VARIABLES = 60
MAX_VALUE = 1_000
OWN_FIELDS = ("name", "phone", "email", "document")
_OWN_VARIABLES = {f"customer_{name}": name for name in OWN_FIELDS}
_SIMPLE_PATH = re.compile(r"\$\.([A-Za-z_]\w{0,59})", re.ASCII)
_FIELD = re.compile(r"[a-z_][a-z0-9_]{0,59}", re.ASCII)


class Person(NamedTuple):
    """A contact as far as a campaign needs it."""

    phone: str | None
    name: str | None
    email: str | None
    document: str | None
    fields: Mapping[str, Any]

    def value(self, field: str) -> str | None:
        """Return a column or custom field as text; None where it is blank or is none."""
        found = getattr(self, field) if field in OWN_FIELDS else self.fields.get(field)
        if found is None or found == "":
            return None
        if isinstance(found, bool):
            return "sim" if found else "não"
        return str(found).strip() or None


@dataclass(frozen=True, slots=True)
class Source:
    """Where one variable's value comes from."""

    field: str | None = None
    value: str | None = None
    default: str | None = None

    def of(self, person: Person) -> str | None:
        found = self.value if self.field is None else person.value(self.field)
        return self.default if found is None else found


@dataclass(frozen=True, slots=True)
class VariableMap:
    """A campaign's variables, by the names that its templates use."""

    sources: Mapping[str, Source]

    def fill(self, person: Person, now: datetime) -> tuple[CanonicalEvent, dict[str, Any]]:
        """Return a person as templates read an event: its canonical fields, and the custom ones as its payload."""
        event, payload = CanonicalEvent(occurred_at=now), dict(person.fields)
        for variable, field in _OWN_VARIABLES.items():
            if variable not in self.sources:
                setattr(event, variable, person.value(field))
        for variable, source in self.sources.items():
            found = source.of(person)
            if (path := _SIMPLE_PATH.fullmatch(variable)) is not None:
                payload[path[1]] = found
            elif found is not None and put_variable(event, variable, found) and source.default is not None:
                put_variable(event, variable, source.default)
        return event, payload


def read_variables(given: object, path: str = "variables") -> tuple[VariableMap, Problems]:
    """Read ``{"<variable>": {"field": "…"} | {"value": "…"}, each with "default"?}``; tell what is wrong with it."""
    problems, sources = Problems(), {}
    if not isinstance(given, Mapping) or len(given) > MAX_VARIABLES:
        problems.add(path, f"must be an object with at most {MAX_VARIABLES} variables")
        return VariableMap({}), problems
    for name, entry in given.items():
        where = f"{path}.{name!s:.60}"
        if reason := variable_problem(name):
            problems.add(where, reason)
        elif (source := _source(problems, where, name, entry)) is not None:
            sources[name] = source
    return VariableMap(sources), problems


def variable_problem(name: object) -> str | None:
    """Return why this cannot be mapped, or None."""
    if reason := field_problem(name):
        return reason
    if name not in CANONICAL_FIELDS and not _SIMPLE_PATH.fullmatch(str(name)):
        return "must be a canonical name, or a path of one step such as $.cidade"
    return None


def _source(problems: Problems, where: str, variable: str, entry: object) -> Source | None:
    if not isinstance(entry, dict):
        problems.add(where, "must be an object with field or value, and perhaps default")
        return None
    if unknown := [key for key in entry if key not in ("field", "value", "default")]:
        problems.add(where, unknown_name("field", unknown[0], ("field", "value", "default")))
        return None
    field, value, default = entry.get("field"), entry.get("value"), entry.get("default")
    before = problems.count
    if (field is None) == (value is None):
        problems.add(where, "needs either field or value")
    if field is not None and not (isinstance(field, str) and _FIELD.fullmatch(field)):
        problems.add(f"{where}.field", "must be name, phone, email, document or a custom field of contacts")
    for key, text in (("value", value), ("default", default)):
        if text is None:
            continue
        if problems.text(f"{where}.{key}", text, MAX_VALUE) and variable in CANONICAL_FIELDS:
            problems.note(f"{where}.{key}", put_variable(CanonicalEvent(occurred_at=_SOME_TIME), variable, text))
    return Source(field, value, default) if problems.count == before else None


_SOME_TIME = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
