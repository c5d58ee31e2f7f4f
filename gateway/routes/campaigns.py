"""Routes of campaigns: drafts that are saved at each change, dry runs, and the way from start to end."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.campaign_schema import read_campaign
from engine.campaigns import STATES, may
from engine.errors import Conflict, FieldProblem, NotFound
from engine.times import rfc3339
from gateway import campaign_runs
from gateway.calls import Call, json_response
from gateway.campaign_checks import check_ready, check_references, read_draft
from gateway.campaign_dry_runs import dry_run, preview_of, shown
from gateway.campaign_views import campaign_view
from gateway.operations import (
    PAGING,
    Answer,
    Operation,
    choice_query,
    id_query,
    nothing,
    ok,
    page_of,
)
from gateway.problems import PROBLEM_TYPE
from gateway.reasons import in_words
from gateway.routes.lists import small_page
from gateway.schema import boolean, identifier, items, record, ref, text
from storage import campaigns
from storage.bulk import get_preview
from storage.campaign_counts import read_counts
from storage.campaign_plans import load_plan
from storage.searching import Row


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    state, parent = call.query.get("status"), call.query.get("parent_id")
    counted: dict[UUID, Any] = {}

    async def fetch(before: Any, limit: int) -> list[Row]:
        rows = await campaigns.list_campaigns(pool, company, before, limit, state=state, parent_id=parent)
        counted.update(await read_counts(pool, company, [row["id"] for row in rows]))
        return rows

    return await small_page(
        call,
        fetch,
        lambda: campaigns.count_campaigns(pool, company, state=state, parent_id=parent),
        lambda row: campaign_view(row, counted[row["id"]], call.now()),
    )


async def _shown(call: Call, campaign_id: UUID) -> dict[str, Any]:
    row = await campaigns.get_campaign(call.services.pool, call.company_id, campaign_id)
    if row is None:
        raise NotFound
    counted = await read_counts(call.services.pool, call.company_id, [campaign_id])
    return campaign_view(row, counted[campaign_id], call.now())


async def _answer(call: Call, campaign_id: UUID, status: int = 200) -> Response:
    headers = {"location": f"/api/v1/campaigns/{campaign_id}"} if status == 201 else None
    return json_response(await _shown(call, campaign_id), status, headers)


async def _get(call: Call) -> Response:
    return await _answer(call, call.path_id("campaign_id"))


async def _create(call: Call) -> Response:
    name, definition, plan = read_draft(call.body)
    await check_references(call, plan)
    campaign_id = call.services.ids.make_uuid(call.services.clock())
    await campaigns.insert_campaign(
        call.services.pool, call.company_id, campaign_id, name, definition, created_by=call.actor
    )
    return await _answer(call, campaign_id, 201)


async def _change(call: Call, present: Mapping[str, Any] | None) -> Response:
    campaign_id = call.path_id("campaign_id")
    row = await campaigns.get_campaign(call.services.pool, call.company_id, campaign_id)
    if row is None:
        raise NotFound
    kept = None if present is None else {**row["definition"], "name": row["name"]}
    name, definition, plan = read_draft(call.body, kept)
    await check_references(call, plan)
    if not await campaigns.update_draft(call.services.pool, call.company_id, campaign_id, name, definition, call.now()):
        raise Conflict(f"the campaign is {row['state']}: only a draft can be changed")
    return await _answer(call, campaign_id)


async def _update(call: Call) -> Response:
    return await _change(call, {})


async def _replace(call: Call) -> Response:
    return await _change(call, None)


async def _delete(call: Call) -> Response:
    campaign_id = call.path_id("campaign_id")
    row = await campaigns.get_campaign(call.services.pool, call.company_id, campaign_id)
    if row is None:
        raise NotFound
    if not may("delete", row["state"]) or not await campaigns.delete_draft(
        call.services.pool, call.company_id, campaign_id
    ):
        raise Conflict(f"the campaign is {row['state']}: only a draft can be deleted")
    return Response(status_code=204)


async def _dry_run(call: Call) -> Response:
    campaign_id = call.path_id("campaign_id")
    row = await campaigns.get_campaign(call.services.pool, call.company_id, campaign_id)
    if row is None:
        raise NotFound
    loaded = await check_ready(call, campaign_id, row["definition"])
    told, complete = await dry_run(call, row, loaded)
    return json_response(told, 200 if complete else 202)


async def _get_dry_run(call: Call) -> Response:
    campaign_id, preview_id = call.path_id("campaign_id"), call.path_id("preview_id")
    row = await campaigns.get_campaign(call.services.pool, call.company_id, campaign_id)
    preview = preview_of(await get_preview(call.services.pool, call.company_id, preview_id), campaign_id)
    if row is None or preview is None:
        raise NotFound
    plan, _ = read_campaign(preview["request"]["definition"])
    loaded = await load_plan(call.services.pool, call.company_id, campaign_id, plan, call.services.settings.time_zone)
    return json_response(await shown(call, row, loaded, preview))


async def _start(call: Call) -> Response:
    body = call.body or {}
    campaign_id = call.path_id("campaign_id")
    await campaign_runs.start(call, campaign_id, UUID(body["preview_id"]) if "preview_id" in body else None)
    return await _answer(call, campaign_id)


async def _pause(call: Call) -> Response:
    campaign_id = call.path_id("campaign_id")
    await campaign_runs.pause(call, campaign_id)
    return await _answer(call, campaign_id)


async def _resume(call: Call) -> Response:
    campaign_id = call.path_id("campaign_id")
    await campaign_runs.resume(call, campaign_id)
    return await _answer(call, campaign_id)


async def _cancel(call: Call) -> Response:
    campaign_id = call.path_id("campaign_id")
    await campaign_runs.cancel(call, campaign_id)
    return await _answer(call, campaign_id)


async def _duplicate(call: Call) -> Response:
    new_id = await campaign_runs.duplicate(call, call.path_id("campaign_id"), (call.body or {}).get("name"))
    return await _answer(call, new_id, 201)


async def _retry_failed(call: Call) -> Response:
    body = call.body
    campaign_id = call.path_id("campaign_id")
    if "preview_id" in body and "preview" not in body and "reasons" not in body:
        return await _answer(call, await campaign_runs.retry(call, campaign_id, UUID(body["preview_id"])), 201)
    if not body.get("preview") or "preview_id" in body:
        raise FieldProblem([{"field": "preview", "reason": "must be true, or preview_id given alone"}])
    told = await campaign_runs.preview_retry(call, campaign_id, body.get("reasons"))
    reasons = [
        {"reason": code, "reason_text": in_words(code), "value": number, "retried": retried}
        for group, retried in ((told["counts"]["reasons"], True), (told["counts"]["skip"], False))
        for code, number in group.items()
    ]
    moments = {name: rfc3339(told[name]) for name in ("as_of", "expires_at")}
    return json_response({**told, **moments, "reasons": reasons})


_TAG = "Campaigns"
_BODY = {**ref("CampaignInput")}
_EXAMPLE = {
    "name": "Volta às aulas",
    "audience": {"tags": {"any": ["cliente"], "none": ["comprou-2026"]}},
    "variants": [{"template_id": "0199f000-0000-7000-8000-000000000001", "share": 50}],
    "variables": {"customer_name": {"field": "name", "default": "cliente"}},
    "sessions": [{"session_id": "0199f000-0000-7000-8000-000000000002", "share": 1}],
    "schedule": {"start_at": "2026-12-01T12:00:00Z", "time_zone": "America/Sao_Paulo"},
    "quiet_hours": {"from": "21:00", "to": "08:00"},
}
_CONFLICT = {
    409: Answer("Its status does not allow that, or it would now do more than was shown.", ref("Problem"), PROBLEM_TYPE)
}
_STATE = choice_query("status", "Only campaigns with this status.", *STATES)
_START_BODY = record({"preview_id": identifier(description="A dry run: begin exactly what it showed.")})


def _step(name: str, path: str, handler: Any, summary: str, **more: Any) -> Operation:
    return Operation(
        name=name,
        method="POST",
        path=f"/campaigns/{{campaign_id}}/{path}",
        handler=handler,
        summary=summary,
        tag=_TAG,
        role="operator",
        answers={**ok("Campaign", "The campaign."), **_CONFLICT},
        **more,
    )


OPERATIONS = (
    Operation(
        name="listCampaigns",
        method="GET",
        path="/campaigns",
        handler=_list,
        summary="Campaigns, newest first",
        tag=_TAG,
        answers=page_of("Campaign"),
        query=(*PAGING, _STATE, id_query("parent_id", "Only copies, retries and runs of this one.")),
    ),
    Operation(
        name="createCampaign",
        method="POST",
        path="/campaigns",
        handler=_create,
        summary="Make a draft; it may lack anything but what is there has to be sound",
        tag=_TAG,
        role="operator",
        body=_BODY,
        body_example=_EXAMPLE,
        answers=ok("Campaign", "The draft.", 201),
    ),
    Operation(
        name="getCampaign",
        method="GET",
        path="/campaigns/{campaign_id}",
        handler=_get,
        summary="One campaign, and how far it is",
        tag=_TAG,
        answers=ok("Campaign", "The campaign."),
    ),
    *(
        Operation(
            name=name,
            method=method,
            path="/campaigns/{campaign_id}",
            handler=handler,
            summary=summary,
            tag=_TAG,
            role="operator",
            body=_BODY,
            body_example=example,
            answers={**ok("Campaign", "The draft."), **_CONFLICT},
        )
        for name, method, handler, summary, example in (
            (
                "updateCampaign",
                "PATCH",
                _update,
                "Change a draft's fields; null takes one away",
                {"name": "Volta às aulas"},
            ),
            ("replaceCampaign", "PUT", _replace, "Give a draft another definition", _EXAMPLE),
        )
    ),
    Operation(
        name="deleteCampaign",
        method="DELETE",
        path="/campaigns/{campaign_id}",
        handler=_delete,
        summary="Delete a draft",
        tag=_TAG,
        role="operator",
        answers={**nothing("Deleted."), **_CONFLICT},
    ),
    Operation(
        name="dryRunCampaign",
        method="POST",
        path="/campaigns/{campaign_id}/dry-run",
        handler=_dry_run,
        summary="Who would get it and who not, how long it takes, what holds it, what it costs; nothing is sent",
        tag=_TAG,
        role="operator",
        answers={
            200: Answer("What it would do.", ref("CampaignDryRun")),
            202: Answer("A large audience is being counted by a job.", ref("CampaignDryRun")),
        },
    ),
    Operation(
        name="getCampaignDryRun",
        method="GET",
        path="/campaigns/{campaign_id}/dry-runs/{preview_id}",
        handler=_get_dry_run,
        summary="A dry run, once it is counted",
        tag=_TAG,
        answers=ok("CampaignDryRun", "The dry run; `counts` is null while it is being counted."),
    ),
    _step(
        "startCampaign",
        "start",
        _start,
        "Begin, or wait for the time that its schedule says",
        body=_START_BODY,
        body_example={"preview_id": "0199f000-0000-7000-8000-000000000003"},
        body_optional=True,
        description="With `preview_id`: to nobody who came after the dry run, and to no more people than it showed.",
    ),
    _step("pauseCampaign", "pause", _pause, "Pause: when this is answered, only what is in flight still leaves"),
    _step("resumeCampaign", "resume", _resume, "Go on exactly where it stopped"),
    _step("cancelCampaign", "cancel", _cancel, "Call it off: what has not left never will"),
    Operation(
        name="duplicateCampaign",
        method="POST",
        path="/campaigns/{campaign_id}/duplicate",
        handler=_duplicate,
        summary="Make a draft like it",
        tag=_TAG,
        role="operator",
        body=record({"name": text(200)}),
        body_example={"name": "Volta às aulas, segunda onda"},
        body_optional=True,
        answers=ok("Campaign", "The new draft.", 201),
    ),
    Operation(
        name="retryFailedCampaign",
        method="POST",
        path="/campaigns/{campaign_id}/retry-failed",
        handler=_retry_failed,
        summary="Try failures again that make sense, as a child campaign: shown first, then run",
        tag=_TAG,
        role="operator",
        body=record(
            {
                "preview": boolean(description="true: count and tell; nothing is sent."),
                "preview_id": identifier(description="Run what this preview showed."),
                "reasons": items(text(100), 100, description="Only these; what can be mended counts then, too."),
            }
        ),
        body_example={"preview": True},
        answers={
            200: Answer("What it would do; uncertain ones are left out.", ref("CampaignRetryPreview")),
            201: Answer("The child campaign; it has begun.", ref("Campaign")),
            **_CONFLICT,
        },
    ),
)
