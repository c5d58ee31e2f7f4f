"""A live server on a free port, with an aggregator that says what a test wants, and real WebSocket clients."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import orjson
from websockets.asyncio.client import ClientConnection, connect

from actors.live_server import LiveServer
from engine.live_tickets import issue
from engine.wire import pack, unpack

KEY = b"k" * 32


def now_ms() -> int:
    return time.time_ns() // 1_000_000


async def eventually(condition: Callable[[], object], timeout_s: float = 10.0) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.002)


@dataclass
class Live:
    """One client's connection and what it has heard."""

    socket: ClientConnection

    async def say(self, **message: Any) -> None:
        await self.socket.send(orjson.dumps(message).decode())

    async def hear(self, kind: str | None = None) -> dict[str, Any]:
        async with asyncio.timeout(10):
            while True:
                frame: dict[str, Any] = orjson.loads(await self.socket.recv())
                if (kind is None and frame["type"] != "heartbeat") or frame["type"] == kind:
                    return frame

    async def closed_with(self) -> int | None:
        async with asyncio.timeout(10):
            await self.socket.wait_closed()
        return self.socket.close_code


@dataclass
class LiveRig:
    """The server; ``states`` is what the aggregator answers, ``asked`` what it was asked."""

    server: LiveServer
    states: dict[tuple[bytes, str], Any] = field(default_factory=dict)
    asked: list[list[Any]] = field(default_factory=list)
    away: bool = False

    async def watch(self, blob: bytes) -> bytes:
        if self.away:
            raise ConnectionError("the aggregator is away")
        _, entries = unpack(blob)
        self.asked += entries
        known = [
            (company, topic, self.states.get((company, topic), {})) for company, topic, wanted in entries if wanted
        ]
        at = now_ms()
        return pack([[company, topic, at, at, orjson.dumps(state)] for company, topic, state in known])

    def publish(self, company: UUID, topic: str, state: Any, ts: int = 0, oldest_ts: int = 0) -> None:
        self.states[company.bytes, topic] = state
        at = ts or now_ms()
        self.server.fanning.publish(pack([[company.bytes, topic, at, oldest_ts or at, orjson.dumps(state)]]))

    def ticket(self, company: UUID, **who: Any) -> str:
        return issue(KEY, company.bytes, now_ms(), os.urandom(16), **who)

    @contextlib.asynccontextmanager
    async def knock(self, **options: Any) -> AsyncIterator[Live]:
        """Connect without saying who it is."""
        uri = f"ws://127.0.0.1:{self.server.port}"
        async with connect(uri, compression=None, proxy=None, ping_interval=None, close_timeout=0.1, **options) as made:
            yield Live(made)

    @contextlib.asynccontextmanager
    async def client(
        self, company: UUID, *topics: str, since: Any = None, who: Any = None, **options: Any
    ) -> AsyncIterator[Live]:
        async with self.knock(**options) as live:
            await live.say(type="auth", ticket=self.ticket(company, **(who or {})))
            await live.say(type="subscribe", topics=list(topics), **({"since": since} if since else {}))
            yield live

    def small_socket(self) -> socket.socket:
        """A client's socket that takes in little, so that a client which does not read is noticed soon."""
        made = socket.socket()
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        made.connect(("127.0.0.1", self.server.port))
        made.setblocking(False)
        return made


@contextlib.asynccontextmanager
async def live_rig(**options: Any) -> AsyncIterator[LiveRig]:
    rig: LiveRig

    async def watch(blob: bytes) -> bytes:
        return await rig.watch(blob)

    rig = LiveRig(LiveServer(KEY, watch, now_ms, **options))
    await rig.server.start("127.0.0.1", 0)

    async def ask() -> None:
        while True:
            with contextlib.suppress(ConnectionError):
                await rig.server.ask()
            await asyncio.sleep(0.01)

    async def help_the_slow() -> None:
        while True:
            await rig.server.help_the_slow()
            await asyncio.sleep(0.01)

    loops = [asyncio.create_task(ask()), asyncio.create_task(help_the_slow())]
    try:
        yield rig
    finally:
        for loop in loops:
            loop.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await rig.server.stop()


def new_company() -> UUID:
    return uuid4()
