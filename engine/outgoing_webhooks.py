"""Outgoing webhooks: what may be subscribed to, how an attempt is signed, what an answer means, when to try again.

Standard Webhooks 1.0.0 (https://github.com/standard-webhooks/standard-webhooks): headers, signature, schedule. Used by
the gateway's routes and by actors/outgoing.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson

from engine.signing import sign_standard
from engine.times import rfc3339

TEST = "webhook.test"
EVENT_TYPES = (
    "event.processed",
    "event.unparsed",
    "event.failed",
    "message.accepted",
    "message.sent",
    "message.delivered",
    "message.read",
    "message.failed",
    "message.uncertain",
    "message.cancelled",
    "message.skipped",
    "campaign.finished",
    "contact.opted_out",
    "alert.fired",
    "alert.resolved",
)
# After each failed attempt, in seconds (Standard Webhooks' schedule); the wait is anywhere between 0 and this.
SCHEDULE_S = (5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
FAILING_FOR = timedelta(days=5)
MOST_ATTEMPTS_KEPT = 20
_GONE = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended.

    Attributes:
        status: of the answer; None where there was none.
        reason: a code of engine/outgoing_reasons.py; None when it was taken.
        body: the beginning of the answer's body, or what went wrong.
        duration_ms: how long it took.
    """

    status: int | None
    reason: str | None
    body: str
    duration_ms: int

    @property
    def taken(self) -> bool:
        return self.reason is None

    @property
    def gone(self) -> bool:
        """Whether the receiver says that nobody will ever take anything here again."""
        return self.status == _GONE


def reason_of(status: int) -> str | None:
    """Return why an answer is no acceptance; None for 2xx."""
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return "outgoing_redirect"
    return "outgoing_gone" if status == _GONE else "outgoing_status"


def next_wait_s(event_type: str, attempts: int, random: Callable[[], float]) -> float | None:
    """Return in how many seconds to try again, with full jitter; None when it is given up.

    Args:
        event_type: a test is tried once.
        attempts: how many failed so far, from 1.
        random: uniform in [0, 1).
    """
    if event_type == TEST or attempts > len(SCHEDULE_S):
        return None
    return random() * SCHEDULE_S[attempts - 1]


def disables(outcome: Outcome, failing_since: datetime | None, now: datetime) -> str | None:
    """Return the reason to take an endpoint out of use after this outcome; None: it stays.

    Args:
        outcome: of the attempt that just ended.
        failing_since: when the first attempt failed after the last one that was taken; None: none has.
        now: the time.
    """
    if outcome.gone:
        return "outgoing_gone"
    if outcome.taken or failing_since is None or now - failing_since < FAILING_FOR:
        return None
    return "outgoing_failing"


def body_of(event_type: str, at: datetime, data: object) -> bytes:
    """Return the body of a delivery: ``{"type", "timestamp", "data"}``, the same bytes at each attempt."""
    return orjson.dumps({"type": event_type, "timestamp": rfc3339(at), "data": data}, default=str)


def headers_of(delivery_id: str, secrets: Sequence[str], now_s: int, body: bytes) -> dict[str, str]:
    """Return an attempt's headers; while a secret is being rotated, signatures with the new and the old one."""
    signed = [sign_standard(secret, delivery_id, now_s, body) for secret in secrets]
    signatures = " ".join(headers["webhook-signature"] for headers in signed)
    return {
        "content-type": "application/json",
        "user-agent": "Master-IA-Webhooks/1",
        **signed[0],
        "webhook-signature": signatures,
    }


def attempt_entry(attempt: int, at: datetime, url: str, headers: dict[str, str], outcome: Outcome) -> dict[str, Any]:
    """Return an attempt as the delivery log keeps it; signatures are left out, they are as good as the secret's use."""
    shown = {name: value for name, value in headers.items() if name != "webhook-signature"}
    return {
        "attempt": attempt,
        "at": rfc3339(at),
        "url": url,
        "headers": shown,
        "status": outcome.status,
        "reason": outcome.reason,
        "answer": outcome.body,
        "duration_ms": outcome.duration_ms,
    }
