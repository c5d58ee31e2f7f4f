"""Routes of retention: how long things are kept, what a run would erase, and a run out of turn."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.responses import Response

from engine.errors import Conflict, NotFound
from engine.jobs import job_view
from engine.retention import NAMES, cutoff, effective, preview_words
from engine.times import rfc3339
from gateway.calls import Call, json_response
from gateway.operations import Answer, Operation, ok
from gateway.problems import PROBLEM_TYPE
from gateway.schema import ref
from gateway.views import time_text
from storage.jobs import get_job, insert_job
from storage.retention import (
    count_old,
    get_ages,
    installation_ages,
    list_archives,
    set_ages,
    set_installation_ages,
)
from storage.schedules import put_schedule

_KIND = "retention"
_EVERY_S = 86_400


async def _get(call: Call) -> Response:
    """What is kept for how long, and what a run would erase now."""
    pool, company = call.services.pool, call.company_id
    ages = await get_ages(pool, company)
    if ages is None:
        raise NotFound
    days = effective(ages.company, ages.installation)
    before = {name: cutoff(call.now(), days[name]) for name in NAMES}
    counts = await count_old(pool, company, before)
    pt, en = preview_words(counts, before)
    return json_response(
        {
            "company": {name: ages.company.get(name) for name in NAMES},
            "effective": dict[str, Any](days),
            "preview": {
                "counts": counts,
                "before": {name: time_text(moment) for name, moment in before.items()},
                "text": {"pt": pt, "en": en},
            },
        }
    )


async def _set(call: Call) -> Response:
    """Keep the ages, and have them carried out every day."""
    services = call.services
    async with services.pool.acquire() as connection, connection.transaction():
        await set_ages(connection, call.company_id, call.body)
        await put_schedule(
            connection,
            services.ids.make_uuid(services.clock()),
            call.company_id,
            _KIND,
            call.now() + timedelta(days=1),
            subject_id=call.company_id,
            every_s=_EVERY_S,
            jitter_s=3_600,
        )
    return await _get(call)


async def _run(call: Call) -> Response:
    services = call.services
    job_id = services.ids.make_uuid(services.clock())
    async with services.pool.acquire() as connection, connection.transaction():
        if not await insert_job(connection, call.company_id, _KIND, {}, job_id, created_by=call.actor):
            raise Conflict("a run has not ended yet")
    job = await get_job(services.pool, call.company_id, job_id)
    if job is None:
        raise NotFound
    return json_response(job_view(job, call.now()), 202, {"location": f"/api/v1/jobs/{job_id}"})


def _installation(ages: dict[str, Any], archives: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        **{name: ages.get(name) for name in NAMES},
        "archive": bool(ages.get("archive")),
        "archives": [{**row, "created_at": rfc3339(row["created_at"])} for row in archives],
    }


async def _get_installation(call: Call) -> Response:
    pool = call.services.pool
    return json_response(_installation(await installation_ages(pool), list(await list_archives(pool))))


async def _set_installation(call: Call) -> Response:
    await set_installation_ages(call.services.pool, call.body)
    return await _get_installation(call)


_TAG = "Retention"

OPERATIONS = (
    Operation(
        name="getRetention",
        method="GET",
        path="/retention",
        handler=_get,
        summary="How long things are kept, and what a run would erase now",
        description="Counts are of whole days (UTC), by the counters. Numbers of the past stay when rows are erased.",
        tag=_TAG,
        answers=ok("Retention", "The ages and the preview."),
    ),
    Operation(
        name="setRetention",
        method="PUT",
        path="/retention",
        handler=_set,
        summary="Say how long things are kept; carried out once a day",
        tag=_TAG,
        role="owner",
        body=ref("RetentionInput"),
        body_example={"payload_days": 90, "raw_days": 30, "events_days": None, "messages_days": None},
        answers=ok("Retention", "Kept, with what a run would erase now."),
    ),
    Operation(
        name="runRetention",
        method="POST",
        path="/retention/run",
        handler=_run,
        summary="Erase now what is old enough",
        tag=_TAG,
        role="owner",
        answers={**ok("Job", "The job.", 202), 409: Answer("One is under way.", ref("Problem"), PROBLEM_TYPE)},
    ),
    Operation(
        name="getInstallationRetention",
        method="GET",
        path="/installation/retention",
        handler=_get_installation,
        summary="How long the installation keeps whole months, and which were archived",
        tag=_TAG,
        access="installation",
        answers=ok("InstallationRetention", "The ages."),
    ),
    Operation(
        name="setInstallationRetention",
        method="PUT",
        path="/installation/retention",
        handler=_set_installation,
        summary="Say how long the installation keeps things at most",
        description="A month that neither the installation nor any company keeps is dropped as a whole, after it was "
        "written to `archives/` in the data directory if `archive` says so.",
        tag=_TAG,
        access="installation",
        body=ref("InstallationRetentionInput"),
        body_example={"events_days": 730, "messages_days": 730, "archive": True},
        answers=ok("InstallationRetention", "Kept."),
    ),
)
