"""Routes of variants: texts that may stand for a template, reviewed by somebody, and what they would say."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.ai.variants import MOST_VARIANTS, Original, refused
from engine.composing import subject_of, text_problem
from engine.drafts import MessageTemplate
from engine.errors import Conflict, FieldProblem, NotFound
from engine.ids import id_time
from engine.stored_events import canonical_of
from engine.variants import VariantRow
from engine.zones import zone_named
from gateway.calls import Call, json_response
from gateway.components.variants import MOST_SAMPLES
from gateway.operations import PAGING, Answer, Operation, nothing, ok, page_of
from gateway.problems import PROBLEM_TYPE
from gateway.reasons import in_words
from gateway.routes.lists import small_page
from gateway.schema import ref
from gateway.views import time_text
from storage.ai_agents import find_agent
from storage.companies import get_company
from storage.events import recent_events
from storage.pool import Connection
from storage.searching import Row
from storage.template_variants import (
    LockedTemplate,
    Making,
    count_variants,
    delete_variant,
    get_variant,
    insert_variants,
    list_variants,
    lock_template,
    update_variant,
    variant_texts,
)
from storage.templates import evaluated, get_template

_EVERY_NUMBER = UUID(int=0)
_LOOKED_AT = 50  # the newest events, of which those that could be read are samples
CHANGED = "templates"


def variant_view(row: Row) -> dict[str, Any]:
    """Return a variant."""
    times = {name: time_text(row[name]) for name in ("reviewed_at", "created_at", "updated_at")}
    return {**row, **times}


async def known_template(call: Call) -> Row:
    """Return the template of a request's path; one of kind meta has no variants.

    Raises:
        NotFound: the company has no such template.
        FieldProblem: it is WhatsApp's to approve its text.
    """
    row = await get_template(call.services.pool, call.company_id, call.path_id("template_id"))
    if row is None:
        raise NotFound
    if row["kind"] != "plain":
        raise FieldProblem([NO_VARIANTS])
    return row


NO_VARIANTS = {
    "field": "template_id",
    "reason": "is of kind meta, which has no variants: WhatsApp approved its text",
    "reason_text": {
        "pt": "É um modelo da Meta, que não tem variantes: o WhatsApp aprovou o texto dele.",
        "en": "It is a template of Meta's, which has no variants: WhatsApp approved its text.",
    },
}


async def allowed_hosts(call: Call) -> tuple[str, ...]:
    """Return where links may lead: the hosts of the company's own agent."""
    agent = await find_agent(call.services.pool, call.company_id, _EVERY_NUMBER)
    return () if agent is None else tuple(agent["settings"].get("hosts") or ())


def original_of(template: LockedTemplate, hosts: tuple[str, ...]) -> Original:
    """Return what variants of a template are held against."""
    return Original(
        text=template.body, language=template.language, defaults=tuple(template.defaults.values()), hosts=hosts
    )


def _check(text: str, original: Original, others: list[str]) -> None:
    """Refuse a text that may not stand for its template.

    Raises:
        FieldProblem: says why.
    """
    reason = refused(text, original, others)
    if reason is not None:
        words = in_words(reason)
        raise FieldProblem([{"field": "text", "reason": words["en"] if words else reason, "reason_text": words}])


async def _locked(connection: Connection, call: Call) -> LockedTemplate:
    template = await lock_template(connection, call.company_id, call.path_id("template_id"))
    if template is None:
        raise NotFound
    if template.kind != "plain":
        raise FieldProblem([NO_VARIANTS])
    return template


async def _list(call: Call) -> Response:
    if await get_template(call.services.pool, call.company_id, call.path_id("template_id")) is None:
        raise NotFound
    pool, company, template = call.services.pool, call.company_id, call.path_id("template_id")

    async def count() -> int:
        return sum((await count_variants(pool, company, template)).values())

    return await small_page(
        call, lambda before, limit: list_variants(pool, company, template, before, limit), count, variant_view
    )


async def _shown(call: Call, variant_id: UUID, status: int = 200) -> Response:
    template_id = call.path_id("template_id")
    row = await get_variant(call.services.pool, call.company_id, template_id, variant_id)
    if row is None:
        raise NotFound
    place = f"/api/v1/templates/{template_id}/variants/{variant_id}"
    return json_response(variant_view(row), status, {"location": place} if status == 201 else None)


async def _get(call: Call) -> Response:
    return await _shown(call, call.path_id("variant_id"))


async def _create(call: Call) -> Response:
    variant_id = call.services.ids.make_uuid(call.services.clock())
    state, hosts = call.body.get("state", "proposed"), await allowed_hosts(call)
    async with call.services.pool.acquire() as connection, connection.transaction():
        template = await _locked(connection, call)
        others = await variant_texts(connection, call.company_id, template.id)
        if len(others) >= MOST_VARIANTS:
            raise Conflict(f"a template has at most {MOST_VARIANTS} variants; delete one first")
        text = call.body["text"].strip()
        _check(text, original_of(template, hosts), list(others.values()))
        reviewer = None if state == "proposed" else call.actor
        making = Making(state=state, origin="person", created_by=call.actor, reviewed_by=reviewer)
        await insert_variants(connection, call.company_id, template, {variant_id: text}, making, id_time(variant_id))
    await _announce(call, state == "approved")
    return await _shown(call, variant_id, 201)


