"""Jobs that replay events: count by effect what a replay would do, then do it, each event's rule once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

import orjson

from actors.company import Company
from actors.drafting import Drafter
from actors.jobs.bulk_pages import Tally, begin, place, since
from actors.jobs.replaying import Effect, Replaying
from actors.jobs.tools import Job, JobTools, Step
from engine.ids import ms_to_time
from engine.jobs import JobFailed
from engine.metrics import Delta
from engine.pagination import Columns
from storage.bulk import set_counts
from storage.case_rows import CaseRow
from storage.company_config import load_company
from storage.consequences import use_caps
from storage.dead_letters import Resolution, resolve_letters
from storage.firings import limit_firings, store_cases
from storage.message_changes import Transition
from storage.message_rows import MessageRow, create_messages
from storage.pool import Connection
from storage.replays import Replayed, add_replays, filter_of, get_replay, page_replay
from storage.sender_sessions import load_sessions
from storage.waiting import cancel

_WINDOW = 1_000  # events looked at in one step of a preview
_ACTED_WINDOW = 300  # in one step of a run, which also writes
_SUPERSEDED = "replayed"


@dataclass(slots=True)
class _Prepared:
    """A step's events, the rules that decide about them, and what stands in the cursor behind them."""

    events: Sequence[Columns]
    replaying: Replaying
    cursor: dict[str, Any]
    last: bool
    uncounted: dict[str, int] = field(default_factory=dict)


class _Replays:
    """Walks over a replay's events, from new to old."""

    window = _WINDOW

    def __init__(self, tools: JobTools) -> None:
        self.tools = tools
        self._drafter = Drafter(tools.ids)

    async def prepare(self, job: Job) -> object:
        replaying = await self._replaying(job)
        if "ids" in job.params:
            return await self._by_ids(job, replaying)
        before = begin(job.params, job.cursor)
        page = await page_replay(
            self.tools.pool,
            job.company_id,
            filter_of(job.params["filter"]),
            before,
            since(job.params),
            self.window,
            replaying.types,
            payloads=replaying.payloads,
        )
        uncounted = {"unparsed": page.unread, "no_rule": page.hits - page.unread - len(page.rows)}
        cursor = {"before": place(page.next or before)}
        return _Prepared(page.rows, replaying, cursor, page.next is None, uncounted)

    async def after(self, job: Job, step: Step) -> None:
        return

    async def _by_ids(self, job: Job, replaying: Replaying) -> _Prepared:
        at: int = job.cursor.get("at", 0)
        ids = list(dict.fromkeys(UUID(text) for text in job.params["ids"]))
        asked = ids[at : at + self.window]
        rows = await get_replay(self.tools.pool, job.company_id, asked) if asked else []
        read = [row for row in rows if row["state"] == "processed"]
        uncounted = {"not_found": len(asked) - len(rows), "unparsed": len(rows) - len(read)}
        return _Prepared(read, replaying, {"at": at + self.window}, at + self.window >= len(ids), uncounted)

    async def _replaying(self, job: Job) -> Replaying:
        rows = await load_company(self.tools.pool, job.company_id)
        if rows is None:
            raise JobFailed("the company is gone")
        rules = job.params.get("rules")
        return Replaying(
            Company(job.company_id, rows),
            rows,
            await load_sessions(self.tools.pool, 0, 1, job.company_id),
            self._drafter,
            rules=None if rules is None else frozenset(rules),
            force=bool(job.params.get("force")),
            bulk="filter" in job.params,
            counting="most" not in job.params,
        )

    async def decide(self, connection: Connection, job: Job, prepared: _Prepared, tally: Tally) -> list[Effect]:
        """Return what acts, with the rest of the page in the tally."""
        for reason, n in prepared.uncounted.items():
            if n:
                tally.leave(reason, n)
        return await prepared.replaying.decide(connection, prepared.events, self.tools.now_ms(), tally)


class EventReplayPreview(_Replays):
    """Counts by effect, and writes the counts into the preview when it is through."""

    kind: ClassVar[str] = "event_replay_preview"

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        assert isinstance(prepared, _Prepared)
        tally = Tally.of(job)
        tally.would += len(await self.decide(connection, job, prepared, tally))
        if prepared.last:
            await set_counts(connection, job.company_id, UUID(job.params["preview_id"]), tally.counts())
        result = {"preview_id": job.params["preview_id"], "counts": tally.counts()}
        return _step(job, prepared, tally, result)


