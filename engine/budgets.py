"""The rules that a session decides by itself, in memory: paused templates, quiet hours, caps, repeated texts. Pure.

Each rule says go, wait (why and until when) or never. Rules in which other numbers or people have a say (tier, window,
marketing per person) are asked in Postgres afterwards (actors/admission.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.drafts import BULK, TRANSACTIONAL
from engine.lanes import Parcel
from engine.quiet_hours import QuietClock
from engine.sending_policy import SendingPolicy
from engine.session_caps import SessionCaps

MARKETING = "marketing"


class Block(NamedTuple):
    """Why a template may not be sent, and until when (milliseconds since 1970; None: until something lifts it)."""

    reason: str
    until_ms: int | None = None


# Templates (name, language) that may not be sent.
BlockedTemplates = Mapping[tuple[str, str | None], Block]


class Wait(NamedTuple):
    """A message may not go yet: why, and for how many seconds (None: until somebody, or something, acts)."""

    reason: str
    seconds: float | None


class Never(NamedTuple):
    """A message may not go at all: why."""

    reason: str


Refusal = Wait | Never


class SessionBudgets:
    """One session's own rules.

    Args:
        blocked: templates that Meta has paused or taken away.
    """

    __slots__ = ("_blocked", "_marketing", "_quiet", "_templates", "_texts", "asks_others", "caps", "policy")

    def __init__(self, policy: SendingPolicy, blocked: BlockedTemplates) -> None:
        self.policy = policy
        self._blocked = blocked
        options = policy.options
        self._quiet = None if options.quiet_hours is None else QuietClock(options.quiet_hours, policy.time_zone)
        self._texts = policy.asks_about_texts
        self._templates = policy.asks_about_templates
        self._marketing = policy.asks_about_marketing
        self.asks_others = self._texts or self._templates or self._marketing
        """Whether Postgres may have to be asked about some message of this session."""
        counts = policy.capped or options.identical_per_hour is not None
        self.caps = SessionCaps(options, policy.created_ms) if counts else None

    @property
    def idle(self) -> bool:
        """Whether none of these rules concerns the session."""
        return not self._blocked and self._quiet is None and self.caps is None and not self.policy.options.paused_lanes

    def asks_about(self, parcel: Parcel) -> bool:
        """Tell whether Postgres has to be asked about a message."""
        if parcel.type != "template":
            return self._texts
        return self._templates or (self._marketing and parcel.category == MARKETING)

    @property
    def asks(self) -> bool:
        """Whether something has to be read or written in Postgres before its messages are dispatched."""
        return self.asks_others or self.caps is not None

    @property
    def ready(self) -> bool:
        """Whether it is known what was spent before."""
        return self.caps is None or self.caps.loaded

    def ask(self, parcel: Parcel, now_ms: int) -> Wait | None:
        """Count one message, or tell why it has to wait.

        Args:
            now_ms: milliseconds since 1970.
        """
        paused = self.policy.options.paused_lanes
        if paused and lane_of(parcel) in paused:
            return Wait("lane_paused", None)
        if self._blocked and parcel.template_name is not None:
            block = self._blocked.get((parcel.template_name, parcel.template_language))
            if block is not None and block.until_ms is None:
                return Wait(block.reason, None)
            if block is not None and block.until_ms is not None and block.until_ms > now_ms:
                return Wait(block.reason, (block.until_ms - now_ms) / 1000)
        quiet = self._quiet
        if quiet is not None and (not parcel.transactional or quiet.hours.transactional):
            until = quiet.until_ms(parcel.to, now_ms)
            if until is not None:
                return Wait("quiet_hours", (until - now_ms) / 1000)
        return self._ask_caps(self.caps, parcel, now_ms) if self.caps is not None else None

    @staticmethod
    def _ask_caps(caps: SessionCaps, parcel: Parcel, now_ms: int) -> Wait | None:
        text = _repeatable(parcel)
        held = caps.ask(parcel.transactional, now_ms)
        if held is None and text is not None:
            held = caps.ask_text(text, now_ms)
        if held is not None:
            return Wait(held.reason, (held.until_ms - now_ms) / 1000)
        caps.take(text, now_ms)
        return None

    def give_back(self, parcel: Parcel) -> None:
        """A message that was counted did not go out."""
        if self.caps is not None:
            self.caps.give_back(_repeatable(parcel))

    def changed(self, policy: SendingPolicy, blocked: BlockedTemplates) -> SessionBudgets:
        """Return the budgets of the session as it was read again; what was spent stays spent."""
        new = SessionBudgets(policy, blocked)
        if new.caps is not None and self.caps is not None:
            self.caps.change(policy.options)
            new.caps = self.caps
        return new


def lane_of(parcel: Parcel) -> str:
    """Return the name of a message's lane."""
    return TRANSACTIONAL if parcel.transactional else BULK


def _repeatable(parcel: Parcel) -> str | None:
    """Return the text whose repetition counts: bulk that is no approved template."""
    return None if parcel.transactional or parcel.type == "template" else parcel.text
