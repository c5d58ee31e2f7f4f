"""Whether a session may send now: its rate, its recipients, its templates, its troubles. One per session, in memory."""

from __future__ import annotations

import math
from typing import NamedTuple

from engine.lanes import Parcel
from engine.limits import PairLimiter, TokenBucket

_TEMPLATES_MAX = 1_000


class Wait(NamedTuple):
    """A message may not go: why, and for how many seconds (None: until somebody acts)."""

    reason: str
    seconds: float | None


class Permits:
    """A session's limits, and what WhatsApp's answers have added to them.

    While the number is in trouble (refused as a whole, or unreachable) one message at a time probes it, so that an
    outage spends few tries of few messages.
    """

    __slots__ = ("_blocked_until", "_pairs", "_templates", "bucket", "strikes")

    def __init__(self, throughput: int, now: float) -> None:
        self.bucket = TokenBucket(float(throughput), now)
        self.strikes = 0
        self._pairs = PairLimiter()
        self._blocked_until = -math.inf
        self._templates: dict[str, tuple[float, str]] = {}

    def blocked_s(self, now: float) -> float:
        """Return for how many seconds the whole number waits; 0.0 when it may send."""
        return max(0.0, self._blocked_until - now)

    @property
    def probing(self) -> bool:
        """Whether only one message at a time should be tried."""
        return self.strikes > 0

    def ask(self, parcel: Parcel, now: float) -> Wait | None:
        """Count one message to its recipient; or tell why it has to wait."""
        if parcel.template_name is not None and self._templates:
            until, reason = self._templates.get(parcel.template_name, (-math.inf, ""))
            if until > now:
                return Wait(reason, None if math.isinf(until) else until - now)
        wait = self._pairs.take(parcel.to, now)
        return Wait("pair_limit", wait) if wait > 0 else None

    def give_back(self, parcel: Parcel) -> None:
        """A message that was allowed did not go out."""
        self._pairs.give_back(parcel.to)

    def accepted(self, parcel: Parcel) -> None:
        """WhatsApp took a message: neither the number nor the recipient is in trouble."""
        self.strikes = 0
        self._pairs.clear_strikes(parcel.to)

    def strike_recipient(self, recipient: str) -> int:
        """Count a refusal for this recipient; return how many in a row came before."""
        return self._pairs.strike(recipient)

    def block_recipient(self, recipient: str, now: float, wait_s: float) -> None:
        self._pairs.block(recipient, now, wait_s)

    def block_template(self, name: str, now: float, wait_s: float | None, reason: str) -> None:
        """Let nothing of this template pass for a while, or (None) until the session is read again."""
        if len(self._templates) < _TEMPLATES_MAX:
            self._templates[name] = (math.inf if wait_s is None else now + wait_s, reason)

    def block(self, now: float, wait_s: float) -> None:
        """The whole number waits, and is probed afterwards."""
        self.strikes += 1
        self._blocked_until = max(self._blocked_until, now + wait_s)

    def resume(self) -> None:
        """A person or a new token has put the session to work again."""
        self._blocked_until = -math.inf
        self._templates.clear()

    def change(self, throughput: int, now: float) -> None:
        """The session was read again: perhaps with another rate."""
        if throughput != self.bucket.per_s:
            self.bucket = TokenBucket(float(throughput), now)
