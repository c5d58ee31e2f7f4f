"""Whether a session may send now: its rate, its recipients, its templates, its troubles. One per session, in memory."""

from __future__ import annotations

import math
from collections.abc import Mapping

from engine.budgets import Block, BlockedTemplates, Never, Refusal, SessionBudgets, Wait
from engine.lanes import Parcel
from engine.limits import PairLimiter, TokenBucket
from engine.sending_policy import UNBOUNDED, SendingPolicy

__all__ = ["Never", "Permits", "Refusal", "Wait"]

_TEMPLATES_MAX = 1_000
_NONE: Mapping[tuple[str, str | None], Block] = {}
_Template = tuple[str, str | None]


class Permits:
    """A session's limits, and what WhatsApp's answers have added to them.

    While the number is in trouble (refused as a whole, or unreachable) one message at a time probes it, so that an
    outage spends few tries of few messages.
    """

    __slots__ = ("_blocked_until", "_pairs", "_rules", "_spoilt", "_templates", "bucket", "budgets", "strikes")

    def __init__(
        self, throughput: int, now: float, policy: SendingPolicy = UNBOUNDED, blocked: BlockedTemplates = _NONE
    ) -> None:
        self.bucket = TokenBucket(float(throughput), now)
        self._take_on(SessionBudgets(policy, blocked))
        self.strikes = 0
        self._pairs = PairLimiter()
        self._blocked_until = -math.inf
        self._templates: dict[_Template, tuple[float, str]] = {}
        self._spoilt: dict[_Template, int] = {}

    def _take_on(self, budgets: SessionBudgets) -> None:
        self.budgets = budgets
        self._rules = None if budgets.idle else budgets

    @property
    def policy(self) -> SendingPolicy:
        return self.budgets.policy

    def blocked_s(self, now: float) -> float:
        """Return for how many seconds the whole number waits; 0.0 when it may send."""
        return max(0.0, self._blocked_until - now)

    @property
    def probing(self) -> bool:
        """Whether only one message at a time should be tried."""
        return self.strikes > 0

    def ask(self, parcel: Parcel, now: float, now_ms: int = 0) -> Wait | None:
        """Count one message to its recipient and in the session's budgets; or tell why it has to wait.

        Args:
            now: monotonic seconds, for what lasts seconds.
            now_ms: milliseconds since 1970, for hours, days and nights.
        """
        if parcel.template_name is not None and self._templates:
            place = (parcel.template_name, parcel.template_language)
            until, reason = self._templates.get(place, (-math.inf, ""))
            if until > now:
                return Wait(reason, None if math.isinf(until) else until - now)
        wait = self._pairs.take(parcel.to, now)
        if wait > 0:
            return Wait("pair_limit", wait)
        if self._rules is not None and (held := self._rules.ask(parcel, now_ms)) is not None:
            self._pairs.give_back(parcel.to)
            return held
        return None

    def give_back(self, parcel: Parcel) -> None:
        """A message that was allowed did not go out."""
        self._pairs.give_back(parcel.to)
        if self._rules is not None:
            self._rules.give_back(parcel)

    def accepted(self, parcel: Parcel) -> None:
        """WhatsApp took a message: neither the number nor the recipient is in trouble, nor is its template."""
        self.strikes = 0
        if self._spoilt and parcel.template_name is not None:
            self._spoilt.pop((parcel.template_name, parcel.template_language), None)
        self._pairs.clear_strikes(parcel.to)

    def strike_recipient(self, recipient: str) -> int:
        """Count a refusal for this recipient; return how many in a row came before."""
        return self._pairs.strike(recipient)

    def block_recipient(self, recipient: str, now: float, wait_s: float) -> None:
        self._pairs.block(recipient, now, wait_s)

    def strike_template(self, name: str, language: str | None) -> int:
        """Count a refusal for a mistake of this template; return how many in a row that makes."""
        if len(self._spoilt) >= _TEMPLATES_MAX:
            self._spoilt.clear()
        count = self._spoilt[name, language] = self._spoilt.get((name, language), 0) + 1
        return count

    def block_template(self, name: str, language: str | None, now: float, wait_s: float | None, reason: str) -> bool:
        """Let nothing of this template pass, for a while or (None) without end, until the session is read again.

        What lasts stands in the template's row by then; this holds what would go out before.

        Returns:
            Whether this is news.
        """
        until = math.inf if wait_s is None else now + wait_s
        if len(self._templates) >= _TEMPLATES_MAX:
            self._templates.clear()
        known, _ = self._templates.get((name, language), (-math.inf, ""))
        self._templates[name, language] = (max(known, until), reason)
        return known <= now or (math.isinf(until) and not math.isinf(known))

    def block(self, now: float, wait_s: float) -> None:
        """The whole number waits, and is probed afterwards."""
        self.strikes += 1
        self._blocked_until = max(self._blocked_until, now + wait_s)

    def resume(self) -> None:
        """A person or a new token has put the session to work again."""
        self._blocked_until = -math.inf
        self._templates.clear()

    def change(
        self, throughput: int, now: float, policy: SendingPolicy = UNBOUNDED, blocked: BlockedTemplates = _NONE
    ) -> None:
        """The session was read again: perhaps with another rate, other budgets or other paused templates."""
        self._templates.clear()
        self._spoilt.clear()
        if throughput != self.bucket.per_s:
            self.bucket = TokenBucket(float(throughput), now)
        self._take_on(self.budgets.changed(policy, blocked))
