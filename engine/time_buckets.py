"""The buckets of a series: minutes, hours or days as a company's clocks show them. Used by reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from engine.ids import ms_to_time, time_to_ms

Step = Literal["minute", "hour", "day"]
STEPS: tuple[Step, ...] = ("minute", "hour", "day")
MOST_BUCKETS = 300
_SHORTEST_MS = {"minute": 60_000, "hour": 3_600_000, "day": 82_800_000}  # a day may have 23 hours


class TooManyBuckets(ValueError):
    """The period has more than 300 buckets of this step."""


def buckets(first_ms: int, last_ms: int, step: Step, zone: tzinfo) -> list[tuple[int, int]]:
    """Return the buckets (from, to) that hold a period, oldest first.

    Hours are steps of elapsed time that begin at the zone's full hours, so that the hour which a change of clocks
    repeats has two buckets and the one it leaves out has none; days end at local midnights and may have 23 or 25 hours.

    Raises:
        TooManyBuckets: there would be more than 300.
    """
    if last_ms - first_ms > (MOST_BUCKETS + 1) * 90_000_000 or (
        (last_ms - first_ms) // _SHORTEST_MS[step] > MOST_BUCKETS + MOST_BUCKETS // 20 + 1
    ):
        raise TooManyBuckets
    found: list[tuple[int, int]] = []
    start = _floor(first_ms, step, zone)
    while start < last_ms:
        end = _next(start, step, zone)
        found.append((start, end))
        if len(found) > MOST_BUCKETS:
            raise TooManyBuckets
        start = end
    return found


def _floor(at_ms: int, step: Step, zone: tzinfo) -> int:
    if step == "minute":
        return at_ms // 60_000 * 60_000
    local = ms_to_time(at_ms).astimezone(zone)
    if step == "day":
        return _midnight(local, zone)
    # In elapsed time, so that an hour that happens twice is told apart.
    return at_ms - (local.minute * 60_000 + local.second * 1_000 + local.microsecond // 1_000)


def _next(start_ms: int, step: Step, zone: tzinfo) -> int:
    if step == "minute":
        return start_ms + 60_000
    if step == "day":
        local = ms_to_time(start_ms).astimezone(zone)
        return _midnight(local.replace(hour=12) + timedelta(days=1), zone)
    following = start_ms + 3_600_000
    # A shift of half an hour (Lord Howe) moves the full hours.
    floored = _floor(following, "hour", zone)
    return following if floored <= start_ms else floored


def _midnight(local: datetime, zone: tzinfo) -> int:
    """Return a local day's beginning; where clocks leave midnight out, the first moment after it."""
    first = datetime(local.year, local.month, local.day, tzinfo=zone)
    return time_to_ms(first.astimezone(UTC))
