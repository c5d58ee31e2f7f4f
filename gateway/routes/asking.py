"""Routes that ask WhatsApp itself about a session: its health, its templates, and messages marked as read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.errors import Conflict, FieldProblem, NotFound
from engine.outgoing_schema import MESSAGE_ID_MAX, reply_problems
from gateway.calls import Call, json_response
from gateway.graph import told
from gateway.operations import Answer, Operation
from gateway.routes.reviewing import account_of
from gateway.schema import Schema, boolean, identifier, nullable, record, ref, text
from storage.searching import Row
from storage.sessions import get_session

_FACTS = ("phone", "verified_name", "quality", "throughput", "tier", "status", "can_send", "troubles")


async def _number(call: Call, session_id: UUID) -> Row:
    row = await get_session(call.services.pool, call.company_id, session_id)
    if row is None:
        raise NotFound
    if row["transport"] == "web":
        raise Conflict("a WhatsApp-Web session has no number at the Cloud API")
    return row


async def _ask(call: Call, question: str, row: Row, *arguments: Any) -> Any:
    return await call.services.graph.ask(question, call.company_id.bytes, row["id"].bytes, *arguments)


async def _check(call: Call) -> Response:
    answer = await _ask(call, "check_session", await _number(call, call.path_id("session_id")))
    known = answer["number"]
    return json_response(
        {
            "asked": answer["asked"],
            "problems": told(answer["problems"]),
            "number": None if known is None else {name: known.get(name) for name in _FACTS},
        }
    )


async def _mark_read(call: Call) -> Response:
    row = await _number(call, call.path_id("session_id"))
    if errors := reply_problems(call.body["message_id"], "message_id"):
        raise FieldProblem(errors)
    marked = await _ask(call, "mark_read", row, call.body["message_id"], call.body.get("typing", False))
    return json_response({"marked": bool(marked)})


async def _sync(call: Call) -> Response:
    row = await account_of(call)
    answer = await _ask(call, "sync_templates", row, call.services.clock())
    if answer["changed"]:
        await call.services.announce("templates", call.company_id)
    return json_response(
        {
            "told": answer["told"],
            "changed": answer["changed"],
            "templates": [{"name": name, "language": language} for name, language in answer["names"]],
        }
    )


def _shown(description: str, **fields: Schema) -> dict[int, Answer]:
    """Return the answer of an operation; each of its fields is always there."""
    return {200: Answer(description, record(fields, required=tuple(fields)))}


_WORDS = record({"pt": {"type": "string"}, "en": {"type": "string"}}, required=("pt", "en"))
_PROBLEM = record(
    {"field": {"type": "string"}, "reason": {"type": "string"}, "reason_text": _WORDS},
    required=("field", "reason", "reason_text"),
)
_SENTENCE: Schema = {"type": ["string", "null"]}
_NUMBER = record(
    {
        **dict.fromkeys(_FACTS, _SENTENCE),
        "throughput": {"type": ["integer", "null"], "description": "Messages per second."},
        "troubles": {"type": "array", "items": {"type": "string"}},
    },
    required=_FACTS,
)
_TEMPLATE = record({"name": {"type": "string"}, "language": {"type": "string"}}, required=("name", "language"))
_CONFLICT = {409: Answer("A WhatsApp-Web session.", ref("Problem"), "application/problem+json")}

OPERATIONS = (
    Operation(
        name="checkSession",
        method="POST",
        path="/sessions/{session_id}/check",
        handler=_check,
        summary="Ask WhatsApp whether a session's token and ids work, and how its number is",
        tag="Sessions",
        role="operator",
        answers={
            **_shown(
                "What WhatsApp says; `asked` is false where it gave no answer.",
                asked=boolean(),
                problems={"type": "array", "items": _PROBLEM},
                number=nullable(_NUMBER),
            ),
            **_CONFLICT,
        },
    ),
    Operation(
        name="markRead",
        method="POST",
        path="/sessions/{session_id}/mark-read",
        handler=_mark_read,
        summary="Mark a person's message as read",
        description="`typing` also shows that an answer is being written, for at most 25 seconds.",
        tag="Sessions",
        role="operator",
        body=record(
            {
                "message_id": text(MESSAGE_ID_MAX, description="WhatsApp's id of the message, `wamid.…`."),
                "typing": boolean(),
            },
            required=("message_id",),
        ),
        body_example={"message_id": "wamid.HBgNNTUxMTkwMDAwMDAwMBUCABEYEjA", "typing": True},
        answers={**_shown("Whether WhatsApp said yes.", marked=boolean()), **_CONFLICT},
    ),
    Operation(
        name="syncTemplates",
        method="POST",
        path="/templates/sync",
        handler=_sync,
        summary="Take in what WhatsApp says of the stored templates: status, quality and category",
        tag="Templates",
        role="operator",
        body=record({"session_id": identifier(description="A number of the account.")}, required=("session_id",)),
        body_example={"session_id": "0199f000-0000-7000-8000-000000000001"},
        answers=_shown(
            "How many templates WhatsApp knows, which, and whether one of them is stored here.",
            told={"type": "integer"},
            changed=boolean(),
            templates={"type": "array", "items": _TEMPLATE},
        ),
    ),
)
