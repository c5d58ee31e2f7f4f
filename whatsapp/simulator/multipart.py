"""Reads ``multipart/form-data`` (RFC 7578), as far as a media upload needs it."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message

_PARTS_LIMIT = 16


@dataclass(slots=True)
class Part:
    """One field of a form; ``filename`` and ``content_type`` are empty for a plain value."""

    name: str
    content: bytes
    filename: str = ""
    content_type: str = ""


def read_form(content_type: str, body: bytes) -> dict[str, Part]:
    """Return the fields of a form by name; of two with one name the last.

    Raises:
        ValueError: it is no form, or a part of it is broken.
    """
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_boundary()
    if header.get_content_type() != "multipart/form-data" or not boundary:
        raise ValueError("the body must be multipart/form-data")
    delimiter = b"\r\n--" + boundary.encode()
    pieces = (b"\r\n" + body).split(delimiter, _PARTS_LIMIT + 2)
    if len(pieces) < 2 or len(pieces) > _PARTS_LIMIT + 2 or not pieces[-1].startswith(b"--"):
        raise ValueError("the form is not complete")
    parts = (_part(piece) for piece in pieces[1:-1])
    return {part.name: part for part in parts}


def _part(piece: bytes) -> Part:
    head, found, content = piece.partition(b"\r\n\r\n")
    headers = Message()
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, _, value = line.partition(":")
        if name.strip():
            headers[name.strip()] = value.strip()
    named: object = headers.get_param("name", header="content-disposition")
    if not found or not isinstance(named, str):
        raise ValueError("a part of the form has no name")
    return Part(named, content, headers.get_filename() or "", headers.get("content-type", ""))
