"""How long a campaign will take, and which limits hold it for how long. Pure; called by its dry run.

Every number is walked through hour by hour: what its pace, its caps, its portfolio's day and the quiet hours let pass.
It is an estimate: what other messages of the same numbers will use is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from typing import Any, NamedTuple

from engine.ids import ms_to_time
from engine.quiet_hours import QuietHours
from engine.sending_policy import TIER_RESERVE, read_budget_options, tier_users
from engine.web_options import read_web_options
from engine.web_warm_up import DAY_MS, HOUR_MS, caps, for_bulk

_PACE_SHARE = 0.97  # engine/limits.py fills its bucket with this much of the throughput
_MOST_HOURS = 24 * 90
_QUARTER_MS = HOUR_MS // 4
_ENDLESS = 1 << 60


@dataclass(frozen=True, slots=True)
class Load:
    """One number and how many it has to write to.

    Attributes:
        per_s: its pace.
        per_hour, per_day: what bulk may use of its caps; None: no cap.
        people_per_day: how many people its portfolio may write to in 24 hours, bulk's part; None: no limit.
        spent_day: messages of the last 24 hours that count against ``per_day``.
        spent_people: people of the last 24 hours that count against ``people_per_day``.
        warm_from_ms: when its warm-up began; None: it is warm.
        shared_by: how many of the campaign's numbers share the portfolio.
    """

    session_id: str
    people: int
    per_s: float
    per_hour: int | None = None
    per_day: int | None = None
    people_per_day: int | None = None
    spent_day: int = 0
    spent_people: int = 0
    warm_from_ms: int | None = None
    shared_by: int = 1


class Hold(NamedTuple):
    """A limit that holds a number back, and for how long in all."""

    session_id: str
    limit: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """``seconds``: until the last one is sent; None: not within 90 days."""

    seconds: int | None
    by_session: Mapping[str, int | None]
    holds: Sequence[Hold] = field(default_factory=tuple)


def load_of(session: Mapping[str, Any], people: int, *, created_ms: int, spent_day: int, spent_people: int) -> Load:
    """Return a session's row as a load; options that are not sound count as none.

    Args:
        session: id, transport, throughput, tier and options.
    """
    try:
        if session["transport"] == "web":
            return _web_load(session, people, created_ms, spent_day)
        options = read_budget_options(session["options"])
    except ValueError:
        return Load(str(session["id"]), people, session["throughput"])
    users = tier_users(session["tier"])
    return Load(
        str(session["id"]),
        people,
        session["throughput"],
        None if options.per_hour is None else for_bulk(options.per_hour),
        None if options.per_day is None else for_bulk(options.per_day),
        None if users is None else round(users * (1 - TIER_RESERVE)),
        spent_day,
        spent_people,
        created_ms if options.warm_up else None,
    )


def room_today(load: Load, now_ms: int) -> int | None:
    """Return how many people bulk may still write to today by this number; None where nothing limits it."""
    left = min(_day_cap(load, now_ms) - load.spent_day, _people(load) - load.spent_people / load.shared_by)
    return None if left >= _ENDLESS / 2 else max(0, int(left))


def _web_load(session: Mapping[str, Any], people: int, created_ms: int, spent_day: int) -> Load:
    options = read_web_options(session["options"])
    pace = options.pace
    middle = (pace.stranger_s[0] + pace.stranger_s[1]) / 2
    per_s = min(pace.per_minute / 60, 1 / middle if middle else pace.per_minute / 60)
    return Load(
        str(session["id"]),
        people,
        per_s,
        for_bulk(pace.per_hour),
        for_bulk(pace.per_day),
        None,
        spent_day,
        warm_from_ms=created_ms - options.head_start_ms if options.warm_up else None,
    )


def estimate(loads: Sequence[Load], start_ms: int, quiet: QuietHours | None, zone: tzinfo) -> Estimate:
    """Return how long it takes from ``start_ms`` (ms since 1970).

    Args:
        loads: the numbers.
        start_ms: when it begins.
        quiet: in which nothing is sent, by ``zone``: most people are taken to live there.
        zone: the company's.
    """
    holds: list[Hold] = []
    by_session: dict[str, int | None] = {}
    for load in loads:
        by_session[load.session_id] = _walk(load, start_ms, quiet, zone, holds)
    taken = list(by_session.values())
    longest = None if None in taken else max((seconds for seconds in taken if seconds is not None), default=0)
    return Estimate(longest, by_session, sorted(holds, key=lambda hold: -hold.seconds))


def _walk(load: Load, start_ms: int, quiet: QuietHours | None, zone: tzinfo, holds: list[Hold]) -> int | None:
    left = float(load.people)
    held: dict[str, int] = {}
    day_left, people_left = 0.0, 0.0
    seconds: int | None = None
    for hour in range(_MOST_HOURS):
        now_ms = start_ms + hour * HOUR_MS
        if hour % 24 == 0:
            first = hour == 0
            day_left = max(0, _day_cap(load, now_ms) - (load.spent_day if first else 0))
            people_left = max(0, _people(load) - (load.spent_people if first else 0) / load.shared_by)
        if left <= 0:
            seconds = 0 if seconds is None else seconds
            break
        open_share = _open_share(quiet, now_ms, zone)
        offers = {
            "throughput": load.per_s * _PACE_SHARE * 3600 * open_share,
            "hourly_cap": _hour_cap(load, now_ms) * (1.0 if open_share else 0.0),
            "daily_cap": day_left,
            "portfolio_limit": people_left,
        }
        limit = min(offers, key=lambda name: offers[name])
        sent = min(left, offers[limit])
        pace = offers["throughput"] / 3600 if offers["throughput"] else 1.0
        left, day_left, people_left = left - sent, day_left - sent, people_left - sent
        if left <= 0.5:
            seconds = hour * 3600 + round(sent / (load.per_s * _PACE_SHARE))
            left = 0
        idle = 3600 - round(sent / pace) if left else 0
        if open_share < 1 and left:
            held["quiet_hours"] = held.get("quiet_hours", 0) + round(3600 * (1 - open_share))
        if limit != "throughput" and left and idle > 0 and open_share > 0:
            name = "warm_up" if _warming(load, now_ms) and limit in ("hourly_cap", "daily_cap") else limit
            held[name] = held.get(name, 0) + round(idle * open_share)
    holds += [Hold(load.session_id, name, held_s) for name, held_s in held.items()]
    return seconds


def _open_share(quiet: QuietHours | None, now_ms: int, zone: tzinfo) -> float:
    if quiet is None:
        return 1.0
    quarters = [quiet.until_ms(now_ms + step * _QUARTER_MS, zone) is None for step in range(4)]
    return sum(quarters) / 4


def _warming(load: Load, now_ms: int) -> bool:
    return load.warm_from_ms is not None and now_ms - load.warm_from_ms < 7 * DAY_MS


def _day_cap(load: Load, now_ms: int) -> float:
    cap = _ENDLESS if load.per_day is None else load.per_day
    if _warming(load, now_ms) and load.warm_from_ms is not None:
        cap = min(cap, for_bulk(caps(now_ms - load.warm_from_ms, _ENDLESS, _ENDLESS).day))
    return cap


def _hour_cap(load: Load, now_ms: int) -> float:
    cap = _ENDLESS if load.per_hour is None else load.per_hour
    if _warming(load, now_ms) and load.warm_from_ms is not None:
        cap = min(cap, for_bulk(caps(now_ms - load.warm_from_ms, _ENDLESS, _ENDLESS).hour))
    return cap


def _people(load: Load) -> float:
    return _ENDLESS if load.people_per_day is None else load.people_per_day / load.shared_by


def first_end(estimate_s: int | None, start_ms: int) -> str | None:
    """Return the expected end as RFC 3339, or None."""
    if estimate_s is None:
        return None
    end = ms_to_time(start_ms) + timedelta(seconds=estimate_s)
    return end.isoformat(timespec="milliseconds").replace("+00:00", "Z")
