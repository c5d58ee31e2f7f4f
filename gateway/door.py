"""The door for webhooks: raw bytes in, durable before 202. A plain ASGI callable in front of the router."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

import orjson

from engine.bodies import count_events
from engine.errors import BadRequest, EmptyBody, MasteriaError, NotFound, SignatureRefused, TooLarge
from engine.ids import IdMaker, id_text, parse_id
from engine.sharding import bucket_of
from engine.wire import FLAG_INACTIVE, KIND_WEBHOOK, Answer, Intake
from gateway.directory import Directory, WebhookEntry
from gateway.problems import MethodNotAllowed, problem_response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_JSON = [(b"content-type", b"application/json")]
# Never stored: they open other doors.
_UNSTORED = ("authorization", "cookie", "proxy-authorization")


class Intaker(Protocol):
    """Takes one request to its shard and answers when it is durable."""

    async def take(self, bucket: int, item: Intake) -> Answer: ...


class Refusals(Protocol):
    """Counts what the door refused, for the webhook's activity page."""

    def count(self, webhook: WebhookEntry, reason: str, now_ms: int) -> None: ...


class WebhookDoor:
    """``POST …/webhooks/incoming/{company_id}[/{token}]``."""

    def __init__(
        self, directory: Directory, intaker: Intaker, refusals: Refusals, ids: IdMaker, max_body_bytes: int
    ) -> None:
        self._directory = directory
        self._intaker = intaker
        self._refusals = refusals
        self._ids = ids
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["method"] == "POST":
                status, body = await self._post(scope, receive)
            elif scope["method"] in ("GET", "HEAD"):
                status, body = await self._health(scope)
            else:
                raise MethodNotAllowed
        except MasteriaError as error:
            await problem_response(error, scope)(scope, receive, send)
            return
        headers = [*_JSON, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body if scope["method"] != "HEAD" else b""})

    async def _find(self, scope: Scope) -> WebhookEntry:
        company, token = _path_ids(scope["path"])
        source = None
        if token is None:
            for name, value in scope["headers"]:
                if name == b"x-webhook-source":
                    source = value.decode("latin-1")
        webhook = await self._directory.webhook(company.bytes, token, source)
        if webhook is None:
            raise NotFound
        return webhook

    async def _health(self, scope: Scope) -> tuple[int, bytes]:
        webhook = await self._find(scope)
        return 200, orjson.dumps({"status": "ok", "source": webhook.source, "active": webhook.active})

    async def _post(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        webhook = await self._find(scope)
        now_ms = time.time_ns() // 1_000_000
        try:
            body = await read_body(scope, receive, self._max_body_bytes)
            if not body:
                raise EmptyBody
            headers = header_map(scope)
            signature = webhook.scheme.verify(body, headers, now_ms // 1000)
        except (TooLarge, EmptyBody) as error:
            self._refusals.count(webhook, error.title.lower().replace(" ", "_"), now_ms)
            raise
        except SignatureRefused as error:
            self._refusals.count(webhook, error.detail, now_ms)
            raise SignatureRefused from error
        forget_credentials(headers, webhook.scheme.secret_header)
        content_type = headers.get("content-type")
        count, is_array = count_events(body, content_type)
        ids = [self._ids.make(now_ms) for _ in range(count)]
        item = Intake(
            KIND_WEBHOOK,
            webhook.company_id,
            webhook.id,
            ids[0] if count == 1 else self._ids.make(now_ms),
            now_ms,
            ids,
            signature,
            orjson.dumps(headers),
            content_type,
            body,
            0 if webhook.active else FLAG_INACTIVE,
        )
        answer = await self._intaker.take(bucket_of(webhook.company_id), item)
        return _reply(answer, is_array=is_array)


async def read_body(scope: Scope, receive: Receive, limit: int) -> bytes:
    """Read a request's body of at most ``limit`` bytes.

    Raises:
        TooLarge: it is longer; what was read is dropped.
        BadRequest: the client left in the middle.
    """
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > limit:
            raise TooLarge(f"the body has {int(value)} bytes; this door takes {limit}")
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        _check(message, body, limit)
        return body
    parts = [body]
    size = len(body)
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > limit:
            break
    body = b"".join(parts)
    _check(message, body, limit)
    return body


def _check(message: Mapping[str, Any], body: bytes, limit: int) -> None:
    if message["type"] == "http.disconnect":
        raise BadRequest("the client left before the body was complete")
    if len(body) > limit:
        raise TooLarge(f"the body is longer than the {limit} bytes that this door takes")


@lru_cache(maxsize=4096)
def _path_ids(path: str) -> tuple[UUID, str | None]:
    parts = path.rsplit("/webhooks/incoming/", 1)[-1].split("/")
    company = parse_id(parts[0])
    if company is None or len(parts) > 2:
        raise NotFound
    return company, (parts[1] or None) if len(parts) == 2 else None


def header_map(scope: Scope) -> dict[str, str]:
    """Return a request's headers by lower-case name."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}


def forget_credentials(headers: dict[str, str], secret_header: str | None = None) -> None:
    """Take out of a delivery's headers what opens other doors: it is never stored."""
    for name in _UNSTORED:
        headers.pop(name, None)
    if secret_header is not None:
        headers.pop(secret_header, None)


def _reply(answer: Answer, *, is_array: bool) -> tuple[int, bytes]:
    ids = [id_text(first) for first in answer.first_ids]
    if is_array:
        status = 200 if all(answer.duplicates) else 202
        return status, orjson.dumps({"ids": ids, "duplicates": answer.duplicates})
    if answer.duplicates[0]:
        return 200, b'{"id":"%b","duplicate":true}' % ids[0].encode()
    return 202, b'{"id":"%b","duplicate":false}' % ids[0].encode()
