"""Routes of jobs: long work with its progress, and the way to stop it."""

from __future__ import annotations

from starlette.responses import Response

from engine.errors import Conflict, NotFound
from engine.jobs import SHOWN_STATES, job_view, shown_state
from gateway.bulk import shown
from gateway.calls import Call, json_response
from gateway.operations import PAGING, Answer, Operation, choice_query, id_query, ok, page_of, text_query
from gateway.problems import PROBLEM_TYPE
from gateway.routes.lists import small_page
from gateway.schema import ref
from storage.jobs import count_jobs, get_job, list_jobs, request_cancel


async def _list(call: Call) -> Response:
    pool, company, now = call.services.pool, call.company_id, call.now()
    wanted = {name: call.query.get(name) for name in ("kind", "state", "schedule_id")}
    return await small_page(
        call,
        lambda before, limit: list_jobs(pool, company, before, limit, **wanted),
        lambda: count_jobs(pool, company, **wanted),
        lambda row: job_view(row, now),
    )


async def _get(call: Call) -> Response:
    row = await get_job(call.services.pool, call.company_id, call.path_id("job_id"))
    if row is None:
        raise NotFound
    return json_response(job_view(row, call.now()))


async def _cancel(call: Call) -> Response:
    job_id = call.path_id("job_id")
    asked = await request_cancel(call.services.pool, call.company_id, job_id)
    row = await get_job(call.services.pool, call.company_id, job_id)
    if row is None:
        raise NotFound
    if asked is None and row["state"] != "cancelled":
        raise Conflict(f"the job is {shown_state(row['state'])} already")
    return json_response(job_view(row, call.now()))


async def _preview(call: Call) -> Response:
    return json_response(await shown(call, call.path_id("preview_id")))


_TAG = "Jobs"

OPERATIONS = (
    Operation(
        name="listJobs",
        method="GET",
        path="/jobs",
        handler=_list,
        summary="Long work, newest first",
        description="Kept for 90 days after its end. The live topic `jobs` tells the newest ones as they go.",
        tag=_TAG,
        answers=page_of("Job"),
        query=(
            text_query("kind", "The kind of job, such as `event_replay`."),
            choice_query("state", "Where it stands.", *SHOWN_STATES),
            id_query("schedule_id", "Of one schedule only: what its last runs came to."),
            *PAGING,
        ),
    ),
    Operation(
        name="getJob",
        method="GET",
        path="/jobs/{job_id}",
        handler=_get,
        summary="One job with its progress",
        tag=_TAG,
        answers=ok("Job", "The job."),
    ),
    Operation(
        name="cancelJob",
        method="POST",
        path="/jobs/{job_id}/cancel",
        handler=_cancel,
        summary="Stop a job",
        description=(
            "What is done stays done. One that is under way stops after its present step: `state` is `running` until "
            "then. Cancelling twice is harmless."
        ),
        tag=_TAG,
        role="operator",
        answers={
            **ok("Job", "It is cancelled, or will be in a moment."),
            409: Answer("It has ended already.", ref("Problem"), PROBLEM_TYPE),
        },
    ),
    Operation(
        name="getBulkPreview",
        method="GET",
        path="/bulk-previews/{preview_id}",
        handler=_preview,
        summary="What a bulk action would do, as it was shown",
        description="Good for an hour and for one run. `counts` is null while `job` is still counting.",
        tag=_TAG,
        answers=ok("BulkPreview", "The preview."),
    ),
)
