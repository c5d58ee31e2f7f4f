"""The PIX automation end to end on real Postgres: made over the API, driven by events, summed out of committed rows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.ids import ms_to_time
from engine.pix_flow import DEFAULTS, PARTS, complete, rules_of
from engine.rule_schema import validate_rule
from engine.times import rfc3339
from gateway.routes import flows
from storage.pool import Pool
from tests.actors.case_rig import NO_PIX, PIX, CaseRig, make_case_rig
from tests.actors.shard_rig import new_id, now_ms
from tests.asgi import Client
from tests.rest_rig import Rig, make_rig


@pytest.fixture
async def rest(pool: Pool) -> Rig:
    made = await make_rig(pool)
    made.clock.now_ms = now_ms()
    return made


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[CaseRig]:
    made = await make_case_rig(pool, database_url)
    yield made
    await made.close()


async def _make(rest: Rig, rig: CaseRig, **parts: Any) -> Client:
    owner = await rest.client(rig.shard.company_id, "owner")
    body = {"session_id": str(rig.shard.session_id), "parts": {"created": {"code_delay_s": 0}, **parts}}
    answer = await owner.post("/api/v1/flows/pix", body)
    assert answer.status in (200, 201), answer.body
    await rig.shard.ingestor.reload(rig.shard.company_id.bytes)
    return owner


def _soon(minutes: int = 30) -> str:
    return rfc3339(ms_to_time(now_ms()) + timedelta(minutes=minutes))


async def _pix(rig: CaseRig, number: int, **fields: Any) -> None:
    body = {"qrCode": PIX, "pixExpirationAt": _soon(), "total": 97, "paymentMethod": "pix", **fields}
    await rig.pix(f"p-{number}", f"o-{number}", **body)


async def _accept(pool: Pool, rule_id: UUID, ago: timedelta) -> None:
    """Say that WhatsApp accepted a rule's messages, so long ago."""
    await pool.execute(
        "INSERT INTO message_attempts (message_id, created_at, company_id, session_id, dispatch_id, attempt, outcome, "
        "answered_at) SELECT id, created_at, company_id, session_id, id, 1, 'accepted', now() - $2::interval "
        "FROM messages WHERE rule_id = $1",
        rule_id,
        ago,
    )


async def _rule_ids(owner: Client) -> dict[str, UUID]:
    flow = (await owner.get("/api/v1/flows/pix")).json
    return {rule["part"]: UUID(rule["rule_id"]) for rule in flow["rules"]}


def test_every_combination_of_switches_makes_sound_rules() -> None:
    for code in (True, False):
        for image in (True, False):
            parts = {"created": {"code": code, "image": image}, "reminder": {"code": code}}
            settings = complete({"session_id": str(new_id()), "source": "grapfy", "parts": parts})
            for rule in rules_of(settings).values():
                assert validate_rule(rule) == []
    assert set(DEFAULTS) == set(PARTS)


async def test_the_flow_is_made_once_and_changed_as_one(rest: Rig, rig: CaseRig) -> None:
    owner = await _make(rest, rig)
    first = await _rule_ids(owner)
    assert set(first) == {*PARTS, "tracking"}
    again = await owner.post("/api/v1/flows/pix", {"session_id": str(rig.shard.session_id)})
    assert again.status == 200
    assert await _rule_ids(owner) == first
    assert {rule["version"] for rule in again.json["rules"]} == {1}
    changed = await owner.call(
        "PATCH", "/api/v1/flows/pix", body={"parts": {"reminder": {"active": False, "minutes_before": 5}}}
    )
    rules = {rule["part"]: rule for rule in changed.json["rules"]}
    assert (rules["reminder"]["active"], rules["reminder"]["version"], rules["created"]["version"]) == (False, 2, 1)
    assert changed.json["settings"]["parts"]["created"]["code_delay_s"] == 0
    assert [kind["in_use"] for kind in (await owner.get("/api/v1/flows")).json["data"]] == [True]
    assert (await owner.call("DELETE", "/api/v1/flows/pix")).status == 204
    assert (await owner.get("/api/v1/flows/pix")).status == 404
    assert (await owner.get("/api/v1/rules")).json["data"] == []


