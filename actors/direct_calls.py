"""Calls from actor to actor that come too often for Ray: frames over one TCP connection, answers in any order.

A call through Ray costs about a millisecond of CPU in each of two processes whatever it carries, one of these a tenth
of that (docs/adr/0015-direct-calls.md). Who may call is decided through Ray: the token that opens the connection is
told by an actor call. Actors offer a few of their methods here (``DirectServer``), actors/handles.py calls them.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import hmac
import logging
import secrets
import struct
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, cast

import msgpack
import orjson

from engine import errors
from engine.errors import MasteriaError, NotOwner, Unavailable

log = logging.getLogger(__name__)
Method = Callable[[bytes], Awaitable[bytes | int | None]]
Ping = Callable[[], Awaitable[dict[str, Any]]]
PING = "ping"

_HEAD = struct.Struct("<IIB")  # length of what follows, the call's number, kind
_HELLO, _CALL, _ANSWER, _ERROR = range(4)
_MOST_BYTES = 64 << 20  # a batch is bounded by its sender; this only keeps nonsense from being gathered
_CONNECT_S = 1.0
_RAY_FOR_S = 5.0


class Address(NamedTuple):
    """Where an actor takes direct calls, and the token that opens the connection."""

    host: str
    port: int
    token: bytes


class _Frames(asyncio.Protocol):
    """One end of a connection: cuts what comes in into frames."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._received = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is none by class

    def data_received(self, data: bytes) -> None:
        self._received += data
        while len(self._received) >= _HEAD.size:
            length, number, kind = _HEAD.unpack_from(self._received)
            if length > _MOST_BYTES or not self.expects(kind, length):
                self.hang_up()
                return
            end = _HEAD.size + length
            if len(self._received) < end:
                return
            body = bytes(memoryview(self._received)[_HEAD.size : end])
            del self._received[:end]
            self.frame(kind, number, body)

    def send(self, kind: int, number: int, *parts: bytes) -> None:
        if self.transport is not None and not self.transport.is_closing():
            self.transport.writelines((_HEAD.pack(sum(map(len, parts)), number, kind), *parts))

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.abort()

    def expects(self, kind: int, length: int) -> bool:
        """Tell whether this may come now; of a stranger nothing is gathered."""
        raise AssertionError("each end knows what it expects")

    def frame(self, kind: int, number: int, body: bytes) -> None:
        """Take a whole frame."""
        raise AssertionError("each end knows what to do")


class DirectServer:
    """Takes an actor's direct calls; each runs as a task of its own.

    Args:
        methods: what may be called, by name; an answer that is a number travels as its digits, None as nothing.
        ping: answers how the actor is; it travels as JSON.
    """

    def __init__(self, *methods: Method, ping: Ping | None = None) -> None:
        self._methods = {method.__name__.encode(): method for method in methods}
        if ping is not None:
            self._methods[PING.encode()] = _as_json(ping)
        self._token = secrets.token_bytes(32)
        self._server: asyncio.Server | None = None
        self.callers: set[_Taking] = set()

    async def open(self, host: str) -> Address:
        """Listen on a free port of ``host``; return the address to be told to callers through Ray."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Taking(self.callers, self._methods, self._token), host, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return Address(host, port, self._token)

    async def close(self) -> None:
        """Take no more calls; those under way are answered before the connections end."""
        if self._server is None:
            return
        self._server.close()
        for caller in list(self.callers):
            await caller.finish()


class _Taking(_Frames):
    """A caller's connection at the called actor."""

    def __init__(self, callers: set[_Taking], methods: Mapping[bytes, Method], token: bytes) -> None:
        super().__init__()
        self._callers = callers
        self._methods = methods
        self._token = token
        self._known = False
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._callers.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._callers.discard(self)  # what is under way is carried out: its caller asks again by the same ids

    def expects(self, kind: int, length: int) -> bool:
        return kind == _CALL if self._known else kind == _HELLO and length == len(self._token)

    def frame(self, kind: int, number: int, body: bytes) -> None:
        if kind == _HELLO:
            self._known = hmac.compare_digest(body, self._token)
            if not self._known:
                self.hang_up()
            return
        task = asyncio.get_running_loop().create_task(self._answer(number, body), context=contextvars.Context())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, number: int, body: bytes) -> None:
        name, _, blob = body.partition(b"\0")
        try:
            answer = await self._methods[name](blob)
            self.send(_ANSWER, number, b"%d" % answer if isinstance(answer, int) else answer or b"")
        except MasteriaError as error:
            self.send(_ERROR, number, msgpack.packb([type(error).__name__, *error.__reduce__()[1]]))
        except Exception as error:
            log.exception("a direct call failed", extra={"action": "direct_call"})
            self.send(_ERROR, number, msgpack.packb(["Unavailable", type(error).__name__]))

    async def finish(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks)
        if self.transport is not None:
            self.transport.close()


