"""What an answer rests on beside knowledge: a person's orders, what was said, how much was answered and spent."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.ids import time_to_ms
from engine.opt_out import inbound_text
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


class Counted(NamedTuple):
    """How many answers AI gave: in a conversation, in a company."""

    conversation: int
    company: int


class Spending(NamedTuple):
    """What a company has spent on language models on a day; money in millionths."""

    tokens: int = 0
    cost_micro: int = 0
    asked: int = 0
    failed: int = 0


async def count_answers(
    executor: Pool | Connection,
    company_id: UUID,
    conversation_id: UUID,
    since: datetime,
    day: datetime,
    most: int,
) -> Counted:
    """Return how many answers AI gave: in a conversation since a time, in the company since ``day``; up to ``most``."""
    row = await fetch_one(
        executor, "ai/count_answers", company_id, conversation_id, _first_id(since), _first_id(day), most
    )
    return Counted(0, 0) if row is None else Counted(row["conversation"], row["company"])


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


async def is_overtaken(executor: Pool | Connection, company_id: UUID, conversation_id: UUID, event_id: UUID) -> bool:
    """Tell whether a newer message of a conversation waits for its turn."""
    return bool(await executor.fetchval(query("ai/is_overtaken"), company_id, conversation_id, event_id))


async def read_spending(executor: Pool | Connection, company_id: UUID, day: date) -> Spending:
    """Return what a company has spent on a day (UTC)."""
    row = await fetch_one(executor, "ai/read_spending", company_id, day)
    return Spending() if row is None else Spending(**row)


async def add_spending(
    executor: Pool | Connection, company_id: UUID, day: date, tokens: int, cost_micro: int, *, failed: bool
) -> None:
    """Count one question, whatever became of its answer."""
    await executor.execute(query("ai/add_spending"), company_id, day, tokens, cost_micro, int(failed))


def _first_id(moment: datetime) -> UUID:
    """Return the least id of a time: ids begin with it."""
    return UUID(int=time_to_ms(moment) << 80)


def _words(content: str | None) -> str:
    message: Any = None if content is None else orjson.loads(content)
    return (inbound_text(message) or "") if isinstance(message, dict) else ""
