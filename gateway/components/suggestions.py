"""What could be answered to a person's last words."""

from __future__ import annotations

from gateway.components.shared import SENTENCE, WORDS, shown
from gateway.schema import define, identifier, items, record

define("SuggestionsInput", record({"conversation_id": identifier()}, required=("conversation_id",)))
define(
    "Suggestions",
    shown(
        {
            "data": items(
                shown(
                    {
                        "text": {"type": "string"},
                        "reason": {"type": "string", "description": "What it comes of: approved, or a model's."},
                        "reason_text": WORDS,
                        "confidence": {"type": "number"},
                        "sources": {
                            "type": "array",
                            "items": shown({"source_id": identifier(), "position": {"type": "integer"}}),
                        },
                    }
                ),
                3,
            ),
            "model": {**SENTENCE, "description": "The language model that was asked; null: none was."},
            "why_not": {**SENTENCE, "description": "Why no answer of a model is among them."},
            "why_not_text": WORDS,
        }
    ),
)
