"""Alerts and notifications."""

from __future__ import annotations

from engine.alerts import METRICS
from gateway.components.shared import COUNT, MAYBE_TIME, NUMBER, WORDS, shown
from gateway.schema import (
    Schema,
    anything,
    boolean,
    choice,
    define,
    identifier,
    items,
    moment,
    nullable,
    record,
    text,
    whole,
)

_CLOCK: Schema = {
    "type": "string",
    "pattern": "([01][0-9]|2[0-3]):[0-5][0-9]",
    "x-reason": "must be a time such as 22:00",
}
_MAYBE_NUMBER: Schema = {"type": ["number", "null"]}
_WHATSAPP = record(
    {
        "session_id": identifier(),
        "to": text(32, description="The operator's number."),
        "template": nullable(
            record(
                {"name": text(512), "language": text(16)},
                required=("name",),
                description="An approved template whose body has one variable, {{1}}; without it a text, which "
                "WhatsApp delivers only within 24 hours after the operator wrote.",
            )
        ),
    },
    required=("session_id", "to"),
)
_CHANNELS = record(
    {
        "app": boolean(description="A notification in the application."),
        "webhook": boolean(description="`alert.fired` and `alert.resolved`, to outgoing webhooks that want them."),
        "whatsapp": nullable(_WHATSAPP),
    }
)
_INPUT: dict[str, Schema] = {
    "name": text(100),
    "metric": choice(*METRICS),
    "threshold": {
        **NUMBER,
        "minimum": 0,
        "maximum": 1_000_000_000,
        "description": "In the metric's unit: a share of 1 (failure_rate), minutes (silence), seconds (queue_age), ms "
        "(latency_p99), or a count.",
    },
    "window_s": whole(60, 86_400, default=600, description="Over how many seconds rates, counts and percentiles go."),
    "scope": record({"session_ids": items(identifier(), 100), "sources": items(text(100), 100)}),
    "quiet": nullable(
        record(
            {"from": _CLOCK, "to": _CLOCK},
            required=("from", "to"),
            description="In the company's time zone; what fires then is told afterwards, if it still holds.",
        )
    ),
    "channels": _CHANNELS,
    "active": boolean(default=True),
}

define("AlertInput", record(_INPUT, required=("name", "metric", "threshold")))
define("AlertChange", record(_INPUT))
define(
    "Alert",
    shown(
        {
            "id": identifier(),
            **_INPUT,
            "unit": {"type": "string"},
            "state": choice("ok", "fired", "no_data"),
            "state_since": moment(),
            "value": _MAYBE_NUMBER,
            "looked_at": MAYBE_TIME,
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
define(
    "AlertChangeOfState",
    shown(
        {
            "id": identifier(),
            "state": choice("ok", "fired", "no_data"),
            "value": _MAYBE_NUMBER,
            "quiet": boolean(description="It was told later, after the quiet time, or not at all."),
            "created_at": moment(),
        }
    ),
)
define("AlertPreview", shown({"times": nullable(COUNT), "from": moment(), "to": moment()}))
define("AlertTest", shown({"channels": items({"type": "string"}, 3), "title_pt": {"type": "string"}}))
define(
    "Notification",
    shown(
        {
            "id": identifier(),
            "kind": {"type": "string"},
            "severity": choice("info", "warning", "critical"),
            "title": WORDS,
            "data": anything(),
            "created_at": moment(),
            "read_at": MAYBE_TIME,
        }
    ),
)
define("NotificationsRead", shown({"marked": COUNT}))
