"""Times of day by five fields (minute, hour, day, month, weekday), in a time zone. Used by schedules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

# Lowest and highest value of each field; Sunday is 0 and 7.
_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7))
_FURTHEST_DAYS = 366 * 8 + 1  # 29 February may be eight years away
_EVERY = "*"


@dataclass(frozen=True, slots=True)
class Cron:
    """A parsed expression; :meth:`following` is all it does."""

    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either_day: bool

    def following(self, after: datetime, zone: tzinfo) -> datetime | None:
        """Return the first time after ``after`` (UTC); None: there is none within eight years.

        A time that a change of clocks leaves out is taken at the moment the clocks go on; one that comes twice is
        taken once.
        """
        local = after.astimezone(zone)
        for offset in range(_FURTHEST_DAYS):
            day = (local + timedelta(days=offset)).date() if offset else local.date()
            if not self._has(day.month, day.day, day.isoweekday() % 7):
                continue
            for hour in self.hours:
                for minute in self.minutes:
                    there = datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone)
                    found = there.astimezone(UTC)
                    if found > after:
                        return found
        return None

    def _has(self, month: int, day: int, weekday: int) -> bool:
        if month not in self.months:
            return False
        by_day, by_weekday = day in self.days, weekday in self.weekdays
        return by_day or by_weekday if self.either_day else by_day and by_weekday


def parse_cron(text: str) -> Cron:
    """Read five fields of ``*``, numbers, lists (``1,15``), ranges (``8-18``) and steps (``*/15``).

    As usual, where both day and weekday are given, either is enough.

    Raises:
        ValueError: says which field is wrong.
    """
    parts = text.split()
    if len(parts) != len(_FIELDS):
        raise ValueError("must have five fields: minute hour day month weekday")
    minutes, hours, days, months, weekdays = (_values(part, *field) for part, field in zip(parts, _FIELDS, strict=True))
    return Cron(
        tuple(sorted(minutes)),
        tuple(sorted(hours)),
        frozenset(days),
        frozenset(months),
        frozenset(day % 7 for day in weekdays),
        either_day=not parts[2].startswith(_EVERY) and not parts[4].startswith(_EVERY),
    )


def _values(text: str, name: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in text.split(","):
        span, slash, step = part.partition("/")
        first, last = _span(span, name, low, high, open_end=bool(slash))
        width = _number(step, name, 1, high) if slash else 1
        found.update(range(first, last + 1, width))
    return found


def _span(text: str, name: str, low: int, high: int, *, open_end: bool) -> tuple[int, int]:
    if text == _EVERY:
        return low, high
    first, dash, last = text.partition("-")
    start = _number(first, name, low, high)
    if not dash:
        return start, high if open_end else start
    end = _number(last, name, low, high)
    if end < start:
        raise ValueError(f"{name}: {text} runs backwards")
    return start, end


def _number(text: str, name: str, low: int, high: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 3) or not low <= int(text) <= high:
        raise ValueError(f"{name}: {text or 'nothing'} is not from {low} to {high}")
    return int(text)
