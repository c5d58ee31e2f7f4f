"""How a long job gives way: it rests for twenty times as long as this thread had to wait for a core, but for a little.

Niceness holds back the job's own process, but not Postgres at work on its behalf; resting holds back both. The kernel
tells how long a thread was ready and not running (``/proc/thread-self/schedstat``, Linux); where it does not, or where
a core is free, there is no rest.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

_SCHEDSTAT = Path("/proc/thread-self/schedstat")
_REST_PER_WAIT = 20.0  # Postgres works on the job's behalf meanwhile, and its wait is not seen here
_LONGEST_REST_S = 4.0
_USUAL_SHARE = 0.1  # of its time a thread waits also on a machine that has cores to spare


def waited_s() -> float:
    """Return how many seconds this thread has waited for a core since it began; 0.0 where the kernel does not tell."""
    try:
        return int(_SCHEDSTAT.read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return 0.0


class Pace:
    """One job's rests; to be asked after each step, in the thread that works, and told when the next one begins.

    Args:
        waited: how long this thread has waited for a core, in seconds.
        clock: seconds.
    """

    def __init__(self, waited: Callable[[], float] = waited_s, clock: Callable[[], float] = time.monotonic) -> None:
        self._waited = waited
        self._clock = clock
        self.begin()

    def rest_s(self) -> float:
        """Return how long to rest for what was waited in the step that ends."""
        waited_s = self._waited() - self._last
        rest_s = _REST_PER_WAIT * (waited_s - _USUAL_SHARE * (self._clock() - self._begun))
        return max(0.0, min(_LONGEST_REST_S, rest_s))

    def begin(self) -> None:
        """Begin the next step: what others of this thread waited meanwhile is none of its own."""
        self._last = self._waited()
        self._begun = self._clock()
