"""The aggregator's reports: series, funnel, breakdowns. Read from roll-ups and what is not rolled up yet.

Every row is a sum that some transaction committed; ``actors/summing.py`` answers the summary in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Any, cast
from uuid import UUID

import orjson

from actors.aggregating import Aggregating
from actors.known_parts import Counted, KnownParts, Part, Stretch
from engine.error_classes import error_brain
from engine.errors import FieldProblem
from engine.ids import ms_to_time, parse_id, time_to_ms
from engine.metrics import (
    CAMPAIGN,
    COUNT,
    ERROR,
    EVENT,
    LATENCY,
    MESSAGE,
    REACHED,
    RULE,
    SENT_LATENCY,
    TEMPLATE,
    Change,
)
from engine.outcomes import SKIPPED, read_outcome
from engine.tallies import Tally, statuses
from engine.time_buckets import MOST_BUCKETS, STEPS, Step, TooManyBuckets, buckets
from engine.times import parse_time, rfc3339
from engine.windows import DAY_MS, HOUR_MS, MINUTE_MS, cover
from storage import metrics
from storage.pool import Pool

MOST_DAYS = 800
_FILTERS = {"session_id": MESSAGE, "rule_id": RULE, "template_id": TEMPLATE, "campaign_id": CAMPAIGN}
_BY = {"session": MESSAGE, "rule": RULE, "template": TEMPLATE, "campaign": CAMPAIGN}
BREAKDOWNS = (*_BY, "error", "skip", "event_type")
_STEP_S = {"minute": 60, "hour": 3_600, "day": 86_400}
_DEFAULT_MS = {"minute": HOUR_MS, "hour": DAY_MS, "day": 30 * DAY_MS}
_DEFAULT_LIMIT, _MOST_GROUPS = 20, 100


@dataclass(frozen=True, slots=True)
class Question:
    """A checked question: a period and, at most, one thing whose messages are meant."""

    first: int
    last: int
    kind: str | None  # MESSAGE (a number), RULE, TEMPLATE or CAMPAIGN
    subject: UUID | None

    @property
    def kinds(self) -> Sequence[str]:
        """What the roll-ups call the messages that are meant."""
        if self.kind is None or self.kind == MESSAGE:
            return (MESSAGE, ERROR, REACHED)
        return (self.kind,)


class Reports:
    """Reports of companies.

    Args:
        counted: the live counters.
        clock_ms: the present (milliseconds since 1970).
    """

    def __init__(self, counted: Aggregating, clock_ms: Callable[[], int]) -> None:
        self._counted = counted
        self._clock_ms = clock_ms
        self._known = KnownParts(counted.touched, clock_ms)

    async def report(self, pool: Pool, company: bytes, asked: Mapping[str, str]) -> bytes:
        """Return the report that ``asked["report"]`` names (series, funnel or breakdown) as JSON.

        Raises:
            FieldProblem: a parameter makes no sense, named.
            StorageAway: Postgres is away.
        """
        zone = self._counted.company(company).clock.zone
        name = asked["report"]
        if name == "series":
            found = await self._series(pool, company, asked, zone)
        elif name == "breakdown":
            found = await self._breakdown(pool, company, asked, zone)
        else:
            found = await self._funnel(pool, company, asked, zone)
        return orjson.dumps({"time_zone": self._counted.zones.get(company) or str(zone), **found})

    async def _series(self, pool: Pool, company: bytes, asked: Mapping[str, str], zone: tzinfo) -> dict[str, Any]:
        now_ms = self._clock_ms()
        step = cast("Step", asked.get("step") or "hour")
        if step not in STEPS:
            raise FieldProblem([{"field": "step", "reason": "not_a_step"}])
        question = read_question(asked, now_ms - _DEFAULT_MS[step], now_ms, zone)
        try:
            parts = buckets(question.first, question.last, step, zone)
        except TooManyBuckets as error:
            raise FieldProblem([{"field": "step", "reason": f"more_than_{MOST_BUCKETS}_buckets"}]) from error
        whole = question.kind is None
        kinds = list(question.kinds)
        if whole:
            kinds.append(EVENT)
        if whole or question.kind == MESSAGE:
            kinds += [LATENCY, SENT_LATENCY, COUNT]
        counts = await self._parts(pool, Counted(company, tuple(kinds), question.subject), parts)
        known_ms = await self._known_since(pool, company, step)
        data = []
        for (first, last), part in zip(parts, counts, strict=True):
            if known_ms <= first < now_ms or known_ms < last <= now_ms:
                part.told = part.told or _dump_point(first, _tally(part), whole, question.kind)
                data.append(orjson.Fragment(part.told))
            else:
                data.append(orjson.Fragment(_dump_point(first, None, whole, question.kind)))
        return {
            "step": step,
            "from": rfc3339(ms_to_time(parts[0][0])),
            "to": rfc3339(ms_to_time(parts[-1][1])),
            "data": data,
        }

    async def _known_since(self, pool: Pool, company: bytes, step: Step) -> int:
        """Return since when there is something to be known: the company's beginning, or its oldest sums."""
        first = await metrics.first_known(pool, company, _STEP_S[step])
        made = int.from_bytes(company[:6])
        made_known = made if made <= self._clock_ms() else self._clock_ms()
        kept = self._counted.kept_since_ms(_STEP_S[step])
        return max(kept, made_known if first is None else min(first, made_known))

    async def _funnel(self, pool: Pool, company: bytes, asked: Mapping[str, str], zone: tzinfo) -> dict[str, Any]:
        now_ms = self._clock_ms()
        question = read_question(asked, now_ms - 30 * DAY_MS, now_ms, zone)
        counted = Counted(company, tuple(question.kinds), question.subject)
        (part,) = await self._parts(pool, counted, [(question.first, question.last)])
        tally = _tally(part)
        return {**_period(question), "funnel": tally.funnel(), "rates": tally.rates(), "reply_within_h": 72}

    async def _breakdown(self, pool: Pool, company: bytes, asked: Mapping[str, str], zone: tzinfo) -> dict[str, Any]:
        now_ms = self._clock_ms()
        by, limit = asked.get("by") or "rule", _limit(asked)
        if by not in BREAKDOWNS:
            raise FieldProblem([{"field": "by", "reason": "must be one of " + ", ".join(BREAKDOWNS)}])
        question = read_question(asked, now_ms - 30 * DAY_MS, now_ms, zone)
        if by in _BY:
            if question.kind is not None:
                raise FieldProblem([{"field": "by", "reason": "cannot be combined with a filter"}])
            data, other = await self._by_subject(pool, company, question, _BY[by], limit)
        else:
            data, other = await self._by_word(pool, company, question, by, limit)
        return {**_period(question), "by": by, "data": data, "other": other}

    async def _by_subject(
        self, pool: Pool, company: bytes, question: Question, kind: str, limit: int
    ) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        groups: dict[bytes, Tally] = {}
        for each in (MESSAGE, ERROR, REACHED) if kind == MESSAGE else (kind,):
            found = await metrics.sum_subjects(
                pool, company, cover(question.first, question.last), each, self._counted.writers()
            )
            for subject, sums in found.sums.items():
                tally = groups.setdefault(subject, Tally())
                for key, n in sums.items():
                    tally.add(each, key, n)
            for change in self._beyond(company, found.watermarks, [each]):
                if _inside(change, question.first, question.last):
                    groups.setdefault(change.session, Tally()).add(each, change.key, change.n)
        ordered = sorted((s for s in groups if groups[s].total), key=lambda s: (-groups[s].total, s))
        names = await metrics.name_subjects(pool, company, kind, ordered[:limit])
        rest = Tally()
        for subject in ordered[limit:]:
            rest.merge(groups[subject])
        data = [
            {"id": str(UUID(bytes=subject)), "name": names.get(subject), **_counted(groups[subject])}
            for subject in ordered[:limit]
        ]
        left = len(ordered) - limit
        return data, {"groups": left, **_counted(rest)} if left > 0 else None

    async def _by_word(
        self, pool: Pool, company: bytes, question: Question, by: str, limit: int
    ) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        if by == "event_type" and question.kind is not None:
            raise FieldProblem([{"field": "by", "reason": "events are not counted by this filter"}])
        kinds = [EVENT] if by == "event_type" else question.kinds
        counts: dict[str, int] = {}
        parts = [(question.first, question.last)]
        for kind, key, n in (await self._parts(pool, Counted(company, tuple(kinds), question.subject), parts))[0].rows:
            if by == "event_type":
                counts[key] = counts.get(key, 0) + n
                continue
            word = key if kind == ERROR else key[1:] if key.startswith("!") else None
            if word is not None and (read_outcome(word).stage == SKIPPED) == (by == "skip"):
                counts[word] = counts.get(word, 0) + n
        ordered = sorted((key for key, n in counts.items() if n), key=lambda key: (-counts[key], key))
        data = [{**_word(by, key), "count": counts[key]} for key in ordered[:limit]]
        rest = ordered[limit:]
        return data, {"groups": len(rest), "count": sum(counts[key] for key in rest)} if rest else None

    async def _parts(self, pool: Pool, counted: Counted, stretches: Sequence[Stretch]) -> list[Part]:
        """Return what each stretch of time adds up to.

        Raises:
            StorageAway: Postgres is away.
        """
        known = self._known.find(counted, stretches)
        unknown = [stretch for stretch, part in zip(stretches, known, strict=True) if part is None]
        read = iter(await self._read(pool, counted, unknown) if unknown else [])
        return [next(read) if part is None else part for part in known]

    async def _read(self, pool: Pool, counted: Counted, stretches: Sequence[Stretch]) -> list[Part]:
        company, kinds, subject = counted
        spans = [cover(first, last) for first, last in stretches]
        found = await metrics.sum_periods(pool, company, spans, subject, self._counted.writers(), kinds)
        parts = [Part([]) for _ in stretches]
        for at, kind, key, value in found.sums:
            parts[at].rows.append((kind, key, value))
        for change in self._beyond(company, found.watermarks, kinds):
            if subject is not None and change.session != subject.bytes:
                continue
            for part, (first, last) in zip(parts, stretches, strict=True):
                if _inside(change, first, last):
                    part.rows.append((change.kind, change.key, change.n))
        self._known.keep(counted, stretches, parts)
        return parts

    def _beyond(self, company: bytes, marks: dict[tuple[str, int], int], kinds: Sequence[str]) -> list[Change]:
        wanted = set(kinds)
        return [change for change in self._counted.beyond(marks, company) if change.kind in wanted]


