"""Whom a campaign or a bulk action means: a filter over contacts, checked once, asked for page after page.

Read by campaigns, lists, tags and exports; ``storage/audience.py`` walks the contacts it means. A field is compared as
in rules (``engine/operators.py``): texts without case, numbers as numbers, times as moments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from engine.contacts import MAX_TAGS, OWN_COLUMNS, field_name, read_tags
from engine.operators import Probe, build_probe, operator_named, operator_problem, value_problem
from engine.phones import area_code
from engine.problems import Problem, Problems
from engine.times import parse_time

MAX_LISTS = 50
MAX_CONDITIONS = 20
MAX_DAYS = 3_650
_KEYS = ("lists", "exclude_lists", "tags", "fields", "last_event", "opted_out")
_MOMENTS = ("created_at", "last_event_at", "last_inbound_at")
COLUMNS = (*OWN_COLUMNS, "area_code", "source", "last_event_type", *_MOMENTS)


@dataclass(frozen=True, slots=True)
class FieldCondition:
    """One comparison of a contact's column or custom field."""

    field: str
    probe: Probe

    def holds(self, row: Mapping[str, Any]) -> bool:
        """Tell whether a contact's row (its ``fields`` as a mapping) meets it; never raises."""
        if self.field == "area_code":
            found = area_code(row["phone"] or "")
        elif self.field in COLUMNS:
            found = row[self.field]
        else:
            found = row["fields"].get(self.field)
        if found is None or found == "":
            return self.probe.when_missing
        return self.probe.holds(found)


@dataclass(frozen=True, slots=True)
class LastEvent:
    """When a contact's newest event came, and of which types it may be ([]: any)."""

    types: tuple[str, ...] = ()
    after: datetime | None = None
    before: datetime | None = None
    within: timedelta | None = None
    older_than: timedelta | None = None

    def bounds(self, as_of: datetime) -> tuple[datetime | None, datetime | None]:
        """Return the earliest time (inclusive) and the end (exclusive) that the newest event may have."""
        lowest = [moment for moment in (self.after, as_of - self.within if self.within else None) if moment]
        highest = [moment for moment in (self.before, as_of - self.older_than if self.older_than else None) if moment]
        return max(lowest, default=None), min(highest, default=None)


@dataclass(frozen=True, slots=True)
class Audience:
    """A checked filter; everything that is left out asks for nothing."""

    lists: tuple[UUID, ...] = ()
    exclude_lists: tuple[UUID, ...] = ()
    tags_any: tuple[str, ...] = ()
    tags_all: tuple[str, ...] = ()
    tags_none: tuple[str, ...] = ()
    conditions: tuple[FieldCondition, ...] = ()
    last_event: LastEvent | None = None
    opted_out: bool | None = None
    given: Mapping[str, Any] = field(default_factory=dict, compare=False)


def parse_audience(value: Any, path: str = "filter") -> tuple[Audience, list[Problem]]:
    """Read a filter; return it and everything that is wrong with it (the filter is of use only where that is nothing).

    Args:
        value: ``{"lists","exclude_lists","tags":{"any","all","none"},"fields":[{field,op,value}],"last_event":
            {"types","after","before","within_days","older_than_days"},"opted_out"}``; {} means everybody.
        path: the name of the filter in the request.
    """
    problems = Problems()
    if not isinstance(value, dict):
        return Audience(), [{"field": path, "reason": "must be an object"}]
    problems.keys(path, value, _KEYS)
    tags = _mapping(problems, f"{path}.tags", value.get("tags"), ("any", "all", "none"))
    opted_out = value.get("opted_out")
    if not (opted_out is None or isinstance(opted_out, bool)):
        problems.add(f"{path}.opted_out", "must be true or false")
    audience = Audience(
        lists=_ids(problems, f"{path}.lists", value.get("lists")),
        exclude_lists=_ids(problems, f"{path}.exclude_lists", value.get("exclude_lists")),
        tags_any=_tags(problems, f"{path}.tags.any", tags.get("any")),
        tags_all=_tags(problems, f"{path}.tags.all", tags.get("all")),
        tags_none=_tags(problems, f"{path}.tags.none", tags.get("none")),
        conditions=_conditions(problems, f"{path}.fields", value.get("fields")),
        last_event=_last_event(problems, f"{path}.last_event", value.get("last_event")),
        opted_out=opted_out if isinstance(opted_out, bool) else None,
        given=value,
    )
    return audience, problems.found


