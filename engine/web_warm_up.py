"""Warm-up of a fresh WhatsApp-Web number: how much it may send by its age. Pure; the clock is passed in."""

from __future__ import annotations

from typing import NamedTuple

HOUR_MS = 3_600_000
DAY_MS = 86_400_000
# Messages a day in the first seven days (baileys-antiban: 20, then times 1.8), facts on WhatsApp 7.1.
DAILY_CAPS = (20, 36, 65, 117, 210, 378, 680)
# A number that was silent for so long starts again where its silence leaves it (the same source: 72 hours).
IDLE_MS = 72 * HOUR_MS
# No hour takes more than this share of its day, so that a day's cap is not sent in one go.
_HOUR_SHARE = 5
# What bulk leaves to transactional messages of every cap.
_RESERVE = 0.2


class Caps(NamedTuple):
    """Most messages in an hour and in a day."""

    hour: int
    day: int


def caps(age_ms: int, per_hour: int, per_day: int) -> Caps:
    """Return what a number of this age may send; ``per_hour`` and ``per_day`` are its caps once warm.

    Args:
        age_ms: since its warm-up began (pairing, or the end of a ban).
    """
    day = max(0, age_ms) // DAY_MS
    if day >= len(DAILY_CAPS):
        return Caps(per_hour, per_day)
    most = min(per_day, DAILY_CAPS[day])
    return Caps(min(per_hour, max(6, most // _HOUR_SHARE)), most)


def for_bulk(cap: int) -> int:
    """Return how much of a cap bulk messages may use: a fifth stays free for transactional ones, at least one."""
    return cap - max(1, round(cap * _RESERVE)) if cap > 1 else cap


def rewarmed_from(warm_up_from_ms: int, last_sent_ms: int | None, now_ms: int) -> int:
    """Return when the warm-up counts as begun: a number that was idle goes back as many days as it was silent.

    Args:
        warm_up_from_ms: as it stands.
        last_sent_ms: the last message, None if there was none yet.
    """
    if last_sent_ms is None or now_ms - last_sent_ms < IDLE_MS:
        return warm_up_from_ms
    warm_for = min(last_sent_ms - warm_up_from_ms, len(DAILY_CAPS) * DAY_MS)
    return now_ms - max(0, warm_for - (now_ms - last_sent_ms))
