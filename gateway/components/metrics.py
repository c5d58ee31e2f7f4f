"""Series, funnel, breakdowns."""

from __future__ import annotations

from gateway.components.shared import COUNT, shown
from gateway.schema import Schema, anything, define, moment

_MAYBE_COUNT: Schema = {"type": ["integer", "null"]}
_MAYBE_SHARE: Schema = {"type": ["number", "null"], "description": "A share of 1; null of nothing."}
_STATUSES: Schema = {"type": ["object", "null"], "additionalProperties": COUNT, "description": "All twelve statuses."}
_STEPS = ("total", "attempted", "accepted", "sent", "delivered", "read", "replied", "bought")
_APART = ("limited", "failed", "skipped", "held", "uncertain", "cancelled", "waiting")
_FUNNEL = shown(dict.fromkeys((*_STEPS, *_APART), COUNT))
_RATES = shown(dict.fromkeys(("delivered", "delivered_of_all_numbers", "read", "failed"), _MAYBE_SHARE))

define("MetricsSummary", anything(description="See `metrics` of the live feed; with a range, its sums."))
define(
    "MetricsSeries",
    shown(
        {
            "time_zone": {"type": "string"},
            "step": {"type": "string"},
            "from": moment(),
            "to": moment(),
            "data": {
                "type": "array",
                "items": shown(
                    {
                        "at": moment(description="When the step begins."),
                        "events": _MAYBE_COUNT,
                        "messages": _STATUSES,
                        "accepted": {**_MAYBE_COUNT, "description": "Acceptances in this step."},
                        "funnel": {"oneOf": [_FUNNEL, {"type": "null"}]},
                        "latency_ms": {
                            "type": ["object", "null"],
                            "description": "event_to_accepted and event_to_sent: p50, p95, p99, count.",
                        },
                    }
                ),
            },
        }
    ),
)
define(
    "MetricsFunnel",
    shown(
        {
            "time_zone": {"type": "string"},
            "from": moment(),
            "to": moment(),
            "funnel": _FUNNEL,
            "rates": _RATES,
            "reply_within_h": COUNT,
        }
    ),
)
define(
    "MetricsBreakdown",
    shown(
        {
            "time_zone": {"type": "string"},
            "from": moment(),
            "to": moment(),
            "by": {"type": "string"},
            "data": {
                "type": "array",
                "items": anything(
                    description="`id`, `name` (null where it is gone), `messages`, `funnel`, `rates`; by error "
                    "`stage`, `class`, `code`, `meaning`, `advice`, `count`; by skip `count`; of both also "
                    "`reason` (by which `/messages` finds them; null of several) and `reason_text`; by event type "
                    "`event_type`, `count`."
                ),
            },
            "other": {
                "type": ["object", "null"],
                "description": "What the shown groups leave out.",
            },
        }
    ),
)
