"""What the holders of live connections are by now: people by their sessions, API keys by their ids. For the fanout."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from storage.pool import Pool
from storage.queries import query

Holding = tuple[bytes, bytes]


async def roles_of_holders(
    pool: Pool, held: Sequence[Holding], now: datetime, idle_since: datetime
) -> dict[Holding, str]:
    """Return the roles of (session or key, company) that are in force; who has none there is left out."""
    ids, companies = [UUID(bytes=holder) for holder, _ in held], [UUID(bytes=company) for _, company in held]
    rows = await pool.fetch(query("user_sessions/roles_of_holders"), ids, companies, now, idle_since)
    return {(row["id"].bytes, row["company_id"].bytes): row["role"] for row in rows}
