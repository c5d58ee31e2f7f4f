"""The aggregator's answer to a question: a company's numbers of a period, beside those of the period before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from actors.aggregating import Aggregating
from actors.reporting import Question, read_question
from engine.company_counters import Sums
from engine.ids import ms_to_time
from engine.metrics import LIVE_KINDS, MESSAGE, NO_SESSION, OUTCOME_MARK, REACHED_MARK
from engine.tallies import SUBJECT_KINDS
from engine.times import rfc3339
from engine.windows import DAY_MS, MINUTE_MS, cover
from storage import metrics
from storage.pool import Pool

_PREVIOUS_KEPT_MS = 10_000
_PREVIOUS_COMPANIES = 1_000
_EVERYTHING = Question(0, 0, None, None)


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
            query: JSON object of texts: ``from``, ``to`` and one of ``session_id``, ``rule_id``,
                ``template_id`` and ``campaign_id``; none of them: today.

        Raises:
            FieldProblem: a time or id cannot be read, a filter is not counted by, or the period is empty or too long.
            StorageAway: the period is not in memory and Postgres is away.
        """
        now_ms = self._clock_ms()
        counters = self._counted.company(company)
        asked = orjson.loads(query) if query else {}
        day_start, _ = counters.clock.day(now_ms)
        question = read_question(asked, day_start, now_ms, counters.clock.zone)
        first, last = question.first, question.last
        is_today = first == day_start and last == now_ms and question.kind is None
        before = first - (DAY_MS if is_today else last - first)
        if is_today:
            period, previous = counters.today(now_ms), await self._yesterday(pool, company, before, last - DAY_MS)
        else:
            period, previous = await self._read(pool, company, [(first, last), (before, first)], question)
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
                    "delivered": _change(_delivered(period), _delivered(previous)),
                    "read": _change(period.messages.get("read", 0), previous.messages.get("read", 0)),
                    "failed": _change(period.messages.get("failed", 0), previous.messages.get("failed", 0)),
                },
            }
        )

    async def _yesterday(self, pool: Pool, company: bytes, first: int, last: int) -> Sums:
        """Return yesterday up to this time of day; kept for ten seconds."""
        known = self._previous.get(company)
        if known and known[0] == first and 0 <= last - known[1] < _PREVIOUS_KEPT_MS:
            return known[2]
        (found,) = await self._read(pool, company, [(first, last)], _EVERYTHING)
        if len(self._previous) >= _PREVIOUS_COMPANIES:
            self._previous.clear()
        self._previous[company] = (first, last, found)
        return found

    async def _read(self, pool: Pool, company: bytes, parts: list[tuple[int, int]], asked: Question) -> list[Sums]:
        spans = [cover(first, last) for first, last in parts]
        kinds = LIVE_KINDS if asked.kind in (None, MESSAGE) else (asked.kind,)
        subject = asked.subject
        found = await metrics.sum_periods(pool, company, spans, subject, self._counted.writers(), kinds)
        sums = [Sums() for _ in parts]
        for part, kind, key, value in sorted(found.sums, key=lambda row: -row[3]):
            _add(sums[part], kind, key, value)
        for change in self._counted.beyond(found.watermarks, company):
            for part, (first, last) in enumerate(parts):
                inside = first // MINUTE_MS * MINUTE_MS <= change.minute_ms < -(-last // MINUTE_MS) * MINUTE_MS
                if inside and change.kind in kinds and (subject is None or change.session == subject.bytes):
                    _add(sums[part], change.kind, change.key, change.n)
        return sums


def _shown(first: int, last: int, sums: Sums) -> dict[str, Any]:
    return {"from": rfc3339(ms_to_time(first)), "to": rfc3339(ms_to_time(last)), **sums.shown()}


def _add(sums: Sums, kind: str, key: str, n: int) -> None:
    """Add a row of the roll-ups; of a rule's, template's or campaign's the statuses are what a summary shows."""
    if kind not in SUBJECT_KINDS:
        sums.add(kind, key, NO_SESSION, n)
    elif key[0] not in (OUTCOME_MARK, REACHED_MARK):
        sums.add(MESSAGE, key, NO_SESSION, n)


def _delivered(sums: Sums) -> int:
    return sums.messages.get("delivered", 0) + sums.messages.get("read", 0)


def _messages(sums: Sums) -> int:
    return sum(sums.messages.values())


def _change(now: int, before: int) -> float | None:
    """Return the relative change, 0.25 for a quarter more; None where there was nothing before."""
    return round((now - before) / before, 4) if before else None
