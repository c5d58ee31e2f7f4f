"""Routes that take a file of contacts in, and give back the rows that were refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from starlette.responses import Response, StreamingResponse

from engine.contacts import read_tags
from engine.csv_cells import csv_line
from engine.csv_format import MARK, CsvFormat
from engine.errors import Conflict, FieldProblem, NotFound
from engine.import_reasons import REFUSED, import_words
from engine.jobs import job_view
from engine.problems import Problems
from engine.times import parse_time, rfc3339
from gateway.calls import Call, json_response
from gateway.import_views import Look, look_at
from gateway.operations import Answer, Operation
from gateway.problems import PROBLEM_TYPE
from gateway.routes.contact_imports import KEPT, known_import
from gateway.schema import ref
from storage.contact_imports import begin_import, list_errors, lock_import
from storage.contact_lists import unknown_lists
from storage.jobs import get_job, insert_job
from storage.searching import Row

KIND = "contacts_import"
_ERRORS_PAGE = 1_000


async def _start(call: Call) -> Response:
    pool, company_id, body = call.services.pool, call.company_id, call.body
    import_id = call.path_id("import_id")
    row = await known_import(call, import_id)
    look, form = await look_at(call, row, body)
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
        kept |= {"mapping": look.targets, "names": look.names, "list_ids": params["list_ids"]}
        await begin_import(connection, company_id, import_id, job_id, kept, call.now() + KEPT)
    job = await get_job(pool, company_id, job_id)
    if job is None:
        raise NotFound
    return json_response(job_view(job, call.now()), 202, {"location": f"/api/v1/jobs/{job_id}"})


async def _params(call: Call, row: Row, look: Look, form: CsvFormat) -> dict[str, Any]:
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
    row = await known_import(call, call.path_id("import_id"))
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

OPERATIONS = (
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
        role="operator",
        answers={200: Answer("CSV in UTF-8 with a mark.", None, "text/csv")},
    ),
)
