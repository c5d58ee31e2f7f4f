"""Query parameters of a request, read by kind and checked. Used by gateway/calls.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC
from typing import Any
from urllib.parse import parse_qsl

import orjson

from engine.errors import FieldProblem
from engine.ids import parse_id
from engine.pagination import decode_cursor
from engine.problems import encodable
from engine.suggestions import unknown_name
from engine.times import parse_time
from engine.user_ids import read_address
from gateway.operations import Query
from gateway.schema import problems_of

_MOST_PROBLEMS = 50


def read_parameters(known: Mapping[str, Query], query_string: bytes) -> dict[str, Any]:
    """Read the query parameters of a request; a name that was not given is not in the answer.

    Args:
        known: the parameters that the route takes, by name.
        query_string: as it came, percent-encoded.

    Raises:
        FieldProblem: names everything that is unknown, given twice, or unreadable.
    """
    values: dict[str, Any] = {}
    errors = []
    for name, value in parse_qsl(query_string.decode("latin-1"), keep_blank_values=True):
        if name not in known:
            errors.append({"field": f"{name:.60}", "reason": unknown_name("parameter", name, known)})
        elif name in values:
            errors.append({"field": name, "reason": "is given twice"})
        else:
            values[name], reason = _read(known[name], value)
            if reason:
                errors.append({"field": name, "reason": reason})
    if errors:
        raise FieldProblem(errors[:_MOST_PROBLEMS])
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
    found = read_address("+" + value[1:] if value.startswith(" ") else value)
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
