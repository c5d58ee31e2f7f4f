"""Indexes added to partitioned tables that are in use: built per partition without blocking writes, then attached.

A migration creates such an index ``ON ONLY`` its table: that is instant, new partitions get it from then on, and it is
not valid until each partition has its part. ``complete_indexes`` builds what is missing, after the migrations.
"""

from __future__ import annotations

from hashlib import blake2b

import asyncpg

from storage.queries import query

_LONGEST_NAME = 63


async def complete_indexes(connection: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    """Build and attach what some partition lacks; safe to be stopped and run again.

    Args:
        connection: in no transaction (CREATE INDEX CONCURRENTLY allows none).

    Returns:
        The names of the indexes built.
    """
    built: list[str] = []
    for row in await connection.fetch(query("migrating/find_incomplete_indexes")):
        part = _part_name(row["partition_name"], row["name"])
        if await connection.fetchval(query("migrating/find_half_built"), part):
            await connection.execute(f"DROP INDEX CONCURRENTLY {part}")
        columns = row["definition"].split(" USING ", 1)[1]
        unique = "UNIQUE " if row["definition"].startswith("CREATE UNIQUE ") else ""
        await connection.execute(
            f"CREATE {unique}INDEX CONCURRENTLY IF NOT EXISTS {part} ON {row['partition']} USING {columns}"
        )
        await connection.execute(f"ALTER INDEX {row['index']} ATTACH PARTITION {part}")
        built.append(part)
    return built


def _part_name(partition: str, index: str) -> str:
    """Return the name of an index' part: the same at every try, unlike any other's."""
    digest = blake2b(f"{partition} {index}".encode(), digest_size=4).hexdigest()
    return f"{partition[: _LONGEST_NAME - 12]}_{digest}_idx"