async def test_what_is_wrong_with_a_flow_is_told_at_its_place(rest: Rig, rig: CaseRig) -> None:
    owner = await rest.client(rig.shard.company_id, "owner")
    parts = {"reminder": {"minutes_before": 0, "txt": "x"}, "created": {"text": "{{custmer_name}}", "code": 1}}
    refused = await owner.post("/api/v1/flows/pix", {"session_id": "x", "parts": parts, "schedule": {"days": []}})
    assert {one["field"] for one in refused.json["errors"]} == {
        "session_id",
        "schedule.days",
        "parts.reminder.minutes_before",
        "parts.reminder.txt",
        "parts.created.text",
        "parts.created.code",
    }
    nobodys = {"session_id": str(new_id()), "parts": {"approved": {"template_id": str(new_id())}}}
    refused = await owner.post("/api/v1/flows/pix", nobodys)
    assert {one["field"] for one in refused.json["errors"]} == {"session_id", "parts.approved.template_id"}


async def test_a_code_goes_out_alone_and_in_brazilian_form(rest: Rig, rig: CaseRig) -> None:
    await _make(rest, rig, created={"code_delay_s": 0, "image": True})
    await _pix(rig, 1, total=1234.5)
    await _pix(rig, 2, qrCode=NO_PIX)
    await rig.runner.run_due()
    rows = await rig.shard.rows("SELECT order_id, type, text, status, reason FROM messages ORDER BY order_id, id")
    text, code, image = [row for row in rows if row["order_id"] == "o-1"]
    assert "R$ 1.234,50" in text["text"]
    assert code["text"] == PIX
    assert (image["type"], image["status"]) == ("image", "queued")
    assert [(row["status"], row["reason"]) for row in rows if row["order_id"] == "o-2"] == [
        ("queued", None),
        ("held", "invalid_pix_code:checksum"),
        ("held", "invalid_pix_code:checksum"),
    ]


async def test_a_reminder_waits_for_the_expiry_and_an_approval_in_any_order_ends_it(rest: Rig, rig: CaseRig) -> None:
    owner = await _make(rest, rig, expired={"active": True})
    await _pix(rig, 1)
    await rig.approved("a-2", "o-2", total=97, paymentMethod="pix")
    await _pix(rig, 2)
    await _pix(rig, 3)
    await rig.approved("a-3", "o-3", total=97, paymentMethod="pix")
    ids = await _rule_ids(owner)
    cases = [case for case in await rig.cases() if case["rule_id"] in (ids["reminder"], ids["expired"])]
    assert sorted((case["order_id"], case["state"]) for case in cases) == [
        ("o-1", "running"),
        ("o-1", "running"),
        ("o-2", "cancelled"),
        ("o-2", "cancelled"),
        ("o-3", "cancelled"),
        ("o-3", "cancelled"),
    ]
    [reminder] = [case for case in cases if case["rule_id"] == ids["reminder"] and case["order_id"] == "o-1"]
    wait_min = (reminder["due_at"] - reminder["created_at"]).total_seconds() / 60
    assert 19 < wait_min < 21
    thanks = await rig.shard.rows("SELECT order_id, text FROM messages WHERE rule_id = $1", ids["approved"])
    assert sorted(row["order_id"] for row in thanks) == ["o-2", "o-3"]
    assert "R$ 97,00" in thanks[0]["text"]


