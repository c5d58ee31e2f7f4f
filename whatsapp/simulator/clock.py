"""The simulator's one clock: milliseconds since 1970 that never step back."""

from __future__ import annotations

import time


class Clock:
    """Wall time as it was at the start, carried on by the monotonic clock."""

    def __init__(self) -> None:
        self.start_ms = time.time_ns() // 1_000_000
        self._start_ns = time.monotonic_ns()

    def now_ms(self) -> int:
        """Return milliseconds since 1970."""
        return self.start_ms + (time.monotonic_ns() - self._start_ns) // 1_000_000
