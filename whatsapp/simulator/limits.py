"""Meta's limits: messages per second, to one person, people per day, marketing per person, the 24-hour window."""

from __future__ import annotations

from collections import deque

PAIR_INTERVAL_MS = 6_000  # 1 message per 6 s to the same user, with a burst of 45 (Meta, Dec 2025)
PAIR_BURST = 45
DAY_MS = 86_400_000


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
            self._fill(now_ms)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def spend(self, now_ms: int) -> None:
        """Count an inbound message, which cannot be refused; it takes from what may be sent."""
        self._fill(now_ms)
        self._tokens = max(self._tokens - 1, -float(self.rate))

    def _fill(self, now_ms: int) -> None:
        tokens = self._tokens + (now_ms - self._at_ms) * self.rate / 1000
        self._tokens = min(tokens, float(self.rate))
        self._at_ms = now_ms


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


class Windows:
    """One number's customer service windows: 24 hours after each message of a person."""

    __slots__ = ("_until_ms",)

    def __init__(self) -> None:
        self._until_ms: dict[int, int] = {}

    def open(self, phone: int, now_ms: int) -> None:
        """Open or prolong the window of a person who wrote."""
        self._until_ms[phone] = now_ms + DAY_MS

    def is_open(self, phone: int, now_ms: int) -> bool:
        """Tell whether free-form messages may be sent."""
        return self._until_ms.get(phone, 0) > now_ms


class Audience:
    """A portfolio's different people contacted outside a window in a moving 24 hours."""

    def __init__(self) -> None:
        self._last_ms: dict[int, int] = {}  # in the order of their last message

    def allows(self, phone: int, now_ms: int, limit: int) -> bool:
        """Count a message to ``phone``; False when it would be one person too many."""
        last_ms = self._last_ms
        while last_ms:
            first = next(iter(last_ms))
            if last_ms[first] > now_ms - DAY_MS:
                break
            del last_ms[first]
        if phone not in last_ms and len(last_ms) >= limit:
            return False
        last_ms.pop(phone, None)
        last_ms[phone] = now_ms
        return True

    def __len__(self) -> int:
        return len(self._last_ms)


class MarketingLimit:
    """How many marketing templates a person got from everybody in a moving 24 hours."""

    def __init__(self) -> None:
        self._times: dict[int, deque[int]] = {}

    def allows(self, phone: int, now_ms: int, limit: int) -> bool:
        """Count one; False when the person has had enough."""
        times = self._times.setdefault(phone, deque())
        while times and times[0] <= now_ms - DAY_MS:
            times.popleft()
        if len(times) >= limit:
            return False
        times.append(now_ms)
        return True
