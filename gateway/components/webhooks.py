"""Webhooks and what came in by them."""

from __future__ import annotations

from engine.dedupe import MAX_SAME_BYTES_MINUTES
from engine.signatures import SCHEMES
from gateway.components.shared import COUNT, MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.schema import (
    Schema,
    anything,
    boolean,
    choice,
    define,
    identifier,
    moment,
    nullable,
    record,
    text,
    whole,
)

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
_SUMS: dict[str, Schema] = dict.fromkeys(("accepted", "duplicate", "unparsed", "imported", "refused"), COUNT)
_LAST_ERROR = nullable(
    shown(
        {
            "kind": choice("refused", "unparsed", description="At the door, or stored without being understood."),
            "reason": SENTENCE,
            "reason_text": WORDS,
            "event_id": MAYBE_ID,
            "at": moment(),
        }
    )
)
define(
    "WebhookWithActivity",
    shown(
        {
            **_WEBHOOK,
            "activity": shown(
                {
                    "last_delivery_at": MAYBE_TIME,
                    "last_24h": shown(_SUMS, description="Since the whole hour 23 hours ago; some seconds old."),
                    "by_hour": {
                        "type": "array",
                        "items": COUNT,
                        "description": "The same 24 hours without what was refused, the oldest first.",
                    },
                    "last_refusal": nullable(shown({"reason": SENTENCE, "reason_text": WORDS, "at": moment()})),
                }
            ),
        }
    ),
)
define(
    "WebhookWithSecret",
    shown({**_WEBHOOK, "secret": {"type": ["string", "null"], "description": "Shown this once."}}),
)
define("TestedEvent", shown({"id": identifier(), "duplicate": boolean(), "payload": anything()}))
_DELIVERY = shown(
    {
        "id": identifier(),
        "event_id": MAYBE_ID,
        "verdict": choice(
            "accepted", "duplicate", "unparsed", "imported", description="What became of it (of its first event)."
        ),
        "event_type": SENTENCE,
        "reason": SENTENCE,
        "reason_text": WORDS,
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
_ANY: Schema = {"description": "Any JSON."}
_LEAF: dict[str, Schema] = {
    "path": {"type": "string", "description": "As mappings and rules take it: `$.customer.name`."},
    "kind": choice("text", "number", "boolean", "null", "object", "list"),
    "example": _ANY,
}
_CAPTURE = shown(
    {
        "id": identifier(),
        "event_id": MAYBE_ID,
        "event_type": {**SENTENCE, "description": "The canonical type; null where there is none."},
        "shape": {"type": "string", "description": "The same for payloads with the same keys; `unparsed`: no JSON."},
        "seen": {**COUNT, "description": "How many of the deliveries that were looked at have this type and shape."},
        "content_type": SENTENCE,
        "headers": anything(),
        "body": {"type": "string"},
        "values": {
            "type": "array",
            "items": shown({**_LEAF, "field": {**SENTENCE, "description": "The canonical field read from here."}}),
            "description": "Every value of the payload by its path, up to 300; of an array the first three elements.",
        },
        "created_at": moment(),
    }
)
define(
    "Captures",
    shown(
        {
            "data": {"type": "array", "items": _CAPTURE},
            "looked_at": {**COUNT, "description": "How many of the last deliveries were read for this."},
        }
    ),
)
define(
    "MappingPreviewInput",
    record(
        {
            "mapping": anything(
                description="Left out: the webhook's own, as it is now.", **{"x-checked-by": "engine/mapping.py"}
            ),
            "capture_id": identifier(description="A delivery of this webhook, from `captures` or `deliveries`."),
            "event_id": identifier(description="An event of this company."),
            "payload": {"type": ["object", "array", "string"], "description": "Any JSON, pasted."},
        }
    ),
)
_FIELD_FOUND = shown(
    {
        "field": {"type": "string"},
        "kind": choice("text", "phone", "money", "time"),
        "label": WORDS,
        "value": SENTENCE,
        "origin": nullable(
            choice(
                "mapping",
                "constant",
                "alias",
                "header",
                "receipt",
                description="Where it comes from; `receipt`: the time of receipt; null: nothing was found.",
            )
        ),
        "path": SENTENCE,
        "problem": SENTENCE,
        "problem_text": WORDS,
    }
)
define(
    "MappingPreview",
    shown(
        {
            "parsed": boolean(),
            "reason": SENTENCE,
            "reason_text": WORDS,
            "fields": {"type": "array", "items": _FIELD_FOUND},
            "unmapped": {"type": "array", "items": shown(_LEAF), "description": "Values that no field is read from."},
            "unmapped_capped": {"type": "boolean", "description": "The payload has more than 300 values."},
        }
    ),
)
define(
    "WebhookActivity",
    shown(
        {
            "last_delivery_at": MAYBE_TIME,
            "last_24h": shown(_SUMS),
            "hours": {
                "type": "array",
                "items": shown({"hour": moment(), **_SUMS}),
                "description": "24 hours (UTC), the oldest first, the last one still running. Some seconds old.",
            },
            "refused": {
                "type": "array",
                "items": _REFUSAL,
                "description": "Of the last seven days, by reason: signatures that failed, bodies that were too large.",
            },
            "last_error": _LAST_ERROR,
            "deliveries": {"type": "array", "items": _DELIVERY, "description": "The last ten."},
        }
    ),
)
define(
    "Catalogue",
    shown(
        {
            "event_types": {
                "type": "array",
                "items": shown(
                    {
                        "name": {"type": "string"},
                        "label": WORDS,
                        "synonyms": {"type": "array", "items": {"type": "string"}},
                    }
                ),
            },
            "fields": {
                "type": "array",
                "items": shown(
                    {
                        "name": {"type": "string"},
                        "kind": choice("text", "phone", "money", "time"),
                        "label": WORDS,
                        "aliases": {"type": "array", "items": {"type": "string"}},
                    }
                ),
            },
        }
    ),
)
