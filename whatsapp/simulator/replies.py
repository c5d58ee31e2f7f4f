"""Answers of the simulator's HTTP server, and the special one that is no answer."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import orjson


@dataclass(slots=True)
class Reply:
    """One HTTP answer. ``body`` None closes the connection without a word."""

    status: int
    body: bytes | None
    content_type: bytes = b"application/json"
    extra: bytes = b""  # ready-made header lines

    def encode(self) -> bytes:
        """Return the bytes of an answer that has a body."""
        body = self.body or b""
        return b"%b%b\r\n%bcontent-length: %d\r\n\r\n%b" % (
            _start(self.status),
            self.content_type,
            self.extra,
            len(body),
            body,
        )


@dataclass(slots=True)
class Request:
    """One HTTP request as the routes see it: the path without its query, and the bytes of the body."""

    method: bytes
    path: bytes
    query: bytes
    authorization: bytes
    body: bytes
    content_type: bytes = b""


Answer = Reply | Awaitable[Reply]
DROPPED = Reply(0, None)


def json_reply(value: Any, status: int = 200) -> Reply:
    """Return a JSON answer."""
    return Reply(status, orjson.dumps(value))


def problem(status: int, detail: str) -> Reply:
    """Return the control plane's error form."""
    return json_reply({"error": detail}, status)


def _start(status: int) -> bytes:
    line = _STARTS.get(status)
    if line is None:
        phrase = _PHRASES.get(status, "Status")
        line = _STARTS[status] = f"HTTP/1.1 {status} {phrase}\r\ncontent-type: ".encode()
    return line


_STARTS: dict[int, bytes] = {}
_PHRASES = {status.value: status.phrase for status in HTTPStatus}
