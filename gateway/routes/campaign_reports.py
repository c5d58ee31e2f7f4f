"""Routes of what came out of campaigns: recipients, report, and the sum over many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.campaign_counts import HOUR_KEYS, by_hour, exclusive, statuses_of
from engine.campaigns import STATES
from engine.errors import FieldProblem, NotFound
from engine.message_states import STATUSES
from engine.pagination import COUNT_CAP
from engine.times import rfc3339
from gateway.calls import Call, json_response, page_response
from gateway.campaign_views import funnel_view, recipient_view, report_view
from gateway.counts import Count
from gateway.operations import (
    PAGING,
    TIME_RANGE,
    Operation,
    Query,
    choice_query,
    id_query,
    ok,
    page_of,
    text_query,
)
from gateway.schema import whole
from storage.campaign_counts import count_marked, list_for_summary, name_things, read_counts, sum_hours
from storage.campaign_marks import MARKED
from storage.campaign_recipients import RecipientFilter, list_recipients, with_pending
from storage.campaigns import get_campaign
from storage.companies import get_company
from storage.searching import Row

_MOST_CAMPAIGNS = 500
_PERIOD = timedelta(days=30)
_MOST_HOURS = timedelta(days=31)


async def _recipients(call: Call) -> Response:
    campaign_id = call.path_id("campaign_id")
    campaign = await get_campaign(call.services.pool, call.company_id, campaign_id)
    if campaign is None:
        raise NotFound
    wanted = with_pending(recipient_filter(call.query), campaign["state"])
    page = await list_recipients(call.services.pool, call.company_id, campaign_id, wanted, call.range)
    count = await _count(call, campaign, wanted, len(page.rows), page.next is not None)
    return page_response([recipient_view(row, campaign["state"]) for row in page.rows], page.next, count)


def recipient_filter(query: Mapping[str, Any]) -> RecipientFilter:
    """Read the filter.

    Raises:
        FieldProblem: names a parameter that finds nothing.
    """
    states: tuple[str, ...] | None = None
    if "state" in query:
        states = tuple(dict.fromkeys(query["state"].split(",")))
        if unknown := [state for state in states if state not in STATUSES]:
            why = f"{unknown[0]:.40} is none of {', '.join(STATUSES)} (with commas between them)"
            raise FieldProblem([{"field": "state", "reason": why}])
    reason: str | None = query.get("reason")
    if "code" in query:
        if reason is not None:
            raise FieldProblem([{"field": "code", "reason": "must not stand beside reason: it is one"}])
        reason = f"whatsapp_{query['code']}"
    return RecipientFilter(states, reason, query.get("session_id"), query.get("variant"), query.get("reached"))


async def _count(call: Call, campaign: Row, wanted: RecipientFilter, shown: int, more: bool) -> Count:
    """Return how many there are: by the counters where they know, else what was read."""
    if any((wanted.session_id, wanted.variant is not None, wanted.reached)):
        return Count(shown, more or "cursor" in call.query)
    if wanted.reason is None:
        counted = (await read_counts(call.services.pool, call.company_id, [campaign["id"]]))[campaign["id"]]
        total, counts = exclusive(counted.keys, campaign["written"], campaign["state"])
        number = total if wanted.statuses is None else sum(counts.get(state, 0) for state in wanted.statuses)
        return Count(min(number, COUNT_CAP), number > COUNT_CAP)
    apart, capped = await count_marked(call.services.pool, call.company_id, campaign["id"])
    states = wanted.statuses or MARKED
    number = sum(one.number for one in apart if one.status in states and one.reason == wanted.reason)
    return Count(min(number, COUNT_CAP), capped or number > COUNT_CAP)


async def _report(call: Call) -> Response:
    campaign_id = call.path_id("campaign_id")
    async with (
        call.services.pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        row = await get_campaign(connection, call.company_id, campaign_id)
        if row is None:
            raise NotFound
        counted = (await read_counts(connection, call.company_id, [campaign_id], parts=True))[campaign_id]
        apart, capped = await count_marked(connection, call.company_id, campaign_id)
        templates = [UUID(variant["template_id"]) for variant in row["definition"].get("variants", [])]
        sessions = [UUID(subject) for subject in counted.parts.by_session]
        names = await name_things(connection, call.company_id, sessions, templates)
    return json_response(report_view(row, counted, apart, capped, names, call.now()))


async def _summary(call: Call) -> Response:
    until = call.query.get("to", call.now() + timedelta(seconds=1))
    since = call.query.get("from", until - _PERIOD)
    pool, company_id = call.services.pool, call.company_id
    rows = await list_for_summary(pool, company_id, since, until, call.query.get("status"), _MOST_CAMPAIGNS + 1)
    capped, rows = len(rows) > _MOST_CAMPAIGNS, rows[:_MOST_CAMPAIGNS]
    counted = await read_counts(pool, company_id, [row["id"] for row in rows], parts=True)
    keys: Counter[str] = Counter()
    summed: Counter[str] = Counter()
    by_campaign: list[dict[str, Any]] = []
    sessions: dict[str, Counter[str]] = {}
    templates: dict[str, Counter[str]] = {}
    for row in rows:
        found = counted[row["id"]]
        total, counts = exclusive(found.keys, row["written"], row["state"])
        keys.update(found.keys)
        summed.update(counts)
        by_campaign.append(
            {"campaign_id": row["id"], "name": row["name"], "status": row["state"], "total": total, "counts": counts}
        )
        for parts, into in ((found.parts.by_session, sessions), (found.parts.by_template, templates)):
            for subject, statuses in parts.items():
                into.setdefault(subject, Counter()).update(statuses)
    names = await name_things(pool, company_id, list(map(UUID, sessions)), list(map(UUID, templates)))
    total = sum(summed.values())
    company = await get_company(pool, company_id)
    zone = company["time_zone"] if company else call.services.settings.time_zone
    first = max(since, until - _MOST_HOURS)
    hours = await sum_hours(pool, company_id, [row["id"] for row in rows], first, until, zone, HOUR_KEYS)
    return json_response(
        {
            "campaigns": len(rows),
            "campaigns_capped": capped,
            "total": total,
            "counts": {status: summed[status] for status in STATUSES},
            "funnel": funnel_view(keys, total),
            "by_campaign": by_campaign,
            "by_session": _named(sessions, names["sessions"], "session_id"),
            "by_template": _named(templates, names["templates"], "template_id"),
            "by_hour": by_hour(hours),
            "time_zone": zone,
            "updated_at": rfc3339(call.now()),
        }
    )


def _named(found: dict[str, Counter[str]], names: dict[UUID, str], field: str) -> list[dict[str, Any]]:
    largest = sorted(found.items(), key=lambda item: -item[1].total())[:_MOST_CAMPAIGNS]
    return [
        {field: UUID(subject), "name": names.get(UUID(subject)), "counts": statuses_of(statuses)}
        for subject, statuses in largest
    ]


_TAG = "Campaigns"
FILTERS = (
    text_query("state", "Statuses of the message, with commas between them."),
    text_query("reason", "The reason code."),
    Query("code", "whole", "WhatsApp's error code.", whole(0, 9_999_999)),
    Query("variant", "whole", "The variant's place in the definition, from 0.", whole(0, 99)),
    id_query("session_id", "The number that wrote, or will."),
    choice_query("reached", "Only who replied within 72 hours, or bought.", "replied", "bought"),
)

OPERATIONS = (
    Operation(
        name="getCampaignSummary",
        method="GET",
        path="/campaigns/summary",
        handler=_summary,
        summary="Many campaigns as one: funnel, and sums by campaign, number and template",
        description="Campaigns that began in the period; by default the last 30 days, at most 500 campaigns.",
        tag=_TAG,
        answers=ok("CampaignSummary", "The sums."),
        query=(*TIME_RANGE, choice_query("status", "Only campaigns with this status.", *STATES)),
    ),
    Operation(
        name="listCampaignRecipients",
        method="GET",
        path="/campaigns/{campaign_id}/recipients",
        handler=_recipients,
        summary="The people of a campaign and what became of their messages, newest contact first",
        tag=_TAG,
        answers=page_of("CampaignRecipient"),
        query=(*PAGING, *FILTERS),
    ),
    Operation(
        name="getCampaignReport",
        method="GET",
        path="/campaigns/{campaign_id}/report",
        handler=_report,
        summary="Who got it, who did not and why; every number has the filter that lists its people",
        tag=_TAG,
        answers=ok("CampaignReport", "The report; receipts may come for a day."),
    ),
)
