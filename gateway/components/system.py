"""Problems and health."""

from __future__ import annotations

from gateway.components.shared import WORDS, shown
from gateway.schema import anything, boolean, define, identifier, record

define(
    "Problem",
    {
        "type": "object",
        "description": "RFC 9457. A 5xx tells nothing but the request id.",
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "request_id": identifier(),
            "errors": {
                "type": "array",
                "items": record(
                    {"field": {"type": "string"}, "reason": {"type": "string"}, "reason_text": WORDS},
                    required=("field", "reason"),
                    description="`reason_text`: Portuguese and English, where WhatsApp itself refused.",
                ),
            },
        },
        "required": ["type", "title", "status", "detail", "request_id"],
    },
)
define("Alive", shown({"status": {"type": "string", "const": "ok"}}))
define(
    "Ready",
    shown(
        {
            "ok": boolean(),
            "parts": anything(additionalProperties=anything(properties={"ok": boolean()}, required=["ok"])),
        }
    ),
)
