"""How long things are kept: a company's wishes within the installation's, and what may go. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

# What has an age of its own, in days; None keeps it for ever. Least: what running work still needs.
LEAST_DAYS = {"payload_days": 1, "raw_days": 1, "events_days": 31, "messages_days": 31}
NAMES = tuple(LEAST_DAYS)
KEYS_KEPT_DAYS = 31  # an id has one effect for 30 days, whatever is erased
NOTICES_KEPT_DAYS = 180
AUDIT_KEPT_DAYS = 730
TURNS_KEPT_DAYS = 7  # nobody understands a message so late any more: no AI worker has run


def effective(company: Mapping[str, Any], installation: Mapping[str, Any]) -> dict[str, int | None]:
    """Return the days that hold for a company: its own, and never longer than the installation keeps things.

    Payload and bytes go with their event at the latest.
    """
    days = {name: _shorter(company.get(name), installation.get(name)) for name in NAMES}
    for name in ("payload_days", "raw_days"):
        days[name] = _shorter(days[name], days["events_days"])
    return days


def cutoff(now: datetime, days: int | None) -> datetime | None:
    """Return before when something goes; None: it stays."""
    return None if days is None else now - timedelta(days=days)


def longest(days: Iterable[int | None]) -> int | None:
    """Return the longest of several ages; None (for ever) if one is."""
    found = list(days)
    return None if not found or None in found else max(day for day in found if day is not None)


def droppable(partitions: Iterable[str], parent: str, now: datetime, days: int | None) -> list[str]:
    """Return the monthly partitions (``<parent>_2026_01``) that hold nothing younger than that, oldest first."""
    if days is None:
        return []
    before = now - timedelta(days=days)
    return sorted(name for name in partitions if (end := month_end(name, parent)) is not None and end <= before)


def month_end(partition: str, parent: str) -> datetime | None:
    """Return when a partition's month ended (UTC); None of a table that is no month's."""
    year, _, month = partition.removeprefix(f"{parent}_").partition("_")
    if not (partition.startswith(f"{parent}_") and len(year) == 4 and year.isdigit() and month.isdigit()):
        return None
    first = date(int(year), int(month), 1)
    following = (first + timedelta(days=32)).replace(day=1)
    return datetime(following.year, following.month, 1, tzinfo=UTC)


def _shorter(one: int | None, other: int | None) -> int | None:
    return min((days for days in (one, other) if days is not None), default=None)


def preview_words(counts: Mapping[str, int], before: Mapping[str, datetime | None]) -> tuple[str, str]:
    """Return what a run would erase, in Portuguese and English: ``apaga 1.204.331 eventos antes de 22/08/2026``."""
    nouns = {
        "events_days": ("apaga {n} eventos", "erases {n} events"),
        "messages_days": ("apaga {n} mensagens", "erases {n} messages"),
        "payload_days": ("apaga o conteúdo de {n} eventos", "erases the payload of {n} events"),
        "raw_days": ("apaga os bytes de {n} entregas", "erases the bytes of {n} deliveries"),
    }
    pt, en = [], []
    for name, (in_pt, in_en) in nouns.items():
        if (moment := before.get(name)) is not None and counts.get(name):
            number = f"{counts[name]:,}"
            pt.append(f"{in_pt.format(n=number.replace(',', '.'))} antes de {moment:%d/%m/%Y}")
            en.append(f"{in_en.format(n=number)} before {moment:%Y-%m-%d}")
    return "; ".join(pt) or "não apaga nada", "; ".join(en) or "erases nothing"