def read_question(asked: Mapping[str, str], first: int, last: int, zone: tzinfo) -> Question:
    """Read ``from``, ``to`` and the filter of a question.

    Args:
        asked: the query's texts.
        first, last: the period where none is asked for (milliseconds since 1970).
        zone: of times without one.

    Raises:
        FieldProblem: names everything that is wrong.
    """
    problems = []
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
    kind: str | None = None
    subject: UUID | None = None
    for name in (name for name in _FILTERS if asked.get(name)):
        if kind is not None:
            problems.append({"field": name, "reason": "only_one_filter"})
            continue
        kind, subject = _FILTERS[name], parse_id(asked[name])
        if subject is None:
            problems.append({"field": name, "reason": "not_an_id"})
    if not problems and first >= last:
        problems.append({"field": "from", "reason": "not_before_to"})
    if not problems and last - first > MOST_DAYS * DAY_MS:
        problems.append({"field": "from", "reason": "period_too_long"})
    if problems:
        raise FieldProblem(problems)
    return Question(first, last, kind, subject)


def _limit(asked: Mapping[str, str]) -> int:
    return min(max(int(asked.get("limit") or _DEFAULT_LIMIT), 1), _MOST_GROUPS)


def _inside(change: Change, first: int, last: int) -> bool:
    """Tell whether a change belongs to a period whose ends are moved out to whole minutes."""
    return first // MINUTE_MS * MINUTE_MS <= change.minute_ms < -(-last // MINUTE_MS) * MINUTE_MS


