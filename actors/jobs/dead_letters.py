"""Jobs over dead letters: count what a retry or a discard would do, then do it, each letter once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from actors.jobs.bulk_pages import Tally, begin, place, since
from actors.jobs.rereading import Rereader
from actors.jobs.tools import Job, JobTools, Step
from engine.dead_letters import retry_refusal
from engine.ids import id_time, ms_to_time
from engine.metrics import Delta
from engine.wire import DONE, Intake
from storage.bulk import set_counts
from storage.campaign_holds import stopped_campaigns
from storage.campaign_recipients import replace_messages
from storage.cancelling import find_cancelling_events
from storage.dead_letters import (
    DeadLetterFilter,
    Resolution,
    list_campaign_messages,
    page_open,
    resolve_letters,
    weigh_letters,
)
from storage.due import again
from storage.events import set_replay_of
from storage.message_changes import lock
from storage.message_rows import MessageRow, create_messages
from storage.pool import Connection
from storage.queries import query
from storage.searching import Row

_AT_ONCE = 200
_IDS = ("session_id", "campaign_id", "rule_id")


@dataclass(slots=True)
class _Page:
    """A step's letters, and what stands in the cursor behind them; ``entered``: what events of it became."""

    ids: list[UUID]
    cursor: dict[str, Any]
    last: bool
    events: dict[UUID, Intake | str] = field(default_factory=dict)
    entered: dict[UUID, tuple[UUID, bool]] = field(default_factory=dict)


class _Letters(ABC):
    """Walks over a bulk action's dead letters; what is done with a page, its kinds say."""

    def __init__(self, tools: JobTools) -> None:
        self.tools = tools

    async def prepare(self, job: Job) -> object:
        return await self._page(job)

    async def after(self, job: Job, step: Step) -> None:
        return

    async def _page(self, job: Job) -> _Page:
        if "ids" in job.params:
            at: int = job.cursor.get("at", 0)
            ids = list(dict.fromkeys(UUID(text) for text in job.params["ids"]))
            return _Page(ids[at : at + _AT_ONCE], {"at": at + _AT_ONCE}, at + _AT_ONCE >= len(ids))
        wanted = _filter(job.params["filter"])
        before = begin(job.params, job.cursor)
        found, following = await page_open(self.tools.pool, job.company_id, wanted, before, since(job.params), _AT_ONCE)
        return _Page(found, {"before": place(following or before)}, following is None)

    async def weigh(self, connection: Connection, job: Job, page: _Page) -> tuple[list[Row], Tally]:
        """Return a page's letters that may be tried again, and the tally with the others in it."""
        tally = Tally.of(job)
        letters = await weigh_letters(connection, job.company_id, page.ids)
        if missing := len(page.ids) - len(letters):
            tally.leave("not_found", missing)
        # A campaign stays as it is till this transaction ends: whoever pauses it then finds what was made here.
        campaigns = {letter["campaign_id"] for letter in letters.values() if letter.get("campaign_id")}
        stopped = await stopped_campaigns(connection, campaigns)
        for letter in letters.values():
            letter["campaign_state"] = stopped.get(letter["campaign_id"]) if letter.get("campaign_id") else None
        called_off = await _called_off(connection, job.company_id, list(letters.values()))
        good: list[Row] = []
        for letter in letters.values():
            reason = self.refusal(letter, page) or called_off.get(letter["id"])
            if reason is None:
                good.append(letter)
            else:
                tally.leave(reason)
        return good, tally

    @abstractmethod
    def refusal(self, letter: Row, page: _Page) -> str | None:
        """Return why a letter is left alone (a code), None where it is not."""


class _Counting(_Letters):
    """The preview's half: counts, and writes the counts into the preview when it is through."""

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        assert isinstance(prepared, _Page)
        good, tally = await self.weigh(connection, job, prepared)
        tally.would += len(good)
        if prepared.last:
            await set_counts(connection, job.company_id, UUID(job.params["preview_id"]), tally.counts())
        return _step(job, prepared, tally, 0)


class RetryPreview(_Counting):
    """Counts what a retry would do."""

    kind: ClassVar[str] = "dead_letter_retry_preview"

    async def prepare(self, job: Job) -> object:
        page = await self._page(job)
        page.events = await _reread(self.tools, job, page)
        return page

    def refusal(self, letter: Row, page: _Page) -> str | None:
        return _retry_refusal(letter, page)


class DiscardPreview(_Counting):
    """Counts what a discard would do."""

    kind: ClassVar[str] = "dead_letter_discard_preview"

    def refusal(self, letter: Row, page: _Page) -> str | None:
        return _discard_refusal(letter)


