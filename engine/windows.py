"""Windows over time: rates of the last seconds, a company's local day, and how a period is read from roll-ups."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.histograms import Histogram
from engine.ids import ms_to_time, time_to_ms
from engine.times import SAO_PAULO

MINUTE_MS = 60_000
HOUR_MS = 3_600_000
DAY_MS = 86_400_000
RATE_SPAN_MS = 5_000
_RATE_STEP_MS = 250
LATENCY_MINUTES = 5


def zone_of(name: str) -> tzinfo:
    """Return the time zone of that name; São Paulo's where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return SAO_PAULO


class RateWindow:
    """How many per second in the last five seconds, in steps of a quarter of a second."""

    __slots__ = ("_steps", "_total")

    def __init__(self) -> None:
        self._steps: deque[list[int]] = deque()
        self._total = 0

    def add(self, at_ms: int, n: int = 1) -> None:
        step = at_ms // _RATE_STEP_MS
        if self._steps and step <= self._steps[-1][0]:
            self._steps[-1][1] += n  # told late, by less than a step or two: it counts where we are
        else:
            self._steps.append([step, n])
        self._total += n
        self._forget(at_ms)

    def per_s(self, now_ms: int) -> float:
        self._forget(now_ms)
        return round(self._total * 1000 / RATE_SPAN_MS, 1)

    def _forget(self, now_ms: int) -> None:
        first = (now_ms - RATE_SPAN_MS) // _RATE_STEP_MS
        while self._steps and self._steps[0][0] <= first:
            self._total -= self._steps.popleft()[1]


class RecentLatency:
    """Latencies of this minute and the four before it."""

    __slots__ = ("_minutes",)

    def __init__(self) -> None:
        self._minutes: dict[int, Histogram] = {}

    def add(self, minute_ms: int, bucket: int, n: int) -> None:
        self._minutes.setdefault(minute_ms, Histogram()).add(bucket, n)

    def sum(self, now_ms: int) -> Histogram:
        first = now_ms // MINUTE_MS * MINUTE_MS - (LATENCY_MINUTES - 1) * MINUTE_MS
        for minute in [minute for minute in self._minutes if minute < first]:
            del self._minutes[minute]
        whole = Histogram()
        for part in self._minutes.values():
            whole.merge(part)
        return whole


class DayClock:
    """When a company's local day began; the answer is kept for as long as the day lasts."""

    __slots__ = ("_end", "_start", "zone")

    def __init__(self, zone: tzinfo) -> None:
        self.zone = zone
        self._start = self._end = 0

    def day(self, at_ms: int) -> tuple[int, int]:
        """Return the local midnights (milliseconds since 1970) before and after ``at_ms``."""
        if not self._start <= at_ms < self._end:
            local = ms_to_time(at_ms).astimezone(self.zone)
            self._start = _midnight(local, self.zone)
            self._end = _midnight(local + timedelta(days=1), self.zone)
        return self._start, self._end


def _midnight(local: datetime, zone: tzinfo) -> int:
    return time_to_ms(datetime(local.year, local.month, local.day, tzinfo=zone).astimezone(UTC))


class Span(NamedTuple):
    """A stretch of time to be read from the sums of one step; step 60 stands for the minutes themselves."""

    step_s: int
    from_ms: int
    to_ms: int


def cover(from_ms: int, to_ms: int) -> list[Span]:
    """Return which minutes, whole hours and whole UTC days together are a period, so that few rows are read.

    The period's ends are moved out to whole minutes.
    """
    first = from_ms // MINUTE_MS * MINUTE_MS
    last = -(-to_ms // MINUTE_MS) * MINUTE_MS
    return sorted(_cover(first, last, ((DAY_MS, 86_400), (HOUR_MS, 3_600), (MINUTE_MS, 60))), key=lambda s: s.from_ms)


def _cover(first: int, last: int, steps: tuple[tuple[int, int], ...]) -> list[Span]:
    if first >= last:
        return []
    (size, step_s), finer = steps[0], steps[1:]
    inner_first, inner_last = -(-first // size) * size, last // size * size
    if inner_first >= inner_last:
        return _cover(first, last, finer)
    return [
        Span(step_s, inner_first, inner_last),
        *_cover(first, inner_first, finer),
        *_cover(inner_last, last, finer),
    ]
