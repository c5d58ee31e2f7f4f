"""Routes of schedules: what runs by itself, when it ran and will run, paused, resumed and run out of turn."""

from __future__ import annotations

import random
from typing import Any

from starlette.responses import Response

from engine.errors import Conflict, NotFound
from engine.jobs import job_view, shown_state
from engine.schedules import next_run
from engine.times import rfc3339
from engine.zones import zone_named
from gateway.calls import Call, json_response
from gateway.operations import PAGING, Answer, Operation, id_query, ok, page_of, text_query
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import small_page
from gateway.schema import ref
from gateway.views import time_text
from storage.companies import get_company
from storage.jobs import get_job
from storage.message_rows import NEVER
from storage.schedules import count_schedules, get_schedule, list_schedules, run_now, set_active
from storage.searching import Row


def schedule_view(row: Row) -> dict[str, Any]:
    """Return a schedule as clients see it."""
    resting = not row["active"] or row["next_run_at"] == NEVER
    names = ("id", "kind", "subject_id", "params", "every_s", "jitter_s", "cron", "active", "last_job_id")
    return {
        **{name: row[name] for name in names},
        "next_run_at": None if resting else rfc3339(row["next_run_at"]),
        "last_run_at": time_text(row["last_run_at"]),
        "last_state": None if row["last_state"] is None else shown_state(row["last_state"]),
        "created_at": rfc3339(row["created_at"]),
        "updated_at": rfc3339(row["updated_at"]),
    }


async def _list(call: Call) -> Response:
    pool, company = call.services.pool, call.company_id
    kind, subject_id = call.query.get("kind"), call.query.get("subject_id")
    return await small_page(
        call,
        lambda before, limit: list_schedules(pool, company, before, limit, kind=kind, subject_id=subject_id),
        lambda: count_schedules(pool, company, kind=kind, subject_id=subject_id),
        schedule_view,
    )


async def _schedule(call: Call) -> Row:
    row = await get_schedule(call.services.pool, call.company_id, call.path_id("schedule_id"))
    if row is None:
        raise NotFound
    return row


async def _get(call: Call) -> Response:
    return json_response(schedule_view(await _schedule(call)))


async def _pause(call: Call) -> Response:
    row = await _schedule(call)
    await set_active(call.services.pool, call.company_id, row["id"], False)
    return await _get(call)


async def _resume(call: Call) -> Response:
    """A paused schedule goes on with its next regular run: what it missed is not made up for."""
    row = await _schedule(call)
    if not row["active"]:
        company = await get_company(call.services.pool, call.company_id)
        zone = zone_named(company["time_zone"] if company else call.services.settings.time_zone)
        following = next_run(
            call.now(),
            every_s=row["every_s"],
            cron=row["cron"],
            jitter_s=row["jitter_s"],
            zone=zone,
            spread=random.random(),
        )
        await set_active(call.services.pool, call.company_id, row["id"], True, following or NEVER)
    return await _get(call)


async def _run(call: Call) -> Response:
    row = await _schedule(call)
    job_id = call.services.ids.make_uuid(call.services.clock())
    async with call.services.pool.acquire() as connection, connection.transaction():
        made = await run_now(connection, row, job_id, call.now(), call.actor)
    if not made:
        raise Conflict("its last job has not ended yet")
    job = await get_job(call.services.pool, call.company_id, job_id)
    if job is None:
        raise NotFound
    return json_response(job_view(job, call.now()), 202, {"location": f"/api/v1/jobs/{job_id}"})


_TAG = "Schedules"

OPERATIONS = (
    Operation(
        name="listSchedules",
        method="GET",
        path="/schedules",
        handler=_list,
        summary="What runs by itself, newest first",
        tag=_TAG,
        answers=page_of("Schedule"),
        query=(
            text_query("kind", "The kind of its jobs."),
            id_query("subject_id", "What it is about, such as a webhook."),
            *PAGING,
        ),
    ),
    Operation(
        name="getSchedule",
        method="GET",
        path="/schedules/{schedule_id}",
        handler=_get,
        summary="One schedule with its last and next run",
        tag=_TAG,
        answers=ok("Schedule", "The schedule."),
    ),
    Operation(
        name="pauseSchedule",
        method="POST",
        path="/schedules/{schedule_id}/pause",
        handler=_pause,
        summary="Let a schedule rest; a job of it that is under way goes on",
        tag=_TAG,
        role="operator",
        answers=ok("Schedule", "It rests."),
    ),
    Operation(
        name="resumeSchedule",
        method="POST",
        path="/schedules/{schedule_id}/resume",
        handler=_resume,
        summary="Let a schedule go on with its next regular run",
        tag=_TAG,
        role="operator",
        answers=ok("Schedule", "It goes on."),
    ),
    Operation(
        name="runSchedule",
        method="POST",
        path="/schedules/{schedule_id}/run",
        handler=_run,
        summary="Make a schedule's job now; its regular runs stay as they are",
        tag=_TAG,
        role="operator",
        answers={
            **ok("Job", "The job.", 202),
            409: Answer("Its last job has not ended yet.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
)
