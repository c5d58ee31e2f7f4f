"""The client side of RFC 6455, as much as a load generator needs: masked text out, whole text frames in."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import os
from typing import Protocol

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
_CONTINUATION, _TEXT, _CLOSE, _PING = 0x0, 0x1, 0x8, 0x9
_PONG = 0xA


class Listener(Protocol):
    """Who hears the frames."""

    def opened(self, client: WebSocketClient) -> None: ...

    def recognised(self, client: WebSocketClient, data: bytes) -> bool: ...

    def told(self, client: WebSocketClient, payload: bytes) -> None: ...

    def parsed(self, data: bytes, whole: bool) -> None: ...

    def ended(self, client: WebSocketClient, reason: str) -> None: ...


def text_frame(payload: bytes, opcode: int = _TEXT) -> bytes:
    """Return a masked frame (clients must mask; RFC 6455, 5.3)."""
    length = len(payload)
    if length < 126:
        head = bytes((0x80 | opcode, 0x80 | length))
    elif length < 65_536:
        head = bytes((0x80 | opcode, 0x80 | 126)) + length.to_bytes(2, "big")
    else:
        head = bytes((0x80 | opcode, 0x80 | 127)) + length.to_bytes(8, "big")
    mask = os.urandom(4)
    padded = (mask * (length // 4 + 1))[:length]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(padded, "big")
    return head + mask + masked.to_bytes(length, "big")


class WebSocketClient(asyncio.Protocol):
    """One connection; says hello by itself and then hands over whole text messages."""

    __slots__ = ("_buffer", "_closing", "_key", "_listener", "_open", "_transport", "host", "number", "positions")

    def __init__(self, listener: Listener, host: str, number: int) -> None:
        self._listener = listener
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._open = False
        self._closing = ""
        self._key = base64.b64encode(os.urandom(16))
        self.host = host
        self.number = number
        self.positions: dict[str, tuple[str, int]] = {}  # the listener's: where it is in each topic

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        assert self._transport is not None
        self._transport.write(
            b"GET / HTTP/1.1\r\nHost: %b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Key: %b\r\nSec-WebSocket-Version: 13\r\n\r\n" % (self.host.encode(), self._key)
        )

    def send(self, payload: bytes) -> None:
        """Send a text message."""
        if self._transport is not None:
            self._transport.write(text_frame(payload))

    def leave(self) -> None:
        """Say goodbye (1000) and close."""
        if self._transport is not None:
            self._closing = "left"
            self._transport.write(text_frame((1000).to_bytes(2, "big"), _CLOSE))
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        if not self._open:
            self._buffer = self._handshake(data)
        elif self._listener.recognised(self, data):
            self._buffer = b""
        else:
            self._buffer = self._frames(data)
            self._listener.parsed(data, not self._buffer)

    def _handshake(self, data: bytes) -> bytes:
        head, separator, rest = data.partition(b"\r\n\r\n")
        if not separator:
            return data
        wanted = base64.b64encode(hashlib.sha1(self._key + _GUID, usedforsecurity=False).digest())
        if not head.startswith(b"HTTP/1.1 101 ") or wanted not in head:
            self._end(f"refused: {head[:60].decode(errors='replace')}")
            return b""
        self._open = True
        self._listener.opened(self)
        return self._frames(rest)

    def _frames(self, data: bytes) -> bytes:
        """Hand over every whole frame and return what is left."""
        at, size = 0, len(data)
        while size - at >= 2:
            length, start = data[at + 1], at + 2
            if length == 126:
                length, start = int.from_bytes(data[at + 2 : at + 4], "big"), at + 4
            elif length == 127:
                length, start = int.from_bytes(data[at + 2 : at + 10], "big"), at + 10
            if start + length > size:
                break
            first, at = data[at], start + length
            if first == 0x80 | _TEXT:
                self._listener.told(self, data[start:at])
            else:
                self._control(first, data[start:at])
        return data[at:]

    def _control(self, first: int, payload: bytes) -> None:
        opcode = first & 0x0F
        if opcode == _PING and self._transport is not None:
            self._transport.write(text_frame(payload, _PONG))
        elif opcode == _CLOSE:
            self._end(f"closed by the server: {int.from_bytes(payload[:2], 'big')} {payload[2:].decode()}")
        elif opcode != _PONG:
            self._end(f"an unexpected frame (first byte {first:#04x})")

    def _end(self, reason: str) -> None:
        self._closing = self._closing or reason
        if self._transport is not None:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._listener.ended(self, self._closing or f"lost: {type(exc).__name__ if exc else 'end of file'}")