def _period(question: Question) -> dict[str, str]:
    return {"from": rfc3339(ms_to_time(question.first)), "to": rfc3339(ms_to_time(question.last))}


def _tally(part: Part) -> Tally:
    tally = Tally()
    for kind, key, n in part.rows:
        tally.add(kind, key, n)
    return tally


def _dump_point(first: int, tally: Tally | None, whole: bool, kind: str | None) -> bytes:
    return orjson.dumps({"at": rfc3339(ms_to_time(first)), **_point(tally, whole, kind)})


def _point(tally: Tally | None, whole: bool, kind: str | None) -> dict[str, Any]:
    """Return one bucket; null is what is not known or not counted by this filter, 0 is nothing."""
    timed = whole or kind == MESSAGE
    if tally is None:
        return {"events": None, "messages": None, "accepted": None, "funnel": None, "latency_ms": None}
    return {
        "events": tally.events if whole else None,
        "messages": statuses(tally.messages),
        "accepted": tally.accepted if timed else None,
        "funnel": tally.funnel(),
        "latency_ms": tally.latencies() if timed else None,
    }


def _counted(tally: Tally) -> dict[str, Any]:
    return {"messages": statuses(tally.messages), "funnel": tally.funnel(), "rates": tally.rates()}


def _word(by: str, key: str) -> dict[str, Any]:
    if by == "event_type":
        return {"event_type": key or None}
    outcome = read_outcome(key)
    if by == "skip":
        return {"reason": outcome.code}
    words: dict[str, Any] = {"stage": outcome.stage, "class": outcome.name, "code": outcome.code}
    if outcome.code.isdigit():
        return words | error_brain().classify(int(outcome.code)).texts()
    return words
