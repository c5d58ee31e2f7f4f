"""What may be said in one message: a content in Meta's own JSON form, checked against the platform's limits.

Called by whoever takes a message from outside; building the request body is ``engine/outgoing.py``. Limits: Cloud API
reference, messages (shared facts on WhatsApp, §1.2); templates are checked in ``engine/outgoing_template.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from engine.outgoing_contacts import check_contacts
from engine.outgoing_interactive import check_interactive
from engine.outgoing_media import MEDIA_TYPES, check_media
from engine.outgoing_template import check_template
from engine.problems import Problem, Problems

TEXT_MAX = 4096
MESSAGE_ID_MAX = 512
_EMOJI_MAX = 32  # a family with skin tones is eleven code points long
_PLACE_MAX = 1000
_Checker = Callable[[Problems, str, Any], None]
_WORDY = re.compile(r"[^\W_]", re.ASCII)


def content_problems(content: object, field: str = "content") -> list[Problem]:
    """Return everything that is wrong with a content, each under its field's path; [] if nothing is.

    A content is ``{"type": "image", "image": {…}}``, as in Meta's request body without its envelope.
    """
    problems = Problems()
    if not isinstance(content, dict):
        problems.add(field, "must be an object with a type and the object of that name")
        return problems.found
    kind = content.get("type")
    if not isinstance(kind, str) or kind not in _CHECKERS:
        problems.add(f"{field}.type", f"must be one of {', '.join(_CHECKERS)}")
        return problems.found
    problems.keys(field, content, ("type", kind))
    if kind not in content:
        problems.add(f"{field}.{kind}", "is needed")
    else:
        _CHECKERS[kind](problems, f"{field}.{kind}", content[kind])
    return problems.found


def reply_problems(reply_to: object, field: str = "reply_to") -> list[Problem]:
    """Return what is wrong with the id of the message that is answered (WhatsApp's own, ``wamid.…``)."""
    problems = Problems()
    _message_id(problems, field, reply_to)
    return problems.found


def _text(problems: Problems, path: str, value: Any) -> None:
    if not isinstance(value, dict):
        problems.add(path, "must be an object with a body")
        return
    problems.keys(path, value, ("body", "preview_url"))
    problems.text(f"{path}.body", value.get("body"), TEXT_MAX)
    if not isinstance(value.get("preview_url", False), bool):
        problems.add(f"{path}.preview_url", "must be true or false")


def _reaction(problems: Problems, path: str, value: Any) -> None:
    if not isinstance(value, dict):
        problems.add(path, "must be an object with message_id and emoji")
        return
    problems.keys(path, value, ("message_id", "emoji"))
    _message_id(problems, f"{path}.message_id", value.get("message_id"))
    emoji = value.get("emoji")
    if emoji == "":
        return  # takes the reaction back
    if not problems.text(f"{path}.emoji", emoji, _EMOJI_MAX):
        return
    if _WORDY.search(str(emoji)) and not str(emoji).endswith("\u20e3"):  # a keycap begins with its digit
        problems.add(f"{path}.emoji", "must be one emoji, or empty to take the reaction back")


def _location(problems: Problems, path: str, value: Any) -> None:
    if not isinstance(value, dict):
        problems.add(path, "must be an object with latitude and longitude")
        return
    problems.keys(path, value, ("latitude", "longitude", "name", "address"))
    for name, furthest in (("latitude", 90), ("longitude", 180)):
        degrees = value.get(name)
        if isinstance(degrees, bool) or not isinstance(degrees, int | float) or not -furthest <= degrees <= furthest:
            problems.add(f"{path}.{name}", f"must be a number from -{furthest} to {furthest}")
    for name in ("name", "address"):
        if name in value:
            problems.text(f"{path}.{name}", value[name], _PLACE_MAX)


def _message_id(problems: Problems, field: str, value: object) -> None:
    if not isinstance(value, str) or not value.startswith("wamid.") or len(value) > MESSAGE_ID_MAX:
        problems.add(field, "must be WhatsApp's id of a message, wamid.…")
    elif not value.isascii() or not value.isprintable():
        problems.add(field, "must hold printable ASCII only")


def _media(kind: str) -> _Checker:
    return lambda problems, path, value: check_media(problems, path, kind, value)


_CHECKERS: Mapping[str, _Checker] = {
    "text": _text,
    "template": check_template,
    "interactive": check_interactive,
    **{kind: _media(kind) for kind in MEDIA_TYPES},
    "reaction": _reaction,
    "location": _location,
    "contacts": check_contacts,
}
CONTENT_TYPES = tuple(_CHECKERS)
