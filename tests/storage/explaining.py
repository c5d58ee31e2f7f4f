"""A database of one test module, filled once, and what is wrong with a query's plan on it. Used by tests of plans."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import asyncpg

from masteria.embedded import RunningServer
from storage.queries import query
from tests.conftest import copy_database, database_at


@contextmanager
def filled_database(
    postgres: RunningServer,
    template_database: str,
    fill: Callable[[asyncpg.Connection[asyncpg.Record]], Awaitable[None]],
) -> Iterator[str]:
    """Give the URL of a migrated database that ``fill`` has filled."""
    name = f"plans_{uuid4().hex}"
    url = database_at(postgres.url, name)

    async def make() -> None:
        await copy_database(postgres, template_database, name)
        connection = await asyncpg.connect(url)
        await fill(connection)
        await connection.close()

    asyncio.run(make())
    yield url
    asyncio.run(_execute(postgres.url, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(statement)
    await connection.close()


async def plan_defects(
    connection: asyncpg.Connection[asyncpg.Record], name: str, arguments: list[Any], most: int, large: set[str]
) -> list[str]:
    """Run a query under EXPLAIN, undo it, and return what is wrong with its plan."""
    transaction = connection.transaction()
    await transaction.start()
    explained = await connection.fetchval("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + query(name), *arguments)
    await transaction.rollback()
    plan = json.loads(explained)[0]["Plan"]
    read = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    found = [f"scans {table}" for table in _scanned(plan) if table in large]
    return [*found, *([f"reads {read} buffers, may {most}"] if read > most else [])]


def _scanned(plan: dict[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan" and plan["Actual Loops"]:
        yield plan["Relation Name"]
    for child in plan.get("Plans", ()):
        yield from _scanned(child)
