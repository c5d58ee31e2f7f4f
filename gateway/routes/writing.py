"""Routes of what language models write for somebody to review: variants, summaries, ideas, and what they took."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.ai.summaries import extract, shown_facts
from engine.ai.template_ideas import meaning_of, reviewed_ideas
from engine.ai.variants import MOST_VARIANTS
from engine.errors import Conflict, FieldProblem, NotFound, Unavailable
from engine.ids import id_time
from engine.jobs import job_view
from engine.metrics import Delta
from gateway.calls import Call, json_response
from gateway.operations import PAGING, Answer, Operation, ok, page_of
from gateway.problems import PROBLEM_TYPE
from gateway.reasons import in_words
from gateway.routes.lists import small_page
from gateway.routes.template_variants import allowed_hosts, known_template
from gateway.schema import ref
from gateway.views import time_text
from storage.ai_agents import find_writer, get_agent
from storage.ai_writings import WritingRow, count_writings, list_writings, note_writing
from storage.conversation_facts import read_facts
from storage.jobs import get_job, insert_job
from storage.pool import Connection
from storage.searching import Row
from storage.template_variants import count_variants

KIND = "write_variants"
NO_MODEL = "no_model"
_AWAY = "ai_away"
_LIMIT_S = 75.0  # a model may take its time
_DEFAULT_COUNT, _DEFAULT_SENTENCES = 3, 4


async def _write_variants(call: Call) -> Response:
    """Have a model propose variants, by a job."""
    row = await known_template(call)
    await _writer(call)
    there = sum((await count_variants(call.services.pool, call.company_id, row["id"])).values())
    if there >= MOST_VARIANTS:
        raise Conflict(f"a template has at most {MOST_VARIANTS} variants; delete one first")
    job_id = call.services.ids.make_uuid(call.services.clock())
    params = {
        "template_id": str(row["id"]),
        "brief": call.body["brief"],
        "count": call.body.get("count", _DEFAULT_COUNT),
        "agent_id": call.body.get("agent_id"),
        "hosts": list(await allowed_hosts(call)),
        "created_by": call.actor,
    }
    async with call.services.pool.acquire() as connection, connection.transaction():
        await insert_job(connection, call.company_id, KIND, params, job_id, created_by=call.actor)
    job = await get_job(call.services.pool, call.company_id, job_id)
    if job is None:
        raise NotFound
    return json_response(job_view(job, call.now()), 202, {"location": f"/api/v1/jobs/{job_id}"})


async def _writer(call: Call) -> Row:
    """Return the agent whose model writes.

    Raises:
        FieldProblem: the named agent is not the company's.
        Conflict: there is no language model that could be asked.
    """
    agent_id = await _named_agent(call)
    found = await find_writer(call.services.pool, call.company_id, agent_id)
    if found is None:
        raise Conflict(
            "no active agent of this company has a language model (PATCH /ai/agents/{agent_id}); "
            "a person may write variants by hand (POST /templates/{template_id}/variants)"
        )
    if call.services.settings.ai_workers == 0:
        raise Conflict("AI is switched off in this installation (setting ai_workers); write variants by hand")
    return found


async def _named_agent(call: Call) -> UUID | None:
    given = (call.body or {}).get("agent_id")
    if given is not None and await get_agent(call.services.pool, call.company_id, UUID(given)) is None:
        raise FieldProblem([{"field": "agent_id", "reason": "is no agent of this company"}])
    return None if given is None else UUID(given)


async def _asked(call: Call, kind: str, asked: dict[str, Any], subject_id: UUID | None) -> dict[str, Any]:
    """Return what the company's model wrote, noted and counted; where none was asked, only why."""
    nothing: dict[str, Any] = {"texts": [], "names": [], "model": None}
    writer = await find_writer(call.services.pool, call.company_id, await _named_agent(call))
    if writer is None:
        return nothing | {"reason": NO_MODEL}
    if call.services.settings.ai_workers == 0:
        return nothing | {"reason": _AWAY}
    try:
        found = await call.services.write(kind, call.company_id, asked)
    except Unavailable:
        return nothing | {"reason": _AWAY}
    if found["model"] is None:
        return found
    writing_id = call.services.ids.make_uuid(call.services.clock())
    row = WritingRow(
        id=writing_id,
        kind=kind,
        subject_id=subject_id,
        by_model=bool(found["texts"]),
        reason=found["reason"],
        made=len(found["texts"]),
        refused=found["refusals"],
        model=found["model"],
        prompt_version=found["prompt_version"],
        tokens=found["tokens"],
        cost_micro=found["cost_micro"],
        latency_ms=found["latency_ms"],
        created_by=call.actor,
    )

    async def work(connection: Connection, delta: Delta) -> None:
        await note_writing(connection, call.company_id, row, id_time(writing_id))
        delta.count(call.company_id.bytes, f"ai_writing_{kind}")

    await call.services.ledger.write(work)
    return found


