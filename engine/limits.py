"""How fast one WhatsApp number may send: its token bucket and the limit per recipient. The clock is passed in."""

from __future__ import annotations

# Floats: a token that lacks a billionth is whole, or whoever waits for the rest would wait in ever smaller steps.
_WHOLE = 1.0 - 1e-9


class TokenBucket:
    """Lets at most ``per_s`` pass in any second, and on average 97 to 100 % of it.

    A bucket that fills with ``r`` and holds ``b`` lets up to ``r + b`` pass in its first second. Meta counts what
    arrives within a second, so the bucket fills with 97 % of the rate and holds the other 3 % and one: enough to make
    up for 30 ms in which the event loop was busy, never more than the rate in any second.
    """

    __slots__ = ("_burst", "_factor", "_full", "_tokens", "_updated", "per_s")

    def __init__(self, per_s: float, now: float) -> None:
        self.per_s = per_s
        self._burst = 1.0 + 0.03 * per_s
        self._full = 0.97 * per_s if per_s >= 10 else per_s
        if per_s < 10:
            self._burst = 1.0
        self._factor = 1.0
        self._tokens = self._burst
        self._updated = now

    def _refill(self, now: float) -> None:
        elapsed = now - self._updated
        if elapsed > 0:
            self._tokens = min(self._burst, self._tokens + elapsed * self._full * self._factor)
            if self._factor < 1.0:
                self._factor = min(1.0, self._factor + elapsed * 0.02)
            self._updated = now

    def take(self, now: float) -> float:
        """Take one token, or return how many seconds to wait for it (0.0: taken)."""
        self._refill(now)
        if self._tokens >= _WHOLE:
            self._tokens -= 1.0
            return 0.0
        return (1.0 - self._tokens) / (self._full * self._factor)

    def spend(self, count: int, now: float) -> None:
        """Count what passed without being asked: inbound messages, which WhatsApp counts too.

        They leave at most a second's debt, as with WhatsApp: a number that is only written to may answer soon.
        """
        self._refill(now)
        self._tokens = max(self._tokens - count, -self.per_s)

    def ahead(self, now: float, seconds: float) -> int:
        """Return how many may pass within the next ``seconds``, without taking them."""
        self._refill(now)
        return max(0, int(self._tokens + seconds * self._full * self._factor))

    def slow_down(self) -> None:
        """Halve the rate (not below a twentieth) after "throughput reached"; it grows back by 2 % of full a second."""
        self._factor = max(0.05, self._factor * 0.5)
        self._tokens = 0.0


class PairLimiter:
    """Meta's limit per sender and recipient: one message in 6 s, 45 at once by borrowing from the future (131056).

    A recipient's state is one number: when everything sent so far would have been paid for (generic cell rate
    algorithm). Who has paid is forgotten; above ``capacity`` the one who has waited longest is, which errs by letting
    WhatsApp say no.
    """

    __slots__ = ("_burst", "_capacity", "_interval", "_paid", "_strikes")

    def __init__(self, interval_s: float = 6.0, burst: int = 45, capacity: int = 50_000) -> None:
        self._interval = interval_s
        self._burst = burst
        self._capacity = capacity
        self._paid: dict[str, float] = {}
        self._strikes: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._paid)

    def take(self, recipient: str, now: float) -> float:
        """Count one message to ``recipient``, or return the seconds to wait before it may go (0.0: go)."""
        paid = self._paid.pop(recipient, now)
        paid = max(paid, now)
        wait = paid - now - (self._burst - 1) * self._interval
        if wait > 0:
            self._paid[recipient] = paid
            return wait
        self._paid[recipient] = paid + self._interval
        self._forget(now)
        return 0.0

    def give_back(self, recipient: str) -> None:
        """A message that was counted did not go out after all."""
        paid = self._paid.get(recipient)
        if paid is not None:
            self._paid[recipient] = paid - self._interval

    def block(self, recipient: str, now: float, wait_s: float) -> None:
        """WhatsApp said no: let nothing pass to this recipient for ``wait_s`` seconds."""
        paid = now + wait_s + (self._burst - 1) * self._interval
        self._paid[recipient] = max(paid, self._paid.pop(recipient, 0.0))
        self._forget(now)

    def strike(self, recipient: str) -> int:
        """Count another refusal in a row for this pair; return how many came before it."""
        before = self._strikes.pop(recipient, 0)
        self._strikes[recipient] = before + 1
        while len(self._strikes) > self._capacity:
            del self._strikes[next(iter(self._strikes))]
        return before

    def clear_strikes(self, recipient: str) -> None:
        """A message to this recipient was accepted."""
        if self._strikes:
            self._strikes.pop(recipient, None)

    def _forget(self, now: float) -> None:
        for _ in range(2):
            oldest = next(iter(self._paid))
            if self._paid[oldest] > now and len(self._paid) <= self._capacity:
                return
            del self._paid[oldest]
            if not self._paid:
                return
