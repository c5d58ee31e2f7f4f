"""Media of a message: one of five kinds, by link or by the id of an upload, each with what WhatsApp allows beside it.

Limits: Cloud API reference, media (shared facts on WhatsApp, §1.1 and §1.2).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from engine.problems import Problems

CAPTION_MAX = 1024
LINK_MAX = 2048
_ID_MAX = 200
_FILE_NAME_MAX = 240


class MediaKind(NamedTuple):
    """What one kind may be: fields beside id and link, MIME types, and the largest file in bytes."""

    fields: tuple[str, ...]
    mime_types: tuple[str, ...]
    most_bytes: int


_MB = 1024 * 1024
MEDIA_KINDS: Mapping[str, MediaKind] = {
    "image": MediaKind(("caption",), ("image/jpeg", "image/png"), 5 * _MB),
    "video": MediaKind(("caption",), ("video/mp4", "video/3gpp"), 16 * _MB),
    "audio": MediaKind(("voice",), ("audio/aac", "audio/mp4", "audio/mpeg", "audio/amr", "audio/ogg"), 16 * _MB),
    "document": MediaKind(("caption", "filename"), (), 100 * _MB),
    "sticker": MediaKind((), ("image/webp",), 500 * 1024),
}
MEDIA_TYPES = tuple(MEDIA_KINDS)


def check_media(problems: Problems, path: str, kind: str, value: Any) -> None:
    """Note everything that is wrong with ``{"link"|"id", …}`` of one kind."""
    if not isinstance(value, dict):
        problems.add(path, "must be an object with a link or an id")
        return
    extra = MEDIA_KINDS[kind].fields
    problems.keys(path, value, ("id", "link", *extra))
    if ("id" in value) == ("link" in value):
        problems.add(path, "must have either a link or the id of an upload")
    if "link" in value:
        check_link(problems, f"{path}.link", value["link"])
    if "id" in value and not _is_media_id(value["id"]):
        problems.add(f"{path}.id", "must be the id that an upload was answered with")
    if "caption" in value and "caption" in extra:
        problems.text(f"{path}.caption", value["caption"], CAPTION_MAX)
    if "filename" in value and "filename" in extra:
        problems.text(f"{path}.filename", value["filename"], _FILE_NAME_MAX)
    if not isinstance(value.get("voice", False), bool):
        problems.add(f"{path}.voice", "must be true or false")


def check_link(problems: Problems, path: str, value: object, longest: int = LINK_MAX) -> None:
    """Note what is no web address that WhatsApp's servers could open."""
    if not problems.text(path, value, longest):
        return
    text = str(value)
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or any(character.isspace() for character in text):
        problems.add(path, "must be a web address that begins with https:// or http://")


def kind_of(mime_type: str) -> str:
    """Return the kind that a file of this MIME type is sent as; what is nothing else is a document."""
    bare = bare_type(mime_type)
    return next((kind for kind, of in MEDIA_KINDS.items() if bare in of.mime_types), "document")


def bare_type(mime_type: str) -> str:
    """Return a MIME type without its parameters, in lower case."""
    return mime_type.partition(";")[0].strip().lower()


def media_problem(kind: str, mime_type: str, size: int) -> tuple[str, str] | None:
    """Return the field and the reason why a file cannot be uploaded; None if it can.

    Args:
        kind: one of ``MEDIA_TYPES``.
        mime_type: as it will be told to WhatsApp; parameters such as ``; codecs=opus`` are allowed.
        size: bytes.
    """
    if kind not in MEDIA_KINDS:
        return "type", f"must be one of {', '.join(MEDIA_TYPES)}"
    of = MEDIA_KINDS[kind]
    bare = bare_type(mime_type)
    if "/" not in bare or not mime_type.isascii() or not mime_type.isprintable():
        return "mime_type", "must be a MIME type such as image/jpeg"
    if of.mime_types and bare not in of.mime_types:
        return "mime_type", f"must be one of {', '.join(of.mime_types)} for {kind}"
    if not 0 < size <= of.most_bytes:
        return "file", f"must have 1 to {of.most_bytes} bytes for {kind}"
    return None


def _is_media_id(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _ID_MAX and value.isascii() and value.isalnum()
