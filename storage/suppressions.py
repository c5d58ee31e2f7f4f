"""Who wants no marketing, or no messages at all: heard from people and from WhatsApp, asked before anything is made or
sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engine.ids import id_time
from engine.opt_out import ALL, MARKETING, MARKETING_STOPPED, OPTED_OUT, Kind, Stop, stop_reason
from engine.outgoing import answers_a_message
from storage.message_rows import MessageRow, ended
from storage.person_digest import person_digest
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_rows

__all__ = ["ALL", "MARKETING", "MARKETING_STOPPED", "OPTED_OUT", "Wish", "find_stops", "hear_wishes", "skip_suppressed"]
Person = tuple[UUID, str]
OWN_WORD = "message"  # the source of what people wrote to us


class Wish(NamedTuple):
    """What a person said about a company's messages, and when; ``event_id``: the event in which it was said."""

    company_id: UUID
    phone: str
    stop: bool
    source: str
    at: datetime
    kind: Kind = MARKETING
    event_id: UUID | None = None


async def hear_wishes(connection: Connection | Pool, wishes: Iterable[Wish]) -> None:
    """Take in what people said, in any order: per person and kind the newest word counts.

    Who wants messages again also gets marketing again, unless they stopped it at WhatsApp or somebody else did. What
    was kept of a person who has been erased is lifted like what is known of others.
    """
    newest: dict[tuple[UUID, str, str], Wish] = {}
    for wish in wishes:
        key = (wish.company_id, wish.phone, wish.kind)
        if key not in newest or newest[key].at <= wish.at:
            newest[key] = wish
    if newest:
        ordered = [newest[key] for key in sorted(newest)]  # in one order, so that two writers never wait in a circle
        await connection.execute(query("suppressions/hear_wishes"), *map(list, zip(*ordered, strict=True)))
        again = [wish for wish in ordered if not wish.stop]
        if again:
            await connection.execute(
                query("suppressions/lift_own"),
                [wish.company_id for wish in again],
                [wish.phone for wish in again],
                [wish.at for wish in again],
                [person_digest(wish.company_id, wish.phone) for wish in again],
                [wish.kind for wish in again],
            )


async def suppress_recipients(
    connection: Connection, refused: Sequence[tuple[UUID, str]], now: datetime
) -> list[Person]:
    """Send no more marketing to the people whom these messages were for; return those of whom that is news.

    Args:
        connection: any.
        refused: message and the reason code it was refused with.
        now: when it was heard.
    """
    if not refused:
        return []
    times = [id_time(message_id) for message_id, _ in refused]
    ids, sources = [message_id for message_id, _ in refused], [source for _, source in refused]
    rows = await connection.fetch(
        query("suppressions/suppress_recipients"), ids, times, sources, now, min(times), max(times)
    )
    return [(row["company_id"], row["phone"]) for row in rows]


async def find_stops(connection: Connection | Pool, people: Iterable[Person]) -> dict[Person, Stop]:
    """Return the wishes of those of these people (company, phone) who have any."""
    asked = sorted(set(people))
    if not asked:
        return {}
    companies, phones = map(list, zip(*asked, strict=True))
    digests = [person_digest(*person) for person in asked]
    found: dict[Person, Stop] = {}
    for row in await connection.fetch(query("suppressions/find_stops"), companies, phones, digests):
        person = asked[row["position"]]
        stop = found.get(person, Stop(spares_utility=row["opt_out_spares_utility"]))
        if row["kind"] == ALL:
            found[person] = replace(stop, all=True, event_id=row["event_id"])
        else:
            found[person] = replace(stop, marketing=True)
    return found


async def find_suppressed(connection: Connection, people: Iterable[Person]) -> set[Person]:
    """Return those of these people (company, phone) who want no marketing of that company."""
    return set(await find_stops(connection, people))


async def skip_suppressed(connection: Connection, messages: list[MessageRow]) -> list[MessageRow]:
    """Return new messages, those skipped with their reason that their people do not want.

    Whoever makes messages, of whatever kind, calls this in the transaction that stores them.
    """
    stops = await find_stops(connection, [_person(row) for row in messages if row.due_at is not None])
    return [_checked(row, stops) for row in messages] if stops else messages


def _checked(row: MessageRow, stops: Mapping[Person, Stop]) -> MessageRow:
    stop = stops.get(_person(row))
    if stop is None or row.due_at is None:
        return row
    by_hand = row.rule_id is None and row.campaign_id is None
    answers = by_hand and answers_a_message(row.content)
    reason = stop_reason(stop, category=row.category, event_id=row.event_id, answers=answers)
    return row if reason is None else ended(row, "skipped", reason)


def _person(row: MessageRow) -> Person:
    return row.company_id, row.to_phone


async def list_opt_outs(
    executor: Pool | Connection, company_id: UUID, kind: Kind, before: tuple[datetime, str], limit: int
) -> list[Row]:
    """Return who wants no messages of a kind, the newest word first, behind a time and phone."""
    return await fetch_rows(executor, "suppressions/list_opt_outs", company_id, kind, *before, limit)


async def count_opt_outs(executor: Pool | Connection, company_id: UUID, kind: Kind) -> int:
    """Return how many people want no messages of a kind, up to 10,001."""
    return int(await executor.fetchval(query("suppressions/count_opt_outs"), company_id, kind))


async def get_policy(executor: Pool | Connection, company_id: UUID) -> bool:
    """Return whether messages of the categories utility and authentication go to people who opted out."""
    return bool(await executor.fetchval(query("suppressions/get_policy"), company_id))


async def set_policy(executor: Pool | Connection, company_id: UUID, *, spares_utility: bool) -> None:
    """Set what :func:`get_policy` returns."""
    await executor.execute(query("suppressions/set_policy"), company_id, spares_utility)
