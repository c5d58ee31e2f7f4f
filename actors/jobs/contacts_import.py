"""A file of contacts taken in, some thousand rows a step: resumed at the exact row, whatever dies."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from actors.jobs.tools import Job, JobTools, Step
from engine.csv_records import Broken, Record, mended, read_records
from engine.ids import ms_to_time
from engine.import_reasons import REFUSED
from engine.import_rows import ImportedPerson, RowReader
from engine.jobs import JobFailed
from engine.metrics import Delta
from engine.times import parse_time
from storage.contact_imports import (
    ImportOrder,
    RefusedRow,
    add_errors,
    drop_pieces,
    forget_imports,
    import_people,
    read_block,
)
from storage.pool import Connection
from storage.uuids import uuid_of

KIND = "contacts_import"
_ROWS = 4_000
_BLOCK = 786_432
_LONGEST = 8_388_608  # what a single record may take
_CELLS_KEPT = 200
_AHEAD = 8
_CELL_KEPT = 2_000
_COUNTS = ("new", "updated", "merged", "refused", "warned", "empty")


@dataclass(frozen=True, slots=True)
class _Rows:
    """A step's rows: the people of them by phone, those with problems, and where the next step begins."""

    people: list[ImportedPerson]
    problems: list[RefusedRow]
    rows: int
    repeated: int
    empty: int
    offset: int
    final: bool


class ContactsImport:
    """See ``gateway/routes/contact_import_runs.py`` for its params."""

    kind: ClassVar[str] = KIND

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools
        # The rows behind those that are being stored, read meanwhile: by job and place, and only of use there.
        self._ahead: dict[tuple[UUID, int, int], asyncio.Task[_Rows]] = {}

    async def prepare(self, job: Job) -> _Rows:
        """Read and understand the next rows, and begin with those behind them."""
        offset, row = int(job.cursor.get("offset", job.params["begins_at"])), int(job.cursor.get("row", 0))
        ahead = self._ahead.pop((job.id, offset, row), None)
        rows = await (ahead if ahead is not None else self._read(job, offset, row))
        if not rows.final:
            following = rows.offset, row + rows.rows
            self._forget_ahead(job)
            task = asyncio.create_task(self._read(job, *following))
            task.add_done_callback(_noticed)
            self._ahead[job.id, *following] = task
        return rows

    def _forget_ahead(self, job: Job) -> None:
        """Drop what was read for a place that the job is not at, and the oldest of too many."""
        for key in [*(key for key in self._ahead if key[0] == job.id), *list(self._ahead)[:-_AHEAD]]:
            if (task := self._ahead.pop(key, None)) is not None:
                task.cancel()

    async def _read(self, job: Job, offset: int, row: int) -> _Rows:
        params, least = job.params, _BLOCK
        size = int(params["bytes"])
        while True:
            block = await read_block(self._tools.pool, job.company_id, UUID(params["import_id"]), offset, least)
            final = offset + len(block) >= size
            if not block and offset < size:
                raise JobFailed("the file is gone: its time was over")
            rows = await asyncio.to_thread(self._understand, job, block, offset, row, final)
            if rows is not None:
                return rows
            least *= 2
            if least > _LONGEST:
                raise JobFailed(f"row {row + 1} is longer than {_LONGEST // 1_048_576} MiB")

    def _understand(self, job: Job, block: bytes, offset: int, row: int, final: bool) -> _Rows | None:
        """Return the rows of a block; None if not one of them is whole."""
        params = job.params
        records, length = read_records(
            block, encoding=params["encoding"], delimiter=params["delimiter"], final=final, most=_ROWS
        )
        if not records and not final:
            return None
        reader = RowReader(params["mapping"])
        merged: dict[str, ImportedPerson] = {}
        problems: list[RefusedRow] = []
        repeated = empty = 0
        for number, record in enumerate(records, row + 1):
            person, problem = reader.read(record)
            if problem is not None:
                problems.append(RefusedRow(number, problem, _kept(record)))
            if person is None:
                empty += problem is None
            elif person.phone in merged:
                repeated += 1
                merged[person.phone] = _over(person, merged[person.phone], update=params["mode"] == "update")
            else:
                merged[person.phone] = person
        ends = final and length == len(block)
        return _Rows(list(merged.values()), problems, len(records), repeated, empty, offset + length, ends)

    async def step(self, connection: Connection, job: Job, prepared: object, delta: Delta) -> Step:
        """Store them, with their problems and the place of the next ones."""
        assert isinstance(prepared, _Rows)
        import_id, now = UUID(job.params["import_id"]), ms_to_time(self._tools.now_ms())
        make, moment, consents = self._tools.ids.make, self._tools.now_ms(), job.params["consent"] is not None
        people = [
            (uuid_of(make(moment)), uuid_of(make(moment)) if consents else None, person) for person in prepared.people
        ]
        done = await import_people(connection, job.company_id, people, _order(job), now)
        await add_errors(connection, import_id, prepared.problems)
        refused = sum(problem.problem in REFUSED for problem in prepared.problems)
        counts = {
            "new": done.new,
            "updated": done.updated,
            "merged": done.merged + prepared.repeated,
            "refused": refused,
            "warned": len(prepared.problems) - refused,
            "empty": prepared.empty,
        }
        totals = {name: int(job.cursor.get(name, 0)) + counts[name] for name in _COUNTS}
        row = int(job.cursor.get("row", 0)) + prepared.rows
        if prepared.final:
            await drop_pieces(connection, import_id)
        known = row - totals["refused"] - totals["empty"] - totals["new"] - totals["updated"] - totals["merged"]
        return Step(
            {"offset": prepared.offset, "row": row, **totals},
            done=prepared.rows,
            errors=refused,
            total=row if prepared.final else None,
            finished=prepared.final,
            result={"import_id": str(import_id), "rows": row, **totals, "unchanged": known},
        )

    async def after(self, job: Job, step: Step) -> None:
        """Nothing of it concerns anybody else."""


class ForgettingImports:
    """A loop: files go a week after their upload or the beginning of their job."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def run_once(self) -> None:
        await forget_imports(self._tools.pool, ms_to_time(self._tools.now_ms()), 10)


def _noticed(task: asyncio.Task[_Rows]) -> None:
    """Whoever needs the rows hears what went wrong; where nobody does any more, it does not matter."""
    if not task.cancelled():
        task.exception()


def _order(job: Job) -> ImportOrder:
    params = job.params
    consent = params["consent"] or {}
    return ImportOrder(
        update=params["mode"] == "update",
        list_ids=[UUID(list_id) for list_id in params["list_ids"]],
        tags=params["tags"],
        purpose=consent.get("purpose"),
        consent_source=consent.get("source", ""),
        consent_at=parse_time(consent["at"]) if consent else None,
        created_by=params["created_by"],
        source=f"import:{params['import_id']}",
        first_id=job.id,  # made before any contact of this import
    )


def _over(later: ImportedPerson, earlier: ImportedPerson, *, update: bool) -> ImportedPerson:
    """Return two rows of one phone as one: the later word counts in an update, else the earlier."""
    one, other = (later, earlier) if update else (earlier, later)
    return ImportedPerson(
        later.phone,
        one.name or other.name,
        one.email or other.email,
        one.document or other.document,
        {**other.fields, **one.fields},
        tuple(dict.fromkeys((*earlier.tags, *later.tags))),
    )


def _kept(record: Record) -> Sequence[str]:
    cells = [record.text] if isinstance(record, Broken) else record[:_CELLS_KEPT]
    return [mended(cell)[:_CELL_KEPT].replace("\x00", "") for cell in cells]
