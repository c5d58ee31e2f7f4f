"""Routes of imported contacts: a file comes in, is looked at, and is taken in by a job."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response, StreamingResponse

from engine.contacts import read_tags
from engine.csv_cells import csv_line
from engine.csv_format import MARK, CsvFormat, check_targets, column_names, guess_format, preamble, suggest_targets
from engine.csv_records import Broken, mended, read_records
from engine.errors import Conflict, FieldProblem, NotFound
from engine.ids import id_time
from engine.import_reasons import REFUSED, import_words
from engine.import_rows import RowReader
from engine.jobs import job_view
from engine.problems import Problems
from engine.times import parse_time, rfc3339
from gateway.calls import Call, json_response
from gateway.components.people import MAPPING_MOST
from gateway.import_uploads import RECEIVE_S, ImportFile, ImportUploads, receive
from gateway.operations import PAGING, Answer, Operation, nothing, ok, page_of, text_query
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import small_page
from gateway.schema import ref
from storage.contact_imports import (
    PIECE,
    begin_import,
    count_imports,
    delete_import,
    finish_upload,
    get_import,
    insert_import,
    list_errors,
    list_imports,
    lock_import,
    read_block,
)
from storage.contact_lists import unknown_lists
from storage.jobs import get_job, insert_job
from storage.searching import Row

KIND = "contacts_import"
_SHOWN = 50
_SAMPLED = 200
_CELL_SHOWN = 200
_UPLOADING = timedelta(hours=1)
_KEPT = timedelta(days=7)
_ERRORS_PAGE = 1_000
_uploads = ImportUploads()


async def _upload(call: Call) -> Response:
    pool, company_id, now = call.services.pool, call.company_id, call.now()
    import_id = call.services.ids.make_uuid(call.services.clock())
    filename = call.query.get("filename", "")
    async with _uploads.place():
        await insert_import(pool, company_id, import_id, filename, call.actor, id_time(import_id), now + _UPLOADING)
        file = ImportFile(pool, import_id)
        try:
            await receive(call.request, file)
            guessed = guess_format(file.first, whole=file.size <= PIECE)
            told = {"encoding": guessed.encoding, "delimiter": guessed.delimiter, "header": guessed.header}
            name = (filename or file.filename)[:200] or None
            await finish_upload(
                pool, company_id, import_id, file.size, {**told, "lines": file.lines}, name, now + _KEPT
            )
        except BaseException:
            await delete_import(pool, company_id, import_id)
            raise
    row = await _import(call, import_id)
    return json_response(await _shown(call, row, {}), 201, {"location": f"/api/v1/contacts/import/{import_id}"})


async def _import(call: Call, import_id: UUID) -> Row:
    row = await get_import(call.services.pool, call.company_id, import_id)
    if row is None:
        raise NotFound
    return row


async def _get(call: Call) -> Response:
    return json_response(await _shown(call, await _import(call, call.path_id("import_id")), {}))


async def _preview(call: Call) -> Response:
    return json_response(await _shown(call, await _import(call, call.path_id("import_id")), call.body))


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: list_imports(pool, company, before, limit),
        lambda: count_imports(pool, company),
        _summary,
    )


async def _delete(call: Call) -> Response:
    row = await _import(call, call.path_id("import_id"))
    if row["job_id"] is not None:
        job = await get_job(call.services.pool, call.company_id, row["job_id"])
        if job is not None and job["finished_at"] is None:
            raise Conflict("its job is at work; cancel that first")
    await delete_import(call.services.pool, call.company_id, row["id"])
    return Response(status_code=204)


def _summary(row: Row) -> dict[str, Any]:
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


class _Look:
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


def _format(row: Row, body: dict[str, Any]) -> CsvFormat:
    given = {name: body.get(name, row["format"][name]) for name in ("encoding", "delimiter", "header")}
    return CsvFormat(**given)


async def _look(call: Call, row: Row, body: dict[str, Any]) -> tuple[_Look, CsvFormat]:
    sample = await read_block(call.services.pool, call.company_id, row["id"], 0, PIECE)
    form = _format(row, body)
    return _Look(sample, len(sample) >= row["bytes"], form, body.get("mapping", row["format"].get("mapping"))), form


async def _shown(call: Call, row: Row, body: dict[str, Any]) -> dict[str, Any]:
    look, form = await _look(call, row, body)
    errors = look.errors()
    if errors and "mapping" in body:
        raise FieldProblem(errors)
    reader = None if errors else RowReader(look.targets)
    job = None if row["job_id"] is None else await get_job(call.services.pool, call.company_id, row["job_id"])
    return {
        **_summary(row),
        "encoding": form.encoding,
        "delimiter": form.delimiter,
        "header": form.header,
        "columns": [
            {"name": name, "target": target, "samples": samples}
            for name, target, samples in zip(look.names, look.targets, look.samples, strict=True)
        ],
        "mapping_problems": errors,
        "rows": [_shown_row(number, record, reader) for number, record in enumerate(look.rows[:_SHOWN], 1)],
        "job": None if job is None else job_view(job, call.now()),
    }


def _shown_row(number: int, record: Any, reader: RowReader | None) -> dict[str, Any]:
    cells = [record.text] if isinstance(record, Broken) else record
    person, problem = (None, None) if reader is None else reader.read(record)
    words = None if problem is None else import_words(problem)
    return {
        "row": number,
        "cells": [mended(cell)[:_CELL_SHOWN] for cell in cells],
        "phone": None if person is None else person.phone,
        "problem": problem,
        "problem_text": None if words is None else {"pt": words.pt, "en": words.en},
    }


async def _start(call: Call) -> Response:
    pool, company_id, body = call.services.pool, call.company_id, call.body
    import_id = call.path_id("import_id")
    row = await _import(call, import_id)
    look, form = await _look(call, row, body)
    params = await _params(call, row, look, form)
    job_id = call.services.ids.make_uuid(call.services.clock())
    kept = {**row["format"], "encoding": form.encoding, "delimiter": form.delimiter, "header": form.header}
    async with pool.acquire() as connection, connection.transaction():
        locked = await lock_import(connection, company_id, import_id)
        if locked is None:
            raise NotFound
        if locked["job_id"] is not None:
            raise Conflict(f"the file is being taken in, or was, by job {locked['job_id']}; upload it again")
        await insert_job(
            connection,
            company_id,
            KIND,
            params,
            job_id,
            total=max(row["format"]["lines"] - form.header, 0),
            created_by=call.actor,
        )
        kept |= {"mapping": look.targets, "names": look.names}
        await begin_import(connection, company_id, import_id, job_id, kept, call.now() + _KEPT)
    job = await get_job(pool, company_id, job_id)
    if job is None:
        raise NotFound
    return json_response(job_view(job, call.now()), 202, {"location": f"/api/v1/jobs/{job_id}"})


async def _params(call: Call, row: Row, look: _Look, form: CsvFormat) -> dict[str, Any]:
    """Return the job's params.

    Raises:
        FieldProblem: names everything that is wrong.
    """
    body = call.body
    problems = Problems()
    problems.found += look.errors()
    tags = read_tags(problems, "tags", body.get("tags", []))
    list_ids = [UUID(list_id) for list_id in body.get("list_ids", [])]
    unknown = await unknown_lists(call.services.pool, call.company_id, list_ids)
    for index, list_id in enumerate(list_ids):
        if list_id in unknown:
            problems.add(f"list_ids[{index}]", "is no list of this company")
    consent = dict(body["consent"])
    at = parse_time(consent["at"]) if "at" in consent else call.now()
    if at is None or at > call.now():
        problems.add("consent.at", "must not be in the future")
    if problems.found:
        raise FieldProblem(problems.found)
    return {
        "import_id": str(row["id"]),
        "bytes": row["bytes"],
        "begins_at": look.begins_at,
        "encoding": form.encoding,
        "delimiter": form.delimiter,
        "mapping": look.targets,
        "mode": body.get("mode", "update"),
        "list_ids": [str(list_id) for list_id in dict.fromkeys(list_ids)],
        "tags": tags,
        "consent": {
            "purpose": consent.get("purpose", "marketing"),
            "source": consent["source"],
            "at": rfc3339(at or call.now()),
        },
        "created_by": call.actor,
    }


async def _errors(call: Call) -> Response:
    row = await _import(call, call.path_id("import_id"))
    headers = {
        "content-disposition": f'attachment; filename="erros-{row["id"]}.csv"',
        "x-content-type-options": "nosniff",
    }
    return StreamingResponse(_error_lines(call, row), headers=headers, media_type="text/csv; charset=utf-8")


async def _error_lines(call: Call, row: Row) -> AsyncIterator[bytes]:
    """Give the rows with problems as they stood, each with its number and why, in UTF-8 that spreadsheets know."""
    names = row["format"].get("names") or []
    delimiter = row["format"]["delimiter"]
    yield MARK + csv_line([*names, "linha", "importada", "motivo"], delimiter).encode()
    after = 0
    while True:
        rows = await list_errors(call.services.pool, call.company_id, row["id"], after, _ERRORS_PAGE)
        if not rows:
            return
        yield "".join(csv_line(_error_cells(one, len(names)), delimiter) for one in rows).encode()
        after = rows[-1]["row"]


def _error_cells(one: Row, width: int) -> list[str]:
    cells = [*one["cells"], *[""] * (width - len(one["cells"]))]
    taken = "não" if one["problem"] in REFUSED else "sim"
    return [*cells[:width], str(one["row"]), taken, import_words(one["problem"]).pt]


_TAG = "Contacts"
_BUSY = {429: Answer("Other files are being received; come again.", ref("Problem"), PROBLEM_TYPE)}

OPERATIONS = (
    Operation(
        name="uploadContacts",
        method="POST",
        path="/contacts/import",
        handler=_upload,
        summary="Hand in a CSV file of contacts",
        description=(
            "The file as the body, or a form (`multipart/form-data`) whose part `file` holds it; up to 512 MiB. The "
            "answer shows how it is understood: encoding (UTF-8 with or without mark, Latin-1, UTF-16), delimiter "
            "(`;`, `,`, tab, `|`), header, what each column means, and its first 50 rows with their problems. Nothing "
            "is taken in yet. A file is kept for 7 days."
        ),
        tag=_TAG,
        role="operator",
        query=(text_query("filename", "Its name, where a form does not tell it."),),
        uploads=("text/csv", "*/*", "multipart/form-data"),
        limit_s=RECEIVE_S + 60.0,
        answers={**ok("ContactImport", "The file is there.", 201), **_BUSY},
    ),
    Operation(
        name="listContactImports",
        method="GET",
        path="/contacts/import",
        handler=_list,
        summary="Files of contacts, newest first",
        tag=_TAG,
        answers=page_of("ContactImportSummary"),
        query=PAGING,
    ),
    Operation(
        name="getContactImport",
        method="GET",
        path="/contacts/import/{import_id}",
        handler=_get,
        summary="A file of contacts: how it is understood, and its job",
        tag=_TAG,
        answers=ok("ContactImport", "The file."),
    ),
    Operation(
        name="previewContactImport",
        method="POST",
        path="/contacts/import/{import_id}/preview",
        handler=_preview,
        summary="Look at a file with another encoding, delimiter, header or mapping",
        description=(
            "`mapping` has one entry per column: `phone`, `ddd` (an area code that stands apart), `name`, `email`, "
            f"`document`, `tags`, `field:<name>` or null; at most {MAPPING_MOST} columns."
        ),
        tag=_TAG,
        body=ref("ContactImportFormat"),
        body_example={"delimiter": ";", "mapping": ["name", "phone", "field:plano"]},
        answers=ok("ContactImport", "The file, so understood. Nothing is kept."),
    ),
    Operation(
        name="startContactImport",
        method="POST",
        path="/contacts/import/{import_id}/start",
        handler=_start,
        summary="Take a file in",
        description=(
            "People are found by their canonical phone; rows of one phone become one contact. `mode` says what happens "
            "to contacts that are known: `update` lets the file's values count, `skip` leaves their data as it is "
            "(they get lists, tags and the consent all the same). The job goes on at the exact row after any "
            "crash; `result` counts what was new, updated, merged, refused; the refused rows are in `errors.csv`. "
            "`POST /jobs/{job_id}/cancel` stops it; what is in stays."
        ),
        tag=_TAG,
        role="operator",
        body=ref("ContactImportStart"),
        body_example={
            "mode": "update",
            "tags": ["importado"],
            "consent": {"source": "formulário da loja", "at": "2026-01-31T12:00:00Z"},
        },
        answers={
            202: Answer("The job.", ref("Job")),
            409: Answer("The file was taken in before.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
    Operation(
        name="getContactImportErrors",
        method="GET",
        path="/contacts/import/{import_id}/errors.csv",
        handler=_errors,
        summary="The rows that were refused, or not taken in wholly, with the reason",
        description="The file's own columns, then `linha`, `importada` (sim, não) and `motivo`.",
        tag=_TAG,
        answers={200: Answer("CSV in UTF-8 with a mark.", None, "text/csv")},
    ),
    Operation(
        name="deleteContactImport",
        method="DELETE",
        path="/contacts/import/{import_id}",
        handler=_delete,
        summary="Remove a file; its contacts stay",
        tag=_TAG,
        role="operator",
        answers={**nothing(), 409: Answer("Its job is at work.", ref("Problem"), PROBLEM_TYPE)},
    ),
)
