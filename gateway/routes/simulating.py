"""Routes that try AI out: what would become of a text, and how well a company's examples tell its intents apart."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from engine.ai.intents import intent_note
from engine.errors import FieldProblem, NotFound
from gateway.calls import Call, json_response
from gateway.operations import Operation, ok
from gateway.reasons import in_words
from gateway.routes.ai_intents import labels_of
from gateway.schema import ref

_LIMIT_S = 40.0  # a model may take its time
_ROLES = {"person": "user", "company": "assistant"}


async def _simulate(call: Call) -> Response:
    body = call.body
    asked = {
        "text": body["text"],
        "agent_id": body.get("agent_id"),
        "said": [(_ROLES[one["from"]], one["text"]) for one in body.get("said", ())],
    }
    try:
        found = await call.services.simulate(call.company_id, asked)
    except NotFound as error:
        raise FieldProblem([{"field": "agent_id", "reason": "is no agent of this company"}]) from error
    own = await labels_of(call.services.pool, call.company_id)
    words = {"intent_text": intent_note(found["intent"], own)._asdict(), "reason_text": in_words(found["reason"])}
    return json_response({**found, **words})


async def _confusion(call: Call) -> Response:
    found = await call.services.confusion(call.company_id)
    own = await labels_of(call.services.pool, call.company_id)

    def named(one: dict[str, Any]) -> dict[str, Any]:
        return {**one, "intent_text": intent_note(one["intent"], own)._asdict()}

    rows = [{**named(row), "told": [named(one) for one in row["told"]]} for row in found["rows"]]
    return json_response({**found, "rows": rows})


_TAG = "AI"

OPERATIONS = (
    Operation(
        name="simulateAnswer",
        method="POST",
        path="/ai/simulate",
        handler=_simulate,
        summary="What would become of a text if somebody wrote it; nothing is stored or sent",
        description=(
            "Understood and decided by the same code as every message, for a person of whom nothing is known: no "
            "orders, no opt-out, an open window. A language model is really asked, and counts among today's spending."
        ),
        tag=_TAG,
        role="operator",
        body=ref("AiSimulationInput"),
        body_example={"text": "oi, quanto tempo demora pra chegar?"},
        limit_s=_LIMIT_S,
        answers=ok("AiSimulation", "The decision, what it rests on, and what it took."),
    ),
    Operation(
        name="getAiConfusion",
        method="GET",
        path="/ai/confusion",
        handler=_confusion,
        summary="How well the company's own examples tell its intents apart",
        description=(
            "Each example is read as if it were none. Below `least` examples none is judged; of very many an even "
            "part is. Computed once for the examples as they are."
        ),
        tag="AI: intents",
        limit_s=_LIMIT_S,
        answers=ok("AiConfusion", "The table, and the examples that would be taken for something else."),
    ),
)
