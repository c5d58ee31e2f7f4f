"""Who wants no marketing: heard from WhatsApp (a refusal, a preference), asked before marketing is made or sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engine.ids import id_time
from storage.message_rows import MessageRow, ended
from storage.pool import Connection
from storage.queries import query

MARKETING = "marketing"
MARKETING_STOPPED = "marketing_stopped"


class Wish(NamedTuple):
    """What a person said about a company's marketing, and when."""

    company_id: UUID
    phone: str
    stop: bool
    source: str
    at: datetime


async def hear_wishes(connection: Connection, wishes: Iterable[Wish]) -> None:
    """Take in what people said, in any order: per person the newest word counts."""
    newest: dict[tuple[UUID, str], Wish] = {}
    for wish in wishes:
        key = (wish.company_id, wish.phone)
        if key not in newest or newest[key].at <= wish.at:
            newest[key] = wish
    if newest:
        ordered = [newest[key] for key in sorted(newest)]  # in one order, so that two writers never wait in a circle
        await connection.execute(query("suppressions/hear_wishes"), *map(list, zip(*ordered, strict=True)))


async def suppress_recipients(connection: Connection, refused: Sequence[tuple[UUID, str]], now: datetime) -> None:
    """Send no more marketing to the people whom these messages were for.

    Args:
        connection: any.
        refused: message and the reason code it was refused with.
        now: when it was heard.
    """
    if not refused:
        return
    times = [id_time(message_id) for message_id, _ in refused]
    ids, sources = [message_id for message_id, _ in refused], [source for _, source in refused]
    await connection.execute(
        query("suppressions/suppress_recipients"), ids, times, sources, now, min(times), max(times)
    )


async def find_suppressed(connection: Connection, people: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Return those of these people (company, phone) who want no marketing of that company."""
    asked = sorted(set(people))
    if not asked:
        return set()
    rows = await connection.fetch(query("suppressions/find_suppressed"), *map(list, zip(*asked, strict=True)))
    return {(row["company_id"], row["phone"]) for row in rows}


async def skip_suppressed(connection: Connection, messages: list[MessageRow]) -> list[MessageRow]:
    """Return new messages, marketing to people who want none skipped with its reason; the rest costs no query."""
    stopped = await find_suppressed(connection, [_person(row) for row in messages if _is_due_marketing(row)])
    if not stopped:
        return messages
    return [
        ended(row, "skipped", MARKETING_STOPPED) if _is_due_marketing(row) and _person(row) in stopped else row
        for row in messages
    ]


def _is_due_marketing(row: MessageRow) -> bool:
    return row.category == MARKETING and row.due_at is not None


def _person(row: MessageRow) -> tuple[UUID, str]:
    return row.company_id, row.to_phone
