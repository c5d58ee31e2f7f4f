"""Pools of Postgres connections and what counts as "Postgres is away"."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from engine.errors import StorageAway

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Pool = asyncpg.Pool[asyncpg.Record]
    Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
else:
    Pool = asyncpg.Pool
    Connection = asyncpg.Connection

# The connection is gone, refused, or the server is starting, stopping or read-only (a failed-over primary).
# InternalClientError is what asyncpg says when a connection breaks at an unlucky moment of its own protocol.
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.DiskFullError,
    asyncpg.OutOfMemoryError,
)


async def open_pool(
    database_url: str,
    *,
    minimum: int = 1,
    maximum: int = 4,
    name: str = "masteria",
    timeout_s: float = 10.0,
    command_timeout_s: float = 60.0,
) -> Pool:
    """Open a pool whose connections speak UTC, do not use JIT and never lower durability.

    Args:
        database_url: the server.
        minimum, maximum: how many connections.
        name: shown in ``pg_stat_activity``.
        timeout_s: for a connection to be made.
        command_timeout_s: for each statement.

    Raises:
        StorageAway: Postgres cannot be reached.
    """
    try:
        return await asyncpg.create_pool(
            database_url,
            min_size=minimum,
            max_size=maximum,
            timeout=timeout_s,
            command_timeout=command_timeout_s,
            server_settings={"application_name": name, "jit": "off", "timezone": "UTC"},
        )
    except AWAY as error:
        raise StorageAway(f"Postgres cannot be reached: {type(error).__name__}") from error


@asynccontextmanager
async def storage_errors() -> AsyncIterator[None]:
    """Turn the many faces of an absent Postgres into StorageAway; other errors pass."""
    try:
        yield
    except AWAY as error:
        raise StorageAway(f"Postgres is away: {type(error).__name__}") from error
