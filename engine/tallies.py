"""What a stretch of time, or one rule, template, campaign or number, adds up to: statuses, outcomes, funnel, latencies.

Fed with rows of the roll-ups by the aggregator's reports.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.histograms import Histogram
from engine.message_states import STATUSES
from engine.metrics import (
    CAMPAIGN,
    COUNT,
    ERROR,
    EVENT,
    LATENCY,
    MESSAGE,
    OUTCOME_MARK,
    REACHED,
    REACHED_MARK,
    RULE,
    SENT_LATENCY,
    TEMPLATE,
)
from engine.outcomes import LATE, SKIPPED, read_outcome

SUBJECT_KINDS = (RULE, TEMPLATE, CAMPAIGN)
# Why a message was skipped because its number was looked up first, or known to be absent.
NUMBER_CHECKS = frozenset({"not_on_whatsapp", "probably_not_on_whatsapp"})
_ACCEPTED = ("accepted", "sent", "delivered", "read")
_WAITING = ("scheduled", "queued", "sending")


class Tally:
    """Sums of messages (and, where they are asked for, of events and latencies)."""

    __slots__ = ("accepted", "events", "latency", "messages", "outcomes", "reached", "sent_latency")

    def __init__(self) -> None:
        self.events = 0
        self.accepted = 0  # answers of the period, whenever their messages were made
        self.messages: dict[str, int] = {}
        self.outcomes: dict[str, int] = {}
        self.reached: dict[str, int] = {}
        self.latency = Histogram()
        self.sent_latency = Histogram()

    def add(self, kind: str, key: str, n: int) -> None:
        """Take a row of the roll-ups."""
        if kind == EVENT:
            self.events += n
        elif kind == MESSAGE:
            _add(self.messages, key, n)
        elif kind == ERROR:
            _add(self.outcomes, key, n)
        elif kind == REACHED:
            _add(self.reached, key, n)
        elif kind in SUBJECT_KINDS:
            self._subject(key, n)
        elif kind == LATENCY:
            self.latency.add(int(key), n)
        elif kind == SENT_LATENCY:
            self.sent_latency.add(int(key), n)
        elif kind == COUNT and key == "accepted":
            self.accepted += n

    def _subject(self, key: str, n: int) -> None:
        if key.startswith(OUTCOME_MARK):
            _add(self.outcomes, key[1:], n)
        elif key.startswith(REACHED_MARK):
            _add(self.reached, key[1:], n)
        else:
            _add(self.messages, key, n)

    def merge(self, other: Tally) -> None:
        """Add another tally's messages to these."""
        for mine, theirs in (
            (self.messages, other.messages),
            (self.outcomes, other.outcomes),
            (self.reached, other.reached),
        ):
            for key, n in theirs.items():
                _add(mine, key, n)

    @property
    def total(self) -> int:
        return sum(self.messages.values())

    def funnel(self) -> dict[str, int]:
        """Return how far messages came, each step with those that went further, and what ended or waits apart.

        ``failed`` leaves out what WhatsApp's limits ended (``limited``); ``replied`` and ``bought`` need not have read.
        """
        status = self.messages
        late = sum(n for key, n in self.outcomes.items() if read_outcome(key).stage == LATE)
        limited = sum(n for key, n in self.outcomes.items() if read_outcome(key).limited)
        passed = sum(status.get(name, 0) for name in _ACCEPTED)
        delivered = status.get("delivered", 0) + status.get("read", 0)
        return {
            "total": self.total,
            "attempted": passed + status.get("failed", 0) + status.get("uncertain", 0),
            "accepted": passed + late,
            "sent": status.get("sent", 0) + delivered,
            "delivered": delivered,
            "read": status.get("read", 0),
            "replied": self.reached.get("replied", 0),
            "bought": self.reached.get("bought", 0),
            "limited": limited,
            "failed": status.get("failed", 0) - limited,
            "skipped": status.get("skipped", 0),
            "held": status.get("held", 0),
            "uncertain": status.get("uncertain", 0),
            "cancelled": status.get("cancelled", 0),
            "waiting": sum(status.get(name, 0) for name in _WAITING),
        }

    def rates(self) -> dict[str, float | None]:
        """Return shares of 1; None of nothing.

        ``delivered`` is of what WhatsApp accepted; ``delivered_of_all_numbers`` also counts against it the messages
        that were not tried because a check had found no WhatsApp behind their number: the rate without that check.
        """
        funnel = self.funnel()
        spared = sum(
            n
            for key, n in self.outcomes.items()
            if (found := read_outcome(key)).stage == SKIPPED and found.code in NUMBER_CHECKS
        )
        return {
            "delivered": _share(funnel["delivered"], funnel["accepted"]),
            "delivered_of_all_numbers": _share(funnel["delivered"], funnel["attempted"] + spared),
            "read": _share(funnel["read"], funnel["delivered"]),
            "failed": _share(funnel["failed"] + funnel["limited"], funnel["attempted"]),
        }

    def latencies(self) -> dict[str, Any]:
        """Return percentiles in milliseconds, from an event's receipt."""
        return {"event_to_accepted": percentiles(self.latency), "event_to_sent": percentiles(self.sent_latency)}


def percentiles(histogram: Histogram) -> dict[str, float | None]:
    """Return p50, p95, p99 and the number of values; null of nothing."""
    return {
        "p50": histogram.quantile(0.5),
        "p95": histogram.quantile(0.95),
        "p99": histogram.quantile(0.99),
        "count": histogram.total,
    }


def statuses(counts: Mapping[str, int]) -> dict[str, int]:
    """Return all twelve statuses with their counts."""
    return {status: counts.get(status, 0) for status in STATUSES}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole > 0 else None


def _add(into: dict[str, int], key: str, n: int) -> None:
    value = into.get(key, 0) + n
    if value:
        into[key] = value
    else:
        into.pop(key, None)
