"""What companies let their assistant know: sources, their files, and the passages made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engine.ai.passages import Passage, fold
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

MOST_SOURCES = 1_000
MOST_PASSAGES = 5_000
PIECE = 262_144


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source as it comes in; ``content`` None: a file whose text has yet to be read."""

    id: UUID
    kind: str
    name: str
    format: str | None = None
    question: str | None = None
    content: str | None = None
    active: bool = True
    bytes: int = 0
    created_by: str = ""


class Place(NamedTuple):
    """Where a passage stands."""

    source_id: UUID
    position: int


async def insert_source(executor: Pool | Connection, company_id: UUID, source: NewSource, created_at: datetime) -> None:
    """Store a new source."""
    await executor.execute(
        query("knowledge/insert_source"),
        company_id,
        source.id,
        source.kind,
        source.name,
        source.format,
        source.question,
        source.content,
        source.active,
        source.bytes,
        source.created_by,
        created_at,
    )


async def list_sources(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's sources, newest first, behind a position."""
    return await fetch_rows(executor, "knowledge/list_sources", company_id, *before, limit)


async def count_sources(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many sources a company has."""
    return int(await executor.fetchval(query("knowledge/count_sources"), company_id))


async def get_source(executor: Pool | Connection, company_id: UUID, source_id: UUID) -> Row | None:
    """Return one source with its text, or None."""
    return await fetch_one(executor, "knowledge/get_source", company_id, source_id)


async def change_source(
    connection: Connection, company_id: UUID, source: NewSource, *, anew: bool, now: datetime
) -> int | None:
    """Store what a source has become; return its version, None if there is none.

    Args:
        connection: in a transaction.
        company_id: whose.
        source: all of it, changed.
        anew: what it says has changed, so that its passages are to be made anew.
        now: becomes ``updated_at``.
    """
    version: int | None = await connection.fetchval(
        query("knowledge/change_source"),
        company_id,
        source.id,
        source.name,
        source.question,
        source.content,
        source.active,
        source.bytes,
        int(anew),
        now,
    )
    return version


async def delete_source(executor: Pool | Connection, company_id: UUID, source_id: UUID) -> bool:
    """Remove a source with its passages; return whether there was one."""
    done: str = await executor.execute(query("knowledge/delete_source"), company_id, source_id)
    return done != "DELETE 0"


async def insert_file(connection: Connection, company_id: UUID, source_id: UUID, data: bytes) -> None:
    """Store a file's bytes in pieces."""
    for position, start in enumerate(range(0, len(data), PIECE)):
        piece = data[start : start + PIECE]
        await connection.execute(query("knowledge/insert_piece"), company_id, source_id, position, piece)


async def read_file(executor: Pool | Connection, company_id: UUID, source_id: UUID) -> bytes:
    """Return a file's bytes; none once its text was read."""
    return await executor.fetchval(query("knowledge/read_file"), company_id, source_id) or b""


async def keep_text(executor: Pool | Connection, company_id: UUID, source_id: UUID, text: str) -> None:
    """Keep what was read of a file, in place of its bytes."""
    await executor.execute(query("knowledge/keep_text"), company_id, source_id, text)


async def lock_source(connection: Connection, company_id: UUID, source_id: UUID) -> int | None:
    """Return a source's version, locked until the transaction ends; None: there is none any more."""
    version: int | None = await connection.fetchval(query("knowledge/lock_source"), company_id, source_id)
    return version


async def put_passages(
    connection: Connection,
    company_id: UUID,
    place: Place,
    version: int,
    passages: Sequence[Passage],
    vectors: Sequence[Sequence[float]],
) -> None:
    """Store passages of a version that is being made, from a place on."""
    width = len(vectors[0])
    await connection.execute(
        query("knowledge/put_passages"),
        company_id,
        place.source_id,
        version,
        place.position,
        [one.text for one in passages],
        [one.approved for one in passages],
        [fold(one.meaning) for one in passages],
        [number for vector in vectors for number in vector],
        width,
    )


async def finish_source(
    connection: Connection, company_id: UUID, source_id: UUID, version: int, passages: int, now: datetime, model: str
) -> None:
    """Let the passages of a version come into force; ``model``: whose vectors they have."""
    await connection.execute(query("knowledge/finish_source"), company_id, source_id, version, passages, now, model)


async def fail_source(
    executor: Pool | Connection, company_id: UUID, source_id: UUID, version: int, error: str, now: datetime
) -> None:
    """Note why a source could not be read."""
    await executor.execute(query("knowledge/fail_source"), company_id, source_id, version, error, now)


async def count_passages(executor: Pool | Connection, company_id: UUID, without: UUID) -> int:
    """Return how many passages a company has beside those of one source."""
    return int(await executor.fetchval(query("knowledge/count_passages"), company_id, without))


async def list_passages(
    executor: Pool | Connection, company_id: UUID, source_id: UUID, after: int, limit: int
) -> list[Row]:
    """Return a source's passages in force, behind a position (-1: from the first on)."""
    return await fetch_rows(executor, "knowledge/list_passages", company_id, source_id, after, limit)
