"""An open loop of webhooks, sent as a shop does: on time whatever happens, again until acknowledged; all is noted."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from types import TracebackType
from typing import NamedTuple

from tests.e2e.http_client import HttpClient, NoAnswer
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until

BACK_S = float(os.environ.get("E2E_BACK_S", "10"))  # within it the full rate is back; a slow machine may widen it
_TICK_S = 0.02
_AGAIN_S = 0.25  # a shop waits longer; what counts here is that every webhook comes again
_WINDOW_S = 1.0
_FULL = 0.9


class Refusal(NamedTuple):
    """An answer 429 or 503: what it said, and when, in seconds since the load began."""

    status: int
    after_s: float
    body: str


@dataclass(slots=True)
class Delivery:
    """One webhook: when it was due, how often it was sent, and what it was acknowledged with (monotonic seconds)."""

    number: int
    due: float
    attempts: int = 0
    event_id: str = ""
    status: int = 0
    acked: float = 0.0
    refusals: list[Refusal] = field(default_factory=list)


class Load:
    """``async with Load(shop, …) as load``: sends while the block runs; leaving it waits until all is acknowledged.

    Args:
        shop: whose webhook and body are used.
        base_url: where the door is.
        rate: webhooks a second.
        connections: how many are in flight at most.
    """

    def __init__(self, shop: Shop, base_url: str, rate: int = 150, connections: int = 24) -> None:
        self.shop = shop
        self.rate = rate
        self.sent: list[Delivery] = []
        self._client = HttpClient(base_url, connections)
        self._on = True
        self._begun = 0.0
        self._ticker: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._accepted: list[tuple[float, int]] = []

    async def __aenter__(self) -> Load:
        self._begun = time.monotonic()
        self._ticker = asyncio.create_task(self._tick())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._on = False
        try:
            if self._ticker is not None:
                await self._ticker
            if kind is None:
                await wait_until(lambda: not self._tasks, 60.0, lambda: f"{len(self._tasks)} webhooks unacknowledged")
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self._client.close()

    async def _tick(self) -> None:
        while self._on:
            wanted = int((time.monotonic() - self._begun) * self.rate)
            while len(self.sent) < wanted:
                delivery = Delivery(len(self.sent), self._begun + len(self.sent) / self.rate)
                self.sent.append(delivery)
                task = asyncio.create_task(self._deliver(delivery))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            await asyncio.sleep(_TICK_S)

    async def _deliver(self, delivery: Delivery) -> None:
        body = self.shop.body.make(delivery.number)
        while True:
            delivery.attempts += 1
            try:
                answer = await self.shop.post(self._client, body)
            except NoAnswer:
                await asyncio.sleep(_AGAIN_S)
                continue
            if answer.status in (200, 202):
                delivery.event_id = answer.json()["id"]
                delivery.status = answer.status
                delivery.acked = time.monotonic()
                return
            told = answer.body[:200].decode(errors="replace")
            delivery.refusals.append(Refusal(answer.status, round(time.monotonic() - self._begun, 2), told))
            assert answer.status in (429, 503), f"a good webhook was answered {answer.status}: {answer.body!r}"
            await asyncio.sleep(_AGAIN_S)

    @property
    def acknowledged(self) -> list[Delivery]:
        return [delivery for delivery in self.sent if delivery.acked]

    @property
    def refusals(self) -> list[Refusal]:
        """Return every refusal that a webhook met, oldest first."""
        met = [refusal for delivery in self.sent for refusal in delivery.refusals]
        return sorted(met, key=lambda refusal: refusal.after_s)

    def not_refused(self, besides: Collection[int] = ()) -> None:
        """Fail, and show what was said, if a webhook was refused with another status than these."""
        met = [refusal for refusal in self.refusals if refusal.status not in besides]
        assert not met, f"{len(met)} refusals, the first of them: {[tuple(refusal) for refusal in met[:10]]}"

    async def flowing(self, messages: int = 50) -> None:
        """Wait until messages come out at the other end."""

        async def out() -> bool:
            return await self._observe() >= messages

        await wait_until(out, 20.0, lambda: f"of {len(self.acknowledged)} events only {self._accepted[-1:]} accepted")

    async def _observe(self) -> int:
        self._accepted.append((time.monotonic(), await self.shop.simulator.accepted(self.shop.phone_number_id)))
        return self._accepted[-1][1]

    async def full_rate_again(self, since: float, within_s: float = BACK_S) -> float:
        """Wait for a whole second, begun after ``since``, with full rate in at the door and out at WhatsApp.

        Returns:
            Seconds from ``since`` (monotonic) until that second began.

        Raises:
            AssertionError: there was none within ``within_s``.
        """
        begins: list[float] = []

        async def full() -> bool:
            await self._observe()
            begins[:] = [self._window_begin()]
            return begins[0] >= since and self._acked_since(begins[0]) >= _FULL and self._out_since(begins[0]) >= _FULL

        await wait_until(full, within_s + 2 * _WINDOW_S, self._how_slow, look_s=0.1)
        assert begins[0] - since <= within_s, f"full rate only after {begins[0] - since:.1f} s"
        return begins[0] - since

    def _window_begin(self) -> float:
        """Return the time of the newest observation that is at least a second old."""
        newest = self._accepted[-1][0]
        return next((at for at, _ in reversed(self._accepted) if at <= newest - _WINDOW_S), 0.0)

    def _acked_since(self, begin: float) -> float:
        """Return the share of the wanted rate that was acknowledged since ``begin``."""
        seconds = self._accepted[-1][0] - begin
        return sum(1 for delivery in self.sent if delivery.acked >= begin) / (self.rate * seconds)

    def _out_since(self, begin: float) -> float:
        before = next(count for at, count in self._accepted if at == begin)
        newest, count = self._accepted[-1]
        return (count - before) / (self.rate * (newest - begin))

    def _how_slow(self) -> str:
        begin = self._window_begin()
        if not begin:
            return "no second was observed"
        return f"in: {self._acked_since(begin):.0%}, out: {self._out_since(begin):.0%} of {self.rate}/s"
