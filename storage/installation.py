"""Facts about the installation as a whole, and what its simulator has to be told. Called by the front door alone."""

from __future__ import annotations

import json
from typing import Any

from storage.pool import Connection
from storage.queries import query
from storage.searching import Row, fetch_rows


async def lock_fact(connection: Connection, key: str) -> dict[str, Any]:
    """Return a fact ({} if it is new); until the transaction ends nobody else can have it."""
    fact: dict[str, Any] = json.loads(await connection.fetchval(query("installation/lock_fact"), key))
    return fact


async def set_fact(connection: Connection, key: str, value: dict[str, Any]) -> None:
    """Store another value for a fact that was locked before."""
    await connection.execute(query("installation/set_fact"), key, json.dumps(value))


async def list_simulator_numbers(connection: Connection) -> list[Row]:
    """Return every number on the simulator: its session's columns and its app's sealed secrets (``app_sealed``)."""
    return await fetch_rows(connection, "installation/list_simulator_numbers")


async def list_simulator_templates(connection: Connection) -> list[Row]:
    """Return app_id, name, language, category and body of every template that numbers on the simulator may send."""
    return await fetch_rows(connection, "installation/list_simulator_templates")
