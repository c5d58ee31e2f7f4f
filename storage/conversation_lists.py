"""Lists of conversations, by last activity or by who waits longest, bounded like all searches; how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple
from uuid import UUID

import asyncpg

from engine.pagination import NEWEST, OLDEST, Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Page, Row, fetch_one, fetch_rows, search_windows

Order = Literal["recent", "waiting"]
_LONGEST_WAITING = Position(OLDEST, UUID(int=0))
_LOOKED_AT = 20_000


class ConversationFilter(NamedTuple):
    """What a conversation must be; None asks for nothing.

    Attributes:
        unassigned: True: nobody's.
        unread, waiting: True: has something unread; somebody waits for an answer.
        words: part of the person's name, in lower case.
    """

    state: str | None = None
    assignee_id: UUID | None = None
    unassigned: bool | None = None
    session_id: UUID | None = None
    unread: bool | None = None
    waiting: bool | None = None
    intent: str | None = None
    phone: str | None = None
    words: str | None = None


async def list_conversations(
    pool: Pool, company_id: UUID, wanted: ConversationFilter, order: Order, before: Position | None, limit: int
) -> Page:
    """Return a page: the last active first, or (``waiting``) only those that wait, the longest first.

    A page with a filter may be short, or even empty, and still have a ``next``: it has read enough.
    """
    text = query(f"conversations/scan_{order}").replace("/*narrow*/", _narrow(wanted, 6) if order == "recent" else "")

    async def scan(start: Position, window: int, most: int) -> Sequence[asyncpg.Record]:
        return await pool.fetch(text, company_id, *start, window, most, *wanted)

    first = NEWEST if order == "recent" else _LONGEST_WAITING
    return await search_windows(scan, before or first, limit)


def _narrow(wanted: ConversationFilter, first: int) -> str:
    """Return the condition for which an index has the rows in their order; ``first``: the filter's first parameter."""
    if wanted.assignee_id is not None:
        return f"AND assignee_id = ${first + 1}"
    if wanted.unread:
        return "AND unread > 0"
    return f"AND state = ${first}" if wanted.state is not None else ""


async def count_conversations(pool: Pool, company_id: UUID, wanted: ConversationFilter, most: int) -> tuple[int, bool]:
    """Count conversations, reading at most ``most`` of them; return the number and whether there may be more."""
    text = query("conversations/count_hits").replace("/*narrow*/", _narrow(wanted, 3))
    row = await pool.fetchrow(text, company_id, most, *wanted)
    return (0, False) if row is None else (row["hits"], row["seen"] >= most)


async def show_conversation(executor: Pool | Connection, company_id: UUID, conversation_id: UUID) -> Row | None:
    """Return a conversation as lists show it; None where there is none."""
    return await fetch_one(executor, "conversations/show_conversation", company_id, conversation_id)


async def summarise(executor: Pool | Connection, company_id: UUID) -> dict[str, int]:
    """Return how many are open, have something unread, and wait for an answer, up to 10,001 of each."""
    row = await executor.fetchrow(query("conversations/summarise"), company_id)
    return {"open": 0, "unread": 0, "waiting": 0} if row is None else dict(row)


async def count_ai(executor: Pool | Connection, company_id: UUID, agent_id: UUID | None) -> tuple[int, bool]:
    """Return how many conversations that are not closed AI answers (an agent, or any), and whether it is only so many
    of those that were looked at."""
    row = await executor.fetchrow(query("conversations/count_ai"), company_id, agent_id, _LOOKED_AT + 1)
    return (0, False) if row is None else (row["hits"], row["seen"] > _LOOKED_AT)


async def list_offered_templates(executor: Pool | Connection, company_id: UUID) -> list[Row]:
    """Return up to 50 approved templates of WhatsApp's, by name: they may go whether a window is open or not."""
    return await fetch_rows(executor, "conversations/list_offered_templates", company_id)
