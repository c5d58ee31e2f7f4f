"""A campaign's definition: what a draft may hold, and what it needs before it can start. Pure.

A draft is saved at each change, so it may lack anything; what is there has to be sound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from engine.audience import Audience, parse_audience
from engine.campaign_variables import VariableMap, read_variables
from engine.problems import Problem, Problems
from engine.quiet_hours import QuietHours
from engine.recurrence import Recurrence, read_recurrence
from engine.times import parse_time
from engine.zones import is_zone

MAX_NAME = 200
MAX_VARIANTS = 5
MAX_SESSIONS = 20
MAX_SHARE = 1_000
KEYS = ("name", "audience", "variants", "variables", "sessions", "schedule", "quiet_hours")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Variant:
    """One of the templates that are tried against each other; ``varies``: its approved variants take its place."""

    template_id: UUID
    share: int
    variables: VariableMap
    varies: bool = False


@dataclass(frozen=True, slots=True)
class SessionShare:
    """A number, and which part of the people it writes to."""

    session_id: UUID
    share: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A definition, read. What a draft lacks is empty."""

    audience: Audience | None = None
    variants: tuple[Variant, ...] = ()
    sessions: tuple[SessionShare, ...] = ()
    start_at: datetime | None = None
    time_zone: str | None = None
    recurrence: Recurrence | None = None
    quiet_hours: QuietHours | None = None
    given: Mapping[str, Any] = field(default_factory=dict)

    @property
    def lacks(self) -> list[Problem]:
        """Return what has to be there before it can start."""
        problems = Problems()
        if self.audience is None:
            problems.add("audience", "is needed: whom is it for?")
        if not self.variants:
            problems.add("variants", "is needed: at least one template")
        if not self.sessions:
            problems.add("sessions", "is needed: at least one number")
        return problems.found


def read_campaign(definition: Mapping[str, Any]) -> tuple[Plan, list[Problem]]:
    """Read a definition (:data:`KEYS`); return it and everything that is wrong with what it holds."""
    problems = Problems()
    problems.keys("", dict(definition), KEYS)
    if "name" in definition:
        problems.text("name", definition["name"], MAX_NAME)
    audience = None
    if definition.get("audience") is not None:
        audience, found = parse_audience(definition["audience"], "audience")
        problems.join(found)
    variables = _variables(problems, "variables", definition.get("variables"))
    start_at, zone, recurrence = _schedule(problems, definition.get("schedule"))
    plan = Plan(
        audience=audience,
        variants=_variants(problems, definition.get("variants"), variables),
        sessions=_sessions(problems, definition.get("sessions")),
        start_at=start_at,
        time_zone=zone,
        recurrence=recurrence,
        quiet_hours=_quiet(problems, definition.get("quiet_hours")),
        given=definition,
    )
    return plan, problems.found


def _entries(problems: Problems, path: str, given: object, most: int) -> list[tuple[str, dict[str, Any]]]:
    if given is None:
        return []
    if not isinstance(given, list) or len(given) > most or not all(isinstance(entry, dict) for entry in given):
        problems.add(path, f"must be a list of at most {most} objects")
        return []
    return [(f"{path}[{index}]", entry) for index, entry in enumerate(given)]


def _share(problems: Problems, path: str, entry: Mapping[str, Any]) -> int:
    share = entry.get("share", 1)
    problems.whole(f"{path}.share", share, 1, MAX_SHARE)
    return share if isinstance(share, int) else 1


def _id(problems: Problems, path: str, value: object) -> UUID | None:
    before = problems.count
    problems.identifier(path, value)
    return UUID(str(value)) if problems.count == before else None


def _variants(problems: Problems, given: object, common: VariableMap) -> tuple[Variant, ...]:
    found: list[Variant] = []
    for path, entry in _entries(problems, "variants", given, MAX_VARIANTS):
        problems.keys(path, entry, ("template_id", "share", "variables", "variants"))
        template_id = _id(problems, f"{path}.template_id", entry.get("template_id"))
        own = _variables(problems, f"{path}.variables", entry.get("variables"))
        share = _share(problems, path, entry)
        varies = entry.get("variants", False)
        if not isinstance(varies, bool):
            problems.add(f"{path}.variants", "must be true or false")
        if template_id is not None:
            variables = VariableMap({**common.sources, **own.sources})
            found.append(Variant(template_id, share, variables, varies is True))
    return tuple(found)


def _variables(problems: Problems, path: str, given: object) -> VariableMap:
    if given is None:
        return VariableMap({})
    variables, found = read_variables(given, path)
    problems.join(found.found)
    return variables


def _sessions(problems: Problems, given: object) -> tuple[SessionShare, ...]:
    found: dict[UUID, SessionShare] = {}
    for path, entry in _entries(problems, "sessions", given, MAX_SESSIONS):
        problems.keys(path, entry, ("session_id", "share"))
        session_id = _id(problems, f"{path}.session_id", entry.get("session_id"))
        share = _share(problems, path, entry)
        if session_id in found:
            problems.add(f"{path}.session_id", "stands in the list already")
        elif session_id is not None:
            found[session_id] = SessionShare(session_id, share)
    return tuple(found.values())


def _schedule(problems: Problems, given: object) -> tuple[datetime | None, str | None, Recurrence | None]:
    if given is None:
        return None, None, None
    if not isinstance(given, dict):
        problems.add("schedule", "must be an object")
        return None, None, None
    problems.keys("schedule", given, ("start_at", "time_zone", "recurrence"))
    zone = given.get("time_zone")
    if zone is not None and not (isinstance(zone, str) and is_zone(zone)):
        problems.add("schedule.time_zone", "must be a time zone such as America/Sao_Paulo")
        zone = None
    start_at = parse_time(given["start_at"]) if given.get("start_at") is not None else None
    if given.get("start_at") is not None and start_at is None:
        problems.add("schedule.start_at", "must be a time such as 2026-01-31T12:00:00Z")
    recurrence = None
    if given.get("recurrence") is not None:
        recurrence = read_recurrence(problems, "schedule.recurrence", given["recurrence"])
    return start_at, zone, recurrence


def _quiet(problems: Problems, given: object) -> QuietHours | None:
    if given is None:
        return None
    if not isinstance(given, dict):
        problems.add("quiet_hours", "must be an object with from and to")
        return None
    problems.keys("quiet_hours", given, ("from", "to"))
    minutes: list[int] = []
    for name in ("from", "to"):
        clock = _CLOCK.fullmatch(text) if isinstance(text := given.get(name), str) else None
        if clock is None:
            problems.add(f"quiet_hours.{name}", "must be a time such as 21:00")
        else:
            minutes.append(int(clock[1]) * 60 + int(clock[2]))
    if len(minutes) < 2:
        return None
    if minutes[0] == minutes[1]:
        problems.add("quiet_hours.to", "must be another time than from")
        return None
    return QuietHours(minutes[0], minutes[1])
