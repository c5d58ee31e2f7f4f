"""Uploaded files of contacts: their pieces, what is taken in of them, and the rows that were refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from engine.import_rows import ImportedPerson, phone_tails
from engine.pagination import Position
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

PIECE = 262_144  # bytes of every piece but the last


async def insert_import(
    executor: Pool | Connection,
    company_id: UUID,
    import_id: UUID,
    filename: str,
    created_by: str,
    created_at: datetime,
    expires_at: datetime,
) -> None:
    """Note a file that is about to come in."""
    await executor.execute(
        query("contact_imports/insert_import"), import_id, company_id, filename, created_by, created_at, expires_at
    )


async def add_piece(executor: Pool | Connection, import_id: UUID, number: int, data: bytes) -> None:
    """Store a file's next piece: ``PIECE`` bytes, or what is left."""
    await executor.execute(query("contact_imports/add_piece"), import_id, number, data)


async def finish_upload(
    executor: Pool | Connection,
    company_id: UUID,
    import_id: UUID,
    size: int,
    format_: Mapping[str, Any],
    filename: str | None,
    expires_at: datetime,
) -> None:
    """Note that all of a file is there."""
    told = orjson.dumps(format_).decode()
    await executor.execute(
        query("contact_imports/finish_upload"), company_id, import_id, size, told, filename, expires_at
    )


async def delete_import(executor: Pool | Connection, company_id: UUID, import_id: UUID) -> bool:
    """Remove a file with all that belongs to it; return whether there was one."""
    done: str = await executor.execute(query("contact_imports/delete_import"), company_id, import_id)
    return done != "DELETE 0"


async def get_import(executor: Pool | Connection, company_id: UUID, import_id: UUID) -> Row | None:
    """Return a file that is all there (``format`` as a value), or None."""
    row = _read(await fetch_one(executor, "contact_imports/get_import", company_id, import_id))
    return row if row is not None and row["bytes"] else None


async def lock_import(connection: Connection, company_id: UUID, import_id: UUID) -> Row | None:
    """Return a file, locked until the transaction ends; None if there is none."""
    row = _read(await fetch_one(connection, "contact_imports/lock_import", company_id, import_id))
    return row if row is not None and row["bytes"] else None


async def begin_import(
    connection: Connection,
    company_id: UUID,
    import_id: UUID,
    job_id: UUID,
    format_: Mapping[str, Any],
    expires_at: datetime,
) -> None:
    """Note a file's job, and the format it is read with."""
    told = orjson.dumps(format_).decode()
    await connection.execute(query("contact_imports/begin_import"), company_id, import_id, job_id, told, expires_at)


async def list_imports(executor: Pool | Connection, company_id: UUID, before: Position, limit: int) -> list[Row]:
    """Return a company's files, newest first, behind a position."""
    rows = await fetch_rows(executor, "contact_imports/list_imports", company_id, *before, limit)
    return [{**row, "format": orjson.loads(row["format"])} for row in rows]


async def count_imports(executor: Pool | Connection, company_id: UUID) -> int:
    """Return how many files a company has, up to 10,001."""
    return int(await executor.fetchval(query("contact_imports/count_imports"), company_id))


async def read_block(executor: Pool | Connection, company_id: UUID, import_id: UUID, offset: int, least: int) -> bytes:
    """Return a file's bytes from an offset on: at least ``least`` of them unless it ends before."""
    first, last = offset // PIECE, (offset + least - 1) // PIECE
    rows = await executor.fetch(query("contact_imports/read_pieces"), company_id, import_id, first, last)
    return b"".join(row["data"] for row in rows)[offset - first * PIECE :]


async def drop_pieces(connection: Connection, import_id: UUID) -> None:
    """Delete a file's bytes; what it is and its refused rows stay."""
    await connection.execute(query("contact_imports/drop_pieces"), import_id)


async def forget_imports(executor: Pool | Connection, now: datetime, most: int) -> None:
    """Forget files whose time is over, unless their job is still at work."""
    await executor.execute(query("contact_imports/forget_imports"), now, most)


class RefusedRow(NamedTuple):
    """A row with a problem (engine/import_reasons.py), as it stood."""

    row: int
    problem: str
    cells: Sequence[str]


async def add_errors(connection: Connection, import_id: UUID, rows: Sequence[RefusedRow]) -> None:
    """Keep rows with problems, inside the caller's transaction."""
    if rows:
        await connection.copy_records_to_table(
            "contact_import_errors",
            records=[(import_id, *row, phone_tails(row.cells) or None) for row in rows],
            columns=("import_id", "row", "problem", "cells", "tails"),
        )


async def list_errors(
    executor: Pool | Connection, company_id: UUID, import_id: UUID, after: int, limit: int
) -> list[Row]:
    """Return rows with problems in their order, behind a row."""
    return await fetch_rows(executor, "contact_imports/list_errors", company_id, import_id, after, limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOrder:
    """What an import does with its people beside their own data; ``purpose`` None: no consent is noted."""

    update: bool
    list_ids: Sequence[UUID] = ()
    tags: Sequence[str] = ()
    purpose: str | None = None
    consent_source: str = ""
    consent_at: datetime | None = None
    created_by: str = ""
    source: str = "import"
    first_id: UUID  # contacts from this id on were made by this very import


class Imported(NamedTuple):
    """How many people there were, and how many of them were new, changed, or in the same file before."""

    people: int
    new: int
    updated: int
    merged: int


async def import_people(
    connection: Connection,
    company_id: UUID,
    people: Sequence[tuple[UUID, UUID | None, ImportedPerson]],
    order: ImportOrder,
    now: datetime,
) -> Imported:
    """Take in people, one per phone, inside the caller's transaction.

    Args:
        connection: in a transaction.
        company_id: whose.
        people: a fresh id for the contact, one for the consent (None: no consent), and the person.
        order: what else is to be done with them.
        now: becomes ``updated_at``.
    """
    if not people:
        return Imported(0, 0, 0, 0)
    ordered = sorted(people, key=lambda one: one[2].phone)
    tagged = [(person.phone, tag) for _, _, person in ordered for tag in person.tags]
    arguments = (
        company_id,
        [one[0] for one in ordered],
        [one[2].phone for one in ordered],
        [one[2].name for one in ordered],
        [one[2].email for one in ordered],
        [one[2].document for one in ordered],
        [orjson.dumps(one[2].fields).decode() if one[2].fields else None for one in ordered],
        [one[1] for one in ordered],
        now,
        order.update,
        list(order.list_ids),
        list(order.tags),
        order.purpose,
        order.consent_source,
        order.consent_at or now,
        order.created_by,
        order.source,
        [phone for phone, _ in tagged],
        [tag for _, tag in tagged],
        order.first_id,
    )
    while True:
        row = await connection.fetchrow(query("contact_imports/import_people"), *arguments)
        if row is None:
            raise RuntimeError("import_people tells nothing")
        # Somebody else may make one of these contacts between the statement's snapshot and its insert, which then
        # finds it and does not see it. The next statement does.
        if row["people"] == len(ordered):
            return Imported(*row)


def _read(row: Row | None) -> Row | None:
    return None if row is None else {**row, "format": orjson.loads(row["format"])}
