"""Routes of a conversation's thread: what was said, and an answer out of the inbox."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.conversation_views import CLOSED
from engine.conversations import window_closes_at
from engine.errors import FieldProblem
from engine.times import parse_time
from gateway.answering import note_reply
from gateway.calls import Call, page_response
from gateway.conversation_views import entry_view
from gateway.counts import Count
from gateway.operations import PAGING, Answer, Operation, ok, page_of
from gateway.problems import PROBLEM_TYPE
from gateway.reasons import in_words
from gateway.routes.conversations import conversation_of
from gateway.routes.messages import idempotency_key, sent
from gateway.schema import Schema, record, ref
from gateway.sending import SEND_SCHEMA, send_message
from storage.conversation_threads import list_thread
from storage.searching import Row
from storage.templates import get_template

_TO = ("session_id", "to")
REPLY_SCHEMA: Schema = record({name: field for name, field in SEND_SCHEMA["properties"].items() if name not in _TO})


async def _list(call: Call) -> Response:
    row = await conversation_of(call)
    page = await list_thread(
        call.services.pool,
        call.company_id,
        row["session_id"],
        row["phone"],
        call.query.get("cursor"),
        call.range.limit,
    )
    # How many there are nobody has counted: what was read, and whether there is more.
    count = Count(len(page.rows), page.next is not None)
    return page_response([entry_view(entry) for entry in page.rows], page.next, count)


async def _reply(call: Call) -> Response:
    key, row = idempotency_key(call), await conversation_of(call)
    await _check_window(call, row)
    body = {**call.body, "session_id": str(row["session_id"]), "to": row["phone"]}
    message_id, known = await send_message(replace(call, body=body), key, partial(note_reply, call, row))
    return await sent(call, message_id, known=known)


async def _check_window(call: Call, row: Row) -> None:
    """Refuse what WhatsApp would refuse: anything but an approved template when the window is closed.

    Raises:
        FieldProblem: says so in words.
    """
    body = call.body
    if row["transport"] == "web" or _leaves_at(call) < window_closes_at(row["last_inbound_at"]):
        return
    if await _is_template(call, body):
        return
    field = next((name for name in ("template_id", "content", "text") if name in body), "text")
    reason = "is outside the 24-hour window: only an approved template may go"
    raise FieldProblem([{"field": field, "reason": reason, "reason_text": in_words(CLOSED)}])


def _leaves_at(call: Call) -> datetime:
    given = parse_time(call.body["send_at"]) if "send_at" in call.body else None
    return call.now() if given is None else max(call.now(), given)


async def _is_template(call: Call, body: dict[str, Any]) -> bool:
    if "template_id" in body:
        found = await get_template(call.services.pool, call.company_id, UUID(body["template_id"]))
        return found is None or found["kind"] == "meta"  # one that is not there is told by the check behind
    return bool(body.get("content", {}).get("type") == "template")


_TAG = "Conversations"

OPERATIONS = (
    Operation(
        name="listConversationMessages",
        method="GET",
        path="/conversations/{conversation_id}/messages",
        handler=_list,
        summary="A conversation's thread: what the person wrote and what was sent to them, newest first",
        description=(
            "Every entry says who sent it: the person (`customer`), one of the company (`person`), `ai`, a program "
            "(`key`), a `rule` or a `campaign`. `count` is this page's."
        ),
        tag=_TAG,
        answers=page_of("ThreadEntry"),
        query=PAGING,
    ),
    Operation(
        name="sendConversationMessage",
        method="POST",
        path="/conversations/{conversation_id}/messages",
        handler=_reply,
        summary="Answer in a conversation",
        description=(
            "As `POST /messages`, without `to` and `session_id`. The conversation is then answered, read, open, and "
            "taken over from AI; it is yours if it was nobody's. While the 24-hour window is closed only an approved "
            "template goes: everything else is refused (422) with the reason in words."
        ),
        tag=_TAG,
        role="operator",
        body=REPLY_SCHEMA,
        body_example={"text": "Oi! Já vou verificar o seu acesso."},
        answers={
            **ok("Message", "The message is stored and on its way.", 201),
            200: Answer("The same request was answered before; this is its message.", ref("Message")),
            409: Answer("The idempotency key was used for another request.", ref("Problem"), PROBLEM_TYPE),
        },
        headers={"Idempotency-Key": "1 to 200 characters; kept for at least 24 hours."},
    ),
)
