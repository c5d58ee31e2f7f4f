"""Jobs and schedules over the REST application on real Postgres."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from engine.ids import ms_to_time
from storage.jobs import insert_job
from storage.pool import Pool
from storage.schedules import put_schedule
from tests.asgi import Client
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import new_id

NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def _job(rig: Rig, company: UUID, kind: str = "import") -> UUID:
    job_id = new_id(NOW)
    async with rig.services.pool.acquire() as connection, connection.transaction():
        await insert_job(connection, company, kind, {}, job_id, total=10, created_by="Ana")
    return job_id


async def _schedule(rig: Rig, company: UUID) -> UUID:
    schedule_id = new_id(NOW)
    async with rig.services.pool.acquire() as connection, connection.transaction():
        await put_schedule(connection, schedule_id, company, "sync", NOW, every_s=21_600, subject_id=schedule_id)
    return schedule_id


async def test_jobs_are_listed_shown_and_cancelled(rig: Rig) -> None:
    company, owner = await rig.company()
    job_id, other = await _job(rig, company), await _job(rig, company, "export")
    page = (await owner.get("/api/v1/jobs")).json
    assert {job["id"] for job in page["data"]} == {str(job_id), str(other)}
    assert page["count"] == 2
    shown = (await owner.get(f"/api/v1/jobs/{job_id}")).json
    assert shown["state"] == "running"  # it waits for a worker
    assert (shown["started_at"], shown["done"], shown["total"], shown["created_by"]) == (None, 0, 10, "Ana")
    assert [job["id"] for job in (await owner.get("/api/v1/jobs", {"kind": "export"})).json["data"]] == [str(other)]
    for _ in range(2):
        cancelled = await owner.post(f"/api/v1/jobs/{job_id}/cancel")
        assert (cancelled.status, cancelled.json["state"]) == (200, "cancelled")
    assert [job["id"] for job in (await owner.get("/api/v1/jobs", {"state": "running"})).json["data"]] == [str(other)]
    await rig.services.pool.execute("UPDATE jobs SET state = 'done' WHERE id = $1", other)
    assert (await owner.post(f"/api/v1/jobs/{other}/cancel")).status == 409
    assert (await owner.get("/api/v1/jobs", {"state": "queued"})).status == 422
    viewer = await rig.client(company, "viewer")
    assert (await viewer.post(f"/api/v1/jobs/{other}/cancel")).status == 403


async def test_the_last_jobs_of_a_schedule_are_found_and_no_others(rig: Rig) -> None:
    company, owner = await rig.company()
    await _job(rig, company)
    schedule_id = await _schedule(rig, company)
    made = (await owner.post(f"/api/v1/schedules/{schedule_id}/run")).json["id"]
    page = (await owner.get("/api/v1/jobs", {"schedule_id": str(schedule_id)})).json
    assert ([job["id"] for job in page["data"]], page["count"]) == ([made], 1)
    _, stranger = await rig.company()
    page = (await stranger.get("/api/v1/jobs", {"schedule_id": str(schedule_id)})).json
    assert (page["data"], page["count"]) == ([], 0)


async def test_a_running_job_tells_when_it_should_be_done(rig: Rig) -> None:
    company, owner = await rig.company()
    job_id = await _job(rig, company)
    await rig.services.pool.execute(
        "UPDATE jobs SET state = 'running', started_at = $2, done = 5 WHERE id = $1",
        job_id,
        ms_to_time(NOW_MS - 60_000),
    )
    shown = (await owner.get(f"/api/v1/jobs/{job_id}")).json
    assert datetime.fromisoformat(shown["eta"]) == ms_to_time(NOW_MS + 60_000)


async def test_schedules_are_paused_resumed_and_run_out_of_turn(rig: Rig) -> None:
    company, owner = await rig.company()
    schedule_id = await _schedule(rig, company)
    path = f"/api/v1/schedules/{schedule_id}"

    async def act(client: Client, what: str) -> tuple[int, dict[str, object]]:
        answer = await client.post(f"{path}/{what}")
        return answer.status, answer.json

    assert (await owner.get(path)).json["next_run_at"] == "2026-09-01T00:00:00.000Z"
    status, paused = await act(owner, "pause")
    assert (status, paused["active"], paused["next_run_at"]) == (200, False, None)
    status, resumed = await act(owner, "resume")
    assert (status, resumed["active"]) == (200, True)
    assert datetime.fromisoformat(str(resumed["next_run_at"])) == ms_to_time(NOW_MS + 21_600_000)
    status, job = await act(owner, "run")
    assert (status, job["kind"], job["schedule_id"], job["created_by"]) == (
        202,
        "sync",
        str(schedule_id),
        "api_key:owner",
    )
    assert (await act(owner, "run"))[0] == 409  # the first has not ended
    shown = (await owner.get("/api/v1/schedules")).json["data"]
    assert [(one["last_job_id"], one["last_state"]) for one in shown] == [(job["id"], "running")]
    assert shown[0]["next_run_at"] == resumed["next_run_at"]
