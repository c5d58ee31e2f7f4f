"""One app's webhooks on their way out: due by time, formed into batches by themselves, retried until answered 200."""

from __future__ import annotations

import asyncio
import hmac
import random
from array import array
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from whatsapp.http import HttpClient, HttpTarget, MaybeSent, NeverSent
from whatsapp.simulator.clock import Clock
from whatsapp.simulator.registry import App
from whatsapp.simulator.statuses import KINDS, TICK_MS, StatusWriter, code_of, empty_codes, envelope

_FIRST_RETRY_S = 0.2
_LAST_RETRY_S = 5.0


@dataclass(slots=True)
class Batch:
    """What one POST carries: packed statuses, and inbound changes as (account, JSON)."""

    codes: array[int]
    inbound: list[tuple[str, str]] = field(default_factory=list)
    timed: list[tuple[str, int, str]] = field(default_factory=list)  # of an account: (account, Unix seconds, JSON)

    def __len__(self) -> int:
        return len(self.codes) + len(self.inbound) + len(self.timed)


@dataclass(slots=True)
class OutboxCounters:
    """Updates put into a POST (a retry counts again), updates answered with 200, and the POSTs."""

    posted: int = 0
    acknowledged: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*KINDS, "inbound", "account"), 0))
    posts: int = 0
    failed_posts: int = 0
    last_failure: str | None = None


