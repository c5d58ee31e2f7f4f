"""RFC 9457 problems: the one place where errors become answers. Used by the routes and by both webhook doors."""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from typing import Any
from uuid import UUID, uuid4

import orjson
from starlette.exceptions import HTTPException
from starlette.responses import Response

from engine.errors import BadRequest, FieldProblem, Forbidden, MasteriaError, NotFound, TooLarge

log = logging.getLogger(__name__)
PROBLEM_TYPE = "application/problem+json"
_REQUEST_ID = "masteria.request_id"
_RETRY_AFTER_S = 1


class MethodNotAllowed(BadRequest):
    """This address does not take this method; see /docs."""

    status = 405
    title = "Method not allowed"


def request_id(scope: MutableMapping[str, Any]) -> str:
    """Return the id of this request, allotting it at the first call."""
    known = scope.get(_REQUEST_ID)
    if known is None:
        known = scope[_REQUEST_ID] = str(uuid4())
    return str(known)


def as_masteria_error(error: Exception) -> MasteriaError:
    """Return what Starlette raises as one of our own errors; anything unknown is an internal one."""
    if isinstance(error, MasteriaError):
        return error
    if isinstance(error, HTTPException):
        known: Mapping[int, type[MasteriaError]] = {
            400: BadRequest,
            403: Forbidden,
            404: NotFound,
            405: MethodNotAllowed,
            413: TooLarge,
        }
        return known.get(error.status_code, BadRequest)()
    return MasteriaError()


def problem(error: MasteriaError, request: str) -> dict[str, Any]:
    """Return the body of an answer; of a failure inside it tells nothing but the request's id."""
    inside = error.status >= 500
    body: dict[str, Any] = {
        "type": "urn:masteria:problem:" + error.title.lower().replace(" ", "-"),
        "title": error.title,
        "status": error.status,
        "detail": "When asking about this, name the request id." if inside else error.detail,
        "request_id": request,
    }
    if isinstance(error, FieldProblem):
        body["errors"] = error.errors
    return body


def problem_response(error: Exception, scope: MutableMapping[str, Any]) -> Response:
    """Return the answer for an error, and log what is our own fault."""
    known = as_masteria_error(error)
    request = request_id(scope)
    if known.status >= 500:
        _log_failure(error, known, scope, request)
    response = Response(orjson.dumps(problem(known, request)), known.status, media_type=PROBLEM_TYPE)
    if known.retryable:
        response.headers["retry-after"] = str(getattr(known, "retry_after_s", _RETRY_AFTER_S))
    if known.status == 401:
        response.headers["www-authenticate"] = "Bearer"
    return response


def _log_failure(error: Exception, known: MasteriaError, scope: Mapping[str, Any], request: str) -> None:
    # The path may hold a webhook's token: only its beginning is told. 503s come in crowds: no traceback for them.
    path = "/".join(_plain(part) for part in str(scope.get("path", "")).split("/"))
    log.error(
        "%s %s failed with %s: %s",
        scope.get("method"),
        path,
        type(error).__name__,
        error,
        exc_info=None if known.retryable else error,
        extra={"action": "request_failed", "request_id": request},
    )


def _plain(part: str) -> str:
    try:
        return str(UUID(part))
    except ValueError:
        return part if len(part) <= 20 else part[:4] + "…"
