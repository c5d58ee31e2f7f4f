"""A small ASGI client: one call, one answer, no sockets."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
from starlette.types import ASGIApp, Message


@dataclass(frozen=True, slots=True)
class Answer:
    """What the application answered; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return orjson.loads(self.body)


class Client:
    """Calls an ASGI application as one caller: its headers go with every request."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str] | None = None) -> None:
        self.app = app
        self._headers = dict(headers or {})

    def acting_as(self, key: str, company_id: str | None = None) -> Client:
        """Return a client that sends this key, and names this company if one is given."""
        headers = {**self._headers, "authorization": f"Bearer {key}"}
        if company_id is not None:
            headers["x-company-id"] = company_id
        return Client(self.app, headers)

    async def get(self, path: str, query: Mapping[str, str] | None = None) -> Answer:
        return await self.call("GET", path, query=query)

    async def post(self, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        return await self.call("POST", path, body=body, headers=headers)

    async def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        peer: str = "127.0.0.1",
    ) -> Answer:
        """Send one request; a body that is no bytes is sent as JSON. The query stands in the path or beside it."""
        bare, _, written = path.partition("?")
        raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
        sent = {**self._headers, **(headers or {})}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": bare,
            "raw_path": bare.encode(),
            "root_path": "",
            "query_string": (written or urlencode(query or {})).encode(),
            "headers": [(name.lower().encode(), value.encode()) for name, value in sent.items()],
            "client": (peer, 50_000),
            "server": ("127.0.0.1", 8000),
        }
        return await _exchange(self.app, scope, raw)


async def _exchange(app: ASGIApp, scope: dict[str, Any], raw: bytes) -> Answer:
    requests: list[Message] = [{"type": "http.request", "body": raw, "more_body": False}]
    replies: list[Message] = []
    answered = asyncio.Event()

    async def receive() -> Message:
        """Give the request, and then, once it is answered, the end: as a server does."""
        if requests:
            return requests.pop(0)
        await answered.wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        replies.append(message)

    await app(scope, receive, send)
    answered.set()
    start = replies[0]
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in start["headers"]}
    return Answer(start["status"], headers, b"".join(reply.get("body", b"") for reply in replies[1:]))
