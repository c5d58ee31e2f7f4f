"""Bulk actions, always the same: shown first with counts, then run on exactly what was shown, as a job.

A route gives a :class:`BulkAction`; :func:`answer_bulk` does the rest. The body is ``{"filter" or "ids", "preview":
true}`` for the preview and ``{"preview_id"}`` for the run; an action's options belong to the preview.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.errors import Conflict, FieldProblem, NotFound
from engine.jobs import job_view
from engine.times import rfc3339
from gateway.calls import Call, json_response
from gateway.operations import Answer
from gateway.problems import PROBLEM_TYPE
from gateway.reasons import in_words
from gateway.schema import Schema, boolean, identifier, items, record, ref
from storage.bulk import get_preview, insert_preview, lock_preview, use_preview
from storage.jobs import get_job, insert_job
from storage.pool import Connection
from storage.searching import Row

MOST_IDS = 1_000
_LIVES = timedelta(hours=1)
_COUNTING_S, _LOOK_S = 3.0, 0.05  # most previews are counted by then; the others tell their job

Counts = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkAction:
    """One bulk action.

    Attributes:
        name: of the action, which its preview keeps: another action's preview is no preview of this one.
        job_kind: the kind of the job that runs it. Its ``params`` are the frozen request: ``filter`` or ``ids``, the
            options, ``as_of``, ``preview_id``, and ``most``, what it may do at most.
        count: counts for a preview: ``{"would", "skip": {reason: n}}``; None where a job has to.
        counting_kind: the kind of the job that counts, with the same ``params``; it writes its counts with
            ``storage.bulk.set_counts``.
        recheck: called for the run; raises ``Conflict`` if it would now do more than was shown.
    """

    name: str
    job_kind: str
    count: Callable[[Call, Mapping[str, Any], Any], Awaitable[Counts]] | None = None
    counting_kind: str | None = None
    recheck: Callable[[Call, Row], Awaitable[None]] | None = None


def bulk_schema(filter_schema: Schema, options: Mapping[str, Schema] | None = None) -> Schema:
    """Return the schema of a bulk action's body."""
    return record(
        {
            "filter": filter_schema,
            "ids": items(identifier(), MOST_IDS, minItems=1),
            "preview": boolean(description="true: count and tell; nothing is changed."),
            "preview_id": identifier(description="Run what this preview showed."),
            **(options or {}),
        }
    )


def bulk_answers(what: str) -> dict[int, Answer]:
    """Return the answers of a bulk route."""
    return {
        200: Answer(f"{what}: what it would do; `counts` is null while `job` is still counting.", ref("BulkPreview")),
        202: Answer("The run's job.", ref("Job")),
        409: Answer(
            "The preview has expired, was used, is still being counted, or the run would now do more than it showed.",
            ref("Problem"),
            PROBLEM_TYPE,
        ),
    }


async def answer_bulk(call: Call, action: BulkAction) -> Response:
    """Answer a bulk route: the preview, or the job of its run.

    Raises:
        FieldProblem: the body asks for neither, or for both.
        NotFound: there is no such preview of this company and action.
        Conflict: the preview cannot be used (any more).
    """
    body = call.body
    wants_preview = bool(body.get("preview"))
    if wants_preview == ("preview_id" in body):
        raise FieldProblem([{"field": "preview", "reason": "must be true, or preview_id given, and not both"}])
    if not wants_preview:
        extra = sorted(body.keys() - {"preview_id", "preview"})
        if extra:
            reason = "belongs to the preview; the run acts on what that showed"
            raise FieldProblem([{"field": name, "reason": reason} for name in extra])
        return await _run(call, action, UUID(body["preview_id"]))
    if ("ids" in body) == ("filter" in body):
        raise FieldProblem([{"field": "filter", "reason": "is needed, or ids, and not both"}])
    return await _preview(call, action)


