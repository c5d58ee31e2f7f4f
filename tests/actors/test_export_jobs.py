"""Files made in the background: the same as those streamed, whoever dies meanwhile, and only for whom they are."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from actors.jobs import export
from actors.jobs.export import Exporting
from actors.jobs.tools import Job, JobTools
from actors.worker_loops import ForgettingExports
from engine.ids import ms_to_time
from storage.exports import KEPT, MOST_PER_COMPANY
from storage.pool import Pool
from tests.actors.jobs_rig import JobWorld
from tests.asgi import Answer, Client
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_event, seed_events

BEFORE = ms_to_time(NOW_MS) - timedelta(hours=1)
PATH = "/api/v1/exports"


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a piece hold one page, so that a few thousand rows are many steps."""
    monkeypatch.setattr(export, "_PIECE_BYTES", 1)


async def _ask(client: Client, **body: Any) -> Answer:
    answer = await client.post(PATH, {"kind": "events", "format": "csv", **body})
    assert answer.status == 202, answer.body
    return answer


def _ids(body: bytes) -> list[str]:
    return [row["ID"] for row in csv.DictReader(io.StringIO(body.decode(), newline=""))]


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
async def test_the_file_is_the_one_that_is_streamed(rig: Rig, pool: Pool, database_url: str, form: str) -> None:
    company_id, owner = await rig.company()
    async with pool.acquire() as connection:
        await seed_events(connection, company_id, 2_200, BEFORE)
    streamed = await owner.get(f"{PATH}/events.{form}", {"event_type": "pix_created"})
    job = (await _ask(owner, format=form, filter={"event_type": "pix_created"})).json
    await add_event(pool, company_id, ms_to_time(NOW_MS) + timedelta(seconds=1))
    world = JobWorld(pool, database_url)
    world.company = company_id
    waiting = await owner.get(f"{PATH}/{job['id']}/download")
    assert waiting.status == 409
    async with world.worker(Exporting):
        row = await world.until(UUID(job["id"]), "done")
    shown = (await owner.get(f"{PATH}/{job['id']}")).json
    assert (shown["state"], shown["rows"], row["done"]) == ("done", row["total"], row["total"])
    assert await pool.fetchval("SELECT count(*) FROM export_chunks") > 3
    file = await owner.get(f"{PATH}/{job['id']}/download")
    assert file.body == streamed.body
    assert file.headers["content-disposition"] == f'attachment; filename="{shown["file_name"]}"'
    assert file.headers["content-type"] == streamed.headers["content-type"]
    accepting = Client(rig.stranger.app, {**owner._headers, "accept-encoding": "gzip"})
    assert gzip.decompress((await accepting.get(f"{PATH}/{job['id']}/download")).body) == streamed.body


