"""Work whose time has come: due messages, uncertain ones past their grace time, sessions that may go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from engine.campaigns import CANCELLED, PAUSED
from engine.ids import id_time, ms_to_time, time_to_ms
from engine.message_states import TimelineEntry, at_text
from storage.campaign_holds import CAMPAIGN_CANCELLED, CAMPAIGN_PAUSED, stopped_campaigns
from storage.countries import BARRED, find_barred
from storage.message_changes import LockedMessage, Transition, lock, write
from storage.message_rows import HANDED_OVER_S, MessageRow, create_messages
from storage.pool import Connection
from storage.queries import query
from storage.suppressions import find_stops, skip_suppressed
from storage.undeliverable import BULK, PROBABLY_NOT, find_undeliverable
from storage.unwanted import unwanted_reason
from storage.waiting import cancel, hold

# How long after its event a message may be made and still tell the latency from receipt to acceptance.
_WITH_EVENT_MS = 600_000


@dataclass(frozen=True, slots=True)
class Due:
    """What was claimed: messages as ``SenderHost.enqueue`` takes them, and the changes of status on the way."""

    messages: list[dict[str, Any]]
    transitions: list[Transition]
    claimed: int


async def claim_due(connection: Connection, now: datetime, most: int, again_s: float) -> Due:
    """Claim at most ``most`` due messages, inside the caller's transaction; scheduled and held ones become queued.

    Args:
        connection: in a transaction.
        now: for the timeline; what is due is Postgres' clock's business.
        most: how many at a time.
        again_s: when to look again, in case the hand-over is lost.
    """
    rows = await connection.fetch(query("sending/claim_due"), most, timedelta(seconds=again_s))
    return await _due(connection, [row[0] for row in rows], now)


async def refill(
    connection: Connection, session_id: UUID, known: Sequence[UUID], now: datetime, most: int, again_s: float
) -> Due:
    """Claim what a session could send beyond what its sender has (``known``), inside the caller's transaction.

    ``most`` are those that have waited longest; of several campaigns come half as many again, from each in turn.
    """
    rows = await connection.fetch(
        query("sending/refill_session"), session_id, list(known), most, timedelta(seconds=again_s)
    )
    return await _due(connection, [row[0] for row in rows], now)


async def leave_for_later(connection: Connection, message_ids: Sequence[UUID], again_s: float) -> None:
    """Spare the scheduler messages whose sender is full: it fetches them itself."""
    await connection.execute(query("sending/leave_for_later"), list(message_ids), timedelta(seconds=again_s))


async def next_due_s(connection: Connection) -> float | None:
    """Return the seconds until the next message is due (negative: overdue), None when nothing waits."""
    seconds: float | None = await connection.fetchval(query("sending/next_due"))
    return seconds


async def _due(connection: Connection, message_ids: Sequence[UUID], now: datetime) -> Due:
    if not message_ids:
        return Due([], [], 0)
    times = [id_time(value) for value in message_ids]
    rows = await connection.fetch(query("sending/read_parcels"), list(message_ids), times, min(times), max(times))
    stopped, transitions = await _of_stopped_campaigns(connection, rows, now)
    rows = [row for row in rows if row["id"] not in stopped]
    unwanted = await _unwanted(connection, rows)
    waiting = {row["id"] for row in rows if row["status"] in ("scheduled", "held")}
    at = at_text(time_to_ms(now))
    changed: list[LockedMessage] = []
    for message in (await lock(connection, waiting | unwanted.keys())).values():
        skipped = message.id in unwanted
        if not skipped and message.status not in ("scheduled", "held"):
            continue
        if message.go(*(("skipped", at, unwanted[message.id]) if skipped else ("queued", at))):
            message.next_attempt_at = None
            changed.append(message)
    await write(connection, changed, now)
    transitions += [transition for message in changed if (transition := message.transition) is not None]
    return Due([_parcel(*row[:15]) for row in rows if row["id"] not in unwanted], transitions, len(message_ids))


async def _of_stopped_campaigns(
    connection: Connection, rows: Sequence[asyncpg.Record], now: datetime
) -> tuple[set[UUID], list[Transition]]:
    """Hold what belongs to a paused campaign and cancel what belongs to a cancelled one: a retry may come due later.

    Returns:
        What was taken out, and what changed.
    """
    campaigns = {row["campaign_id"] for row in rows if row["campaign_id"] is not None}
    states = await stopped_campaigns(connection, campaigns)
    if not states:
        return set(), []
    paused = [row["id"] for row in rows if states.get(row["campaign_id"]) == PAUSED]
    cancelled: dict[UUID, list[UUID]] = {}
    for row in rows:
        if states.get(row["campaign_id"]) == CANCELLED:
            cancelled.setdefault(row["company_id"], []).append(row["id"])
    transitions = await hold(connection, [(message_id, None) for message_id in paused], CAMPAIGN_PAUSED, now)
    for company_id, message_ids in cancelled.items():
        transitions += await cancel(connection, company_id, message_ids, now, CAMPAIGN_CANCELLED)
    return {*paused, *(message_id for ids in cancelled.values() for message_id in ids)}, transitions


async def _unwanted(connection: Connection, rows: Sequence[asyncpg.Record]) -> dict[UUID, str]:
    """Take out of the queue what its person does not want any more, or would not get; return it with its reason.

    What is not in the queue any more is in its sender's hands, and stays there.
    """
    stops = await find_stops(connection, [(row["company_id"], row["to_phone"]) for row in rows])
    unwanted = {row["id"]: reason for row in rows if stops and (reason := unwanted_reason(row, stops)) is not None}
    bulk = {row["id"]: (row["company_id"], row["to_phone"]) for row in rows if row["lane"] == BULK}
    absent = await find_undeliverable(connection, bulk.values())
    barred = await find_barred(connection, bulk.values())
    unwanted = {message_id: PROBABLY_NOT for message_id, person in bulk.items() if person in absent} | unwanted
    unwanted = {message_id: BARRED for message_id, person in bulk.items() if person in barred} | unwanted
    if not unwanted:
        return {}
    left = await connection.fetch(query("sending/leave_queue"), list(unwanted))
    return {row[0]: unwanted[row[0]] for row in left}


def _parcel(
    message_id: UUID,
    company_id: UUID,
    session_id: UUID,
    to: str,
    lane: str,
    kind: str,
    text: str,
    template_name: str | None,
    template_language: str | None,
    components: str | None,
    category: str | None,
    event_id: UUID | None,
    attempt: int,
    content: str | None,
    campaign_id: UUID | None,
) -> dict[str, Any]:
    wire = {
        "id": message_id.bytes,
        "company": company_id.bytes,
        "session": session_id.bytes,
        "to": to,
        "lane": lane,
        "type": kind,
        "text": text,
        "template": None
        if template_name is None
        else {
            "name": template_name,
            "language": template_language,
            "components": None if components is None else orjson.loads(components),
        },
        "category": category,
        "event_ms": _event_ms(message_id, event_id),
        "due_ms": message_id.int >> 80,
        "attempt": attempt,
    }
    if campaign_id is not None:
        wire["campaign"] = campaign_id.bytes
    if content is not None:
        wire["content"] = orjson.loads(content)
    return wire


def _event_ms(message_id: UUID, event_id: UUID | None) -> int | None:
    """Return when a message's event came in; None for one that was made long after it (a replay, a later step)."""
    if event_id is None or (message_id.int >> 80) - (event_id.int >> 80) > _WITH_EVENT_MS:
        return None
    return event_id.int >> 80


