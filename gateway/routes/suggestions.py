"""The route that suggests answers to somebody who writes them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.errors import FieldProblem, NotFound
from gateway.calls import Call, json_response
from gateway.operations import Operation, ok
from gateway.reasons import in_words
from gateway.schema import ref

_LIMIT_S = 40.0  # a model may take its time


async def _suggest(call: Call) -> Response:
    try:
        told = await call.services.suggest(call.company_id, UUID(call.body["conversation_id"]))
    except NotFound as error:
        reason = "is no conversation of this company"
        raise FieldProblem([{"field": "conversation_id", "reason": reason}]) from error
    return json_response(
        {
            "data": [_view(one) for one in told["found"]],
            "model": told["model"],
            "why_not": told["why_not"],
            "why_not_text": in_words(told["why_not"]),
        }
    )


def _view(found: dict[str, Any]) -> dict[str, Any]:
    places = [key.partition("/") for key in found["sources"]]
    return {
        "text": found["text"],
        "reason": found["reason"],
        "reason_text": in_words(found["reason"]),
        "confidence": found["confidence"],
        "sources": [{"source_id": source_id, "position": int(position)} for source_id, _, position in places],
    }


OPERATIONS = (
    Operation(
        name="suggestAnswers",
        method="POST",
        path="/ai/suggestions",
        handler=_suggest,
        summary="What could be answered to a person's last words, for somebody to choose from",
        description=(
            "Approved answers that may fit, and before them what the agent's language model says, if it has one and "
            "the data hold it. Nothing is sent, nobody is tagged, and no PIX code is looked up."
        ),
        tag="AI",
        role="operator",
        body=ref("SuggestionsInput"),
        body_example={"conversation_id": "0199f000-0000-7000-8000-0000000000e1"},
        limit_s=_LIMIT_S,
        answers=ok("Suggestions", "Up to three, the best first."),
    ),
)
