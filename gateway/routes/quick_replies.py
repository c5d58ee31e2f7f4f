"""Routes of quick replies: texts that are sent often, by a shortcut, and filled for one conversation's person."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.errors import FieldProblem, NotFound
from engine.ids import id_time
from engine.pagination import Position
from engine.stored_events import canonical_of
from engine.templates import compile_template, text_problems
from engine.zones import zone_named
from gateway.calls import Call, json_response
from gateway.conversation_views import quick_reply_view
from gateway.operations import PAGING, Answer, Operation, id_query, nothing, ok, page_of
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import small_page
from gateway.schema import ref
from gateway.stored_events import empty_event
from storage.companies import get_company
from storage.conversation_threads import find_person_event
from storage.conversations import read_conversation
from storage.quick_replies import (
    count_quick_replies,
    delete_quick_reply,
    get_quick_reply,
    insert_quick_reply,
    list_quick_replies,
    update_quick_reply,
)
from storage.searching import Row


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id

    async def fetch(before: Position, limit: int) -> list[Row]:
        rows = await list_quick_replies(pool, company, before, limit)
        conversation_id = call.query.get("conversation_id")
        return rows if conversation_id is None else await _filled(call, conversation_id, rows)

    return await small_page(call, fetch, lambda: count_quick_replies(pool, company), quick_reply_view)


async def _filled(call: Call, conversation_id: UUID, rows: list[Row]) -> list[Row]:
    """Fill the texts with what the newest event about the person says; their name is known from what they wrote."""
    pool, company_id = call.services.pool, call.company_id
    conversation = await read_conversation(pool, company_id, conversation_id)
    if conversation is None:
        raise FieldProblem([{"field": "conversation_id", "reason": "is no conversation of this company"}])
    found = await find_person_event(pool, company_id, conversation["phone"])
    event, payload = canonical_of(found) if found else (empty_event(call.now()), None)
    event.customer_name = event.customer_name or conversation["name"]
    event.customer_phone = conversation["phone"]
    company = await get_company(pool, company_id)
    zone = zone_named(company["time_zone"] if company else call.services.settings.time_zone)
    rendered = [compile_template(row["text"]).render(event, payload, zone) for row in rows]
    return [
        {**row, "filled": {"text": one.text, "missing": list(one.missing)}}
        for row, one in zip(rows, rendered, strict=True)
    ]


async def _shown(call: Call, reply_id: UUID, status: int = 200) -> Response:
    row = await get_quick_reply(call.services.pool, call.company_id, reply_id)
    if row is None:
        raise NotFound
    return json_response(quick_reply_view(row), status)


async def _get(call: Call) -> Response:
    return await _shown(call, call.path_id("quick_reply_id"))


def _check(body: dict[str, Any]) -> None:
    if "text" in body and (problems := text_problems(body["text"])):
        raise FieldProblem([{"field": "text", "reason": reason} for reason in problems])


async def _create(call: Call) -> Response:
    _check(call.body)
    reply_id = call.services.ids.make_uuid(call.services.clock())
    shortcut, text = call.body["shortcut"], call.body["text"]
    await insert_quick_reply(call.services.pool, call.company_id, reply_id, shortcut, text, id_time(reply_id))
    return await _shown(call, reply_id, 201)


async def _update(call: Call) -> Response:
    _check(call.body)
    reply_id, body = call.path_id("quick_reply_id"), call.body
    if not await update_quick_reply(
        call.services.pool, call.company_id, reply_id, body.get("shortcut"), body.get("text"), call.now()
    ):
        raise NotFound
    return await _shown(call, reply_id)


async def _delete(call: Call) -> Response:
    if not await delete_quick_reply(call.services.pool, call.company_id, call.path_id("quick_reply_id")):
        raise NotFound
    return Response(status_code=204)


_TAG = "Quick replies"
_CONFLICT: dict[int, Answer] = {409: Answer("There is one with this shortcut.", ref("Problem"), PROBLEM_TYPE)}

OPERATIONS = (
    Operation(
        name="listQuickReplies",
        method="GET",
        path="/quick-replies",
        handler=_list,
        summary="Texts that are sent often, newest first",
        tag=_TAG,
        answers=page_of("QuickReply"),
        query=(id_query("conversation_id", "Fill the texts for this conversation's person (`filled`)."), *PAGING),
    ),
    Operation(
        name="createQuickReply",
        method="POST",
        path="/quick-replies",
        handler=_create,
        summary="Keep a text that is sent often",
        tag=_TAG,
        role="operator",
        body=ref("QuickReplyInput"),
        body_example={"shortcut": "acesso", "text": "Oi, {{customer_name|first_name}}! Seu acesso já está liberado."},
        answers={**ok("QuickReply", "The quick reply.", 201), **_CONFLICT},
    ),
    Operation(
        name="getQuickReply",
        method="GET",
        path="/quick-replies/{quick_reply_id}",
        handler=_get,
        summary="One quick reply",
        tag=_TAG,
        answers=ok("QuickReply", "The quick reply."),
    ),
    Operation(
        name="updateQuickReply",
        method="PATCH",
        path="/quick-replies/{quick_reply_id}",
        handler=_update,
        summary="Change a quick reply",
        tag=_TAG,
        role="operator",
        body=ref("QuickReplyChange"),
        body_example={"text": "Oi! Seu acesso já está liberado."},
        answers={**ok("QuickReply", "The quick reply as it is now."), **_CONFLICT},
    ),
    Operation(
        name="deleteQuickReply",
        method="DELETE",
        path="/quick-replies/{quick_reply_id}",
        handler=_delete,
        summary="Delete a quick reply",
        tag=_TAG,
        role="operator",
        answers=nothing(),
    ),
)
