"""How often a live topic may be told: a steady rate, whose slots an update may come a little before."""

from __future__ import annotations

_ROOM = 1.04  # the slots of one second take a little more than a second …
_SLACK_S = 0.006  # … so that an update a little early (its messenger was late the last time) breaks no promise


class Pace:
    """The slots of one sequence of updates; times are a monotonic clock's, in seconds.

    In no second are there more than ``per_s`` updates: the last of ``per_s + 1`` comes at least
    ``1.04 s - 6 ms`` after the first.

    Args:
        per_s: at most so many updates in any second.
    """

    __slots__ = ("_gap_s", "_slack_s", "_slot", "_stretched_s")

    def __init__(self, per_s: int) -> None:
        self._gap_s = _ROOM / per_s
        self._slack_s = min(_SLACK_S, self._gap_s / 8)
        self._stretched_s = self._gap_s
        self._slot = 0.0

    def due(self, now: float) -> float:
        """Return when the next update may go: now, or as soon as its slot comes."""
        return max(now, self._slot - self._slack_s)

    def after(self, now: float) -> float:
        """Return when the update after the next one may go."""
        return max(self._slot, now) + self._stretched_s - self._slack_s

    def took(self, started: float, busy_s: float = 0.0) -> None:
        """Take the slot of an update.

        Args:
            started: when it went.
            busy_s: how long telling it took. Who is busy telling is told less often: two thirds of the time at most.
        """
        self._stretched_s = max(self._gap_s, busy_s * 1.5)
        self._slot = max(self._slot, started) + self._stretched_s
