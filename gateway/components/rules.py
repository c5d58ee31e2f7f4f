"""Rules and their dry runs."""

from __future__ import annotations

from gateway.components.shared import COUNT, SENTENCE, WORDS, shown
from gateway.schema import Schema, anything, define, identifier, moment, record, whole

_TRIGGER = anything(
    properties={
        "event_type": {
            "description": "One type, a list of types, or `*`.",
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
        },
        "source": {"type": "string"},
    },
    required=["event_type"],
)
_SEND = anything(
    properties={
        "session_id": identifier(),
        "template_id": identifier(),
        "text": {"type": "string"},
        "to": {"type": "string", "description": "A phone, or variables that give one; by default the customer's."},
    },
    required=["session_id"],
)
_RULE: dict[str, Schema] = {
    "name": {"type": "string"},
    "active": {"type": "boolean"},
    "trigger": _TRIGGER,
    "when": anything(description="`{field, op, value}` or a group `{all|any|not: […]}`, nested at most 8 deep."),
    "delay_s": {"type": "integer", "minimum": 0},
    "cancel_on": {"type": "array", "items": {"type": "string"}},
    "action": anything(properties={"send": _SEND}, required=["send"]),
    "caps": anything(properties={"per_order": {"type": "integer", "minimum": 1}}),
}
define("RuleInput", anything(properties=_RULE, **{"x-checked-by": "engine/rule_schema.py"}))
define(
    "Rule",
    record(
        {
            "id": identifier(),
            **_RULE,
            "version": whole(1, 2**31),
            "created_at": moment(),
            "updated_at": moment(),
        },
        required=("id", "name", "active", "version", "trigger", "action", "created_at", "updated_at"),
    ),
)
define("RuleVersion", shown({"version": COUNT, "definition": anything(), "created_at": moment()}))
_SAMPLE = shown(
    {
        "event_id": identifier(),
        "to": SENTENCE,
        "text": {"type": "string"},
        "status": {"type": "string"},
        "reason": SENTENCE,
        "reason_text": WORDS,
    }
)
_TALLY = anything(additionalProperties=COUNT)
define(
    "DryRun",
    shown(
        {
            "events": {"type": "integer", "description": "How many were looked at."},
            "would_send": COUNT,
            "outcomes": _TALLY,
            "reasons": _TALLY,
            "samples": {"type": "array", "items": _SAMPLE},
        }
    ),
)
