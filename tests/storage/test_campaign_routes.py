"""Campaigns over the REST application: drafts, dry runs, start to end, recipients and reports that add up."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import pytest

import actors.jobs.campaign_dry_run
import gateway.campaign_dry_runs
from actors.jobs.campaign_dry_run import CampaignDryRun
from gateway import campaign_runs
from storage.exporting import Selection, next_page
from storage.pool import Pool
from tests.actors.campaign_rig import CampaignWorld
from tests.asgi import Answer, Client
from tests.rest_rig import Rig, make_rig


@dataclass
class Office:
    """A company's operator, and the worker that carries out what the routes begin."""

    rig: Rig
    world: CampaignWorld
    client: Client
    body: dict[str, Any]

    async def made(self, **more: Any) -> str:
        answer = await self.client.post("/api/v1/campaigns", {**self.body, **more})
        assert answer.status == 201, answer.body
        return str(answer.json["id"])

    async def do(self, campaign: str, action: str, body: object = None, status: int = 200) -> Answer:
        answer = await self.client.call("POST", f"/api/v1/campaigns/{campaign}/{action}", body=body)
        assert answer.status == status, answer.body
        return answer

    async def get(self, campaign: str, what: str = "", query: dict[str, str] | None = None) -> Any:
        answer = await self.client.get(f"/api/v1/campaigns/{campaign}{what}", query)
        assert answer.status == 200, answer.body
        return answer.json


@pytest.fixture
async def office(pool: Pool, database_url: str) -> AsyncIterator[Office]:
    rig = await make_rig(pool)
    rig.clock.now_ms = time.time_ns() // 1_000_000 + 1_000
    world = CampaignWorld(pool, database_url)
    world.company, client = await rig.company()
    world.ready()
    await world.add_contacts(12)
    sessions = [await world.add_session(10), await world.add_session(10)]
    templates = [await world.add_template(), await world.add_template("B {{customer_name}}", "marketing")]
    body = {
        "name": "Volta às aulas",
        "audience": {},
        "variants": [{"template_id": str(template)} for template in templates],
        "sessions": [{"session_id": str(session)} for session in sessions],
    }
    yield Office(rig, world, client, body)
    await world.changes.close()


async def test_a_draft_is_saved_at_each_change_and_checked_as_far_as_it_goes(office: Office) -> None:
    answer = await office.client.post("/api/v1/campaigns", {})
    assert answer.status == 201
    campaign = answer.json["id"]
    assert (answer.json["status"], answer.json["name"], answer.json["total"]) == ("draft", "Campanha sem nome", 0)
    path = f"/api/v1/campaigns/{campaign}"
    for name, value in office.body.items():
        changed = await office.client.call("PATCH", path, body={name: value})
        assert changed.status == 200, changed.body
    shown = await office.get(campaign)
    assert {name: shown[name] for name in office.body} == office.body
    assert (await office.client.call("PATCH", path, body={"audience": None})).json.get("audience") is None
    lacking = await office.do(campaign, "start", status=422)
    assert [error["field"] for error in lacking.json["errors"]] == ["audience"]
    bad = await office.client.call("PATCH", path, body={"quiet_hours": {"from": "9"}, "variables": {"x": {}}})
    assert {error["field"] for error in bad.json["errors"]} == {"quiet_hours.from", "quiet_hours.to", "variables.x"}
    listed = (await office.client.get("/api/v1/campaigns", {"status": "draft"})).json
    assert [one["id"] for one in listed["data"]] == [campaign]
    assert (await office.client.call("DELETE", path)).status == 204
    assert (await office.client.get(path)).status == 404


async def test_a_draft_tells_its_people_before_it_is_complete_and_what_each_would_read(office: Office) -> None:
    await office.world.add_contacts(1, phone=None)
    campaign = (await office.client.post("/api/v1/campaigns", {"audience": {}})).json["id"]
    told = await office.get(campaign, "/audience")
    assert (told["people"], told["would"], told["complete"], told["numbers"]) == (13, 12, True, [])
    assert [(one["reason"], one["value"]) for one in told["skip"]] == [("no_phone", 1)]
    out = await office.get(campaign, "/audience/people", {"reason": "no_phone"})
    assert [(one["phone"], one["text"], one["reason_text"]["pt"] != "") for one in out["data"]] == [(None, None, True)]
    changes = {name: office.body[name] for name in ("variants", "sessions")}
    assert (await office.client.call("PATCH", f"/api/v1/campaigns/{campaign}", body=changes)).status == 200
    told = await office.get(campaign, "/audience")
    assert (told["people"], told["would"]) == (13, 12)
    assert {one["session_id"] for one in told["numbers"]} == {one["session_id"] for one in office.body["sessions"]}
    seen: list[Any] = []
    query = {"limit": "5", "out": "false"}
    while True:
        page = await office.get(campaign, "/audience/people", query)
        seen += page["data"]
        if page["next_cursor"] is None:
            break
        query = {**query, "cursor": page["next_cursor"]}
    assert len({one["contact_id"] for one in seen}) == len(seen) == 12
    shown = {one["contact_id"]: one["text"] for one in (await office.do(campaign, "dry-run")).json["samples"]}
    assert shown.items() <= {one["contact_id"]: one["text"] for one in seen}.items()


