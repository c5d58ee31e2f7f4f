"""What a message of ours becomes on WhatsApp-Web: everything has a text that a person can read."""

from __future__ import annotations

from typing import Any, Protocol
from uuid import UUID

from whatsapp.web.port import WebMessage


class Message(Protocol):
    """What is needed of a message (``engine.lanes.Parcel``)."""

    @property
    def uuid(self) -> UUID: ...

    @property
    def type(self) -> str: ...

    @property
    def text(self) -> str | None: ...

    @property
    def content(self) -> dict[str, Any] | None: ...


def to_web_message(message: Message, jid: str) -> WebMessage:
    """Return the message for a chat.

    A template goes as its text: only the Cloud API knows templates. So does what WhatsApp-Web has no counterpart for
    (buttons, lists); a medium by link goes as its text with the link, a place as a place.
    """
    content = message.content or {}
    text = message.text or ""
    place = content.get("location") if message.type == "location" else None
    context = content.get("context")
    quoted = context.get("message_id") if isinstance(context, dict) else None
    link = _link(content.get(message.type))
    if link is not None and link not in text:
        text = f"{text}\n{link}".strip()
    return WebMessage(
        str(message.uuid),
        jid,
        text,
        latitude=_number(place, "latitude"),
        longitude=_number(place, "longitude"),
        quoted=quoted if isinstance(quoted, str) else None,
    )


def _link(part: object) -> str | None:
    link = part.get("link") if isinstance(part, dict) else None
    return link if isinstance(link, str) else None


def _number(part: object, name: str) -> float | None:
    value = part.get(name) if isinstance(part, dict) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
