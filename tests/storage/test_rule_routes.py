"""Rules in steps over the API: checked as a whole, tried on past events, their runs and cases shown and called off."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.ids import ms_to_time
from engine.times import rfc3339
from storage.pool import Pool
from tests.actors.case_rig import CaseRig, event, make_case_rig
from tests.asgi import Client
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_event, add_session

NOW = ms_to_time(NOW_MS)
PHONE = "+5511900000000"


@pytest.fixture
async def rest(pool: Pool) -> Rig:
    return await make_rig(pool)


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[CaseRig]:
    made = await make_case_rig(pool, database_url)
    yield made
    await made.close()


def stepped(session_id: UUID, *steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    sends = [{**step, "session_id": str(session_id)} if step["type"] == "send" else step for step in steps]
    return {"name": "Lembrete", "trigger": {"event_type": "pix_created"}, "steps": sends, **more}


async def _dry_run(owner: Client, rule: dict[str, Any], **body: Any) -> dict[str, Any]:
    made = await owner.post("/api/v1/rules", rule)
    assert made.status == 201, made.body
    told = await owner.post(f"/api/v1/rules/{made.json['id']}/dry-run", {"days": 30, **body})
    assert told.status == 200, told.body
    answer: dict[str, Any] = told.json
    return answer


async def test_a_rule_in_steps_is_checked_with_what_it_refers_to(rest: Rig, pool: Pool) -> None:
    company_id, owner = await rest.company()
    session_id = await add_session(pool, company_id, NOW)
    nobodys = "0199f000-0000-7000-8000-000000000009"
    stranger = {"type": "send", "session_id": nobodys, "text": "a"}
    bad = stepped(
        session_id,
        {"type": "add_to_list", "list_id": nobodys},
        {
            "type": "branch",
            "when": {"order_has_event": "x"},
            "then": [stranger],
        },
    )
    refused = await owner.post("/api/v1/rules", bad)
    assert {one["field"] for one in refused.json["errors"]} == {"steps[0].list_id", "steps[1].then[0].session_id"}
    wrong = await owner.post("/api/v1/rules", stepped(session_id, {"type": "wait"}))
    assert [one["field"] for one in wrong.json["errors"]] == ["steps[0].delay_s"]


async def test_a_dry_run_walks_the_steps_in_the_time_that_was(rest: Rig, pool: Pool) -> None:
    company_id, owner = await rest.company()
    session_id = await add_session(pool, company_id, NOW)
    for order, paid_after_s in (("o-1", 60), ("o-2", 1_200), ("o-3", None)):
        at = NOW - timedelta(hours=2)
        await add_event(pool, company_id, at, order_id=order, customer_name="Ana", customer_phone=PHONE)
        if paid_after_s is not None:
            paid = at + timedelta(seconds=paid_after_s)
            await add_event(pool, company_id, paid, order_id=order, event_type="order_approved")
    remind = {"id": "r", "type": "send", "text": "Falta"}
    steps: tuple[dict[str, Any], ...] = ({"type": "send", "text": "Oi"}, {"type": "wait", "delay_s": 600}, remind)
    told = await _dry_run(owner, stepped(session_id, *steps, cancel_on=["order_approved"]))
    assert told["would_send"] == 5
    assert told["reasons"]["cancelled_by:order_approved"] == 1
    reminded = {send["order_id"] for send in told["sends"] if send["step"] == "r"}
    assert reminded == {"o-2", "o-3"}
    [first] = [send for send in told["sends"] if send["order_id"] == "o-3" and send["step"] == "r"]
    assert first["at"] == rfc3339(NOW - timedelta(hours=2) + timedelta(seconds=600))
    assert (first["to"], first["name"], first["text"]) == (PHONE, "Ana", "Falta")
    capped = await _dry_run(
        owner, stepped(session_id, steps[0], caps={"per_person": {"count": 2, "per_hours": 24}}), sends=1
    )
    assert (capped["would_send"], capped["reasons"], capped["messages"]) == (
        2,
        {"cap_per_person": 1, "event_type_not_named": 2},
        {"queued": 2, "skipped": 1},
    )
    assert (len(capped["sends"]), capped["sends_left_out"]) == (1, 2)
    branch = {
        "type": "branch",
        "when": {"order_has_event": "order_approved"},
        "then": [{"type": "wait", "delay_s": 1}],
        "else": [{"type": "send", "text": "Não pagou", "session_id": str(session_id)}],
    }
    branched = await _dry_run(owner, stepped(session_id, steps[1], branch))
    assert {send["order_id"] for send in branched["sends"]} == {"o-2", "o-3"}
    assert await pool.fetchval("SELECT count(*) FROM messages") == 0
    assert await pool.fetchval("SELECT count(*) FROM rule_cases") == 0


async def test_a_rule_is_tried_before_it_is_stored_with_a_verdict_for_each_event(rest: Rig, pool: Pool) -> None:
    company_id, owner = await rest.company()
    session_id = await add_session(pool, company_id, NOW)
    for order, cents in (("o-1", 9_700), ("o-2", 1_000), ("o-3", 9_700)):
        at = NOW - timedelta(hours=2)
        await add_event(pool, company_id, at, order_id=order, customer_phone=PHONE, order_value_cents=cents)
    await add_event(pool, company_id, NOW - timedelta(hours=1), order_id="o-1", event_type="order_refunded")
    when = {"field": "order_value", "op": "greater", "value": 50}
    rule = stepped(
        session_id, {"type": "send", "text": "Oi"}, when=when, caps={"per_person": {"count": 1, "per_hours": 9}}
    )
    del rule["name"]
    told = await owner.post("/api/v1/rules/dry-run", {"rule": rule, "days": 30, "verdicts": 50})
    assert told.status == 200, told.body
    verdicts = {one["order_id"]: one for one in told.json["verdicts"]}
    assert sorted((one["outcome"], one["reason"], one["messages"]) for one in verdicts.values()) == [
        ("fired", None, 1),
        ("not_matched", "condition_false", 0),
        ("skipped", "cap_per_person", 0),
    ]
    assert (verdicts["o-2"]["detail"]["wanted"], verdicts["o-2"]["detail"]["found"]) == (50, "10.00")
    assert verdicts["o-2"]["reason_text"]["pt"] == "A condição não se cumpriu."
    fewer = await owner.post("/api/v1/rules/dry-run", {"rule": rule, "days": 30, "verdicts": 2})
    assert fewer.json["verdicts"] == told.json["verdicts"][:2]
    bad = await owner.post("/api/v1/rules/dry-run", {"rule": {**rule, "steps": [{"type": "wait"}]}})
    assert [one["field"] for one in bad.json["errors"]] == ["rule.steps[0].delay_s"]
    viewer = await rest.client(company_id, "viewer")
    assert (await viewer.post("/api/v1/rules/dry-run", {"rule": rule})).status == 403
    assert await pool.fetchval("SELECT count(*) FROM rules WHERE company_id = $1", company_id) == 0


async def test_runs_and_cases_of_a_rule_are_listed_with_their_reasons(rest: Rig, rig: CaseRig) -> None:
    owner = await rest.client(rig.shard.company_id, "owner")
    when = {"field": "order_value", "op": "greater", "value": 50}
    steps: list[dict[str, Any]] = [{"type": "wait", "delay_s": 600}, {"id": "s", "type": "send", "text": "Falta"}]
    rule_id = await rig.rule(steps, when=when, cancel_on=["order_approved"])
    await rig.pix("e-1", "o-1", total=97)
    await rig.pix("e-2", "o-2", total=10)
    await rig.pix("e-3", "o-3", total=97)
    await rig.approved("e-4", "o-1")
    path = f"/api/v1/rules/{rule_id}"
    runs = (await owner.get(f"{path}/runs")).json
    assert [(run["order_id"], run["outcome"]) for run in runs["data"]] == [
        ("o-3", "fired"),
        ("o-2", "not_matched"),
        ("o-1", "fired"),
    ]
    [no] = (await owner.get(f"{path}/runs", {"outcome": "not_matched", "reason": "condition_false"})).json["data"]
    assert (no["detail"]["wanted"], no["detail"]["found"]) == (50, "10.00")
    assert no["reason_text"]["pt"] == "A condição não se cumpriu."
    cases = (await owner.get(f"{path}/cases")).json
    assert [(case["order_id"], case["state"], case["reason"]) for case in cases["data"]] == [
        ("o-3", "running", None),
        ("o-1", "cancelled", "cancelled_by:order_approved"),
    ]
    assert cases["count"] == 2
    assert cases["data"][0]["next_step"] == "s"
    gone = (await owner.get(f"{path}/cases", {"reason": "cancelled_by"})).json["data"]
    assert [case["order_id"] for case in gone] == ["o-1"]
    assert "order_approved" in gone[0]["reason_text"]["pt"]
    case_id = cases["data"][0]["id"]
    assert (await owner.post(f"{path}/cases/{case_id}/cancel")).json["reason"] == "cancelled_by_user"
    assert (await owner.post(f"{path}/cases/{case_id}/cancel")).status == 409
    await rig.later()
    assert await rig.texts() == []
    event_id = runs["data"][0]["event_id"]
    [run] = (await owner.get(f"/api/v1/events/{event_id}/runs")).json["data"]
    assert [case["id"] for case in run["cases"]] == [case_id]
    assert run["cases"][0]["log"][0]["type"] == "wait"


async def test_a_deleted_rule_ends_its_cases_at_once(rest: Rig, rig: CaseRig) -> None:
    owner = await rest.client(rig.shard.company_id, "owner")
    rule_id = await rig.rule([{"type": "wait", "delay_s": 600}, {"type": "send", "text": "Falta"}])
    await rig.shard.post(event("pix_created", "e-1", "o-1"))
    assert (await owner.call("DELETE", f"/api/v1/rules/{rule_id}")).status == 204
    assert await rig.ends() == [("cancelled", "rule_deleted")]