class Retry(_Letters):
    """Tries dead letters again: a message as a new one that names it, an event by reading its bytes again."""

    kind: ClassVar[str] = "dead_letter_retry"

    async def prepare(self, job: Job) -> object:
        page = await self._page(job)
        page.events = await _reread(self.tools, job, page)
        readable = {event_id: item for event_id, item in page.events.items() if not isinstance(item, str)}
        room = job.params["most"] - Tally.of(job).would
        taken = list(readable.items())[: max(0, room)]
        # Before the transaction, which is the job's: the shard has one of its own. The ids are the same each time.
        answers = await self.tools.ingest([item for _, item in taken])
        for (event_id, _), answer in zip(taken, answers, strict=True):
            if answer.code == DONE:
                page.entered[event_id] = (UUID(bytes=answer.first_ids[0]), answer.duplicates[0])
            else:
                page.events[event_id] = "event_gone"
        return page

    def refusal(self, letter: Row, page: _Page) -> str | None:
        if letter["kind"] == "event" and letter["event_id"] in page.entered:
            return None  # it is in: a discard that came between is as if it had come too late
        return _retry_refusal(letter, page)

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        assert isinstance(prepared, _Page)
        page, now = prepared, ms_to_time(self.tools.now_ms())
        # Before their letters, as receipts lock them: so nobody waits in a circle.
        of_campaigns = await lock(
            connection, await list_campaign_messages(connection, job.company_id, page.ids), job.company_id
        )
        good, tally = await self.weigh(connection, job, page)
        events = [letter for letter in good if letter["kind"] == "event" and letter["event_id"] in page.entered]
        messages = [letter for letter in good if letter["kind"] == "message"]
        room = max(0, job.params["most"] - tally.would - len(events))
        if left := len(good) - len(events) - len(messages[:room]):
            tally.leave("not_in_preview", left)
        born, resolved = await self._messages(connection, messages[:room], now)
        replaced = [(of_campaigns[row.retry_of], row.id) for row in born if row.retry_of in of_campaigns]
        await replace_messages(connection, replaced, delta)
        readings = [(page.entered[letter["event_id"]], letter) for letter in events]
        resolved += [Resolution(letter["id"], new_id) for (new_id, _), letter in readings]
        await set_replay_of(
            connection,
            job.company_id,
            [(new_id, letter["event_id"]) for (new_id, known), letter in readings if not known],
        )
        await resolve_letters(connection, job.company_id, resolved, "retried", now)
        tally.would += len(resolved)
        return _step(job, page, tally, len(resolved), born)

    async def _messages(
        self, connection: Connection, letters: Sequence[Row], now: datetime
    ) -> tuple[list[MessageRow], list[Resolution]]:
        if not letters:
            return [], []
        ids = [letter["message_id"] for letter in letters]
        times = [id_time(message_id) for message_id in ids]
        rows = await connection.fetch(query("sending/read_messages"), ids, times, min(times), max(times))
        letter_of = {letter["message_id"]: letter for letter in letters}
        born: list[MessageRow] = []
        resolved: list[Resolution] = []
        for row in rows:
            letter = letter_of[row["id"]]
            old = MessageRow._make([*row[:27], None, None, letter["cancel_on"], row["content"], row["variant"]])
            new = again(old, self.tools.ids.make_uuid(self.tools.now_ms()), now)
            born.append(new)
            resolved.append(Resolution(letter["id"], new.id))
        await create_messages(connection, born)
        return born, resolved


class Discard(_Letters):
    """Notes that nothing more is to be done about dead letters."""

    kind: ClassVar[str] = "dead_letter_discard"

    def refusal(self, letter: Row, page: _Page) -> str | None:
        return _discard_refusal(letter)

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        assert isinstance(prepared, _Page)
        good, tally = await self.weigh(connection, job, prepared)
        room = max(0, job.params["most"] - tally.would)
        if left := len(good) - len(good[:room]):
            tally.leave("not_in_preview", left)
        resolved = [Resolution(letter["id"]) for letter in good[:room]]
        await resolve_letters(connection, job.company_id, resolved, "discarded", ms_to_time(self.tools.now_ms()))
        tally.would += len(resolved)
        return _step(job, prepared, tally, len(resolved))


def _step(job: Job, page: _Page, tally: Tally, acted: int, born: list[MessageRow] | None = None) -> Step:
    counts = tally.counts()
    preview_id = job.params["preview_id"]
    if "most" in job.params:
        result = {"preview_id": preview_id, "acted": tally.would, "skip": counts["skip"]}
    else:
        result = {"preview_id": preview_id, "counts": counts}
    done = tally.total - Tally.of(job).total
    cursor = {**page.cursor, "tally": {"would": tally.would, "skip": tally.skip}}
    return Step(cursor, done=done, finished=page.last, result=result, born=born or [])


def _filter(given: Mapping[str, Any]) -> DeadLetterFilter:
    session_id, campaign_id, rule_id = (UUID(given[name]) if name in given else None for name in _IDS)
    return DeadLetterFilter(
        kind=given.get("kind"),
        error_class=given.get("class"),
        code=given.get("code"),
        session_id=session_id,
        campaign_id=campaign_id,
        rule_id=rule_id,
    )


def _retry_refusal(letter: Row, page: _Page) -> str | None:
    if letter["kind"] == "message":
        return retry_refusal(letter)
    if letter["resolved_at"] is not None:
        return "resolved_already"
    read = page.events.get(letter["event_id"], "event_gone")
    return read if isinstance(read, str) else None


def _discard_refusal(letter: Row) -> str | None:
    return None if letter["resolved_at"] is None else "resolved_already"


async def _reread(tools: JobTools, job: Job, page: _Page) -> dict[UUID, Intake | str]:
    """An event's dead letter has the event's id."""
    rows = await tools.pool.fetch(query("dead_letters/list_event_letters"), job.company_id, page.ids)
    if not rows:
        return {}
    return await Rereader(tools, job).look([row["event_id"] for row in rows])


async def _called_off(connection: Connection, company_id: UUID, letters: Sequence[Row]) -> dict[UUID, str]:
    """Return the letters of messages whose order has had an event meanwhile that calls them off, with the reason."""
    asked = [
        letter
        for letter in letters
        if letter["kind"] == "message"
        and letter.get("cancel_on")
        and letter.get("order_id")
        and letter.get("of_event_id")
    ]
    if not asked:
        return {}
    found = await find_cancelling_events(
        connection, [(company_id, one["order_id"], one["of_event_id"], one["cancel_on"]) for one in asked]
    )
    return {asked[position]["id"]: f"cancelled_by:{event_type}" for position, event_type in found.items()}
