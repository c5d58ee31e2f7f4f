"""One request on its way through: who, which company, checked parameters and body. Makes endpoints of operations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

import gateway.components  # noqa: F401 -- fills the schemas that bodies are checked against
from engine.errors import BadRequest, FieldProblem, Forbidden, NotFound, StorageAway, TooLarge, Unauthorized
from engine.ids import parse_id
from engine.masked_json import masked_json, without_documents
from engine.pagination import DEFAULT_LIMIT, NEWEST, OLDEST, Position, encode_cursor
from gateway.audit import audited, is_audited
from gateway.auth import Person, Principal
from gateway.compression import compressed, is_compressible
from gateway.cookies import SAFE_METHODS
from gateway.counts import Count
from gateway.operations import Operation
from gateway.parameters import read_parameters
from gateway.schema import problems_of
from gateway.scopes import covers
from gateway.services import Services
from storage.pool import AWAY
from storage.searching import Range

_MOST_BODY_BYTES = 1_048_576
_READ_S = 10.0
_CHANGE_S = 45.0  # longer than an announcement may take
# What these routes tell of is the company's own: its numbers, its texts, its figures.
_OF_NOBODY = frozenset(("sessions", "templates", "me", "auth", "metrics", "companies", "catalogue", "live"))
_MADE_OF_EVENTS = frozenset(("previewTemplate", "previewVariants"))
_OF_CUSTOMERS = frozenset(("events", "contacts"))
_Found = TypeVar("_Found")
_left_behind: set[asyncio.Future[Any]] = set()


@dataclass(slots=True, kw_only=True)
class Call:
    """A request as its handler sees it.

    Attributes:
        principal: who asks; None on open routes.
        query: the parameters that were given, read by kind; a name that is missing was not given.
        body: the checked JSON body; None where there was none.
    """

    services: Services
    request: Request
    principal: Principal | None
    query: dict[str, Any]
    body: Any

    @property
    def company_id(self) -> UUID:
        """Return the company that the request acts for (routes with access "company" have one)."""
        if self.principal is None or self.principal.company_id is None:
            raise NotFound
        return self.principal.company_id

    @property
    def actor(self) -> str:
        """Return who asks, as it is noted beside what they did."""
        if self.principal is None:
            return ""
        return f"{'api_key' if self.principal.person is None else 'user'}:{self.principal.name:.100}"

    def takes_operator(self, words: str) -> None:
        """Refuse a viewer what only some of a route's calls ask for; ``words`` say what that is.

        Raises:
            Forbidden: a viewer asks.
        """
        if self.principal is None or not self.principal.may("operator"):
            raise Forbidden(words)

    @property
    def person(self) -> Person:
        """Return who signed in (routes with access "person" have one)."""
        if self.principal is None or self.principal.person is None:
            raise Unauthorized
        return self.principal.person

    @property
    def address(self) -> str:
        """Return the address that the request comes from, as far as trusted proxies tell it."""
        return self.request.client.host if self.request.client else ""

    def path_id(self, name: str) -> UUID:
        """Return an id of the path.

        Raises:
            NotFound: it is no id, so there can be nothing behind it.
        """
        found = parse_id(self.request.path_params[name])
        if found is None:
            raise NotFound
        return found

    @property
    def range(self) -> Range:
        """Return the part of a list that ``from``, ``to``, ``cursor`` and ``limit`` ask for."""
        query = self.query
        until: datetime = query.get("to", NEWEST.created_at)
        before: Position = query.get("cursor", NEWEST)
        return Range(
            limit=query.get("limit", DEFAULT_LIMIT),
            before=before if until is NEWEST.created_at else before.upto(until),
            since=query.get("from", OLDEST),
            until=until,
        )

    def now(self) -> datetime:
        """Return the time of day in UTC, cut to the millisecond."""
        return datetime.fromtimestamp(self.services.clock() // 1000, UTC).replace(
            microsecond=self.services.clock() % 1000 * 1000
        )


def json_response(value: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a JSON answer; ids may be UUIDs and stored JSON may be ``orjson.Fragment``."""
    return Response(orjson.dumps(value, default=_plain), status, headers, "application/json")


def _plain(value: object) -> str:
    """The driver's ids are a class of their own, which orjson does not know."""
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def page_response(data: list[dict[str, Any]], following: Position | None, count: Count) -> Response:
    """Return a page of a list in the form that every list has."""
    return json_response(
        {
            "data": data,
            "next_cursor": None if following is None else encode_cursor(following),
            "count": count.number,
            "count_capped": count.capped,
        }
    )


