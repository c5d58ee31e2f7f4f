"""Conversations, their threads, notes and quick replies."""

from __future__ import annotations

from engine.conversations import STATES, SWITCHED_OFF, TAKEN_OVER
from engine.template_syntax import MAX_TEXT
from gateway.components.shared import ADDRESS, COUNT, MAYBE_ID, MAYBE_TIME, SENTENCE, WORDS, shown
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
    ref,
    text,
    whole,
)

_WINDOW = shown(
    {
        "open": boolean(),
        "closes_at": {**MAYBE_TIME, "description": "null: this number has no window."},
        "reason": SENTENCE,
        "reason_text": WORDS,
    },
    description="WhatsApp takes anything but approved templates only within 24 hours of the person's last message.",
)
_CONVERSATION: dict[str, Schema] = {
    "id": identifier(),
    "company_id": identifier(),
    "session_id": identifier(),
    "session_name": SENTENCE,
    "transport": SENTENCE,
    "phone": ADDRESS,
    "name": {**SENTENCE, "description": "As the person calls themselves on WhatsApp."},
    "contact_id": MAYBE_ID,
    "state": choice(*STATES, description="`waiting`: set aside until the person writes again."),
    "assignee_id": MAYBE_ID,
    "assignee_name": SENTENCE,
    "ai_on": boolean(),
    "ai_off_reason": SENTENCE,
    "ai_off_text": WORDS,
    "unread": COUNT,
    "waiting_since": {**MAYBE_TIME, "description": "The first message that nobody has answered."},
    "last_inbound": shown({"at": moment(), "event_id": identifier(), "type": {"type": "string"}, "text": SENTENCE}),
    "last_outbound": nullable(shown({"at": moment(), "text": SENTENCE}, description="The last answer.")),
    "last_at": moment(),
    "intent": SENTENCE,
    "confidence": {"type": ["number", "null"]},
    "window": _WINDOW,
    "version": COUNT,
    "updated_at": moment(),
}
define("Conversation", shown(_CONVERSATION))
_TEMPLATE = shown(
    {
        "id": identifier(),
        "name": {"type": "string"},
        "language": {"type": "string"},
        "category": {"type": "string"},
        "body": {"type": "string"},
    }
)
define(
    "ConversationDetail",
    shown(
        {
            **_CONVERSATION,
            "offered_templates": {
                "type": "array",
                "items": _TEMPLATE,
                "description": "While the window is closed: what may be sent all the same (at most 50).",
            },
        }
    ),
)
define(
    "ConversationChange",
    record(
        {
            "state": choice(*STATES),
            "assignee_id": nullable(identifier(description="One of the company's people; null: nobody.")),
            "ai_on": {**boolean(), "description": "false: a person takes the conversation over."},
            "ai_off_reason": choice(
                TAKEN_OVER, SWITCHED_OFF, description="With `ai_on` false; switched off stays off when it is closed."
            ),
            "version": whole(1, 2**53, description="Only if the conversation is still of this version (409 if not)."),
        }
    ),
)
define("ConversationRead", record({"last_event_id": identifier(description="The last message that was seen.")}))
define("ConversationCounts", shown({"open": COUNT, "unread": COUNT, "waiting": COUNT, "capped": boolean()}))
_SENDER = shown(
    {
        "kind": choice("customer", "person", "ai", "key", "rule", "campaign", "unknown"),
        "id": MAYBE_ID,
        "name": SENTENCE,
    }
)
_INBOUND = shown(
    {
        "event_id": identifier(),
        "provider_id": {**SENTENCE, "description": "WhatsApp's id, for `reply_to`."},
        "reply_to": SENTENCE,
        "media": nullable(shown({"id": SENTENCE, "mime_type": SENTENCE, "filename": SENTENCE})),
        "content": nullable(anything(description="The message as WhatsApp told it.")),
    }
)
define(
    "ThreadEntry",
    shown(
        {
            "id": identifier(),
            "direction": choice("in", "out"),
            "at": moment(),
            "type": {"type": "string"},
            "text": SENTENCE,
            "sent_by": _SENDER,
            "inbound": nullable(_INBOUND),
            "message": nullable(ref("Message")),
        }
    ),
)
define(
    "ConversationNote",
    shown(
        {
            "id": identifier(),
            "conversation_id": identifier(),
            "author_id": {**MAYBE_ID, "description": "null: a program with a key."},
            "author_name": {"type": "string"},
            "text": {"type": "string"},
            "created_at": moment(),
        }
    ),
)
define("ConversationNoteInput", record({"text": text(4_000)}, required=("text",)))
_SHORTCUT = text(40, pattern=r"^[a-z0-9][a-z0-9_-]*$", description="What is typed behind `/`.")
_BODY = text(MAX_TEXT, description="May hold `{{variables}}`, as templates do.")
define(
    "QuickReply",
    shown(
        {
            "id": identifier(),
            "shortcut": {"type": "string"},
            "text": {"type": "string"},
            "filled": nullable(
                shown(
                    {"text": {"type": "string"}, "missing": {"type": "array", "items": {"type": "string"}}},
                    description="With `conversation_id`: the text for this person.",
                )
            ),
            "created_at": moment(),
            "updated_at": moment(),
        }
    ),
)
define("QuickReplyInput", record({"shortcut": _SHORTCUT, "text": _BODY}, required=("shortcut", "text")))
define("QuickReplyChange", record({"shortcut": _SHORTCUT, "text": _BODY}))
