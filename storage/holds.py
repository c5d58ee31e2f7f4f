"""What waits with a reason, by session: in the queue, and beside it. Called by the REST API."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from storage.pool import Connection, Pool
from storage.searching import Row, fetch_rows


@dataclass(frozen=True, slots=True)
class Holds:
    """Rows of session_id, reason, held, oldest_at, next_release_at; ``complete``: nothing was left out."""

    rows: list[Row]
    complete: bool


async def list_holds(executor: Pool | Connection, company_id: UUID, per_session: int, newest: int) -> Holds:
    """Return what a company's messages wait for.

    Args:
        per_session: of each session's queue so many messages are looked at, those due first.
        newest: of the messages that a rule holds, those among so many newest are found.
    """
    queued = await fetch_rows(executor, "messages/list_queue_holds", company_id, per_session)
    seen: dict[UUID, int] = {}
    for row in queued:
        seen[row["session_id"]] = seen.get(row["session_id"], 0) + row["seen"]
    resting = await fetch_rows(executor, "messages/list_resting_holds", company_id, newest)
    held = [row for row in queued if row["held"]]
    return Holds([*held, *resting], all(count < per_session for count in seen.values()))
