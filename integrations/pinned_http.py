"""One POST to one checked address: HTTP/1.1 over asyncio, nothing followed, nothing kept, the answer bounded.

The house's HTTP client (whatsapp/http.py) looks names up by itself, so that between a check and its connection a name
may get another address. Here the address is given: the connection goes there and nowhere else, while the Host header
and the certificate are still those of the name.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Mapping
from functools import cache

from httptools import HttpParserError, HttpResponseParser

from engine.addresses import Target

_PIECE = 16_384
_MOST_HEADER_BYTES = 65_536


class NoHttp(Exception):
    """The other side's answer is not HTTP, or it is not complete."""


class _Answer:
    """What httptools calls while it reads an answer."""

    def __init__(self, most: int) -> None:
        self.body = bytearray()
        self.headers_complete = self.complete = False
        self._most = most

    def on_body(self, data: bytes) -> None:
        self.body += data[: self._most - len(self.body)]

    def on_headers_complete(self) -> None:
        self.headers_complete = True

    def on_message_complete(self) -> None:
        self.complete = True

    @property
    def enough(self) -> bool:
        return self.complete or len(self.body) >= self._most


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


async def post(
    target: Target,
    address: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    connect_s: float,
    most_body_bytes: int,
    tls: ssl.SSLContext | None = None,
) -> tuple[int, bytes]:
    """Send one request and read the beginning of its answer.

    Args:
        target: the URL.
        address: where to connect, whatever the URL's name has become meanwhile.
        headers: beside Host, Content-Length and Connection.
        body: as it was signed.
        connect_s: for the connection and TLS together; the whole is the caller's to bound.
        most_body_bytes: how much of the answer's body is read; then the connection is closed.
        tls: for tests; by default the system's certificates.

    Returns:
        The status and the beginning of the body.

    Raises:
        OSError (ssl.SSLError among them), TimeoutError: no connection, or it broke off.
        NoHttp: the answer is none.
    """
    secure = target.scheme == "https"
    async with asyncio.timeout(connect_s):
        reader, writer = await asyncio.open_connection(
            address,
            target.port,
            ssl=(tls or _tls()) if secure else None,
            server_hostname=target.host.rstrip(".") if secure else None,
            limit=_PIECE,
        )
    try:
        writer.write(_head(target, headers, len(body)) + body)
        await writer.drain()
        return await _read(reader, most_body_bytes)
    finally:
        writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await writer.wait_closed()


def _head(target: Target, headers: Mapping[str, str], length: int) -> bytes:
    lines = [f"POST {target.path} HTTP/1.1", f"host: {target.authority}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines += [f"content-length: {length}", "accept: */*", "connection: close", "", ""]
    return "\r\n".join(lines).encode("latin-1")


async def _read(reader: asyncio.StreamReader, most: int) -> tuple[int, bytes]:
    answer = _Answer(most)
    parser = HttpResponseParser(answer)
    seen = 0
    while not answer.enough:
        piece = await reader.read(_PIECE)
        seen += len(piece)
        if not piece or (seen > _MOST_HEADER_BYTES and not answer.headers_complete):
            break
        try:
            parser.feed_data(piece)
        except HttpParserError as error:
            if not answer.headers_complete:
                raise NoHttp(str(error)) from error
            break
    if not answer.headers_complete:
        raise NoHttp("the answer has no status")
    return parser.get_status_code(), bytes(answer.body)
