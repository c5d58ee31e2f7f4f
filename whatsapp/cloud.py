"""Meta's Cloud API as a transport: one shared client per process, one light session per phone number.

Bodies and answers after Meta's reference as kept in the project's facts (Graph API v23.0, Nov 2025).
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import orjson

from engine.meta_graph import GraphFault, fault_of, parse_json, read_retry_after, read_usage
from engine.outgoing import read_mark, request_body
from whatsapp.cloud_admin import CloudAdmin
from whatsapp.http import HttpAnswer, HttpClient, HttpTarget, MaybeSent, NeverSent
from whatsapp.transport import Accepted, NotConnected, Outbound, Refused, SendAnswer, Uncertain

_RAW_LIMIT = 8192
_INVALID_PARAMETER = 100


class CloudClient:
    """The process's way to Graph: connections are shared by all its sessions.

    Args:
        timeout_s: A send that has no answer by then is uncertain.
        max_in_flight: Sends at a time over all sessions; the next ones wait ``queue_timeout_s`` for a place and
            are then certainly not sent.
    """

    def __init__(
        self,
        *,
        connect_timeout_s: float = 5.0,
        timeout_s: float = 20.0,
        max_in_flight: int = 512,
        queue_timeout_s: float = 5.0,
    ) -> None:
        self._http, self._local = (
            HttpClient(
                connect_timeout_s=connect_timeout_s,
                timeout_s=timeout_s,
                max_in_flight=max_in_flight,
                queue_timeout_s=queue_timeout_s,
                proxies=proxies,
            )
            for proxies in (True, False)  # a simulator on this machine is not behind the company's proxy
        )

    def session(self, phone_number_id: str, token: str, base_url: str, version: str) -> CloudSession:
        """Return the transport of one number.

        Args:
            base_url: ``https://graph.facebook.com`` or a simulator's address.
            version: For instance ``v23.0``.

        Raises:
            ValueError: the address, the number's id or the token cannot stand in a request.
        """
        if not phone_number_id.isascii() or not phone_number_id.isalnum():
            raise ValueError("phone_number_id must be letters and digits")
        if not token or not token.isascii() or not token.isprintable():
            raise ValueError("the token holds characters that a header cannot carry")
        target = HttpTarget(
            f"{base_url.rstrip('/')}/{version}/{phone_number_id}/messages",
            {"authorization": f"Bearer {token}", "content-type": "application/json"},
        )
        return CloudSession(self._client_for(base_url), target)

    def admin(self, token: str, base_url: str, version: str) -> CloudAdmin:
        """Return everything beside sending that a token opens; see :class:`whatsapp.cloud_admin.CloudAdmin`.

        Raises:
            ValueError: the token cannot stand in a header.
        """
        return CloudAdmin(self._client_for(base_url), base_url, version, token)

    def _client_for(self, base_url: str) -> HttpClient:
        local = urlsplit(base_url).hostname in ("127.0.0.1", "::1", "localhost")
        return self._local if local else self._http

    async def close(self) -> None:
        """Close the connections; sends in flight become uncertain."""
        await self._http.close()
        await self._local.close()


class CloudSession:
    """One number's transport; holds nothing but its address and token."""

    __slots__ = ("_http", "_target")

    def __init__(self, http: HttpClient, target: HttpTarget) -> None:
        self._http = http
        self._target = target

    async def send(self, message: Outbound) -> SendAnswer:
        """Send one message of any type; see :class:`whatsapp.transport.Transport`."""
        try:
            body = encode(message)
        except (TypeError, ValueError) as error:
            return Refused(_INVALID_PARAMETER, None, "The message cannot be encoded", str(error), 0, None, "")
        try:
            answer = await self._http.post(self._target, body)
        except NeverSent as error:
            return NotConnected(str(error))
        except MaybeSent as error:
            return Uncertain(str(error))
        except Exception as error:  # the port promises an answer, and after the call only this one is honest
            return Uncertain(f"{type(error).__name__}: {error}"[:300])
        return read_answer(answer)

    async def mark_read(self, message_id: str, typing: bool = False) -> bool:
        """Mark a person's message as read, and show "typing…" for at most 25 s; tell whether WhatsApp said yes.

        It is a courtesy: what goes wrong is told by False, and nobody tries again.
        """
        try:
            answer = await self._http.post(self._target, orjson.dumps(read_mark(message_id, typing)))
        except (NeverSent, MaybeSent, TypeError):
            return False
        data = parse_json(answer.body)
        return isinstance(data, dict) and data.get("success") is True

    async def close(self) -> None:
        """Do nothing: the connections belong to the client."""


def encode(message: Outbound) -> bytes:
    """Return the request body as Graph wants it.

    Raises:
        TypeError, ValueError: its content is missing, or holds what UTF-8 cannot carry (a lone surrogate).
    """
    template = None
    if message.type == "template":
        template = (message.template_name, message.template_language, message.components)
    body = request_body(
        message.to,
        message.type,
        text=message.text,
        template=template,
        extra=message.extra,
        opaque=message.message_id,
    )
    return orjson.dumps(body)


def read_answer(answer: HttpAnswer) -> SendAnswer:
    """Turn Graph's answer into ours: what is not clearly Meta's JSON is uncertain, whatever its status."""
    data = parse_json(answer.body)
    fault = fault_of(data)
    if fault is not None:
        return _refused(fault, answer)
    if answer.status == 200 and isinstance(data, dict):
        accepted = _accepted(data)
        if accepted is not None:
            return accepted
    return Uncertain(f"HTTP {answer.status} without Meta's JSON")


def _accepted(data: dict[str, Any]) -> Accepted | None:
    try:
        message = data["messages"][0]
        provider_id = message["id"]
        message_status = message.get("message_status")
    except (AttributeError, IndexError, KeyError, TypeError):
        return None
    if not isinstance(provider_id, str) or not provider_id:
        return None
    try:
        wa_id = data["contacts"][0]["wa_id"]
    except (IndexError, KeyError, TypeError):
        wa_id = None
    return Accepted(
        provider_id,
        wa_id if isinstance(wa_id, str) else None,
        message_status if isinstance(message_status, str) else None,
    )


def _refused(fault: GraphFault, answer: HttpAnswer) -> Refused:
    return Refused(
        code=fault.code,
        subcode=fault.subcode,
        title=fault.title,
        details=fault.details,
        http_status=answer.status,
        retry_after_s=_retry_after_s(answer),
        raw=answer.body[:_RAW_LIMIT].decode(errors="replace"),
    )


def _retry_after_s(answer: HttpAnswer) -> float | None:
    """Return what the answer asks for: ``Retry-After``, else the estimate of its usage headers."""
    after = read_retry_after(answer.header("retry-after"))
    if after is not None:
        return after
    return read_usage(answer.header("x-business-use-case-usage"), answer.header("x-app-usage")).regain_s
