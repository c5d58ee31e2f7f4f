"""Pools of Postgres connections and what counts as "Postgres is away"."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from types import MappingProxyType
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

# For whoever asks the same bounded questions over and over: planning one anew costs up to four times its execution, and
# a value that statistics call common must not lead to a scan of the table.
ONE_PLAN: Mapping[str, str] = MappingProxyType({"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off"})


def session_settings(name: str, more: Mapping[str, str] = MappingProxyType({})) -> dict[str, str]:
    """Return what every connection of ours sets: its name in ``pg_stat_activity``, no JIT, UTC, and ``more``."""
    return {"application_name": name, "jit": "off", "timezone": "UTC", **more}


async def open_pool(
    database_url: str,
    *,
    minimum: int = 1,
    maximum: int = 4,
    name: str = "masteria",
    timeout_s: float = 10.0,
    command_timeout_s: float = 60.0,
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Pool:
    """Open a pool whose connections speak UTC, do not use JIT and never lower durability.

    A connection that comes back is not reset by a round trip of its own: nothing here sets, listens or locks beyond its
    transaction, and a transaction that was left open is rolled back by the driver.

    Args:
        database_url: the server.
        minimum, maximum: how many connections.
        name: shown in ``pg_stat_activity``.
        timeout_s: for a connection to be made.
        command_timeout_s: for each statement.
        settings: more of the server's settings for these connections.

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
            reset=_keep,
            server_settings=session_settings(name, settings),
        )
    except AWAY as error:
        raise StorageAway(f"Postgres cannot be reached: {type(error).__name__}") from error


async def _keep(connection: Connection) -> None:
    """Leave a returned connection as it is (see :func:`open_pool`)."""


@asynccontextmanager
async def storage_errors() -> AsyncIterator[None]:
    """Turn the many faces of an absent Postgres into StorageAway; other errors pass."""
    try:
        yield
    except AWAY as error:
        raise StorageAway(f"Postgres is away: {type(error).__name__}") from error
