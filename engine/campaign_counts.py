"""A campaign's numbers: from its messages' counters to exclusive counts, a funnel, and parts by number and template.

Pure. Recipients without a message are ``scheduled``, or ``cancelled`` once the campaign is: so the twelve statuses
always add up to ``total``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.campaigns import CANCELLED
from engine.message_states import STATUSES
from engine.metrics import OUTCOME_MARK, REACHED_MARK, SESSION_MARK, TEMPLATE_MARK

REPLIED = f"{REACHED_MARK}replied"
TRIED = ("accepted", "sent", "delivered", "read", "failed", "uncertain")
_ACCEPTED = ("accepted", "sent", "delivered", "read")
_LATE = f"{OUTCOME_MARK}late/"


@dataclass(slots=True)
class Parts:
    """Statuses by session and by template (ids as hex)."""

    by_session: dict[str, dict[str, int]] = field(default_factory=dict)
    by_template: dict[str, dict[str, int]] = field(default_factory=dict)


def read_part(parts: Parts, key: str, value: int) -> None:
    """Add one row of kind ``CAMPAIGN_PART`` (engine/metrics.py)."""
    for mark, into in ((SESSION_MARK, parts.by_session), (TEMPLATE_MARK, parts.by_template)):
        status, found, subject = key.partition(mark)
        if found:
            into.setdefault(subject, {})[status] = into.get(subject, {}).get(status, 0) + value


def statuses_of(keys: Mapping[str, int]) -> dict[str, int]:
    """Return the twelve statuses of the messages made so far."""
    return {status: max(0, keys.get(status, 0)) for status in STATUSES}


def exclusive(keys: Mapping[str, int], written: int, state: str) -> tuple[int, dict[str, int]]:
    """Return ``total`` and the twelve counts that add up to it.

    Args:
        keys: the campaign's counters.
        written: recipients written so far.
        state: the campaign's.
    """
    counts = statuses_of(keys)
    made = sum(counts.values())
    total = max(written, made)
    counts["cancelled" if state == CANCELLED else "scheduled"] += total - made
    return total, counts


class Step(NamedTuple):
    """One bar of the funnel, and the statuses of the people behind it (None: see ``reached``)."""

    name: str
    value: int
    states: tuple[str, ...] | None
    reached: str | None = None


def funnel(keys: Mapping[str, int], total: int) -> list[Step]:
    """Return the funnel, from everybody to those who bought."""
    counts = statuses_of(keys)
    late = sum(value for key, value in keys.items() if key.startswith(_LATE))

    def of(*states: str) -> int:
        return sum(counts[state] for state in states)

    return [
        Step("audience", total, None),
        Step("attempted", of(*TRIED), TRIED),
        Step("accepted", of(*_ACCEPTED) + late, _ACCEPTED),
        Step("sent", of("sent", "delivered", "read"), ("sent", "delivered", "read")),
        Step("delivered", of("delivered", "read"), ("delivered", "read")),
        Step("read", of("read"), ("read",)),
        Step("replied", keys.get(REPLIED, 0), None, "replied"),
        Step("bought", keys.get(f"{REACHED_MARK}bought", 0), None, "bought"),
    ]


HOUR_KEYS = (*_ACCEPTED, REPLIED)


def by_hour(found: Iterable[tuple[int, str, int]]) -> list[dict[str, int]]:
    """Return the 24 hours of a day: of the messages made then, how many were accepted, read and answered.

    Args:
        found: (hour, key, number) of :data:`HOUR_KEYS`.
    """
    hours = [{"hour": hour, "accepted": 0, "read": 0, "replied": 0} for hour in range(24)]
    for hour, key, number in found:
        if key == REPLIED:
            hours[hour]["replied"] += number
            continue
        hours[hour]["accepted"] += number
        if key == "read":
            hours[hour]["read"] += number
    return [{name: max(0, number) for name, number in hour.items()} for hour in hours]
