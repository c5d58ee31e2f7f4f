"""Routes of agents: who answers for the company or one of its numbers, and what language models cost today."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.addresses import Guard, read_url
from engine.ai.agents import agent_problems
from engine.errors import Conflict, FieldProblem, NotFound
from engine.ids import id_time
from gateway.calls import Call, json_response
from gateway.operations import Answer, Operation, nothing, ok
from gateway.problems import PROBLEM_TYPE
from gateway.reasons import in_words
from gateway.schema import ref
from gateway.views import time_text
from storage.ai_agents import MOST_AGENTS, AgentRow, delete_agent, get_agent, insert_agent, list_agents, update_agent
from storage.ai_context import read_spending
from storage.companies import get_company
from storage.searching import Row
from storage.sessions import get_session

_NEW: dict[str, Any] = {"session_id": None, "active": True, "settings": {}, "model": None, "model_sealed": None}


def _view(row: Row) -> dict[str, Any]:
    shown = ("id", "name", "session_id", "active", "settings", "model")
    return {
        **{name: row[name] for name in shown},
        "has_key": row["model_sealed"] is not None,
        "created_at": time_text(row["created_at"]),
        "updated_at": time_text(row["updated_at"]),
    }


async def _list(call: Call) -> Response:
    return json_response({"data": [_view(row) for row in await list_agents(call.services.pool, call.company_id)]})


async def _known(call: Call) -> Row:
    row = await get_agent(call.services.pool, call.company_id, call.path_id("agent_id"))
    if row is None:
        raise NotFound
    return row


async def _get(call: Call) -> Response:
    return json_response(_view(await _known(call)))


async def _create(call: Call) -> Response:
    pool, body = call.services.pool, call.body
    if len(await list_agents(pool, call.company_id)) >= MOST_AGENTS:
        raise Conflict(f"a company has at most {MOST_AGENTS} agents; delete one first")
    agent_id = call.services.ids.make_uuid(call.services.clock())
    agent = await _agent(call, agent_id, None, body)
    if not await insert_agent(pool, call.company_id, agent, id_time(agent_id)):
        raise Conflict(_TAKEN)
    row = await get_agent(pool, call.company_id, agent_id)
    if row is None:
        raise NotFound
    return json_response(_view(row), 201, {"location": f"/api/v1/ai/agents/{agent_id}"})


async def _update(call: Call) -> Response:
    row = await _known(call)
    agent = await _agent(call, row["id"], row, call.body)
    changed = await update_agent(call.services.pool, call.company_id, agent, call.now())
    if changed is None:
        raise Conflict(_TAKEN)
    if not changed:
        raise NotFound
    return await _get(call)


async def _delete(call: Call) -> Response:
    if not await delete_agent(call.services.pool, call.company_id, call.path_id("agent_id")):
        raise NotFound
    return Response(status_code=204)


async def _agent(call: Call, agent_id: UUID, row: Row | None, body: dict[str, Any]) -> AgentRow:
    """Return an agent as a request makes it; ``row``: as it was.

    Raises:
        FieldProblem: names everything that is wrong.
    """
    old: dict[str, Any] = row or _NEW
    errors: list[dict[str, Any]] = []
    session_id = body.get("session_id", old["session_id"] and str(old["session_id"]))
    session = None if session_id is None else UUID(session_id)
    if session is not None and await get_session(call.services.pool, call.company_id, session) is None:
        errors.append({"field": "session_id", "reason": "is no session of this company"})
    settings = dict(body.get("settings", old["settings"]))
    if not settings.get("zone"):
        company = await get_company(call.services.pool, call.company_id)
        settings["zone"] = company["time_zone"] if company else call.services.settings.time_zone
    errors += [{**one, "field": f"settings.{one['field']}"} for one in agent_problems(settings)]
    model, sealed = old["model"], old["model_sealed"]
    if "model" in body:
        model = None if body["model"] is None else {**body["model"]}
        key = None if model is None else model.pop("key", None)
        if model is None or (key is None and (old["model"] or {}).get("url") != model["url"]):
            sealed = None  # a key is for the address that it was given for
        if key is not None:
            sealed = call.services.vault.seal(key.encode(), agent_id.bytes)
        errors += [] if model is None else _url_problems(call, model["url"])
    if errors:
        raise FieldProblem(errors)
    return AgentRow(
        id=agent_id,
        session_id=session,
        name=body.get("name") or old["name"],
        active=body.get("active", old["active"]),
        settings=settings,
        model=model,
        model_sealed=sealed,
    )


def _url_problems(call: Call, url: str) -> list[dict[str, Any]]:
    try:
        target = read_url(url)
    except ValueError as error:
        return [{"field": "model.url", "reason": str(error)}]
    if not Guard(call.services.settings.outgoing_allow_private).refuses_as_written(target):
        return []
    reason = "leads into an internal network, which is not called (setting outgoing_allow_private)"
    return [{"field": "model.url", "reason": reason, "reason_text": in_words("outgoing_address")}]


async def _spending(call: Call) -> Response:
    day = call.now().date()
    spent = await read_spending(call.services.pool, call.company_id, day)
    return json_response(
        {
            "day": day.isoformat(),
            "tokens": spent.tokens,
            "cost": f"{spent.cost_micro / 1_000_000:.6f}",
            "asked": spent.asked,
            "failed": spent.failed,
        }
    )


_TAG = "AI"
_PATH = "/ai/agents/{agent_id}"
_TAKEN = "this number (or the company, where no number is named) has an agent already"
_CONFLICT = {409: Answer(f"{_TAKEN.capitalize()}, or there are {MOST_AGENTS}.", ref("Problem"), PROBLEM_TYPE)}
_EXAMPLE = {
    "name": "Bia",
    "settings": {
        "persona": "Você ajuda alunos de uma escola de confeitaria.",
        "actions": ["order_state", "resend_pix", "hand_over"],
        "hours": [{"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "20:00"}],
        "outside": "hand_over",
        "delay_s": [2, 8],
        "hosts": ["escola.example"],
    },
}

OPERATIONS = (
    Operation(
        name="listAgents",
        method="GET",
        path="/ai/agents",
        handler=_list,
        summary="Agents: who answers for the company and for each of its numbers",
        tag=_TAG,
        answers=ok("Agents", "All of them, the newest first."),
    ),
    Operation(
        name="createAgent",
        method="POST",
        path="/ai/agents",
        handler=_create,
        summary="Have an agent answer",
        description=(
            "It answers from the company's knowledge: without a model the best approved answer, with one what the "
            "model says and the data hold. It never answers behind an opt-out, outside of the 24-hour window, or where "
            "a person has taken over; it calls a person for complaints, on request, and where it is not sure."
        ),
        tag=_TAG,
        role="owner",
        body=ref("AgentInput"),
        body_example=_EXAMPLE,
        answers={**ok("Agent", "The agent; it answers from now on.", 201), **_CONFLICT},
    ),
    Operation(
        name="getAgent",
        method="GET",
        path=_PATH,
        handler=_get,
        summary="One agent",
        tag=_TAG,
        answers=ok("Agent", "The agent; its model's key is never shown."),
    ),
    Operation(
        name="updateAgent",
        method="PATCH",
        path=_PATH,
        handler=_update,
        summary="Change an agent, from its next answer on",
        description=(
            "Fields that are left out stay; `settings` and `model` are replaced as wholes. A model's key stays while "
            "its address does."
        ),
        tag=_TAG,
        role="owner",
        body=ref("AgentChange"),
        body_example={"active": False},
        answers={**ok("Agent", "The agent as it is now."), **_CONFLICT},
    ),
    Operation(
        name="deleteAgent",
        method="DELETE",
        path=_PATH,
        handler=_delete,
        summary="Have an agent answer no more",
        tag=_TAG,
        role="owner",
        answers=nothing(),
    ),
    Operation(
        name="getAiSpending",
        method="GET",
        path="/ai/spending",
        handler=_spending,
        summary="What language models have cost the company today (UTC)",
        tag=_TAG,
        answers=ok("AiSpending", "Today's sums."),
    ),
)
