"""When a schedule is due next. Used by the scheduler and by whoever makes or resumes a schedule."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from engine.cron import parse_cron


def next_run(
    after: datetime, *, every_s: int | None, cron: str | None, jitter_s: int, zone: tzinfo, spread: float
) -> datetime | None:
    """Return the next time after ``after``; None: there is none any more. Runs that were missed are left out.

    Args:
        after: the present.
        every_s, cron: the plan, exactly one of them. Intervals are ``every_s`` on average, whatever the jitter.
        jitter_s: at most so many seconds later.
        zone: in which ``cron`` is read.
        spread: from 0 to 1, where in the jitter this run falls.

    Raises:
        ValueError: ``cron`` cannot be read.
    """
    if cron is not None:
        following = parse_cron(cron).following(after, zone)
        return None if following is None else following + timedelta(seconds=jitter_s * spread)
    late_s = min(jitter_s, every_s or 0) * (spread - 0.5)
    return after + timedelta(seconds=max(1.0, (every_s or 0) + late_s))
