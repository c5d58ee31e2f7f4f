"""Times as sources write them → aware UTC times. Without a zone it is São Paulo's: the sources are Brazilian."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Unix seconds have 9 or 10 digits (1973 to 2286), milliseconds 13 (from 2001); anything else is no time.
_UNIX_S = (100_000_000, 10_000_000_000)
_UNIX_MS = (1_000_000_000_000, 10_000_000_000_000)
_COMPACT_LENGTHS = (8, 14)  # yyyymmdd and yyyymmddhhmmss
_BRAZILIAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})(?:(?:,? (?:às )?|T)(\d{1,2}):(\d{2})(?::(\d{2}))?)?", re.ASCII)


def _sao_paulo() -> tzinfo:
    try:
        return ZoneInfo("America/Sao_Paulo")
    except ZoneInfoNotFoundError:
        # No zone data on this machine: São Paulo has kept no summer time since 2019.
        return timezone(timedelta(hours=-3))


SAO_PAULO = _sao_paulo()


def parse_time(value: object, zone: tzinfo = SAO_PAULO) -> datetime | None:
    """Return an aware UTC time for ISO 8601, ``dd/mm/yyyy hh:mm:ss``, or unix seconds or milliseconds.

    Args:
        value: text or a number.
        zone: what a text without a zone means.

    Returns:
        None where it is no time between 1970 and 9998 (years a driver and a zone can both carry).
    """
    if type(value) is str:
        try:
            if value[-1:] == "Z" and value[0].isdigit():
                return _in_utc(datetime.fromisoformat(value), zone)
            return _text(value, zone)
        except (ValueError, OverflowError):
            return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _unix(value)
    return None


def _in_utc(moment: datetime, zone: tzinfo) -> datetime | None:
    if not 1970 <= moment.year <= 9998:
        return None
    if moment.tzinfo is UTC:
        return moment
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _text(value: str, zone: tzinfo) -> datetime | None:
    text = value.strip()
    if len(text) > 64 or not text:
        return None
    if text.isascii() and text.replace(".", "", 1).isdigit():
        if "." in text or len(text) not in _COMPACT_LENGTHS:
            return _unix(float(text) if "." in text else int(text))
        text = text[:8] + ("T" + text[8:] if len(text) == 14 else "")
    brazilian = _BRAZILIAN.fullmatch(text)
    if brazilian:
        day, month, year, hour, minute, second = (int(part or 0) for part in brazilian.groups())
        return _in_utc(datetime(year, month, day, hour, minute, second), zone)
    return _in_utc(datetime.fromisoformat(text), zone)


def _unix(value: float) -> datetime | None:
    if _UNIX_S[0] <= value < _UNIX_S[1]:
        return _EPOCH + timedelta(seconds=value)
    if _UNIX_MS[0] <= value < _UNIX_MS[1]:
        return _EPOCH + timedelta(milliseconds=value)
    return None


def rfc3339(moment: datetime) -> str:
    """Return an aware time as the API writes it: UTC with milliseconds (cut, not rounded) and ``Z``."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    text = orjson.dumps(utc).decode("ascii")  # "2026-01-31T12:00:00.123456+00:00", a third of isoformat's cost
    return text[1:24] + "Z" if utc.microsecond else text[1:20] + ".000Z"