class EventReplay(_Replays):
    """Runs rules over stored events again; their messages and runs belong to those events."""

    kind: ClassVar[str] = "event_replay"
    window = _ACTED_WINDOW

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        assert isinstance(prepared, _Prepared)
        tally = Tally.of(job)
        effects = await self.decide(connection, job, prepared, tally)
        room = max(0, job.params["most"] - tally.would)
        if left := len(effects) - len(effects[:room]):
            tally.leave("not_in_preview", left)
        now = ms_to_time(self.tools.now_ms())
        acted, born, cases = await self._limit(connection, effects[:room], tally)
        resting = [message_id for effect in acted for message_id in effect.resting]
        transitions: list[Transition] = []
        if resting:  # held by their rule for good: the new ones take their place
            transitions = await cancel(connection, job.company_id, resting, now, _SUPERSEDED)
        await create_messages(connection, born)
        await store_cases(connection, cases)
        await resolve_letters(connection, job.company_id, _successors(acted), "retried", now)
        await add_replays(connection, job.company_id, job.id, now, _runs(acted))
        tally.would += len(acted)
        result = {"preview_id": job.params["preview_id"], "acted": tally.would, "skip": tally.counts()["skip"]}
        return _step(job, prepared, tally, result, born, transitions)

    async def _limit(
        self, connection: Connection, effects: Sequence[Effect], tally: Tally
    ) -> tuple[list[Effect], list[MessageRow], list[CaseRow]]:
        """Use up caps; what is over them is left alone."""
        now = ms_to_time(self.tools.now_ms())
        messages = [_second_try(effect, at, row) for effect in effects for at, row in enumerate(effect.messages)]
        caps = {effect.messages[0].id: effect.cap for effect in effects if effect.cap is not None}
        firings = [effect.firing for effect in effects if effect.firing is not None]
        cases: list[CaseRow] = []
        if firings:
            messages, cases = await limit_firings(connection, firings, messages, now)
        if caps:
            messages = await use_caps(connection, messages, caps)
        over = {row.id: row.reason or "skipped" for row in messages if row.due_at is None}
        ended = {case.id: case.reason or "skipped" for case in cases if case.position is None}
        acted: list[Effect] = []
        for effect in effects:
            case = effect.firing.case if effect.firing is not None else None
            reasons = [over[row.id] for row in effect.messages if row.id in over]
            reasons += [ended[case.id]] if case is not None and case.id in ended else []
            if reasons:
                tally.leave(reasons[0])
            else:
                acted.append(effect)
        kept = {row.id for effect in acted for row in effect.messages}
        return acted, [row for row in messages if row.id in kept], [case for case in cases if case.id not in ended]


def _second_try(effect: Effect, at: int, row: MessageRow) -> MessageRow:
    """A message that takes an earlier one's place names it."""
    return row._replace(retry_of=effect.before[-1]) if effect.before and at == 0 else row


def _successors(acted: Sequence[Effect]) -> list[Resolution]:
    """Nobody tries again what a replay has taken the place of."""
    return [
        Resolution(letter_id, effect.messages[0].id if effect.messages else None)
        for effect in acted
        for letter_id in effect.letters
    ]


def _runs(acted: Sequence[Effect]) -> list[Replayed]:
    by_event: dict[UUID, list[dict[str, Any]]] = {}
    for effect in acted:
        by_event.setdefault(effect.event_id, []).append(effect.run)
    return [Replayed(event_id, orjson.dumps(runs, default=str).decode()) for event_id, runs in by_event.items()]


def _step(
    job: Job,
    prepared: _Prepared,
    tally: Tally,
    result: dict[str, Any],
    born: list[MessageRow] | None = None,
    transitions: list[Transition] | None = None,
) -> Step:
    cursor = {**prepared.cursor, "tally": {"would": tally.would, "skip": tally.skip}}
    done = tally.total - Tally.of(job).total
    return Step(
        cursor, done=done, finished=prepared.last, result=result, born=born or [], transitions=transitions or []
    )
