"""The simulator's one clock, milliseconds since 1970 that never step back, and what is to be done at a time."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable
from itertools import count


class Clock:
    """Wall time as it was at the start, carried on by the monotonic clock; it can be put forward."""

    def __init__(self) -> None:
        self.start_ms = time.time_ns() // 1_000_000
        self._start_ns = time.monotonic_ns()

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        return self.start_ms + (time.monotonic_ns() - self._start_ns) // 1_000_000

    def advance(self, by_ms: int) -> None:
        """Let ``by_ms`` milliseconds have passed at once."""
        self._start_ns -= by_ms * 1_000_000


class Timetable:
    """Calls to be made at a time of the clock, in the order of their times."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._calls: list[tuple[int, int, Callable[[], None]]] = []
        self._serials = count()
        self._timer: asyncio.TimerHandle | None = None
        self._armed_ms = 0

    def __len__(self) -> int:
        return len(self._calls)

    def after(self, wait_ms: int, call: Callable[[], None]) -> None:
        """Call ``call`` in so many milliseconds."""
        heapq.heappush(self._calls, (self._clock.now_ms() + wait_ms, next(self._serials), call))
        self._arm()

    def wake(self) -> None:
        """Make every call that is due; whoever puts the clock forward says so here."""
        now_ms = self._clock.now_ms()
        while self._calls and self._calls[0][0] <= now_ms:
            heapq.heappop(self._calls)[2]()
        self._arm()

    def _arm(self) -> None:
        if not self._calls:
            return
        due_ms = self._calls[0][0]
        if self._timer is not None:
            if self._armed_ms <= due_ms:
                return
            self._timer.cancel()
        self._armed_ms = due_ms
        wait_s = max(due_ms - self._clock.now_ms(), 0) / 1000
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self.wake()

    def clear(self) -> None:
        """Forget every call."""
        self._calls.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
