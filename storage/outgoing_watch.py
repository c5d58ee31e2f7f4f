"""Keeps a process's memory of what companies want told (engine/outgoing_watch.py) as Postgres has it.

Called whenever a writer of counted rows connects, and by every part that is told of a change of configuration.
"""

from __future__ import annotations

from engine.outgoing_watch import WATCH
from storage.pool import Connection, Pool
from storage.queries import query


async def refresh_watch(executor: Pool | Connection) -> None:
    """Read anew what companies want told."""
    asked = WATCH.ask()
    rows = await executor.fetch(query("outgoing/load_watched"))
    WATCH.replace(asked, ((row["company_id"].bytes, row["event_types"]) for row in rows))
