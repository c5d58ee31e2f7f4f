"""Time that has passed, for what a test cannot wait for: rows of the instance's database are made older."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import asyncpg

from masteria.local_database import database_url
from tests.e2e.rig import Instance


def change(instance: Instance, statement: str, *values: object) -> None:
    """Run one statement."""

    async def run() -> None:
        connection = await asyncpg.connect(database_url(instance.data_dir))
        try:
            await connection.execute(statement, *values)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as other:  # Playwright's loop runs in this one
        other.submit(asyncio.run, run()).result()
