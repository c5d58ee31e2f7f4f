"""Routes of files of contacts: one comes in, is looked at, is removed. It is taken in by contact_import_runs.py."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from starlette.responses import Response

from engine.csv_format import guess_format
from engine.errors import Conflict, NotFound
from engine.ids import id_time
from gateway.calls import Call, json_response
from gateway.components.people import MAPPING_MOST
from gateway.import_uploads import RECEIVE_S, ImportFile, ImportUploads, receive
from gateway.import_views import import_summary, import_view
from gateway.operations import PAGING, Answer, Operation, nothing, ok, page_of, text_query
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import small_page
from gateway.schema import ref
from storage.contact_imports import (
    PIECE,
    count_imports,
    delete_import,
    finish_upload,
    get_import,
    insert_import,
    list_imports,
)
from storage.jobs import get_job
from storage.searching import Row

_UPLOADING = timedelta(hours=1)
KEPT = timedelta(days=7)
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
            await finish_upload(pool, company_id, import_id, file.size, {**told, "lines": file.lines}, name, now + KEPT)
        except BaseException:
            await delete_import(pool, company_id, import_id)
            raise
    row = await known_import(call, import_id)
    return json_response(await import_view(call, row, {}), 201, {"location": f"/api/v1/contacts/import/{import_id}"})


async def known_import(call: Call, import_id: UUID) -> Row:
    """Return a file.

    Raises:
        NotFound: the company has none of this id.
    """
    row = await get_import(call.services.pool, call.company_id, import_id)
    if row is None:
        raise NotFound
    return row


async def _get(call: Call) -> Response:
    return json_response(await import_view(call, await known_import(call, call.path_id("import_id")), {}))


async def _preview(call: Call) -> Response:
    return json_response(await import_view(call, await known_import(call, call.path_id("import_id")), call.body))


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: list_imports(pool, company, before, limit),
        lambda: count_imports(pool, company),
        import_summary,
    )


async def _delete(call: Call) -> Response:
    row = await known_import(call, call.path_id("import_id"))
    if row["job_id"] is not None:
        job = await get_job(call.services.pool, call.company_id, row["job_id"])
        if job is not None and job["finished_at"] is None:
            raise Conflict("its job is at work; cancel that first")
    await delete_import(call.services.pool, call.company_id, row["id"])
    return Response(status_code=204)


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
