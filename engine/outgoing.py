"""From a checked content to Meta's request body, and to the text that people read of it.

A message is kept as three things: its type, its text, and ``extra``: what its request body holds beside the envelope
and what the columns of texts and templates already say. Shapes: shared facts on WhatsApp, §1.2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from engine.user_ids import is_user_id

_READABLE = ("body", "text", "emoji", "caption", "filename")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A content as a message keeps it.

    Attributes:
        text: what a person reads of it, where it can be told; may be empty.
        template: name, language and components, for templates alone.
        extra: see the module.
    """

    type: str
    text: str
    template: tuple[str, str, list[dict[str, Any]] | None] | None
    extra: dict[str, Any] | None


def read_content(content: Mapping[str, Any], reply_to: str | None = None) -> Outgoing:
    """Return what a message keeps of a checked content.

    Args:
        content: one that ``engine.outgoing_schema.content_problems`` finds nothing wrong with.
        reply_to: WhatsApp's id of the message that is answered.
    """
    kind, value = content["type"], content[content["type"]]
    extra = reply_extra(reply_to) or {}
    template = None
    if kind == "template":
        template = (value["name"], value["language"]["code"], value.get("components") or None)
    elif kind != "text" or value.get("preview_url"):
        extra[kind] = value
    return Outgoing(kind, readable(kind, value), template, extra or None)


def reply_extra(reply_to: str | None) -> dict[str, Any] | None:
    """Return the extra part of a message that answers another one; None for one that answers nothing."""
    return None if reply_to is None else {"context": {"message_id": reply_to}}


def answers_a_message(content: str | None) -> bool:
    """Tell whether a message (its ``messages.content``, JSON) answers one of its person's."""
    return content is not None and '"context"' in content and "context" in orjson.loads(content)


def readable(kind: str, value: Any) -> str:
    """Return what a person reads of a content, for lists and searches; "" where there is nothing to read."""
    if kind == "contacts":
        return ", ".join(contact["name"]["formatted_name"] for contact in value)
    if kind == "template":
        return " · ".join(_parameter_texts(value.get("components") or ()))
    if kind == "location":
        return ", ".join(value[name] for name in ("name", "address") if name in value)
    if kind == "interactive":
        value = value.get("body", {})
    return str(next((value[name] for name in _READABLE if value.get(name)), ""))


def request_body(
    to: str,
    kind: str,
    *,
    text: str | None = None,
    template: tuple[str | None, str | None, Sequence[Any] | None] | None = None,
    extra: Mapping[str, Any] | None = None,
    opaque: str | None = None,
) -> dict[str, Any]:
    """Return the body of ``POST /{phone_number_id}/messages``.

    Args:
        to: E.164, or a business-scoped user id.
        kind: the message's type.
        text: of a text message.
        template: name, language and components of a template message.
        extra: everything else, as :func:`read_content` made it.
        opaque: echoed by every status (``biz_opaque_callback_data``).

    Raises:
        ValueError: the message lacks what its type needs.
    """
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to" if to[:1] == "+" or not is_user_id(to) else "recipient": to,
        "type": kind,
    }
    if kind == "text":
        if text is None:
            raise ValueError("a text message without text")
        body["text"] = {"preview_url": False, "body": text}
    elif kind == "template":
        body["template"] = _template(template)
    if extra is not None:
        body |= extra
    if kind not in body:
        raise ValueError(f"a message of type {kind} without its {kind}")
    if opaque is not None:
        body["biz_opaque_callback_data"] = opaque
    return body


def read_mark(message_id: str, typing: bool) -> dict[str, Any]:
    """Return the body that marks a person's message as read, and shows "typing…" for at most 25 s if asked."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body


def _template(template: tuple[str | None, str | None, Sequence[Any] | None] | None) -> dict[str, Any]:
    name, language, components = template or (None, None, None)
    if not name or not language:
        raise ValueError("a template message without name or language")
    filled: dict[str, Any] = {"name": name, "language": {"code": language}}
    if components:
        filled["components"] = components
    return filled


def _parameter_texts(components: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the texts that fill a template's header and body."""
    return [
        parameter["text"]
        for component in components
        if component["type"].lower() in ("header", "body")
        for parameter in component.get("parameters", ())
        if parameter.get("type") == "text"
    ]
