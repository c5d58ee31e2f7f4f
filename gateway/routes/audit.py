"""Routes of the audit log: who did what, when, from where, and what differed."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.responses import Response

from engine.pagination import Columns
from engine.times import rfc3339
from gateway.audit import is_audited, kind_of
from gateway.calls import Call, json_response
from gateway.operation_words import OPERATION_WORDS
from gateway.operations import PAGING, TIME_RANGE, Operation, id_query, ok, page_of, text_query
from gateway.routes.lists import large_page, small_page
from storage.audit import (
    AuditFilter,
    count_audit,
    count_installation_audit,
    list_audit,
    list_installation_audit,
)

# What is told though no route that signs somebody in does it.
_ELSEWHERE = {
    "signIn": ("Sign in", "user"),
    "acceptInvitation": ("Accept an invitation", "user"),
    "resetPassword": ("Take a one-time link to another password", "user"),
    "createUser": ("Make a person, on the command line", "user"),
    "setPassword": ("Give a person another password, on the command line", "user"),
    "issueResetLink": ("Print a one-time link to another password, on the command line", "user"),
}


async def _list(call: Call) -> Response:
    query = call.query
    wanted = AuditFilter(
        query.get("actor_id"), query.get("operation"), query.get("object_kind"), query.get("object_id")
    )
    return await large_page(call, wanted, list_audit, count_audit, _view)


async def _list_installation(call: Call) -> Response:
    pool = call.services.pool
    return await small_page(
        call,
        lambda before, limit: list_installation_audit(pool, before, limit),
        lambda: count_installation_audit(pool),
        _view,
    )


async def _operations(_: Call) -> Response:
    from gateway.routes.catalog import OPERATIONS as all_operations  # the catalogue is made of this module too

    told = {
        **{one.name: (one.summary, kind_of(one)) for one in all_operations if is_audited(one)},
        **_ELSEWHERE,
    }
    data = [
        {"operation": name, "label": _label(name), "summary": words, "object_kind": kind}
        for name, (words, kind) in sorted(told.items())
    ]
    return json_response({"data": data})


def _label(name: str) -> dict[str, str] | None:
    words = OPERATION_WORDS.get(name)
    return None if words is None else words._asdict()


def _view(row: Columns) -> dict[str, Any]:
    return {
        "id": row["id"],
        "at": rfc3339(row["created_at"]),
        "actor": {"kind": row["actor_kind"], "id": row["actor_id"], "name": row["actor_name"]},
        "operation": row["operation"],
        "object": {"kind": row["object_kind"], "id": row["object_id"], "name": row["object_name"]},
        "changes": [_change(name, values) for name, values in orjson.loads(row["changes"]).items()],
        "outcome": "done" if row["done"] else "unknown",
        "address": row["address"],
        "request_id": row["request_id"],
    }


def _change(field: str, values: list[Any] | None) -> dict[str, Any]:
    before, after = values or (None, None)
    return {"field": field, "before": before, "after": after, "hidden": values is None}


_TAG = "Audit"

OPERATIONS = (
    Operation(
        name="listAudit",
        method="GET",
        path="/audit",
        handler=_list,
        summary="Who changed what, newest first",
        description=(
            "Every change over the API and every change of access on the command line, with what differed; also who "
            "took people's data out (exports, personal data, raw bytes, revealed values). Of secrets and of people's "
            "values only that they changed is told (`hidden`). An entry is written before its change is made: "
            "`unknown` means that the gateway or Postgres went in the middle of it. Kept for 730 days."
        ),
        tag=_TAG,
        role="owner",
        answers=page_of("AuditEntry"),
        query=(
            id_query("actor_id", "Of one person or API key."),
            text_query("operation", "One `operationId`; see `GET /audit/operations`."),
            text_query("object_kind", "One kind of thing, such as `rule`."),
            text_query("object_id", "One thing."),
            *TIME_RANGE,
            *PAGING,
        ),
    ),
    Operation(
        name="listAuditOperations",
        method="GET",
        path="/audit/operations",
        handler=_operations,
        summary="What the audit log tells of",
        tag=_TAG,
        role="owner",
        answers=ok("AuditOperations", "Names and what they do."),
    ),
    Operation(
        name="listInstallationAudit",
        method="GET",
        path="/installation/audit",
        handler=_list_installation,
        summary="What was done to the installation itself, newest first",
        tag=_TAG,
        access="installation",
        answers=page_of("AuditEntry"),
        query=PAGING,
    ),
)
