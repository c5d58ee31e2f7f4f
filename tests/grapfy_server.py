"""A server that behaves like Grapfy's history API, with its traps: what it gives, and when it does not. For tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from engine.ids import ms_to_time, time_to_ms
from engine.times import parse_time, rfc3339

TOKEN = "grapfy-token"
SETTING = "setting-1"


def payload(number: int, **more: Any) -> dict[str, Any]:
    """Return the body that was delivered for an event."""
    return {
        "eventId": f"event-{number}",
        "eventType": "pix_created" if number % 2 else "order_approved",
        "orderId": f"order-{number // 2}",
        "total": 97,
        "customer": {"name": "Cliente Exemplo", "phoneNumber": "11900000000"},
        **more,
    }


def record(number: int, created_ms: int, **more: Any) -> dict[str, Any]:
    """Return a record of the history; its id is not the event's."""
    moment = rfc3339(ms_to_time(created_ms))
    return {
        "id": f"record-{number}",
        "storeId": "ABCDEF0123456789",
        "webhookSettingId": SETTING,
        "orderId": f"order-{number // 2}",
        "status": "success",
        "eventType": "pix_created",
        "attempts": 1,
        "httpCodeResponse": 200,
        "url": "https://masteria.example",
        "errorReason": None,
        "payload": payload(number, createdAt=moment),
        "createdAt": moment,
        "updatedAt": moment,
        **more,
    }


class GrapfyServer:
    """Answers ``GET /webhook-events``; a test sets what it holds and how it misbehaves.

    Attributes:
        records: the history, in the order in which pages give it.
        inclusive: whether ``since`` includes records of that very time.
        server_limit: a limit of its own that it never goes beyond; None: it does as asked.
        ignores_limit, ignores_since: parameters that it does not read.
        now: its clock, as its ``Date`` header tells it.
        answers: called before each request with its number; returns a raw answer, or None for the usual one.
        asked: the parameters of every request.
    """

    def __init__(self) -> None:
        self.records: list[dict[str, Any]] = []
        self.inclusive = True
        self.server_limit: int | None = None
        self.ignores_limit = self.ignores_since = False
        self.now: datetime | None = None
        self.answers: Callable[[int], bytes | None] = lambda number: None
        self.asked: list[dict[str, str]] = []
        self.hang = asyncio.Event()
        self.url = ""

    @asynccontextmanager
    async def running(self, port: int = 0) -> AsyncIterator[GrapfyServer]:
        """Serve on a port, by default a free one."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            self.hang.set()
            server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            writer.write(await self._answer(head))
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, head: str) -> bytes:
        target = head.split(" ", 2)[1]
        query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
        self.asked.append(query)
        usual = self.answers(len(self.asked))
        if usual == b"hang":
            await self.hang.wait()
            return b""
        if usual is not None:
            return usual
        if f"authorization: bearer {TOKEN}" not in head.lower():
            return self.reply(401, b'{"message":"Unauthorized"}')
        if urlsplit(target).path != "/webhook-events" or query.get("webhookSettingId") != SETTING:
            return self.reply(404, b"{}")
        return self.reply(200, orjson.dumps({"events": self._page(query)}))

    def _page(self, query: dict[str, str]) -> list[dict[str, Any]]:
        since = parse_time(query["since"])
        assert since is not None
        found = self.records
        if not self.ignores_since:
            found = [one for one in found if self._is_behind(one, since)]
        most = len(found) if self.ignores_limit else int(query["limit"])
        return found[: most if self.server_limit is None else min(most, self.server_limit)]

    def _is_behind(self, one: dict[str, Any], since: datetime) -> bool:
        moment = parse_time(one["createdAt"])
        return moment is None or moment > since or (self.inclusive and moment == since)

    def reply(self, status: int, body: bytes, *headers: str, length: int | None = None) -> bytes:
        """Return a raw answer; ``length``: what its Content-Length claims."""
        now = self.now or datetime.now(UTC)
        lines = [
            f"HTTP/1.1 {status} Whatever",
            f"Date: {format_datetime(now, usegmt=True)}",
            "Content-Type: application/json",
            f"Content-Length: {len(body) if length is None else length}",
            "Connection: close",
            *headers,
        ]
        return "\r\n".join([*lines, "", ""]).encode() + body


def steady(count: int, first_ms: int, step_ms: int = 1_000) -> list[dict[str, Any]]:
    """Return a history of records that come at a steady pace."""
    return [record(number, first_ms + number * step_ms) for number in range(count)]


def ids_of(records: list[dict[str, Any]]) -> set[str]:
    """Return the payloads' ids."""
    return {one["payload"]["eventId"] for one in records}


__all__ = ["SETTING", "TOKEN", "GrapfyServer", "ids_of", "payload", "record", "steady", "time_to_ms"]
