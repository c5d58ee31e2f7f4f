"""A message's statuses: which may follow which, and its timeline. Used by senders, shards and the scheduler.

What is heard of a message comes from several sides and in any order: the sender's answer, receipts by webhook, each
perhaps twice. All of it is one maximum over ranks, so that the order of arrival makes no difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TypedDict

# What waits may change among itself (rank 0) until something was sent; above that the higher rank wins.
# "failed" stands between sent and delivered: it may be overtaken by delivered and read, and by nothing else.
RANKS = {
    "scheduled": 0,
    "queued": 0,
    "held": 0,
    "sending": 0,
    "uncertain": 10,
    "accepted": 20,
    "sent": 30,
    "failed": 40,
    "delivered": 50,
    "read": 60,
    "cancelled": 70,
    "skipped": 70,
}
STATUSES = tuple(RANKS)
RECEIPTS = frozenset({"sent", "delivered", "read", "failed"})
# What WhatsApp says that is no status of ours: a played voice message has been read.
RECEIPT_NAMES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}


class TimelineEntry(TypedDict):
    """One line of a message's timeline; ``at`` is RFC 3339 in UTC with milliseconds."""

    status: str
    at: str
    reason: str | None
    attempt: int


def at_text(ms: int) -> str:
    """Return milliseconds since 1970 as a timeline writes them: ``2026-01-31T12:00:05.420Z``."""
    return f"{_second_text(ms // 1000)}.{ms % 1000:03d}Z"


@lru_cache(maxsize=1_024)
def _second_text(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def may_follow(old: str, new: str) -> bool:
    """Tell whether a message may go from ``old`` to ``new``; staying where it is counts only while it waits."""
    old_rank, new_rank = RANKS[old], RANKS[new]
    return new_rank > old_rank or (new_rank == old_rank == 0)


def is_waiting(status: str) -> bool:
    """Tell whether nothing is known to have been sent: it waits, is held, or is being sent right now."""
    return RANKS[status] == 0


def further(status: str, heard: Iterable[str]) -> str:
    """Return the status after hearing all of ``heard``, in whatever order."""
    for new in heard:
        if may_follow(status, new):
            status = new
    return status


def merge_timeline(timeline: list[TimelineEntry], new: Sequence[TimelineEntry]) -> bool:
    """Put ``new`` into ``timeline`` in the order of time; a receipt that is there already is left out.

    WhatsApp tells receipts' times in whole seconds, our own are exact: within a second the rank decides, so that
    "accepted at 12:00:05.420" stands before "sent at 12:00:05".

    Returns:
        Whether anything was added.
    """
    present = {entry["status"] for entry in timeline}
    fresh: list[TimelineEntry] = []
    for entry in new:
        status = entry["status"]
        if status in present and RANKS[status] > 0:
            continue
        present.add(status)
        fresh.append(entry)
    if not fresh:
        return False
    in_order = not timeline or all(_order(timeline[-1]) <= _order(entry) for entry in fresh)
    timeline.extend(fresh)
    if not in_order or len(fresh) > 1:
        timeline.sort(key=_order)
    return True


def _order(entry: TimelineEntry) -> tuple[str, int, str]:
    at = entry["at"]
    return at[:19], RANKS[entry["status"]], at
