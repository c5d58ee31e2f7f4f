"""Routes for numbers over time: summary, series, funnel, breakdowns. The aggregator answers them from its roll-ups."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from starlette.responses import Response

from engine.failures import whatsapp_reason
from engine.outcomes import REASON_CHARACTERS
from engine.time_buckets import STEPS
from gateway.calls import Call
from gateway.operations import TIME_RANGE, Handler, Operation, Query, choice_query, id_query, ok
from gateway.reasons import in_words
from gateway.schema import whole

BREAKDOWNS = ("session", "rule", "template", "campaign", "error", "skip", "event_type")
_ONE_THING = (
    id_query("session_id", "Of one WhatsApp number."),
    id_query("campaign_id", "Of one campaign."),
    id_query("rule_id", "Of one rule."),
    id_query("template_id", "Of one template."),
)


def _asking(report: str | None) -> Handler:
    async def answer(call: Call) -> Response:
        query = {name: _text(value) for name, value in call.query.items()}
        if report is not None:
            query["report"] = report
        found = await call.services.metrics.summary(call.company_id, query)
        if report == "breakdown" and query.get("by") in ("error", "skip"):
            found = with_reasons(found)
        return Response(found, media_type="application/json")

    return answer


def with_reasons(found: bytes) -> bytes:
    """Add to a breakdown by error or skip the reason by which its messages are listed, and the reason in words."""
    told = orjson.loads(found)
    for group in told["data"]:
        if "stage" in group:
            code = group["code"]
            cut = code == "other" or len(code) >= REASON_CHARACTERS
            group["reason"] = None if cut else whatsapp_reason(int(code)) if code.isdigit() else code
        group["reason_text"] = in_words(group["reason"])
    return orjson.dumps(told)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


OPERATIONS = (
    Operation(
        name="getMetricsSummary",
        method="GET",
        path="/metrics/summary",
        handler=_asking(None),
        summary="Counts, rates, queue and latency, and their change against the period before",
        description="`previous` is the period of the same length before `period`, both with their dates; of today "
        "it is yesterday up to the same time of day. At most one of the four filters.",
        tag="Metrics",
        answers=ok("MetricsSummary", "The numbers; without `from` and `to` today's."),
        query=(*TIME_RANGE, *_ONE_THING),
    ),
    Operation(
        name="getMetricsSeries",
        method="GET",
        path="/metrics/series",
        handler=_asking("series"),
        summary="Numbers by minute, hour or day in the company's time zone",
        description="At most 300 steps. A field is null where nothing is known of a step (before the company began, in "
        "the future, dropped by retention) or where the filter does not count it, and 0 where nothing happened.",
        tag="Metrics",
        answers=ok("MetricsSeries", "The steps, oldest first."),
        query=(
            *TIME_RANGE,
            choice_query("step", "How long a step is; by default an hour.", *STEPS),
            *_ONE_THING,
        ),
    ),
    Operation(
        name="getMetricsFunnel",
        method="GET",
        path="/metrics/funnel",
        handler=_asking("funnel"),
        summary="How far a period's messages came: attempted, accepted, sent, delivered, read, replied, bought",
        description="Messages by the time of their creation, as they stand now; the last 30 days by default. "
        "`replied`: the person wrote within 72 hours after it was accepted; `bought`: the last message before an "
        "approved order of that order or person, within 7 days. What WhatsApp's limits ended is `limited`.",
        tag="Metrics",
        answers=ok("MetricsFunnel", "The funnel, and what ended or waits apart."),
        query=(*TIME_RANGE, *_ONE_THING),
    ),
    Operation(
        name="getMetricsBreakdown",
        method="GET",
        path="/metrics/breakdown",
        handler=_asking("breakdown"),
        summary="A period's messages by rule, template, number, campaign or error",
        description="The largest groups; the rest together is `other`. By error, skip and event type one of the "
        "filters is possible (events are counted by none).",
        tag="Metrics",
        answers=ok("MetricsBreakdown", "The groups, the largest first."),
        query=(
            *TIME_RANGE,
            choice_query("by", "What makes a group; by default the rule.", *BREAKDOWNS),
            Query("limit", "whole", "How many groups are shown.", whole(1, 100, default=20)),
            *_ONE_THING,
        ),
    ),
)
