"""What a campaign's numbers have spent of their day already: for the dry run's estimate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from engine.ids import time_to_ms
from engine.session_caps import Spent
from engine.web_warm_up import DAY_MS
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row


class Spending(NamedTuple):
    """Messages of the last 24 hours (of a number with caps), and people that its portfolio counts."""

    messages: int
    people: int


def portfolio_of(session: Mapping[str, object]) -> str:
    """Return the portfolio that a session's row belongs to (engine/sending_policy.py says the same of senders')."""
    options = session["options"]
    budgets = options.get("budgets") if isinstance(options, Mapping) else None
    named = budgets.get("portfolio_id") if isinstance(budgets, Mapping) else None
    return str(named or session["waba_id"] or session["id"])


async def read_spending(
    executor: Connection | Pool, company_id: UUID, sessions: Sequence[Row], now: datetime
) -> dict[UUID, Spending]:
    """Return what each of these sessions' rows has spent."""
    rows = await executor.fetch(
        query("campaigns/read_spending"),
        company_id,
        [session["id"] for session in sessions],
        [portfolio_of(session) for session in sessions],
    )
    now_ms = time_to_ms(now)
    found = {}
    for row in rows:
        spent = Spent.from_json(orjson.loads(row["spent"])) if row["spent"] else Spent()
        found[row["session_id"]] = Spending(spent.within(DAY_MS, now_ms), row["people"])
    return found
