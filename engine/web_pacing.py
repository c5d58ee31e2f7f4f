"""How a WhatsApp-Web session paces itself: the gap before a message and the time spent typing it. Pure.

The figures are those of the public tools and guides gathered in the project's facts (WhatsApp, 7.1); each session may
have its own.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

_WORD = 5.0  # characters: how words per minute are counted
_NORMAL = statistics.NormalDist()


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one session sends.

    Attributes:
        stranger_s: shortest and longest gap before writing to somebody who has never answered (seconds).
        open_s: the same for an open chat.
        bell: gaps gather around the middle (a clipped normal distribution); otherwise every gap is as likely.
        per_minute, per_hour, per_day: most messages in any such stretch, once warmed up.
        identical_per_hour: how often the same bulk text may go out within an hour.
        words_per_minute: typing speed; 0 shows no typing.
        typing_s: shortest and longest typing.
    """

    name: str
    stranger_s: tuple[float, float]
    open_s: tuple[float, float]
    bell: bool = False
    per_minute: int = 8
    per_hour: int = 200
    per_day: int = 1_500
    identical_per_hour: int = 3
    words_per_minute: float = 45.0
    typing_s: tuple[float, float] = (1.0, 12.0)

    def gap_s(self, *, stranger: bool, random: Callable[[], float]) -> float:
        """Return how long to wait after the last message; ``random`` is uniform in [0, 1)."""
        low, high = self.stranger_s if stranger else self.open_s
        if not self.bell:
            return low + (high - low) * random()
        middle, spread = (low + high) / 2, (high - low) / 4
        drawn = middle + spread * _NORMAL.inv_cdf(min(0.999, max(0.001, random())))
        return min(high, max(low, drawn))

    def typing_time_s(self, text: str, random: Callable[[], float]) -> float:
        """Return how long a person would type this text, give or take a third; 0.0 if this pace shows no typing."""
        if self.words_per_minute <= 0:
            return 0.0
        typed = len(text) / (self.words_per_minute * _WORD / 60.0) * (2 / 3 + random() * 2 / 3)
        low, high = self.typing_s
        return min(high, max(low, typed))


PACES = {
    pace.name: pace
    for pace in (
        Pace("default", (5.0, 30.0), (1.5, 5.0), bell=True),
        Pace("fast", (11.0, 33.0), (11.0, 33.0)),
        Pace("normal", (61.0, 121.0), (61.0, 121.0)),
        Pace("safe", (210.0, 341.0), (210.0, 341.0)),
    )
}
_LIMITS = ("per_minute", "per_hour", "per_day", "identical_per_hour")


def read_pace(name: object, limits: object) -> Pace:
    """Return a pace by its name, with the limits that a session's options change.

    Args:
        name: one of ``PACES``; None is the default.
        limits: ``{"per_hour": 100, …}`` or None.

    Raises:
        ValueError: says what is wrong.
    """
    pace = PACES.get(name) if isinstance(name, str) else PACES["default"] if name is None else None
    if pace is None:
        raise ValueError(f"pace must be one of {', '.join(PACES)}")
    if limits is None:
        return pace
    if not isinstance(limits, dict):
        raise ValueError("limits must be an object")
    changed: dict[str, Any] = {}
    for key, value in limits.items():
        if key not in _LIMITS or isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100_000:
            raise ValueError(f"limits.{key} must be one of {', '.join(_LIMITS)}, between 1 and 100000")
        changed[key] = value
    return replace(pace, **changed)