async def _update(call: Call) -> Response:
    """Review or change a variant: whatever it becomes but rejected, it is held against the template as it is now."""
    variant_id, hosts = call.path_id("variant_id"), await allowed_hosts(call)
    async with call.services.pool.acquire() as connection, connection.transaction():
        template = await _locked(connection, call)
        row = await get_variant(connection, call.company_id, template.id, variant_id)
        if row is None:
            raise NotFound
        text = call.body.get("text", row["text"]).strip()
        state = call.body.get("state", "proposed" if "text" in call.body or row["state"] == "stale" else row["state"])
        if state != "rejected":
            others = await variant_texts(connection, call.company_id, template.id)
            others.pop(variant_id, None)
            _check(text, original_of(template, hosts), list(others.values()))
        reviewer = None if state == "proposed" else call.actor
        await update_variant(connection, call.company_id, template, variant_id, text, state, reviewer, call.now())
    await _announce(call, "approved" in (state, row["state"]))
    return await _shown(call, variant_id)


async def _delete(call: Call) -> Response:
    row = await get_variant(
        call.services.pool, call.company_id, call.path_id("template_id"), call.path_id("variant_id")
    )
    if row is None or not await delete_variant(call.services.pool, call.company_id, row["template_id"], row["id"]):
        raise NotFound
    await _announce(call, row["state"] == "approved")
    return Response(status_code=204)


async def _announce(call: Call, sent: bool) -> None:
    """Have it in force everywhere, where messages may say it or did so until now."""
    if sent:
        await call.services.announce(CHANGED, call.company_id)


async def _samples(call: Call) -> Response:
    """Fill what recent events would be told, each with the variant that is theirs."""
    row = await known_template(call)
    pool, most = call.services.pool, call.body.get("count", MOST_SAMPLES)
    found = evaluated(row)
    if call.body.get("proposed"):
        rows = await list_variants(pool, call.company_id, row["id"], call.range.before, MOST_VARIANTS)
        proposed = [VariantRow(one["id"], one["text"]) for one in rows if one["state"] == "proposed"]
        found = replace(found, variants=(*found.variants, *proposed))
    template = MessageTemplate(found)
    company = await get_company(pool, call.company_id)
    zone = zone_named(company["time_zone"] if company else call.services.settings.time_zone)
    data: list[dict[str, Any]] = []
    for event_row in await recent_events(pool, call.company_id, call.range.since, _LOOKED_AT):
        if event_row["state"] != "processed" or len(data) == most:
            continue
        event, payload = canonical_of(event_row)
        content = template.fill(event, payload, zone, False, subject_of(event))
        problem = f"missing_variable:{','.join(content.missing)}" if content.missing else text_problem(content.text)
        data.append(
            {
                "event_id": event_row["id"],
                "event_type": event.event_type,
                "variant_id": None if content.variant is None else content.variant.id,
                "text": content.text,
                "missing": list(content.missing),
                "problem": problem,
                "problem_text": in_words(problem),
            }
        )
    return json_response({"variants": len(template.variants), "data": data})


_TAG = "Templates"
_LIST = "/templates/{template_id}/variants"
_ONE = "/templates/{template_id}/variants/{variant_id}"
_FULL: dict[int, Answer] = {409: Answer("There are as many as may be.", ref("Problem"), PROBLEM_TYPE)}
_EXAMPLE = {
    "text": "Oi {{customer_name|first_name}}, seu PIX de {{order_value|money}} já está pronto.",
    "state": "approved",
}

OPERATIONS = (
    Operation(
        name="listVariants",
        method="GET",
        path=_LIST,
        handler=_list,
        summary="Texts that may stand for a template",
        tag=_TAG,
        answers=page_of("Variant"),
        query=PAGING,
    ),
    Operation(
        name="createVariant",
        method="POST",
        path=_LIST,
        handler=_create,
        summary="Write a variant of a template",
        description=(
            "Its variables must be exactly the template's, and it may claim nothing that the template does not. "
            "Messages say it once it is approved and their rule or campaign asks for variants."
        ),
        tag=_TAG,
        role="operator",
        body=ref("VariantInput"),
        body_example=_EXAMPLE,
        answers={**ok("Variant", "The variant.", 201), **_FULL},
    ),
    Operation(
        name="previewVariants",
        method="POST",
        path=f"{_LIST}/preview",
        handler=_samples,
        summary="What recent events would be told",
        description="Up to ten texts, each with the variant that is taken when it is sent.",
        tag=_TAG,
        body=ref("VariantSamplesInput"),
        body_optional=True,
        body_example={"proposed": True},
        answers=ok("VariantSamples", "The newest events first; nothing is sent."),
    ),
    Operation(
        name="getVariant",
        method="GET",
        path=_ONE,
        handler=_get,
        summary="One variant",
        tag=_TAG,
        answers=ok("Variant", "The variant."),
    ),
    Operation(
        name="updateVariant",
        method="PATCH",
        path=_ONE,
        handler=_update,
        summary="Approve, reject or change a variant",
        description=(
            "Whatever it becomes but rejected, it is held against the template as it is now. A changed text without a "
            "`state` is proposed again."
        ),
        tag=_TAG,
        role="operator",
        body=ref("VariantChange"),
        body_example={"state": "approved"},
        answers=ok("Variant", "The variant as it is now."),
    ),
    Operation(
        name="deleteVariant",
        method="DELETE",
        path=_ONE,
        handler=_delete,
        summary="Delete a variant",
        tag=_TAG,
        role="operator",
        answers=nothing(),
    ),
)
