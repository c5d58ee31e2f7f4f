"""What a person writes: the inbound messages of Meta's webhook, of every type (facts: whatsapp.md §2.3)."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Callable
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

import orjson

from whatsapp.simulator.ledger import NO_PHONE
from whatsapp.simulator.people import canonical
from whatsapp.simulator.registry import Number, digits
from whatsapp.simulator.statuses import change
from whatsapp.simulator.world import World

_COMMON = {"phone_number_id", "from", "user_id", "name", "reply_to", "referral", "copies"}
_SAMPLES = {
    "image": ("image/jpeg", b"\xff\xd8\xff\xe0simulated picture"),
    "video": ("video/mp4", b"\x00\x00\x00\x18ftypmp42simulated"),
    "audio": ("audio/ogg; codecs=opus", b"OggSsimulated voice"),
    "sticker": ("image/webp", b"RIFF\x00\x00\x00\x00WEBPsimulated"),
    "document": ("application/pdf", b"%PDF-1.4 simulated"),
}


def receive(world: World, spec: dict[str, Any]) -> str:
    """Let a person write (``POST /_sim/reply``): told by webhook, counted, window opened. Return its id.

    Raises:
        ValueError: the number is unknown, ``from`` is no phone, or not exactly one content is given.
    """
    number = world.registry.numbers.get(str(spec.get("phone_number_id")))
    if number is None:
        raise ValueError("phone_number_id is unknown")
    phone = _person(world, spec)
    copies = spec.get("copies", 1)
    if not isinstance(copies, int) or isinstance(copies, bool) or not 1 <= copies <= 10:
        raise ValueError("copies must be a whole number from 1 to 10")
    kind, message = _content(spec, world, number, phone)
    now_ms = world.clock.now_ms()
    context = _context(spec, number)
    contact = "" if kind == "system" else f'"contacts":[{_contact(spec, world, phone)}],'
    wamid = world.inbox.add(now_ms, phone, number.index, kind)
    head = f'{_sender(world, phone)},"id":"{wamid}","timestamp":"{now_ms // 1000}","type":{quoted(kind)}'
    told = change(number, f'{contact}"messages":[{{{head}{message}{context}}}]')
    number.bucket.spend(now_ms)
    number.windows.open(canonical(phone), now_ms)
    for _ in range(copies):
        world.outbox_of(number).tell(number.waba_id, told)
    return wamid


def _person(world: World, spec: dict[str, Any]) -> int:
    if spec.get("from") is None and spec.get("user_id") is not None:
        return world.people.user(spec["user_id"])
    return digits(spec.get("from"))


def _sender(world: World, phone: int) -> str:
    user_id = f'"from_user_id":"{world.people.user_id(phone)}"'
    if phone >= NO_PHONE:
        return user_id
    sender = f'"from":"{world.people.wa_id(phone)}"'
    return f"{sender},{user_id}" if world.user_ids else sender


def _contact(spec: dict[str, Any], world: World, phone: int) -> str:
    name = spec.get("name", "Cliente Simulado")
    if not isinstance(name, str):
        raise ValueError("name must be text")
    if phone >= NO_PHONE:
        user_id = quoted(world.people.user_id(phone))
        return f'{{"profile":{{"name":{quoted(name)},"username":{quoted(name)}}},"user_id":{user_id}}}'
    user_id = f',"user_id":"{world.people.user_id(phone)}"' if world.user_ids else ""
    return f'{{"profile":{{"name":{quoted(name)}}},"wa_id":"{world.people.wa_id(phone)}"{user_id}}}'


def _context(spec: dict[str, Any], number: Number) -> str:
    answered, referral = spec.get("reply_to"), spec.get("referral")
    text = ""
    if answered is not None:
        if not isinstance(answered, str):
            raise ValueError("reply_to must be a message's id")
        text = f',"context":{{"from":"{number.phone}","id":{quoted(answered)}}}'
    if referral is not None:
        text += f',"referral":{as_json(referral)}'
    return text


def _content(spec: dict[str, Any], world: World, number: Number, phone: int) -> tuple[str, str]:
    """Return the type and the members of the message behind it."""
    given = check_content(spec)
    kind, members = _CONTENTS[given](spec[given], world, number, phone)
    if given in ("button", "button_reply", "list_reply") and spec.get("reply_to") is None:
        members += _last_message(world, number, phone)
    return kind, members


_Content = Callable[[Any, World, Number, int], tuple[str, str]]


def _last_message(world: World, number: Number, phone: int) -> str:
    """Return the context of an answered button: the last message that this number sent to the person."""
    ledger = world.ledger
    answered = [index for index in ledger.sent_to(phone) if ledger.number[index] == number.index]
    return f',"context":{{"from":"{number.phone}","id":"{ledger.wamid(answered[-1])}"}}' if answered else ""


def _text(text: Any, *_: Any) -> tuple[str, str]:
    if not isinstance(text, str) or not text:
        raise ValueError("text must be text")
    return "text", f',"text":{{"body":{quoted(text)}}}'


def _button(button: Any, *_: Any) -> tuple[str, str]:
    """Answer a template's quick reply."""
    shown = button.get("text") if isinstance(button, dict) else button
    payload = button.get("payload", shown) if isinstance(button, dict) else button
    if not isinstance(shown, str) or not isinstance(payload, str):
        raise ValueError("button must be its text, or an object with text and payload")
    return "button", f',"button":{{"payload":{quoted(payload)},"text":{quoted(shown)}}}'


