"""One company's counters in memory: its local day, its totals, its rates. Fed with changes by the aggregator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import tzinfo
from typing import Any
from uuid import UUID

from engine.histograms import Histogram
from engine.message_states import STATUSES
from engine.metrics import COUNT, EVENT, LATENCY, MESSAGE, STATE, Change
from engine.windows import DayClock, RateWindow, RecentLatency

_MOST_TYPES = 100
OTHER = "other"


class Sums:
    """What a stretch of time adds up to."""

    __slots__ = ("counts", "events", "latency", "messages", "sessions", "states", "types")

    def __init__(self) -> None:
        self.events = 0
        self.types: dict[str, int] = {}
        self.states: dict[str, int] = {}
        self.messages: dict[str, int] = {}
        self.sessions: dict[bytes, dict[str, int]] = {}
        self.counts: dict[str, int] = {}
        self.latency = Histogram()

    def add(self, kind: str, key: str, session: bytes, n: int) -> None:
        if kind == EVENT:
            self.events += n
            known = key in self.types or len(self.types) < _MOST_TYPES
            _add(self.types, key if known else OTHER, n)
        elif kind == MESSAGE:
            _add(self.messages, key, n)
            _add(self.sessions.setdefault(session, {}), key, n)
        elif kind == STATE:
            _add(self.states, key, n)
        elif kind == LATENCY:
            self.latency.add(int(key), n)
        elif kind == COUNT:
            _add(self.counts, key, n)

    def shown(self) -> dict[str, Any]:
        """Return the numbers as the API shows them."""
        return {
            "events": self.events,
            "event_types": _without_zeros(self.types),
            "event_states": _without_zeros(self.states),
            "messages": by_status(self.messages),
            "counters": _without_zeros(self.counts),
            "latency_ms": {"event_to_accepted": percentiles(self.latency) | {"count": self.latency.total}},
        }


class CompanyCounters:
    """Counters of one company; all times are milliseconds since 1970."""

    __slots__ = ("_days", "_events", "_latency", "_sends", "_session_sends", "clock", "oldest_due_ms", "totals")

    def __init__(self, zone: tzinfo) -> None:
        self.clock = DayClock(zone)
        self.totals = Sums()
        self.oldest_due_ms: dict[bytes, int] = {}  # per session, as the queue's table said last
        self._days: dict[int, Sums] = {}
        self._events = RateWindow()
        self._sends = RateWindow()
        self._session_sends: dict[bytes, RateWindow] = {}
        self._latency = RecentLatency()

    def count(self, change: Change, committed_ms: int, now_ms: int) -> None:
        """Take a committed change."""
        _, minute_ms, kind, key, session, n = change
        self.totals.add(kind, key, session, n)
        self.count_day(minute_ms, kind, key, session, n, now_ms)
        if kind == LATENCY:
            self._latency.add(minute_ms, int(key), n)
        elif kind == EVENT:
            self._events.add(committed_ms, n)
        elif kind == COUNT and key == "accepted":
            self._sends.add(committed_ms, n)
            self._session_sends.setdefault(session, RateWindow()).add(committed_ms, n)

    def count_day(self, minute_ms: int, kind: str, key: str, session: bytes, n: int, now_ms: int) -> None:
        """Add to today, or to tomorrow where a clock runs ahead; days before today are not kept."""
        start, end = self.clock.day(now_ms)
        if minute_ms >= start:
            self._days.setdefault(start if minute_ms < end else end, Sums()).add(kind, key, session, n)

    def count_latency(self, minute_ms: int, bucket: int, n: int) -> None:
        """Add to the latencies of the last minutes (when they are read back from the roll-ups)."""
        self._latency.add(minute_ms, bucket, n)

    def today(self, now_ms: int) -> Sums:
        """Return today's sums."""
        start, _ = self.clock.day(now_ms)
        for day in [day for day in self._days if day < start]:
            del self._days[day]
        return self._days.setdefault(start, Sums())

    def metrics(self, now_ms: int) -> dict[str, Any]:
        """Return the ``metrics`` topic (docs/PROTOCOL.md)."""
        today = self.today(now_ms)
        return {
            "today": {"events": today.events, "messages": by_status(today.messages)},
            "rates": {"events_s": self._events.per_s(now_ms), "accepted_s": self._sends.per_s(now_ms)},
            "queue": {"depth": self.depth(), "oldest_s": self._oldest_s(None, now_ms)},
            "latency_ms": {"event_to_accepted": percentiles(self._latency.sum(now_ms))},
        }

    def depth(self) -> int:
        """Return how many messages are due and wait for their sender, whenever they were made."""
        return self.totals.messages.get("queued", 0)

    def queue(self, now_ms: int) -> dict[str, Any]:
        """Return the ``queue`` topic."""
        return {
            "depth": self.depth(),
            "oldest_s": self._oldest_s(None, now_ms),
            **_waiting(self.totals.messages),
            "sessions": {
                str(UUID(bytes=session)): self._session_queue(session, now_ms)
                for session, statuses in self.totals.sessions.items()
                if any(statuses.get(status) for status in ("queued", "scheduled", "held", "sending"))
            },
        }

    def session(self, session: bytes, known: Mapping[str, Any], now_ms: int) -> dict[str, Any]:
        """Return one session's part of the ``sessions`` topic, and the ``session:<id>`` topic.

        Args:
            session: 16 bytes.
            known: name, transport, state … as the sessions' table has them.
            now_ms: the present.
        """
        sends = self._session_sends.get(session)
        return {
            **known,
            "today": by_status(self.today(now_ms).sessions.get(session, {})),
            "accepted_s": sends.per_s(now_ms) if sends else 0.0,
            "queue": self._session_queue(session, now_ms),
        }

    def _session_queue(self, session: bytes, now_ms: int) -> dict[str, Any]:
        statuses = self.totals.sessions.get(session, {})
        return {
            "depth": statuses.get("queued", 0),
            "oldest_s": self._oldest_s(session, now_ms),
            **_waiting(statuses),
        }

    def _oldest_s(self, session: bytes | None, now_ms: int) -> float:
        if session is None:
            due = min((due for s, due in self.oldest_due_ms.items() if self._queued(s)), default=now_ms)
        else:
            due = self.oldest_due_ms.get(session, now_ms) if self._queued(session) else now_ms
        return max(0, now_ms - due) // 100 / 10

    def _queued(self, session: bytes) -> int:
        return self.totals.sessions.get(session, {}).get("queued", 0)

    def queued_sessions(self) -> list[bytes]:
        """Return the sessions that have something due."""
        return [session for session in self.totals.sessions if self._queued(session)]


def by_status(counts: Mapping[str, int]) -> dict[str, int]:
    """Return all twelve statuses with their counts; they are exclusive."""
    return {status: counts.get(status, 0) for status in STATUSES}


def percentiles(histogram: Histogram) -> dict[str, float | None]:
    """Return p50 and p99 in milliseconds; null of nothing."""
    return {"p50": histogram.quantile(0.5), "p99": histogram.quantile(0.99)}


def _waiting(counts: Mapping[str, int]) -> dict[str, int]:
    return {status: counts.get(status, 0) for status in ("scheduled", "held", "sending")}


def _add(into: dict[str, int], key: str, n: int) -> None:
    into[key] = into.get(key, 0) + n


def _without_zeros(counts: Mapping[str, int]) -> dict[str, int]:
    return {key: n for key, n in counts.items() if n}
