"""The shapes of what the API takes and gives, as JSON Schemas: checked against requests, shown in /openapi.json."""

from __future__ import annotations

from typing import Any

from engine.dedupe import MAX_SAME_BYTES_MINUTES
from engine.message_states import STATUSES
from engine.signatures import SCHEMES
from engine.template_schema import CATEGORIES, KINDS
from gateway.examples import EXAMPLES
from gateway.schema import (
    COMPONENTS,
    Schema,
    anything,
    boolean,
    choice,
    define,
    identifier,
    items,
    moment,
    nullable,
    record,
    ref,
    text,
    whole,
)

_SENTENCE: Schema = {"type": ["string", "null"]}
_NUMBER: Schema = {"type": "number"}
_COUNT: Schema = {"type": "integer"}
_MAYBE_ID = nullable(identifier())
_MAYBE_TIME = nullable(moment())
_E164 = {"type": "string", "pattern": r"\+[0-9]{7,15}", "description": "E.164."}
_WORDS = nullable(record({"pt": {"type": "string"}, "en": {"type": "string"}}, description="The reason in words."))


def _shown(properties: dict[str, Schema], **more: str) -> Schema:
    """Return the schema of an answer: every field is always there."""
    return record(properties, required=tuple(properties), **more)


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
                "items": _shown({"field": {"type": "string"}, "reason": {"type": "string"}}),
            },
        },
        "required": ["type", "title", "status", "detail", "request_id"],
    },
)
define("Alive", _shown({"status": {"type": "string", "const": "ok"}}))
define(
    "Ready",
    _shown(
        {
            "ok": boolean(),
            "parts": anything(additionalProperties=anything(properties={"ok": boolean()}, required=["ok"])),
        }
    ),
)

# Events
_CUSTOMER = _shown({"name": _SENTENCE, "phone": _SENTENCE, "email": _SENTENCE, "document": _SENTENCE})
_EVENT: dict[str, Schema] = {
    "id": identifier(),
    "company_id": identifier(),
    "webhook_id": _MAYBE_ID,
    "source": {"type": "string"},
    "event_type": _SENTENCE,
    "external_id": _SENTENCE,
    "order_id": _SENTENCE,
    "state": {"type": "string", "enum": ["processed", "unparsed", "failed"]},
    "reason": _SENTENCE,
    "reason_text": _WORDS,
    "customer": _CUSTOMER,
    "product_name": _SENTENCE,
    "plan_name": _SENTENCE,
    "order_value": {"type": ["string", "null"], "pattern": r"-?[0-9]+\.[0-9]{2}", "description": "Reais."},
    "pix_code": _SENTENCE,
    "pix_expires_at": _MAYBE_TIME,
    "payment_method": _SENTENCE,
    "occurred_at": moment(description="When it happened at the source."),
    "created_at": moment(description="When it came in."),
    "signature": {"type": "string", "enum": ["unsigned", "valid"]},
    "replay_of": _MAYBE_ID,
}
define("EventSummary", _shown(_EVENT))
define(
    "Event",
    _shown(
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
        "name": _SENTENCE,
        "version": whole(1, 2**31),
        "outcome": {
            "type": "string",
            "enum": ["fired", "not_matched", "held", "skipped", "error", "not_triggered"],
        },
        "reason": _SENTENCE,
        "reason_text": _WORDS,
        "detail": nullable(anything()),
    },
    required=("rule_id", "outcome", "reason"),
)
define("Runs", _shown({"data": {"type": "array", "items": _RUN}}))

# Messages
_TIMELINE = _shown(
    {
        "status": {"type": "string", "enum": list(STATUSES)},
        "at": moment(),
        "reason": _SENTENCE,
        "attempt": _COUNT,
    }
)
_MESSAGE: dict[str, Schema] = {
    "id": identifier(),
    "company_id": identifier(),
    "event_id": _MAYBE_ID,
    "rule_id": _MAYBE_ID,
    "rule_version": {"type": ["integer", "null"]},
    "campaign_id": _MAYBE_ID,
    "session_id": identifier(),
    "order_id": _SENTENCE,
    "to": {"type": "string", "description": "E.164; empty while the message is held for want of a phone."},
    "lane": {"type": "string", "enum": ["transactional", "bulk"]},
    "type": {"type": "string"},
    "text": {"type": "string", "description": "As sent."},
    "template": _SENTENCE,
    "content": nullable(anything(description="What WhatsApp is told beside text and template, by its own names.")),
    "category": _SENTENCE,
    "status": {"type": "string", "enum": list(STATUSES)},
    "reason": _SENTENCE,
    "reason_text": _WORDS,
    "attempt": _COUNT,
    "next_attempt_at": _MAYBE_TIME,
    "provider_id": _SENTENCE,
    "error": nullable(anything()),
    "retry_of": _MAYBE_ID,
    "created_at": moment(),
    "updated_at": moment(),
    "timeline": {"type": "array", "items": _TIMELINE},
}
define("Message", _shown(_MESSAGE))
_ATTEMPT = _shown(
    {
        "attempt": _COUNT,
        "outcome": {"type": "string"},
        "provider_id": _SENTENCE,
        "error": nullable(anything()),
        "answered_at": moment(),
        "dispatch_id": identifier(),
    }
)
define("MessageDetail", _shown({**_MESSAGE, "attempts": {"type": "array", "items": _ATTEMPT}}))