async def test_a_dry_run_says_who_how_long_and_how_much_and_the_start_does_no_more(office: Office) -> None:
    await office.world.add_contacts(1, phone=None)
    campaign = await office.made()
    told = (await office.do(campaign, "dry-run")).json
    assert told["counts"] == {"would": 12, "skip": {"no_phone": 1}}
    assert told["people"] == 13
    assert told["skip"][0]["reason_text"]["pt"]
    assert sum(part["people"] for part in told["by_session"]) == 12
    assert told["duration_s"] is not None
    assert (told["cost"]["currency"], told["cost"]["valid_from"][:4]) == ("USD", "2026")
    assert len(told["samples"]) == 5
    assert told["samples"][0]["text"].endswith(("!", *"0123456789"))
    again = await office.get(campaign, f"/dry-runs/{told['preview_id']}")
    assert again["counts"] == told["counts"]
    await office.client.call("PATCH", f"/api/v1/campaigns/{campaign}", body={"variables": {}})
    await office.do(campaign, "start", {"preview_id": told["preview_id"]}, status=409)
    told = (await office.do(campaign, "dry-run")).json
    office.rig.clock.now_ms += 5_000
    await office.world.add_contacts(3, first=50)
    started = (await office.do(campaign, "start", {"preview_id": told["preview_id"]})).json
    assert (started["status"], started["as_of"]) == ("running", told["as_of"])
    await office.world.expand()
    assert (await office.get(campaign))["total"] == 13


async def test_a_dry_run_counted_by_a_job_shows_its_examples_and_the_job_keeps_nobody(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway.campaign_dry_runs, "_WAIT_S", -1.0)
    monkeypatch.setattr(gateway.campaign_dry_runs, "_WINDOW", 5)
    monkeypatch.setattr(actors.jobs.campaign_dry_run, "_WINDOW", 5)
    campaign = await office.made()
    told = (await office.do(campaign, "dry-run", status=202)).json
    assert told["counts"] is None
    job_id = UUID(told["job"]["id"])
    async with office.world.worker(CampaignDryRun):
        job = await office.world.until(job_id, "done", "failed")
    assert job["state"] == "done", job["error"]
    assert (job["cursor"]["tally"]["people"], job["cursor"]["tally"]["samples"]) == (12, [])
    shown = await office.get(campaign, f"/dry-runs/{told['preview_id']}")
    assert (shown["counts"]["would"], len(shown["samples"])) == (12, 5)


