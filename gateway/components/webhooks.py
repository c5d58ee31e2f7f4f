"""Webhooks and what came in by them."""

from __future__ import annotations

from engine.dedupe import MAX_SAME_BYTES_MINUTES
from engine.signatures import SCHEMES
from gateway.components.shared import COUNT, MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import Schema, anything, boolean, define, identifier, moment, record, text, whole

_AUTH = anything(
    description="`scheme` and its settings; secrets are never in here.",
    properties={"scheme": {"type": "string", "enum": list(SCHEMES)}},
    required=["scheme"],
    **{"x-checked-by": "engine/signatures.py"},
)
_SOURCE: Schema = {
    **text(100),
    "pattern": "[A-Za-z0-9][A-Za-z0-9._-]*",
    "x-reason": "must hold only letters, digits, . _ and -",
}
_WEBHOOK_INPUT: dict[str, Schema] = {
    "name": text(200),
    "source": _SOURCE,
    "active": boolean(),
    "auth": _AUTH,
    "secret": text(500, description="The sender's own signing secret, where it is made there."),
    "token": boolean(description="Whether the address holds a token."),
    "mapping": anything(**{"x-checked-by": "engine/mapping.py"}),
    "dedupe": anything(
        properties={
            "path": {"type": "string"},
            "same_bytes_minutes": whole(1, MAX_SAME_BYTES_MINUTES),
        },
        **{"x-checked-by": "engine/dedupe.py"},
    ),
}
define("WebhookInput", record(_WEBHOOK_INPUT, required=("name", "source")))
define("WebhookChange", record(_WEBHOOK_INPUT))
_WEBHOOK: dict[str, Schema] = {
    "id": identifier(),
    "name": {"type": "string"},
    "source": {"type": "string"},
    "active": {"type": "boolean"},
    "auth": _AUTH,
    "token": {"type": "boolean", "description": "Whether the address holds a token."},
    "mapping": anything(),
    "dedupe": anything(),
    "url": {"type": ["string", "null"], "description": "Null where it holds a token and you are no owner."},
    "old_secret_until": {**MAYBE_TIME, "description": "Until then a rotated secret is accepted too."},
    "created_at": moment(),
    "updated_at": moment(),
}
define("Webhook", shown(_WEBHOOK))
define(
    "WebhookWithSecret",
    shown({**_WEBHOOK, "secret": {"type": ["string", "null"], "description": "Shown this once."}}),
)
define("TestedEvent", shown({"id": identifier(), "duplicate": boolean(), "payload": anything()}))
_DELIVERY = shown(
    {
        "id": identifier(),
        "event_id": MAYBE_ID,
        "duplicate": boolean(),
        "signature": {"type": "string"},
        "content_type": SENTENCE,
        "bytes": {"type": ["integer", "null"], "description": "Null: the very bytes of the first delivery."},
        "created_at": moment(),
    }
)
_REFUSAL = shown({"reason": {"type": "string"}, "reason_text": WORDS, "count": COUNT, "last_at": moment()})
define(
    "DeliveryPage",
    shown(
        {
            "data": {"type": "array", "items": _DELIVERY},
            "next_cursor": SENTENCE,
            "count": COUNT,
            "count_capped": boolean(),
            "refused": {"type": "array", "items": _REFUSAL},
        }
    ),
)
_CAPTURE = shown(
    {
        "id": identifier(),
        "event_id": MAYBE_ID,
        "content_type": SENTENCE,
        "headers": anything(),
        "body": {"type": "string"},
        "created_at": moment(),
    }
)
define("Captures", shown({"data": {"type": "array", "items": _CAPTURE}}))
