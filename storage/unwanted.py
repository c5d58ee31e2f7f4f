"""Messages that their people do not want any more: taken out of the queue in the transaction that hears it.

A sender may have such a message in its memory already; its intent then finds nothing in the queue, and it is not sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from engine.ids import id_time, time_to_ms
from engine.message_states import at_text
from engine.opt_out import Stop, stop_reason
from engine.outgoing import answers_a_message
from engine.pagination import NEWEST, Position
from storage.message_changes import LockedMessage, Transition, lock, write
from storage.pool import Connection
from storage.queries import query
from storage.suppressions import Person, Wish, find_stops, hear_wishes, suppress_recipients

PAGE = 500  # of a person's messages, read at once
_AT_ONCE = 1_000


async def take_wishes(connection: Connection, wishes: Sequence[Wish], now: datetime) -> list[Transition]:
    """Take in what people said, and skip what waits for those who want it no more, inside the caller's transaction.

    Returns:
        What was skipped; the caller counts it in its delta.
    """
    await hear_wishes(connection, wishes)
    return await _skip_waiting(connection, {(wish.company_id, wish.phone) for wish in wishes if wish.stop}, now)


async def take_refusals(connection: Connection, refused: Sequence[tuple[UUID, str]], now: datetime) -> list[Transition]:
    """Send no more marketing to the people whom these messages were for, and skip what waits for them.

    Args:
        connection: in a transaction.
        refused: message and the reason code it was refused with.
        now: when it was heard.
    """
    return await _skip_waiting(connection, await suppress_recipients(connection, refused, now), now)


def unwanted_reason(row: asyncpg.Record, stops: Mapping[Person, Stop]) -> str | None:
    """Return why a waiting message must not go to its person; None where it may."""
    stop = stops.get((row["company_id"], row["to_phone"]))
    if stop is None:
        return None
    by_hand = row["rule_id"] is None and row["campaign_id"] is None
    answers = by_hand and answers_a_message(row["content"])
    return stop_reason(stop, category=row["category"], event_id=row["event_id"], answers=answers)


async def _skip_waiting(connection: Connection, people: Iterable[Person], now: datetime) -> list[Transition]:
    asked = sorted(people)
    if not asked:
        return []
    waiting = await _find_waiting(connection, asked)
    stops = await find_stops(connection, asked) if waiting else {}
    skipped: list[Transition] = []
    for start in range(0, len(waiting), _AT_ONCE):
        skipped += await _skip(connection, waiting[start : start + _AT_ONCE], stops, now)
    return skipped


async def _find_waiting(connection: Connection, people: Sequence[Person]) -> list[UUID]:
    """Return all that waits for these people, in the order of their ids, read page after page."""
    places = dict.fromkeys(people, NEWEST)
    found: list[UUID] = []
    while places:
        asked = list(places)
        companies, phones = map(list, zip(*asked, strict=True))
        times, ids = [place.created_at for place in places.values()], [place.id for place in places.values()]
        rows = await connection.fetch(query("suppressions/walk_waiting"), companies, phones, times, ids, PAGE)
        places = {}
        for row in rows:
            found += row["waiting"]
            if row["read"] == PAGE:
                places[asked[row["position"]]] = Position(id_time(row["last"]), row["last"])
    return sorted(found)


async def _skip(
    connection: Connection, waiting: Sequence[UUID], stops: Mapping[Person, Stop], now: datetime
) -> list[Transition]:
    times = [id_time(message_id) for message_id in waiting]
    rows = await connection.fetch(query("suppressions/lock_waiting"), waiting, times, min(times), max(times))
    reasons = {row["id"]: reason for row in rows if (reason := unwanted_reason(row, stops)) is not None}
    left = await connection.fetch(query("sending/leave_queue"), list(reasons))
    at = at_text(time_to_ms(now))
    changed: list[LockedMessage] = []
    for message in (await lock(connection, [row[0] for row in left])).values():
        if message.go("skipped", at, reasons[message.id]):
            message.next_attempt_at = None
            changed.append(message)
    await write(connection, changed, now)
    return [transition for message in changed if (transition := message.transition) is not None]
