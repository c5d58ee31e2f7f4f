"""Messages and their ledger of attempts."""

from __future__ import annotations

from engine.message_states import STATUSES
from gateway.components.shared import COUNT, MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
from gateway.components.variants import MESSAGE_VARIANT
from gateway.schema import Schema, anything, define, identifier, moment, nullable

_TIMELINE = shown(
    {
        "status": {"type": "string", "enum": list(STATUSES)},
        "at": moment(),
        "reason": SENTENCE,
        "attempt": COUNT,
    }
)
_MESSAGE: dict[str, Schema] = {
    "id": identifier(),
    "company_id": identifier(),
    "event_id": MAYBE_ID,
    "rule_id": MAYBE_ID,
    "rule_version": {"type": ["integer", "null"]},
    "campaign_id": MAYBE_ID,
    "session_id": identifier(),
    "order_id": SENTENCE,
    "to": {
        "type": "string",
        "description": "E.164, or WhatsApp's id (BSUID) of who tells no number; empty: held for want of a phone.",
    },
    "lane": {"type": "string", "enum": ["transactional", "bulk"]},
    "type": {"type": "string"},
    "text": {"type": "string", "description": "As sent."},
    "template": SENTENCE,
    "content": nullable(anything(description="What WhatsApp is told beside text and template, by its own names.")),
    "variant": MESSAGE_VARIANT,
    "pricing": nullable(anything(description="`pricing` and `conversation` as WhatsApp told them with a status.")),
    "category": SENTENCE,
    "status": {"type": "string", "enum": list(STATUSES)},
    "reason": SENTENCE,
    "reason_text": WORDS,
    "attempt": COUNT,
    "next_attempt_at": MAYBE_TIME,
    "provider_id": SENTENCE,
    "error": nullable(anything()),
    "retry_of": MAYBE_ID,
    "created_at": moment(),
    "updated_at": moment(),
    "timeline": {"type": "array", "items": _TIMELINE},
}
define("Message", shown(_MESSAGE))
_ATTEMPT = shown(
    {
        "attempt": COUNT,
        "outcome": {"type": "string"},
        "provider_id": SENTENCE,
        "error": nullable(anything()),
        "answered_at": moment(),
        "dispatch_id": identifier(),
    }
)
define("MessageDetail", shown({**_MESSAGE, "attempts": {"type": "array", "items": _ATTEMPT}}))
