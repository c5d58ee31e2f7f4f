"""The shard table: 256 buckets, each with its shard and an epoch that every shard transaction checks."""

from __future__ import annotations

from storage.pool import Pool, storage_errors
from storage.queries import query


async def prepare_table(pool: Pool, assignment: list[int]) -> None:
    """Have all 256 rows say what ``assignment`` (bucket → shard) says; a moved bucket gets a new epoch.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        await pool.execute(query("shards/assign_buckets"), list(range(len(assignment))), assignment)


async def overrides(pool: Pool) -> dict[int, int]:
    """Return the buckets that an operator has pinned to a shard.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        return {row["bucket"]: row["shard"] for row in await pool.fetch(query("shards/list_overrides"))}


async def take_over(pool: Pool, shard: int) -> dict[int, int]:
    """Become the owner of a shard's buckets: every earlier incarnation's transactions fail from here on.

    Returns:
        bucket → the epoch that this incarnation's transactions must find.

    Raises:
        StorageAway: Postgres is away.
    """
    async with storage_errors():
        return {row["bucket"]: row["epoch"] for row in await pool.fetch(query("shards/take_over"), shard)}
