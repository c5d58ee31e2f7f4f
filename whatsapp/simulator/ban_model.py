"""How likely WhatsApp is to ban a WhatsApp-Web number: a hazard that grows with what WhatsApp is known to dislike.

Calibrated on what practitioners report (facts on WhatsApp, 7.1): looking up tens of thousands of numbers is banned in
1 to 15 minutes; a new number that writes to more than 20 to 30 strangers a day is at risk in its first week, an
established one above 100 to 200 messages an hour; the same text to many, and messages to people who never answer or
are not on WhatsApp, raise it. It is a model for comparing sending policies, not a promise about WhatsApp.
"""

from __future__ import annotations

import math
import random
from collections import deque
from dataclasses import dataclass

_HOUR_S = 3600.0
_DAY_S = 86_400.0
_MINUTE_S = 60.0

TOO_MANY_NEW_PEOPLE, BLOCKED_BY_USERS, SAME_MESSAGE = 101, 102, 104


@dataclass(frozen=True, slots=True)
class Habits:
    """What a number has done lately.

    Attributes:
        age_days: since it was linked.
        minute, hour, day: messages within them.
        strangers_day: first messages to people within a day, share of them in ``day``.
        identical_hour: how often the commonest text went out within an hour.
        unregistered_day: messages within a day to numbers that are not on WhatsApp.
        checks_ten_minutes, checks_day: numbers looked up.
    """

    age_days: float
    minute: int
    hour: int
    day: int
    strangers_day: int
    identical_hour: int
    unregistered_day: int
    checks_ten_minutes: int
    checks_day: int


def hazards(habits: Habits) -> dict[int, float]:
    """Return the chance of a ban at this very action, by WhatsApp's reason; each is 0 to 1.

    Every term is near zero up to what is held to be safe and grows with the square of the excess.
    """
    fresh = max(0.0, 1.0 - habits.age_days / 7.0)
    grown = 1.8 ** min(7.0, max(0.0, habits.age_days))
    strangers = _excess(habits.strangers_day, 30.0 * grown)
    rate = (
        _excess(habits.minute, 12.0)
        + _excess(habits.hour, 200.0 - 140.0 * fresh)
        + _excess(habits.day, min(1_800.0, 40.0 * grown))
    )
    checks = _excess(habits.checks_ten_minutes, 120.0) + _excess(habits.checks_day, 600.0)
    return {
        TOO_MANY_NEW_PEOPLE: _chance(2e-4 * strangers + 2e-4 * rate + 1e-3 * checks),
        SAME_MESSAGE: _chance(3e-4 * _excess(habits.identical_hour, 12.0)),
        BLOCKED_BY_USERS: _chance(5e-4 * _excess(habits.unregistered_day, 10.0)),
    }


def _excess(value: float, safe: float) -> float:
    """Return the square of how many times above the safe measure something is; 0 below it."""
    over = value / safe - 1.0
    return over * over if over > 0 else 0.0


def _chance(hazard: float) -> float:
    return 1.0 - math.exp(-hazard)


class BanModel:
    """One number's history and fate; deterministic for a seed and a sequence of actions.

    Args:
        seed: of this number's luck.
        linked_s: when it was linked, in seconds of the world's clock.
    """

    def __init__(self, seed: int, linked_s: float) -> None:
        self._random = random.Random(seed)
        self._linked_s = linked_s
        self._sent: deque[tuple[float, str, bool, bool]] = deque()
        self._checks: deque[tuple[float, int]] = deque()
        self._partners: set[str] = set()
        self.worst: dict[int, float] = {}
        self.expected_bans = 0.0
        self.banned_for: int | None = None

    def answered(self, person: str) -> None:
        """Somebody wrote to the number: no stranger any more."""
        self._partners.add(person)

    def sent(self, person: str, text: str, *, registered: bool, now_s: float) -> int | None:
        """Note a message; return the reason (101 to 106) if it brings the ban."""
        self._sent.append((now_s, text, person not in self._partners, registered))
        return self._judge(now_s)

    def checked(self, numbers: int, now_s: float) -> int | None:
        """Note a look-up; return the reason if it brings the ban."""
        self._checks.append((now_s, numbers))
        return self._judge(now_s)

    def habits(self, now_s: float) -> Habits:
        """Return what the number has done up to now."""
        while self._sent and self._sent[0][0] < now_s - _DAY_S:
            self._sent.popleft()
        while self._checks and self._checks[0][0] < now_s - _DAY_S:
            self._checks.popleft()
        texts: dict[str, int] = {}
        for at, text, _, _ in self._sent:
            if at > now_s - _HOUR_S:
                texts[text] = texts.get(text, 0) + 1
        return Habits(
            age_days=(now_s - self._linked_s) / _DAY_S,
            minute=sum(at > now_s - _MINUTE_S for at, *_ in self._sent),
            hour=sum(texts.values()),
            day=len(self._sent),
            strangers_day=sum(stranger for _, _, stranger, _ in self._sent),
            identical_hour=max(texts.values(), default=0),
            unregistered_day=sum(not registered for *_, registered in self._sent),
            checks_ten_minutes=sum(n for at, n in self._checks if at > now_s - 10 * _MINUTE_S),
            checks_day=sum(n for _, n in self._checks),
        )

    def _judge(self, now_s: float) -> int | None:
        if self.banned_for is not None:
            return self.banned_for
        for reason, chance in hazards(self.habits(now_s)).items():
            self.worst[reason] = max(self.worst.get(reason, 0.0), chance)
            self.expected_bans += chance
            if self._random.random() < chance:
                self.banned_for = reason
                return reason
        return None