async def test_from_start_to_report_everything_adds_up(office: Office) -> None:
    campaign = await office.made()
    await office.do(campaign, "start")
    await office.do(campaign, "start", status=409)
    world, campaign_id = office.world, UUID(campaign)
    assert (await office.client.call("PATCH", f"/api/v1/campaigns/{campaign}", body={"name": "x"})).status == 409
    await world.expand()
    await world.round()
    await world.answer(campaign_id, "failed", most=2, reason="whatsapp_131026")
    await world.answer(campaign_id, "failed", most=1, reason="whatsapp_131000")
    await world.answer(campaign_id, "uncertain", most=1, reason="timeout")
    await world.answer(campaign_id, "read", most=3)
    await world.answer(campaign_id, "delivered")
    report = await office.get(campaign, "/report")
    assert report["total"] == sum(report["counts"].values()) == 12
    funnel = {step["step"]: step for step in report["funnel"]}
    assert [funnel[name]["value"] for name in ("audience", "attempted", "delivered", "read")] == [12, 12, 8, 3]
    for part in (*report["by_session"], *report["by_variant"]):
        query = {name: str(value) for name, value in part["filter"].items()}
        people = (await office.get(campaign, "/recipients", query))["data"]
        assert len(people) == sum(part["counts"].values())
    for step in report["funnel"][:6]:
        people = (await office.get(campaign, "/recipients", step["filter"]))["data"]
        assert len(people) == step["value"], step
    failed = {one["reason"]: one["value"] for one in report["failed"]["reasons"]}
    assert failed == {"whatsapp_131026": 2, "whatsapp_131000": 1}
    assert report["failed"]["value"] == 3
    for one in (*report["failed"]["reasons"], *report["uncertain"]["reasons"]):
        page = await office.get(campaign, "/recipients", one["filter"])
        assert len(page["data"]) == page["count"] == one["value"]
        assert {person["reason"] for person in page["data"]} == {one["reason"]}
    assert len((await office.get(campaign, "/recipients", {"code": "131026"}))["data"]) == 2
    paged: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = await office.get(campaign, "/recipients", {"limit": "5", **({"cursor": cursor} if cursor else {})})
        paged, cursor = paged + page["data"], page["next_cursor"]
    assert len({person["contact_id"] for person in paged}) == len(paged) == 12
    await world.round()
    assert (await office.get(campaign))["status"] == "finished"
    summary = (await office.client.get("/api/v1/campaigns/summary")).json
    assert (summary["campaigns"], summary["total"], summary["counts"]["delivered"]) == (1, 12, 5)
    assert {row["name"] for row in summary["by_session"]} == {"Vendas"}
    assert [row["hour"] for row in summary["by_hour"]] == list(range(24))
    made = office.rig.clock.now_ms // 3_600_000 * 3_600
    await office.world.pool.execute(
        "INSERT INTO metric_periods (company_id, step_s, start, kind, key, session_id, value) "
        "SELECT $1, 3600, to_timestamp($3), 'campaign', key, $2, n "
        "FROM (VALUES ('read', 3), ('delivered', 5)) AS made (key, n)",
        office.world.company,
        campaign_id,
        made - 3_600,
    )
    summary = (await office.client.get("/api/v1/campaigns/summary")).json
    assert [(row["accepted"], row["read"]) for row in summary["by_hour"] if row["accepted"]] == [(8, 3)]
    bad = await office.client.get(f"/api/v1/campaigns/{campaign}/recipients", {"state": "lost"})
    assert [error["field"] for error in bad.json["errors"]] == ["state"]


async def test_recipients_are_exported_with_the_lists_filter(office: Office) -> None:
    campaign = await office.made()
    path = "/api/v1/exports/campaign-recipients"
    await office.do(campaign, "start")
    await office.world.expand()
    asked = {"campaign_id": campaign}
    waiting = (await office.client.get(f"{path}.json", {**asked, "state": "scheduled"})).json
    assert len({row["contact_id"] for row in waiting}) == 12
    assert {(row["status"], row["message_id"], row["attempt"]) for row in waiting} == {("scheduled", None, 0)}
    await office.world.round()
    await office.world.answer(UUID(campaign), "failed", most=2, reason="whatsapp_131026")
    await office.world.answer(UUID(campaign), "delivered")
    text = (await office.client.get(f"{path}.csv", {**asked, "reason": "whatsapp_131026"})).body.decode()
    failed = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [(row["Situação"], row["Motivo"], row["Telefone"][:6]) for row in failed] == [
        ("failed", "whatsapp_131026", "'+5511")
    ] * 2
    lines = (await office.client.get(f"{path}.jsonl", asked)).body.splitlines()
    listed = (await office.get(campaign, "/recipients"))["data"]
    assert [orjson.loads(line)["contact_id"] for line in lines] == [person["contact_id"] for person in listed]
    _, stranger = await office.rig.company()
    for client, query in ((office.client, {}), (stranger, asked)):
        refused = await client.get(f"{path}.csv", query)
        assert (refused.status, [one["field"] for one in refused.json["errors"]]) == (422, ["campaign_id"])
    body = {"kind": "campaign-recipients", "format": "csv", "filter": {**asked, "state": "failed,read"}}
    assert (await office.client.post("/api/v1/exports", body)).status == 202
    without = await office.client.post("/api/v1/exports", {**body, "filter": {}})
    assert [one["field"] for one in without.json["errors"]] == ["filter.campaign_id"]
    params = await office.world.pool.fetchval("SELECT params -> 'selection' FROM jobs WHERE kind = 'export'")
    selection = Selection.from_json(orjson.loads(params))
    page = await next_page(office.world.pool, office.world.company, selection, None)
    assert len(page.rows) == 2


