"""Routes of intents: the built-in ones, a company's own, and what a text would be taken for."""

from __future__ import annotations

from collections import Counter
from typing import Any

from starlette.responses import Response

from engine.ai.examples import built_in_texts
from engine.ai.intents import BUILT_IN, UNSURE, intent_note
from engine.errors import FieldProblem, NotFound
from engine.ids import id_time
from gateway.calls import Call, json_response
from gateway.operations import Answer, Operation, nothing, ok
from gateway.problems import PROBLEM_TYPE
from gateway.schema import ref
from storage.ai_intents import delete_intent, get_intent, insert_intent, list_intents, update_intent
from storage.pool import Pool
from storage.searching import Row

_ANNOUNCED = "ai"


def _view(row: Row) -> dict[str, Any]:
    return {**row, "threshold": None if row["threshold"] is None else round(row["threshold"], 4)}


async def labels_of(pool: Pool, company_id: Any) -> dict[str, str]:
    """Return how a company calls its own intents."""
    return {row["name"]: row["label"] for row in await list_intents(pool, company_id)}


async def _list(call: Call) -> Response:
    rows = await list_intents(call.services.pool, call.company_id)
    examples = Counter(built_in_texts()[1])
    built_in = [{"name": name, "text": note._asdict(), "examples": examples[name]} for name, note in BUILT_IN.items()]
    return json_response({"data": [_view(row) for row in rows], "built_in": built_in})


async def _shown(call: Call, intent_id: Any, status: int = 200) -> Response:
    row = await get_intent(call.services.pool, call.company_id, intent_id)
    if row is None:
        raise NotFound
    headers = {"location": f"/api/v1/ai/intents/{intent_id}"} if status == 201 else None
    return json_response(_view(row), status, headers)


async def _get(call: Call) -> Response:
    return await _shown(call, call.path_id("intent_id"))


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    if body.get("name") == UNSURE:
        raise FieldProblem([{"field": "name", "reason": f"`{UNSURE}` is what no intent is"}])
    if "examples" in body:
        body = {**body, "examples": list(dict.fromkeys(text.strip() for text in body["examples"]))}
    return body


async def _create(call: Call) -> Response:
    body = _checked(call.body)
    intent_id = call.services.ids.make_uuid(call.services.clock())
    values = {"description": "", "threshold": None, "active": True, **body}
    await insert_intent(call.services.pool, call.company_id, intent_id, values, id_time(intent_id))
    await call.services.announce(_ANNOUNCED, call.company_id)
    return await _shown(call, intent_id, 201)


async def _update(call: Call) -> Response:
    intent_id = call.path_id("intent_id")
    if not await update_intent(call.services.pool, call.company_id, intent_id, _checked(call.body), call.now()):
        raise NotFound
    await call.services.announce(_ANNOUNCED, call.company_id)
    return await _shown(call, intent_id)


async def _delete(call: Call) -> Response:
    if not await delete_intent(call.services.pool, call.company_id, call.path_id("intent_id")):
        raise NotFound
    await call.services.announce(_ANNOUNCED, call.company_id)
    return Response(status_code=204)


async def _understand(call: Call) -> Response:
    found = await call.services.understand(call.company_id, call.body["text"])
    own = await labels_of(call.services.pool, call.company_id)
    return json_response({**found, "intent_text": intent_note(found["intent"], own)._asdict()})


_TAG = "AI: intents"
_PATH = "/ai/intents/{intent_id}"
_CONFLICT: dict[int, Answer] = {
    409: Answer("There is an intent of this name, or there are as many as may be.", ref("Problem"), PROBLEM_TYPE)
}
_EXAMPLE = {
    "name": "booking",
    "label": "Quer agendar",
    "examples": ["quero marcar um horário", "tem horário na quinta?", "dá pra agendar sábado?"],
}

OPERATIONS = (
    Operation(
        name="listAiIntents",
        method="GET",
        path="/ai/intents",
        handler=_list,
        summary="What messages may want: the company's own intents, and the built-in ones",
        tag=_TAG,
        answers=ok("AiIntents", "At most 50 of one's own, by name."),
    ),
    Operation(
        name="createAiIntent",
        method="POST",
        path="/ai/intents",
        handler=_create,
        summary="Teach an intent by examples",
        description="In force for the next message. A few short examples as people write them do.",
        tag=_TAG,
        role="operator",
        body=ref("AiIntentInput"),
        body_example=_EXAMPLE,
        answers={**ok("AiIntent", "The intent.", 201), **_CONFLICT},
    ),
    Operation(
        name="getAiIntent",
        method="GET",
        path=_PATH,
        handler=_get,
        summary="One of the company's own intents",
        tag=_TAG,
        answers=ok("AiIntent", "The intent."),
    ),
    Operation(
        name="updateAiIntent",
        method="PATCH",
        path=_PATH,
        handler=_update,
        summary="Change an intent; its name stays, rules know it by that",
        tag=_TAG,
        role="operator",
        body=ref("AiIntentChange"),
        body_example={"threshold": 0.6},
        answers=ok("AiIntent", "The intent as it is now."),
    ),
    Operation(
        name="deleteAiIntent",
        method="DELETE",
        path=_PATH,
        handler=_delete,
        summary="Remove an intent; what was decided stays",
        tag=_TAG,
        role="operator",
        answers=nothing(),
    ),
    Operation(
        name="understandText",
        method="POST",
        path="/ai/understand",
        handler=_understand,
        summary="What a text would be taken for, and by which examples; nothing follows from it",
        tag=_TAG,
        body=ref("AiText"),
        body_example={"text": "oi ja fiz o pix, falta mais alguma coisa?"},
        answers=ok("AiUnderstood", "Its intent."),
    ),
)
