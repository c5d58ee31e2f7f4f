"""What one transaction changed in the counters: built by whoever commits it, stored beside it, told the aggregator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.histograms import bucket_of
from engine.outgoing_watch import WATCH

MINUTE_MS = 60_000
NO_SESSION = bytes(16)
EVENT = "event"  # key: the event's type ("" where it has none)
STATE = "state"  # key: the event's state
MESSAGE = "message"  # key: a message's status; a transition takes 1 away and adds 1
LATENCY = "latency"  # key: bucket of engine.histograms; minute: of the acceptance
COUNT = "count"  # key: the counter's name
WEBHOOK = "webhook"  # key: what became of an event (accepted, duplicate, unparsed, imported); session: the webhook's id
SENT_LATENCY = "sent"  # as LATENCY, to the receipt "sent"
ERROR = "error"  # key: an outcome (engine/outcomes.py) of a message that failed or was skipped
# The same messages by what made them: key a status or, behind a "!", an outcome; the subject stands for the session.
RULE, TEMPLATE, CAMPAIGN = "rule", "template", "campaign"
# A campaign's statuses by number and by template: key "<status>@<session>" or "<status>~<template>", ids as hex.
CAMPAIGN_PART = "campaign_part"
SESSION_MARK, TEMPLATE_MARK = "@", "~"
REACHED = "reached"  # key: replied or bought; minute: of the message; also among the keys of RULE … as "+replied"
SOURCE = "source"  # key: an event's source
OUTCOME_MARK = "!"
REACHED_MARK = "+"
# What the aggregator keeps in memory; the others are read from the roll-ups alone.
LIVE_KINDS = (EVENT, STATE, MESSAGE, LATENCY, COUNT)
KEY_CHARACTERS = 64
_VERSION = 1


class Change(NamedTuple):
    """One counter's change: ``n`` more (or fewer) of a kind and key in a company's minute."""

    company: bytes
    minute_ms: int
    kind: str
    key: str
    session: bytes
    n: int


class Subjects(NamedTuple):
    """What made a message, and what it was made of (16 bytes each)."""

    rule: bytes | None = None
    template: bytes | None = None
    campaign: bytes | None = None


NOBODY = Subjects()
_SUBJECT_KINDS = (RULE, TEMPLATE, CAMPAIGN)
_Place = tuple[bytes, int, str, str, bytes]
# company, minute, session, subjects, old and new status, old and new outcome
_Move = tuple[bytes, int, bytes, Subjects, str | None, str, str | None, str | None]


def subjects_of(rule: UUID | None, template: UUID | None, campaign: UUID | None) -> Subjects:
    """Return a message's subjects from its columns."""
    if campaign is None and rule is None and template is None:
        return NOBODY
    return Subjects(
        None if rule is None else rule.bytes,
        None if template is None else template.bytes,
        None if campaign is None else campaign.bytes,
    )


