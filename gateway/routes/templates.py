"""Routes of message templates, and what one looks like with a real event's values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.composing import text_problem
from engine.drafts import Content
from engine.errors import FieldProblem, NotFound
from engine.ids import id_time
from engine.stored_events import canonical_of
from engine.template_schema import CATEGORIES, KINDS, validate_template
from engine.templates import Filling, compile_template
from engine.zones import zone_named
from gateway.calls import Call, json_response
from gateway.operations import PAGING, Answer, Operation, nothing, ok, page_of
from gateway.reasons import in_words
from gateway.routes.lists import small_page
from gateway.schema import anything, choice, identifier, items, record, ref, text
from gateway.sending import message_template, send_message
from gateway.stored_events import empty_event, with_variables
from gateway.views import message_view, template_view
from storage.companies import get_company
from storage.events import get_event, recent_events
from storage.messages import get_message
from storage.searching import Row
from storage.template_variants import count_variants
from storage.templates import (
    TemplateChange,
    change_template,
    count_templates,
    delete_template,
    get_template,
    insert_template,
    list_template_rules,
    list_templates,
    list_variants,
)

_UNNAMED = "text"
_DEFAULTS: dict[str, Any] = {
    "kind": KINDS[0],
    "language": "pt_BR",
    "category": CATEGORIES[0],
    "components": [],
    "defaults": {},
}


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    return await small_page(
        call,
        lambda before, limit: list_templates(pool, company, before, limit),
        lambda: count_templates(pool, company),
        template_view,
    )


async def _template(call: Call) -> Row:
    row = await get_template(call.services.pool, call.company_id, call.path_id("template_id"))
    if row is None:
        raise NotFound
    return row


async def _get(call: Call) -> Response:
    row = await _template(call)
    variants = await list_variants(call.services.pool, call.company_id, row["name"])
    used_by = await list_template_rules(call.services.pool, call.company_id, row["id"])
    others = [one for one in variants if one["id"] != row["id"]]
    written = await count_variants(call.services.pool, call.company_id, row["id"])
    return json_response({**template_view(row), "variants": others, "written": written, "used_by": used_by})


def _checked(definition: dict[str, Any]) -> TemplateChange:
    """Check a whole template.

    Raises:
        FieldProblem: names everything that is wrong.
    """
    if errors := validate_template(definition):
        raise FieldProblem(errors)
    values = {**_DEFAULTS, "status": "approved", **definition}
    return TemplateChange(**{name: values[name] for name in TemplateChange._fields})


async def _create(call: Call) -> Response:
    new = _checked({name: value for name, value in call.body.items() if value is not None})
    template_id = call.services.ids.make_uuid(call.services.clock())
    await insert_template(call.services.pool, call.company_id, template_id, new, id_time(template_id))
    await call.services.announce("templates", call.company_id)
    row = await get_template(call.services.pool, call.company_id, template_id)
    if row is None:
        raise NotFound
    return json_response(template_view(row), 201, {"location": f"/api/v1/templates/{template_id}"})


async def _update(call: Call) -> Response:
    def change(row: Row) -> TemplateChange:
        present = {name: row[name] for name in TemplateChange._fields}
        merged = {**present, **call.body}
        return _checked({name: value for name, value in merged.items() if value is not None})

    row = await change_template(call.services.pool, call.company_id, call.path_id("template_id"), change)
    if row is None:
        raise NotFound
    await call.services.announce("templates", call.company_id)
    return json_response(template_view(row))


async def _delete(call: Call) -> Response:
    if not await delete_template(call.services.pool, call.company_id, call.path_id("template_id")):
        raise NotFound
    await call.services.announce("templates", call.company_id)
    return Response(status_code=204)


async def _preview(call: Call) -> Response:
    """Fill a template with an event's values: the one named, or the newest that could be read."""
    row = await _template(call)
    if "body" in call.body:
        # A text of one's own could spell out what a viewer is shown masked.
        call.takes_operator("a text of your own takes the role operator")
        changed = {name: row[name] for name in TemplateChange._fields} | {"body": call.body["body"]}
        row = {**row, **_checked(changed)._asdict()}
    return await _filled(call, row)


async def _preview_text(call: Call) -> Response:
    """Fill a text that is stored nowhere: of a template in the making, of a rule's step, of a flow's part."""
    given = {name: call.body[name] for name in ("kind", "body", "components", "defaults") if name in call.body}
    row = {"name": _UNNAMED, "category": CATEGORIES[0], **given}
    return await _filled(call, {"id": call.company_id, **_checked(row)._asdict()})


async def _filled(call: Call, row: Row) -> Response:
    event_row = await _event(call)
    event, payload = canonical_of(event_row) if event_row else (empty_event(call.now()), None)
    if errors := with_variables(event, call.body.get("variables", {})):
        raise FieldProblem(errors)
    company = await get_company(call.services.pool, call.company_id)
    zone = zone_named(company["time_zone"] if company else call.services.settings.time_zone)
    content = message_template(row).fill(event, payload, zone, as_text=False)
    problem = _problem(row, content)
    return json_response(
        {
            "text": content.text,
            "components": content.components,
            "missing": list(content.missing),
            "values": compile_template(row["body"]).values(Filling(event, payload, zone, row["defaults"])),
            "event_id": event_row["id"] if event_row else None,
            "sendable": problem is None,
            "problem": problem,
            "problem_text": in_words(problem),
        }
    )


