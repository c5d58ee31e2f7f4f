"""Time zones by name, kept; São Paulo where a name is unknown, so that no message waits for a misspelt setting."""

from __future__ import annotations

from datetime import tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.times import SAO_PAULO


@lru_cache(maxsize=256)
def zone_named(name: str) -> tzinfo:
    """Return the zone of an IANA name; São Paulo's for one that is unknown or not on this machine."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return SAO_PAULO


@lru_cache(maxsize=256)
def is_zone(name: str) -> bool:
    """Tell whether this machine knows a zone of this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True
