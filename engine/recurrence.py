"""Daily, weekly or monthly at a time of day in a zone: when next. Pure; the clock is passed in.

An hour that does not exist (summer time begins) is taken as the moment the clocks jump to; of an hour that comes twice
the first counts. A monthly day that a month lacks is that month's last.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from engine.problems import Problems
from engine.times import parse_time
from engine.zones import zone_named

EVERY = ("day", "week", "month")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_KEYS = ("every", "at", "weekdays", "day", "until")
_FURTHEST_DAYS = 62


@dataclass(frozen=True, slots=True)
class Recurrence:
    """When something comes again.

    Attributes:
        at: minutes after local midnight.
        weekdays: Monday is 1, Sunday 7; of a weekly recurrence.
        day: of the month; of a monthly recurrence.
        until: nothing after this.
    """

    every: Literal["day", "week", "month"]
    at: int
    weekdays: frozenset[int] = frozenset()
    day: int = 1
    until: datetime | None = None

    def next_after(self, moment: datetime, zone_name: str) -> datetime | None:
        """Return the first time after ``moment`` (aware), in UTC; None where there is none any more."""
        zone = zone_named(zone_name)
        day = moment.astimezone(zone).date() - timedelta(days=1)
        for _ in range(_FURTHEST_DAYS):
            if self._falls_on(day):
                local = datetime(day.year, day.month, day.day, self.at // 60, self.at % 60, tzinfo=zone)
                found = local.astimezone(UTC)
                if found > moment:
                    return None if self.until is not None and found > self.until else found
            day += timedelta(days=1)
        return None

    def _falls_on(self, day: date) -> bool:
        if self.every == "week":
            return day.isoweekday() in self.weekdays
        if self.every == "month":
            return day.day == min(self.day, calendar.monthrange(day.year, day.month)[1])
        return True


def read_recurrence(problems: Problems, path: str, given: object) -> Recurrence | None:
    """Read ``{"every": "day"|"week"|"month", "at": "09:00", "weekdays"?: [1…7], "day"?: 1…31, "until"?}``."""
    if not isinstance(given, Mapping):
        problems.add(path, "must be an object with every and at")
        return None
    before = problems.count
    problems.keys(path, dict(given), _KEYS)
    every, clock = given.get("every"), given.get("at")
    if every not in EVERY:
        problems.add(f"{path}.every", f"must be one of {', '.join(EVERY)}")
    at = _CLOCK.fullmatch(clock) if isinstance(clock, str) else None
    if at is None:
        problems.add(f"{path}.at", "must be a time such as 09:00")
    weekdays = given.get("weekdays", [])
    if not isinstance(weekdays, list) or not all(type(day) is int and 1 <= day <= 7 for day in weekdays):
        problems.add(f"{path}.weekdays", "must be a list of days from 1 (Monday) to 7 (Sunday)")
    elif every == "week" and not weekdays:
        problems.add(f"{path}.weekdays", "is needed: at least one day")
    if every == "month" or "day" in given:
        problems.whole(f"{path}.day", given.get("day"), 1, 31)
    until = parse_time(given["until"]) if given.get("until") is not None else None
    if given.get("until") is not None and until is None:
        problems.add(f"{path}.until", "must be a time such as 2026-12-31T23:59:59Z")
    if problems.count > before or at is None or every not in EVERY:
        return None
    minutes = int(at[1]) * 60 + int(at[2])
    return Recurrence(every, minutes, frozenset(weekdays), given.get("day", 1), until)
