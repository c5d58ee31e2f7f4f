"""Migrations: safe to run twice and at once, refused when changed, indexes built while rows come in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from engine.errors import Conflict
from masteria.embedded import RunningServer
from storage.migrate import migrate, migrations
from storage.partition_indexes import complete_indexes
from storage.pool import Pool
from tests.conftest import database_at

_INDEX = "CREATE INDEX idx_of_the_test ON ONLY incoming_events (company_id, source) WHERE source = 'x'"

_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_of_the_test'::regclass"
_PARTITION = "SELECT min(inhrelid::regclass::text) FROM pg_inherits WHERE inhparent = 'incoming_events'::regclass"
_STATISTICS_OF_BYTES = """
    SELECT DISTINCT attstattarget FROM pg_attribute
    WHERE attnum > 0 AND attname IN ('payload', 'raw_body', 'headers')
        AND attrelid IN (SELECT inhrelid FROM pg_inherits WHERE inhparent = ANY($1::regclass[]))
"""
_BUILD_WAITS = (
    "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND query LIKE 'CREATE%'"
)


@pytest.fixture
async def empty_url(postgres: RunningServer) -> AsyncIterator[str]:
    """A database without tables."""
    connection = await asyncpg.connect(postgres.url)
    await connection.execute("DROP DATABASE IF EXISTS not_yet_migrated WITH (FORCE)")
    await connection.execute("CREATE DATABASE not_yet_migrated")
    yield database_at(postgres.url, "not_yet_migrated")
    await connection.execute("DROP DATABASE not_yet_migrated WITH (FORCE)")
    await connection.close()


async def test_several_at_once_apply_each_migration_once_and_later_runs_nothing(empty_url: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_url) for _ in range(4)))
    assert sorted(map(len, applied)) == [0, 0, 0, len(migrations())]
    assert await migrate(empty_url) == []


async def test_no_index_is_left_incomplete(pool: Pool) -> None:
    assert await pool.fetch("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid") == []


async def test_a_migration_that_was_changed_is_refused(database_url: str, pool: Pool) -> None:
    await pool.execute("UPDATE schema_migrations SET digest = 'another' WHERE number = 1")
    with pytest.raises(Conflict, match="was changed after it ran"):
        await migrate(database_url)


async def test_a_database_from_the_future_is_refused(database_url: str, pool: Pool) -> None:
    await pool.execute("INSERT INTO schema_migrations (number, name, digest) VALUES (9999, 'later', '')")
    with pytest.raises(Conflict, match="does not know"):
        await migrate(database_url)


async def test_an_index_on_a_table_in_use_reaches_every_partition(database_url: str, pool: Pool) -> None:
    await pool.execute(_INDEX)
    assert not await pool.fetchval(_VALID)
    async with asyncio.timeout(20):
        assert await migrate(database_url) == []
    assert await pool.fetchval(_VALID)
    parts = await pool.fetchval("SELECT count(*) FROM pg_inherits WHERE inhparent = 'idx_of_the_test'::regclass")
    partitions = await pool.fetchval("SELECT count(*) FROM pg_inherits WHERE inhparent = 'incoming_events'::regclass")
    assert parts == partitions >= 3


async def test_writers_go_on_while_an_index_is_built(database_url: str, pool: Pool) -> None:
    await pool.execute(_INDEX)
    writes = f"LOCK TABLE {await pool.fetchval(_PARTITION)} IN ROW EXCLUSIVE MODE NOWAIT"
    async with asyncio.timeout(20):
        async with pool.acquire() as earlier, earlier.transaction():
            await earlier.execute(writes)
            building = asyncio.create_task(migrate(database_url))
            while not await pool.fetchval(_BUILD_WAITS):  # for the earlier transaction
                assert not building.done()
            async with pool.acquire() as later, later.transaction():
                await later.execute(writes)
        await building
    assert await pool.fetchval(_VALID)


async def test_what_a_broken_build_left_is_built_anew(database_url: str, pool: Pool) -> None:
    await pool.execute(_INDEX)
    connection = await asyncpg.connect(database_url)
    built = await complete_indexes(connection)
    await connection.close()
    await pool.execute("DROP INDEX idx_of_the_test")
    await pool.execute(_INDEX)
    partition = built[0].rsplit("_", 2)[0]
    await pool.execute(f"CREATE INDEX {built[0]} ON {partition} (company_id, source) WHERE source = 'x'")
    await pool.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = $1::text::regclass", built[0])
    await migrate(database_url)
    assert await pool.fetchval(_VALID)


async def test_nothing_is_counted_about_bytes_and_payloads_not_in_new_partitions_either(pool: Pool) -> None:
    await pool.execute("SELECT masteria_make_partitions(date '2031-05-01')")
    wide = await pool.fetch(_STATISTICS_OF_BYTES, ["incoming_events", "deliveries", "meta_deliveries"])
    narrow = await pool.fetchval(
        "SELECT attstattarget FROM pg_attribute"
        " WHERE attrelid = 'incoming_events_2031_05'::regclass AND attname = 'order_id'"
    )
    for parent in ("deliveries", "meta_deliveries", "incoming_events", "messages", "message_attempts"):
        await pool.execute(f"DROP TABLE {parent}_2031_05")
    assert [row["attstattarget"] for row in wide] == [0]
    assert narrow is None or narrow < 0
