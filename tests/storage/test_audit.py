"""Changes are told in the audit log: who, what, before and after; no secrets, no people; none without its row."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from engine.audit import differences, noted
from engine.ids import ms_to_time
from gateway.routes.catalog import OPERATIONS
from storage.pool import Pool
from tests.people_kit import PASSWORD, Browser, add_person
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_session

EMAIL = "ana@loja.test"
RULE = {
    "name": "PIX",
    "trigger": {"event_type": "pix_created"},
    "action": {"send": {"session_id": "0199f000-0000-7000-8000-000000000001", "text": "Olá"}},
}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


def test_a_difference_names_the_fields_that_differ_and_nothing_else() -> None:
    before = {"name": "a", "active": True, "trigger": {"event_type": "x"}, "version": 1, "updated_at": "1"}
    after = {"name": "a", "active": False, "trigger": {"event_type": "y"}, "version": 2, "updated_at": "2"}
    assert differences("rule", before, after) == {"active": [True, False], "trigger.event_type": ["x", "y"]}
    assert differences("rule", None, {"name": "n"}) == {"name": [None, "n"]}
    assert differences("rule", {"name": "n"}, None) == {"name": ["n", None]}
    assert differences("nothing", before, after) == {}


def test_of_people_and_secrets_only_that_they_changed_is_told() -> None:
    assert differences("contact", {"phone": "+5511900000000"}, {"phone": "+5511911111111", "name": "Ana"}) == {
        "phone": None,
        "name": None,
    }
    assert differences("webhook", None, {"auth": {"scheme": "plain", "secret": "s3cret"}}) == {
        "auth.scheme": [None, "plain"],
        "auth.secret": None,
    }
    url = "https://ana:senha@erp.test/hook?token=abc#x"
    assert differences("outgoing_webhook", None, {"url": url}) == {"url": [None, "https://erp.test/hook?…"]}
    assert noted("session", {"token": "n", "name": "n"}) == {"token": None}


def test_phones_inside_texts_are_masked_and_ids_are_not() -> None:
    told = differences(
        "rule", None, {"action": {"to": "+55 11 90000-0000", "id": "01990000-0000-7000-8000-000000000001"}}
    )
    assert "90000" not in str(told["action.to"])
    assert told["action.id"] == [None, "01990000-0000-7000-8000-000000000001"]


def test_long_values_are_cut_and_fields_bounded() -> None:
    told = differences("template", None, {"body": "x" * 10_000, "defaults": {f"n{i}": "v" for i in range(500)}})
    assert len(told) == 100
    assert max(len(str(values)) for values in told.values()) < 2_100


async def _log(owner: Any, query: str = "") -> list[dict[str, Any]]:
    answer = await owner.get(f"/api/v1/audit{query}")
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json["data"]
    return found


async def _rule(rig: Rig, pool: Pool, company_id: UUID, owner: Any) -> str:
    session_id = await add_session(pool, company_id, ms_to_time(rig.clock()))
    send = {"session_id": str(session_id), "text": "Olá"}
    made = await owner.post("/api/v1/rules", {**RULE, "action": {"send": send}})
    assert made.status == 201, made.body
    return str(made.json["id"])


async def test_making_changing_and_deleting_a_rule_is_told_with_its_fields(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    rule_id = await _rule(rig, pool, company_id, owner)
    changed = await owner.call("PATCH", f"/api/v1/rules/{rule_id}", body={"active": False, "delay_s": 60})
    assert changed.status == 200
    assert (await owner.call("DELETE", f"/api/v1/rules/{rule_id}")).status == 204
    deleted, updated, made = await _log(owner, f"?object_id={rule_id}")
    assert [one["operation"] for one in (made, updated, deleted)] == ["createRule", "updateRule", "deleteRule"]
    assert made["object"] == {"kind": "rule", "id": rule_id, "name": "PIX"}
    assert made["actor"]["kind"] == "api_key"
    assert made["actor"]["name"] == "owner"
    assert {(c["field"], c["before"], c["after"]) for c in updated["changes"]} == {
        ("active", True, False),
        ("delay_s", None, 60),
    }
    assert ("name", "PIX", None) in {(c["field"], c["before"], c["after"]) for c in deleted["changes"]}
    assert {one["outcome"] for one in (made, updated, deleted)} == {"done"}
    assert updated["request_id"] == changed.headers["x-request-id"]


async def test_what_is_refused_is_not_told_and_what_breaks_off_is_unknown(
    rig: Rig, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, owner = await rig.company()
    assert (await owner.post("/api/v1/rules", {"name": "n"})).status == 422
    assert (await owner.call("DELETE", f"/api/v1/rules/{UUID(int=7)}")).status == 404
    assert await _log(owner) == []

    async def broken(kind: str, company_id: UUID | None) -> None:
        raise RuntimeError("the gateway went away")

    monkeypatch.setattr(rig.services, "announce", broken)
    assert (await owner.post("/api/v1/templates", {"name": "t", "body": "Olá"})).status == 500
    (entry,) = await _log(owner)
    assert (entry["operation"], entry["outcome"]) == ("createTemplate", "unknown")


async def test_previews_are_not_changes_and_exports_are_told(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    await owner.post("/api/v1/events/replay", {"filter": {}, "preview": True})
    assert await _log(owner) == []
    assert (await owner.get("/api/v1/exports/contacts.csv?phone=11900000000")).status == 200
    contact = await owner.post("/api/v1/contacts", {"phone": "+5511900000000", "name": "Ana Exemplo"})
    assert (await owner.get(f"/api/v1/contacts/{contact.json['id']}/personal-data")).status == 200
    seen = await _log(owner)
    assert [one["operation"] for one in seen] == ["exportPersonalData", "createContact", "exportContactsCsv"]
    assert {c["field"] for c in seen[1]["changes"] if c["hidden"]} == {"phone", "name"}
    assert [c["field"] for c in seen[2]["changes"]] == ["phone"]
    stored = await pool.fetchval("SELECT string_agg(a::text, '') FROM audit_log a WHERE company_id = $1", company_id)
    assert "90000" not in stored
    assert "Ana" not in stored


async def test_keys_are_told_without_the_key_and_secrets_are_only_named(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    key = (await owner.post("/api/v1/api-keys", {"name": "ERP", "role": "viewer"})).json
    hook = (await owner.post("/api/v1/webhooks", {"name": "w", "source": "loja"})).json
    await owner.post(f"/api/v1/webhooks/{hook['id']}/rotate-secret")
    await owner.call("DELETE", f"/api/v1/api-keys/{key['id']}")
    stored = await pool.fetchval("SELECT string_agg(a::text, '') FROM audit_log a WHERE company_id = $1", company_id)
    assert key["key"] not in stored
    assert hook["url"].rpartition("/")[2] not in stored
    revoked, rotated, _, made = await _log(owner)
    assert ("role", None, "viewer") in {(c["field"], c["before"], c["after"]) for c in made["changes"]}
    assert ("secret", True) in {(c["field"], c["hidden"]) for c in rotated["changes"]}
    assert [c["field"] for c in revoked["changes"]] == ["revoked_at"]


async def test_a_persons_own_changes_stand_in_the_log_of_each_of_their_companies(rig: Rig, pool: Pool) -> None:
    one, owner = await rig.company("Uma")
    two, other = await rig.company("Duas")
    user_id = await add_person(rig.services, EMAIL, {one: "viewer", two: "operator"})
    browser = Browser(rig.stranger, peer="203.0.113.7")
    await browser.sign_in(EMAIL)
    body = {"current_password": PASSWORD, "password": "outra senha comprida"}
    assert (await browser.call("POST", "/api/v1/auth/password", body)).status == 200
    for client in (owner, other):
        changed, signed_in = await _log(client, f"?actor_id={user_id}")
        assert (signed_in["operation"], signed_in["address"]) == ("signIn", "203.0.113.7")
        assert (changed["operation"], changed["actor"]["name"]) == ("changePassword", EMAIL)
        assert [(c["field"], c["hidden"]) for c in changed["changes"] if c["field"] == "password"] == [
            ("password", True)
        ]
    assert "comprida" not in await pool.fetchval("SELECT string_agg(a::text, '') FROM audit_log a")


async def test_lists_are_filtered_paged_and_bounded_by_time(rig: Rig) -> None:
    _, owner = await rig.company()
    for number in range(5):
        await owner.post("/api/v1/templates", {"name": f"t{number}", "body": "Olá"})
        rig.clock.now_ms += 1_000
    await owner.post("/api/v1/lists", {"name": "l"})
    first = (await owner.get("/api/v1/audit?operation=createTemplate&limit=3")).json
    second = (await owner.get(f"/api/v1/audit?operation=createTemplate&limit=3&cursor={first['next_cursor']}")).json
    names = [one["object"]["name"] for one in (*first["data"], *second["data"])]
    assert names == ["t4", "t3", "t2", "t1", "t0"]
    assert second["next_cursor"] is None
    assert len(await _log(owner, "?object_kind=list")) == 1
    until = first["data"][0]["at"]
    assert len(await _log(owner, f"?to={until}")) == 4
    assert (await owner.get("/api/v1/audit?actor_id=nobody")).status == 422


async def test_only_owners_of_the_company_read_its_log(rig: Rig) -> None:
    company_id, owner = await rig.company()
    _, other = await rig.company("Outra")
    await owner.post("/api/v1/templates", {"name": "t", "body": "Olá"})
    assert await _log(other) == []
    for role in ("operator", "viewer"):
        assert (await (await rig.client(company_id, role)).get("/api/v1/audit")).status == 403


async def test_the_installations_own_changes_have_a_log_too(rig: Rig) -> None:
    made = await rig.installation.post("/api/v1/companies", {"name": "Nova"})
    assert made.status == 201
    (entry,) = (await rig.installation.get("/api/v1/installation/audit")).json["data"]
    assert (entry["operation"], entry["object"]["name"]) == ("createCompany", "Nova")
    assert made.json["api_key"] not in str(entry)


async def test_every_operation_that_may_be_in_the_log_is_named_for_the_filter(rig: Rig) -> None:
    _, owner = await rig.company()
    names = {one["operation"] for one in (await owner.get("/api/v1/audit/operations")).json["data"]}
    changing = {one.name for one in OPERATIONS if one.method != "GET" and one.access != "open"}
    assert changing - names == {
        *("dryRunRule", "dryRunCampaign", "previewTemplate", "previewMapping", "previewAlert", "previewContactImport"),
        *("askKnowledge", "suggestAnswers", "simulateAnswer", "understandText"),
        *("previewVariants", "proposeTemplates", "summariseConversation"),
        *("checkSession", "markRead", "readConversation", "readNotification", "readAllNotifications"),
        "proposeTotp",
    }
