"""How a long job gives way: it rests for as long as this thread had to wait for a core.

Niceness holds back the job's own process, but not Postgres at work on its behalf; resting holds back both. The kernel
tells how long a thread was ready and not running (``/proc/thread-self/schedstat``, Linux); where it does not, or where
a core is free, there is no rest.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

_SCHEDSTAT = Path("/proc/thread-self/schedstat")
_REST_PER_WAIT = 1.0
_LONGEST_REST_S = 0.5


def waited_s() -> float:
    """Return how many seconds this thread has waited for a core since it began; 0.0 where the kernel does not tell."""
    try:
        return int(_SCHEDSTAT.read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


class Pace:
    """One job's rests; to be asked after each step, in the thread that works."""

    def __init__(self, waited: Callable[[], float] = waited_s) -> None:
        self._waited = waited
        self._last = waited()

    def rest_s(self) -> float:
        """Return how long to rest for what was waited since the last time."""
        now = self._waited()
        rest = (now - self._last) * _REST_PER_WAIT
        self._last = now
        return min(_LONGEST_REST_S, rest)
