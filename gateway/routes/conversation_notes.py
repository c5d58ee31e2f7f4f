"""Routes of notes: what colleagues write about a conversation; the person never sees it."""

from __future__ import annotations

from starlette.responses import Response

from engine.errors import FieldProblem, NotFound
from engine.ids import id_time
from gateway.answering import author_of
from gateway.calls import Call, json_response
from gateway.conversation_views import note_view
from gateway.operations import PAGING, Operation, nothing, ok, page_of
from gateway.routes.conversations import conversation_of
from gateway.routes.lists import small_page
from gateway.schema import ref
from storage.conversation_notes import add_note, count_notes, delete_note, list_notes


async def _list(call: Call) -> Response:
    pool, company, row = call.services.pool, call.company_id, await conversation_of(call)
    return await small_page(
        call,
        lambda before, limit: list_notes(pool, company, row["id"], before, limit),
        lambda: count_notes(pool, company, row["id"]),
        note_view,
    )


async def _add(call: Call) -> Response:
    text = call.body["text"].strip()
    if not text:
        raise FieldProblem([{"field": "text", "reason": "must say something"}])
    note_id = call.services.ids.make_uuid(call.services.clock())
    conversation_id = call.path_id("conversation_id")
    async with call.services.pool.acquire() as connection:
        author = await author_of(call, connection)
        user_id = author.id if author.kind == "person" else None
        row = await add_note(
            connection, call.company_id, conversation_id, note_id, user_id, author.name, text, id_time(note_id)
        )
    if row is None:
        raise NotFound
    return json_response(note_view(row), 201)


async def _delete(call: Call) -> Response:
    ids = call.path_id("conversation_id"), call.path_id("note_id")
    if not await delete_note(call.services.pool, call.company_id, *ids):
        raise NotFound
    return Response(status_code=204)


_TAG = "Conversations"

OPERATIONS = (
    Operation(
        name="listConversationNotes",
        method="GET",
        path="/conversations/{conversation_id}/notes",
        handler=_list,
        summary="Notes of a conversation, newest first; the person never sees them",
        tag=_TAG,
        answers=page_of("ConversationNote"),
        query=PAGING,
    ),
    Operation(
        name="addConversationNote",
        method="POST",
        path="/conversations/{conversation_id}/notes",
        handler=_add,
        summary="Write a note for colleagues",
        tag=_TAG,
        role="operator",
        body=ref("ConversationNoteInput"),
        body_example={"text": "Prometi retorno até sexta."},
        answers=ok("ConversationNote", "The note.", 201),
    ),
    Operation(
        name="deleteConversationNote",
        method="DELETE",
        path="/conversations/{conversation_id}/notes/{note_id}",
        handler=_delete,
        summary="Delete a note",
        tag=_TAG,
        role="operator",
        answers=nothing(),
    ),
)
