"""The route of a file that a person sent: fetched from WhatsApp while it is given on, and kept nowhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

from starlette.responses import Response

from engine.errors import NotFound
from engine.outgoing_media import MEDIA_KINDS
from gateway.calls import Call
from gateway.conversation_views import media_of
from gateway.downloads import Download
from gateway.operations import Answer, Operation
from gateway.problems import PROBLEM_TYPE
from gateway.routes.conversations import conversation_of
from gateway.schema import ref
from storage.conversation_threads import get_inbound

# Shown where it stands; everything else is for saving. Names come from strangers: none is told.
_SHOWN = frozenset(
    (
        *("image/jpeg", "image/png", "image/webp", "video/mp4", "video/3gpp", "audio/aac", "audio/mp4", "audio/mpeg"),
        *("audio/amr", "audio/ogg", "application/pdf"),
    )
)
_MOST_BYTES = max(kind.most_bytes for kind in MEDIA_KINDS.values()) + 1_048_576


async def _get(call: Call) -> Response:
    row = await conversation_of(call)
    told = await get_inbound(
        call.services.pool, call.company_id, row["session_id"], row["phone"], call.path_id("event_id")
    )
    media = None if told is None else media_of(told["payload"])
    if media is None or media["id"] is None or row["transport"] == "web":
        raise NotFound
    mime_type = (media["mime_type"] or "").partition(";")[0].strip().lower()
    shown = mime_type in _SHOWN
    headers = {
        "content-type": mime_type if shown else "application/octet-stream",
        "content-disposition": "inline" if shown else "attachment",
        "x-content-type-options": "nosniff",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, max-age=3600",
    }
    pieces = _pieces(call, row["session_id"], media["id"])
    return Download(pieces, call.services.media_downloads, call.company_id, headers)


async def _pieces(call: Call, session_id: UUID, media_id: str) -> AsyncIterator[bytes]:
    """Give the file; one that is larger than WhatsApp takes is cut, since nobody can have sent it."""
    left = _MOST_BYTES
    async with call.services.media.download(call.company_id, session_id, media_id) as file:
        async for piece in file.pieces():
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                return


OPERATIONS = (
    Operation(
        name="getConversationMedia",
        method="GET",
        path="/conversations/{conversation_id}/messages/{event_id}/media",
        handler=_get,
        summary="The file of an inbound message",
        description=(
            "Fetched from WhatsApp, which keeps it for some days (404 afterwards), and stored nowhere here. Pictures, "
            "sounds, films and PDF are shown by their type, everything else is to be saved."
        ),
        tag="Conversations",
        role="operator",
        limit_s=30.0,
        answers={
            200: Answer("The file.", None, "application/octet-stream"),
            429: Answer("Too many files are being fetched; come again.", ref("Problem"), PROBLEM_TYPE),
            503: Answer("WhatsApp cannot be reached.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
)
