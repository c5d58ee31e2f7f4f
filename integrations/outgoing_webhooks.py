"""One attempt at a company's own address: look its name up once, judge the addresses, connect to one of those, tell.

Called by actors/outgoing.py; never raises.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping

from engine.addresses import Guard, Target, read_url
from engine.outgoing_webhooks import Outcome, reason_of
from integrations.pinned_http import NoHttp, post

log = logging.getLogger(__name__)
Resolve = Callable[[str, int], Awaitable[list[str]]]
MOST_BODY_BYTES = 2_048
_CONNECT_S = 5.0
_ADDRESSES_TRIED = 2


class Refused(Exception):
    """The name has an address that may not be called."""


async def look_up(host: str, port: int) -> list[str]:
    """Return a name's addresses as the system knows them.

    Raises:
        socket.gaierror: it has none.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class OutgoingClient:
    """Makes attempts.

    Args:
        guard: which addresses may be called.
        timeout_s: for a whole attempt, from the look-up to the answer.
        resolve: for tests; by default the system's.
        tls: for tests; by default the system's certificates.
    """

    def __init__(
        self,
        guard: Guard,
        *,
        timeout_s: float = 15.0,
        resolve: Resolve = look_up,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._guard = guard
        self._timeout_s = timeout_s
        self._resolve = resolve
        self._tls = tls

    async def deliver(self, url: str, headers: Mapping[str, str], body: bytes) -> Outcome:
        """Post a body once. A redirect is an answer like another: it is not followed."""
        begun = time.monotonic()
        status: int | None = None
        try:
            async with asyncio.timeout(self._timeout_s):
                status, answer = await self._post(read_url(url), headers, body)
            reason, text = reason_of(status), answer.decode("utf-8", "replace").replace("\x00", "")
        except asyncio.CancelledError:
            raise
        except Exception as error:
            reason, text = _reason(error), f"{type(error).__name__}: {error}"[:300].replace("\x00", "")
        return Outcome(status, reason, text, round((time.monotonic() - begun) * 1000))

    async def _post(self, target: Target, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        addresses = self._guard.choose(target.host, await self._resolve(target.host, target.port))
        if not addresses:
            raise Refused("this address is not called")
        *spare, last = addresses[:_ADDRESSES_TRIED]
        for address in spare:
            try:
                return await self._post_to(target, address, headers, body)
            except (ConnectionRefusedError, socket.gaierror):
                continue  # nothing was sent; another of the name's addresses may answer
        return await self._post_to(target, last, headers, body)

    async def _post_to(
        self, target: Target, address: str, headers: Mapping[str, str], body: bytes
    ) -> tuple[int, bytes]:
        return await post(
            target,
            address,
            headers,
            body,
            connect_s=_CONNECT_S,
            most_body_bytes=MOST_BODY_BYTES,
            tls=self._tls,
        )


def _reason(error: Exception) -> str:
    reasons: tuple[tuple[type[Exception] | tuple[type[Exception], ...], str], ...] = (
        (Refused, "outgoing_address"),
        (TimeoutError, "outgoing_timeout"),
        ((ssl.SSLError, ssl.CertificateError), "outgoing_tls"),
        (socket.gaierror, "outgoing_name"),
        (NoHttp, "outgoing_answer"),
        (OSError, "outgoing_connection"),
    )
    for kind, reason in reasons:
        if isinstance(error, kind):
            return reason
    log.warning("an attempt failed: %s", type(error).__name__, extra={"action": "outgoing_attempt"})
    return "outgoing_connection"
