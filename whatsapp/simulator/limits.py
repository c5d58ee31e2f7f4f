"""Meta's two rate limits: messages per second of a number, and messages to one person."""

from __future__ import annotations

PAIR_INTERVAL_MS = 6_000  # 1 message per 6 s to the same user, with a burst of 45 (Meta, Dec 2025)
PAIR_BURST = 45


class Throughput:
    """A token bucket that holds one second's worth."""

    __slots__ = ("_at_ms", "_tokens", "rate")

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._tokens = float(rate)
        self._at_ms = 0

    def take(self, now_ms: int) -> bool:
        """Take one; False when the number is too fast."""
        if now_ms != self._at_ms:
            tokens = self._tokens + (now_ms - self._at_ms) * self.rate / 1000
            self._tokens = min(tokens, float(self.rate))
            self._at_ms = now_ms
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True


class PairLimit:
    """One number's pair limits: for every person the time at which the debt is paid (GCRA).

    Who got nothing for as long as a burst lasts owes nothing, so two generations of that length are kept and the
    older one is dropped: memory follows the recent traffic, not all of it.
    """

    def __init__(self) -> None:
        self._recent: dict[int, int] = {}
        self._older: dict[int, int] = {}
        self._turn_ms = 0

    def take(self, phone: int, now_ms: int) -> bool:
        """Count one message to ``phone``; False when it exceeds the burst."""
        if now_ms >= self._turn_ms:
            self._older = self._recent if now_ms < self._turn_ms + _GENERATION_MS else {}
            self._recent = {}
            self._turn_ms = now_ms + _GENERATION_MS
        recent = self._recent
        paid_ms = recent.get(phone)
        if paid_ms is None:
            paid_ms = self._older.get(phone, now_ms)
        paid_ms = max(paid_ms, now_ms) + PAIR_INTERVAL_MS
        if paid_ms - now_ms > _GENERATION_MS:
            return False
        recent[phone] = paid_ms
        return True


_GENERATION_MS = PAIR_INTERVAL_MS * PAIR_BURST
