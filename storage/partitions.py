"""Months ahead: partitions are made before the first row of their month comes. Called by the scheduler."""

from __future__ import annotations

from datetime import date

from storage.pool import Connection
from storage.queries import query


async def make_partitions(connection: Connection, day: date) -> None:
    """Have the partitions of the month that holds ``day``; safe to repeat."""
    await connection.execute(query("sending/make_partitions"), day)
