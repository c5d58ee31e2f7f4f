"""Outgoing webhooks and what was delivered by them."""

from __future__ import annotations

from engine.outgoing_webhooks import EVENT_TYPES
from gateway.components.shared import MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import Schema, anything, boolean, choice, define, identifier, items, moment, record, text, whole
from storage.outgoing import STATES

_TYPES: Schema = {**items(choice(*EVENT_TYPES), len(EVENT_TYPES)), "minItems": 1}
_INPUT: dict[str, Schema] = {
    "name": text(200),
    "url": text(2_000, description="On the public internet; https wherever that is possible."),
    "event_types": _TYPES,
    "concurrency": whole(
        1, 20, default=5, description="Deliveries in flight at once; 1 keeps their order while nothing is repeated."
    ),
    "active": boolean(default=True),
}
define("OutgoingWebhookInput", record(_INPUT, required=("name", "url", "event_types")))
define("OutgoingWebhookChange", record(_INPUT))
_WEBHOOK: dict[str, Schema] = {
    "id": identifier(),
    "name": {"type": "string"},
    "url": {"type": "string"},
    "event_types": {"type": "array", "items": {"type": "string"}},
    "concurrency": {"type": "integer"},
    "active": {"type": "boolean"},
    "disabled_reason": {**SENTENCE, "description": "Why the system itself took it out of use."},
    "disabled_reason_text": WORDS,
    "disabled_at": MAYBE_TIME,
    "failing_since": {**MAYBE_TIME, "description": "The first failure after the last delivery that was taken."},
    "last_success_at": MAYBE_TIME,
    "last_failure_at": MAYBE_TIME,
    "old_secret_until": {**MAYBE_TIME, "description": "Until then deliveries are signed with the old secret too."},
    "created_at": moment(),
    "updated_at": moment(),
}
define("OutgoingWebhook", shown(_WEBHOOK))
define(
    "OutgoingWebhookWithSecret",
    shown({**_WEBHOOK, "secret": {"type": ["string", "null"], "description": "`whsec_…`, shown this once."}}),
)
_DELIVERY: dict[str, Schema] = {
    "id": identifier(description="The header `webhook-id` of every attempt."),
    "outgoing_webhook_id": identifier(),
    "event_type": {"type": "string"},
    "state": choice(*STATES),
    "attempt": {"type": "integer", "description": "Attempts made in the present series."},
    "next_attempt_at": MAYBE_TIME,
    "status": {"type": ["integer", "null"], "description": "Of the last answer."},
    "reason": SENTENCE,
    "reason_text": WORDS,
    "created_at": moment(),
    "finished_at": MAYBE_TIME,
}
define("OutgoingDeliverySummary", shown(_DELIVERY))
_ATTEMPT = shown(
    {
        "attempt": {"type": "integer"},
        "at": moment(),
        "url": {"type": "string"},
        "headers": anything(description="Without the signature."),
        "status": {"type": ["integer", "null"]},
        "reason": SENTENCE,
        "reason_text": WORDS,
        "answer": {"type": "string", "description": "The beginning of the answer's body, or what went wrong."},
        "duration_ms": {"type": "integer"},
    }
)
define(
    "OutgoingDelivery",
    shown({**_DELIVERY, "payload": anything(), "attempts": {"type": "array", "items": _ATTEMPT}}),
)
define("OutgoingQueued", shown({"id": identifier(), "state": choice(*STATES)}))
define("OutgoingEventTypes", shown({"data": {"type": "array", "items": {"type": "string"}}}))