@pytest.mark.usefixtures("small_pieces")
async def test_who_dies_midway_goes_on_exactly(
    rig: Rig, pool: Pool, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    company_id, owner = await rig.company()
    async with pool.acquire() as connection:
        await seed_events(connection, company_id, 3_000, BEFORE)
    job = (await _ask(owner, compress="gzip")).json
    world = JobWorld(pool, database_url)
    world.company = company_id
    stored = Exporting.step
    died = 0

    async def dies_twice(self: Exporting, connection: Any, job: Job, prepared: object, delta: Any) -> Any:
        nonlocal died
        step = await stored(self, connection, job, prepared, delta)
        if job.cursor.get("chunks", 0) in (1, 3) and died < 2:
            died += 1
            raise ConnectionResetError  # the piece was written, and never committed
        return step

    monkeypatch.setattr(Exporting, "step", dies_twice)
    async with world.worker(Exporting):
        await world.until(UUID(job["id"]), "done")
    file = await owner.get(f"{PATH}/{job['id']}/download")
    assert file.headers["content-type"] == "application/gzip"
    found = _ids(gzip.decompress(file.body))
    assert died == 2
    assert len(found) == len(set(found)) == 3_000
    assert found == _ids((await owner.get(f"{PATH}/events.csv")).body)


async def test_an_empty_one_is_sound(rig: Rig, pool: Pool, database_url: str) -> None:
    company_id, owner = await rig.company()
    job = (await _ask(owner, format="json", filter={"from": "2026-01-01T00:00:00Z", "payload": {"a": 1}})).json
    world = JobWorld(pool, database_url)
    world.company = company_id
    async with world.worker(Exporting):
        await world.until(UUID(job["id"]), "done")
    assert (await owner.get(f"{PATH}/{job['id']}/download")).json == []


async def test_viewers_get_masked_files_alone(rig: Rig, pool: Pool, database_url: str) -> None:
    company_id, owner = await rig.company()
    viewer = await rig.client(company_id, "viewer")
    await add_event(pool, company_id, BEFORE, customer_phone="+5511900000000")
    whole, masked = (await _ask(owner)).json, (await _ask(viewer)).json
    world = JobWorld(pool, database_url)
    world.company = company_id
    async with world.worker(Exporting):
        await world.until(UUID(whole["id"]), "done")
        await world.until(UUID(masked["id"]), "done")
    assert (await viewer.get(f"{PATH}/{whole['id']}/download")).status == 403
    assert b"+5511900000000" in (await owner.get(f"{PATH}/{whole['id']}/download")).body
    file = (await viewer.get(f"{PATH}/{masked['id']}/download")).body
    assert b"+5511900000000" not in file
    assert b"+5511*******00" in file


async def test_what_is_asked_wrongly_is_named(rig: Rig) -> None:
    _, owner = await rig.company()
    answer = await owner.post(PATH, {"kind": "events", "format": "csv", "filter": {"state": "odd", "nonsense": 1}})
    assert {error["field"] for error in answer.json["errors"]} == {"filter.state", "filter.nonsense"}
    assert (await owner.post(PATH, {"kind": "secrets", "format": "csv"})).status == 422
    assert (await owner.get(PATH)).json["data"] == []


async def test_a_company_has_a_bounded_number_and_they_expire(rig: Rig, pool: Pool, database_url: str) -> None:
    _, owner = await rig.company()
    made = [(await _ask(owner)).json["id"] for _ in range(MOST_PER_COMPANY)]
    assert (await owner.post(PATH, {"kind": "events", "format": "csv"})).status == 409
    assert (await owner.call("DELETE", f"{PATH}/{made[0]}")).status == 204
    assert (await owner.get(f"{PATH}/{made[0]}")).status == 404
    await _ask(owner)
    world = JobWorld(pool, database_url)
    tools: list[JobTools] = []

    def keep(given: JobTools) -> Exporting:
        tools.append(given)
        return Exporting(given)

    async with world.worker(keep):
        pass
    then = NOW_MS + round(KEPT.total_seconds() * 1000) + 60_000
    object.__setattr__(tools[0], "now_ms", lambda: then)
    while (await owner.get(PATH)).json["count"]:
        await ForgettingExports(tools[0]).run_once()
    assert await pool.fetchval("SELECT count(*) FROM export_chunks") == 0


async def test_contacts_are_exported_with_their_filter(rig: Rig) -> None:
    _, owner = await rig.company()
    person = {"phone": "+5511900000000", "name": "@SUM(1)", "tags": ["vip", "sp"], "fields": {"plano": "anual"}}
    assert (await owner.post("/api/v1/contacts", person)).status == 201
    assert (await owner.post("/api/v1/contacts", {"phone": "+5511900000001"})).status == 201
    rig.clock.now_ms += 1_000
    rows = list(
        csv.DictReader(io.StringIO((await owner.get(f"{PATH}/contacts.csv", {"tag": "vip"})).body.decode(), newline=""))
    )
    assert [(row["Nome"], row["Telefone"], row["Etiquetas"]) for row in rows] == [
        ("'@SUM(1)", "'+5511900000000", "sp, vip")
    ]
    (row,) = (await owner.get(f"{PATH}/contacts.json", {"q": "+5511900000000"})).json
    assert (row["tags"], row["fields"], row["opted_out"]) == (["sp", "vip"], {"plano": "anual"}, False)
    job = await owner.post(
        PATH, {"kind": "contacts", "format": "csv", "filter": {"opted_out": False, "q": "ana maria"}}
    )
    assert job.status == 202
