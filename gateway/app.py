"""The ASGI application: both webhook doors first and bare, then the routes, then the dashboard, then Starlette."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from engine.errors import MasteriaError
from gateway.audit import is_audited, reader_of
from gateway.calls import Endpoint
from gateway.dashboard import Dashboard
from gateway.docs import documentation_routes
from gateway.middleware import Edge
from gateway.openapi import openapi_document
from gateway.problems import problem_response
from gateway.routes.catalog import OPERATIONS
from gateway.routing import RouteTable
from gateway.services import Services

_INCOMING = ("/api/v1/webhooks/incoming/", "/webhooks/incoming/")
_META = ("/api/v1/webhooks/meta/", "/webhooks/meta/")


def build_app(services: Services) -> ASGIApp:
    """Return the whole application; ``services`` says what stands behind it."""
    routes = build_routes(services)
    api = Starlette(routes=routes, exception_handlers={HTTPException: _on_error, MasteriaError: _on_error})
    api.router.redirect_slashes = False  # an address has one spelling, and no Host header makes another
    edge = Edge(RouteTable(routes, Dashboard(api, services.settings)), services.settings.trusted_proxies)
    return Front(services.webhook_door, services.meta_door, edge)


def build_routes(services: Services) -> list[Route]:
    """Return a route per operation, and those of the documentation that is made of them."""
    routes = [
        Route(
            operation.full_path,
            Endpoint(operation, services, reader_of(operation, OPERATIONS) if is_audited(operation) else None),
            methods=[operation.method],
            name=operation.name,
        )
        for operation in OPERATIONS
    ]
    return routes + documentation_routes(openapi_document(OPERATIONS, services.settings))


class Front:
    """Sends a request to its door by the beginning of its path; the doors answer most requests and stay bare."""

    def __init__(self, webhook_door: ASGIApp, meta_door: ASGIApp, rest: ASGIApp) -> None:
        self._webhook_door = webhook_door
        self._meta_door = meta_door
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            if path.startswith(_INCOMING):
                return await self._webhook_door(scope, receive, send)
            if path.startswith(_META):
                return await self._meta_door(scope, receive, send)
        return await self._rest(scope, receive, send)


async def _on_error(request: Request, error: Exception) -> Response:
    return problem_response(error, request.scope)
