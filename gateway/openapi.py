"""The OpenAPI 3.1 document, made of the operations themselves and of the two doors, which have no operation."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import gateway.components  # noqa: F401 -- fills COMPONENTS
from engine.settings import Settings
from gateway.cookies import CookieRules
from gateway.operations import API, Answer, Operation
from gateway.problems import PROBLEM_TYPE
from gateway.schema import COMPONENTS, Schema, identifier, ref, text

_PROBLEMS = {
    400: "The request cannot be read.",
    401: "No API key, or none in force.",
    403: "This key may not do that.",
    404: "There is nothing here, or nothing of this company.",
    409: "The request contradicts the present state.",
    413: "The body is too large.",
    422: "Fields are wrong; `errors` names all of them.",
    429: "Too many requests; wait as long as Retry-After says.",
    500: "Our fault; name the request id when asking about it.",
    503: "A part of the system is away; wait as long as Retry-After says and send the same again.",
}
_OF_A_COMPANY = ("company", "known")  # take X-Company-Id, and know nothing of another company
_DESCRIPTION = """\
Webhooks in, WhatsApp messages out, every number a consequence of a committed row.

* `Authorization: Bearer mia_…` (a company's key) or `mii_…` (the installation's, with `X-Company-Id`), or the cookie of
  `POST /auth/sign-in`: then every change carries `X-CSRF-Token` (told by sign-in and by `GET /me`), and who belongs to
  several companies names one with `X-Company-Id`.
