"""What an answer rests on beside knowledge: how the conversation stands, a person's orders, what was said and spent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.ids import time_to_ms
from engine.opt_out import inbound_text
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


class Awaited(NamedTuple):
    """A message that is to be decided.

    Attributes:
        event_id: the message's.
        since: answers in the conversation are counted from then on.
        day, most: the company's are counted from then on, up to so many.
    """

    company_id: UUID
    conversation_id: UUID
    event_id: UUID
    since: datetime
    day: datetime
    most: int


class Spending(NamedTuple):
    """What a company has spent on language models on a day; money in millionths."""

    tokens: int = 0
    cost_micro: int = 0
    asked: int = 0
    failed: int = 0


async def read_standings(executor: Pool | Connection, awaited: Sequence[Awaited]) -> dict[UUID, Row]:
    """Return how the conversations of these messages stand, by message; one that is gone is missing."""
    columns = [
        (one.company_id, one.conversation_id, one.event_id, _first_id(one.since), _first_id(one.day), one.most)
        for one in awaited
    ]
    if not columns:
        return {}
    rows = await fetch_rows(executor, "ai/read_standings", *map(list, zip(*columns, strict=True)))
    return {row["event_id"]: row for row in rows}


async def person_orders(executor: Pool | Connection, company_id: UUID, phone: str) -> list[Row]:
    """Return a person's newest orders, at most five."""
    return await fetch_rows(executor, "ai/person_orders", company_id, phone)


async def recent_words(
    executor: Pool | Connection,
    company_id: UUID,
    session_id: UUID,
    phone: str,
    before: UUID,
    since: datetime,
    most: int,
) -> list[tuple[str, str]]:
    """Return what a person (``user``) and a number (``assistant``) said before a message, the oldest first."""
    rows = await fetch_rows(executor, "ai/recent_words", company_id, phone, session_id, since, before, most)
    said = [("user", _words(row["content"])) if row["inbound"] else ("assistant", row["text"]) for row in rows]
    return [(role, text) for role, text in reversed(said) if text]


async def read_spending(executor: Pool | Connection, company_id: UUID, day: date) -> Spending:
    """Return what a company has spent on a day (UTC)."""
    row = await fetch_one(executor, "ai/read_spending", company_id, day)
    return Spending() if row is None else Spending(**row)


async def reserve_spending(
    executor: Pool | Connection, company_id: UUID, day: date, most: Spending, budget: Spending
) -> bool:
    """Count a question with the most that it may take; False: the day's budget is used up, and nobody may ask.

    What is kept for questions under way counts, so that of many at once only the last one may go over.

    Args:
        executor: any; committed by itself before the question is asked.
        company_id: whose.
        day: UTC.
        most: tokens and money that the question may take.
        budget: tokens and money of the day.
    """
    given = (
        query("ai/reserve_spending"),
        company_id,
        day,
        most.tokens,
        most.cost_micro,
        budget.tokens,
        budget.cost_micro,
    )
    return await executor.fetchval(*given) is not None


async def settle_spending(
    executor: Pool | Connection, company_id: UUID, day: date, kept: Spending, took: Spending
) -> None:
    """Put what a question took in the place of what :func:`reserve_spending` kept for it.

    Whoever dies between the two leaves the question counted once, with the most that it may have taken.
    """
    tokens, cost_micro = took.tokens - kept.tokens, took.cost_micro - kept.cost_micro
    await executor.execute(query("ai/settle_spending"), company_id, day, tokens, cost_micro, took.failed)


def _first_id(moment: datetime) -> UUID:
    """Return the least id of a time: ids begin with it."""
    return UUID(int=time_to_ms(moment) << 80)


def _words(content: str | None) -> str:
    message: Any = None if content is None else orjson.loads(content)
    return (inbound_text(message) or "") if isinstance(message, dict) else ""
