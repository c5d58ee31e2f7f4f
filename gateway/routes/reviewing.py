"""Routes of templates at WhatsApp: handed in for review, deleted, taken in; and an account's webhooks asked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.errors import Conflict, FieldProblem, NotFound
from engine.meta_definitions import EXAMPLE_MAX, definition_of
from engine.template_syntax import MAX_VARIABLES
from gateway.calls import Call, json_response
from gateway.graph import told
from gateway.operations import Answer, Operation, ok
from gateway.problems import PROBLEM_TYPE
from gateway.schema import anything, boolean, identifier, items, record, ref, text
from gateway.views import template_view
from storage.searching import Row
from storage.sessions import get_session
from storage.templates import get_template


async def account_of(call: Call) -> Row:
    """Return the number that a body names, through whose account WhatsApp is asked.

    Raises:
        FieldProblem: the company has none such, or it has no account.
    """
    row = await get_session(call.services.pool, call.company_id, UUID(call.body["session_id"]))
    if row is None:
        raise FieldProblem([{"field": "session_id", "reason": "is no session of this company"}])
    if row["transport"] == "web" or not row["waba_id"]:
        raise FieldProblem([{"field": "session_id", "reason": "has no account at the Cloud API (waba_id)"}])
    return row


async def _ask(call: Call, question: str, session: Row, *arguments: Any) -> Any:
    """Return a desk's answer; what WhatsApp refused is told by its field, in both languages."""
    answer = await call.services.graph.ask(question, call.company_id.bytes, session["id"].bytes, *arguments)
    if answer["problems"]:
        raise FieldProblem(told(answer["problems"]))
    return answer


async def _template(call: Call) -> Row:
    row = await get_template(call.services.pool, call.company_id, call.path_id("template_id"))
    if row is None:
        raise NotFound
    if row["kind"] != "meta":
        raise Conflict("a plain template is a text of its own; WhatsApp reviews those of kind meta")
    return row


async def _changed(call: Call) -> Response:
    await call.services.announce("templates", call.company_id)
    return json_response(template_view(await _template(call)))


async def _submit(call: Call) -> Response:
    row = await _template(call)
    session = await account_of(call)
    definition, problems = definition_of(row, call.body.get("examples", []), call.body.get("components"))
    if problems:
        raise FieldProblem(problems)
    await _ask(call, "submit_template", session, row["id"].bytes, definition, call.services.clock())
    return await _changed(call)


async def _withdraw(call: Call) -> Response:
    row = await _template(call)
    session = await account_of(call)
    everywhere = call.body.get("all_languages", False)
    await _ask(call, "withdraw_template", session, row["id"].bytes, everywhere, call.services.clock())
    return await _changed(call)


async def _import(call: Call) -> Response:
    answer = await _ask(call, "take_in_templates", await account_of(call), call.services.clock())
    if answer["changed"]:
        await call.services.announce("templates", call.company_id)
    return json_response(
        {
            "told": answer["told"],
            "changed": answer["changed"],
            "imported": [{"name": name, "language": language} for name, language in answer["imported"]],
            "left_out": [
                {"name": name, "language": language, "reason": reason} for name, language, reason in answer["left_out"]
            ],
        }
    )


async def _subscribe(call: Call) -> Response:
    row = await get_session(call.services.pool, call.company_id, call.path_id("session_id"))
    if row is None:
        raise NotFound
    if row["transport"] == "web" or not row["waba_id"]:
        raise Conflict("the session has no account at the Cloud API (waba_id)")
    await _ask(call, "subscribe", row)
    return json_response({"subscribed": True})


_TAG = "Templates"
_SESSION = identifier(description="A number of the account.")
_CONFLICT = {409: Answer("A plain template.", ref("Problem"), PROBLEM_TYPE)}
_EXAMPLE_ID = "0199f000-0000-7000-8000-000000000001"
_NAMED = {"name": {"type": "string"}, "language": {"type": "string"}}
_REFUSED = "What WhatsApp refuses is told by its field, in Portuguese and English (`errors[].reason_text`)."

OPERATIONS = (
    Operation(
        name="submitTemplate",
        method="POST",
        path="/templates/{template_id}/submit",
        handler=_submit,
        summary="Hand a template in for WhatsApp's review; one that is there already is changed and reviewed anew",
        description=(
            "`examples`: a value for each variable of the body, in their order. A template with a header, buttons or "
            f"named parameters takes `components` as WhatsApp writes them. {_REFUSED}"
        ),
        tag=_TAG,
        role="operator",
        body=record(
            {
                "session_id": _SESSION,
                "examples": items(text(EXAMPLE_MAX), MAX_VARIABLES),
                "components": items(anything(), 10),
            },
            required=("session_id",),
        ),
        body_example={"session_id": _EXAMPLE_ID, "examples": ["Maria", "R$ 97,00", "00020126…"]},
        answers={**ok("Template", "It is pending, and sent once WhatsApp approves it."), **_CONFLICT},
    ),
    Operation(
        name="withdrawTemplate",
        method="POST",
        path="/templates/{template_id}/withdraw",
        handler=_withdraw,
        summary="Delete a template at WhatsApp; the stored one stays, is not sent, and can be handed in again",
        description=f"An approved template's name cannot be used again for 30 days. {_REFUSED}",
        tag=_TAG,
        role="operator",
        body=record({"session_id": _SESSION, "all_languages": boolean()}, required=("session_id",)),
        body_example={"session_id": _EXAMPLE_ID},
        answers={**ok("Template", "It is deleted there."), **_CONFLICT},
    ),
    Operation(
        name="importTemplates",
        method="POST",
        path="/templates/import",
        handler=_import,
        summary="Sync, and store the templates of an account that are not stored yet",
        description=(
            "What a variable stands for WhatsApp does not tell: `{{1}}` is stored as `{{$.p1}}` and a message that "
            "lacks it is held, until the body says which field is meant. `left_out` tells what must be written by hand."
        ),
        tag=_TAG,
        role="operator",
        body=record({"session_id": _SESSION}, required=("session_id",)),
        body_example={"session_id": _EXAMPLE_ID},
        answers={
            200: Answer(
                "What WhatsApp has, what is new here, and what could not be taken in.",
                record(
                    {
                        "told": {"type": "integer"},
                        "changed": boolean(),
                        "imported": {"type": "array", "items": record(_NAMED, required=tuple(_NAMED))},
                        "left_out": {
                            "type": "array",
                            "items": record({**_NAMED, "reason": {"type": "string"}}, required=(*_NAMED, "reason")),
                        },
                    },
                    required=("told", "changed", "imported", "left_out"),
                ),
            )
        },
    ),
    Operation(
        name="subscribeApp",
        method="POST",
        path="/sessions/{session_id}/subscribe",
        handler=_subscribe,
        summary="Have the token's Meta app told of what happens in this number's account",
        description=f"Without it receipts and answers do not come back. {_REFUSED}",
        tag="Sessions",
        role="owner",
        answers={
            200: Answer("WhatsApp sends its webhooks.", record({"subscribed": boolean()}, required=("subscribed",))),
            409: Answer("The session has no account.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
)
