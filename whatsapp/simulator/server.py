"""A small HTTP/1.1 server on httptools: keep-alive, pipelining, answers in order, bounded against hostile bytes."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from typing import cast

import httptools

from whatsapp.simulator.replies import Answer, Reply, Request, problem

_HEAD_LIMIT = 65_536
_BODY_LIMIT = 4_194_304
_MEDIA_BODY_LIMIT = 105 * 1024 * 1024  # a document may have 100 MB
_MEDIA_PATHS = (b"/media", b"/upload:")
_INCOMPLETE_HEAD_LIMIT = 524_288  # more than one read of the event loop (256 KiB), which may end in a new head
_QUEUE_LIMIT = 256
_HEADS_LIMIT = 1024
_KNOWN_HEAD_LIMIT = 16_384
_REQUEST_TIMEOUT_S = 30.0


logger = logging.getLogger(__name__)


class KnownHeads:
    """Heads that httptools has parsed before, by their exact bytes.

    A sender's requests differ in the body and the digits of its length only, so most heads repeat: looking one up
    costs a tenth of parsing it. Only plain keep-alive requests with a Content-Length are kept.
    """

    def __init__(self) -> None:
        self._heads: dict[bytes, tuple[bytes, bytes, bytes, bytes, int, bytes]] = {}

    def find(self, data: bytes) -> Request | None:
        """Return the request when ``data`` is exactly one whose head is known."""
        end = data.find(b"\r\n\r\n") + 4
        known = self._heads.get(data[:end])
        if known is None or len(data) - end != known[4]:
            return None
        return Request(known[0], known[1], known[2], known[3], data[end:], known[5])

    def keep(self, data: bytes, request: Request, declared: int) -> None:
        """Remember the head of ``data``, if that is exactly ``request`` with a declared length."""
        end = data.find(b"\r\n\r\n") + 4
        if len(data) - end == declared == len(request.body):
            if len(self._heads) >= _HEADS_LIMIT:
                self._heads.clear()
            self._heads[data[:end]] = (
                request.method,
                request.path,
                request.query,
                request.authorization,
                declared,
                request.content_type,
            )


class Connection(asyncio.Protocol):
    """One client. Requests are answered one after the other, in the order in which they came.

    Args:
        handle: Answers a request, at once or as an awaitable.
        connections: The server's set of living connections; this one joins and leaves it by itself.
        heads: The server's known heads.
    """

    def __init__(self, handle: Callable[[Request], Answer], connections: set[Connection], heads: KnownHeads) -> None:
        self._handle = handle
        self._connections = connections
        self._heads = heads
        self._fresh: bytes | None = None  # what is being parsed, when it began with a new request
        self._parser = httptools.HttpRequestParser(self)
        self._queue: deque[tuple[Request, bool]] = deque()
        self._task: asyncio.Task[None] | None = None
        self._out: list[bytes] = []
        self._paused = False
        self._closed = False
        self._eof = False
        self._incomplete = 0  # bytes read since a request was last complete
        self.gone: asyncio.Future[None]
        self.waiting_since = 0.0  # when the request that is still incomplete began; 0: there is none
        self._clear()

    def _clear(self) -> None:
        self._url = b""
        self._authorization = b""
        self._content_type = b""
        self._body_limit = _BODY_LIMIT
        self._declared = -1
        self._continue = False
        self._chunks: list[bytes] = []
        self._head_size = 0
        self._body_size = 0
        self._begun = False
        self._head_done = False

    # --- asyncio

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Join the server."""
        self.gone = asyncio.get_running_loop().create_future()
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one by behaviour only
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave the server; an answer under way is given up."""
        self._closed = True
        self._connections.discard(self)
        self._queue.clear()
        if self._task is not None:
            self._task.cancel()
        if not self.gone.done():
            self.gone.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Parse what came; requests that are complete are answered before this returns, when they can be."""
        if self._closed:
            return
        self._fresh = None
        if not self._begun and self._task is None:
            request = self._heads.find(data)
            if request is not None:
                self._serve(request, keep_alive=True)
                self._flush()
                return
            self._fresh = data
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._refuse(problem(400, "upgrades are not spoken here"))
        except httptools.HttpParserError as error:
            cause = error.__context__
            self._refuse(cause.reply if isinstance(cause, _TooLarge) else problem(400, "this is not HTTP/1.1"))
        else:
            self._watch(len(data))
        self._flush()

    def _watch(self, size: int) -> None:
        """Bound what an incomplete request may hold: httptools keeps a header's bytes until its end."""
        if not self._begun:
            self._incomplete = 0
            self.waiting_since = 0.0
            return
        if not self._incomplete:
            self.waiting_since = asyncio.get_running_loop().time()
        self._incomplete += size
        limit = self._body_limit + _INCOMPLETE_HEAD_LIMIT if self._head_done else _INCOMPLETE_HEAD_LIMIT
        if self._incomplete > limit:
            self._refuse(problem(413 if self._head_done else 431, "the request is too large"))

    def eof_received(self) -> bool:
        """Keep the half-open connection while an answer is under way."""
        self._eof = True
        return self._task is not None

    # --- httptools

    def on_message_begin(self) -> None:
        """Note that a request has begun."""
        self._begun = True

    def on_url(self, url: bytes) -> None:
        """Collect the target, which may come in pieces."""
        self._url += url
        if len(self._url) > _HEAD_LIMIT:
            raise _TooLarge(problem(414, "the address is too long"))

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the headers that matter."""
        self._head_size += len(name) + len(value)
        if self._head_size > _HEAD_LIMIT:
            raise _TooLarge(problem(431, "the headers are too large"))
        lower = name.lower()
        if lower == b"authorization":
            self._authorization = value
        elif lower == b"content-type":
            self._content_type = value
        elif lower == b"content-length":
            self._declared = int(value)  # llhttp has checked that it is a number
        elif lower == b"expect":
            self._continue = value.lower() == b"100-continue"

    def on_headers_complete(self) -> None:
        """Let a waiting client go on with its body."""
        self._head_done = True
        if any(path in self._url for path in _MEDIA_PATHS):
            self._body_limit = _MEDIA_BODY_LIMIT
        if self._continue and self._task is None:
            self._out.append(b"HTTP/1.1 100 Continue\r\n\r\n")

    def on_body(self, body: bytes) -> None:
        """Collect the body."""
        self._body_size += len(body)
        if self._body_size > self._body_limit:
            raise _TooLarge(problem(413, "the body is too large"))
        self._chunks.append(body)

    def on_message_complete(self) -> None:
        """Answer the request, or queue it behind the one whose answer is under way."""
        chunks = self._chunks
        path, _, query = self._url.partition(b"?")
        body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
        request = Request(self._parser.get_method(), path, query, self._authorization, body, self._content_type)
        keep_alive = self._parser.should_keep_alive()
        if self._fresh is not None:
            if keep_alive and not self._continue and len(self._fresh) < _KNOWN_HEAD_LIMIT:
                self._heads.keep(self._fresh, request, self._declared)
            self._fresh = None
        self._clear()
        if self._closed:
            return
        if self._task is None:
            self._serve(request, keep_alive)
            return
        self._queue.append((request, keep_alive))
        if len(self._queue) >= _QUEUE_LIMIT and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    # --- answers

    def _serve(self, request: Request, keep_alive: bool) -> None:
        try:
            answer = self._handle(request)
        except Exception:
            logger.exception("a request failed", extra={"action": "simulator.request"})
            answer = problem(500, "internal error")
        if isinstance(answer, Reply):
            self._write(answer, keep_alive)
        else:
            self._task = asyncio.ensure_future(self._finish(answer, keep_alive))

    async def _finish(self, answer: Awaitable[Reply], keep_alive: bool) -> None:
        try:
            reply = await answer
        except Exception:
            logger.exception("a request failed", extra={"action": "simulator.request"})
            reply = problem(500, "internal error")
        self._task = None
        self._write(reply, keep_alive)
        while self._queue and self._task is None and not self._closed:
            self._serve(*self._queue.popleft())
        if self._paused and len(self._queue) < _QUEUE_LIMIT and not self._closed:
            self._paused = False
            self._transport.resume_reading()
        self._flush()
        if self._eof and self._task is None and not self._closed:
            self._close()

    def _write(self, reply: Reply, keep_alive: bool) -> None:
        if self._closed:
            return
        if reply.body is not None:
            self._out.append(reply.encode())
        if reply.body is None or not keep_alive:
            self._flush()
            self._close()

    def _refuse(self, reply: Reply) -> None:
        self._queue.clear()
        if self._task is None:
            self._write(reply, keep_alive=False)
        else:
            self._close()

    def _flush(self) -> None:
        if self._out:
            self._transport.write(self._out[0] if len(self._out) == 1 else b"".join(self._out))
            self._out.clear()

    def _close(self) -> None:
        self._closed = True
        self._transport.close()

    def close(self) -> None:
        """End the connection at once."""
        self._closed = True
        self._transport.abort()

    def is_stuck(self, now: float) -> bool:
        """Tell whether a request began long ago and is still not complete (loop time, seconds)."""
        return bool(self.waiting_since) and self._task is None and now - self.waiting_since > _REQUEST_TIMEOUT_S


class _TooLarge(Exception):
    def __init__(self, reply: Reply) -> None:
        super().__init__()
        self.reply = reply
