"""The group commit of answers: what came back meanwhile becomes one transaction, and nothing of it is ever given up."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg

from actors.flights import Landed, OpenIntent
from actors.lanes import WriterLane
from engine.ids import ms_to_time
from engine.metrics import Delta
from storage import deltas
from storage.answers import Answer, Recorded, record_answers, was_recorded
from storage.ingest import Lane
from storage.message_changes import Transition, count
from storage.pool import AWAY, Connection

log = logging.getLogger(__name__)
# Above this no new intents are made: what is in flight by then is all that can still come.
BACKLOG = 5_000
_PER_TRANSACTION = 500

Told = Callable[[Lane, int, Delta, list[Transition]], None]


class Recorder:
    """Writes answers in batches that form by themselves; while Postgres is away it keeps them and tries again.

    Args:
        lane: this loop's connection and place among the deltas.
        told: hears what was committed (the aggregator's feed).
        recorded: hears which answers stand in Postgres, so that their ids may come again.
        closed: hears which intents are finished.
    """

    def __init__(
        self,
        lane: WriterLane,
        told: Told,
        recorded: Callable[[list[Answer]], None],
        closed: Callable[[OpenIntent], None],
    ) -> None:
        self._lane = lane
        self._told = told
        self._recorded = recorded
        self._closed = closed
        self._waiting: deque[Landed] = deque()
        self._wake = asyncio.Event()
        self._quiet = asyncio.Event()
        self._quiet.set()
        self.counters = {"answers": 0, "accepted": 0, "uncertain": 0, "dead": 0, "transactions": 0, "given_up": 0}

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether no new intents should be made."""
        return len(self._waiting) >= BACKLOG

    def landed(self, landed: Landed) -> None:
        """Take an answer; it stays here until it stands in Postgres."""
        self._waiting.append(landed)
        self._quiet.clear()
        self._wake.set()

    @property
    def busy(self) -> bool:
        """Whether something that landed does not stand in Postgres yet."""
        return not self._quiet.is_set()

    async def flush(self) -> None:
        """Return when everything that had landed stands in Postgres."""
        await self._quiet.wait()

    async def run(self) -> None:
        """Record for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), _PER_TRANSACTION))]
                try:
                    await self._write(batch)
                except asyncio.CancelledError:
                    self._waiting.extendleft(reversed(batch))
                    raise
            self._quiet.set()

    async def _write(self, batch: list[Landed]) -> None:
        finished = self._finished(batch)
        doubtful = False
        while True:
            try:
                if not (doubtful and await self._is_there(batch)):
                    await self._commit([landed.answer for landed in batch], finished)
                break
            except (
                *AWAY,
                asyncpg.DeadlockDetectedError,
                asyncpg.SerializationError,
                asyncpg.UniqueViolationError,
            ) as e:
                # The commit may have come through: the next try looks first.
                doubtful = True
                self._lane.drop()
                log.warning("answers wait: %s: %s", type(e).__name__, e, extra={"action": "record_answers"})
                await asyncio.sleep(0.2)
            except Exception as error:  # a value that Postgres or its client refuses, or a fault of our own
                self._lane.drop()
                await self._isolate(batch, error)
                return
        for intent in finished:
            self._closed(intent)
        self._recorded([landed.answer for landed in batch])

    @staticmethod
    def _finished(batch: list[Landed]) -> list[OpenIntent]:
        finished = []
        for landed in batch:
            landed.intent.unanswered -= 1
            if landed.intent.unanswered == 0:
                finished.append(landed.intent)
        return finished

    async def _isolate(self, batch: list[Landed], error: Exception) -> None:
        """Postgres refuses a value: find whose it is, and record that one without the text WhatsApp sent."""
        for landed in batch:
            landed.intent.unanswered += 1
        if len(batch) > 1:
            middle = len(batch) // 2
            await self._write(batch[:middle])
            await self._write(batch[middle:])
            return
        answer = batch[0].answer
        if answer.error is None and answer.provider_id is None:
            # Nothing of it came from outside: its intent stays open and makes it uncertain, which is the truth.
            self.counters["given_up"] += 1
            log.error("an answer cannot be recorded: %s", error, extra={"action": "record_answers"})
            self._closed(batch[0].intent)
            self._recorded([answer])
            return
        log.warning("an answer is recorded without its text: %s", error, extra={"action": "record_answers"})
        answer.error = None
        answer.provider_id = None
        await self._write(batch)

    async def _is_there(self, batch: list[Landed]) -> bool:
        connection, _ = await self._lane.open()
        return await was_recorded(connection, batch[0].answer)

    async def _commit(self, answers: list[Answer], finished: list[OpenIntent]) -> None:
        connection, lane = await self._lane.open()
        now_ms = time.time_ns() // 1_000_000
        delta = Delta()
        async with connection.transaction():
            recorded = await record_answers(connection, answers, [intent.id for intent in finished], ms_to_time(now_ms))
            fill(delta, recorded)
            if not delta.empty:
                await deltas.write(connection, lane.writer, lane.epoch, lane.seq, delta, now_ms)
        self._count(recorded, len(answers))
        if not delta.empty:
            self._lane.wrote(lane)
            self._told(lane, now_ms, delta, recorded.transitions)

    def _count(self, recorded: Recorded, answers: int) -> None:
        counters = self.counters
        counters["transactions"] += 1
        counters["answers"] += answers
        counters["accepted"] += len(recorded.accepted)
        counters["uncertain"] += recorded.uncertain
        counters["dead"] += recorded.dead


def fill(delta: Delta, recorded: Recorded) -> None:
    """Count what a batch of answers changed."""
    count(delta, recorded.transitions)
    for answer in recorded.accepted:
        delta.accepted(answer.company_id.bytes, answer.session_id.bytes, answer.event_ms, _ms(answer))
    for transition in recorded.transitions:
        if transition.new == "uncertain":
            delta.count(transition.company_id.bytes, "uncertain")


def _ms(answer: Answer) -> int:
    return int(answer.answered_at.timestamp() * 1000 + 0.5)


class Changes:
    """Other transactions that change messages (holds, releases, claims): one at a time, each with its delta.

    Args:
        lane: this writer's connection and place among the deltas.
        told: hears what was committed.
    """

    def __init__(self, lane: WriterLane, told: Told) -> None:
        self._lane = lane
        self._told = told
        self._lock = asyncio.Lock()

    async def commit(self, step: Callable[[Connection, Delta], Awaitable[list[Transition]]]) -> list[Transition]:
        """Run ``step`` in a transaction with its delta, and tell what it changed.

        Raises:
            Whatever the step raises; nothing is changed then, unless the commit's answer was lost.
        """
        async with self._lock:
            now_ms = time.time_ns() // 1_000_000
            delta = Delta()
            try:
                connection, lane = await self._lane.open()
                async with connection.transaction():
                    transitions = await step(connection, delta)
                    count(delta, transitions)
                    if not delta.empty:
                        await deltas.write(connection, lane.writer, lane.epoch, lane.seq, delta, now_ms)
            except BaseException:
                self._lane.drop()
                raise
            if not delta.empty:
                self._lane.wrote(lane)
                self._told(lane, now_ms, delta, transitions)
            return transitions

    async def close(self) -> None:
        await self._lane.close()


def summaries(transitions: list[Transition], at_ms: int) -> dict[str, dict[str, list[dict[str, object]]]]:
    """Return the newest changes per company (hex), as the live feed shows them."""
    feed: dict[str, dict[str, list[dict[str, object]]]] = {}
    for change in transitions[-40:]:
        company = feed.setdefault(change.company_id.hex, {"events": [], "messages": []})
        event: UUID | None = change.event_id
        company["messages"].append(
            {
                "id": str(change.message_id),
                "event_id": None if event is None else str(event),
                "status": change.new,
                "at_ms": at_ms,
            }
        )
    return feed
