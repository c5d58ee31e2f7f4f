"""Variants of templates' texts, and samples of them."""

from __future__ import annotations

from engine.ai.variants import MOST_VARIANTS
from engine.template_syntax import MAX_TEXT
from gateway.components.shared import COUNT, MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import boolean, choice, define, identifier, items, moment, nullable, record, text, whole
from storage.template_variants import STATES

MOST_SAMPLES = 10
_SETTABLE = ("proposed", "approved", "rejected")

define(
    "VariantInput",
    record(
        {
            "text": text(MAX_TEXT, description="With exactly the variables of the template, filters and all."),
            "state": choice(*_SETTABLE, description="By default `proposed`: somebody has to approve it."),
        },
        required=("text",),
    ),
)
define("VariantChange", record({"text": text(MAX_TEXT), "state": choice(*_SETTABLE)}))
define(
    "Variant",
    shown(
        {
            "id": identifier(),
            "template_id": identifier(),
            "template_version": {**COUNT, "description": "Of the text that it was held against."},
            "text": {"type": "string"},
            "state": choice(
                *STATES, description="Only `approved` ones are sent; `stale`: the template's text is another by now."
            ),
            "origin": choice("person", "model"),
            "writing_id": MAYBE_ID,
            "created_by": {"type": "string"},
            "reviewed_by": SENTENCE,
            "reviewed_at": MAYBE_TIME,
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
define(
    "VariantSamplesInput",
    record(
        {
            "count": whole(1, MOST_SAMPLES, default=MOST_SAMPLES),
            "proposed": boolean(description="As if what is proposed were approved already."),
        }
    ),
)
define(
    "VariantSamples",
    shown(
        {
            "variants": {**COUNT, "description": "How many are taken into account; 0: the template itself is sent."},
            "data": items(
                shown(
                    {
                        "event_id": identifier(),
                        "event_type": SENTENCE,
                        "variant_id": {**MAYBE_ID, "description": "null: the template itself."},
                        "text": {"type": "string", "description": "What would be sent for this event."},
                        "missing": {"type": "array", "items": {"type": "string"}},
                        "problem": SENTENCE,
                        "problem_text": WORDS,
                    }
                ),
                MOST_SAMPLES,
            ),
        }
    ),
)
VARIANT_COUNTS = shown(
    dict.fromkeys(STATES, COUNT), description=f"How many variants there are, {MOST_VARIANTS} at most."
)
MESSAGE_VARIANT = nullable(
    shown(
        {"id": identifier(), "template_version": COUNT},
        description="Which variant of which version of the template's text it says; null: the template itself.",
    )
)