def _problem(row: Row, content: Content) -> str | None:
    """Return why a message of it would be held; None where it would go."""
    if content.missing:
        return f"missing_variable:{','.join(content.missing)}"
    if row["status"].lower() != "approved":
        return "template_not_approved"
    return None if content.components is not None else text_problem(content.text)


async def _test(call: Call) -> Response:
    """Send a template to a number of one's own, as a message like any other."""
    row = await _template(call)
    body = {**call.body, "template_id": str(row["id"])}
    if "event_id" not in body and "variables" not in body and (newest := await _event(call)) is not None:
        body["event_id"] = str(newest["id"])
    message_id, _ = await send_message(replace(call, body=body), None)
    stored = await get_message(call.services.pool, call.company_id, message_id)
    if stored is None:  # erased between the two
        raise NotFound
    return json_response(message_view(stored), 201, {"location": f"/api/v1/messages/{message_id}"})


async def _event(call: Call) -> Row | None:
    if "event_id" in call.body:
        row = await get_event(call.services.pool, call.company_id, UUID(call.body["event_id"]))
        if row is None:
            raise FieldProblem([{"field": "event_id", "reason": "is no event of this company"}])
        return row
    if "variables" in call.body:
        return None
    rows = await recent_events(call.services.pool, call.company_id, call.range.since, 20)
    return next((row for row in rows if row["state"] == "processed"), None)


_TAG = "Templates"
_CONFLICT = {
    409: Answer("There is one of this name and language.", ref("Problem"), "application/problem+json"),
}
_BODY = ref("TemplateInput")
_EXAMPLE = {
    "name": "pix_criado",
    "kind": "meta",
    "language": "pt_BR",
    "category": "utility",
    "body": "Olá, {{customer_name|first_name}}! Seu PIX de {{order_value|money}} está pronto: {{pix_code}} Até já.",
    "defaults": {"customer_name": "cliente"},
}

OPERATIONS = (
    Operation(
        name="listTemplates",
        method="GET",
        path="/templates",
        handler=_list,
        summary="Templates, newest first",
        tag=_TAG,
        answers=page_of("Template"),
        query=PAGING,
    ),
    Operation(
        name="createTemplate",
        method="POST",
        path="/templates",
        handler=_create,
        summary="Make a template",
        tag=_TAG,
        role="operator",
        body=_BODY,
        body_example=_EXAMPLE,
        answers={**ok("Template", "The template.", 201), **_CONFLICT},
    ),
    Operation(
        name="getTemplate",
        method="GET",
        path="/templates/{template_id}",
        handler=_get,
        summary="One template",
        tag=_TAG,
        answers=ok("TemplateDetail", "The template, with those of its name in other languages."),
    ),
    *(
        Operation(
            name=name,
            method=method,
            path="/templates/{template_id}",
            handler=_update,
            summary="Change a template",
            description="Fields that are left out stay as they are.",
            tag=_TAG,
            role="operator",
            body=_BODY,
            body_example={"status": "approved"},
            answers={**ok("Template", "The template as it is now."), **_CONFLICT},
        )
        for name, method in (("updateTemplate", "PATCH"), ("replaceTemplate", "PUT"))
    ),
    Operation(
        name="deleteTemplate",
        method="DELETE",
        path="/templates/{template_id}",
        handler=_delete,
        summary="Take a template out of use",
        tag=_TAG,
        role="operator",
        answers=nothing(),
    ),
    Operation(
        name="previewTemplate",
        method="POST",
        path="/templates/{template_id}/preview",
        handler=_preview,
        summary="A template with real values",
        description="The values of `event_id`, of `variables`, or else of the newest event.",
        tag=_TAG,
        body=record(
            {
                "event_id": identifier(),
                "variables": anything(additionalProperties=text(4_096, 0)),
                "body": text(4_096, description="Another text than the stored one."),
            }
        ),
        body_optional=True,
        body_example={"variables": {"customer_name": "Cliente Exemplo"}},
        answers=ok("Preview", "What would be sent."),
    ),
    Operation(
        name="previewText",
        method="POST",
        path="/templates/preview",
        handler=_preview_text,
        summary="A text with real values, that is stored nowhere",
        description="The values of `event_id`, of `variables`, or else of the newest event.",
        tag=_TAG,
        role="operator",
        body=record(
            {
                "body": text(4_096),
                "kind": choice(*KINDS),
                "components": items(anything(), 50),
                "defaults": anything(additionalProperties=text(500)),
                "event_id": identifier(),
                "variables": anything(additionalProperties=text(4_096, 0)),
            },
            ("body",),
        ),
        body_example={"body": "Olá, {{customer_name|first_name}}!", "variables": {"customer_name": "Cliente Exemplo"}},
        answers=ok("Preview", "What would be sent."),
    ),
    Operation(
        name="testTemplate",
        method="POST",
        path="/templates/{template_id}/test",
        handler=_test,
        summary="Send a template to a number of your own",
        description=(
            "With the values of `event_id` and `variables`, or else of the newest event; what has no value is refused "
            "and not sent. The message counts like any other."
        ),
        tag=_TAG,
        role="operator",
        body=record(
            {
                "session_id": identifier(),
                "to": text(64, description="Who gets it; Brazilian unless it begins with `+`."),
                "event_id": identifier(),
                "variables": anything(additionalProperties=text(4_096, 0)),
            },
            ("session_id", "to"),
        ),
        body_example={"session_id": "0199f000-0000-7000-8000-000000000001", "to": "+5511900000000"},
        answers=ok("Message", "The message is on its way.", 201),
    ),
)
