"""Caps of rules in steps: used once per firing, also while the rows they are counted in are being deleted."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from storage.case_rows import FiringWrite, OrderLimit, PersonLimit
from storage.firings import limit_firings
from storage.pool import Pool
from tests.storage.people_kit import add_company

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
async def company(pool: Pool) -> UUID:
    return await add_company(pool)


async def fire(pool: Pool, company: UUID, order: UUID, person: UUID) -> bool:
    """Have a rule run once more for an order and a person; tell whether it may."""
    firing = FiringWrite(company, per_order=OrderLimit(order, 1), per_person=PersonLimit(person, 1, 24))
    messages = [uuid4()]
    firing.message_ids = messages
    async with pool.acquire() as connection, connection.transaction():
        await limit_firings(connection, [firing], [], NOW)
        return bool(
            await connection.fetchval("SELECT $2 = ANY(used) FROM rule_person_uses WHERE key = $1", person, NOW)
        )


@pytest.mark.parametrize("table", ["message_caps", "rule_person_uses"])
async def test_a_row_that_is_deleted_while_a_rule_waits_for_it_is_made_anew(
    pool: Pool, company: UUID, table: str
) -> None:
    order, person = uuid4(), uuid4()
    await pool.execute("INSERT INTO message_caps (key, company_id, used) VALUES ($1, $2, 0)", order, company)
    await pool.execute(
        "INSERT INTO rule_person_uses (key, company_id, used) VALUES ($1, $2, $3)",
        person,
        company,
        [NOW - timedelta(days=100)],
    )
    key = order if table == "message_caps" else person
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(f"SELECT FROM {table} WHERE key = $1 FOR UPDATE", key)
        firing = asyncio.create_task(fire(pool, company, order, person))
        async with asyncio.timeout(20):
            while not await pool.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE%'"
            ):
                await asyncio.sleep(0.01)
        await connection.execute(f"DELETE FROM {table} WHERE key = $1", key)
    assert await firing
    assert await pool.fetchval("SELECT used FROM message_caps WHERE key = $1", order) == 1
    assert await pool.fetchval("SELECT cardinality(used) FROM rule_person_uses WHERE key = $1", person) == 1


async def test_a_cap_that_allows_nothing_more_is_kept_for_as_long_as_it_is_asked(pool: Pool, company: UUID) -> None:
    order, person = uuid4(), uuid4()
    assert await fire(pool, company, order, uuid4())
    await pool.execute("UPDATE message_caps SET used_at = '2026-01-01'")
    assert not await fire(pool, company, order, person)
    used, asked = (await pool.fetch("SELECT used, used_at > '2026-01-02' FROM message_caps"))[0]
    assert (used, asked) == (1, True)
