"""Meta's door: handshake, and statuses and inbound messages routed by phone_number_id. 200 only after the commit."""

from __future__ import annotations

import asyncio
import hmac
import time
from urllib.parse import parse_qs

import orjson

from engine.errors import Forbidden, MasteriaError, NotFound
from engine.ids import IdMaker
from engine.meta_updates import NumberUpdates, read_updates
from engine.sharding import bucket_of
from engine.signatures import SignatureScheme
from engine.wire import FLAG_CARRIES, KIND_META, Intake
from gateway.directory import Directory, MetaAppEntry
from gateway.door import Intaker, Receive, Scope, Send, forget_credentials, header_map, read_body
from gateway.problems import MethodNotAllowed, problem_response

_NIL = bytes(16)


class MetaDoor:
    """``GET/POST …/webhooks/meta/{app_id}``, one per Meta app."""

    def __init__(self, directory: Directory, intaker: Intaker, ids: IdMaker, max_body_bytes: int) -> None:
        self._directory = directory
        self._intaker = intaker
        self._ids = ids
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            app = await self._directory.app(scope["path"].rsplit("/webhooks/meta/", 1)[-1])
            if app is None:
                raise NotFound
            if scope["method"] == "GET":
                body = _challenge(scope, app)
            elif scope["method"] == "POST":
                body = await self._post(scope, receive, app)
            else:
                raise MethodNotAllowed
        except MasteriaError as error:
            await problem_response(error, scope)(scope, receive, send)
            return
        headers = [(b"content-type", b"text/plain"), (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _post(self, scope: Scope, receive: Receive, app: MetaAppEntry) -> bytes:
        now_ms = time.time_ns() // 1_000_000
        body = await read_body(scope, receive, self._max_body_bytes)
        headers = header_map(scope)
        SignatureScheme.meta(app.app_secret).verify(body, headers, now_ms // 1000)
        inbound = self._inbound_by_company(read_updates(body, now_ms), app)
        delivery_id = self._ids.make(now_ms)
        forget_credentials(headers)
        packed_headers = orjson.dumps(headers)
        await asyncio.gather(
            *(
                self._intaker.take(
                    bucket_of(company_id),
                    Intake(
                        KIND_META,
                        company_id,
                        _NIL,
                        delivery_id,
                        now_ms,
                        [self._ids.make(now_ms) for _ in range(count)],
                        "valid",
                        packed_headers,
                        app.app_id,
                        body,
                        FLAG_CARRIES if company_id == app.company_id else 0,
                    ),
                )
                for company_id, count in inbound.items()
            )
        )
        return b""

    def _inbound_by_company(self, updates: dict[str, NumberUpdates], app: MetaAppEntry) -> dict[bytes, int]:
        """Return each concerned company with its number of inbound messages; the app's own always, for the bytes."""
        companies = {app.company_id: 0}
        for phone_number_id, found in updates.items():
            for waba_id in {update.waba_id for update in found.account}:
                for company_id in self._directory.companies_of(app.app_id, waba_id):
                    companies.setdefault(company_id, 0)
            number = self._directory.number(phone_number_id)
            if number is not None and number.app_id == app.app_id:  # a stranger's app says nothing about this number
                companies[number.company_id] = companies.get(number.company_id, 0) + len(found.inbound)
        return companies


def _challenge(scope: Scope, app: MetaAppEntry) -> bytes:
    query: dict[str, list[str]] = parse_qs(str(scope["query_string"], "latin-1"))
    token = query.get("hub.verify_token", [""])[0]
    if query.get("hub.mode") != ["subscribe"] or not hmac.compare_digest(token.encode(), app.verify_token.encode()):
        raise Forbidden("the verify token is not this app's")
    return query.get("hub.challenge", [""])[0].encode()
