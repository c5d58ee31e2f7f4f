"""Around every route, as pure ASGI: request id, security headers, trusted proxies, the last catch of errors."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.problems import problem_response, request_id

_SECURITY = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_REPLACED = frozenset(name for name, _ in _SECURITY)
_DEFAULTS = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)


class Edge:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, trusted_proxies: Sequence[str] = ()) -> None:
        self._app = app
        self._trusted = TrustedProxies(trusted_proxies)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        self._trusted.apply(scope)
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = _with_headers(message["headers"], request_id(scope))
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except Exception as error:
            if started:  # half an answer cannot be taken back: the connection breaks off, and the log tells why
                raise
            await problem_response(error, scope)(scope, receive, send_with_headers)


def _with_headers(headers: Sequence[tuple[bytes, bytes]], request: str) -> list[tuple[bytes, bytes]]:
    kept = [header for header in headers if header[0] not in _REPLACED]
    present = [name for name, _ in kept]
    added = [header for header in _DEFAULTS if header[0] not in present]
    return [*kept, *added, *_SECURITY, (b"x-request-id", request.encode())]


class TrustedProxies:
    """Believes ``X-Forwarded-For`` and ``-Proto`` only of proxies that the settings name (addresses or networks)."""

    def __init__(self, proxies: Sequence[str]) -> None:
        self._networks: list[IPv4Network | IPv6Network] = [ip_network(proxy, strict=False) for proxy in proxies]

    def apply(self, scope: Scope) -> None:
        """Put the client's own address and scheme into the scope, if a trusted proxy passed the request on."""
        client = scope.get("client")
        if not self._networks or not client or not self._trusts(client[0]):
            return
        forwarded: list[str] = []
        for name, value in scope["headers"]:
            if name == b"x-forwarded-for":
                forwarded += [part.strip() for part in value.decode("latin-1").split(",")]
            elif name == b"x-forwarded-proto" and value in (b"http", b"https"):
                scope["scheme"] = value.decode("ascii")
        # From the right: the first address that no proxy of ours wrote is the client; what stands before it is a tale.
        for address in reversed(forwarded):
            if not _is_address(address):
                return
            scope["client"] = (address, 0)
            if not self._trusts(address):
                return

    def _trusts(self, address: str) -> bool:
        if not _is_address(address):
            return False
        parsed = ip_address(address)
        return any(parsed in network for network in self._networks)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