class Delta:
    """The sum of a transaction's changes; adding two is adding their changes.

    Building and encoding one for 50 equal events costs about 15 µs: it stands in every transaction's way.
    """

    __slots__ = ("_encoded", "_events", "_moves", "_rows", "_told", "oldest_ms")

    def __init__(self) -> None:
        self._events: dict[tuple[bytes, int, str | None, str, str | None], int] = {}
        self._moves: dict[_Move, int] = {}
        self._encoded: bytes | None = None  # asked for by the row and by the telling
        self._rows: dict[_Place, int] = {}
        self._told: list[tuple[str, str, str]] = []
        self.oldest_ms = 0
        """The earliest receipt or acceptance told (milliseconds since 1970); 0 where there is none."""

    @property
    def empty(self) -> bool:
        if self._events or any(self._rows.values()):
            return False
        return not any(self._moved().values()) if self._moves else True

    def event(
        self,
        company: bytes,
        event_ms: int,
        event_type: str | None,
        state: str,
        source: str | None = None,
    ) -> None:
        """Count a stored event.

        Args:
            company: 16 bytes.
            event_ms: the time inside the event's id, which is its row's ``created_at``.
            event_type: the canonical type; None for an event without one.
            state: processed, unparsed or failed.
            source: its webhook's word for it.
        """
        key = (company, event_ms // MINUTE_MS, event_type, state, source)
        self._encoded = None
        events = self._events
        events[key] = events.get(key, 0) + 1
        if event_ms < self.oldest_ms or not self.oldest_ms:
            self.oldest_ms = event_ms

    def message(
        self,
        company: bytes,
        message_ms: int,
        session: bytes,
        old: str | None,
        new: str,
        of: Subjects = NOBODY,
        old_outcome: str | None = None,
        new_outcome: str | None = None,
    ) -> None:
        """Count a message's change of status, in the minute of the message's creation.

        Args:
            company: 16 bytes.
            message_ms: the time inside the message's id.
            session: 16 bytes.
            old: the status its row held under the lock; None for a new message.
            new: the status it has now.
            of: what made it; the same at every change of one message.
            old_outcome: by what its row had failed or been skipped (``engine.outcomes.outcome_key``), if it had.
            new_outcome: by what it has now.
        """
        if old == new and old_outcome == new_outcome:
            return
        move = (company, message_ms // MINUTE_MS, session, of, old, new, old_outcome, new_outcome)
        self._encoded = None
        moves = self._moves
        moves[move] = moves.get(move, 0) + 1

    def leave_campaign(
        self, company: bytes, message_ms: int, session: bytes, of: Subjects, status: str, outcome: str | None
    ) -> None:
        """Count a message among its campaign's no more: another has taken its place there.

        Args:
            company: 16 bytes.
            message_ms: the time inside the message's id.
            session: 16 bytes.
            of: what it was counted by till now.
            status: as its row holds it under the lock.
            outcome: by what it failed or was skipped, if it did.
        """
        if of.campaign is None:
            return
        minute = message_ms // MINUTE_MS
        self._add((company, minute, CAMPAIGN, status, of.campaign), -1)
        if outcome is not None:
            self._add((company, minute, CAMPAIGN, OUTCOME_MARK + outcome, of.campaign), -1)
        for mark in _part_marks(session, of):
            self._add((company, minute, CAMPAIGN_PART, status + mark, of.campaign), -1)

    def reached(self, company: bytes, message_ms: int, session: bytes, of: Subjects, what: str) -> None:
        """Count that a message's person has ``replied`` or ``bought``, in the minute of the message's creation."""
        minute = message_ms // MINUTE_MS
        self._add((company, minute, REACHED, what, session), 1)
        for kind, subject in zip(_SUBJECT_KINDS, of, strict=True):
            if subject is not None:
                self._add((company, minute, kind, REACHED_MARK + what, subject), 1)

    def accepted(self, company: bytes, session: bytes, event_ms: int | None, accepted_ms: int) -> None:
        """Count an acceptance by the provider and, for an event's message, how long after its receipt it came.

        Args:
            company: 16 bytes.
            session: 16 bytes.
            event_ms: when the event was received; None for a message without one.
            accepted_ms: when the provider accepted the message.
        """
        minute = accepted_ms // MINUTE_MS
        self._add((company, minute, COUNT, "accepted", session), 1)
        if event_ms is not None:
            self._add((company, minute, LATENCY, str(bucket_of(accepted_ms - event_ms)), session), 1)
        if accepted_ms < self.oldest_ms or not self.oldest_ms:
            self.oldest_ms = accepted_ms

    def webhook(self, company: bytes, event_ms: int, webhook: bytes, verdict: str, n: int = 1) -> None:
        """Count what came in by a webhook.

        Args:
            company: 16 bytes.
            event_ms: the time inside the event's id; 0 for the minute of the commit.
            webhook: 16 bytes; stands where other kinds name a session.
            verdict: accepted, duplicate, unparsed or imported.
            n: how many.
        """
        self._add((company, event_ms // MINUTE_MS, WEBHOOK, verdict, webhook), n)

    def sent(self, company: bytes, session: bytes, event_ms: int, sent_ms: int) -> None:
        """Count how long after its event's receipt WhatsApp said of a message that it was sent."""
        bucket = str(bucket_of(sent_ms - event_ms))
        self._add((company, sent_ms // MINUTE_MS, SENT_LATENCY, bucket, session), 1)

    def count(self, company: bytes, name: str, n: int = 1) -> None:
        """Count anything else (duplicates, refused, uncertain …), in the minute of the commit (here: minute 0)."""
        self._add((company, 0, COUNT, _clean(name), NO_SESSION), n)

    def tell(self, company: bytes, kind: str, name: str, subject: bytes) -> None:
        """Note a change that the company's own systems want told, if they do (engine/outgoing_watch.py).

        Args:
            company: 16 bytes.
            kind: event or message.
            name: an event's state or a message's status.
            subject: the 16 bytes of its id.
        """
        if WATCH.companies and WATCH.wants(company, event_type := f"{kind}.{name}"):
            self._encoded = None
            self._told.append((event_type, company.hex(), subject.hex()))

    def changes(self) -> Iterator[Change]:
        """Yield every change that is not zero."""
        sums: dict[_Place, int] = {}
        for (company, minute, event_type, state, source), n in self._events.items():
            _sum(sums, (company, minute, EVENT, _clean(event_type or ""), NO_SESSION), n)
            _sum(sums, (company, minute, STATE, state, NO_SESSION), n)
            if source is not None:
                _sum(sums, (company, minute, SOURCE, _clean(source), NO_SESSION), n)
        for rows in (sums, self._rows, self._moved()):
            for (company, minute, kind, key, session), n in rows.items():
                if n:
                    yield Change(company, minute * MINUTE_MS, kind, key, session, n)

    def encode(self) -> bytes:
        """Return JSON: ``{"v", "oldest_ms", "rows": [[company, minute, kind, key, session, n]…]}``, ids as hex.

        ``minute`` is minutes since 1970. Where a company's own systems want changes told, ``told`` holds them:
        ``[[type, company, id]…]``. The roll-up reads this form in SQL (metrics/roll_up.sql).
        """
        if self._encoded is not None:
            return self._encoded
        rows = [
            (c.company.hex(), c.minute_ms // MINUTE_MS, c.kind, c.key, c.session.hex(), c.n) for c in self.changes()
        ]
        told = {"told": self._told} if self._told else {}
        self._encoded = orjson.dumps({"v": _VERSION, "oldest_ms": self.oldest_ms, "rows": rows, **told})
        return self._encoded

    @classmethod
    def decode(cls, data: bytes | str) -> Delta:
        """Read what :meth:`encode` made; it encodes to the same counts again.

        Raises:
            ValueError: the bytes are no delta, or one of another version.
        """
        delta = cls()
        delta.oldest_ms, rows = _read(data)
        for company, minute, kind, key, session, n in rows:
            delta._add((bytes.fromhex(company), minute, kind, key, bytes.fromhex(session)), n)
        return delta

    def _moved(self) -> dict[_Place, int]:
        """Return what the messages' changes of status add up to, by session and by subject."""
        sums: dict[_Place, int] = {}
        for (company, minute, session, of, old, new, was, now), n in self._moves.items():
            places = [(MESSAGE, session)]
            if of is not NOBODY:
                places += [(kind, subject) for kind, subject in zip(_SUBJECT_KINDS, of, strict=True) if subject]
                if of.campaign is not None and old != new:
                    _add_parts(sums, (company, minute), session, of, old, new, n)
            for kind, subject in places:
                if old != new:
                    if old is not None:
                        _sum(sums, (company, minute, kind, old, subject), -n)
                    _sum(sums, (company, minute, kind, new, subject), n)
                if was != now:
                    counted, mark = (ERROR, "") if kind == MESSAGE else (kind, OUTCOME_MARK)
                    if was is not None:
                        _sum(sums, (company, minute, counted, mark + was, subject), -n)
                    if now is not None:
                        _sum(sums, (company, minute, counted, mark + now, subject), n)
        return sums

    def _add(self, place: _Place, n: int) -> None:
        self._encoded = None
        self._rows[place] = self._rows.get(place, 0) + n


def _add_parts(
    sums: dict[_Place, int],
    when: tuple[bytes, int],
    session: bytes,
    of: Subjects,
    old: str | None,
    new: str,
    n: int,
) -> None:
    """Add what moved within a campaign, by number and by template."""
    campaign = of.campaign or NO_SESSION
    for mark in _part_marks(session, of):
        if old is not None:
            _sum(sums, (*when, CAMPAIGN_PART, old + mark, campaign), -n)
        _sum(sums, (*when, CAMPAIGN_PART, new + mark, campaign), n)


def _part_marks(session: bytes, of: Subjects) -> list[str]:
    marks = [f"{SESSION_MARK}{session.hex()}"]
    if of.template is not None:
        marks.append(f"{TEMPLATE_MARK}{of.template.hex()}")
    return marks


def _sum(sums: dict[_Place, int], place: _Place, n: int) -> None:
    sums[place] = sums.get(place, 0) + n


def decode_changes(data: bytes | str, committed_ms: int) -> list[Change]:
    """Return an encoded delta's changes without building a Delta: the aggregator's way to read many.

    Args:
        data: what :meth:`Delta.encode` made.
        committed_ms: the delta's commit, whose minute changes without one of their own belong to.

    Raises:
        ValueError: the bytes are no delta, or one of another version.
    """
    unhex = bytes.fromhex
    commit_minute = committed_ms // MINUTE_MS
    return [
        Change(unhex(company), (minute or commit_minute) * MINUTE_MS, kind, key, unhex(session), n)
        for company, minute, kind, key, session, n in _read(data)[1]
    ]


def _clean(key: str) -> str:
    """Return a key that Postgres can hold in an index: a NUL is none of its text's characters."""
    return key.replace("\x00", "")[:KEY_CHARACTERS]


def _read(data: bytes | str) -> tuple[int, list[Any]]:
    value = orjson.loads(data)
    if not isinstance(value, dict) or value.get("v") != _VERSION:
        raise ValueError("a delta of another version")
    return value["oldest_ms"], value["rows"]
