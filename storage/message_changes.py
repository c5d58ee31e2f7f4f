"""Reading messages under their lock and writing what became of them, many at a time. Used by sending and statuses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg
import orjson

from engine.ids import id_time
from engine.message_states import TimelineEntry, may_follow, merge_timeline
from engine.metrics import Delta, Subjects, subjects_of
from engine.outcomes import outcome_key
from engine.outgoing_watch import WATCH
from storage.campaign_marks import MARKED, mark_recipients
from storage.message_rows import MessageRow
from storage.pool import Connection
from storage.queries import query

_LATEST_MS = 253_402_300_799_999  # the last millisecond of the year 9999


class Transition(NamedTuple):
    """A message's status changed; ``old`` is what its row held under the lock, None for a new message."""

    company_id: UUID
    message_id: UUID
    session_id: UUID
    event_id: UUID | None
    old: str | None
    new: str
    of: Subjects
    old_outcome: str | None
    new_outcome: str | None
    sent_ms: int | None = None  # when WhatsApp said that it was sent, if it was told now

    @property
    def message_ms(self) -> int:
        return self.message_id.int >> 80


@dataclass(slots=True)
class LockedMessage:
    """A message as it stands under its lock; change it, then hand it to :func:`write`."""

    id: UUID
    created_at: datetime
    company_id: UUID
    session_id: UUID
    event_id: UUID | None
    lane: str
    status: str
    reason: str | None
    attempt: int
    next_attempt_at: datetime | None
    provider_id: str | None
    error: str | None
    timeline: str
    rule_id: UUID | None = None
    template_id: UUID | None = None
    campaign_id: UUID | None = None
    old: str = ""
    old_outcome: str | None = None
    sent_ms: int | None = None
    pricing: str | None = None  # what was heard of it now; None leaves what is stored

    def go(self, status: str, at: str, reason: str | None = None, *, attempt: int | None = None) -> bool:
        """Hear of a new status: put it into the timeline, and take it on if it may follow the present one.

        Args:
            status: the new one.
            at: RFC 3339 with milliseconds.
            reason: why, as a code.
            attempt: the number of the try; by default the message's own.

        Returns:
            Whether the message took the status on.
        """
        entry: TimelineEntry = {
            "status": status,
            "at": at,
            "reason": reason,
            "attempt": self.attempt if attempt is None else attempt,
        }
        if self.timeline == "[]":
            self.timeline = orjson.dumps([entry]).decode()
        else:
            timeline: list[TimelineEntry] = orjson.loads(self.timeline)
            if merge_timeline(timeline, [entry]):
                self.timeline = orjson.dumps(timeline).decode()
        if not may_follow(self.status, status):
            return False
        self.status, self.reason = status, reason
        return True

    @property
    def transition(self) -> Transition | None:
        """What is to be counted, or None when the status is what it was."""
        outcome = self.outcome
        if self.status == self.old and outcome == self.old_outcome:
            return None
        return Transition(
            self.company_id,
            self.id,
            self.session_id,
            self.event_id,
            self.old,
            self.status,
            subjects_of(self.rule_id, self.template_id, self.campaign_id),
            self.old_outcome,
            outcome,
            self.sent_ms,
        )

    @property
    def outcome(self) -> str | None:
        """By what it failed or was skipped, as it is counted."""
        return outcome_key(self.status, self.reason, self.error, self.provider_id)


async def lock(
    connection: Connection, message_ids: Iterable[UUID], company_id: UUID | None = None
) -> dict[UUID, LockedMessage]:
    """Lock messages in the order of their ids and return them; unknown ones (or another company's) are missing."""
    # An id of somebody else's, such as another system's opaque value, may hold a time that Postgres does not have.
    ids = sorted(value for value in set(message_ids) if value.int >> 80 <= _LATEST_MS)
    if not ids:
        return {}
    times = [id_time(value) for value in ids]
    rows: list[asyncpg.Record] = await connection.fetch(
        query("sending/lock_messages"), ids, times, min(times), max(times), company_id
    )
    locked = [LockedMessage(*row) for row in rows]
    for message in locked:
        message.old, message.old_outcome = message.status, message.outcome
    return {message.id: message for message in locked}


async def write(connection: Connection, changed: Sequence[LockedMessage], now: datetime) -> None:
    """Write locked messages back, in one statement; recipients of campaigns are marked where they stand apart."""
    if not changed:
        return
    times = [message.created_at for message in changed]
    await connection.execute(
        query("sending/update_messages"),
        [message.id for message in changed],
        times,
        [message.status for message in changed],
        [message.reason for message in changed],
        [message.attempt for message in changed],
        [message.next_attempt_at for message in changed],
        [message.provider_id for message in changed],
        [message.error for message in changed],
        [message.timeline for message in changed],
        now,
        min(times),
        max(times),
        [message.pricing for message in changed],
    )
    await mark_recipients(
        connection,
        [
            (message.id, message.status, message.reason)
            for message in changed
            if message.campaign_id is not None and (message.status in MARKED or message.old in MARKED)
        ],
    )


def count(delta: Delta, transitions: Iterable[Transition]) -> None:
    """Add transitions to a delta."""
    for transition in transitions:
        delta.message(
            transition.company_id.bytes,
            transition.message_ms,
            transition.session_id.bytes,
            transition.old,
            transition.new,
            transition.of,
            transition.old_outcome,
            transition.new_outcome,
        )
        if WATCH.companies and transition.old != transition.new:
            delta.tell(transition.company_id.bytes, "message", transition.new, transition.message_id.bytes)
        if transition.sent_ms is not None and transition.event_id is not None:
            event_ms = transition.event_id.int >> 80
            delta.sent(transition.company_id.bytes, transition.session_id.bytes, event_ms, transition.sent_ms)


def born(row: MessageRow) -> Transition:
    """Return what a new message adds."""
    return Transition(
        row.company_id,
        row.id,
        row.session_id,
        row.event_id,
        None,
        row.status,
        subjects_of(row.rule_id, row.template_id, row.campaign_id),
        None,
        outcome_key(row.status, row.reason, row.error, row.provider_id),
    )
