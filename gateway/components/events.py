"""Stored events, and which rules ran."""

from __future__ import annotations

from gateway.components.shared import MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import Schema, anything, define, identifier, moment, nullable, record, ref, whole

_CUSTOMER = shown({"name": SENTENCE, "phone": SENTENCE, "email": SENTENCE, "document": SENTENCE})
_EVENT: dict[str, Schema] = {
    "id": identifier(),
    "company_id": identifier(),
    "webhook_id": MAYBE_ID,
    "source": {"type": "string"},
    "event_type": SENTENCE,
    "external_id": SENTENCE,
    "order_id": SENTENCE,
    "state": {"type": "string", "enum": ["processed", "unparsed", "failed"]},
    "reason": SENTENCE,
    "reason_text": WORDS,
    "customer": _CUSTOMER,
    "product_name": SENTENCE,
    "plan_name": SENTENCE,
    "order_value": {"type": ["string", "null"], "pattern": r"-?[0-9]+\.[0-9]{2}", "description": "Reais."},
    "pix_code": SENTENCE,
    "pix_expires_at": MAYBE_TIME,
    "payment_method": SENTENCE,
    "occurred_at": moment(description="When it happened at the source."),
    "created_at": moment(description="When it came in."),
    "signature": {"type": "string", "enum": ["unsigned", "valid"]},
    "replay_of": MAYBE_ID,
}
define("EventSummary", shown(_EVENT))
define(
    "Event",
    shown(
        {
            **_EVENT,
            "payload": {"description": "The event's JSON; null if Postgres cannot hold it (see `reason`)."},
            "headers": nullable(anything(additionalProperties={"type": "string"})),
        }
    ),
)
_RUN = record(
    {
        "rule_id": identifier(),
        "name": SENTENCE,
        "version": whole(1, 2**31),
        "outcome": {
            "type": "string",
            "enum": ["fired", "not_matched", "held", "skipped", "error", "not_triggered"],
        },
        "reason": SENTENCE,
        "reason_text": WORDS,
        "detail": nullable(anything()),
        "cases": {"type": "array", "items": ref("RuleCase"), "description": "What it goes on with later."},
        "job_id": {**identifier(), "description": "Only of a run that a replay has added: its job."},
        "at": {**moment(), "description": "When the replay ran."},
    },
    required=("rule_id", "outcome", "reason"),
)
define("Run", _RUN)
define(
    "RevealedEvent",
    shown({"customer": _CUSTOMER, "payload": {"description": "The event's JSON, or null."}}),
)