# Rules
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
define("RuleVersion", _shown({"version": _COUNT, "definition": anything(), "created_at": moment()}))
_SAMPLE = _shown(
    {
        "event_id": identifier(),
        "to": _SENTENCE,
        "text": {"type": "string"},
        "status": {"type": "string"},
        "reason": _SENTENCE,
        "reason_text": _WORDS,
    }
)
_TALLY = anything(additionalProperties=_COUNT)
define(
    "DryRun",
    _shown(
        {
            "events": {"type": "integer", "description": "How many were looked at."},
            "would_send": _COUNT,
            "outcomes": _TALLY,
            "reasons": _TALLY,
            "samples": {"type": "array", "items": _SAMPLE},
        }
    ),
)

# Templates
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
define("Template", _shown({"id": identifier(), **_TEMPLATE, "created_at": moment(), "updated_at": moment()}))
define(
    "Preview",
    _shown(
        {
            "text": {"type": "string"},
            "components": nullable(items(anything(), 50)),
            "missing": {"type": "array", "items": {"type": "string"}},
            "event_id": _MAYBE_ID,
        }
    ),
)

# Webhooks
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
    "old_secret_until": {**_MAYBE_TIME, "description": "Until then a rotated secret is accepted too."},
    "created_at": moment(),
    "updated_at": moment(),
}
define("Webhook", _shown(_WEBHOOK))
define(
    "WebhookWithSecret",
    _shown({**_WEBHOOK, "secret": {"type": ["string", "null"], "description": "Shown this once."}}),
)
define("TestedEvent", _shown({"id": identifier(), "duplicate": boolean(), "payload": anything()}))
_DELIVERY = _shown(
    {
        "id": identifier(),
        "event_id": _MAYBE_ID,
        "duplicate": boolean(),
        "signature": {"type": "string"},
        "content_type": _SENTENCE,
        "bytes": {"type": ["integer", "null"], "description": "Null: the very bytes of the first delivery."},
        "created_at": moment(),
    }
)
_REFUSAL = _shown({"reason": {"type": "string"}, "reason_text": _WORDS, "count": _COUNT, "last_at": moment()})
define(
    "DeliveryPage",
    _shown(
        {
            "data": {"type": "array", "items": _DELIVERY},
            "next_cursor": _SENTENCE,
            "count": _COUNT,
            "count_capped": boolean(),
            "refused": {"type": "array", "items": _REFUSAL},
        }
    ),
)
_CAPTURE = _shown(
    {
        "id": identifier(),
        "event_id": _MAYBE_ID,
        "content_type": _SENTENCE,
        "headers": anything(),
        "body": {"type": "string"},
        "created_at": moment(),
    }
)
define("Captures", _shown({"data": {"type": "array", "items": _CAPTURE}}))

# Sessions


def _digits(whose: str) -> dict[str, Any]:
    return {"pattern": r"[0-9]{1,32}", "x-reason": f"must be the {whose}'s id at Meta: digits"}


