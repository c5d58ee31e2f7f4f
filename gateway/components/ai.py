"""What messages mean: intents, decisions, and what people think of these."""

from __future__ import annotations

from engine.ai.intents import MANY_EXAMPLES
from engine.ai.outcomes import OUTCOMES
from gateway.components.shared import ADDRESS, MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import Schema, boolean, choice, define, identifier, items, moment, nullable, record, text

LONGEST_EXAMPLE = 400
_NAME: Schema = {
    "type": "string",
    "pattern": "[a-z][a-z0-9_]{0,49}",
    "x-reason": "must be lower-case letters, digits and _, at most 50, a letter first",
    "description": "As rules and decisions name it. A built-in name adds examples to that intent.",
}
_BODY: dict[str, Schema] = {
    "label": text(100, description="As people read it."),
    "description": text(500, 0),
    "examples": items(text(LONGEST_EXAMPLE), MANY_EXAMPLES, minItems=1, description="What people write who want it."),
    "threshold": {
        "type": ["number", "null"],
        "minimum": 0,
        "maximum": 1,
        "description": "How sure it must be; null: as sure as the built-in ones (0.4).",
    },
    "active": boolean(default=True),
}
define("AiIntentInput", record({"name": _NAME, **_BODY}, required=("name", "label", "examples")))
define("AiIntentChange", record(_BODY))
_NUMBER: Schema = {"type": ["number", "null"]}
define(
    "AiIntent",
    shown(
        {
            "id": identifier(),
            "company_id": identifier(),
            "name": {"type": "string"},
            "label": {"type": "string"},
            "description": {"type": "string"},
            "examples": {"type": "array", "items": {"type": "string"}},
            "threshold": _NUMBER,
            "active": {"type": "boolean"},
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
_NEIGHBOURS: Schema = {
    "type": "array",
    "items": shown({"text": {"type": "string"}, "intent": {"type": "string"}, "nearness": {"type": "number"}}),
    "description": "The examples that are nearest, the nearest first.",
}
define(
    "AiIntents",
    shown(
        {
            "data": {"type": "array", "items": {"$ref": "#/components/schemas/AiIntent"}},
            "built_in": {
                "type": "array",
                "items": shown({"name": {"type": "string"}, "text": WORDS, "examples": {"type": "integer"}}),
            },
        }
    ),
)
READ: dict[str, Schema] = {
    "intent": {**SENTENCE, "description": "`unsure` where nothing is sure enough; null where there was no text."},
    "intent_text": WORDS,
    "confidence": _NUMBER,
    "second_intent": SENTENCE,
    "second_confidence": _NUMBER,
    "decided_by": choice("words", "letters", "model", "nothing"),
    "neighbours": _NEIGHBOURS,
}
define("AiText", record({"text": text(4_096)}, required=("text",)))
define("AiUnderstood", shown({**READ, "model": {"type": "string"}}))
define(
    "AiDecision",
    shown(
        {
            "id": {**identifier(), "description": "The inbound message's event."},
            "company_id": identifier(),
            "conversation_id": identifier(),
            "session_id": identifier(),
            "phone": ADDRESS,
            "received_at": moment(),
            "at": moment(),
            "text": SENTENCE,
            **READ,
            "outcome": choice(*OUTCOMES),
            "reason": SENTENCE,
            "reason_text": WORDS,
            "message_id": MAYBE_ID,
            "sources": {"type": "array", "items": {"type": "object", "additionalProperties": True}},
            "prompt_version": SENTENCE,
            "model": SENTENCE,
            "cost": {**SENTENCE, "description": "Money, six decimals."},
            "tokens": nullable({"type": "integer"}),
            "latency_ms": {"type": "integer", "description": "From the message's receipt to the decision."},
            "feedback": nullable(choice("right", "wrong")),
            "feedback_intent": SENTENCE,
            "feedback_at": MAYBE_TIME,
        }
    ),
)
define(
    "AiFeedback",
    record(
        {
            "feedback": choice("right", "wrong"),
            "intent": {**_NAME, "description": "What it really wants: the message becomes an example of it."},
        },
        required=("feedback",),
    ),
)
