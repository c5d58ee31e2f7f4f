"""Routes of history syncs: past events fetched from a source's own API, on demand and every six hours."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from engine.credentials import seal_sync_token
from engine.errors import Conflict, FieldProblem, NotFound
from engine.ids import id_time
from engine.jobs import UNFINISHED, job_view, shown_state
from engine.schedules import next_run
from engine.times import parse_time, rfc3339
from gateway.calls import Call, json_response
from gateway.operations import PAGING, Answer, Operation, id_query, nothing, ok, page_of
from gateway.problems import PROBLEM_TYPE
from gateway.reasons import in_words
from gateway.routes.lists import small_page
from gateway.schema import ref
from gateway.views import time_text
from storage.history_syncs import (
    KIND,
    count_runs,
    count_syncs,
    delete_sync,
    get_sync,
    insert_sync,
    list_runs,
    list_syncs,
    update_sync,
)
from storage.jobs import get_job
from storage.message_rows import NEVER
from storage.pool import Connection
from storage.schedules import drop_schedule, find_schedule, put_schedule, run_now, set_active
from storage.searching import Row
from storage.webhooks import get_webhook

EVERY_S = 6 * 3_600
_JITTER_S = 1_800
_DEFAULT_SINCE = timedelta(days=30)


def _view(row: Row) -> dict[str, Any]:
    names = ("id", "webhook_id", "source", "setting_id", "active", "automations", "imported", "duplicates", "failed")
    resting = not row["planned"] or row["next_run_at"] == NEVER
    error = None
    if row["last_error"] is not None:
        reason = row["last_error"]
        error = {"reason": reason, "reason_text": in_words(reason), "at": time_text(row["last_error_at"])}
    return {
        **{name: row[name] for name in names},
        "since": rfc3339(row["since"]),
        "reached_at": time_text(row["reached_at"]),
        "last_error": error,
        "schedule_id": row["schedule_id"],
        "every_s": row["every_s"],
        "next_run_at": None if resting else time_text(row["next_run_at"]),
        "last_run_at": time_text(row["last_run_at"]),
        "last_state": None if row["last_state"] is None else shown_state(row["last_state"]),
        "last_job_id": row["last_job_id"],
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


def _run_view(row: Row) -> dict[str, Any]:
    names = ("job_id", "pages", "imported", "duplicates", "failed", "waits")
    unfinished = row["state"] in UNFINISHED
    error = None
    if row["error"] is not None:
        error = {"reason": row["error"], "reason_text": in_words(row["error"]), "status": row["error_status"]}
    return {
        **{name: row[name] for name in names},
        "state": None if row["state"] is None else shown_state(row["state"]),
        "since": rfc3339(row["since"]),
        "reached_at": time_text(row["reached_at"]),
        "next_try_at": time_text(row["not_before"]) if unfinished and error is not None else None,
        "error": error,
        "warnings": [{"reason": one, "reason_text": in_words(one)} for one in row["warnings"]],
        "entries": [{**one, "reason_text": in_words(one["reason"])} for one in row["entries"]],
        "started_at": rfc3339(row["started_at"]),
        "updated_at": rfc3339(row["updated_at"]),
        "finished_at": time_text(row["ended_at"] or row["finished_at"]),
    }


async def _sync(call: Call) -> Row:
    row = await get_sync(call.services.pool, call.company_id, call.path_id("sync_id"))
    if row is None:
        raise NotFound
    return row


async def _list(call: Call) -> Response:
    pool, company, webhook_id = call.services.pool, call.company_id, call.query.get("webhook_id")
    return await small_page(
        call,
        lambda before, limit: list_syncs(pool, company, before, limit, webhook_id),
        lambda: count_syncs(pool, company, webhook_id),
        _view,
    )


async def _get(call: Call) -> Response:
    return json_response(_view(await _sync(call)))


def _since(call: Call) -> datetime | None:
    if "since" not in call.body:
        return None
    since = parse_time(call.body["since"], UTC)
    if since is None or since > call.now():
        raise FieldProblem([{"field": "since", "reason": "must be a time in the past, such as 2026-01-31T12:00:00Z"}])
    return since


async def _create(call: Call) -> Response:
    services, body, since = call.services, call.body, _since(call)
    webhook = await get_webhook(services.pool, call.company_id, UUID(body["webhook_id"]))
    if webhook is None:
        raise FieldProblem([{"field": "webhook_id", "reason": "there is no such webhook"}])
    sync_id = services.ids.make_uuid(services.clock())
    active = body.get("active", True)
    async with services.pool.acquire() as connection, connection.transaction():
        await insert_sync(
            connection,
            sync_id=sync_id,
            company_id=call.company_id,
            webhook_id=webhook.id,
            source=body.get("source", "grapfy"),
            setting_id=body["setting_id"].strip(),
            token_sealed=seal_sync_token(services.vault, sync_id, body["token"].strip()),
            since=since or call.now() - _DEFAULT_SINCE,
            active=active,
            automations=body.get("automations", False),
            created_at=id_time(sync_id),
        )
        # The first run is at once: whoever makes a sync waits for what it brings.
        await put_schedule(
            connection,
            services.ids.make_uuid(services.clock()),
            call.company_id,
            KIND,
            call.now(),
            subject_id=sync_id,
            every_s=EVERY_S,
            jitter_s=_JITTER_S,
            active=active,
        )
    made = await get_sync(services.pool, call.company_id, sync_id)
    if made is None:
        raise NotFound
    return json_response(_view(made), 201, {"location": f"/api/v1/syncs/{sync_id}"})


async def _update(call: Call) -> Response:
    services, body, since = call.services, call.body, _since(call)
    row = await _sync(call)
    token = body.get("token")
    setting = body["setting_id"].strip() if "setting_id" in body else None
    async with services.pool.acquire() as connection, connection.transaction():
        found = await update_sync(
            connection,
            call.company_id,
            row["id"],
            call.now(),
            setting_id=None if setting == row["setting_id"] else setting,
            token_sealed=None if token is None else seal_sync_token(services.vault, row["id"], token.strip()),
            since=since,
            active=body.get("active"),
            automations=body.get("automations"),
        )
        if not found:
            raise NotFound
        if "active" in body and body["active"] != row["active"]:
            await _switch(call, connection, row, active=body["active"])
    return await _get(call)


async def _switch(call: Call, connection: Connection, row: Row, *, active: bool) -> None:
    """Let the schedule rest, or go on with its next regular run.

    Raises:
        Conflict: there is none any more, because the webhook is gone.
    """
    if row["schedule_id"] is None:
        raise Conflict("its webhook was deleted: make another sync")
    following = next_run(call.now(), every_s=EVERY_S, cron=None, jitter_s=_JITTER_S, zone=UTC, spread=random.random())
    await set_active(connection, call.company_id, row["schedule_id"], active, following if active else None)


async def _delete(call: Call) -> Response:
    sync_id = call.path_id("sync_id")
    async with call.services.pool.acquire() as connection, connection.transaction():
        if not await delete_sync(connection, call.company_id, sync_id, call.now()):
            raise NotFound
        await drop_schedule(connection, call.company_id, KIND, sync_id)
    return Response(status_code=204)


async def _run(call: Call) -> Response:
    services, row = call.services, await _sync(call)
    if not row["active"]:
        raise Conflict("this sync is not active: activate it first")
    schedule = await find_schedule(services.pool, call.company_id, KIND, row["id"])
    if schedule is None:
        raise NotFound
    job_id = services.ids.make_uuid(services.clock())
    async with services.pool.acquire() as connection, connection.transaction():
        made = await run_now(connection, schedule, job_id, call.now(), call.actor)
    if not made:
        raise Conflict("its last run has not ended yet")
    job = await get_job(services.pool, call.company_id, job_id)
    if job is None:
        raise NotFound
    return json_response(job_view(job, call.now()), 202, {"location": f"/api/v1/jobs/{job_id}"})


async def _runs(call: Call) -> Response:
    pool, company, sync_id = call.services.pool, call.company_id, (await _sync(call))["id"]
    return await small_page(
        call,
        lambda before, limit: list_runs(pool, company, sync_id, before, limit),
        lambda: count_runs(pool, company, sync_id),
        _run_view,
    )


_TAG = "History syncs"
_PATH = "/syncs/{sync_id}"
_EXAMPLE = {
    "webhook_id": "0199f000-0000-7000-8000-0000000000b1",
    "setting_id": "b7c1…",
    "token": "…",
    "since": "2026-01-01T00:00:00Z",
}
_CONFLICT = {409: Answer("The webhook has a sync for this setting already.", ref("Problem"), PROBLEM_TYPE)}

OPERATIONS = (
    Operation(
        name="listSyncs",
        method="GET",
        path="/syncs",
        handler=_list,
        summary="History syncs, newest first, with their last and next run",
        tag=_TAG,
        answers=page_of("Sync"),
        query=(id_query("webhook_id", "Of one webhook only."), *PAGING),
    ),
    Operation(
        name="createSync",
        method="POST",
        path="/syncs",
        handler=_create,
        summary="Fetch a source's past events: at once, and then every six hours",
        description=(
            "Every event whose id is stored for the webhook, however long ago, is a duplicate and changes nothing. "
            "Rules do not run for what is imported, unless `automations` is set. Events of the last ten minutes are "
            "left to the next run: they may still be on their way by the webhook itself."
        ),
        tag=_TAG,
        role="owner",
        body=ref("SyncInput"),
        body_example=_EXAMPLE,
        answers={**ok("Sync", "The sync; its first run begins within seconds.", 201), **_CONFLICT},
    ),
    Operation(
        name="getSync",
        method="GET",
        path=_PATH,
        handler=_get,
        summary="One history sync",
        tag=_TAG,
        answers=ok("Sync", "The sync; its token is not shown."),
    ),
    Operation(
        name="updateSync",
        method="PATCH",
        path=_PATH,
        handler=_update,
        summary="Change a history sync",
        description="What is left out stays. A run under way goes on as it began.",
        tag=_TAG,
        role="owner",
        body=ref("SyncChange"),
        body_example={"active": False},
        answers={**ok("Sync", "The sync as it is now."), **_CONFLICT},
    ),
    Operation(
        name="deleteSync",
        method="DELETE",
        path=_PATH,
        handler=_delete,
        summary="Take a history sync away; what it imported stays",
        tag=_TAG,
        role="owner",
        answers=nothing(),
    ),
    Operation(
        name="runSync",
        method="POST",
        path=_PATH + "/run",
        handler=_run,
        summary="Fetch now",
        tag=_TAG,
        role="operator",
        answers={
            **ok("Job", "The job that fetches.", 202),
            409: Answer("It is not active, or a run of it is under way.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
    Operation(
        name="listSyncRuns",
        method="GET",
        path=_PATH + "/runs",
        handler=_runs,
        summary="What each run imported, and what it could not",
        tag=_TAG,
        answers=page_of("SyncRun"),
        query=PAGING,
    ),
)