_OPTIONS = anything(maxProperties=50)
_SESSION_INPUT: dict[str, Schema] = {
    "name": text(200),
    "transport": choice("cloud", "simulator"),
    "phone": nullable(text(64)),
    "phone_number_id": text(32, **_digits("number")),
    "waba_id": nullable(text(32, **_digits("account"))),
    "app_id": nullable(text(32, **_digits("app"))),
    "token": text(1_000, description="Bearer token of the Graph API; kept encrypted, never shown."),
    "meta_app": record(
        {
            "app_id": text(32, **_digits("app")),
            "app_secret": text(200),
            "verify_token": text(200),
        },
        required=("app_id", "app_secret", "verify_token"),
        description="The Meta app whose webhooks tell of this number; stored or replaced.",
    ),
    "throughput": whole(1, 1_000, description="Messages per second."),
    "tier": text(40, description="The portfolio's messaging limit, such as `TIER_250` or `TIER_UNLIMITED`."),
    "options": _OPTIONS,
}
define("SessionInput", record(_SESSION_INPUT, required=("name", "transport", "phone_number_id", "token")))
define(
    "SessionChange",
    record({name: schema for name, schema in _SESSION_INPUT.items() if name != "transport"}),
)
define(
    "Session",
    _shown(
        {
            "id": identifier(),
            "name": {"type": "string"},
            "transport": {"type": "string", "enum": ["cloud", "simulator", "web"]},
            "phone": nullable(_E164),
            "phone_number_id": _SENTENCE,
            "waba_id": _SENTENCE,
            "app_id": _SENTENCE,
            "callback_url": {**_SENTENCE, "description": "What to enter at Meta as the app's webhook."},
            "throughput": _COUNT,
            "tier": {"type": "string"},
            "state": {"type": "string", "enum": ["active", "paused", "stopped"]},
            "reason": _SENTENCE,
            "reason_text": _WORDS,
            "resume_at": _MAYBE_TIME,
            "options": _OPTIONS,
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
define(
    "LimitsInput",
    record({"throughput_per_s": whole(1, 1_000), "tier": text(40), "options": _OPTIONS}),
)
define(
    "Limits",
    _shown(
        {
            "throughput_per_s": _COUNT,
            "tier": {"type": "string"},
            "state": {"type": "string"},
            "reason": _SENTENCE,
            "options": _OPTIONS,
        }
    ),
)

# Companies and keys
_ROLE: Schema = {"type": "string", "enum": ["owner", "operator", "viewer"]}
_COMPANY: dict[str, Schema] = {
    "id": identifier(),
    "name": {"type": "string"},
    "time_zone": {"type": "string"},
    "created_at": moment(),
}
define("Company", _shown(_COMPANY))
define("NewCompany", _shown({**_COMPANY, "api_key": {"type": "string", "description": "Shown this once."}}))
_KEY: dict[str, Schema] = {
    "id": identifier(),
    "name": {"type": "string"},
    "prefix": {"type": "string"},
    "role": _ROLE,
    "created_at": moment(),
    "last_used_at": {**_MAYBE_TIME, "description": "To the minute."},
    "revoked_at": _MAYBE_TIME,
}
define("ApiKey", _shown(_KEY))
define("NewApiKey", _shown({**_KEY, "key": {"type": "string", "description": "Shown this once."}}))
define(
    "Me",
    _shown(
        {
            "key": _shown({"id": identifier(), "name": {"type": "string"}}),
            "role": _ROLE,
            "installation": boolean(),
            "company": ref("Company"),
        }
    ),
)

# Watching
define(
    "DeadLetter",
    _shown(
        {
            "id": identifier(),
            "kind": {"type": "string", "enum": ["event", "message"]},
            "event_id": _MAYBE_ID,
            "message_id": _MAYBE_ID,
            "session_id": _MAYBE_ID,
            "class": {"type": "string"},
            "code": _SENTENCE,
            "reason": {"type": "string"},
            "reason_text": _WORDS,
            "created_at": moment(),
            "resolved_at": _MAYBE_TIME,
            "resolution": _SENTENCE,
        }
    ),
)
_LANE = _shown(
    {
        "session_id": identifier(),
        "lane": {"type": "string"},
        "depth": _COUNT,
        "due": _COUNT,
        "held": _COUNT,
        "oldest_due_at": _MAYBE_TIME,
        "oldest_s": _NUMBER,
    }
)
define(
    "Queue",
    _shown(
        {
            "depth": _COUNT,
            "held": _COUNT,
            "oldest_s": {"type": "number", "description": "For how many seconds the oldest message is due."},
            "lanes": {"type": "array", "items": _LANE},
        }
    ),
)
define("MetricsSummary", anything(description="See `metrics` of the live feed; with a range, its sums."))
define(
    "LiveTicket",
    _shown({"url": {"type": "string"}, "ticket": {"type": "string", "description": "Good once, for 30 s."}}),
)
# The doors
define("Accepted", _shown({"id": identifier(), "duplicate": boolean()}))
define(
    "AcceptedMany",
    _shown(
        {
            "ids": {"type": "array", "items": identifier()},
            "duplicates": {"type": "array", "items": boolean()},
        }
    ),
)
for _name, _example in EXAMPLES.items():
    COMPONENTS[_name]["examples"] = [_example]
