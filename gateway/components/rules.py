"""Rules and their dry runs."""

from __future__ import annotations

from engine.rule_windows import DAYS
from engine.step_schema import TYPES
from gateway.components.shared import COUNT, MAYBE_ID, SENTENCE, WORDS, shown
from gateway.schema import Schema, anything, choice, define, identifier, items, moment, nullable, record, whole

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
        "variants": {
            "type": "boolean",
            "description": "Approved variants of the template take its place: an order's messages say the same again.",
        },
    },
    required=["session_id"],
)
_STEP = anything(
    properties={
        "id": {"type": "string", "description": "Unique in the rule; by default its place."},
        "type": choice(*TYPES),
    },
    required=["type"],
)
_RULE: dict[str, Schema] = {
    "name": {"type": "string"},
    "active": {"type": "boolean"},
    "trigger": _TRIGGER,
    "when": anything(description="`{field, op, value}` or a group `{all|any|not: […]}`, nested at most 8 deep."),
    "delay_s": {"type": "integer", "minimum": 0},
    "cancel_on": {"type": "array", "items": {"type": "string"}},
    "action": anything(properties={"send": _SEND}, required=["send"]),
    "steps": {
        "type": "array",
        "description": "In place of `action` and `delay_s`: what is done, one after another (docs/RULES.md).",
        "items": _STEP,
    },
    "caps": anything(
        properties={
            "per_order": {"type": "integer", "minimum": 1},
            "per_person": anything(
                properties={
                    "count": {"type": "integer", "minimum": 1},
                    "per_hours": {"type": "integer", "minimum": 1},
                },
                required=["count", "per_hours"],
            ),
        }
    ),
    "schedule": anything(
        description="When it may write; outside of it a message waits, or is skipped.",
        properties={
            "days": {"type": "array", "items": choice(*DAYS)},
            "from": {"type": "string", "examples": ["08:00"]},
            "to": {"type": "string", "examples": ["20:00"]},
            "zone": {"type": "string", "description": "`company`, `recipient`, or an IANA name."},
            "outside": choice("wait", "skip"),
        },
    ),
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
        required=("id", "name", "active", "version", "trigger", "created_at", "updated_at"),
    ),
)
define("RuleVersion", shown({"version": COUNT, "definition": anything(), "created_at": moment()}))
_SAMPLE = shown(
    {
        "event_id": identifier(),
        "order_id": SENTENCE,
        "name": SENTENCE,
        "to": SENTENCE,
        "step": {"type": "string"},
        "at": moment(description="When it would have been made."),
        "type": {"type": "string"},
        "text": {"type": "string"},
        "variant_id": {**MAYBE_ID, "description": "null: the template's own text, or no template."},
        "status": {"type": "string"},
        "reason": SENTENCE,
        "reason_text": WORDS,
    }
)
_VERDICT = shown(
    {
        "event_id": identifier(),
        "event_type": SENTENCE,
        "order_id": SENTENCE,
        "name": SENTENCE,
        "at": moment(),
        "outcome": {"type": "string"},
        "reason": SENTENCE,
        "reason_text": WORDS,
        "detail": nullable(anything(description="`path`, `field`, `op`, `wanted` and `found` of a condition.")),
        "messages": {"type": "integer", "description": "How many would have been sent."},
    }
)
_TALLY = anything(additionalProperties=COUNT)
define(
    "DryRun",
    shown(
        {
            "events": {"type": "integer", "description": "How many were looked at."},
            "would_send": {"type": "integer", "description": "Messages; those that wait, too."},
            "outcomes": _TALLY,
            "reasons": _TALLY,
            "messages": {**_TALLY, "description": "What would have become of the messages made."},
            "samples": {"type": "array", "items": _SAMPLE},
            "sends": {"type": "array", "items": _SAMPLE},
            "variants": items(
                shown({"template_id": identifier(), "approved": COUNT}),
                50,
                description="Of each template whose variants the rule asks for: how many there are to take.",
            ),
            "sends_left_out": COUNT,
            "verdicts": {"type": "array", "items": _VERDICT},
        }
    ),
)
_LINE = shown(
    {
        "step": {"type": "string"},
        "type": choice(*TYPES),
        "at": moment(),
        "outcome": {"type": "string"},
        "reason": SENTENCE,
        "reason_text": WORDS,
        "until": moment(description="Where it waits: until when."),
        "message_id": identifier(),
        "detail": anything(description="The first condition to blame, with what was found."),
    }
)
define(
    "RuleCase",
    shown(
        {
            "id": identifier(),
            "rule_id": identifier(),
            "version": COUNT,
            "event_id": identifier(),
            "order_id": SENTENCE,
            "phone": SENTENCE,
            "state": choice("running", "done", "cancelled", "skipped", "failed"),
            "reason": SENTENCE,
            "reason_text": WORDS,
            "next_step": SENTENCE,
            "due_at": nullable(moment()),
            "log": {"type": "array", "items": _LINE},
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
define(
    "RuleRun",
    shown(
        {
            "event_id": identifier(),
            "event_type": SENTENCE,
            "order_id": SENTENCE,
            "customer": shown({"name": SENTENCE, "phone": SENTENCE}),
            "version": COUNT,
            "outcome": choice("fired", "held", "not_matched", "skipped", "error"),
            "reason": SENTENCE,
            "reason_text": WORDS,
            "detail": nullable(anything(description="`path`, `field`, `op`, `wanted` and `found` of a condition.")),
            "created_at": moment(),
        }
    ),
)
