"""The gateway's own parts, without a database: schemas, counts, problems, middleware, Prometheus, OpenAPI."""

from __future__ import annotations

import asyncio
import re
from typing import Any
from uuid import UUID

import orjson
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # ships no types
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from engine.errors import FieldProblem, MasteriaError, NotFound, StorageAway, Unauthorized, Unavailable
from engine.settings import Settings
from gateway.counts import Count, Counts
from gateway.middleware import Edge
from gateway.openapi import openapi_document
from gateway.problems import problem_response
from gateway.prometheus import exposition
from gateway.routes.catalog import OPERATIONS
from gateway.schema import (
    COMPONENTS,
    Schema,
    anything,
    boolean,
    choice,
    identifier,
    items,
    moment,
    nullable,
    problems_of,
    record,
    text,
    whole,
)
from tests.asgi import Client

SETTINGS = Settings("test", "", "", "", public_url="https://masteria.example")


@pytest.mark.parametrize(
    ("schema", "value", "fields"),
    [
        (text(3), "abc", []),
        (text(3), "abcd", ["body"]),
        (text(3), "  ", ["body"]),
        (text(3), 1, ["body"]),
        (text(9), "a\0", ["body"]),
        (choice("a", "b"), "c", ["body"]),
        (nullable(choice("a")), None, []),
        (nullable(choice("a")), "b", ["body"]),
        (identifier(), "0199f000-0000-7000-8000-000000000001", []),
        (identifier(), "0199f000000070008000000000000001", ["body"]),
        (moment(), "2026-01-01T00:00:00Z", []),
        (moment(), "soon", ["body"]),
        (whole(1, 9), 10, ["body"]),
        (whole(1, 9), True, ["body"]),
        (whole(1, 9), 1.5, ["body"]),
        (boolean(), 1, ["body"]),
        (items(whole(1, 9), 2), [1, 0], ["[1]"]),
        (items(whole(1, 9), 2), [1, 1, 1], ["body"]),
        (record({"a": text(1), "b": whole(1, 2)}, required=("a",)), {"b": 3, "c": 1}, ["a", "b", "c"]),
        (record({"a": record({"b": text(1)})}), {"a": {"b": "xx"}}, ["a.b"]),
        (anything(additionalProperties=text(1)), {"a": "xx"}, ["a"]),
        (anything(), [], ["body"]),
    ],
)
def test_schemas_name_every_wrong_field(schema: Schema, value: object, fields: list[str]) -> None:
    assert [problem["field"] for problem in problems_of(schema, value)] == fields
    # What we say is what the schema's own words say to any other reader of it.
    agrees = Draft202012Validator(schema).is_valid(value)
    if "format" not in schema and value not in ("  ", "a\0"):
        assert agrees == (not fields)


def test_an_unknown_field_is_told_its_nearest_neighbour() -> None:
    problems = problems_of(record({"session_id": identifier()}), {"sesion_id": "x"})
    assert "did you mean 'session_id'" in problems[0]["reason"]


class _Clock:
    now_ms = 0

    def __call__(self) -> int:
        return self.now_ms


