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
_COUNTS = ("per_minute", "per_hour", "per_day", "identical_per_hour")
_SPANS = ("stranger_s", "open_s", "typing_s")
_LONGEST_S = 3_600.0


def read_pace(name: object, limits: object) -> Pace:
    """Return a pace by its name, with what a session's options change of it.

    Args:
        name: one of ``PACES``; None is the default.
        limits: ``{"per_hour": 100, "stranger_s": [10, 40], "words_per_minute": 0, …}`` or None.

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
    return replace(pace, **{key: _limit(key, value) for key, value in limits.items()})


def _limit(key: object, value: object) -> Any:
    if key in _COUNTS:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100_000:
            raise ValueError(f"limits.{key} must be a whole number from 1 to 100000")
        return value
    if key in _SPANS:
        return _span(key, value)
    if key == "words_per_minute":
        if not _is_number(value) or not 0 <= float(str(value)) <= 1_000:
            raise ValueError("limits.words_per_minute must be between 0 (no typing) and 1000")
        return float(str(value))
    raise ValueError(f"limits.{key} is not known")


def _span(key: object, value: object) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2 or not all(_is_number(part) for part in value):
        raise ValueError(f"limits.{key} must be two numbers: the shortest and the longest, in seconds")
    low, high = float(value[0]), float(value[1])
    if not 0 <= low <= high <= _LONGEST_S:
        raise ValueError(f"limits.{key} must be two numbers from 0 to {_LONGEST_S:g}, the shorter first")
    return low, high


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
