"""A running simulator, a client for its control plane, and a receiver of its webhooks that checks signatures."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import orjson

from whatsapp.cloud import CloudClient, CloudSession
from whatsapp.simulator import Simulator
from whatsapp.transport import Outbound

SECRET = "app-secret"
VERIFY_TOKEN = "verify-me"
TOKEN = "um-token-de-teste"
NUMBER = "106540352242922"
WABA = "102290129340398"
QUICK = {"delivered_ms": [20, 60], "read_ms": [80, 120]}


@dataclass
class HttpAnswer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


async def read_answer(reader: asyncio.StreamReader) -> HttpAnswer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return HttpAnswer(int(head[0].split(" ")[1]), headers, body)


async def call(
    base_url: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
) -> HttpAnswer:
    """One request on a connection of its own."""
    address = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    payload = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
    lines = [f"{method} {path} HTTP/1.1", "host: x", f"content-length: {len(payload)}", "connection: close"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    writer.write("\r\n".join(lines).encode() + b"\r\n\r\n" + payload)
    try:
        return await asyncio.wait_for(read_answer(reader), 10)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@dataclass
class Receiver:
    """Where the webhooks go. ``answers`` are statuses for the next POSTs; after them it is 200."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    bad_signatures: int = 0
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def statuses(self) -> list[dict[str, Any]]:
        return [status for change in self.changes for status in change["value"].get("statuses", [])]

    @property
    def inbound(self) -> list[dict[str, Any]]:
        return [change["value"] for change in self.changes if "messages" in change["value"]]

    def told(self, field_name: str) -> list[dict[str, Any]]:
        """The values of one webhook field, oldest first."""
        return [change["value"] for change in self.changes if change["field"] == field_name]

    def of(self, opaque: str) -> list[str]:
        return [one["status"] for one in self.statuses if one.get("biz_opaque_callback_data") == opaque]

    async def until(self, condition: Callable[[], bool], timeout_s: float = 10) -> None:
        async with asyncio.timeout(timeout_s):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                lines = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
                body = await reader.readexactly(int(lines.get("content-length", "0")))
                writer.write(self._answer(head, lines, body))
                self._news.set()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, head: str, lines: dict[str, str], body: bytes) -> bytes:
        if head.startswith("GET"):
            query = dict(pair.split("=") for pair in head.split(" ")[1].partition("?")[2].split("&"))
            challenge = query["hub.challenge"] if query["hub.verify_token"] == VERIFY_TOKEN else "no"
            return f"HTTP/1.1 200 OK\r\ncontent-length: {len(challenge)}\r\n\r\n{challenge}".encode()
        expected = "sha256=" + hmac.digest(SECRET.encode(), body, "sha256").hex()
        if not hmac.compare_digest(expected, lines.get("x-hub-signature-256", "")):
            self.bad_signatures += 1
        self.bodies.append(body)
        self.signatures.append(lines.get("x-hub-signature-256", ""))
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.changes += [change for entry in orjson.loads(body)["entry"] for change in entry["changes"]]
        return f"HTTP/1.1 {status} X\r\ncontent-length: 0\r\n\r\n".encode()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    writers: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        await receiver.serve(reader, writer)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=1 << 22)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/webhooks/meta/app1"
    try:
        yield receiver
    finally:
        server.close()
        for writer in writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
        await server.wait_closed()


@dataclass
class Rig:
    base_url: str
    client: CloudClient
    receiver: Receiver

    def session(self, number: str = NUMBER, token: str = TOKEN) -> CloudSession:
        return self.client.session(number, token, self.base_url, "v23.0")

    async def sim(self, method: str, path: str, body: Any = None) -> HttpAnswer:
        return await call(self.base_url, method, f"/_sim/{path}", body)

    async def stats(self) -> Any:
        return (await self.sim("GET", "stats")).json

    async def until_stats(self, condition: Callable[[Any], bool]) -> Any:
        """Ask again and again: what the simulator knows has no event of its own."""
        async with asyncio.timeout(10):
            while not condition(stats := await self.stats()):
                pass
        return stats

    async def messages(self, query: str = "") -> Any:
        return (await self.sim("GET", f"messages?{query}")).json

    async def post(self, body: Any, number: str = NUMBER, token: str = TOKEN, edge: str = "messages") -> HttpAnswer:
        headers = {"authorization": f"Bearer {token}"}
        return await call(self.base_url, "POST", f"/v99.0/{number}/{edge}", body, headers)

    async def get(self, path: str, token: str = TOKEN) -> Any:
        return (await call(self.base_url, "GET", f"/v99.0/{path}", None, {"authorization": f"Bearer {token}"})).json


def app_spec(callback_url: str) -> dict[str, Any]:
    return {
        "app_secret": SECRET,
        "verify_token": VERIFY_TOKEN,
        "callback_url": callback_url,
        "numbers": [
            {
                "phone_number_id": NUMBER,
                "waba_id": WABA,
                "phone": "+5511400000001",
                "token": TOKEN,
                "throughput": 1000,
                "tier": "TIER_UNLIMITED",
            }
        ],
        "templates": [{"name": "pix", "language": "pt_BR", "body": "Olá {{1}}, pague {{2}}"}],
    }


@asynccontextmanager
async def running(*, seed: int = 7, timeout_s: float = 5.0) -> AsyncIterator[Rig]:
    """A simulator with one app and one number, its receiver, and a client with this time-out."""
    async with receiving() as receiver:
        simulator = Simulator(seed)
        base_url = await simulator.start()
        client = CloudClient(timeout_s=timeout_s)
        rig = Rig(base_url, client, receiver)
        try:
            assert (await rig.sim("PUT", "apps/app1", app_spec(receiver.url))).status == 200
            assert (await rig.sim("PUT", "settings", QUICK)).status == 200
            yield rig
        finally:
            await client.close()
            await simulator.close()


def text(message_id: str, to: str = "+5511987654321", body: str = "Olá, tudo bem? ✅") -> Outbound:
    return Outbound(message_id, to, text=body)


def template(message_id: str, *values: str, to: str = "+5511987654321", name: str = "pix") -> Outbound:
    parameters = [{"type": "text", "text": value} for value in values]
    return Outbound(
        message_id,
        to,
        "template",
        template_name=name,
        template_language="pt_BR",
        components=[{"type": "body", "parameters": parameters}] if values else None,
    )