def _mapping(problems: Problems, path: str, value: object, known: tuple[str, ...]) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        problems.add(path, "must be an object")
        return {}
    problems.keys(path, value, known)
    return value


def _list(problems: Problems, path: str, value: object, most: int) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > most:
        problems.add(path, f"must be a list of at most {most}")
        return []
    return value


def _ids(problems: Problems, path: str, value: object) -> tuple[UUID, ...]:
    found: dict[UUID, None] = {}
    for index, entry in enumerate(_list(problems, path, value, MAX_LISTS)):
        before = problems.count
        problems.identifier(f"{path}[{index}]", entry)
        if problems.count == before and isinstance(entry, str):
            found[UUID(entry)] = None
    return tuple(found)


def _tags(problems: Problems, path: str, value: object) -> tuple[str, ...]:
    entries = _list(problems, path, value, MAX_TAGS)
    if not all(isinstance(entry, str) for entry in entries):
        problems.add(path, "must be a list of texts")
        return ()
    return tuple(read_tags(problems, path, entries))


def _conditions(problems: Problems, path: str, value: object) -> tuple[FieldCondition, ...]:
    entries = _list(problems, path, value, MAX_CONDITIONS)
    found = [_condition(problems, f"{path}[{index}]", entry) for index, entry in enumerate(entries)]
    return tuple(condition for condition in found if condition is not None)


def _condition(problems: Problems, path: str, entry: object) -> FieldCondition | None:
    if not isinstance(entry, dict):
        problems.add(path, "must be an object with field, op and value")
        return None
    problems.keys(path, entry, ("field", "op", "value"))
    name, op = entry.get("field"), operator_named(entry.get("op"))
    if not isinstance(name, str) or (name not in COLUMNS and field_name(name) != name):
        problems.add(f"{path}.field", "must be a column or a custom field of contacts, in snake_case")
        return None
    if op is None:
        problems.note(f"{path}.op", operator_problem(entry.get("op")))
        return None
    value = entry.get("value", True) if op == "exists" else entry.get("value")
    if wrong := value_problem(op, value):
        problems.add(f"{path}.value", wrong)
        return None
    return FieldCondition(name, build_probe(op, value))


def _last_event(problems: Problems, path: str, value: object) -> LastEvent | None:
    known = ("types", "after", "before", "within_days", "older_than_days")
    given = _mapping(problems, path, value, known)
    if not given:
        return None
    types = _list(problems, f"{path}.types", given.get("types"), MAX_TAGS)
    if not all(isinstance(entry, str) and entry for entry in types):
        problems.add(f"{path}.types", "must be a list of event types")
        types = []
    moments: dict[str, datetime | None] = {}
    for name in ("after", "before"):
        text = given.get(name)
        moments[name] = parse_time(text) if isinstance(text, str) else None
        if text is not None and moments[name] is None:
            problems.add(f"{path}.{name}", "must be a time such as 2026-01-31T12:00:00Z")
    days: dict[str, timedelta | None] = {}
    for name in ("within_days", "older_than_days"):
        number = given.get(name)
        if number is not None:
            problems.whole(f"{path}.{name}", number, 1, MAX_DAYS)
        sound = isinstance(number, int) and not isinstance(number, bool) and 1 <= number <= MAX_DAYS
        days[name] = timedelta(days=number) if sound and isinstance(number, int) else None
    return LastEvent(tuple(types), moments["after"], moments["before"], days["within_days"], days["older_than_days"])