async def test_the_table_shows_the_next_reminder_and_calls_it_off(rest: Rig, rig: CaseRig) -> None:
    owner = await _make(rest, rig)
    await _pix(rig, 1)
    await _pix(rig, 2)
    await rig.approved("a-2", "o-2", total=97, paymentMethod="pix")
    await rig.runner.run_due()
    rest.clock.now_ms = now_ms() + 1_000
    table = (await owner.get("/api/v1/flows/pix/orders")).json
    assert [(row["order_id"], row["state"], row["value"]) for row in table["data"]] == [
        ("o-2", "paid", "97.00"),
        ("o-1", "pending", "97.00"),
    ]
    assert table["count"] == 2
    assert table["data"][0]["next_reminder"] is None
    assert table["data"][1]["next_reminder"]["due_at"] > table["data"][1]["generated_at"]
    first = (await owner.get("/api/v1/flows/pix/orders", {"limit": "1"})).json
    second = (await owner.get("/api/v1/flows/pix/orders", {"limit": "1", "cursor": first["next_cursor"]})).json
    assert [row["order_id"] for page in (first, second) for row in page["data"]] == ["o-2", "o-1"]
    paid = (await owner.get("/api/v1/flows/pix/orders", {"state": "paid"})).json["data"]
    assert [row["order_id"] for row in paid] == ["o-2"]
    rest.clock.now_ms = now_ms() + 3_600_000
    late = (await owner.get("/api/v1/flows/pix/orders", {"state": "expired"})).json["data"]
    assert [row["order_id"] for row in late] == ["o-1"]
    done = await owner.post("/api/v1/flows/pix/orders/cancel-reminder", {"order_id": "o-1"})
    assert done.json == {"cases": 1, "messages": []}
    assert (await owner.post("/api/v1/flows/pix/orders/cancel-reminder", {"order_id": "x"})).status == 422
    _, stranger = await rest.company()
    assert (await stranger.post("/api/v1/flows/pix/orders/cancel-reminder", {"order_id": "o-1"})).status == 404
    await rig.later()
    ids = await _rule_ids(owner)
    assert await rig.pool.fetchval("SELECT count(*) FROM messages WHERE rule_id = $1", ids["reminder"]) == 0


async def test_a_reminder_that_waits_as_a_message_is_called_off_and_counted(rest: Rig, rig: CaseRig) -> None:
    owner = await _make(rest, rig)
    await _pix(rig, 1)
    await rig.later()
    ids = await _rule_ids(owner)
    done = await owner.post("/api/v1/flows/pix/orders/cancel-reminder", {"order_id": "o-1"})
    waiting = await rig.shard.rows("SELECT id, status, reason FROM messages WHERE rule_id = $1", ids["reminder"])
    assert [str(row["id"]) for row in waiting] == done.json["messages"]
    assert {(row["status"], row["reason"]) for row in waiting} == {("cancelled", "cancelled_by_user")}
    assert not rest.actors.deltas[-1].empty
    assert rest.actors.cancelled_ids == [row["id"] for row in waiting]


async def test_recovered_revenue_is_what_was_approved_after_an_accepted_reminder(
    rest: Rig, rig: CaseRig, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await _make(rest, rig, reminder={"code": False})
    ids = await _rule_ids(owner)
    for number in (1, 2, 3, 4):
        await _pix(rig, number, total=100 * number)
    await rig.later()
    await rig.pool.execute("DELETE FROM messages WHERE rule_id = $1 AND order_id = 'o-4'", ids["reminder"])
    await _accept(rig.pool, ids["reminder"], timedelta(hours=2))
    await rig.pool.execute(
        "UPDATE message_attempts SET answered_at = now() - interval '3 days' WHERE message_id IN "
        "(SELECT id FROM messages WHERE order_id = 'o-2')"
    )
    await rig.pool.execute(
        "UPDATE message_attempts SET answered_at = now() - interval '9 days' WHERE message_id IN "
        "(SELECT id FROM messages WHERE order_id = 'o-3')"
    )
    for number in (1, 2, 3, 4):
        await rig.approved(f"a-{number}", f"o-{number}", total=100 * number, paymentMethod="pix")
    await _pix(rig, 5, total=50)
    await rig.runner.run_due()
    rest.clock.now_ms = now_ms() + 1_000
    told = (await owner.get("/api/v1/flows/pix/summary")).json
    assert told["generated"] == {"orders": 5, "amount": "1050.00"}
    assert told["paid"] == {"orders": 4, "amount": "1000.00"}
    assert told["paid_after_reminder"]["direct"] == {"orders": 1, "amount": "100.00"}
    assert told["paid_after_reminder"]["assisted"] == {"orders": 1, "amount": "200.00"}
    assert (told["recovered_amount"], told["paid_share"]) == ("300.00", 0.8)
    assert told["count_capped"] is False
    monkeypatch.setattr(flows, "COUNT_CAP", 3)
    capped = (await owner.get("/api/v1/flows/pix/summary")).json
    assert (capped["generated"]["orders"], capped["count_capped"]) == (3, True)
    later = (await owner.get("/api/v1/flows/pix/summary", {"from": rfc3339(ms_to_time(now_ms() + 5_000))})).json
    assert later["generated"]["orders"] == 0
    _, stranger = await rest.company()
    assert (await stranger.get("/api/v1/flows/pix/summary")).status == 404
