"""Routes of messages: lists, one message with its ledger, sending one by hand, calling one off."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.errors import Conflict, FieldProblem, NotFound
from engine.message_states import STATUSES
from engine.metrics import Delta
from gateway.answering import note_answer
from gateway.calls import Call, json_response
from gateway.of_contact import CONTACT, by_phone
from gateway.operations import (
    PAGING,
    TIME_RANGE,
    Answer,
    Operation,
    Query,
    id_query,
    ok,
    page_of,
    text_query,
)
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import large_page
from gateway.schema import ref, text
from gateway.sending import SEND_SCHEMA, send_message
from gateway.views import attempt_view, message_view
from storage.message_changes import count as count_transitions
from storage.messages import MessageFilter, count_messages, get_message, list_attempts, list_messages
from storage.pool import Connection
from storage.waiting import cancel

_WAITING = ("scheduled", "queued", "held")
_STATUS = f"({'|'.join(STATUSES)})"
_SEVERAL = {
    **text(200, pattern=f"^{_STATUS}(,{_STATUS})*$", examples=["failed", "delivered,read"]),
    "x-reason": f"must be one of {', '.join(STATUSES)}, or several of them with commas between them",
}


def message_filter(query: dict[str, Any]) -> MessageFilter:
    """Read the filter."""
    return MessageFilter(**{name: query.get(name) for name in MessageFilter._fields})


async def _list(call: Call) -> Response:
    return await large_page(call, message_filter(await by_phone(call)), list_messages, count_messages, message_view)


async def _get(call: Call) -> Response:
    message_id = call.path_id("message_id")
    row = await get_message(call.services.pool, call.company_id, message_id)
    if row is None:
        raise NotFound
    attempts = await list_attempts(call.services.pool, call.company_id, message_id)
    return json_response({**message_view(row), "attempts": [attempt_view(attempt) for attempt in attempts]})


async def _send(call: Call) -> Response:
    message_id, known = await send_message(call, idempotency_key(call), partial(note_answer, call))
    return await sent(call, message_id, known=known)


def idempotency_key(call: Call) -> str | None:
    """Return the request's idempotency key.

    Raises:
        FieldProblem: it is empty or too long.
    """
    key = call.request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= 200:
        raise FieldProblem([{"field": "Idempotency-Key", "reason": "must have 1 to 200 characters"}])
    return key


async def sent(call: Call, message_id: UUID, *, known: bool) -> Response:
    """Answer with a message that was stored just now, or before under the same key."""
    row = await get_message(call.services.pool, call.company_id, message_id)
    if row is None:  # erased between the two
        raise NotFound
    headers = {"location": f"/api/v1/messages/{message_id}", **({"idempotent-replay": "true"} if known else {})}
    return json_response(message_view(row), 200 if known else 201, headers)


async def _cancel(call: Call) -> Response:
    company_id, message_id = call.company_id, call.path_id("message_id")

    async def work(connection: Connection, delta: Delta) -> bool:
        changed = await cancel(connection, company_id, [message_id], call.now())
        count_transitions(delta, changed)
        return bool(changed)

    done = await call.services.ledger.write(work)
    row = await get_message(call.services.pool, company_id, message_id)
    if row is None:
        raise NotFound
    if not done:
        raise Conflict(f"the message is {row['status']}; only one that is {', '.join(_WAITING)} can be called off")
    call.services.senders.cancelled(row["session_id"], [message_id])
    return json_response(message_view(row))


def _conflict(description: str) -> Answer:
    return Answer(description, ref("Problem"), PROBLEM_TYPE)


FILTERS = (
    id_query("event_id", "The event it came of (has an index)."),
    id_query("campaign_id", "The campaign it belongs to."),
    id_query("rule_id", "The rule that made it."),
    id_query("session_id", "The WhatsApp number it goes through."),
    Query("phone", "phone", "Who gets it; anything that can be read as a phone.", text(64)),
    Query("status", "text", "Where it stands; several with commas between them.", _SEVERAL),
    text_query("reason", "The reason's code."),
)

OPERATIONS = (
    Operation(
        name="listMessages",
        method="GET",
        path="/messages",
        handler=_list,
        summary="Messages, newest first",
        description=(
            "A filter that has no index looks through a bounded number of the newest messages: the page may then be "
            "short, or even empty, and `next_cursor` goes on from there."
        ),
        tag="Messages",
        answers=page_of("Message"),
        query=(*TIME_RANGE, *FILTERS, CONTACT, *PAGING),
    ),
    Operation(
        name="sendMessage",
        method="POST",
        path="/messages",
        handler=_send,
        summary="Send a message: a text, a template, media, buttons or anything else WhatsApp takes",
        description=(
            "With an `Idempotency-Key` the same request sends once, however often it is repeated; the same key with "
            "another request is refused (409)."
        ),
        tag="Messages",
        role="operator",
        body=SEND_SCHEMA,
        body_example={
            "session_id": "0199f000-0000-7000-8000-000000000001",
            "to": "+5511900000000",
            "text": "Olá! Seu pedido saiu para entrega.",
        },
        answers={
            **ok("Message", "The message is stored and on its way.", 201),
            200: Answer("The same request was answered before; this is its message.", ref("Message")),
            409: _conflict("The idempotency key was used for another request."),
        },
        headers={"Idempotency-Key": "1 to 200 characters; kept for at least 24 hours."},
    ),
    Operation(
        name="getMessage",
        method="GET",
        path="/messages/{message_id}",
        handler=_get,
        summary="One message with its timeline and every attempt",
        tag="Messages",
        answers=ok("MessageDetail", "The message."),
    ),
    Operation(
        name="cancelMessage",
        method="POST",
        path="/messages/{message_id}/cancel",
        handler=_cancel,
        summary="Call a waiting message off",
        tag="Messages",
        role="operator",
        answers={
            **ok("Message", "It will not be sent."),
            409: _conflict("It is being sent, or was."),
        },
    ),
)
