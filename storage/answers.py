"""Answers of the transports become rows: status, ledger, second tries, dead letters. Called by senders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from engine.ids import id_time
from engine.message_states import may_follow
from storage.countries import CODE as COUNTRY_BARRED
from storage.countries import bar_countries
from storage.dead_letters import bury
from storage.message_changes import LockedMessage, Transition, lock, write
from storage.message_rows import QUEUE_COLUMNS
from storage.pool import Connection
from storage.queries import query
from storage.sending import NOTHING, Taken
from storage.undeliverable import CODE as UNDELIVERABLE
from storage.undeliverable import note_refusals
from storage.unwanted import take_refusals

_ATTEMPT_COLUMNS = (
    "message_id",
    "created_at",
    "company_id",
    "session_id",
    "dispatch_id",
    "attempt",
    "outcome",
    "provider_id",
    "error",
    "answered_at",
)
DEAD_LETTER_COLUMNS = (
    "id",
    "company_id",
    "kind",
    "event_id",
    "message_id",
    "session_id",
    "class",
    "code",
    "reason",
    "created_at",
)
_UNCERTAIN_COLUMNS = ("message_id", "company_id", "session_id", "lane", "decide_at")


@dataclass(slots=True)
class Answer:
    """What became of one try.

    Attributes:
        attempt: the number of this try, from 1.
        outcome: accepted, retry, held, failed or uncertain (the ledger's word).
        status: what the message becomes, if nothing better is known of it: accepted, queued, held, failed, uncertain.
        tries: what the message has spent afterwards (a hold may be free).
        at: RFC 3339 with milliseconds, for the timeline; ``answered_at`` is the same moment.
        error: JSON as text, or None.
        due_at: when it may be tried again; None unless it goes back into the queue.
        look_at: when the scheduler looks at it: ``due_at``, or NEVER while a person has to act.
        dead_id: id of the dead letter, where the outcome is failed.
        error_class, code: for the dead letter.
        decide_at: when an uncertain message's grace time ends.
        suppresses: the person wants no more of its kind.
        taken: what the queue knew about it.
        event_ms: when its event came in (milliseconds since 1970), for the latency to acceptance.
    """

    message_id: UUID
    company_id: UUID
    session_id: UUID
    dispatch_id: UUID
    attempt: int
    outcome: str
    status: str
    tries: int
    at: str
    answered_at: datetime
    reason: str | None = None
    provider_id: str | None = None
    error: str | None = None
    due_at: datetime | None = None
    look_at: datetime | None = None
    dead_id: UUID | None = None
    error_class: str = ""
    code: str | None = None
    decide_at: datetime | None = None
    suppresses: bool = False
    taken: Taken = NOTHING
    event_ms: int | None = None


@dataclass(slots=True)
class Recorded:
    """What a batch of answers changed; ``accepted`` are those that nobody had recorded before."""

    transitions: list[Transition] = field(default_factory=list)
    accepted: list[Answer] = field(default_factory=list)
    uncertain: int = 0
    dead: int = 0


async def record_answers(
    connection: Connection, answers: Sequence[Answer], finished: Sequence[UUID], now: datetime
) -> Recorded:
    """Write many answers, inside the caller's transaction; a message that has a receipt already is not set back.

    Args:
        connection: in a transaction; the caller writes the delta in it.
        answers: at most one per message.
        finished: dispatches whose last answer is among these.
        now: becomes ``updated_at``.
    """
    recorded = Recorded()
    locked = await lock(connection, (answer.message_id for answer in answers))
    changed: list[LockedMessage] = []
    took: list[tuple[Answer, LockedMessage]] = []
    resolved: list[UUID] = []
    for answer in answers:
        message = locked.get(answer.message_id)
        if message is None:  # erased meanwhile
            continue
        changed.append(message)
        known = message.timeline
        applied = _apply(message, answer)
        if answer.outcome == "accepted" and message.timeline != known:
            recorded.accepted.append(answer)
        if applied:
            took.append((answer, message))
        if (transition := message.transition) is not None:
            recorded.transitions.append(transition)
            if message.old == "uncertain":
                resolved.append(message.id)
    await write(connection, changed, now)
    await connection.copy_records_to_table(
        "message_attempts", records=[_attempt(answer) for answer in answers], columns=_ATTEMPT_COLUMNS
    )
    await _follow_up(connection, took, recorded)
    await bar_countries(connection, [m.id for a, m in took if a.code == str(COUNTRY_BARRED)], now)
    if resolved:
        await connection.execute(query("sending/delete_uncertain"), resolved)
    if finished:
        await connection.execute(query("sending/delete_dispatches"), finished)
    return recorded


def _apply(message: LockedMessage, answer: Answer) -> bool:
    """Put an answer into its message; False where a receipt knows better."""
    message.attempt = max(message.attempt, answer.tries)
    if answer.provider_id is not None and message.provider_id is None:
        message.provider_id = answer.provider_id
    # An acceptance belongs into the timeline even when a receipt was faster; the rest only where it is news.
    if answer.status != "accepted" and not may_follow(message.status, answer.status):
        return False
    took = message.go(answer.status, answer.at, answer.reason, attempt=answer.attempt)
    if took:
        message.error = answer.error
        message.next_attempt_at = answer.due_at if answer.look_at == answer.due_at else None
    return took


def _attempt(answer: Answer) -> tuple[object, ...]:
    return (
        answer.message_id,
        id_time(answer.message_id),
        answer.company_id,
        answer.session_id,
        answer.dispatch_id,
        answer.attempt,
        answer.outcome,
        answer.provider_id,
        answer.error,
        answer.answered_at,
    )


async def _follow_up(connection: Connection, took: Sequence[tuple[Answer, LockedMessage]], recorded: Recorded) -> None:
    """Queue what is tried again, bury what failed, and remember the uncertain until their grace time ends."""
    queue: list[tuple[object, ...]] = []
    dead: list[tuple[object, ...]] = []
    uncertain: list[tuple[object, ...]] = []
    suppressed: list[tuple[UUID, str]] = []
    unreached: list[UUID] = []
    for answer, message in took:
        if answer.due_at is not None:
            queue.append(
                (
                    message.id,
                    message.company_id,
                    message.session_id,
                    message.lane,
                    answer.taken.order_id,
                    answer.taken.cancel_on,
                    answer.due_at,
                    answer.look_at,
                    answer.taken.campaign_id,
                )
            )
        if answer.dead_id is not None:
            dead.append(dead_letter(answer.dead_id, message, answer.error_class, answer.code, answer.answered_at))
            if answer.code == str(UNDELIVERABLE):
                unreached.append(message.id)
        if answer.suppresses:
            suppressed.append((message.id, answer.reason or "refused"))
        if answer.decide_at is not None:
            uncertain.append((message.id, message.company_id, message.session_id, message.lane, answer.decide_at))
    if queue:
        await connection.copy_records_to_table("message_queue", records=queue, columns=QUEUE_COLUMNS)
    if dead:
        await bury(connection, dead)
    if uncertain:
        await connection.copy_records_to_table("uncertain_messages", records=uncertain, columns=_UNCERTAIN_COLUMNS)
    if suppressed:
        recorded.transitions += await take_refusals(connection, suppressed, took[0][0].answered_at)
    if unreached:
        await note_refusals(connection, unreached, took[0][0].answered_at)
    recorded.dead, recorded.uncertain = len(dead), len(uncertain)


def dead_letter(
    letter_id: UUID, message: LockedMessage, error_class: str, code: str | None, at: datetime
) -> tuple[object, ...]:
    """Return a row of DEAD_LETTER_COLUMNS for a message that failed."""
    return (
        letter_id,
        message.company_id,
        "message",
        message.event_id,
        message.id,
        message.session_id,
        error_class,
        code,
        message.reason or "failed",
        at,
    )


async def was_recorded(connection: Connection, answer: Answer) -> bool:
    """Tell whether this answer, and with it the batch it was written in, is in the ledger already."""
    found: bool = await connection.fetchval(
        query("sending/find_attempt"), answer.message_id, id_time(answer.message_id), answer.dispatch_id
    )
    return found