class Endpoint:
    """The ASGI callable of an operation: authenticate, check everything, then handle."""

    def __init__(self, operation: Operation, services: Services, reader: Operation | None = None) -> None:
        self._operation = operation
        self._audited = is_audited(operation)
        self._compressible = is_compressible(operation)
        self._reader = reader
        self._services = services
        self._parameters = {query.name: query for query in operation.query}
        self._limit_s = operation.limit_s or (_READ_S if operation.method == "GET" else _CHANGE_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive, send)
        response = await self._answer(request)
        if self._compressible:
            response = await compressed(response, request.headers.get("accept-encoding", ""))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        operation = self._operation
        principal = None
        if operation.access != "open":
            principal = await self._principal(request)
            if principal.person is not None and operation.method not in SAFE_METHODS:
                self._services.auth.cookies.check_change(request.headers, principal.person.csrf)
            _check_access(operation, principal)
        query_string = request.scope["query_string"]
        query = read_parameters(self._parameters, query_string) if query_string else {}
        body = None if operation.body is None else await _read_body(operation, request)
        call = Call(services=self._services, request=request, principal=principal, query=query, body=body)
        work = audited(call, operation, self._reader) if self._audited else operation.handler(call)
        answer = await _answered_within(self._limit_s, work)
        if principal is None:
            return answer
        if not principal.may("operator"):
            return _for_viewers(operation, answer)
        return answer if principal.person is None else _for_people(operation, answer)

    async def _principal(self, request: Request) -> Principal:
        """Return who asks: out of memory if possible, else Postgres is asked."""
        auth = self._services.auth
        known = auth.known(request.headers)
        if known is None:
            known = await _answered_within(self._limit_s, auth.principal(request.headers))
        return known


async def _answered_within(limit_s: float, work: Coroutine[Any, Any, _Found]) -> _Found:
    """Wait for ``work``, but not for ever; an absent Postgres becomes StorageAway.

    A frozen one answers nothing and refuses nothing, and the driver, when told to stop, waits for it: so the work is
    left behind, and its connection with it, until Postgres goes on or its client is given up.
    """
    task = asyncio.get_running_loop().create_task(work)
    try:
        await asyncio.wait((task,), timeout=limit_s)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if task.done():
        try:
            return task.result()
        except AWAY as error:
            raise StorageAway(f"Postgres is away: {type(error).__name__}") from error
    _left_behind.add(task)
    task.add_done_callback(_forget)
    task.cancel()
    raise StorageAway


def _for_viewers(operation: Operation, answer: Response) -> Response:
    """Mask what an answer in JSON tells of people; files and streams are masked where they are made."""
    own = operation.path.split("/")[1] in _OF_NOBODY and operation.name not in _MADE_OF_EVENTS
    return answer if own else _rewritten(answer, masked_json)


def _for_people(operation: Operation, answer: Response) -> Response:
    """Mask documents where people look at customers all day; who needs one asks for it (routes/revealing.py)."""
    looks = operation.path.split("/")[1] in _OF_CUSTOMERS and not operation.name.startswith("reveal")
    return _rewritten(answer, without_documents) if looks else answer


def _rewritten(answer: Response, rewrite: Callable[[bytes], bytes]) -> Response:
    raw = bytes(getattr(answer, "body", b""))  # a stream has none: exports mask their columns themselves
    if not raw or answer.media_type != "application/json":
        return answer
    try:
        body = rewrite(raw)
    except RecursionError as error:
        raise Forbidden("this is nested too deep to be shown with its phones masked") from error
    headers = {name: value for name, value in answer.headers.items() if name not in ("content-length", "content-type")}
    return Response(body, answer.status_code, headers, "application/json")


def _forget(task: asyncio.Future[Any]) -> None:
    _left_behind.discard(task)
    if not task.cancelled():
        task.exception()  # read, so that nobody calls it forgotten


def _check_access(operation: Operation, principal: Principal) -> None:
    if operation.access == "installation":
        if not principal.installation:
            raise Forbidden("this takes an installation key")
        return
    if operation.access == "person" and principal.person is None:
        raise Forbidden("this takes a person's session, no API key")
    if operation.access in ("known", "person"):
        return
    if principal.company_id is None:
        raise FieldProblem([{"field": "X-Company-Id", "reason": _company_needed(principal)}])
    if not principal.may(operation.role):
        raise Forbidden(f"this takes the role {operation.role}")
    if not covers(principal.scopes, operation.method, operation.path):
        raise Forbidden("this key's scopes do not cover that")


def _company_needed(principal: Principal) -> str:
    if principal.person is None:
        return "is needed: an installation key acts for a company it names"
    return "is needed: you belong to several companies, or to none any more"


async def _read_body(operation: Operation, request: Request) -> Any:
    """Read and check a JSON body.

    Raises:
        BadRequest: it is no JSON, or missing.
        TooLarge: it is longer than 1 MiB.
        FieldProblem: names everything that is wrong with it.
    """
    raw = await _bytes_of(request)
    if not raw and operation.body_optional:
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the body must be JSON: {error.msg}" if raw else "the body is missing") from error
    if errors := problems_of(operation.body or {}, body):
        raise FieldProblem(errors)
    return body


async def _bytes_of(request: Request) -> bytes:
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > _MOST_BODY_BYTES:
                raise TooLarge(f"the body is longer than {_MOST_BODY_BYTES} bytes")
            parts.append(part)
    except ClientDisconnect as error:
        raise BadRequest("the client left before the body was complete") from error
    return b"".join(parts)
