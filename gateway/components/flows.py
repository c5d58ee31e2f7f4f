"""Ready-made flows and the PIX automation's figures."""

from __future__ import annotations

from engine.pix_flow import PARTS
from gateway.components.shared import COUNT, SENTENCE, shown
from gateway.schema import anything, boolean, choice, define, identifier, moment, nullable, record

_MONEY = {"type": "string", "examples": ["97.00"]}
_SUM = shown({"orders": COUNT, "amount": _MONEY})
_SETTINGS = {
    "session_id": identifier(description="The number that writes."),
    "source": {"type": "string", "description": "Only events of this source; all if left out."},
    "schedule": anything(description="As a rule's: when reminders may be sent."),
    "active": boolean(description="Switches the whole flow."),
    "parts": anything(
        description=f"{', '.join(PARTS)}: switches, minutes, texts or `template_id`; GET /flows has the defaults."
    ),
}
define("PixFlowInput", anything(properties=_SETTINGS, **{"x-checked-by": "engine/pix_flow.py"}))
define(
    "FlowKind",
    shown(
        {
            "kind": {"type": "string"},
            "name": {"type": "string"},
            "name_en": {"type": "string"},
            "event_types": {"type": "array", "items": {"type": "string"}},
            "parts": {
                "type": "array",
                "items": shown({"part": choice(*PARTS), "name": {"type": "string"}, "defaults": anything()}),
            },
            "in_use": boolean(),
        }
    ),
)
define(
    "Flow",
    shown(
        {
            "id": identifier(),
            "kind": {"type": "string"},
            "active": boolean(),
            "settings": record(_SETTINGS),
            "rules": {
                "type": "array",
                "items": shown(
                    {
                        "part": {"type": "string"},
                        "rule_id": identifier(),
                        "name": {"type": "string"},
                        "active": boolean(),
                        "version": COUNT,
                        "waiting": {"type": "integer", "description": "Of the newest 10,000 cases."},
                    }
                ),
            },
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
define(
    "PixSummary",
    shown(
        {
            "from": moment(),
            "to": moment(),
            "generated": _SUM,
            "paid": _SUM,
            "paid_after_reminder": shown({"orders": COUNT, "amount": _MONEY, "direct": _SUM, "assisted": _SUM}),
            "recovered_amount": _MONEY,
            "paid_share": nullable({"type": "number"}),
            "count_capped": boolean(description="Only the newest 10,000 codes of the range were counted."),
        }
    ),
)
define(
    "PixOrder",
    shown(
        {
            "order_id": {"type": "string"},
            "customer": shown({"name": SENTENCE, "phone": SENTENCE}),
            "value": nullable(_MONEY),
            "state": choice("pending", "paid", "expired"),
            "generated_at": moment(),
            "expires_at": nullable(moment()),
            "paid_at": nullable(moment()),
            "paid_value": nullable(_MONEY),
            "event_ids": {"type": "array", "items": identifier()},
            "next_reminder": nullable(
                shown({"rule_id": identifier(), "case_id": identifier(), "due_at": moment()}),
            ),
        }
    ),
)
define(
    "PixReminderCancelled",
    shown({"cases": COUNT, "messages": {"type": "array", "items": identifier()}}),
)
