"""The job that makes a file of a list: a piece per step, each a gzip member, kept in Postgres."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import ClassVar

from actors.jobs.tools import Job, JobTools, Step
from engine.export_columns import KINDS
from engine.export_text import FileWriter, Style, gzip_member
from engine.jobs import JobFailed
from engine.metrics import Delta
from engine.pagination import Position, decode_cursor, encode_cursor
from engine.zones import zone_named
from storage.exporting import Selection, next_page
from storage.exports import add_chunk
from storage.pool import Connection, Pool

MOST_BYTES = 1024**3
_PIECE_BYTES = 1_048_576
_PIECE_S = 1.0
_PAGE_ROWS = 500


@dataclass(frozen=True, slots=True)
class _Piece:
    """What a step adds: compressed bytes, how many rows they hold, and where the next piece begins."""

    data: bytes
    rows: int
    next: Position | None


class Exporting:
    """Reads pages until a piece is full, outside the transaction; the step stores it together with the cursor."""

    kind: ClassVar[str] = "export"

    def __init__(self, tools: JobTools) -> None:
        self._pool: Pool = tools.pool

    async def prepare(self, job: Job) -> object:
        selection = Selection.from_json(job.params["selection"])
        given = dict(job.params["style"])
        del given["compressed"]  # how it is sent, not how it is written
        style = Style(**{**given, "zone": zone_named(given["zone"])})
        writer = FileWriter(KINDS[selection.kind], style)
        first = not job.cursor
        at = None if first else decode_cursor(job.cursor["at"])
        parts = [writer.head()] if first else []
        rows, size, begun = 0, 0, time.monotonic()
        nothing_yet = first or job.cursor["rows"] == 0
        while True:
            page = await next_page(self._pool, job.company_id, selection, at, _PAGE_ROWS)
            part = writer.rows(page.rows, first=nothing_yet and rows == 0)
            rows, size, at = rows + len(page.rows), size + len(part), page.next
            parts.append(part)
            if at is None or size >= _PIECE_BYTES or time.monotonic() - begun > _PIECE_S:
                break
        if at is None:
            parts.append(writer.tail())
        return _Piece(gzip_member(b"".join(parts)), rows, at)

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        assert isinstance(prepared, _Piece)
        position, rows = job.cursor.get("chunks", 0), job.cursor.get("rows", 0) + prepared.rows
        last = prepared.next is None
        size = await add_chunk(connection, job.company_id, job.id, position, prepared.data, prepared.rows, last=last)
        if size is None:
            raise JobFailed("the export was deleted")
        if size > MOST_BYTES:
            raise JobFailed(f"the file is larger than {MOST_BYTES // 1024**2} MiB compressed: narrow the filter")
        cursor = {
            "at": None if prepared.next is None else encode_cursor(prepared.next),
            "chunks": position + 1,
            "rows": rows,
        }
        result = {"export_id": str(job.id), "rows": rows, "bytes": size} if last else None
        return Step(cursor, done=prepared.rows, total=rows if last else None, finished=last, result=result)

    async def after(self, job: Job, step: Step) -> None:
        return
