"""A time zone in which it is about noon: what is counted by the day does not start anew in the middle of a run."""

from __future__ import annotations

from datetime import UTC, datetime

_NOON = 12


def midday_zone(now: datetime | None = None) -> str:
    """Return the IANA name of a zone where ``now`` (by default the present) is between 12:00 and 13:00."""
    hours = _NOON - (now or datetime.now(UTC)).astimezone(UTC).hour
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
