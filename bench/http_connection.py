"""One keep-alive HTTP/1.1 connection of the load generator: one request in flight, as little parsing as is honest."""

from __future__ import annotations

import asyncio
from typing import Protocol

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class Listener(Protocol):
    """Who drives the connections."""

    def answered(self, connection: Connection, status: bytes, body: bytes) -> None: ...

    def broke(self, connection: Connection, was_busy: bool) -> None: ...


class Connection(asyncio.Protocol):
    """Writes one request, hands its whole answer to the listener, and is free again.

    ``due_us``, ``kind`` and ``number`` belong to the listener: when the request should have been sent, which
    histogram counts it, and which request it is.
    """

    __slots__ = ("_buffer", "busy", "due_us", "kind", "listener", "number", "transport")

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self.transport: asyncio.Transport | None = None
        self.busy = False
        self.due_us = 0
        self.kind = 0
        self.number = 0
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def send(self, request: bytes, due_us: int, kind: int, number: int) -> None:
        """Send a request; the connection must be free."""
        self.busy = True
        self.due_us = due_us
        self.kind = kind
        self.number = number
        assert self.transport is not None
        self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
            self._buffer = b""
        end = data.find(_HEAD_END)
        if end < 0:
            self._buffer = data
            return
        body = end + 4
        total = body + _content_length(data, end)
        if len(data) < total:
            self._buffer = data
            return
        self.busy = False
        self.listener.answered(self, data[9:12], data[body:total])

    def connection_lost(self, exc: Exception | None) -> None:
        was_busy = self.busy
        self.busy = False
        self.transport = None
        self._buffer = b""
        self.listener.broke(self, was_busy)

    def close(self) -> None:
        """Close without a goodbye."""
        if self.transport is not None:
            self.transport.abort()


def _content_length(data: bytes, end: int) -> int:
    """Return the body's length; header names are compared in lower case only when the usual spelling is not there.

    Raises:
        ValueError: the answer has no content-length (chunked answers have no place in a load test).
    """
    at = data.find(_LENGTH, 0, end)
    if at < 0:
        at = data[:end].lower().find(_LENGTH)
        if at < 0:
            if data[9:12] in (b"204", b"304"):
                return 0
            raise ValueError(f"an answer without content-length: {data[:200]!r}")
    stop = data.find(b"\r", at)
    return int(data[at + 16 : stop])
