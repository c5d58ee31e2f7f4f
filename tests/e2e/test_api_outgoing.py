"""Outgoing webhooks over HTTP: what may be stored, who may do what, secrets shown once, the log and its buttons."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from storage.pool import Pool
from tests.asgi import Answer, Client
from tests.rest_rig import Rig, make_rig

PATH = "/api/v1/outgoing-webhooks"
GOOD: dict[str, Any] = {
    "name": "ERP",
    "url": "https://erp.example.com/hooks",
    "event_types": ["message.failed", "event.processed", "message.failed"],
}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def _make(owner: Client, **fields: Any) -> Answer:
    answer = await owner.post(PATH, {**GOOD, **fields})
    assert answer.status == 201, answer.body
    return answer


async def test_one_is_made_and_its_secret_shown_once(rig: Rig) -> None:
    company_id, owner = await rig.company()
    made = (await _make(owner)).json
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"))) == 32
    assert made["event_types"] == ["event.processed", "message.failed"]
    assert ("outgoing", company_id) in rig.actors.announced
    for shown in ((await owner.get(f"{PATH}/{made['id']}")).json, (await owner.get(PATH)).json["data"][0]):
        assert "secret" not in shown
        assert (shown["active"], shown["concurrency"], shown["disabled_reason"]) == (True, 5, None)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x",
        "http://localhost:8000/",
        "https://[::1]/",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "ftp://erp.example.com/",
        "https://user:pass@erp.example.com/",
        "erp.example.com",
    ],
)
async def test_urls_that_are_never_called_are_refused_at_once(rig: Rig, url: str) -> None:
    _, owner = await rig.company()
    answer = await owner.post(PATH, {**GOOD, "url": url})
    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == ["url"]


async def test_a_setting_lets_internal_ones_through(pool: Pool) -> None:
    rig = await make_rig(pool, outgoing_allow_private=("127.0.0.1",))
    _, owner = await rig.company()
    await _make(owner, url="http://127.0.0.1:9000/hook")
    assert (await owner.post(PATH, {**GOOD, "url": "http://127.0.0.2:9000/hook"})).status == 422


async def test_wrong_fields_are_named(rig: Rig) -> None:
    _, owner = await rig.company()
    answer = await owner.post(PATH, {"name": "", "url": "x", "event_types": ["event.unknown"], "concurrency": 21})
    assert {error["field"] for error in answer.json["errors"]} == {"name", "event_types[0]", "concurrency"}
    assert (await owner.post(PATH, {**GOOD, "event_types": []})).status == 422


async def test_what_is_changed_is_in_force_and_nothing_else_changes(rig: Rig) -> None:
    _, owner = await rig.company()
    made = (await _make(owner)).json
    one = f"{PATH}/{made['id']}"
    changed = (await owner.call("PATCH", one, body={"event_types": ["event.failed"], "active": False})).json
    assert (changed["event_types"], changed["active"], changed["url"]) == (["event.failed"], False, GOOD["url"])
    assert changed["disabled_at"] is not None
    assert (await owner.post(one + "/enable")).json["disabled_at"] is None
    assert (await owner.post(one + "/disable")).json["active"] is False
    assert (await owner.call("DELETE", one)).status == 204
    assert (await owner.get(one)).status == 404


async def test_a_rotated_secret_lasts_for_its_grace(rig: Rig) -> None:
    _, owner = await rig.company()
    made = (await _make(owner)).json
    one = f"{PATH}/{made['id']}"
    rotated = (await owner.post(one + "/rotate-secret", {"grace_s": 60})).json
    assert rotated["secret"] != made["secret"]
    assert rotated["old_secret_until"] is not None
    rig.clock.now_ms += 61_000
    assert (await owner.get(one)).json["old_secret_until"] is None


async def test_a_test_is_queued_and_its_log_shown(rig: Rig) -> None:
    _, owner = await rig.company()
    one = f"{PATH}/{(await _make(owner)).json['id']}"
    queued = await owner.post(one + "/test")
    assert queued.status == 202
    listed = (await owner.get(one + "/deliveries", {"state": "pending"})).json
    assert (listed["count"], [row["event_type"] for row in listed["data"]]) == (1, ["webhook.test"])
    assert (await owner.get(one + "/deliveries", {"state": "failed"})).json["data"] == []
    shown = (await owner.get(f"{one}/deliveries/{queued.json['id']}")).json
    assert shown["payload"]["type"] == "webhook.test"
    assert shown["attempts"] == []
    assert (await owner.post(f"{one}/deliveries/{queued.json['id']}/resend")).status == 202
    await owner.post(one + "/disable")
    assert (await owner.post(f"{one}/deliveries/{queued.json['id']}/resend")).status == 409


async def test_who_may_do_what(rig: Rig) -> None:
    company_id, owner = await rig.company()
    one = f"{PATH}/{(await _make(owner)).json['id']}"
    operator, viewer = await rig.client(company_id, "operator"), await rig.client(company_id, "viewer")
    assert (await viewer.get(one)).status == 200
    assert (await viewer.post(one + "/test")).status == 403
    assert (await operator.post(one + "/test")).status == 202
    assert (await operator.post(one + "/rotate-secret")).status == 403
    assert (await operator.post(PATH, GOOD)).status == 403
    delivery = (await viewer.get(one + "/deliveries")).json["data"][0]["id"]
    assert (await viewer.get(f"{one}/deliveries/{delivery}")).status == 403
