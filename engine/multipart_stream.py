"""A multipart form read piece by piece, so that a large file in it is never held in memory. Pure: bytes in, parts out.

Used by the gateway's media upload (``gateway/uploads.py``). Form: RFC 7578 over RFC 2046, §5.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message

_HEADERS_MAX = 8_192
_PADDING_MAX = 200
_PARTS_MAX = 20


@dataclass(frozen=True, slots=True)
class Part:
    """The head of one part; what follows as bytes until the next head belongs to it."""

    name: str
    filename: str | None
    content_type: str | None


class MultipartStream:
    """Takes a form's bytes as they come.

    Args:
        content_type: the request's header, with its boundary.

    Raises:
        ValueError: it is no multipart form, or names no usable boundary.
    """

    def __init__(self, content_type: str) -> None:
        header = _header("content-type", content_type)
        boundary = header.get_param("boundary", "")
        usable = isinstance(boundary, str) and 0 < len(boundary) <= 70 and boundary.isascii()
        if header.get_content_type() != "multipart/form-data" or not usable:
            raise ValueError("must be multipart/form-data with a boundary")
        self._delimiter = f"\r\n--{boundary}".encode()
        self._rest = bytearray(b"\r\n")  # the first delimiter may stand at the very beginning
        self._state = "preamble"
        self._parts = 0

    @property
    def complete(self) -> bool:
        """Whether the closing delimiter was seen."""
        return self._state == "done"

    def feed(self, data: bytes) -> list[Part | bytes]:
        """Return what has become readable: heads of parts, and pieces of their contents.

        Raises:
            ValueError: it is no well-formed form.
        """
        self._rest += data
        found: list[Part | bytes] = []
        while self._step(found):
            pass
        return found

    def _step(self, found: list[Part | bytes]) -> bool:
        """Read one thing; False when more bytes are needed."""
        if self._state == "head":
            return self._head(found)
        if self._state == "delimiter":
            return self._after_delimiter()
        if self._state == "done":
            self._rest.clear()  # whatever follows the closing delimiter is nothing
            return False
        return self._content(found)

    def _content(self, found: list[Part | bytes]) -> bool:
        end = self._rest.find(self._delimiter)
        ready = end if end >= 0 else max(0, len(self._rest) - len(self._delimiter) + 1)
        if ready and self._state == "content":
            found.append(bytes(self._rest[:ready]))
        del self._rest[:ready]
        if end < 0:
            return False
        del self._rest[: len(self._delimiter)]
        self._state = "delimiter"
        return True

    def _after_delimiter(self) -> bool:
        if self._rest.startswith(b"--"):
            self._state = "done"
            return True
        end = self._rest.find(b"\r\n")
        if end < 0 and len(self._rest) < _PADDING_MAX:
            return False
        if end < 0 or self._rest[:end].strip():
            raise ValueError("is no well-formed multipart form")
        del self._rest[:end]  # the line's end stays: a head may be empty
        self._parts += 1
        if self._parts > _PARTS_MAX:
            raise ValueError(f"has more than {_PARTS_MAX} parts")
        self._state = "head"
        return True

    def _head(self, found: list[Part | bytes]) -> bool:
        end = self._rest.find(b"\r\n\r\n")
        if (len(self._rest) if end < 0 else end) > _HEADERS_MAX:
            raise ValueError("has a part whose head is too long")
        if end < 0:
            return False
        found.append(_part(bytes(self._rest[2:end])))
        del self._rest[: end + 4]
        # A part without content: its delimiter's line end was the head's own.
        self._rest[:0] = b"\r\n" if self._rest.startswith(self._delimiter[2:]) else b""
        self._state = "content"
        return True


def _part(head: bytes) -> Part:
    lines = head.decode("utf-8", "replace").split("\r\n")
    fields = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    disposition = _header("content-disposition", fields.get("content-disposition", ""))
    name = disposition.get_param("name", None, "content-disposition")
    if not isinstance(name, str):
        raise ValueError("has a part without a name")
    return Part(name, disposition.get_filename(), fields.get("content-type"))


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = value.replace("\r", " ").replace("\n", " ")
    return message
