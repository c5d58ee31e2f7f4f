"""The budgets that numbers and hosts share: people of a portfolio, marketing per person, windows, what caps have spent.

Truth is here alone; every claim is made before the message is sent, so that a crash errs by sending less.
Called by senders (actors/admission.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.ids import id_time
from storage.pool import Connection, Pool
from storage.queries import query

# A person counts for 24 hours (facts on WhatsApp, 1.6); their row is written again at most every ten minutes.
_COUNTS_FOR = timedelta(hours=24, minutes=10)


class Person(NamedTuple):
    """Somebody whom a number wants to write to, outside a window; ``most`` is the limit that holds for the message."""

    phone: str
    most: int


class Claimed(NamedTuple):
    """Who may be written to, and how many people count now."""

    phones: set[str]
    used: int


async def claim_users(connection: Connection, company_id: UUID, portfolio: str, people: Sequence[Person]) -> Claimed:
    """Take places among a portfolio's people of 24 hours; earlier ones in ``people`` come first.

    Args:
        connection: in no transaction.
        company_id, portfolio: whose limit it is; all numbers and hosts share it.
        people: each phone once.
    """
    async with connection.transaction():
        used = await connection.fetchval(query("budgets/lock_portfolio"), company_id, portfolio)
        rows = await connection.fetch(
            query("budgets/claim_users"),
            company_id,
            portfolio,
            [person.phone for person in people],
            [person.most for person in people],
            used,
            _COUNTS_FOR,
        )
    return Claimed({row["phone"] for row in rows if row["phone"] is not None}, rows[0]["used"])


async def next_places(
    connection: Connection, company_id: UUID, portfolio: str, first: int, most: int
) -> list[datetime]:
    """Return when a portfolio's places come free, from the ``first``-th (0) on, soonest first."""
    rows = await connection.fetch(query("budgets/next_places"), company_id, portfolio, first, most)
    return [row[0] for row in rows]


async def claim_marketing(
    connection: Connection, people: Sequence[tuple[UUID, str]], most: int
) -> set[tuple[UUID, str]]:
    """Count a marketing message to each person (company, phone; each once); return those for whom there was room."""
    rows = await connection.fetch(query("budgets/claim_marketing"), *_columns(people, 2), most)
    return {(row["company_id"], row["phone"]) for row in rows}


async def marketing_ends(
    connection: Connection, people: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], datetime]:
    """Return until when people get no more marketing."""
    rows = await connection.fetch(query("budgets/marketing_ends"), *_columns(people, 2))
    return {(row["company_id"], row["phone"]): row["until"] for row in rows}


async def block_marketing(executor: Pool | Connection, blocks: Sequence[tuple[UUID, str, datetime]]) -> None:
    """WhatsApp wants no marketing to these people (company, phone) until a time."""
    newest = {(company_id, phone): until for company_id, phone, until in sorted(blocks)}
    if newest:
        rows = [(*person, until) for person, until in newest.items()]
        await executor.execute(query("budgets/block_marketing"), *_columns(rows, 3))


async def block_marketing_of(connection: Connection, message_ids: Sequence[UUID], until: datetime) -> None:
    """WhatsApp wants no marketing until a time to the people whom these messages were for."""
    if message_ids:
        times = [id_time(message_id) for message_id in message_ids]
        await connection.execute(
            query("budgets/block_marketing_of_messages"), message_ids, times, until, min(times), max(times)
        )


async def give_back_marketing(executor: Pool | Connection, unsent: Mapping[tuple[UUID, str], int]) -> None:
    """Marketing to these people (company, phone) that was counted did not go out."""
    rows = [(*person, count) for person, count in sorted(unsent.items())]
    await executor.execute(query("budgets/give_back_marketing"), *_columns(rows, 3))


async def forget_people(executor: Pool | Connection, most: int) -> None:
    """Forget people about whose marketing there is nothing left to know."""
    await executor.execute(query("budgets/forget_people"), most)


async def read_windows(
    connection: Connection, people: Sequence[tuple[UUID, UUID, str]]
) -> dict[tuple[UUID, str], datetime]:
    """Return when those people (company, session, phone) last wrote whose window is open for another minute."""
    rows = await connection.fetch(query("budgets/read_windows"), *_columns(people, 3))
    return {(row["session_id"], row["phone"]): row["occurred_at"] for row in rows}


async def save_spending(connection: Connection, spending: Sequence[tuple[UUID, int, Mapping[str, Any]]]) -> None:
    """Keep what capped sessions (with the fence of their lease) have sent."""
    rows = [(session_id, fence, orjson.dumps(spent).decode()) for session_id, fence, spent in spending]
    await connection.execute(query("budgets/save_spending"), *_columns(rows, 3))


async def load_spending(executor: Pool | Connection, session_ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what sessions have sent, as it was kept."""
    rows = await executor.fetch(query("budgets/load_spending"), list(session_ids))
    return {row["session_id"]: orjson.loads(row["spent"]) for row in rows}


class TextWait(NamedTuple):
    """A held text that waits for a person; ``waits`` is False where it has left the queue otherwise."""

    message_id: UUID
    waits: bool
    company_id: UUID
    phone: str


async def add_waits(connection: Connection, waits: Sequence[tuple[UUID, UUID, UUID, str]]) -> None:
    """Remember for whom held texts wait: session, message, company, phone."""
    await connection.execute(query("budgets/add_waits"), *_columns(waits, 4))


async def look_at_waits(connection: Connection, session_id: UUID, behind: UUID, most: int) -> list[TextWait]:
    """Return the next held texts of a session behind a message."""
    return [TextWait(*row) for row in await connection.fetch(query("budgets/look_at_waits"), session_id, behind, most)]


async def delete_waits(connection: Connection, session_id: UUID, message_ids: Sequence[UUID]) -> None:
    """Forget that these texts wait."""
    await connection.execute(query("budgets/delete_waits"), session_id, list(message_ids))


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    return [[row[i] for row in rows] for i in range(width)]
