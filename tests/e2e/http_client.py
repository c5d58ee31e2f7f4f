"""HTTP/1.1 over raw streams, keep-alive: the client that webhooks, API calls and judges of these tests use."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

_TIMEOUT_S = 20.0
_BROKEN = (OSError, EOFError, ValueError, asyncio.LimitOverrunError)


class NoAnswer(Exception):
    """The connection was refused, broke, or did not answer in time: nobody knows what became of the request."""


class HttpAnswer(NamedTuple):
    """One whole answer; header names in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return orjson.loads(self.body)


class HttpConnection:
    """One connection, one request at a time; connects again when the server has closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_s: float = _TIMEOUT_S,
    ) -> HttpAnswer:
        """Send one request and return its answer.

        Raises:
            NoAnswer: there was none; the next request takes a new connection.
        """
        head = [f"{method} {target} HTTP/1.1", f"host: {self._host}:{self._port}"]
        head += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body is not None:
            head.append(f"content-length: {len(body)}")
        raw = ("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + (body or b"")
        return await self.exchange(raw, timeout_s)

    async def exchange(self, raw: bytes, timeout_s: float = _TIMEOUT_S) -> HttpAnswer:
        """Send these bytes and read one answer.

        Raises:
            NoAnswer: there was none.
        """
        try:
            async with asyncio.timeout(timeout_s):
                reader, writer = await self._connected()
                writer.write(raw)
                await writer.drain()
                answer = await read_answer(reader)
        except (*_BROKEN, TimeoutError) as error:
            self.abort()
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
        except asyncio.CancelledError:
            self.abort()
            raise
        if answer.headers.get("connection", "").lower() == "close":
            self.abort()
        return answer

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams is not None and (self._streams[0].at_eof() or self._streams[1].is_closing()):
            self.abort()
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=2**20)
        return self._streams

    def abort(self) -> None:
        """Close without a goodbye."""
        if self._streams is not None:
            self._streams[1].transport.abort()
            self._streams = None


async def read_answer(reader: asyncio.StreamReader) -> HttpAnswer:
    """Read one answer with a length, in chunks, or up to the end of the connection.

    Raises:
        EOFError, OSError, ValueError: it is not whole, or no HTTP.
    """
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    if not lines[0].startswith("HTTP/1.1 "):
        raise ValueError(f"no HTTP answer: {lines[0][:100]!r}")
    headers = {}
    for line in lines[1:]:
        if line:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
    status = int(lines[0][9:12])
    if "content-length" in headers:
        body = await reader.readexactly(int(headers["content-length"]))
    elif headers.get("transfer-encoding") == "chunked":
        body = await _read_chunks(reader)
    elif status in (204, 304):
        body = b""
    else:
        body = await reader.read()
    return HttpAnswer(status, headers, body)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        parts.append(await reader.readexactly(size))
        await reader.readexactly(2)
    await reader.readuntil(b"\r\n")
    return b"".join(parts)


class HttpClient:
    """A few connections to one server; whoever wants to send waits for a free one.

    Args:
        base_url: for instance ``http://127.0.0.1:8000``.
        connections: how many at most.
    """

    def __init__(self, base_url: str, connections: int = 8) -> None:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "127.0.0.1", parts.port or 80
        self._all = [HttpConnection(host, port) for _ in range(connections)]
        self._free: asyncio.LifoQueue[HttpConnection] = asyncio.LifoQueue()
        for connection in self._all:
            self._free.put_nowait(connection)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[HttpConnection]:
        """Lend one connection."""
        taken = await self._free.get()
        try:
            yield taken
        finally:
            self._free.put_nowait(taken)

    async def request(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout_s: float = _TIMEOUT_S,
    ) -> HttpAnswer:
        """Send one request over a free connection; see :meth:`HttpConnection.request`."""
        async with self.connection() as connection:
            return await connection.request(method, target, headers, body, timeout_s)

    async def close(self) -> None:
        """Close every connection and let the loop see it."""
        for connection in self._all:
            connection.abort()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(0)
