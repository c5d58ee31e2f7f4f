"""Alerts and notifications over the API."""

from __future__ import annotations

from typing import Any

import pytest

from engine.ids import ms_to_time
from storage.notifications import notify
from storage.pool import Pool
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_session

ALERT = {"name": "Falhas", "metric": "failure_rate", "threshold": 0.2}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def test_an_alert_is_kept_changed_tested_and_taken_away(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, ms_to_time(rig.clock()))
    made = await owner.post("/api/v1/alerts", ALERT)
    assert made.status == 201, made.body
    assert (made.json["state"], made.json["unit"], made.json["window_s"]) == ("no_data", "share", 600)
    path = f"/api/v1/alerts/{made.json['id']}"
    whatsapp = {"session_id": str(session_id), "to": "(11) 90000-0000"}
    changed = await owner.call("PATCH", path, body={"channels": {"app": True, "webhook": True, "whatsapp": whatsapp}})
    assert changed.json["channels"]["whatsapp"]["to"] == "+5511900000000"
    tested = await owner.post(path + "/test", None)
    assert (tested.status, tested.json["channels"]) == (202, ["app", "webhook", "whatsapp"])
    assert tested.json["title_pt"].startswith("Teste — Alerta “Falhas”")
    assert await pool.fetchval("SELECT count(*) FROM alert_sends") == 3
    assert (await owner.get("/api/v1/alerts")).json["count"] == 1
    assert (await owner.get(path + "/changes")).json["data"] == []
    assert (await owner.post("/api/v1/alerts/preview", ALERT)).json["times"] == 0
    viewer = await rig.client(company_id, "viewer")
    assert (await viewer.call("DELETE", path)).status == 403
    assert (await owner.call("DELETE", path)).status == 204
    assert (await owner.get(path)).status == 404


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"metric": "weather"}, "metric"),
        ({"threshold": 20}, "threshold"),
        ({"window_s": 5}, "window_s"),
        ({"quiet": {"from": "25:00", "to": "07:00"}}, "quiet.from"),
        ({"scope": {"sources": ["grapfy"]}}, "scope.sources"),
        ({"channels": {"sms": True}}, "channels.sms"),
    ],
)
async def test_what_makes_no_sense_names_its_field(rig: Rig, wrong: dict[str, Any], field: str) -> None:
    _, owner = await rig.company()
    answer = await owner.post("/api/v1/alerts", {**ALERT, **wrong})
    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == [field]


async def test_a_company_has_at_most_a_hundred_alerts(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    await owner.post("/api/v1/alerts", ALERT)
    await pool.execute(
        "INSERT INTO alerts SELECT gen_random_uuid(), $1, name, metric, threshold, window_s, scope, quiet, channels, "
        "active, state, value, streak, state_since, looked_at, look_at, created_at, updated_at "
        "FROM alerts, generate_series(1, 99)",
        company_id,
    )
    assert (await owner.post("/api/v1/alerts", ALERT)).status == 409


async def test_notifications_are_listed_and_read(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    for number in range(3):
        await notify(pool, company_id, "outgoing_webhook_disabled", "warning", {"name": f"ERP {number}"})
    page = (await owner.get("/api/v1/notifications", {"unread": "true"})).json
    assert page["count"] == 3
    newest = page["data"][0]
    assert newest["title"]["pt"] == "Webhook de saída desativado: ERP 2"
    assert newest["data"] == {"name": "ERP 2"}
    read = await owner.post(f"/api/v1/notifications/{newest['id']}/read", None)
    assert read.json["read_at"] is not None
    assert (await owner.get("/api/v1/notifications", {"unread": "true"})).json["count"] == 2
    await pool.execute("UPDATE notifications SET created_at = '2026-01-01'")
    assert (await owner.post("/api/v1/notifications/read-all", None)).json == {"marked": 2}
    assert (await owner.get("/api/v1/notifications")).json["count"] == 3
