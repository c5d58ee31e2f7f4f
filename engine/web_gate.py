"""Whether a WhatsApp-Web session may send a message now, and if not, why and when. Pure; one gate per session."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from engine.web_pacing import Pace
from engine.web_usage import Usage
from engine.web_warm_up import DAY_MS, HOUR_MS, caps, for_bulk, rewarmed_from

_CLOCK_S = 0.005  # the clock counts milliseconds: who waited for a gap finds it over


class Hold(NamedTuple):
    """A message may not go yet: the reason code, and for how many seconds (None: until somebody acts)."""

    reason: str
    seconds: float | None


class Gate:
    """Pace, caps by age, repeated texts and WhatsApp's own limits for one session.

    Args:
        pace: how fast it sends.
        warm_up: whether caps grow with the number's age.
        random: uniform in [0, 1).
    """

    def __init__(self, pace: Pace, usage: Usage, *, warm_up: bool, random: Callable[[], float]) -> None:
        self.pace = pace
        self.usage = usage
        self.warm_up = warm_up
        self.warm_up_from_ms: int | None = None
        self.strangers_until_ms = 0
        self.quiet_until_ms = 0
        self._random = random
        self._gaps = self._draw_gaps()

    def ask(self, text: str, *, stranger: bool, transactional: bool, now_ms: int) -> Hold | None:
        """Return None when a message may go now, else the first rule that holds it.

        Args:
            stranger: whether its recipient has never answered this number.
            transactional: such a message is not held for its text, and has the last fifth of every cap to itself.
        """
        if now_ms < self.quiet_until_ms:
            return Hold("number_slowed", (self.quiet_until_ms - now_ms) / 1000)
        if stranger and now_ms < self.strangers_until_ms:
            return Hold("new_chats_blocked", (self.strangers_until_ms - now_ms) / 1000)
        held = self._capped(transactional, now_ms)
        if held is None and not transactional:
            wait_s = self.usage.text_room_in_s(digest(text), self.pace.identical_per_hour, now_ms)
            held = Hold("identical_text", wait_s) if wait_s > 0 else None
        return held or self._paced(stranger, now_ms)

    def sent(self, text: str, now_ms: int) -> None:
        """A message has gone out, or may have: it counts, and the next one keeps its distance."""
        self.warm_up_from_ms = self.began_ms(now_ms)
        self.usage.sent(digest(text), now_ms)
        self._gaps = self._draw_gaps()

    def _draw_gaps(self) -> tuple[float, float]:
        draw = self.pace.gap_s
        return draw(stranger=False, random=self._random), draw(stranger=True, random=self._random)

    def began_ms(self, now_ms: int) -> int:
        """Return when this number's warm-up counts as begun."""
        if self.warm_up_from_ms is None:
            return now_ms
        return rewarmed_from(self.warm_up_from_ms, self.usage.last_sent_ms, now_ms)

    def room(self, span_ms: int, now_ms: int) -> int:
        """Return how many more messages of any kind the hour or the day has room for."""
        most = caps(now_ms - self.began_ms(now_ms), self.pace.per_hour, self.pace.per_day) if self.warm_up else None
        hour, day = most or (self.pace.per_hour, self.pace.per_day)
        left = day - self.usage.in_day(now_ms)
        return max(0, left if span_ms > HOUR_MS else min(left, hour - self.usage.in_hour(now_ms)))

    def hold_strangers(self, until_ms: int) -> None:
        """WhatsApp lets this number open no new chats for a while; open ones go on."""
        self.strangers_until_ms = max(self.strangers_until_ms, until_ms)

    def slow_down(self, until_ms: int) -> None:
        """WhatsApp wants nothing from this number for a while."""
        self.quiet_until_ms = max(self.quiet_until_ms, until_ms)

    def _capped(self, transactional: bool, now_ms: int) -> Hold | None:
        hour, day = self.pace.per_hour, self.pace.per_day
        reasons = ("hourly_cap", "daily_cap")
        if self.warm_up:
            warm = caps(now_ms - self.began_ms(now_ms), hour, day)
            if warm.day < day:
                reasons = ("warm_up", "warm_up")
            hour, day = warm
        if not transactional:
            hour, day = for_bulk(hour), for_bulk(day)
        for span_ms, most, reason in ((DAY_MS, day, reasons[1]), (HOUR_MS, hour, reasons[0])):
            wait_s = self.usage.room_in_s(span_ms, most, now_ms)
            if wait_s > 0:
                return Hold(reason, wait_s)
        return None

    def _paced(self, stranger: bool, now_ms: int) -> Hold | None:
        wait_s = self.usage.minute_room_in_s(self.pace.per_minute, now_ms)
        last = self.usage.last_sent_ms
        if last is not None:
            gap_s = self._gaps[stranger] - (now_ms - last) / 1000
            wait_s = max(wait_s, gap_s if gap_s > _CLOCK_S else 0.0)
        return Hold("pace", wait_s) if wait_s > 0 else None


def digest(text: str) -> str:
    """Return what stands for a text: capitals and spacing make no difference."""
    return hashlib.blake2b(" ".join(text.casefold().split()).encode(errors="replace"), digest_size=8).hexdigest()
