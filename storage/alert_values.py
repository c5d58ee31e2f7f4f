"""What an alert's number is, and was: read from committed rows alone. Called by workers, and by the API."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from engine.alerts import LEAST_ATTEMPTED, METRICS, SILENCE_SEEN_MIN, count_firings, failure_rate
from engine.histograms import Histogram
from engine.metrics import EVENT, LATENCY, MESSAGE, SOURCE
from storage import alerts
from storage.pool import Pool
from storage.searching import Row

_MINUTE = timedelta(minutes=1)


async def measure(pool: Pool, alert: Row, now: datetime) -> float | None:
    """Return the present value of an alert's number; None where there is nothing to be said.

    Raises:
        StorageAway: (through storage.pool.AWAY) Postgres is away.
    """
    company, metric = alert["company_id"], alert["metric"]
    sessions = _sessions(alert)
    window = timedelta(seconds=alert["window_s"])
    if metric == "queue_age":
        return await alerts.oldest_due_s(pool, company, now, sessions)
    if metric == "dead_letters":
        return float(await alerts.count_dead_letters(pool, company, now - window, sessions))
    if metric == "session_down":
        down = await alerts.count_down(pool, company, sessions)
        return None if down is None else float(down)
    if metric == "silence":
        sources = _sources(alert)
        since = now - timedelta(minutes=SILENCE_SEEN_MIN)
        minute, known = await alerts.last_minute(pool, company, since, SOURCE if sources else EVENT, sources)
        if minute is None:
            return float(SILENCE_SEEN_MIN) if known else None
        return max(0.0, (now - minute - _MINUTE) / _MINUTE)
    rows = await alerts.read_minutes(pool, company, now - window, now + _MINUTE, [_kind(metric)], sessions)
    return _value(metric, [(key, n) for _, _, key, n in rows])


async def would_have_fired(pool: Pool, alert: Row, now: datetime, days: int) -> int | None:
    """Return how often an alert would have fired in the last days; None of a number without a past.

    Messages count as they stand now, not as they stood then.
    """
    metric = METRICS[alert["metric"]]
    if not metric.history:
        return None
    first = (now - timedelta(days=days)).replace(second=0, microsecond=0)
    span = timedelta(seconds=alert["window_s"])
    keys = _sources(alert)
    kind = (SOURCE if keys else EVENT) if metric.name == "silence" else _kind(metric.name)
    rows = await alerts.read_minutes(
        pool, alert["company_id"], first - span, now, [kind], _sessions(alert), keys if metric.name == "silence" else ()
    )
    by_minute: dict[datetime, list[tuple[str, int]]] = {}
    for minute, _, key, n in rows:
        by_minute.setdefault(minute, []).append((key, n))
    minutes = [first + _MINUTE * number for number in range(days * 1_440)]
    if metric.name == "silence":
        return count_firings(_silences(minutes, by_minute), alert["threshold"])
    return count_firings(_windows(minutes, by_minute, span, metric.name), alert["threshold"])


def _silences(minutes: Sequence[datetime], heard: dict[datetime, list[tuple[str, int]]]) -> Iterator[float | None]:
    last = min(heard, default=None)
    for minute in minutes:
        if minute in heard:
            last = max(last, minute) if last else minute
        yield None if last is None or last > minute else (minute - last) / _MINUTE


def _windows(
    minutes: Sequence[datetime], seen: dict[datetime, list[tuple[str, int]]], span: timedelta, metric: str
) -> Iterator[float | None]:
    """Slide a window over the minutes: what comes in is added, what leaves is taken away."""
    sums: dict[str, int] = {}
    inside: deque[datetime] = deque()
    coming = deque(sorted(seen))
    for minute in minutes:
        while coming and coming[0] <= minute:
            inside.append(coming.popleft())
            _sum(sums, seen[inside[-1]], 1)
        while inside and inside[0] <= minute - span:
            _sum(sums, seen[inside.popleft()], -1)
        yield _value(metric, list(sums.items()))


def _sum(sums: dict[str, int], rows: list[tuple[str, int]], sign: int) -> None:
    for key, n in rows:
        value = sums.get(key, 0) + sign * n
        if value:
            sums[key] = value
        else:
            sums.pop(key, None)


def _kind(metric: str) -> str:
    return LATENCY if metric == "latency_p99" else MESSAGE


def _value(metric: str, rows: list[tuple[str, int]]) -> float | None:
    if metric == "latency_p99":
        histogram = Histogram()
        for key, n in rows:
            histogram.add(int(key), n)
        return histogram.quantile(0.99) if histogram.total >= LEAST_ATTEMPTED else None
    counts: dict[str, int] = {}
    for key, n in rows:
        counts[key] = counts.get(key, 0) + n
    return float(counts.get("uncertain", 0)) if metric == "uncertain" else failure_rate(counts)


def _sessions(alert: Row) -> list[UUID]:
    return [UUID(value) for value in alert["scope"].get("session_ids") or ()]


def _sources(alert: Row) -> list[str]:
    return list(alert["scope"].get("sources") or ())
