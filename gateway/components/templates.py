"""Templates and their previews."""

from __future__ import annotations

from engine.template_schema import CATEGORIES, KINDS
from gateway.components.shared import MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.components.variants import VARIANT_COUNTS
from gateway.schema import Schema, anything, boolean, choice, define, identifier, items, moment, nullable

_TEMPLATE: dict[str, Schema] = {
    "name": {"type": "string"},
    "kind": choice(*KINDS),
    "language": {"type": "string"},
    "category": choice(*CATEGORIES),
    "body": {"type": "string", "description": "Text with `{{variables}}` and filters."},
    "components": {"type": "array", "items": anything()},
    "defaults": anything(additionalProperties={"type": "string"}),
    "status": {"type": "string"},
}
define("TemplateInput", anything(properties=_TEMPLATE, **{"x-checked-by": "engine/template_schema.py"}))
_STOPPED = nullable(
    shown(
        {
            "reason": {"type": "string", "description": "`whatsapp_<code>`: the refusal that stopped it."},
            "text": WORDS,
            "since": MAYBE_TIME,
            "until": {**MAYBE_TIME, "description": "null: until Meta approves it, or it is changed."},
        }
    )
)
_REVIEW = nullable(
    shown({"status": SENTENCE, "reason": SENTENCE, "told_at": MAYBE_TIME}, description="What WhatsApp last told of it.")
)
_TOLD: dict[str, Schema] = {
    "stopped": _STOPPED,
    "quality": {**SENTENCE, "description": "WhatsApp's: GREEN, YELLOW, RED or UNKNOWN."},
    "review": _REVIEW,
    "rules": {"type": ["integer", "null"], "description": "How many rules send it; counted in the list alone."},
}
define(
    "Template",
    shown({"id": identifier(), **_TEMPLATE, **_TOLD, "created_at": moment(), "updated_at": moment()}),
)
define(
    "TemplateDetail",
    shown(
        {
            "id": identifier(),
            **_TEMPLATE,
            **_TOLD,
            "created_at": moment(),
            "updated_at": moment(),
            "variants": {
                "type": "array",
                "items": shown({"id": identifier(), "language": {"type": "string"}, "status": {"type": "string"}}),
            },
            "written": VARIANT_COUNTS,
            "used_by": {
                "type": "array",
                "items": shown({"id": identifier(), "name": {"type": "string"}, "active": boolean()}),
                "description": "The rules that send it, at most 100.",
            },
        }
    ),
)
define(
    "Preview",
    shown(
        {
            "text": {"type": "string"},
            "components": nullable(items(anything(), 50)),
            "missing": {"type": "array", "items": {"type": "string"}},
            "values": {
                "type": "array",
                "items": SENTENCE,
                "description": "What each `{{…}}` of the body shows, in their order; null: it has no value.",
            },
            "event_id": MAYBE_ID,
            "sendable": boolean(description="Whether a message like this would leave."),
            "problem": SENTENCE,
            "problem_text": WORDS,
        }
    ),
)
