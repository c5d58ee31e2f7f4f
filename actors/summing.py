"""The aggregator's answer to a question: a company's numbers of a period, beside those of the period before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import tzinfo
from typing import Any
from uuid import UUID

import orjson

from actors.aggregating import Aggregating
from engine.company_counters import Sums
from engine.errors import FieldProblem
from engine.ids import ms_to_time, parse_id, time_to_ms
from engine.metrics import NO_SESSION
from engine.times import parse_time, rfc3339
from engine.windows import DAY_MS, MINUTE_MS, cover
from storage import metrics
from storage.pool import Pool

_MOST_DAYS = 800
_PREVIOUS_KEPT_MS = 10_000
_PREVIOUS_COMPANIES = 1_000
_NOT_COUNTED = ("campaign_id", "rule_id")  # deltas do not know them


class Summaries:
    """Summaries of companies.

    Args:
        counted: the live counters.
        clock_ms: the present (milliseconds since 1970).
    """

    def __init__(self, counted: Aggregating, clock_ms: Callable[[], int]) -> None:
        self._counted = counted
        self._clock_ms = clock_ms
        self._previous: dict[bytes, tuple[int, int, Sums]] = {}

    async def summary(self, pool: Pool, company: bytes, query: bytes) -> bytes:
        """Return ``GET /metrics/summary`` (docs/PROTOCOL.md, "Summary") as JSON.

        Args:
            pool: for what is not in memory.
            company: 16 bytes.
            query: JSON object of texts: ``from``, ``to``, ``session_id``; none of them: today.

        Raises:
            FieldProblem: a time or id cannot be read, a filter is not counted by, or the period is empty or too long.
            StorageAway: the period is not in memory and Postgres is away.
        """
        now_ms = self._clock_ms()
        counters = self._counted.company(company)
        asked = orjson.loads(query) if query else {}
        day_start, _ = counters.clock.day(now_ms)
        first, last, session = _period(asked, day_start, now_ms, counters.clock.zone)
        is_today = first == day_start and last == now_ms and session is None
        before = first - (DAY_MS if is_today else last - first)
        if is_today:
            period, previous = counters.today(now_ms), await self._yesterday(pool, company, before, last - DAY_MS)
        else:
            period, previous = await self._read(pool, company, [(first, last), (before, first)], session)
        live = counters.metrics(now_ms)
        zone = self._counted.zones.get(company)
        return orjson.dumps(
            {
                **live,
                "time_zone": zone or str(counters.clock.zone),
                "period": _shown(first, last, period),
                "previous": _shown(before, last - DAY_MS if is_today else first, previous),
                "change": {
                    "events": _change(period.events, previous.events),
                    "messages": _change(_messages(period), _messages(previous)),
                    "accepted": _change(period.counts.get("accepted", 0), previous.counts.get("accepted", 0)),
                },
            }
        )

    async def _yesterday(self, pool: Pool, company: bytes, first: int, last: int) -> Sums:
        """Return yesterday up to this time of day; kept for ten seconds."""
        known = self._previous.get(company)
        if known and known[0] == first and 0 <= last - known[1] < _PREVIOUS_KEPT_MS:
            return known[2]
        (found,) = await self._read(pool, company, [(first, last)], None)
        if len(self._previous) >= _PREVIOUS_COMPANIES:
            self._previous.clear()
        self._previous[company] = (first, last, found)
        return found

    async def _read(self, pool: Pool, company: bytes, parts: list[tuple[int, int]], session: UUID | None) -> list[Sums]:
        spans = [cover(first, last) for first, last in parts]
        found = await metrics.sum_periods(pool, company, spans, session, self._counted.writers())
        sums = [Sums() for _ in parts]
        for part, kind, key, value in sorted(found.sums, key=lambda row: -row[3]):
            sums[part].add(kind, key, NO_SESSION, value)
        for change in self._counted.beyond(found.watermarks, company):
            for part, (first, last) in enumerate(parts):
                inside = first // MINUTE_MS * MINUTE_MS <= change.minute_ms < -(-last // MINUTE_MS) * MINUTE_MS
                if inside and (session is None or change.session == session.bytes):
                    sums[part].add(change.kind, change.key, NO_SESSION, change.n)
        return sums


def _period(asked: Mapping[str, str], day_start: int, now_ms: int, zone: tzinfo) -> tuple[int, int, UUID | None]:
    problems = [{"field": name, "reason": "not_counted"} for name in _NOT_COUNTED if asked.get(name)]
    first, last = day_start, now_ms
    for name in ("from", "to"):
        if not asked.get(name):
            continue
        moment = parse_time(asked[name], zone)
        if moment is None:
            problems.append({"field": name, "reason": "not_a_time"})
        elif name == "from":
            first = time_to_ms(moment)
        else:
            last = time_to_ms(moment)
    session = None
    if asked.get("session_id"):
        session = parse_id(asked["session_id"])
        if session is None:
            problems.append({"field": "session_id", "reason": "not_an_id"})
    if not problems and first >= last:
        problems.append({"field": "from", "reason": "not_before_to"})
    if not problems and last - first > _MOST_DAYS * DAY_MS:
        problems.append({"field": "from", "reason": "period_too_long"})
    if problems:
        raise FieldProblem(problems)
    return first, last, session


def _shown(first: int, last: int, sums: Sums) -> dict[str, Any]:
    return {"from": rfc3339(ms_to_time(first)), "to": rfc3339(ms_to_time(last)), **sums.shown()}


def _messages(sums: Sums) -> int:
    return sum(sums.messages.values())


def _change(now: int, before: int) -> float | None:
    """Return the relative change, 0.25 for a quarter more; None where there was nothing before."""
    return round((now - before) / before, 4) if before else None