async def _preview(call: Call, action: BulkAction) -> Response:
    now = call.now()
    preview_id = call.services.ids.make_uuid(call.services.clock())
    request = {name: value for name, value in call.body.items() if name != "preview"}
    counts = None if action.count is None else await action.count(call, request, now)
    async with call.services.pool.acquire() as connection, connection.transaction():
        await insert_preview(
            connection, preview_id, call.company_id, action.name, request, counts, now, now + _LIVES, call.actor
        )
        if counts is None:
            await _count_later(call, connection, action, preview_id, request, now)
    answer = await shown(call, preview_id)
    deadline = time.monotonic() + _COUNTING_S
    while answer["counts"] is None and _goes_on(answer["job"]) and time.monotonic() < deadline:
        await asyncio.sleep(_LOOK_S)
        answer = await shown(call, preview_id)
    return json_response(answer)


def _goes_on(job: dict[str, Any] | None) -> bool:
    return job is not None and job["state"] == "running" and job["error"] is None


async def _count_later(
    call: Call, connection: Connection, action: BulkAction, preview_id: UUID, request: Mapping[str, Any], now: Any
) -> None:
    job_id = call.services.ids.make_uuid(call.services.clock())
    params = {**request, "as_of": rfc3339(now), "preview_id": preview_id}
    await insert_job(connection, call.company_id, action.counting_kind or "", params, job_id, created_by=call.actor)
    await use_preview(connection, call.company_id, preview_id, job_id)


async def shown(call: Call, preview_id: UUID) -> dict[str, Any]:
    """Return a preview as clients see it.

    Raises:
        NotFound: there is none.
    """
    row = await get_preview(call.services.pool, call.company_id, preview_id)
    if row is None:
        raise NotFound
    job = None if row["job_id"] is None else await get_job(call.services.pool, call.company_id, row["job_id"])
    return {
        "preview_id": row["id"],
        "action": row["action"],
        "counts": row["counts"],
        "skip_text": {reason: in_words(reason) for reason in (row["counts"] or {}).get("skip", {})},
        "as_of": rfc3339(row["as_of"]),
        "expires_at": rfc3339(row["expires_at"]),
        "job": None if job is None else job_view(job, call.now()),
    }


async def _run(call: Call, action: BulkAction, preview_id: UUID) -> Response:
    row = await get_preview(call.services.pool, call.company_id, preview_id)
    if row is None or row["action"] != action.name:
        raise NotFound
    if action.recheck is not None and row["counts"] is not None:
        await action.recheck(call, row)
    job_id = call.services.ids.make_uuid(call.services.clock())
    async with call.services.pool.acquire() as connection, connection.transaction():
        locked = await lock_preview(connection, call.company_id, preview_id)
        if locked is None:
            raise NotFound
        await _check_usable(call, action, connection, locked)
        counts = locked["counts"]
        params = {
            **locked["request"],
            "as_of": rfc3339(locked["as_of"]),
            "preview_id": preview_id,
            "most": counts["would"],
        }
        total = counts["would"] + sum(counts["skip"].values())
        await insert_job(
            connection, call.company_id, action.job_kind, params, job_id, total=total, created_by=call.actor
        )
        await use_preview(connection, call.company_id, preview_id, job_id)
    job = await get_job(call.services.pool, call.company_id, job_id)
    if job is None:
        raise NotFound
    return json_response(job_view(job, call.now()), 202, {"location": f"/api/v1/jobs/{job_id}"})


async def _check_usable(call: Call, action: BulkAction, connection: Connection, row: Row) -> None:
    if row["counts"] is None:
        raise Conflict("the preview is still being counted; its job tells when it is done")
    if row["expires_at"] <= call.now():
        raise Conflict("the preview has expired: make a new one")
    job = None if row["job_id"] is None else await get_job(connection, call.company_id, row["job_id"])
    if job is not None and job["kind"] == action.job_kind:
        raise Conflict(f"the preview was used already, for job {job['id']}")
