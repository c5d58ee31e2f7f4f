"""When a rule may write: days of the week and hours by a clock, and the next moment at which it may. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from engine.ids import ms_to_time, time_to_ms
from engine.phones import area_code
from engine.problems import Problems
from engine.quiet_hours import AREA_ZONES
from engine.zones import is_zone, zone_named

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
COMPANY, RECIPIENT = "company", "recipient"
WAIT, SKIP = "wait", "skip"
_DAY_MINUTES = 1_440


@dataclass(frozen=True, slots=True)
class Schedule:
    """A rule's window.

    Attributes:
        days: weekdays on which it opens, Monday is 0.
        start, end: minutes after local midnight; an end that is not after the start lies on the next day.
        zone: ``company``, ``recipient`` (by the phone's area code) or an IANA name.
        outside: ``wait`` for the next opening, or ``skip``.
    """

    days: frozenset[int]
    start: int
    end: int
    zone: str
    outside: str

    def opens_ms(self, now_ms: int, company_zone: str, phone: str | None) -> int | None:
        """Return when the window opens next, in ms since 1970; None where it is open now."""
        zone = zone_for(self.zone, company_zone, phone)
        now = ms_to_time(now_ms)
        today = now.astimezone(zone).date()
        for offset in range(-1, 9):
            day = today + timedelta(days=offset)
            if day.weekday() not in self.days:
                continue
            opens = at_minute(day.year, day.month, day.day, self.start, zone)
            last = day if self.end > self.start else day + timedelta(days=1)
            closes = at_minute(last.year, last.month, last.day, self.end, zone)
            if opens > now:
                return time_to_ms(opens)
            if now < closes:
                return None
        raise ValueError("a schedule without days")


def compile_schedule(given: dict[str, Any]) -> Schedule:
    """Compile a schedule that :func:`check_schedule` has nothing against."""
    days = given.get("days") or DAYS
    return Schedule(
        frozenset(DAYS.index(day) for day in days),
        minute_of(given.get("from", "00:00")) or 0,
        _DAY_MINUTES if given.get("to", "24:00") == "24:00" else minute_of(given["to"]) or 0,
        given.get("zone", COMPANY),
        given.get("outside", WAIT),
    )


def check_schedule(problems: Problems, path: str, given: object) -> None:
    """Note everything that is wrong with ``{days?, from?, to?, zone?, outside?}``."""
    if given is None:
        return
    if not isinstance(given, dict):
        problems.add(path, "must be an object such as {'days': ['mon'], 'from': '08:00', 'to': '20:00'}")
        return
    problems.keys(path, given, ("days", "from", "to", "zone", "outside"))
    check_days(problems, f"{path}.days", given.get("days"))
    for name in ("from", "to"):
        value = given.get(name)
        if value is not None and minute_of(value) is None and not (name == "to" and value == "24:00"):
            problems.add(f"{path}.{name}", "must be a time of day such as 08:00")
    if given.get("from", "00:00") == given.get("to", "24:00"):
        problems.add(f"{path}.to", "must not be the same as from")
    check_zone(problems, f"{path}.zone", given.get("zone"))
    if given.get("outside", WAIT) not in (WAIT, SKIP):
        problems.add(f"{path}.outside", "must be wait or skip")


def check_days(problems: Problems, path: str, days: object) -> None:
    """Note what is no list of weekdays."""
    if days is None:
        return
    if not isinstance(days, list) or not days or len(days) > len(DAYS):
        problems.add(path, f"must be a list of days: {', '.join(DAYS)}")
        return
    for index, day in enumerate(days):
        if day not in DAYS:
            problems.add(f"{path}[{index}]", f"must be one of {', '.join(DAYS)}")


def check_zone(problems: Problems, path: str, zone: object) -> None:
    """Note what is neither ``company`` nor ``recipient`` nor the name of a time zone."""
    if zone is not None and zone not in (COMPANY, RECIPIENT) and not (isinstance(zone, str) and is_zone(zone)):
        problems.add(path, "must be company, recipient, or a time zone such as America/Sao_Paulo")


def minute_of(value: object) -> int | None:
    """Return the minute of the day that ``HH:MM`` names; None for anything else."""
    if not isinstance(value, str) or len(value) != 5 or value[2] != ":" or not value.isascii():
        return None
    hours, minutes = value[:2], value[3:]
    if not (hours.isdigit() and minutes.isdigit()) or int(hours) > 23 or int(minutes) > 59:
        return None
    return int(hours) * 60 + int(minutes)


def zone_for(name: str, company_zone: str, phone: str | None) -> tzinfo:
    """Return the clock that ``company``, ``recipient`` or a zone's name means for a phone."""
    if name == RECIPIENT:
        name = AREA_ZONES.get((area_code(phone) if phone else None) or "", company_zone)
    return zone_named(company_zone if name == COMPANY else name)


def at_minute(year: int, month: int, day: int, minute: int, zone: tzinfo) -> datetime:
    """Return a local minute of a day as a moment in UTC; minute 1,440 is the next midnight."""
    local = datetime(year, month, day, tzinfo=zone) + timedelta(minutes=minute)  # wall clock: the zone's jumps count
    return local.astimezone(UTC)
