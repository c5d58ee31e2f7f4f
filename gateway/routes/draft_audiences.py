"""Routes of a draft's audience: how many people it means just now, and who they are."""

from __future__ import annotations

from starlette.responses import Response

from engine.campaign_schema import read_campaign
from engine.errors import NotFound
from gateway.calls import Call, json_response, page_response
from gateway.campaign_audience import count_draft, page_draft
from gateway.counts import Count
from gateway.operations import PAGING, Operation, flag_query, ok, page_of, text_query
from storage.campaign_plans import LoadedPlan, load_plan
from storage.campaigns import get_campaign


async def _loaded(call: Call) -> LoadedPlan:
    campaign_id = call.path_id("campaign_id")
    row = await get_campaign(call.services.pool, call.company_id, campaign_id)
    if row is None:
        raise NotFound
    plan, _ = read_campaign(row["definition"])
    return await load_plan(call.services.pool, call.company_id, campaign_id, plan, call.services.settings.time_zone)


async def _count(call: Call) -> Response:
    return json_response(await count_draft(call, await _loaded(call)))


async def _people(call: Call) -> Response:
    rows, following = await page_draft(call, await _loaded(call), call.query.get("out"), call.query.get("reason"))
    return page_response(rows, following, Count(len(rows), following is not None or "cursor" in call.query))


_TAG = "Campaigns"

OPERATIONS = (
    Operation(
        name="getCampaignAudience",
        method="GET",
        path="/campaigns/{campaign_id}/audience",
        handler=_count,
        summary="How many people a campaign means as its audience is now, and why some would get nothing",
        description=(
            "The draft may still lack its template or number. It looks for two seconds; `complete: false` says that "
            "there are more people. Nothing is frozen: the dry run does that."
        ),
        tag=_TAG,
        answers=ok("CampaignAudience", "The numbers."),
    ),
    Operation(
        name="listCampaignAudience",
        method="GET",
        path="/campaigns/{campaign_id}/audience/people",
        handler=_people,
        summary="The people behind these numbers, and what each would read",
        description=(
            "In the order in which they are written to. A page that found few people in two seconds may be short, "
            "and `next_cursor` goes on from there; `count` is what is shown."
        ),
        tag=_TAG,
        answers=page_of("CampaignPerson"),
        query=(
            *PAGING,
            flag_query("out", "true: only who would get nothing; false: only who would."),
            text_query("reason", "Only who would get nothing for this reason code."),
        ),
    ),
)
