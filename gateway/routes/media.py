"""The route that takes a file for messages: its bytes or a form, answered by the media id to send it with."""

from __future__ import annotations

from datetime import timedelta

from starlette.responses import Response

from engine.errors import Conflict, NotFound
from engine.outgoing_media import MEDIA_KINDS, MEDIA_TYPES
from engine.times import rfc3339
from gateway.calls import Call, json_response
from gateway.operations import Answer, Operation, choice_query, text_query
from gateway.problems import PROBLEM_TYPE
from gateway.schema import choice, moment, record, ref
from gateway.uploads import RECEIVE_S
from storage.sessions import get_session

_KEPT = timedelta(days=30)  # facts on WhatsApp, §1.1
_SEND_S = 130.0
_MB = 1024 * 1024
_LIMITS = ", ".join(
    f"{kind} {of.most_bytes // _MB} MB" if of.most_bytes >= _MB else f"{kind} {of.most_bytes // 1024} KB"
    for kind, of in MEDIA_KINDS.items()
)


async def _upload(call: Call) -> Response:
    session_id = call.path_id("session_id")
    row = await get_session(call.services.pool, call.company_id, session_id)
    if row is None:
        raise NotFound
    if row["transport"] == "web":
        raise Conflict("a WhatsApp-Web session takes media by link only")
    query = call.query
    async with call.services.uploads.receive(call.request, query.get("type"), query.get("filename", "")) as upload:
        media_id = await call.services.media.upload(
            call.company_id,
            session_id,
            upload.path,
            kind=upload.kind or "",
            mime_type=upload.mime_type or "",
            filename=upload.filename,
        )
        shown = {
            "id": media_id,
            "type": upload.kind,
            "mime_type": upload.mime_type,
            "size": upload.size,
            "expires_at": rfc3339(call.now() + _KEPT),
        }
    return json_response(shown, 201)


_MEDIA = record(
    {
        "id": {"type": "string", "description": 'For `content`: `{"image": {"id": …}}` in `POST /messages`.'},
        "type": choice(*MEDIA_TYPES),
        "mime_type": {"type": "string"},
        "size": {"type": "integer", "description": "Bytes."},
        "expires_at": moment(description="When WhatsApp deletes it."),
    },
    required=("id", "type", "mime_type", "size", "expires_at"),
)

OPERATIONS = (
    Operation(
        name="uploadMedia",
        method="POST",
        path="/sessions/{session_id}/media",
        handler=_upload,
        summary="Upload a file for messages of this number",
        description=(
            "The file as the body, with its `Content-Type`; or a form (`multipart/form-data`) whose part `file` holds "
            f"it. Largest: {_LIMITS}. What is neither image, video, audio nor sticker is a document; `type` decides "
            "otherwise. The id is good for 30 days and for this number alone."
        ),
        tag="Sessions",
        role="operator",
        query=(
            choice_query("type", "What it is to be sent as.", *MEDIA_TYPES),
            text_query("filename", "Its name, where the body does not tell it."),
        ),
        uploads=("*/*", "multipart/form-data"),
        limit_s=RECEIVE_S + _SEND_S,
        answers={
            201: Answer("WhatsApp has it.", _MEDIA),
            409: Answer("A WhatsApp-Web session.", ref("Problem"), PROBLEM_TYPE),
            429: Answer("Other files are being received; come again.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
)
