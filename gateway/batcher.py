"""Batches that form by themselves: whatever arrives while calls are in flight goes with the next one.

A batch that its shard cannot take because Postgres is away goes to the spill, and only then is it acknowledged.
While a company's spilled events are being drained, its new ones are held here, in their order, for half a second:
spilling them at once would let a fast sender keep the spill ahead of its drain for ever. If that was not enough they
are spilled, and so is, without waiting, what comes in the next quarter of a second.

When neither way is open the door offers its items again and again until they have waited for three seconds (an attempt
under way then is still waited for): a shard that restarts or a commit that takes seconds, while Redis restarts too, is
a slow answer and no 503. However many companies wait, one of them asks at a time, and the others go on with its answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Protocol

from engine.errors import MasteriaError, NotFound, SpillAway, TooMany, Unavailable
from engine.wire import BEHIND, DONE, FLAG_BEHIND, GONE, Answer, Intake, pack_intakes, unpack_answers
from gateway.door_waiting import PATIENCE_S, Hold, Waiting, fail_all, still_patient

log = logging.getLogger(__name__)
_DIRECT_TO_SPILL_S = 0.3  # after a failure, so that not every batch waits for the same time-out
_HOLD_S = 0.5
_ASK_AGAIN_S = 0.05
_BOTH_AWAY_S = 0.2
_WATCH_S = 0.5
_SPILL_ON_S = 0.25
_WORTH_A_CALL = 32
_APART_S = 0.008  # between the starts of small calls, while events come by more than one at a time


class SpillWriter(Protocol):
    """Where a batch goes that no shard can take (storage.spill.Spill)."""

    async def add(self, items: Sequence[tuple[int, bytes]]) -> None: ...

    async def buckets(self) -> list[int]: ...


class ShardBatcher:
    """The door's queue towards one shard: bounded, at most ``in_flight`` calls at a time."""

    def __init__(
        self,
        call: Callable[[bytes], Awaitable[bytes]],
        spill: SpillWriter,
        *,
        max_events: int,
        max_bytes: int,
        in_flight: int,
        backlog: int,
    ) -> None:
        self._call = call
        self._spill = spill
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._free = self._in_flight = in_flight
        self._worth_a_call = min(_WORTH_A_CALL, max_events)
        self._backlog = backlog
        self._queue: deque[Waiting] = deque()
        self._holds: dict[int, Hold] = {}
        self._held = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._watch: asyncio.Task[None] | None = None
        self._away_until = 0.0
        self._spill_away = False
        self._ask_next = 0.0  # neither way was open: who holds items asks again from then on; 0: at once
        self._not_before = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self.spilled = 0
        self.refused = 0

    @property
    def depth(self) -> int:
        return len(self._queue) + self._held

    async def add(self, bucket: int, item: Intake) -> Answer:
        """Queue one request and wait until it is durable.

        Raises:
            TooMany: the queue towards this shard is full.
            NotFound: the company does not exist any more.
            Unavailable: neither Postgres nor the spill took it; nothing was acknowledged.
        """
        if self.depth >= self._backlog:
            self.refused += 1
            raise TooMany("this shard's queue is full")
        waiting = Waiting(bucket, item, asyncio.get_running_loop().create_future())
        if bucket in self._holds:
            self._wait_behind_spill([waiting])
        else:
            self._queue.append(waiting)
            self._pump()
        return await waiting.done

    def _pump(self) -> None:
        """Start calls: one whenever none is in flight, further ones only with a batch that is worth a call.

        A call costs its shard and Postgres a millisecond or two whatever it carries; a second small one in flight
        would cost more than waiting for the first. For the same reason small calls keep a distance as soon as one has
        carried several events; a lone event, and a sender that waits for each answer, never wait.
        """
        while self._free > 0 and self._queue:
            if len(self._queue) < self._worth_a_call and (self._free < self._in_flight or self._too_soon()):
                return
            self._free -= 1
            batch = self._take(self._queue)
            self._not_before = time.monotonic() + _APART_S if len(batch) > 1 else 0.0
            self._start(self._carry(batch))

    def _too_soon(self) -> bool:
        """Tell whether a small call would come too close to the last one; the pump then runs again in time."""
        wait_s = self._not_before - time.monotonic()
        if wait_s <= 0:
            return False
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._in_time)
        return True

    def _in_time(self) -> None:
        self._timer = None
        self._pump()

    def _take(self, queue: deque[Waiting], flags: int = 0) -> list[Waiting]:
        batch: list[Waiting] = []
        size = 0
        while queue and len(batch) < self._max_events:
            size += len(queue[0].pack(flags))
            if batch and size > self._max_bytes:
                break
            batch.append(queue.popleft())
        return batch

    async def _carry(self, batch: list[Waiting]) -> None:
        try:
            self._wait_behind_spill(await self._deliver(batch) or [])
        finally:
            self._free += 1
            self._pump()

    async def _deliver(self, batch: list[Waiting]) -> list[Waiting] | None:
        """Bring a batch to its shard, or into the spill.

        Returns:
            What has to wait until older spilled events are stored, or until a shard or the spill is there again; None
            when the batch went into the spill or failed.
        """
        try:
            if self._spill_away or time.monotonic() >= self._away_until:
                try:
                    answers = unpack_answers(await self._call(pack_intakes([waiting.body for waiting in batch])))
                except Unavailable:
                    self._away_until = time.monotonic() + _DIRECT_TO_SPILL_S
                else:
                    return await self._settle(batch, answers)
            await self._to_spill(batch)
        except SpillAway as error:
            self._ask_next = time.monotonic() + _BOTH_AWAY_S
            return still_patient([waiting for waiting in batch if not waiting.done.done()], error) or None
        except MasteriaError as error:
            fail_all(batch, error)
        except Exception as error:  # whatever it was: every caller must be answered, and none acknowledged
            log.exception("a batch could not be delivered", extra={"action": "batch"})
            fail_all(batch, Unavailable(f"the batch could not be delivered: {type(error).__name__}"))
        return None

    async def _settle(self, batch: list[Waiting], answers: list[Answer]) -> list[Waiting]:
        behind: list[Waiting] = []
        homeless: list[Waiting] = []
        for waiting, answer in zip(batch, answers, strict=True):
            if answer.code == DONE:
                waiting.answer(answer)
            elif answer.code == GONE:
                waiting.fail(NotFound())
            elif answer.code == BEHIND:
                behind.append(waiting)
            else:
                homeless.append(waiting)
        if len(homeless) < len(batch):
            self._ask_next = 0.0
        if homeless:
            await self._to_spill(homeless)
        return behind

    async def _to_spill(self, batch: list[Waiting]) -> None:
        """Acknowledge a batch from the spill; from now on its buckets' items go behind what is spilled.

        Raises:
            SpillAway: nothing of the batch is acknowledged.
        """
        for waiting in batch:
            self._holds.setdefault(waiting.bucket, Hold())
        try:
            await self._spill.add([(waiting.bucket, waiting.pack()) for waiting in batch])
        except SpillAway:
            self._spill_away = True  # no way out: the shard is asked, whatever it said last
            for bucket in {waiting.bucket for waiting in batch}:
                self._expire(bucket)
                self._let_go(bucket)
            raise
        self.spilled += len(batch)
        self._spill_away = False
        self._ask_next = 0.0
        for waiting in batch:
            self._holds.setdefault(waiting.bucket, Hold()).spilled_at = time.monotonic()
            ids = waiting.item.event_ids
            waiting.answer(Answer(DONE, ids, [False] * len(ids)))
        if self._watch is None or self._watch.done():
            self._watch = asyncio.create_task(self._watch_spill())

    async def _watch_spill(self) -> None:
        """Let go of the holds whose buckets were drained: nobody's next event shall depend on Redis for them."""
        while any(hold.spilled_at for hold in self._holds.values()):
            await asyncio.sleep(_WATCH_S)
            asked_at = time.monotonic()
            with contextlib.suppress(SpillAway):
                full = set(await self._spill.buckets())
                drained = [
                    bucket
                    for bucket, hold in self._holds.items()
                    if hold.idle and hold.spilled_at < asked_at and bucket not in full
                ]
                for bucket in drained:
                    del self._holds[bucket]

    def _expire(self, bucket: int) -> None:
        """Refuse what has waited long enough in a bucket that has asked since: it need not wait for the next turn."""
        hold, latest = self._holds.get(bucket), time.monotonic() - PATIENCE_S
        while hold is not None and hold.queue and hold.queue[0].since <= min(latest, hold.asked_at):
            hold.queue.popleft().fail(SpillAway("neither a shard nor the spill takes it"))
            self._held -= 1

    def _let_go(self, bucket: int) -> None:
        """End a hold that nothing acknowledged stands behind and nobody waits in."""
        hold = self._holds.get(bucket)
        if hold is not None and hold.idle and not hold.spilled_at:
            del self._holds[bucket]

    def _wait_behind_spill(self, batch: list[Waiting]) -> None:
        for waiting in batch:
            hold = self._holds.setdefault(waiting.bucket, Hold())
            hold.wait(waiting)
            self._held += 1
            if not hold.asking:
                hold.asking = True
                self._start(self._work_off(waiting.bucket, hold))

    async def _work_off(self, bucket: int, hold: Hold) -> None:
        """Offer a bucket's held items, oldest first, until the shard has drained what is in front of them."""
        clear = False
        while hold.queue:
            if not await self._may_ask(bucket, hold):
                clear = False
                continue
            if time.monotonic() < hold.spill_until:
                await self._spill_all(hold)
                clear = False
                continue
            spilled_at = hold.spilled_at
            batch = self._take(hold.queue, FLAG_BEHIND if spilled_at else 0)
            behind = await self._deliver(batch)
            self._held -= len(batch) - len(behind or ())
            clear = behind == [] and hold.spilled_at == spilled_at
            if behind:
                await self._put_back(hold, behind)
        hold.asking = False
        if clear:
            del self._holds[bucket]
        else:
            self._let_go(bucket)

    async def _may_ask(self, bucket: int, hold: Hold) -> bool:
        """Wait, while neither way is open, for a turn to ask; True where it has come.

        A bucket that has waited for long without having asked asks out of turn: none is refused that never asked.
        """
        now = time.monotonic()
        if now < self._ask_next:
            alone_at = max(hold.queue[0].since, hold.asked_at) + PATIENCE_S
            if now < alone_at:
                await asyncio.sleep(min(self._ask_next, alone_at) - now)
                if self._ask_next:
                    self._expire(bucket)
                return False
        if self._ask_next:
            self._ask_next = now + _BOTH_AWAY_S
        hold.asked_at = now
        return True

    async def _put_back(self, hold: Hold, behind: list[Waiting]) -> None:
        """Have held items wait on; when they have waited long enough, all of them are acknowledged from the spill."""
        hold.queue.extendleft(reversed(behind))
        if self._ask_next:  # neither way took them: the shard is asked again in turn
            return
        if time.monotonic() - behind[0].since <= _HOLD_S:
            await asyncio.sleep(_ASK_AGAIN_S)
            return
        hold.spill_until = time.monotonic() + _SPILL_ON_S
        await self._spill_all(hold)

    async def _spill_all(self, hold: Hold) -> None:
        while hold.queue:
            batch, left = self._take(hold.queue), list[Waiting]()
            try:
                await self._to_spill(batch)
            except SpillAway as error:
                hold.spill_until = 0.0
                left = still_patient(batch, error)
                hold.queue.extendleft(reversed(left))
            except Exception as error:  # as in _deliver: every caller must be answered
                log.exception("held items could not be spilled", extra={"action": "batch"})
                fail_all(batch, Unavailable(f"the batch could not be delivered: {type(error).__name__}"))
            self._held -= len(batch) - len(left)
            if hold.spill_until == 0.0:
                await asyncio.sleep(_BOTH_AWAY_S)
                return

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def drain(self) -> None:
        """Wait until everything queued has been answered."""
        while self._tasks or self._queue:
            self._not_before = 0.0
            self._pump()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._watch is not None and not self._watch.done():
            self._watch.cancel()
            await asyncio.wait({self._watch}, timeout=1.0)
