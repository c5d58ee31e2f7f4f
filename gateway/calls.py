"""One request on its way through: who, which company, checked parameters and body. Makes endpoints of operations."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

import gateway.components  # noqa: F401 -- fills the schemas that bodies are checked against
from engine.errors import BadRequest, FieldProblem, Forbidden, NotFound, StorageAway, TooLarge
from engine.ids import parse_id
from engine.pagination import DEFAULT_LIMIT, NEWEST, OLDEST, Position, decode_cursor, encode_cursor
from engine.phones import normalise_typed
from engine.problems import encodable
from engine.suggestions import unknown_name
from engine.times import parse_time
from gateway.auth import Principal
from gateway.counts import Count
from gateway.operations import Operation, Query
from gateway.schema import problems_of
from gateway.services import Services
from storage.pool import storage_errors
from storage.searching import Range

_MOST_BODY_BYTES = 1_048_576
_READ_S = 10.0
_CHANGE_S = 45.0  # longer than an announcement may take
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
        before: Position = self.query.get("cursor", NEWEST)
        return Range(
            limit=self.query.get("limit", DEFAULT_LIMIT),
            before=before.upto(self.query.get("to")),
            since=self.query.get("from", OLDEST),
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


def endpoint(operation: Operation, services: Services) -> Callable[[Request], Awaitable[Response]]:
    """Return the Starlette endpoint of an operation: authenticate, check everything, then handle."""
    limit_s = _READ_S if operation.method == "GET" else _CHANGE_S

    async def handle(request: Request) -> Response:
        principal = None
        if operation.access != "open":
            principal = await _answered_within(limit_s, services.auth.principal(request.headers))
            _check_access(operation, principal)
        query = read_query(operation, request.query_params)
        body = await _read_body(operation, request)
        call = Call(services=services, request=request, principal=principal, query=query, body=body)
        return await _answered_within(limit_s, operation.handler(call))

    return handle


async def _answered_within(limit_s: float, work: Awaitable[_Found]) -> _Found:
    """Wait for ``work``, but not for ever; an absent Postgres becomes StorageAway.

    A frozen one answers nothing and refuses nothing, and the driver, when told to stop, waits for it: so the work is
    left behind, and its connection with it, until Postgres goes on or its client is given up.
    """
    task = asyncio.ensure_future(work)
    try:
        done, _ = await asyncio.wait({task}, timeout=limit_s)
    except asyncio.CancelledError:
        task.cancel()
        raise
    if done:
        async with storage_errors():
            return task.result()
    _left_behind.add(task)
    task.add_done_callback(_forget)
    task.cancel()
    raise StorageAway


def _forget(task: asyncio.Future[Any]) -> None:
    _left_behind.discard(task)
    if not task.cancelled():
        task.exception()  # read, so that nobody calls it forgotten


def _check_access(operation: Operation, principal: Principal) -> None:
    if operation.access == "installation":
        if not principal.installation:
            raise Forbidden("this takes an installation key")
        return
    if principal.company_id is None:
        raise FieldProblem(
            [{"field": "X-Company-Id", "reason": "is needed: an installation key acts for a company it names"}]
        )
    if not principal.may(operation.role):
        raise Forbidden(f"this takes a key with the role {operation.role}")


def read_query(operation: Operation, given: QueryParams) -> dict[str, Any]:
    """Read the query parameters of a request.

    Raises:
        FieldProblem: names everything that is unknown, given twice, or unreadable.
    """
    known = {query.name: query for query in operation.query}
    values: dict[str, Any] = {}
    errors = []
    for name, value in given.multi_items():
        if name not in known:
            errors.append({"field": f"{name:.60}", "reason": unknown_name("parameter", name, known)})
        elif name in values:
            errors.append({"field": name, "reason": "is given twice"})
        else:
            values[name], reason = _read(known[name], value)
            if reason:
                errors.append({"field": name, "reason": reason})
    if errors:
        raise FieldProblem(errors[:50])
    return values


def _read(query: Query, value: str) -> tuple[Any, str | None]:
    """Return a parameter's value, or why it cannot be read."""
    if not encodable(value):
        return None, "must not hold NUL or half a character"
    if query.kind == "text":
        problems = problems_of(query.schema, value)
        return value, problems[0]["reason"] if problems else None
    found, reason = _READERS[query.kind](value)
    if reason is None and query.kind == "whole" and (problems := problems_of(query.schema, found)):
        return None, problems[0]["reason"]
    return found, reason


def _read_id(value: str) -> tuple[Any, str | None]:
    found = parse_id(value)
    return found, None if found else "must be an id (UUID)"


def _read_time(value: str) -> tuple[Any, str | None]:
    # A plus sign that was not escaped arrives as a space: 2026-01-31T12:00:00 00:00.
    found = parse_time(value[:19] + value[19:].replace(" ", "+"), UTC)
    return found, None if found else "must be a time such as 2026-01-31T12:00:00Z"


def _read_whole(value: str) -> tuple[Any, str | None]:
    if value.isascii() and value.isdigit() and len(value) < 10:
        return int(value), None
    return None, "must be a whole number"


def _read_boolean(value: str) -> tuple[Any, str | None]:
    return value == "true", None if value in ("true", "false") else "must be true or false"


def _read_json(value: str) -> tuple[Any, str | None]:
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError:
        return None, "must be JSON"
    if not isinstance(parsed, dict | list):
        return None, 'must be a JSON object such as {"orderId":"o-1"}'
    return value, None if "\\u0000" not in value and len(value) <= 10_000 else "cannot be in any payload"


def _read_phone(value: str) -> tuple[Any, str | None]:
    found = normalise_typed("+" + value[1:] if value.startswith(" ") else value)
    return found, None if found else "must be a phone number such as +5511900000000"


def _read_cursor(value: str) -> tuple[Any, str | None]:
    try:
        return decode_cursor(value), None
    except ValueError:
        return None, "is no cursor of this list"


_READERS: dict[str, Callable[[str], tuple[Any, str | None]]] = {
    "id": _read_id,
    "time": _read_time,
    "whole": _read_whole,
    "boolean": _read_boolean,
    "json": _read_json,
    "phone": _read_phone,
    "cursor": _read_cursor,
}


async def _read_body(operation: Operation, request: Request) -> Any:
    """Read and check a JSON body.

    Raises:
        BadRequest: it is no JSON, or missing.
        TooLarge: it is longer than 1 MiB.
        FieldProblem: names everything that is wrong with it.
    """
    if operation.body is None:
        return None
    raw = await _bytes_of(request)
    if not raw and operation.body_optional:
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"the body must be JSON: {error.msg}" if raw else "the body is missing") from error
    if errors := problems_of(operation.body, body):
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
