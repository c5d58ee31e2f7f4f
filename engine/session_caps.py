"""How much one number may send by the hour and the day, warming up or not, and how often the same text. Pure."""

from __future__ import annotations

import hashlib
from collections import deque
from typing import Any, NamedTuple

from engine.sending_policy import BudgetOptions
from engine.web_warm_up import DAY_MS, HOUR_MS, caps, for_bulk, rewarmed_from

STEP_MS = 300_000
_TEXTS_MAX = 5_000
_NO_CAP = 1 << 40


class Capped(NamedTuple):
    """A cap holds a message: which one, and until when (ms since 1970)."""

    reason: str
    until_ms: int


class Spent:
    """What went out in the last day, in steps of five minutes; a step counts until its last moment is out of the span.

    It errs by at most a step, always on the side of sending less.
    """

    __slots__ = ("_steps", "last_ms")

    def __init__(self) -> None:
        self._steps: deque[list[int]] = deque()
        self.last_ms: int | None = None

    def add(self, now_ms: int) -> None:
        step = now_ms // STEP_MS
        if self._steps and self._steps[-1][0] >= step:
            self._steps[-1][1] += 1
        else:
            self._steps.append([step, 1])
        self.last_ms = max(now_ms, self.last_ms or 0)
        while self._steps and self._leaves_ms(self._steps[0][0], DAY_MS) <= now_ms:
            self._steps.popleft()

    def give_back(self) -> None:
        """What was counted last did not go out."""
        if self._steps and self._steps[-1][1] > 0:
            self._steps[-1][1] -= 1

    def within(self, span_ms: int, now_ms: int) -> int:
        """Return how many count in a span that ends now."""
        return sum(n for step, n in self._steps if self._leaves_ms(step, span_ms) > now_ms)

    def free_ms(self, span_ms: int, most: int, now_ms: int) -> int:
        """Return from when one more fits into ``most`` per span (``now_ms``: at once)."""
        counted = [(self._leaves_ms(step, span_ms), n) for step, n in self._steps]
        counted = [(leaves, n) for leaves, n in counted if leaves > now_ms]
        excess = sum(n for _, n in counted) - most + 1
        if excess <= 0:
            return now_ms
        for leaves, n in counted:
            excess -= n
            if excess <= 0:
                return leaves
        return now_ms + span_ms

    @staticmethod
    def _leaves_ms(step: int, span_ms: int) -> int:
        return (step + 1) * STEP_MS + span_ms

    def to_json(self) -> dict[str, Any]:
        return {"steps": [list(step) for step in self._steps], "last_ms": self.last_ms}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Spent:
        spent = cls()
        spent._steps.extend([int(step), int(n)] for step, n in sorted(value.get("steps", ())))
        last = value.get("last_ms")
        spent.last_ms = None if last is None else int(last)
        return spent


class SessionCaps:
    """Hourly and daily caps, warm-up and repeated texts of one session.

    Messages that a cap holds get times one behind the other, as fast as the cap lets them go: a campaign that waits
    for tomorrow does not come back as a whole at each free place.

    Args:
        created_ms: since when the session exists; its warm-up begins then.
    """

    __slots__ = ("_created_ms", "_last_held_ms", "_texts", "_warm_from_ms", "loaded", "options", "spent")

    def __init__(self, options: BudgetOptions, created_ms: int) -> None:
        self.options = options
        self.spent = Spent()
        self.loaded = False
        self._created_ms = created_ms
        self._warm_from_ms = created_ms
        self._last_held_ms = 0
        self._texts: dict[bytes, deque[int]] = {}

    def ask(self, transactional: bool, now_ms: int) -> Capped | None:
        """Return which cap holds a message, or None; nothing is counted."""
        held: Capped | None = None
        spacing = 0
        for reason, span_ms, cap in self._caps(now_ms):
            most = cap if transactional else for_bulk(cap)
            spacing = max(spacing, span_ms // most)
            free = self.spent.free_ms(span_ms, most, now_ms)
            if free > now_ms and (held is None or free > held.until_ms):
                held = Capped(reason, free)
        if held is None:
            return None
        if transactional:
            return held
        until = max(held.until_ms, self._last_held_ms + spacing)
        self._last_held_ms = until
        return Capped(held.reason, until)

    def ask_text(self, text: str, now_ms: int) -> Capped | None:
        """Return until when this text may not go out again, or None; nothing is counted."""
        most = self.options.identical_per_hour
        times = self._texts.get(_digest(text)) if most is not None else None
        if most is None or times is None or len(times) < most or times[-most] + HOUR_MS <= now_ms:
            return None
        return Capped("identical_text", times[-most] + HOUR_MS)

    def take(self, text: str | None, now_ms: int) -> None:
        """Count one message; ``text`` where repeating it matters."""
        if self.options.warm_up:
            self._warm_from_ms = rewarmed_from(self._warm_from_ms, self.spent.last_ms, now_ms)
        self.spent.add(now_ms)
        most = self.options.identical_per_hour
        if text is None or most is None:
            return
        digest = _digest(text)
        times = self._texts.pop(digest, None)
        if times is None or times.maxlen != most:
            times = deque(times or (), maxlen=most)
        times.append(now_ms)
        self._texts[digest] = times
        if len(self._texts) > _TEXTS_MAX:
            del self._texts[next(iter(self._texts))]

    def give_back(self, text: str | None) -> None:
        """What was counted did not go out."""
        self.spent.give_back()
        times = self._texts.get(_digest(text)) if text is not None else None
        if times:
            times.pop()

    def change(self, options: BudgetOptions) -> None:
        """The session has other caps now."""
        if options != self.options:
            self._last_held_ms = 0
        self.options = options

    def most(self, span_ms: int, now_ms: int) -> int | None:
        """Return how many messages may go within the hour or the day; None: no cap."""
        return next((cap for _, span, cap in self._caps(now_ms) if span == span_ms), None)

    def warm_ms(self, now_ms: int) -> int:
        """Return for how long the number has been warming up."""
        return now_ms - rewarmed_from(self._warm_from_ms, self.spent.last_ms, now_ms)

    def load(self, value: dict[str, Any] | None) -> None:
        """Take up what was spent before; ``None``: nothing is known of it."""
        value = value or {}
        self.spent = Spent.from_json(value)
        self._warm_from_ms = int(value.get("warm_from_ms", self._created_ms))
        self.loaded = True

    def to_json(self) -> dict[str, Any]:
        """Return what a successor needs; texts are left out, they matter for an hour only."""
        return {**self.spent.to_json(), "warm_from_ms": self._warm_from_ms}

    def _caps(self, now_ms: int) -> list[tuple[str, int, int]]:
        options = self.options
        hour, day = options.per_hour or _NO_CAP, options.per_day or _NO_CAP
        reasons = ("hourly_cap", "daily_cap")
        if options.warm_up:
            warm = caps(self.warm_ms(now_ms), hour, day)
            if warm.day < day:
                hour, day, reasons = warm.hour, warm.day, ("warm_up", "warm_up")
        every = ((reasons[0], HOUR_MS, hour), (reasons[1], DAY_MS, day))
        return [(reason, span_ms, cap) for reason, span_ms, cap in every if cap < _NO_CAP]


def _digest(text: str) -> bytes:
    """Return what stands for a text: capitals and spacing make no difference."""
    return hashlib.blake2b(" ".join(text.casefold().split()).encode(errors="replace"), digest_size=8).digest()
