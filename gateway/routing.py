"""Finds the route of a request by its path's segments: a few look-ups, however many routes there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


@dataclass(slots=True)
class _Node:
    """A place in the tree of addresses: what follows it by name, or by any name, and what answers here by method."""

    named: dict[str, _Node] = field(default_factory=dict)
    any: _Node | None = None
    parameters: tuple[str, ...] = ()
    answers: dict[str, ASGIApp] = field(default_factory=dict)


class RouteTable:
    """Sends a request to its route; what has none goes to ``rest`` (404, 405).

    A segment that a route names goes before one that is a parameter.
    """

    def __init__(self, routes: Iterable[Route], rest: ASGIApp) -> None:
        self._root = _Node()
        self._rest = rest
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node, parameters = self._root, []
        for segment in route.path.split("/")[1:]:
            if segment.startswith("{"):
                parameters.append(segment.strip("{}"))
                node.any = node.any or _Node()
                node = node.any
            else:
                node = node.named.setdefault(segment, _Node())
        if node.answers and node.parameters != tuple(parameters):
            raise ValueError(f"{route.path}: its parameters have other names in another route")
        node.parameters = tuple(parameters)
        node.answers |= dict.fromkeys(route.methods or (), route.app)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (self._find(scope) or self._rest)(scope, receive, send)

    def _find(self, scope: Scope) -> ASGIApp | None:
        """Return what answers, with the path's parameters put into the scope; None: no route does."""
        node = self._root
        values: list[str] = []
        for segment in scope["path"].split("/")[1:]:
            following = node.named.get(segment)
            if following is None and segment:
                following = node.any
                values.append(segment)
            if following is None:
                return None
            node = following
        found = node.answers.get(scope["method"])
        if found is not None:
            scope["path_params"] = dict(zip(node.parameters, values, strict=True))
        return found
