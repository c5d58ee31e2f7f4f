"""Routes of decisions: what was made of each inbound message, and what people think of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.ai.intents import BUILT_IN, MANY_EXAMPLES, UNSURE, intent_note
from engine.ai.outcomes import OUTCOMES, reason_words
from engine.errors import FieldProblem, NotFound
from engine.pagination import Position
from gateway.calls import Call, json_response
from gateway.components.ai import LONGEST_EXAMPLE
from gateway.operations import PAGING, Operation, choice_query, id_query, ok, page_of, text_query
from gateway.routes.ai_intents import labels_of
from gateway.routes.lists import small_page
from gateway.schema import ref
from storage.ai_intents import (
    DecisionFilter,
    add_example,
    count_decisions,
    get_decision,
    list_decisions,
    set_feedback,
)
from storage.searching import Row


def _view(row: Row, own: dict[str, str]) -> dict[str, Any]:
    words = reason_words(row["reason"])
    shown = {name: value for name, value in row.items() if name != "created_at"}
    return {
        **shown,
        "received_at": row["created_at"],
        "confidence": _share(row["confidence"]),
        "second_confidence": _share(row["second_confidence"]),
        "intent_text": None if row["intent"] is None else intent_note(row["intent"], own)._asdict(),
        "reason_text": None if words is None else words._asdict(),
        "cost": None if row["cost"] is None else f"{row['cost']:.6f}",
    }


def _share(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


async def _list(call: Call) -> Response:
    pool, company, query = call.services.pool, call.company_id, call.query
    which = DecisionFilter(query.get("intent"), query.get("outcome"), query.get("conversation_id"))
    own = await labels_of(pool, company)

    async def fetch(before: Position, limit: int) -> list[Row]:
        return await list_decisions(pool, company, before.id, limit, which)

    return await small_page(call, fetch, lambda: count_decisions(pool, company, which), lambda row: _view(row, own))


async def _shown(call: Call, decision_id: UUID) -> Response:
    row = await get_decision(call.services.pool, call.company_id, decision_id)
    if row is None:
        raise NotFound
    return json_response(_view(row, await labels_of(call.services.pool, call.company_id)))


async def _get(call: Call) -> Response:
    return await _shown(call, call.path_id("decision_id"))


async def _feedback(call: Call) -> Response:
    """Keep what a person thinks; a message that was read wrongly becomes an example of what it wants."""
    decision_id, feedback, intent = call.path_id("decision_id"), call.body["feedback"], call.body.get("intent")
    if intent == UNSURE or (intent is not None and feedback == "right"):
        raise FieldProblem([{"field": "intent", "reason": "goes only with `wrong`, and names a real intent"}])
    pool, company, now = call.services.pool, call.company_id, call.now()
    own = await labels_of(pool, company)
    if intent is not None and intent not in own and intent not in BUILT_IN:
        raise FieldProblem([{"field": "intent", "reason": "is no intent of this company"}])
    async with pool.acquire() as connection, connection.transaction():
        if await get_decision(connection, company, decision_id) is None:
            raise NotFound
        said = await set_feedback(connection, company, decision_id, feedback, intent, now)
        learns = intent is not None and said is not None and said.strip()
        if intent is not None and learns:
            intent_id = call.services.ids.make_uuid(call.services.clock())
            label = own.get(intent) or intent_note(intent).pt
            await add_example(
                connection, company, intent_id, intent, label, learns[:LONGEST_EXAMPLE].strip(), now, MANY_EXAMPLES
            )
    if learns:
        await call.services.announce("ai", company)
    return await _shown(call, decision_id)


_TAG = "AI: decisions"
_PATH = "/ai/decisions/{decision_id}"

OPERATIONS = (
    Operation(
        name="listAiDecisions",
        method="GET",
        path="/ai/decisions",
        handler=_list,
        summary="What was made of inbound messages, newest first",
        tag=_TAG,
        answers=page_of("AiDecision"),
        query=(
            text_query("intent", "An intent's name, or `unsure`."),
            choice_query("outcome", "What followed.", *OUTCOMES),
            id_query("conversation_id", "Of one conversation."),
            *PAGING,
        ),
    ),
    Operation(
        name="getAiDecision",
        method="GET",
        path=_PATH,
        handler=_get,
        summary="One decision: intent, nearest examples, what followed and why",
        tag=_TAG,
        answers=ok("AiDecision", "The decision; its id is the message's event."),
    ),
    Operation(
        name="judgeAiDecision",
        method="POST",
        path=_PATH + "/feedback",
        handler=_feedback,
        summary="Say whether a decision was right (Certo/Errado)",
        description="With `wrong` and an `intent` the message becomes an example of that intent, in force at once.",
        tag=_TAG,
        role="operator",
        body=ref("AiFeedback"),
        body_example={"feedback": "wrong", "intent": "already_paid"},
        answers=ok("AiDecision", "The decision as it is now."),
    ),
)
