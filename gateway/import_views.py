"""A file of contacts as it is read with a format and a mapping: its columns, and its first rows with their problems.

Used by the routes that show a file and that take it in.
"""

from __future__ import annotations

from typing import Any

from engine.csv_format import CsvFormat, check_targets, column_names, preamble, suggest_targets
from engine.csv_records import Broken, mended, read_records
from engine.errors import FieldProblem
from engine.import_reasons import import_words
from engine.import_rows import RowReader
from engine.jobs import job_view
from engine.times import rfc3339
from gateway.calls import Call
from storage.contact_imports import PIECE, read_block
from storage.jobs import get_job
from storage.searching import Row

_SHOWN = 50
_SAMPLED = 200
_CELL_SHOWN = 200


class Look:
    """The beginning of a file as it is read with a format and a mapping.

    Attributes:
        names, targets: of its columns.
        rows: its first records below the header.
        begins_at: the byte at which the first of them begins.
    """

    def __init__(self, sample: bytes, whole: bool, form: CsvFormat, mapping: list[str | None] | None) -> None:
        self.begins_at = preamble(sample)
        body = sample[self.begins_at :]
        records, _ = read_records(
            body, encoding=form.encoding, delimiter=form.delimiter, final=whole, most=_SAMPLED + 1
        )
        lists = [record for record in records if isinstance(record, list)]
        first = lists[0] if lists and records[0] is lists[0] else []
        width = max((len(record) for record in lists), default=0)
        if form.header and records:
            _, length = read_records(body, encoding=form.encoding, delimiter=form.delimiter, final=whole, most=1)
            self.begins_at += length
            records = records[1:]
            width = len(first) or width
        self.names = column_names(first, header=form.header, width=width)
        self.rows = records[:_SAMPLED]
        cells = [[mended(cell) for cell in record] for record in self.rows if isinstance(record, list)]
        self.suggested = suggest_targets(self.names, cells)
        self.targets = self.suggested if mapping is None else mapping
        self.samples = [
            list(dict.fromkeys(row[index].strip()[:60] for row in cells if index < len(row) and row[index].strip()))[:3]
            for index in range(len(self.names))
        ]

    def errors(self) -> list[dict[str, str]]:
        """Return what is wrong with the mapping."""
        if len(self.targets) != len(self.names):
            return [{"field": "mapping", "reason": f"must have {len(self.names)} entries, one per column"}]
        return check_targets(self.targets)


async def look_at(call: Call, row: Row, body: dict[str, Any]) -> tuple[Look, CsvFormat]:
    """Return a file's beginning, and its format: as the body wants it, else as it was guessed or begun with."""
    sample = await read_block(call.services.pool, call.company_id, row["id"], 0, PIECE)
    form = CsvFormat(**{name: body.get(name, row["format"][name]) for name in ("encoding", "delimiter", "header")})
    return Look(sample, len(sample) >= row["bytes"], form, body.get("mapping", row["format"].get("mapping"))), form


def import_summary(row: Row) -> dict[str, Any]:
    """Return a file as lists show it."""
    return {
        "id": row["id"],
        "filename": row["filename"],
        "bytes": row["bytes"],
        "lines": row["format"]["lines"],
        "job_id": row["job_id"],
        "created_by": row["created_by"],
        "created_at": rfc3339(row["created_at"]),
        "expires_at": rfc3339(row["expires_at"]),
    }


async def import_view(call: Call, row: Row, body: dict[str, Any]) -> dict[str, Any]:
    """Return a file as it is read with what the body wants.

    Raises:
        FieldProblem: the body's mapping cannot be used.
    """
    look, form = await look_at(call, row, body)
    taken = row["format"].get("names", []) if not look.names else []  # its bytes are gone: it was taken in
    errors = [] if taken else look.errors()
    if errors and "mapping" in body:
        raise FieldProblem(errors)
    reader = None if errors or taken else RowReader(look.targets)
    job = None if row["job_id"] is None else await get_job(call.services.pool, call.company_id, row["job_id"])
    return {
        **import_summary(row),
        "encoding": form.encoding,
        "delimiter": form.delimiter,
        "header": form.header,
        "columns": _columns(look, taken),
        "mapping_problems": errors,
        "rows": [_row_view(number, record, reader) for number, record in enumerate(look.rows[:_SHOWN], 1)],
        "list_ids": row["format"].get("list_ids", []),
        "job": None if job is None else job_view(job, call.now()),
    }


def _columns(look: Look, taken: list[str]) -> list[dict[str, Any]]:
    names = taken or look.names
    # A mapping of another format's columns says nothing of these.
    targets = look.targets if len(look.targets) == len(names) else [None] * len(names)
    samples = look.samples or [[]] * len(names)
    return [
        {"name": name, "target": target, "samples": some}
        for name, target, some in zip(names, targets, samples, strict=True)
    ]


def _row_view(number: int, record: Any, reader: RowReader | None) -> dict[str, Any]:
    cells = [record.text] if isinstance(record, Broken) else record
    person, problem = (None, None) if reader is None else reader.read(record)
    wrong = {} if reader is None else reader.wrong_cells(record)
    return {
        "row": number,
        "cells": [mended(cell)[:_CELL_SHOWN] for cell in cells],
        "phone": None if person is None else person.phone,
        "problem": problem,
        "problem_text": None if problem is None else _in_words(problem),
        "wrong": [
            {"column": at, "problem": code, "problem_text": _in_words(code)} for at, code in sorted(wrong.items())
        ],
    }


def _in_words(problem: str) -> dict[str, str]:
    words = import_words(problem)
    return {"pt": words.pt, "en": words.en}
