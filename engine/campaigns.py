"""A campaign's states and the decisions that follow from them: who may do what when, and why nothing is leaving.

Called by the routes, by the job that writes the recipients (actors/jobs/campaign_expansion.py) and by the loop that
makes the messages (actors/campaigning.py). Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

State = Literal["draft", "scheduled", "running", "paused", "finished", "cancelled"]
Action = Literal["edit", "delete", "start", "pause", "resume", "cancel", "retry_failed", "finish"]

DRAFT: State = "draft"
SCHEDULED: State = "scheduled"
RUNNING: State = "running"
PAUSED: State = "paused"
FINISHED: State = "finished"
CANCELLED: State = "cancelled"
STATES: tuple[State, ...] = (DRAFT, SCHEDULED, RUNNING, PAUSED, FINISHED, CANCELLED)
ENDED = frozenset({FINISHED, CANCELLED})

# What may be done in which state, and where it leads (None: the state stays).
_MOVES: Mapping[Action, Mapping[State, State | None]] = {
    "edit": {DRAFT: None},
    "delete": {DRAFT: None},
    "start": {DRAFT: RUNNING, SCHEDULED: RUNNING},
    "pause": {RUNNING: PAUSED},
    "resume": {PAUSED: RUNNING},
    "cancel": {SCHEDULED: CANCELLED, RUNNING: CANCELLED, PAUSED: CANCELLED},
    "retry_failed": {RUNNING: None, PAUSED: None, FINISHED: None, CANCELLED: None},
    "finish": {RUNNING: FINISHED},
}
# Of the twelve statuses those in which something may still leave.
OPEN_STATUSES = ("scheduled", "queued", "held", "sending")


def may(action: Action, state: str) -> bool:
    """Tell whether an action is allowed in a state."""
    return state in _MOVES[action]


def after(action: Action, state: State) -> State:
    """Return the state that an action leads to.

    Raises:
        ValueError: it is not allowed in this state.
    """
    moves = _MOVES[action]
    if state not in moves:
        raise ValueError(f"{action} is not possible while the campaign is {state}")
    return moves[state] or state


def pick(contact_id: UUID, salt: bytes, shares: Sequence[int]) -> int:
    """Return which of several shares a contact belongs to: the same one always, whoever asks and however often.

    Args:
        contact_id: the person.
        salt: what is being divided; two divisions with different salts are independent of each other.
        shares: whole numbers above 0; their proportion counts, not their sum.
    """
    if len(shares) == 1:
        return 0
    digest = hashlib.blake2b(contact_id.bytes, digest_size=8, key=salt[:64]).digest()
    point = int.from_bytes(digest, "big") * sum(shares) >> 64
    for index, share in enumerate(shares):
        point -= share
        if point < 0:
            return index
    return len(shares) - 1


@dataclass(frozen=True, slots=True)
class SessionNow:
    """What a campaign needs to know of one of its numbers."""

    id: UUID
    state: str
    reason: str | None
    throughput: int


def room(session: SessionNow, ready: int, waiting: int) -> int:
    """Return how many more messages of a campaign this number needs in the queue for the next seconds.

    Few enough that a pause is exact and a million recipients leave the queue flat; enough that the number never runs
    dry between two rounds.

    Args:
        session: the number.
        ready: the campaign's messages in its queue that are due.
        waiting: those that are held for later (quiet hours, limits): they may be passed by others, within bounds.
    """
    if session.state != "active":
        return 0
    most = queue_target(session.throughput)
    if waiting >= 10 * most:
        return 0
    return max(0, most - ready)


def queue_target(throughput: int) -> int:
    """Return how many of a campaign's messages wait for a number at most: what it sends in about four seconds."""
    return max(32, min(4 * throughput, 4_000))


def stalled(
    state: str,
    sessions: Collection[SessionNow],
    *,
    wanted: int,
    expansion: str | None,
    template_problem: str | None,
    idle_s: float,
) -> str | None:
    """Return why a running campaign sends nothing, as a code; None while it does, or where it need not.

    Args:
        state: the campaign's.
        sessions: those of its numbers that still exist.
        wanted: how many numbers it names.
        expansion: the state of the job that writes its recipients; None where that is done.
        template_problem: why its template may not be sent, if so.
        idle_s: seconds since something of it last changed.
    """
    if state != RUNNING:
        return None
    if template_problem is not None:
        return template_problem
    if expansion in ("failed", "cancelled"):
        return f"expansion_{expansion}"
    if len(sessions) < wanted:
        return "session_removed"
    off = [session for session in sessions if session.state != "active"]
    if len(off) == len(sessions):
        return off[0].reason or f"session_{off[0].state}" if off else None
    return "nothing_moves" if idle_s >= 120 else None
