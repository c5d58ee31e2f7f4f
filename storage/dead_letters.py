"""Dead letters: messages and events that failed for good. Written by senders and shards, read by routes and jobs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from engine.ids import id_time
from engine.opt_out import stop_reason
from engine.outgoing import answers_a_message
from engine.pagination import Position
from storage.countries import find_barred
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import LargeTable, Page, Range, Row, fetch_one, fetch_rows, made_at, search_windows
from storage.suppressions import find_stops
from storage.undeliverable import BULK, find_undeliverable

_DEAD_LETTERS = LargeTable("dead_letters")
_OPEN = LargeTable("open_dead_letters")


class DeadLetterFilter(NamedTuple):
    """What a dead letter must be; None asks for nothing. ``error_class`` is the class of its error."""

    kind: str | None = None
    error_class: str | None = None
    code: str | None = None
    session_id: UUID | None = None
    campaign_id: UUID | None = None
    rule_id: UUID | None = None
    resolved: bool | None = None


class Resolution(NamedTuple):
    """A dead letter that was dealt with, and the message or event that it became."""

    letter_id: UUID
    retried_as: UUID | None = None


async def bury(connection: Connection, letters: Sequence[tuple[object, ...]]) -> None:
    """Write dead letters of messages (``storage.answers.DEAD_LETTER_COLUMNS``), inside the caller's transaction."""
    if not letters:
        return
    ids, companies, _, events, messages, sessions, classes, codes, reasons, times = map(
        list, zip(*letters, strict=True)
    )
    made = [id_time(message_id) for message_id in messages if isinstance(message_id, UUID)]
    await connection.execute(
        query("dead_letters/bury"),
        ids,
        companies,
        events,
        messages,
        sessions,
        classes,
        codes,
        reasons,
        times,
        made,
        min(made),
        max(made),
    )


async def list_dead_letters(pool: Pool, company_id: UUID, wanted: DeadLetterFilter, within: Range) -> Page:
    """Return a page of a company's dead letters, newest first."""
    table = _OPEN if wanted.resolved is False else _DEAD_LETTERS
    return await search_windows(table.windows(pool, company_id, wanted, within), within.before, within.limit)


async def count_dead_letters(
    pool: Pool, company_id: UUID, wanted: DeadLetterFilter, *, since: datetime, until: datetime, most: int
) -> tuple[int, bool]:
    """Count dead letters, reading at most ``most``; return the number and whether there may be more."""
    name = _OPEN.name if wanted.resolved is False else _DEAD_LETTERS.name
    row = await pool.fetchrow(query(f"{name}/count_hits"), company_id, since, until, most, *wanted)
    return (0, False) if row is None else (row["hits"], row["seen"] >= most)


async def get_dead_letter(executor: Pool | Connection, company_id: UUID, letter_id: UUID) -> Row | None:
    """Return one dead letter, or None."""
    return await fetch_one(executor, "dead_letters/get_dead_letter", company_id, letter_id)


async def summarise(
    executor: Pool | Connection, company_id: UUID, since: datetime, until: datetime, most: int
) -> list[Row]:
    """Return the newest open dead letters, ``most`` of them, by kind, class and code: letters, oldest_at, newest_at."""
    return await fetch_rows(executor, "dead_letters/summarise", company_id, since, until, most)


async def page_open(
    executor: Pool | Connection,
    company_id: UUID,
    wanted: DeadLetterFilter,
    before: Position,
    since: datetime,
    window: int,
) -> tuple[list[UUID], Position | None]:
    """Return a window's open dead letters that pass a filter, newest first, and where to go on (None: that was all)."""
    rows = await executor.fetch(
        query("open_dead_letters/scan_open_dead_letters"), company_id, *before, since, window, window + 1, *wanted
    )
    found = [row["id"] for row in rows if row["hit"]]
    if not rows or rows[-1]["position"] < window:
        return found, None
    return found, Position(rows[-1]["created_at"], rows[-1]["id"])


async def weigh_letters(connection: Connection, company_id: UUID, letter_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Return dead letters by id, locked until the transaction ends, each with everything that decides about it.

    Of a message's letter that is what ``dead_letters/weigh_messages.sql`` tells, ``undeliverable`` and ``barred``.
    """
    letters = {
        row["id"]: row
        for row in await fetch_rows(connection, "dead_letters/weigh_letters", company_id, list(letter_ids))
    }
    messages = [
        (row["id"], row["message_id"], made_at(row["message_id"])) for row in letters.values() if row["message_id"]
    ]
    if messages:
        times = [moment for _, _, moment in messages]
        columns = map(list, zip(*messages, strict=True))
        for row in await fetch_rows(
            connection, "dead_letters/weigh_messages", company_id, *columns, min(times), max(times)
        ):
            letter = letters[row["letter_id"]]
            row.pop("message_id")
            row["cancel_on"] = orjson.loads(row["cancel_on"]) if row["cancel_on"] else None
            letter |= row
        await _weigh_people(connection, company_id, [one for one in letters.values() if one["kind"] == "message"])
    return letters


async def _weigh_people(connection: Connection, company_id: UUID, letters: Sequence[Row]) -> None:
    """Add what their people decide: ``stopped`` (a reason, or None), ``undeliverable`` and ``barred``."""
    known = [letter for letter in letters if letter["to_phone"]]
    stops = await find_stops(connection, [(company_id, letter["to_phone"]) for letter in known])
    bulk = [(company_id, letter["to_phone"]) for letter in known if letter["lane"] == BULK]
    absent = await find_undeliverable(connection, bulk)
    barred = await find_barred(connection, bulk)
    for letter in letters:
        person = (company_id, letter["to_phone"])
        stop = stops.get(person)
        by_hand = letter["rule_id"] is None and letter["campaign_id"] is None
        letter["stopped"] = stop and stop_reason(
            stop,
            category=letter["category"],
            event_id=letter["of_event_id"],
            answers=by_hand and answers_a_message(letter["content"]),
        )
        letter["undeliverable"] = letter["lane"] == BULK and person in absent
        letter["barred"] = letter["lane"] == BULK and person in barred


async def list_campaign_messages(connection: Connection, company_id: UUID, letter_ids: Sequence[UUID]) -> list[UUID]:
    """Return the campaigns' messages among those of these dead letters."""
    rows = await connection.fetch(query("dead_letters/list_campaign_messages"), company_id, list(letter_ids))
    return [row["message_id"] for row in rows]


async def lock_letters_of(
    connection: Connection, company_id: UUID, message_ids: Sequence[UUID]
) -> dict[UUID, list[UUID]]:
    """Return messages' open dead letters by message, locked until the transaction ends."""
    found: dict[UUID, list[UUID]] = {}
    if message_ids:
        oldest = min(map(id_time, message_ids))
        rows = await connection.fetch(query("dead_letters/lock_of_messages"), company_id, list(message_ids), oldest)
        for row in rows:
            found.setdefault(row["message_id"], []).append(row["id"])
    return found


async def resolve_letters(
    connection: Connection, company_id: UUID, resolved: Sequence[Resolution], resolution: str, now: datetime
) -> None:
    """Note what became of dead letters, inside the caller's transaction."""
    if resolved:
        ids, successors = map(list, zip(*resolved, strict=True))
        await connection.execute(query("dead_letters/resolve"), company_id, ids, successors, now, resolution)