class Decided(NamedTuple):
    """Uncertain messages whose time was over: the second tries made, and those that stay as they are."""

    retries: list[MessageRow]
    final: int


async def decide_uncertain(connection: Connection, now: datetime, most: int, make_id: Callable[[int], UUID]) -> Decided:
    """Decide about uncertain messages past their grace time, inside the caller's transaction.

    A transactional message is sent once more, as a new message that names the first (``retry_of``); bulk stays
    uncertain, and so does what was a second try already. A later receipt still resolves the first one.
    """
    rows = await connection.fetch(query("sending/claim_uncertain"), most)
    locked = await lock(connection, [row[0] for row in rows])
    again = [
        message for message in locked.values() if message.status == "uncertain" and message.lane == "transactional"
    ]
    retries = await create_retries(connection, [message.id for message in again], now, make_id, once=True)
    retried = {row.retry_of for row in retries}
    changed = [message for message in again if message.id in retried]
    for message in changed:
        message.reason = "sent_again"
    await write(connection, changed, now)
    return Decided(retries, len(rows) - len(retries))


async def create_retries(
    connection: Connection, message_ids: Sequence[UUID], now: datetime, make_id: Callable[[int], UUID], *, once: bool
) -> list[MessageRow]:
    """Make new queued messages like these, each naming the old one in ``retry_of``; inside the caller's transaction.

    One whose person has opted out meanwhile is made as skipped.

    Args:
        connection: in a transaction.
        message_ids: messages that must not be sent again under their own ids.
        now: when the new ones are due.
        make_id: makes an id for a time in milliseconds.
        once: leave out what is itself a second try.
    """
    if not message_ids:
        return []
    times = [id_time(value) for value in message_ids]
    rows = await connection.fetch(query("sending/read_messages"), list(message_ids), times, min(times), max(times))
    now_ms = time_to_ms(now)
    new: list[MessageRow] = []
    for row in rows:
        if once and row["retry_of"] is not None:
            continue
        old = MessageRow._make([*row[:27], None, None, None, row["content"], row["variant"]])
        new.append(again(old, make_id(now_ms), now))
    new = await skip_suppressed(connection, new)
    await create_messages(connection, new)
    return new


def again(old: MessageRow, new_id: UUID, now: datetime) -> MessageRow:
    """Return a new message like one that must not be sent again under its own id, due now."""
    created_at = ms_to_time(new_id.int >> 80)
    entry: TimelineEntry = {"status": "queued", "at": at_text(new_id.int >> 80), "reason": None, "attempt": 0}
    return old._replace(
        id=new_id,
        created_at=created_at,
        status="queued",
        reason=None,
        attempt=0,
        next_attempt_at=None,
        provider_id=None,
        error=None,
        retry_of=old.id,
        timeline=orjson.dumps([entry]).decode(),
        updated_at=created_at,
        due_at=now,
        look_at=now + timedelta(seconds=HANDED_OVER_S),
    )
