"""The route that takes agents out of use, with how many conversations then wait for people."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from engine.errors import Conflict, FieldProblem
from gateway.calls import Call, json_response
from gateway.operations import Answer, Operation, ok
from gateway.problems import PROBLEM_TYPE
from gateway.schema import ref
from storage.ai_agents import get_agent, list_agents, switch_off
from storage.conversation_lists import count_ai


async def _switch_off(call: Call) -> Response:
    body, pool = call.body or {}, call.services.pool
    agent_id = None if body.get("agent_id") is None else UUID(body["agent_id"])
    if agent_id is not None and await get_agent(pool, call.company_id, agent_id) is None:
        raise FieldProblem([{"field": "agent_id", "reason": "is no agent of this company"}])
    async with pool.acquire() as connection, connection.transaction():
        found, capped = await count_ai(connection, call.company_id, agent_id)
        if body.get("preview"):
            agents = await list_agents(connection, call.company_id)
            off = [row["id"] for row in agents if row["active"] and agent_id in (None, row["id"])]
        else:
            if found > body.get("conversations", found):
                raise Conflict(f"{found} conversations would be left to people by now: look again")
            off = await switch_off(connection, call.company_id, agent_id, call.now())
    return json_response({"agents": len(off), "conversations": found, "conversations_capped": capped})


OPERATIONS = (
    Operation(
        name="switchAiOff",
        method="POST",
        path="/ai/off",
        handler=_switch_off,
        summary="Take one agent, or all, out of use",
        description=(
            "With `preview` nothing happens. Conversations that AI answers wait for people from then on; an answer "
            "that is being made may still leave. Agents are put into use again one by one (`active`)."
        ),
        tag="AI",
        role="owner",
        body=ref("AiOffInput"),
        body_optional=True,
        body_example={"preview": True},
        answers={
            **ok("AiOff", "What was taken out of use, or would be."),
            409: Answer("More conversations would be left to people than was shown.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
)