class _Rows:
    """A list of so many rows, and how often and how deep it was counted."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.asked: list[int] = []

    async def __call__(self, most: int) -> tuple[int, bool]:
        self.asked.append(most)
        return min(self.number, most), self.number > most


async def test_few_rows_are_counted_exactly_each_time() -> None:
    counts, rows = Counts(_Clock()), _Rows(3)
    assert await counts.of("list", rows) == Count(3, False)
    rows.number = 4
    assert await counts.of("list", rows) == Count(4, False)


async def test_many_rows_are_counted_once_and_then_behind_the_requests_back() -> None:
    clock, rows = _Clock(), _Rows(9_000)
    counts = Counts(clock)
    assert await counts.of("list", rows) == Count(9_000, False)
    asked = len(rows.asked)
    rows.number = 20_000
    assert await counts.of("list", rows) == Count(9_000, False)
    assert len(rows.asked) == asked
    clock.now_ms = 6_000
    assert await counts.of("list", rows) == Count(9_000, False)
    while len(rows.asked) == asked:
        await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert await counts.of("list", rows) == Count(10_000, True)
    assert len(rows.asked) == asked + 1


async def test_what_takes_long_to_count_is_counted_less_often() -> None:
    clock, rows = _Clock(), _Rows(9_000)
    counts = Counts(clock)

    async def slowly(most: int) -> tuple[int, bool]:
        clock.now_ms += 20
        return await rows(most)

    await counts.of("list", slowly)
    asked, begun_ms = len(rows.asked), clock.now_ms
    for later_ms, times in ((6_000, 0), (20_000, 0), (20_001, 1)):
        clock.now_ms = begun_ms + later_ms
        await counts.of("list", slowly)
        for _ in range(3):
            await asyncio.sleep(0)
        assert len(rows.asked) == asked + times


async def test_a_list_that_became_short_is_counted_exactly_again() -> None:
    clock, rows = _Clock(), _Rows(9_000)
    counts = Counts(clock)
    await counts.of("list", rows)
    rows.number, clock.now_ms = 2, 6_000
    await counts.of("list", rows)
    for _ in range(3):
        await asyncio.sleep(0)
    assert await counts.of("list", rows) == Count(2, False)


async def test_a_count_that_fails_in_the_background_leaves_the_last_one() -> None:
    clock = _Clock()
    counts = Counts(clock)
    await counts.of("list", _Rows(9_000))
    clock.now_ms = 6_000

    async def away(most: int) -> tuple[int, bool]:
        raise StorageAway

    assert await counts.of("list", away) == Count(9_000, False)
    for _ in range(3):
        await asyncio.sleep(0)
    assert await counts.of("list", _Rows(1)) == Count(9_000, False)


def _scope() -> dict[str, Any]:
    return {"type": "http", "method": "GET", "path": "/api/v1/webhooks/incoming/x/whk_secretsecretsecretsecret"}


def test_a_failure_inside_tells_the_request_id_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    for error in (ValueError("password=hunter2"), MasteriaError("hunter2"), StorageAway("host=hunter2")):
        response = problem_response(error, _scope())
        assert b"hunter2" not in bytes(response.body)
        body = orjson.loads(response.body)
        assert UUID(body["request_id"])
        assert body["status"] == response.status_code >= 500
        assert body["request_id"] in [record.__dict__["request_id"] for record in caplog.records]
    assert "whk_secretsecret" not in caplog.text
    assert problem_response(Unavailable(), _scope()).headers["retry-after"] == "1"


def test_a_clients_mistake_is_explained() -> None:
    response = problem_response(FieldProblem([{"field": "a", "reason": "is needed"}]), _scope())
    assert response.headers["content-type"] == "application/problem+json"
    body = orjson.loads(response.body)
    assert {"type", "title", "status", "detail", "request_id", "errors"} == set(body)
    assert (body["status"], body["title"], body["errors"]) == (
        422,
        "Invalid fields",
        [{"field": "a", "reason": "is needed"}],
    )
    assert problem_response(Unauthorized(), _scope()).headers["www-authenticate"] == "Bearer"
    assert problem_response(NotFound(), _scope()).status_code == 404


async def _who(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(f"{scope['client'][0]} {scope['scheme']}")(scope, receive, send)


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "expected"),
    [
        ((), "10.0.0.1", "1.2.3.4", "10.0.0.1 http"),
        (("10.0.0.0/8",), "10.0.0.1", "1.2.3.4", "1.2.3.4 https"),
        (("10.0.0.0/8",), "9.9.9.9", "1.2.3.4", "9.9.9.9 http"),
        (("10.0.0.0/8",), "10.0.0.1", "6.6.6.6, 1.2.3.4", "1.2.3.4 https"),
        (("10.0.0.0/8",), "10.0.0.1", "1.2.3.4, 10.0.0.2", "1.2.3.4 https"),
        (("10.0.0.1",), "10.0.0.1", "<script>", "10.0.0.1 https"),
        (("::1",), "::1", "2001:db8::1", "2001:db8::1 https"),
    ],
)
async def test_only_trusted_proxies_are_believed(
    trusted: tuple[str, ...], peer: str, forwarded: str, expected: str
) -> None:
    headers = {"x-forwarded-for": forwarded, "x-forwarded-proto": "https"}
    answer = await Client(Edge(_who, trusted)).call("GET", "/", headers=headers, peer=peer)
    assert answer.body.decode() == expected


async def test_every_answer_has_a_request_id_and_security_headers() -> None:
    answer = await Client(Edge(_who)).get("/")
    assert UUID(answer.headers["x-request-id"])
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"


async def test_the_last_catch_turns_an_unforeseen_error_into_a_problem(caplog: pytest.LogCaptureFixture) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError("inside")

    answer = await Client(Edge(broken)).get("/")
    assert answer.status == 500
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    assert b"inside" not in answer.body
    assert "KeyError" in caplog.text


def test_numbers_become_prometheus_text() -> None:
    numbers = {
        "families": [
            {
                "name": "a_events",
                "type": "counter",
                "help": "Events.",
                "samples": [
                    {"labels": {"state": "processed"}, "value": 3},
                    {"labels": {"state": "failed"}, "value": 1},
                ],
            },
            {"name": "a_depth", "type": "gauge", "help": "Depth.", "samples": [{"value": 2.5}]},
            {
                "name": "a_latency_ms",
                "type": "histogram",
                "help": "Latency.",
                "samples": [{"buckets": [[10, 1], [None, 2]], "sum": 30}],
            },
        ]
    }
    lines = exposition(numbers).decode().splitlines()
    assert 'a_events_total{state="processed"} 3.0' in lines
    assert "a_depth 2.5" in lines
    assert 'a_latency_ms_bucket{le="+Inf"} 2.0' in lines
    assert "a_latency_ms_count 2.0" in lines
    assert "# TYPE a_events_total counter" in lines


DOCUMENT: dict[str, Any] = orjson.loads(orjson.dumps(openapi_document(OPERATIONS, SETTINGS)))


def _references(node: object) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [found for value in node.values() for found in _references(value)]
    if isinstance(node, list):
        return [found for value in node for found in _references(value)]
    return []


def test_every_reference_leads_somewhere_and_every_schema_is_one() -> None:
    for reference in set(_references(DOCUMENT)):
        node: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    for schema in COMPONENTS.values():
        Draft202012Validator.check_schema(schema)
    used = {reference.rsplit("/", 1)[-1] for reference in _references(DOCUMENT)}
    assert set(COMPONENTS) <= used


# The part of the OpenAPI 3.1 meta-schema that tells whether a tool can read the document.
_PARAMETER = {
    "anyOf": [
        {"required": ["$ref"]},
        {
            "required": ["name", "in", "required", "schema"],
            "properties": {"in": {"enum": ["path", "query", "header"]}, "schema": {"type": "object"}},
        },
    ]
}
_CONTENT = {"type": "object", "propertyNames": {"pattern": "^[a-z*]+/[a-z0-9.+*-]+$"}}
_RESPONSE = {
    "anyOf": [
        {"required": ["$ref"]},
        {
            "required": ["description"],
            "properties": {"description": {"type": "string", "minLength": 2}, "content": _CONTENT},
            "additionalProperties": False,
        },
    ]
}
_OPERATION = {
    "type": "object",
    "required": ["operationId", "tags", "summary", "description", "parameters", "responses"],
    "additionalProperties": False,
    "properties": {
        "operationId": {"type": "string", "pattern": "^[a-z][A-Za-z]+$"},
        "tags": {"type": "array", "minItems": 1},
        "summary": {"type": "string", "minLength": 5},
        "description": {"type": "string", "minLength": 5},
        "parameters": {"type": "array", "items": _PARAMETER},
        "requestBody": {"required": ["content"], "properties": {"content": _CONTENT}},
        "responses": {
            "type": "object",
            "minProperties": 1,
            "propertyNames": {"pattern": "^[1-5][0-9][0-9]$"},
            "additionalProperties": _RESPONSE,
        },
        "security": {"type": "array"},
    },
}
_META = {
    "type": "object",
    "required": ["openapi", "info", "paths", "components"],
    "additionalProperties": False,
    "properties": {
        "openapi": {"const": "3.1.0"},
        "info": {"required": ["title", "version"]},
        "servers": {"type": "array", "items": {"required": ["url"]}},
        "security": {"type": "array"},
        "tags": {"type": "array", "items": {"required": ["name"]}},
        "components": {"type": "object"},
        "paths": {
            "type": "object",
            "propertyNames": {"pattern": "^/"},
            "additionalProperties": {
                "type": "object",
                "propertyNames": {"enum": ["get", "post", "put", "patch", "delete"]},
                "additionalProperties": _OPERATION,
            },
        },
    },
}


def test_the_document_is_openapi() -> None:
    errors = [f"{list(error.path)}: {error.message}" for error in Draft202012Validator(_META).iter_errors(DOCUMENT)]
    assert errors == []
    names = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
    for path, methods in DOCUMENT["paths"].items():
        for operation in methods.values():
            given = {parameter["name"] for parameter in operation["parameters"] if parameter.get("in") == "path"}
            assert given == set(re.findall(r"{(\w+)}", path)), path


def test_examples_are_what_their_schemas_say() -> None:
    shown = 0
    for name, schema in COMPONENTS.items():
        for example in schema.get("examples", ()):
            validator = Draft202012Validator({**schema, "components": DOCUMENT["components"]})
            assert [error.message for error in validator.iter_errors(example)] == [], name
            shown += 1
    assert shown >= 10


def test_examples_of_bodies_pass_their_own_checks() -> None:
    for operation in OPERATIONS:
        if operation.body is not None:
            assert operation.body_example is not None, operation.name
            assert problems_of(operation.body, operation.body_example) == [], operation.name