async def _summarise(call: Call) -> Response:
    """Sum a conversation up: by a model where what it says holds, else out of the data alone."""
    conversation_id, body = call.path_id("conversation_id"), call.body or {}
    facts = await read_facts(call.services.pool, call.company_id, conversation_id)
    if facts is None:
        raise NotFound
    sentences, language = body.get("sentences", _DEFAULT_SENTENCES), body.get("language", "pt-BR")
    asked = {"conversation_id": str(conversation_id), "sentences": sentences, "language": language}
    found = await _asked(call, "summary", asked, conversation_id)
    by_model = bool(found["texts"])
    known = shown_facts(facts)
    return json_response(
        {
            "text": found["texts"][0] if by_model else extract(facts, sentences, language),
            "by_model": by_model,
            "model": found["model"],
            "why_not": found["reason"],
            "why_not_text": in_words(found["reason"]),
            "facts": {**known, "waiting_since": time_text(known["waiting_since"])},
        }
    )


async def _ideas(call: Call) -> Response:
    """Propose templates for an event: a model's that hold, then reviewed ones."""
    body = call.body
    event_type, count = body["event_type"].strip(), body.get("count", _DEFAULT_COUNT)
    language = body.get("language", "pt_BR")
    asked = {
        "event_type": event_type,
        "meaning": meaning_of(event_type),
        "brief": body.get("brief", ""),
        "count": count,
        "language": language,
        "agent_id": body.get("agent_id"),
    }
    found = await _asked(call, "ideas", asked, None)
    reviewed = reviewed_ideas(event_type, language)
    data = [
        {"name": name, "category": reviewed[0].category, "language": language, "body": text, "origin": "model"}
        for name, text in zip(found["names"], found["texts"], strict=True)
    ]
    data += [{**idea._asdict(), "language": language, "origin": "reviewed"} for idea in reviewed]
    why_not = found["reason"]
    if why_not is None and len(found["texts"]) < count:
        why_not = "model_too_few"
    return json_response(
        {
            "data": data[:count],
            "model": found["model"],
            "why_not": why_not,
            "why_not_text": in_words(why_not),
        }
    )


def _view(row: Row) -> dict[str, Any]:
    times = {"created_at": time_text(row["created_at"]), "cost": f"{row['cost']:.6f}"}
    return {**row, **times, "reason_text": in_words(row["reason"])}


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: list_writings(pool, company, before, limit),
        lambda: count_writings(pool, company),
        _view,
    )


_TAG = "AI"
_NO_MODEL: dict[int, Answer] = {
    409: Answer("There is no language model to ask, or there are as many as may be.", ref("Problem"), PROBLEM_TYPE)
}

OPERATIONS = (
    Operation(
        name="writeVariants",
        method="POST",
        path="/templates/{template_id}/variants/write",
        handler=_write_variants,
        summary="Have a language model propose variants of a template",
        description=(
            "A job, whose result tells what was made, and what was refused and why. What holds is stored as "
            "`proposed`: somebody has to approve it. Sending never asks a model."
        ),
        tag="Templates",
        role="operator",
        body=ref("VariantsWanted"),
        body_example={"brief": "Mais curto e mais caloroso.", "count": 3},
        answers={**ok("Job", "The job that writes.", 202), **_NO_MODEL},
    ),
    Operation(
        name="summariseConversation",
        method="POST",
        path="/conversations/{conversation_id}/summary",
        handler=_summarise,
        summary="What a conversation comes to, for whoever takes it over",
        description=(
            "A language model's if the company has one and what it says stands in the data, else put together from "
            "the data. Nothing is stored with the conversation or sent."
        ),
        tag="Conversations",
        role="operator",
        body=ref("SummaryInput"),
        body_optional=True,
        body_example={"sentences": 3},
        limit_s=_LIMIT_S,
        answers=ok("Summary", "The summary, and what it rests on."),
    ),
    Operation(
        name="proposeTemplates",
        method="POST",
        path="/ai/template-ideas",
        handler=_ideas,
        summary="Ideas of templates for an event",
        description=(
            "A language model's if the company has one, filled up from a reviewed set; each says which. "
            "Nothing is stored."
        ),
        tag=_TAG,
        role="operator",
        body=ref("TemplateIdeasInput"),
        body_example={"event_type": "cart_abandoned", "count": 2},
        limit_s=_LIMIT_S,
        answers=ok("TemplateIdeas", "As many as were asked for, if there are so many."),
    ),
    Operation(
        name="listAiWritings",
        method="GET",
        path="/ai/writings",
        handler=_list,
        summary="What language models have written, newest first",
        description="Variants, summaries and ideas, with what they took; answers to people are decisions.",
        tag=_TAG,
        answers=page_of("AiWriting"),
        query=PAGING,
    ),
)
