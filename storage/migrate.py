"""Numbered migrations under an advisory lock: safe to run twice, at once, and while the previous version runs."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from engine.errors import Conflict
from storage.partition_indexes import complete_indexes

_FOLDER = Path(__file__).parent / "migrations"
_LOCK = 0x6D61_7374_6572_6961  # "masteria"
_ASK_AGAIN_S = 0.1
_LEDGER = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    number     integer PRIMARY KEY,
    name       text NOT NULL,
    digest     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file; ``digest`` tells whether an applied one was changed afterwards."""

    number: int
    name: str
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Return the shipped migrations in their order."""
    files = sorted(_FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    return [Migration(int(f.name[:4]), f.stem[5:], f.read_text(encoding="utf-8")) for f in files]


async def migrate(database_url: str) -> list[str]:
    """Apply what is missing, each file in its own transaction, then build what indexes lack; return the names applied.

    Raises:
        Conflict: an applied migration was changed, or the database is newer than this program.
    """
    connection = await asyncpg.connect(database_url, timeout=30)
    try:
        # Tried and not waited for: a statement that waits would have an index built concurrently wait for it in turn.
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
            await asyncio.sleep(_ASK_AGAIN_S)
        await connection.execute(_LEDGER)
        applied = await _apply_missing(connection)
        await complete_indexes(connection)
        return applied
    finally:
        await connection.close()


async def _apply_missing(connection: asyncpg.Connection[asyncpg.Record]) -> list[str]:
    applied = {r["number"]: r["digest"] for r in await connection.fetch("SELECT * FROM schema_migrations")}
    shipped = migrations()
    if unknown := set(applied) - {m.number for m in shipped}:
        raise Conflict(f"the database has migrations that this program does not know: {sorted(unknown)}")
    done: list[str] = []
    for migration in shipped:
        if migration.number in applied:
            if applied[migration.number] != migration.digest:
                raise Conflict(f"migration {migration.number} ({migration.name}) was changed after it ran")
            continue
        async with connection.transaction():
            await connection.execute(migration.text)
            await connection.execute(
                "INSERT INTO schema_migrations (number, name, digest) VALUES ($1, $2, $3)",
                migration.number,
                migration.name,
                migration.digest,
            )
        done.append(migration.name)
    return done
