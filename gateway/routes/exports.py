"""Routes of exports: every list as a file, with the list's own filters."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from starlette.responses import Response

from engine.errors import Conflict, Forbidden, NotFound
from engine.export_text import FORMATS, MEDIA_TYPES, Format, file_name
from engine.jobs import job_view, shown_state
from gateway.calls import Call, json_response
from gateway.exports import (
    EXPORTED,
    STYLE_QUERY,
    Exported,
    select_by_filter,
    stored_file,
    stored_style,
    stream,
    style_of,
    zone_of,
)
from gateway.operations import PAGING, Answer, Operation, nothing, ok, page_of
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import small_page
from gateway.schema import ref
from gateway.views import time_text
from storage.exports import (
    MOST_PER_COMPANY,
    count_exports,
    delete_export,
    get_export,
    insert_export,
    list_exports,
)
from storage.jobs import get_job, insert_job, request_cancel
from storage.searching import Row

_TAG = "Exports"
_ABOUT = {
    "csv": (
        "The columns have the names that people know (`lang`), times are the company's. A cell that a spreadsheet "
        "would take for a formula (`=`, `+`, `-`, `@`, tab, line break) begins with an apostrophe; so does a phone, "
        "which keeps its digits in Excel."
    ),
    "json": "One array of flat objects with the API's names; times are UTC.",
    "jsonl": "One flat object a line, with the API's names; times are UTC.",
}


def _handler(exported: Exported, form: Format) -> Callable[[Call], Coroutine[Any, Any, Response]]:
    async def handle(call: Call) -> Response:
        return await stream(call, exported, form)

    return handle


def _operation(exported: Exported, form: Format) -> Operation:
    name = exported.kind.name
    words = "".join(word.capitalize() for word in name.split("-"))
    return Operation(
        name=f"export{words}{form.capitalize()}",
        method="GET",
        path=f"/exports/{name}.{form}",
        handler=_handler(exported, form),
        summary=f"{name.replace('-', ' ').capitalize()} as {form.upper()}, with the list's filters",
        description=(
            "Streamed, newest first, whatever the size; rows that arrive meanwhile are not in it. "
            f"{_ABOUT[form]} Viewers get phones and documents masked. For millions of rows `POST /exports` makes the "
            "file in the background."
        ),
        tag=_TAG,
        answers={200: Answer("The file.", None, MEDIA_TYPES[form].partition(";")[0])},
        query=(*exported.query, *STYLE_QUERY),
    )


async def _create(call: Call) -> Response:
    """Store the export and its job in one transaction."""
    body, services = call.body, call.services
    exported = EXPORTED[body["kind"]]
    selection = await select_by_filter(call, exported, body.get("filter", {}))
    export_id = services.ids.make_uuid(services.clock())
    style = await style_of(call, body["format"], body)
    compressed = body.get("compress") == "gzip"
    stored = stored_style(style, await zone_of(call), compressed=compressed)
    name = file_name(exported.kind, style, call.now(), compressed=compressed)
    async with services.pool.acquire() as connection, connection.transaction():
        made = await insert_export(
            connection,
            call.company_id,
            export_id,
            kind=body["kind"],
            file_name=name,
            style=stored,
            masked=style.masked,
        )
        if not made:
            raise Conflict(f"there are {MOST_PER_COMPANY} exports already; delete one, or wait until one expires")
        params = {"selection": selection.to_json(), "style": stored}
        await insert_job(
            connection,
            call.company_id,
            "export",
            params,
            export_id,
            created_by=call.principal.name if call.principal else None,
        )
    row = await get_job(services.pool, call.company_id, export_id)
    if row is None:
        raise NotFound
    location = {"location": f"/api/v1/exports/{export_id}"}
    return json_response(job_view(row, call.now()), 202, location)


async def _list(call: Call) -> Response:
    pool, company_id = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: list_exports(pool, company_id, before, limit),
        lambda: count_exports(pool, company_id),
        _view,
    )


def _view(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "kind": row["kind"],
        "format": row["style"]["format"],
        "file_name": row["file_name"],
        "state": "done" if row["complete"] else shown_state(row["state"] or "failed"),
        "error": row["error"],
        "rows": row["rows"],
        "bytes": row["bytes"],
        "masked": row["masked"],
        "created_at": time_text(row["created_at"]),
        "expires_at": time_text(row["expires_at"]),
    }


async def _export(call: Call) -> Row:
    row = await get_export(call.services.pool, call.company_id, call.path_id("export_id"))
    if row is None:
        raise NotFound
    return row


async def _get(call: Call) -> Response:
    return json_response(_view(await _export(call)))


async def _download(call: Call) -> Response:
    row = await _export(call)
    if not row["masked"] and not (call.principal and call.principal.may("operator")):
        raise Forbidden("this file shows phones and documents; make one of your own")
    if not row["complete"]:
        raise Conflict(f"the export is {_view(row)['state']}; only one that is done can be downloaded")
    return await stored_file(call, row)


async def _delete(call: Call) -> Response:
    row = await _export(call)
    await request_cancel(call.services.pool, call.company_id, row["id"])
    await delete_export(call.services.pool, call.company_id, row["id"])
    return Response(status_code=204)


_PATH = "/exports/{export_id}"
_JOBS = (
    Operation(
        name="createExport",
        method="POST",
        path="/exports",
        handler=_create,
        summary="Make a file in the background",
        description=(
            "For millions of rows: a job of kind `export` makes the file, which every gateway can send for seven days. "
            "It holds what there was when it was asked for. What a viewer asks for has phones and documents masked."
        ),
        tag=_TAG,
        body=ref("ExportInput"),
        body_example={"kind": "events", "format": "csv", "filter": {"event_type": "pix_created"}, "compress": "gzip"},
        answers={
            **ok("Job", "The job; its id is the export's.", 202),
            409: Answer(f"There are {MOST_PER_COMPANY} already.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
    Operation(
        name="listExports",
        method="GET",
        path="/exports",
        handler=_list,
        summary="Files made in the background, newest first",
        tag=_TAG,
        answers=page_of("Export"),
        query=PAGING,
    ),
    Operation(
        name="getExport",
        method="GET",
        path=_PATH,
        handler=_get,
        summary="One of them",
        tag=_TAG,
        answers=ok("Export", "The export."),
    ),
    Operation(
        name="downloadExport",
        method="GET",
        path=_PATH + "/download",
        handler=_download,
        summary="Its file",
        description="Viewers get files that are masked, others all.",
        tag=_TAG,
        answers={
            200: Answer("The file.", None, "application/octet-stream"),
            409: Answer("It is not done.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
    Operation(
        name="deleteExport",
        method="DELETE",
        path=_PATH,
        handler=_delete,
        summary="Take a file away, and stop its job",
        tag=_TAG,
        role="operator",
        answers=nothing(),
    ),
)
OPERATIONS = (*(_operation(exported, form) for exported in EXPORTED.values() for form in FORMATS), *_JOBS)