* Lists: `{"data", "next_cursor", "count", "count_capped"}`, newest first, `limit` up to 500.
* Times are RFC 3339 in UTC with milliseconds, phones E.164, money text with two decimals, ids UUIDs.
* Errors are `application/problem+json`; all problems of a request are told at once.
"""


def openapi_document(operations: Iterable[Operation], settings: Settings) -> dict[str, Any]:
    """Return the document that ``/openapi.json`` gives."""
    paths: dict[str, dict[str, Any]] = {}
    tags: dict[str, None] = {}
    for operation in operations:
        tags[operation.tag] = None
        paths.setdefault(operation.full_path, {})[operation.method.lower()] = _operation(operation)
    paths |= _doors(settings)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Master IA", "version": "1", "description": _DESCRIPTION},
        "servers": [{"url": settings.public_url}],
        "security": [{"apiKey": []}, {"session": []}],
        "tags": [{"name": name} for name in ("Doors", *tags)],
        "paths": paths,
        "components": {
            "schemas": COMPONENTS,
            "securitySchemes": {
                "apiKey": {"type": "http", "scheme": "bearer", "bearerFormat": "mia_…"},
                "session": {"type": "apiKey", "in": "cookie", "name": CookieRules.of(settings).name},
            },
            "responses": {f"Problem{status}": _problem(words) for status, words in _PROBLEMS.items()},
            "parameters": {
                "CompanyId": {
                    "name": "X-Company-Id",
                    "in": "header",
                    "required": False,
                    "description": "The company that an installation key, or a person of several, acts for.",
                    "schema": identifier(),
                }
            },
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": operation.summary,
        "description": _description(operation),
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if operation.access == "open":
        described["security"] = []
    elif operation.access == "person":
        described["security"] = [{"session": []}]
    elif operation.access == "installation":
        described["security"] = [{"apiKey": []}]
    if operation.body is not None:
        content: dict[str, Any] = {"schema": operation.body}
        if operation.body_example is not None:
            content["example"] = operation.body_example
        described["requestBody"] = {
            "required": not operation.body_optional,
            "content": {"application/json": content},
        }
    elif operation.uploads:
        described["requestBody"] = {"required": True, "content": {one: _upload(one) for one in operation.uploads}}
    return described


def _upload(media_type: str) -> dict[str, Any]:
    """Describe a body that is a file, or a form that holds one."""
    if media_type != "multipart/form-data":
        return {}
    file: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}
    texts: Schema = {name: {"type": "string"} for name in ("type", "filename")}
    return {"schema": {"type": "object", "properties": {"file": file, **texts}, "required": ["file"]}}


def _description(operation: Operation) -> str:
    if operation.access == "open":
        needed = "No key is needed."
    elif operation.access == "installation":
        needed = "Takes an installation key."
    elif operation.access == "known":
        needed = "Takes any key or session."
    elif operation.access == "person":
        needed = "Takes a person's session."
    else:
        needed = f"Takes the role {operation.role}."
    return f"{operation.description} {needed}".strip()


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    names = re.findall(r"{(\w+)}", operation.path)
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": identifier()} for name in names
    ]
    found += [
        {
            "name": query.name,
            "in": "query",
            "required": False,
            "description": query.description,
            "schema": query.schema,
        }
        for query in operation.query
    ]
    found += [
        {"name": name, "in": "header", "required": False, "description": words, "schema": text(200)}
        for name, words in operation.headers.items()
    ]
    if operation.access in _OF_A_COMPANY:
        found.append({"$ref": "#/components/parameters/CompanyId"})
    return found


def _responses(operation: Operation) -> dict[str, Any]:
    answers = {str(status): _answer(answer) for status, answer in operation.answers.items()}
    statuses = [500, 503]
    if operation.access != "open":
        statuses += [401, 403]
    if "{" in operation.path or operation.access in _OF_A_COMPANY:
        statuses.append(404)
    if operation.body is not None or operation.uploads:
        statuses += [400, 413]
    statuses.append(422)
    for status in sorted(statuses):
        answers.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
    return answers


def _answer(answer: Answer) -> dict[str, Any]:
    described: dict[str, Any] = {"description": answer.description}
    if answer.schema is not None:
        content: dict[str, Any] = {"schema": answer.schema}
        if answer.example is not None:
            content["example"] = answer.example
        described["content"] = {answer.media_type: content}
    elif answer.media_type != "application/json":
        described["content"] = {answer.media_type: {}}
    return described


def _problem(words: str) -> dict[str, Any]:
    return {"description": words, "content": {PROBLEM_TYPE: {"schema": ref("Problem")}}}


def _doors(settings: Settings) -> dict[str, dict[str, Any]]:
    """Describe the two doors (gateway/door.py, gateway/meta_door.py), which stand before the router."""
    bare = API + "/webhooks/incoming/{company_id}"
    return {
        bare: _incoming(settings, token=False),
        bare + "/{token}": _incoming(settings, token=True),
        API + "/webhooks/meta/{app_id}": _meta(),
    }


def _incoming(settings: Settings, *, token: bool) -> dict[str, Any]:
    parameters = [_in_path("company_id", identifier())]
    if token:
        parameters.append(_in_path("token", text(200)))
    else:
        parameters.append(
            {
                "name": "x-webhook-source",
                "in": "header",
                "required": True,
                "description": "Chooses the company's webhook of this source.",
                "schema": text(100),
            }
        )
    suffix = "ByToken" if token else "BySource"
    accepted: Schema = {"anyOf": [ref("Accepted"), ref("AcceptedMany")]}
    return {
        "post": {
            "operationId": "deliver" + suffix,
            "tags": ["Doors"],
            "summary": "Deliver an event",
            "description": (
                f"Any body of up to {settings.max_body_bytes} bytes: JSON, a form, or an array of up to 1,000 events. "
                "202 means that it is stored for good. Send the same again after 429, 503 or no answer at all: an "
                "event id has one effect. Signatures go into the headers that the webhook's scheme names."
            ),
            "security": [],
            "parameters": parameters,
            "requestBody": {"required": True, "content": {"application/json": {}, "*/*": {}}},
            "responses": {
                "202": _answer(Answer("Stored; at least one event is new.", accepted)),
                "200": _answer(Answer("Known: the first event's id.", accepted)),
                **{
                    str(status): {"$ref": f"#/components/responses/Problem{status}"}
                    for status in (400, 401, 404, 413, 429, 503)
                },
            },
        },
        "get": {
            "operationId": "askDoor" + suffix,
            "tags": ["Doors"],
            "summary": "Is this address right?",
            "description": "No key is needed.",
            "security": [],
            "parameters": parameters,
            "responses": {
                "200": _answer(Answer("It is.", {"type": "object"})),
                "404": {"$ref": "#/components/responses/Problem404"},
            },
        },
    }


def _meta() -> dict[str, Any]:
    path = _in_path("app_id", text(32))
    problems = {
        str(status): {"$ref": f"#/components/responses/Problem{status}"} for status in (401, 403, 404, 413, 503)
    }
    return {
        "get": {
            "operationId": "handshakeWithMeta",
            "tags": ["Doors"],
            "summary": "Meta's handshake",
            "description": "No key is needed.",
            "security": [],
            "parameters": [
                path,
                *(
                    {"name": name, "in": "query", "required": True, "schema": {"type": "string"}}
                    for name in ("hub.mode", "hub.verify_token", "hub.challenge")
                ),
            ],
            "responses": {"200": _answer(Answer("The challenge.", None, "text/plain")), **problems},
        },
        "post": {
            "operationId": "deliverFromMeta",
            "tags": ["Doors"],
            "summary": "Statuses and inbound messages from Meta",
            "description": "Signed with the app's secret (`X-Hub-Signature-256`); 200 comes after the commit.",
            "security": [],
            "parameters": [path],
            "requestBody": {"required": True, "content": {"application/json": {}}},
            "responses": {"200": {"description": "Stored."}, **problems},
        },
    }


def _in_path(name: str, schema: Schema) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}
