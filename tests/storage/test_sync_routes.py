"""History syncs over the REST application on real Postgres."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.credentials import open_sync_token
from engine.ids import ms_to_time
from storage.history_syncs import PageResult, load_sync, save_page
from storage.pool import Pool
from tests.asgi import Client
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_event

NOW = ms_to_time(NOW_MS)


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def _sync(owner: Client, **more: Any) -> dict[str, Any]:
    webhook = (await owner.post("/api/v1/webhooks", {"name": "Loja", "source": "grapfy"})).json["id"]
    body = {"webhook_id": webhook, "setting_id": "setting-1", "token": " tok-secret ", **more}
    made = await owner.post("/api/v1/syncs", body)
    assert made.status == 201, made.body
    assert b"tok-secret" not in made.body
    sync: dict[str, Any] = made.json
    return sync


async def _save(rig: Rig, company_id: UUID, sync_id: str, job_id: str, **more: Any) -> None:
    sync = await load_sync(rig.services.pool, company_id, UUID(sync_id))
    assert sync is not None
    async with rig.services.pool.acquire() as connection, connection.transaction():
        begun = sync["since"]
        await save_page(connection, company_id, UUID(sync_id), UUID(job_id), begun, begun, PageResult(**more), NOW)


async def test_a_sync_is_made_with_its_schedule_and_its_token_sealed(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    sync = await _sync(owner)
    assert (sync["active"], sync["automations"], sync["every_s"]) == (True, False, 21_600)
    assert sync["next_run_at"] == "2026-09-21T14:13:20.000Z"  # the first run is at once
    assert sync["since"] == "2026-08-22T14:13:20.000Z"
    row = await load_sync(pool, company_id, UUID(sync["id"]))
    assert row is not None
    assert open_sync_token(rig.services.vault, row["id"], row["token_sealed"]) == "tok-secret"
    [schedule] = (await owner.get("/api/v1/schedules", {"kind": "history_sync"})).json["data"]
    assert (schedule["subject_id"], schedule["jitter_s"]) == (sync["id"], 1_800)
    again = {"webhook_id": sync["webhook_id"], "setting_id": "setting-1", "token": "t"}
    assert (await owner.post("/api/v1/syncs", again)).status == 409
    assert (await owner.get("/api/v1/syncs", {"webhook_id": sync["webhook_id"]})).json["data"] == [sync]
    viewer = await rig.client(company_id, "viewer")
    assert (await viewer.get(f"/api/v1/syncs/{sync['id']}")).json == sync
    assert (await viewer.post(f"/api/v1/syncs/{sync['id']}/run")).status == 403


async def test_a_change_keeps_what_it_does_not_name_and_another_since_begins_anew(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    sync = await _sync(owner)
    path = f"/api/v1/syncs/{sync['id']}"
    await pool.execute("UPDATE history_syncs SET reached_at = $1", NOW)
    paused = (await owner.call("PATCH", path, body={"active": False, "setting_id": "setting-1"})).json
    assert (paused["active"], paused["next_run_at"], paused["setting_id"]) == (False, None, "setting-1")
    assert paused["reached_at"] == "2026-09-21T14:13:20.000Z"
    assert (await owner.post(path + "/run")).status == 409
    changed = (
        await owner.call("PATCH", path, body={"active": True, "since": "2026-01-01T00:00:00Z", "token": "n"})
    ).json
    assert (changed["since"], changed["reached_at"], changed["active"]) == ("2026-01-01T00:00:00.000Z", None, True)
    assert changed["next_run_at"] > sync["next_run_at"]
    row = await load_sync(pool, company_id, UUID(sync["id"]))
    assert row is not None
    assert open_sync_token(rig.services.vault, row["id"], row["token_sealed"]) == "n"
    assert (await owner.call("DELETE", path)).status == 204
    assert (await owner.get(path)).status == 404
    assert (await owner.get("/api/v1/schedules")).json["data"] == []
    assert await pool.fetchval("SELECT token_sealed FROM history_syncs") == b""
    again = {"webhook_id": sync["webhook_id"], "setting_id": "setting-1", "token": "t"}
    assert (await owner.post("/api/v1/syncs", again)).status == 201


async def test_what_makes_no_sense_is_named(rig: Rig) -> None:
    _, owner = await rig.company()
    webhook = (await owner.post("/api/v1/webhooks", {"name": "Loja", "source": "grapfy"})).json["id"]
    good = {"webhook_id": webhook, "setting_id": "s", "token": "t"}
    cases: list[tuple[dict[str, Any], str]] = [
        ({"webhook_id": "00000000-0000-7000-8000-000000000001"}, "webhook_id"),
        ({"source": "hotmart"}, "source"),
        ({"since": "ontem"}, "since"),
        ({"since": "2999-01-01T00:00:00Z"}, "since"),
        ({"token": " "}, "token"),
        ({"every_s": 5}, "every_s"),
    ]
    for change, field in cases:
        answer = await owner.post("/api/v1/syncs", {**good, **change})
        assert answer.status == 422, change
        assert [error["field"] for error in answer.json["errors"]] == [field]


async def test_a_run_is_begun_once_and_tells_what_it_did(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    sync = await _sync(owner)
    path = f"/api/v1/syncs/{sync['id']}"
    begun = await owner.post(path + "/run")
    assert (begun.status, begun.json["kind"]) == (202, "history_sync")
    assert (await owner.post(path + "/run")).status == 409
    job_id = begun.json["id"]
    entries = [{"id": "record-1", "created_at": None, "reason": "payload_missing"}]
    await _save(rig, company_id, sync["id"], job_id, pages=1, imported=98, failed=1, entries=entries, reached_at=NOW)
    await _save(rig, company_id, sync["id"], job_id, waits=1, error="source_rate_limited", error_status=429)
    [run] = (await owner.get(path + "/runs")).json["data"]
    assert (run["state"], run["imported"], run["failed"], run["waits"]) == ("running", 98, 1, 1)
    assert run["error"]["reason_text"]["pt"] == "O sistema de origem pediu para esperar (429)."
    assert run["next_try_at"] is not None
    assert run["entries"][0]["reason_text"]["en"] == "The record holds no payload."
    shown = (await owner.get(path)).json
    assert (shown["imported"], shown["last_error"]["reason"]) == (98, "source_rate_limited")
    await _save(
        rig, company_id, sync["id"], job_id, pages=1, imported=2, duplicates=5, warnings=["descending"], finished=True
    )
    await pool.execute("UPDATE jobs SET state = 'done', finished_at = $1", NOW + timedelta(seconds=1))
    [run] = (await owner.get(path + "/runs")).json["data"]
    assert (run["pages"], run["imported"], run["duplicates"], run["error"]) == (2, 100, 5, None)
    assert run["warnings"][0]["reason_text"]["pt"].startswith("O sistema de origem devolve os mais novos primeiro")
    assert (run["state"], run["finished_at"]) == ("done", "2026-09-21T14:13:21.000Z")
    shown = (await owner.get(path)).json
    assert (shown["imported"], shown["duplicates"], shown["failed"], shown["last_error"]) == (100, 5, 1, None)
    assert (shown["last_job_id"], shown["last_state"]) == (job_id, "done")
    assert shown["reached_at"] == "2026-09-21T14:13:20.000Z"


async def test_an_imported_event_tells_why_no_rule_ran(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    rule = {"name": "r", "trigger": {"event_type": "pix_created"}}
    session = await owner.post("/api/v1/sessions", {"name": "n", "transport": "web"})
    send = {"session_id": session.json["id"], "text": "Olá"}
    made = await owner.post("/api/v1/rules", {**rule, "action": {"send": send}})
    assert made.status == 201, made.body
    event_id = await add_event(pool, company_id, NOW + timedelta(days=1), signature="imported", reason="imported")
    event = (await owner.get(f"/api/v1/events/{event_id}")).json
    assert event["reason_text"]["pt"] == "Importado do histórico: as regras não rodam para ele."
    [run] = (await owner.get(f"/api/v1/events/{event_id}/runs")).json["data"]
    assert (run["outcome"], run["reason"]) == ("skipped", "imported")