class _Calling(_Frames):
    """The caller's end: which calls wait for their answers."""

    def __init__(self) -> None:
        super().__init__()
        self.open = False
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        self._number = 0
        self._retired = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.open = True

    def connection_lost(self, exc: Exception | None) -> None:
        self.open = False
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(Unavailable("the connection of direct calls is lost"))
        self._waiting.clear()

    def expects(self, kind: int, length: int) -> bool:
        return kind in (_ANSWER, _ERROR)

    def frame(self, kind: int, number: int, body: bytes) -> None:
        waiting = self._waiting.pop(number, None)
        if waiting is None or waiting.done():
            return  # it was too late
        if kind == _ANSWER:
            waiting.set_result(body)
        else:
            waiting.set_exception(_error(body))

    async def call(self, method: bytes, blob: bytes) -> bytes:
        self._number = number = self._number + 1 & 0xFFFFFFFF
        waiting: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waiting
        self.send(_CALL, number, method, b"\0", blob)
        try:
            return await waiting
        finally:
            self._waiting.pop(number, None)
            if self._retired:
                self.retire()

    def retire(self) -> None:
        """Take no more calls; hang up once nobody waits any more."""
        self.open, self._retired = False, True
        if not self._waiting:
            self.hang_up()


class DirectCaller:
    """Calls one actor directly, by whatever address it has now.

    Args:
        find: asks the actor, through Ray, where it takes direct calls.
        through_ray: the same call through Ray, for a network that lets no other port through.
    """

    def __init__(
        self,
        find: Callable[[], Awaitable[Address]],
        through_ray: Callable[[str, bytes, float], Awaitable[bytes | int | None]],
    ) -> None:
        self._find = find
        self._through_ray = through_ray
        self._line: _Calling | None = None
        self._attempt: asyncio.Task[_Calling | None] | None = None
        self._ray_until = 0.0

    async def call(self, method: str, blob: bytes, timeout_s: float) -> bytes | int | None:
        """Call and wait for the answer; the call may still be carried out after a failure.

        Returns:
            What the method returned, or bytes that say the same: a number's digits, nothing for None.

        Raises:
            Unavailable: the actor is away, restarting, or did not answer in time.
            MasteriaError: what the call itself raised.
        """
        if time.monotonic() < self._ray_until:
            return await self._through_ray(method, blob, timeout_s)
        line: _Calling | None = None
        try:
            async with asyncio.timeout(timeout_s):
                line = await self._connected()
                if line is not None:
                    return await line.call(method.encode(), blob)
                return await self._through_ray(method, blob, timeout_s)
        except TimeoutError as error:
            self._forget(line)
            raise Unavailable("a direct call was not answered in time") from error
        except NotOwner:
            self._forget(line)  # whoever has taken this actor's place has another address
            raise

    async def _connected(self) -> _Calling | None:
        """Return the open line; whoever comes while one is being made waits for the same attempt. None: use Ray."""
        if self._line is not None and self._line.open:
            return self._line
        if self._attempt is None:
            self._attempt = asyncio.get_running_loop().create_task(self._connect())
            self._attempt.add_done_callback(self._attempted)
        return await asyncio.shield(self._attempt)

    async def _connect(self) -> _Calling | None:
        host, port, token = await self._find()
        try:
            async with asyncio.timeout(_CONNECT_S):
                _, line = await asyncio.get_running_loop().create_connection(_Calling, host, port)
        except OSError as error:  # a TimeoutError is one too
            log.warning("no direct calls to %s: %s", host, error, extra={"action": "direct_call"})
            self._ray_until = time.monotonic() + _RAY_FOR_S
            return None
        line.send(_HELLO, 0, token)
        self._line = line
        return line

    def _attempted(self, attempt: asyncio.Task[_Calling | None]) -> None:
        self._attempt = None
        if not attempt.cancelled():
            attempt.exception()  # told to whoever waits, if anybody still does

    def _forget(self, line: _Calling | None) -> None:
        """Have later calls find the actor anew; those under way on this line keep it."""
        if line is None:
            return
        if self._line is line:
            self._line = None
        line.retire()

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.hang_up()
            self._line = None


def _as_json(ping: Ping) -> Method:
    async def answer(_: bytes) -> bytes:
        return orjson.dumps(await ping())

    return answer


def _error(body: bytes) -> MasteriaError:
    """Return the error that the called side named; one that this version does not know is Unavailable."""
    with contextlib.suppress(ValueError, TypeError):
        name, *told = msgpack.unpackb(body)
        kind = getattr(errors, name, None)
        if isinstance(kind, type) and issubclass(kind, MasteriaError):
            return kind(*told)
    return Unavailable("a direct call failed")