async def test_failures_that_make_sense_are_tried_again_as_a_child(office: Office) -> None:
    campaign = await office.made()
    await office.do(campaign, "start")
    world, campaign_id = office.world, UUID(campaign)
    await world.expand()
    await world.round()
    await world.answer(campaign_id, "failed", most=4, reason="whatsapp_131000")
    await world.answer(campaign_id, "failed", most=2, reason="whatsapp_131026")
    await world.answer(campaign_id, "uncertain", most=1, reason="timeout")
    await world.answer(campaign_id, "sent")
    dead = await world.pool.fetchval("SELECT id FROM messages WHERE reason = 'whatsapp_131000' LIMIT 1")
    await world.pool.execute(  # somebody has tried one of them again by hand
        "INSERT INTO dead_letters (id, company_id, kind, message_id, class, reason, created_at, campaign_id, "
        "resolved_at, resolution) VALUES ($1, $2, 'message', $1, 'transient', 'r', now(), $3, now(), 'retried')",
        dead,
        world.company,
        campaign_id,
    )
    await office.do(campaign, "retry-failed", {}, status=422)
    told = (await office.do(campaign, "retry-failed", {"preview": True})).json
    assert (told["counts"]["would"], told["counts"]["count_capped"]) == (3, False)
    assert told["counts"]["skip"] == {"whatsapp_131026": 2, "uncertain": 1, "already_dealt_with": 1}
    child = (await office.do(campaign, "retry-failed", {"preview_id": told["preview_id"]}, status=201)).json
    assert (child["origin"], child["parent_id"], child["status"]) == ("retry", campaign, "running")
    await world.expand()
    await world.round()
    assert (await office.get(child["id"]))["counts"]["queued"] == 3
    await office.do(campaign, "retry-failed", {"preview_id": told["preview_id"]}, status=409)
    told = (await office.do(campaign, "retry-failed", {"preview": True})).json
    assert told["counts"]["would"] == 0
    listed = (await office.client.get("/api/v1/campaigns", {"parent_id": campaign})).json["data"]
    assert [one["id"] for one in listed] == [child["id"]]


async def test_more_failures_than_are_counted_are_shown_as_so_many_and_more_and_all_tried_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign_runs, "COUNT_CAP", 2)
    campaign = await office.made()
    await office.do(campaign, "start")
    world = office.world
    await world.expand()
    await world.round()
    await world.answer(UUID(campaign), "failed", most=4, reason="whatsapp_131000")
    told = (await office.do(campaign, "retry-failed", {"preview": True})).json
    assert (told["counts"]["would"], told["counts"]["count_capped"]) == (2, True)
    child = (await office.do(campaign, "retry-failed", {"preview_id": told["preview_id"]}, status=201)).json
    await world.expand()
    await world.round()
    assert (await office.get(child["id"]))["counts"]["queued"] == 4


async def test_pause_resume_and_cancel_over_the_api(office: Office) -> None:
    campaign = await office.made()
    await office.do(campaign, "pause", status=409)
    await office.do(campaign, "start")
    world = office.world
    await world.expand()
    await world.round()
    assert (await office.do(campaign, "pause")).json["status"] == "paused"
    held = "SELECT count(*) FROM messages WHERE status = 'held' AND reason = 'campaign_paused'"
    assert await world.pool.fetchval(held) == 12
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue WHERE look_at < 'infinity'") == 0
    await office.do(campaign, "resume")
    assert await world.pool.fetchval(held) == 0
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue WHERE look_at < 'infinity'") == 12
    await office.do(campaign, "cancel")
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue") == 0
    people = (await office.get(campaign, "/recipients", {"state": "cancelled"}))["data"]
    assert {person["reason"] for person in people} == {"campaign_cancelled"}
    assert len(people) == 12
    await office.do(campaign, "resume", status=409)
    copy = (await office.do(campaign, "duplicate", {"name": "De novo"}, status=201)).json
    assert (copy["status"], copy["name"], copy["origin"]) == ("draft", "De novo", "duplicate")


async def test_a_schedule_waits_and_recurrence_names_its_next_time(office: Office) -> None:
    later = {"start_at": "2099-01-01T12:00:00Z"}
    campaign = await office.made(schedule=later)
    far = await office.do(campaign, "start", status=422)
    assert [error["field"] for error in far.json["errors"]] == ["schedule.start_at"]
    weekly = {"recurrence": {"every": "week", "at": "09:00", "weekdays": [1]}, "time_zone": "America/Sao_Paulo"}
    await office.client.call("PATCH", f"/api/v1/campaigns/{campaign}", body={"schedule": weekly})
    scheduled = (await office.do(campaign, "start")).json
    assert scheduled["status"] == "scheduled"
    assert scheduled["next_run_at"].endswith("T12:00:00.000Z")
    assert (await office.do(campaign, "cancel")).json["status"] == "cancelled"
