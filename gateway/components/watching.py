"""Dead letters, the queue, the way to the live feed."""

from __future__ import annotations

from gateway.components.shared import COUNT, MAYBE_ID, MAYBE_TIME, NUMBER, SENTENCE, WORDS, shown
from gateway.schema import Schema, boolean, define, identifier, moment, nullable, ref

_LETTER: dict[str, Schema] = {
    "id": identifier(),
    "kind": {"type": "string", "enum": ["event", "message"]},
    "event_id": MAYBE_ID,
    "message_id": MAYBE_ID,
    "session_id": MAYBE_ID,
    "rule_id": MAYBE_ID,
    "campaign_id": MAYBE_ID,
    "to": {**SENTENCE, "description": "Whom its message was for."},
    "attempt": {"type": ["integer", "null"], "description": "Its message's last attempt."},
    "class": {"type": "string"},
    "class_text": WORDS,
    "code": SENTENCE,
    "reason": {"type": "string"},
    "reason_text": WORDS,
    "advice": {**WORDS, "description": "What to do about it, in words."},
    "created_at": moment(),
    "resolved_at": MAYBE_TIME,
    "resolution": {**SENTENCE, "description": "`retried`, `discarded`, or `delivered` (a late receipt)."},
    "retried_as": {**MAYBE_ID, "description": "The message or event that a retry has made of it."},
}
define("DeadLetter", shown(_LETTER))
define(
    "DeadLetterDetail",
    shown(
        {
            **_LETTER,
            "message": {**nullable(ref("MessageDetail")), "description": "The message with all its attempts."},
            "event": {**nullable(ref("Event")), "description": "The event with its payload and headers."},
        }
    ),
)
_CLASS = shown(
    {
        "kind": {"type": "string", "enum": ["event", "message"]},
        "class": {"type": "string"},
        "class_text": WORDS,
        "code": SENTENCE,
        "code_text": WORDS,
        "advice": WORDS,
        "count": COUNT,
        "oldest_at": moment(),
        "newest_at": moment(),
    }
)
define(
    "DeadLetterSummary",
    shown(
        {
            "count": {"type": "integer", "description": "Open ones, up to 10,000."},
            "count_capped": boolean(),
            "classes": {"type": "array", "items": _CLASS, "description": "Of the newest 10,000."},
        }
    ),
)
_LANE = shown(
    {
        "session_id": identifier(),
        "lane": {"type": "string"},
        "depth": COUNT,
        "due": COUNT,
        "held": COUNT,
        "oldest_due_at": MAYBE_TIME,
        "oldest_s": NUMBER,
        "next_due_at": {**MAYBE_TIME, "description": "When the next one that is not due yet will be."},
        "paused": {**boolean(), "description": "A person has paused it: `POST /queue/resume`."},
    }
)
_HOLD = shown(
    {
        "reason": {"type": "string"},
        "reason_text": WORDS,
        "count": COUNT,
        "oldest_at": moment(),
        "next_release_at": {**MAYBE_TIME, "description": "null: when somebody, or something, acts."},
        "sessions": {"type": "array", "items": shown({"session_id": identifier(), "count": COUNT})},
    }
)
define(
    "Holds",
    shown({"data": {"type": "array", "items": _HOLD}, "count": COUNT, "complete": boolean()}),
)
define(
    "Queue",
    shown(
        {
            "depth": COUNT,
            "held": COUNT,
            "oldest_s": {"type": "number", "description": "For how many seconds the oldest message is due."},
            "lanes": {"type": "array", "items": _LANE},
        }
    ),
)
define(
    "LiveTicket",
    shown({"url": {"type": "string"}, "ticket": {"type": "string", "description": "Good once, for 30 s."}}),
)
