"""How much of its allowances a number has used, as it is shown: by hour and day, and which day of its warm-up. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from engine.sending_policy import BudgetOptions
from engine.session_caps import SessionCaps
from engine.web_options import WebOptions
from engine.web_usage import Usage
from engine.web_warm_up import DAILY_CAPS, DAY_MS, HOUR_MS, caps, rewarmed_from


class Use(NamedTuple):
    """Messages within the last hour or 24 hours, and how many there may be."""

    used: int
    most: int


class SessionUse(NamedTuple):
    """``None``: no such cap. ``warm_up_day`` counts from 1; None where the number is warm, or does not warm up."""

    hour: Use | None
    day: Use | None
    warm_up_day: int | None
    last_sent_ms: int | None


WARM_UP_DAYS = len(DAILY_CAPS)


def capped_use(options: BudgetOptions, created_ms: int, spent: Mapping[str, Any] | None, now_ms: int) -> SessionUse:
    """Return a Cloud API number's use.

    Args:
        options: its budgets.
        created_ms: since when the session exists.
        spent: as its sender keeps it (``SessionCaps.to_json``); None: nothing was sent under a cap yet.
    """
    known = SessionCaps(options, created_ms)
    known.load(dict(spent or {}))
    hour, day = known.most(HOUR_MS, now_ms), known.most(DAY_MS, now_ms)
    return SessionUse(
        None if hour is None else Use(known.spent.within(HOUR_MS, now_ms), hour),
        None if day is None else Use(known.spent.within(DAY_MS, now_ms), day),
        _warm_up_day(known.warm_ms(now_ms)) if options.warm_up else None,
        known.spent.last_ms,
    )


def web_use(options: WebOptions, memory: Mapping[str, Any], now_ms: int) -> SessionUse:
    """Return a WhatsApp-Web session's use.

    Args:
        memory: what its process keeps for its successor (actors/web_session_memory.py).
    """
    usage = Usage.from_json(memory.get("usage") or {})
    hour, day = options.pace.per_hour, options.pace.per_day
    warm_up_day = None
    if options.warm_up:
        began_ms = memory.get("warm_up_from_ms")
        age_ms = 0 if began_ms is None else now_ms - rewarmed_from(began_ms, usage.last_sent_ms, now_ms)
        hour, day = caps(age_ms, hour, day)
        warm_up_day = _warm_up_day(age_ms)
    return SessionUse(Use(usage.in_hour(now_ms), hour), Use(usage.in_day(now_ms), day), warm_up_day, usage.last_sent_ms)


def _warm_up_day(age_ms: int) -> int | None:
    day = max(0, age_ms) // DAY_MS + 1
    return day if day <= WARM_UP_DAYS else None
