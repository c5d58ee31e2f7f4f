"""Messages between their recorded intent and their recorded answer."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.lanes import Parcel
from storage.answers import Answer
from storage.sending import NOTHING, Taken


@dataclass(slots=True, eq=False)
class OpenIntent:
    """A dispatch of at most 32 messages; its row goes with the last answer."""

    id: UUID
    unanswered: int


@dataclass(slots=True, eq=False)
class Flight:
    """One message that may be sent until ``deadline`` (monotonic seconds)."""

    parcel: Parcel
    intent: OpenIntent
    deadline: float
    taken: Taken = NOTHING


@dataclass(slots=True, eq=False)
class Landed:
    """A flight's answer on its way into Postgres."""

    answer: Answer
    intent: OpenIntent