def _chosen(kind: str) -> _Content:
    def content(value: Any, *_: Any) -> tuple[str, str]:
        if not isinstance(value, dict) or not isinstance(value.get("id"), str):
            raise ValueError(f"{kind} must be an object with id and title")
        return "interactive", f',"interactive":{{"type":"{kind}","{kind}":{as_json({"title": value["id"], **value})}}}'

    return content


def _bytes(text: object, encoded: object, sample: bytes) -> bytes:
    """Return a file's bytes: as text, in base64, or the kind's sample."""
    if isinstance(encoded, str):
        try:
            return b64decode(encoded, validate=True)
        except ValueError as error:
            raise ValueError("base64 must be base64") from error
    return text.encode() if isinstance(text, str) else sample


def _media(kind: str) -> _Content:
    def content(value: Any, world: World, number: Number, _: int) -> tuple[str, str]:
        fields = dict(value) if isinstance(value, dict) else {}
        mime_type, sample = _SAMPLES[kind]
        mime_type = str(fields.pop("mime_type", mime_type))
        raw = _bytes(fields.pop("content", None), fields.pop("base64", None), sample)
        media = world.media.add(world.clock.now_ms(), number.phone_number_id, mime_type, raw)
        told = {"mime_type": mime_type, "sha256": b64encode(bytes.fromhex(media.sha256)).decode(), "id": media.identity}
        extra: dict[str, dict[str, Any]] = {
            "audio": {"voice": True},
            "sticker": {"animated": False},
            "document": {"filename": "arquivo.pdf"},
        }
        return kind, f',"{kind}":{as_json({**told, **extra.get(kind, {}), **fields})}'

    return content


def _object(kind: str, *names: str) -> _Content:
    def content(value: Any, *_: Any) -> tuple[str, str]:
        if not isinstance(value, dict) or any(name not in value for name in names):
            raise ValueError(f"{kind} must be an object with {' and '.join(names)}")
        return kind, f',"{kind}":{as_json(value)}'

    return content


def _contacts(value: Any, *_: Any) -> tuple[str, str]:
    if not isinstance(value, list) or not value:
        raise ValueError("contacts must be a list")
    return "contacts", f',"contacts":{as_json(value)}'


def _unsupported(_: Any, *__: Any) -> tuple[str, str]:
    title = "Message type unknown"
    details = {"details": "Message type is currently not supported."}
    error = {"code": 131051, "title": title, "message": title, "error_data": details}
    return "unsupported", f',"errors":[{as_json(error)}]'


def _any(value: Any, *_: Any) -> tuple[str, str]:
    """Take a message as it stands: types that this simulator does not know."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or {"id", "timestamp", "from"} & set(value):
        raise ValueError("message must be an object with a type, and without id, timestamp and from")
    rest = as_json({name: one for name, one in value.items() if name != "type"})
    return kind, f",{rest[1:-1]}" if rest != "{}" else ""


def as_json(value: Any) -> str:
    """Return JSON with everything but ASCII escaped, as Meta signs it."""
    return "".join(one if one < "\x80" else quoted(one)[1:-1] for one in orjson.dumps(value).decode())


_CONTENTS: dict[str, _Content] = {
    "text": _text,
    "button": _button,
    "button_reply": _chosen("button_reply"),
    "list_reply": _chosen("list_reply"),
    **{kind: _media(kind) for kind in _SAMPLES},
    "reaction": _object("reaction", "message_id"),
    "location": _object("location", "latitude", "longitude"),
    "contacts": _contacts,
    "order": _object("order", "product_items"),
    "system": _object("system", "type"),
    "edit": _object("edit", "original_message_id"),
    "revoke": _object("revoke", "original_message_id"),
    "unsupported": _unsupported,
    "message": _any,
}


def check_content(spec: dict[str, Any]) -> str:
    """Return the name of the one content that an answer gives.

    Raises:
        ValueError: it does not.
    """
    given = [name for name in spec if name not in _COMMON and spec[name] is not None]
    if len(given) != 1 or given[0] not in _CONTENTS:
        raise ValueError(f"give exactly one of {', '.join(_CONTENTS)}")
    return given[0]
