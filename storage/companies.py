"""Companies: created with the installation key, read by everybody who names one."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows


async def insert_company(
    executor: Pool | Connection, company_id: UUID, name: str, time_zone: str, created_at: datetime
) -> None:
    """Store a new company."""
    await executor.execute(query("companies/insert_company"), company_id, name, time_zone, created_at)


async def get_company(executor: Pool | Connection, company_id: UUID) -> Row | None:
    """Return a company (id, name, time_zone, quiet_hours as JSON text, created_at), or None."""
    return await fetch_one(executor, "companies/get_company", company_id)


async def update_company(
    executor: Pool | Connection,
    company_id: UUID,
    *,
    name: str | None,
    time_zone: str | None,
    quiet_hours: str | None,
    sets_quiet_hours: bool,
) -> Row | None:
    """Change a company and return it; None leaves name and time zone as they are, quiet hours if they are not set."""
    return await fetch_one(
        executor, "companies/update_company", company_id, name, time_zone, quiet_hours, sets_quiet_hours
    )


async def list_companies(executor: Pool | Connection, before: Position, limit: int) -> list[Row]:
    """Return all companies of the installation, newest first, behind a position."""
    return await fetch_rows(executor, "companies/list_companies", *before, limit)


async def count_companies(executor: Pool | Connection) -> int:
    """Return how many companies there are, up to 10,001."""
    return int(await executor.fetchval(query("companies/count_companies")))