class Outbox:
    """The webhooks of one app.

    Time is cut into ticks of 20 ms, each with the statuses due in it. Whatever became due while POSTs are in
    flight goes with the next one. While the callback fails, one POST at a time tries it, with backoff.

    Args:
        writer: Returns the present status writer (a reset makes a new one).
    """

    def __init__(self, app: App, http: HttpClient, clock: Clock, writer: Callable[[], StatusWriter]) -> None:
        self._app = app
        self._http = http
        self._clock = clock
        self._writer = writer
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._retry_timer: asyncio.TimerHandle | None = None
        self.batch_size = 500
        self.in_flight_limit = 4
        self.share_doubled = 0.0  # of the POSTs: told once more although they were answered with 200
        self._draw = random.Random(app.app_id)
        self._generation = 0
        self.clear()

    def clear(self) -> None:
        """Forget everything that is still to be told; POSTs in flight are not retried."""
        self._generation += 1
        self._wheel: dict[int, array[int]] = {}
        self._next_tick = self._tick()
        self._due: deque[array[int]] = deque()
        self._inbound: list[tuple[str, str]] = []
        self._timed: list[tuple[str, int, str]] = []
        self._again: deque[Batch] = deque()
        self._failures = 0
        self._turn = False
        self.pending = 0
        self.counters = OutboxCounters()
        if self._retry_timer is not None:
            self._retry_timer.cancel()
            self._retry_timer = None

    def schedule(self, index: int, accepted_ms: int, steps: list[tuple[int, int]]) -> None:
        """Tell the statuses of one message, each so many milliseconds after its acceptance."""
        since_ms = accepted_ms - self._clock.start_ms
        wheel = self._wheel
        for after_ms, kind in steps:
            tick = (since_ms + after_ms) // TICK_MS
            tick = max(tick, self._next_tick)
            slot = wheel.get(tick)
            if slot is None:
                slot = wheel[tick] = empty_codes()
                self._arm()
            slot.append(code_of(tick, index, kind))
        self.pending += len(steps)

    def tell(self, waba_id: str, change: str) -> None:
        """Tell an inbound change at once."""
        self._inbound.append((waba_id, change))
        self.pending += 1
        self._pump()

    def announce(self, waba_id: str, change: str) -> None:
        """Tell at once something that concerns the account: a template, a number's quality, a restriction."""
        self._timed.append((waba_id, self._clock.now_ms() // 1000, change))
        self.pending += 1
        self._pump()

    def wake(self) -> None:
        """Look at what is due: the clock was put forward."""
        if self._wheel:
            self._turn_wheel()

    async def close(self) -> None:
        """Stop; POSTs in flight are cancelled."""
        for timer in (self._timer, self._retry_timer):
            if timer is not None:
                timer.cancel()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _tick(self) -> int:
        return (self._clock.now_ms() - self._clock.start_ms) // TICK_MS

    def _arm(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(TICK_MS / 1000, self._turn_wheel)

    def _turn_wheel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        now = self._tick()
        # After a pause of the process it is cheaper to look at what is there than at every tick that passed.
        ticks = range(self._next_tick, now) if now - self._next_tick < len(self._wheel) + 8 else sorted(self._wheel)
        for tick in ticks:
            if tick < now and (slot := self._wheel.pop(tick, None)) is not None:
                self._due.append(slot)
        self._next_tick = now
        if self._wheel:
            self._arm()
        self._pump()

    def _pump(self) -> None:
        while self._app.callback_url and self._retry_timer is None:
            if len(self._tasks) >= (1 if self._failures else self.in_flight_limit):
                return
            batch = self._take()
            if batch is None:
                return
            task = asyncio.get_running_loop().create_task(self._post(batch, self._writer(), self._generation))
            self._tasks.add(task)
            task.add_done_callback(self._posted)

    def _posted(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.result()
            self._pump()

    def _take(self) -> Batch | None:
        """Return the next batch: old ones and new ones in turn, so that none can stop the others for ever."""
        fresh = bool(self._due or self._inbound or self._timed)
        self._turn = not self._turn
        if self._again and (self._turn or not fresh):
            return self._again.popleft()
        if not fresh:
            return None
        size = self.batch_size
        timed, self._timed = self._timed[:size], self._timed[size:]
        size -= len(timed)
        inbound, self._inbound = self._inbound[:size], self._inbound[size:]
        size -= len(inbound)
        codes = empty_codes()
        while self._due and (room := size - len(codes)) > 0:
            slot = self._due.popleft()
            codes.extend(slot[:room])
            if len(slot) > room:
                self._due.appendleft(slot[room:])
        return Batch(codes, inbound, timed)

    async def _post(self, batch: Batch, writer: StatusWriter, generation: int) -> None:
        self.counters.posts += 1
        self.counters.posted += len(batch)
        failure = await self._try(batch, writer)
        if generation != self._generation:
            return
        if failure is None:
            self._failures = 0
            self._acknowledge(batch)
            if self.share_doubled and self._draw.random() < self.share_doubled:
                self.pending += len(batch)
                self._again.append(batch)
            return
        self.counters.failed_posts += 1
        self.counters.last_failure = failure
        self._again.append(batch)
        if self._retry_timer is None:
            wait_s = min(_FIRST_RETRY_S * 2**self._failures, _LAST_RETRY_S)
            self._failures = min(self._failures + 1, 10)
            self._retry_timer = asyncio.get_running_loop().call_later(wait_s, self._retry)

    def _retry(self) -> None:
        self._retry_timer = None
        self._pump()

    async def _try(self, batch: Batch, writer: StatusWriter) -> str | None:
        changes = writer.changes(batch.codes)
        for waba_id, change in batch.inbound:
            changes.setdefault(waba_id, []).append(change)
        body = envelope(changes, batch.timed)
        signature = hmac.digest(self._app.secret, body, "sha256").hex()
        try:
            target = HttpTarget(self._app.callback_url, _HEADERS)
            answer = await self._http.post(target, body, {"x-hub-signature-256": f"sha256={signature}"})
        except (NeverSent, MaybeSent, ValueError) as error:
            return str(error)
        return None if answer.status == 200 else f"HTTP {answer.status}"

    def _acknowledge(self, batch: Batch) -> None:
        self.pending -= len(batch)
        acknowledged = self.counters.acknowledged
        for code in batch.codes:
            acknowledged[KINDS[code & 7]] += 1
        acknowledged["inbound"] += len(batch.inbound)
        acknowledged["account"] += len(batch.timed)


_HEADERS = {"content-type": "application/json", "user-agent": "facebookexternalua"}
