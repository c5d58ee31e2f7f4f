"""A test delivery through a webhook's own door: its address, its signature, everything as its sender would do it."""

from __future__ import annotations

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.types import ASGIApp

from engine.credentials import WebhookSecret
from engine.signing import sign_meta, sign_plain, sign_standard, sign_timestamped
from storage.webhooks import WebhookRecord

_PATH = "/api/v1/webhooks/incoming"


@dataclass(frozen=True, slots=True)
class DoorAnswer:
    """What the door answered."""

    status: int
    body: bytes


async def knock(
    door: ASGIApp, webhook: WebhookRecord, chain: tuple[WebhookSecret, ...], body: bytes, now_ms: int, message_id: UUID
) -> DoorAnswer:
    """Deliver a body as the webhook's sender would.

    Args:
        door: the webhook door.
        webhook: whose door it is.
        chain: its secrets, the present ones first.
        body: JSON.
        now_ms: the time that a signature tells.
        message_id: the id that Standard Webhooks wants.
    """
    token = next((one.secret for one in chain if one.kind == "token" and one.until_ms is None), None)
    secret = next((one.secret for one in chain if one.kind == "signing" and one.until_ms is None), "")
    headers = {
        "content-type": "application/json",
        "user-agent": "masteria-test",
        "x-masteria-test": "true",
        "x-webhook-source": webhook.source,
        **_signature(webhook.auth, secret, body, now_ms // 1000, str(message_id)),
    }
    path = f"{_PATH}/{webhook.company_id}" + (f"/{token}" if token else "")
    return await _post(door, path, headers, body)


def _signature(auth: dict[str, Any], secret: str, body: bytes, now_s: int, message_id: str) -> dict[str, str]:
    """Return the headers that prove a delivery; a header that ``auth`` names carries what the usual one would."""
    scheme, own = auth["scheme"], str(auth.get("header") or "").lower()
    if scheme == "plain":
        return sign_plain(auth, secret, body)
    if scheme == "token" and own:
        return {own: secret}
    if scheme == "timestamped":
        usual, signed = "x-webhook-signature", sign_timestamped(secret, now_s, body)
    elif scheme == "standard":
        usual, signed = "webhook-signature", sign_standard(secret, message_id, now_s, body)
    elif scheme == "meta":
        usual, signed = "x-hub-signature-256", sign_meta(secret, body)
    else:
        return {}
    return {**signed, own: signed[usual]} if own else signed


async def _post(door: ASGIApp, path: str, headers: dict[str, str], body: bytes) -> DoorAnswer:
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()],
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
    }
    requests: list[MutableMapping[str, Any]] = [{"type": "http.request", "body": body, "more_body": False}]
    replies: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return requests.pop() if requests else {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        replies.append(message)

    await door(scope, receive, send)
    return DoorAnswer(replies[0]["status"], b"".join(reply.get("body", b"") for reply in replies[1:]))
