"""What a person writes to a WhatsApp-Web session, told as Meta's door would tell it: one reader for both. Pure.

Called by ``actors/web_inbox.py``; read by ``engine/meta_updates.py``, with the session in the place of the number's id.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

import orjson

APP = "web"  # in the place of Meta's app; a Meta app's id is digits
_WORDS = {"text": "body", "button": "text", "reaction": "emoji", "location": "name"}
_CAPTIONED = ("image", "video", "document")


class WebMessage(NamedTuple):
    """A person's message as the linked device hears it; ``chat``: the person's digits."""

    provider_id: str
    chat: str
    name: str | None
    type: str
    text: str | None
    at_ms: int
    reply_to: str | None


def body_of(session_id: UUID, message: WebMessage) -> bytes:
    """Return a message as the body of a webhook."""
    told: dict[str, Any] = {
        "from": message.chat,
        "id": message.provider_id,
        "timestamp": str(message.at_ms // 1000),
        "type": message.type,
    }
    words = "caption" if message.type in _CAPTIONED else _WORDS.get(message.type)
    if words is not None:
        told[message.type] = {} if message.text is None else {words: message.text}
    if message.reply_to is not None:
        told["context"] = {"id": message.reply_to}
    value = {
        "metadata": {"phone_number_id": str(session_id)},
        "contacts": [{"wa_id": message.chat, "profile": {"name": message.name} if message.name else {}}],
        "messages": [told],
    }
    return orjson.dumps({"entry": [{"id": APP, "changes": [{"field": "messages", "value": value}]}]})
