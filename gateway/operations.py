"""What a route is: method, path, handler, and everything that checks and documents it. One value per route."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from starlette.responses import Response

from engine.pagination import DEFAULT_LIMIT, MAX_LIMIT
from gateway.auth import Role
from gateway.schema import Schema, boolean, choice, identifier, moment, ref, text, whole

if TYPE_CHECKING:
    from gateway.calls import Call

API = "/api/v1"
Handler = Callable[["Call"], Coroutine[Any, Any, Response]]
# open: nobody has to say who they are; installation: an installation key; company: somebody for one company; known:
# somebody, for a company or not; person: somebody who signed in (a session cookie, no key).
Access = Literal["open", "installation", "company", "known", "person"]
Kind = Literal["text", "id", "time", "whole", "boolean", "json", "phone", "cursor"]


@dataclass(frozen=True, slots=True)
class Query:
    """One query parameter; ``kind`` says how its text is read."""

    name: str
    kind: Kind
    description: str
    schema: Schema


@dataclass(frozen=True, slots=True)
class Answer:
    """What one status of a route means; ``schema=None`` for an answer without JSON."""

    description: str
    schema: Schema | None = None
    media_type: str = "application/json"
    example: object = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One route.

    Attributes:
        name: unique; becomes ``operationId``.
        path: below ``/api/v1``, or from the root if ``rooted``.
        role: the least a key must be.
        body: the JSON Schema of the body; None where there is none.
        body_optional: the body may be left out.
        headers: request headers that matter, with their descriptions.
        uploads: media types of a body that the handler reads itself, piece by piece; ``body`` is None then.
        limit_s: how long it may take, where that is longer than usual.
    """

    name: str
    method: str
    path: str
    handler: Handler
    summary: str
    tag: str
    answers: Mapping[int, Answer]
    description: str = ""
    access: Access = "company"
    role: Role = "viewer"
    query: tuple[Query, ...] = ()
    body: Schema | None = None
    body_optional: bool = False
    body_example: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    rooted: bool = False
    uploads: tuple[str, ...] = ()
    limit_s: float | None = None

    @property
    def full_path(self) -> str:
        return self.path if self.rooted else API + self.path


PAGING = (
    Query("limit", "whole", "How many entries a page has.", whole(1, MAX_LIMIT, default=DEFAULT_LIMIT)),
    Query("cursor", "cursor", "`next_cursor` of the page before.", text(64)),
)
TIME_RANGE = (
    Query("from", "time", "The earliest time (inclusive).", moment()),
    Query("to", "time", "The end of the range (exclusive).", moment()),
)


def text_query(name: str, description: str) -> Query:
    """Return a parameter that is taken as it is."""
    return Query(name, "text", description, text(500))


def id_query(name: str, description: str) -> Query:
    """Return a parameter that is an id."""
    return Query(name, "id", description, identifier())


def choice_query(name: str, description: str, *values: str) -> Query:
    """Return a parameter that is one of several words."""
    return Query(name, "text", description, choice(*values))


def flag_query(name: str, description: str) -> Query:
    """Return a parameter that is true or false."""
    return Query(name, "boolean", description, boolean())


def ok(component: str, description: str = "Done.", status: int = 200) -> dict[int, Answer]:
    """Return the answers of a route that gives one thing."""
    return {status: Answer(description, ref(component))}


def page_of(component: str) -> dict[int, Answer]:
    """Return the answers of a list."""
    schema: Schema = {
        "type": "object",
        "properties": {
            "data": {"type": "array", "items": ref(component)},
            "next_cursor": {"type": ["string", "null"], "description": "Where the next page begins; null: nowhere."},
            "count": {"type": "integer", "description": "Up to 10,000; above 500 it may be some minutes old."},
            "count_capped": {"type": "boolean", "description": "There are, or may be, more than `count`."},
        },
        "required": ["data", "next_cursor", "count", "count_capped"],
        "additionalProperties": False,
    }
    return {200: Answer("A page, newest first. It may be short and still have a next one.", schema)}


def nothing(description: str = "Done.") -> dict[int, Answer]:
    """Return the answers of a route that says nothing on success."""
    return {204: Answer(description)}
