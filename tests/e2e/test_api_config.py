"""The REST API of what a company configures: rules, templates, webhooks, sessions, keys, companies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from engine.credentials import (
    hash_token,
    open_meta_secrets,
    open_session_token,
    open_webhook_secrets,
    secrets_in_force,
)
from engine.sharding import bucket_of
from engine.wire import FLAG_INACTIVE
from storage.pool import Pool
from storage.webhooks import get_webhook
from tests.asgi import Client
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_event, add_session

NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)  # some days before the rig's clock


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


def _rule(session_id: UUID, **more: Any) -> dict[str, Any]:
    send = {"session_id": str(session_id), "text": "Olá, {{customer_name|first_name}}!"}
    return {"name": "pix", "trigger": {"event_type": "pix_created"}, "action": {"send": send}, **more}


async def test_a_rule_is_made_changed_and_deleted_and_each_change_is_announced(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    made = await owner.post("/api/v1/rules", _rule(session_id, delay_s=60))
    assert made.status == 201
    assert made.headers["location"] == f"/api/v1/rules/{made.json['id']}"
    assert (made.json["version"], made.json["active"], made.json["delay_s"]) == (1, True, 60)
    assert made.json["trigger"] == {"event_type": "pix_created"}
    path = f"/api/v1/rules/{made.json['id']}"
    assert (await owner.call("PATCH", path, body={"active": False})).json["version"] == 1
    changed = await owner.call("PATCH", path, body={"delay_s": None, "cancel_on": ["order_approved"]})
    assert changed.json["version"] == 2
    assert "delay_s" not in changed.json
    assert changed.json["active"] is False
    versions = (await owner.get(path + "/versions")).json
    assert [version["version"] for version in versions["data"]] == [2, 1]
    assert versions["data"][1]["definition"]["delay_s"] == 60
    assert (await owner.get("/api/v1/rules")).json["count"] == 1
    assert (await owner.call("DELETE", path)).status == 204
    assert (await owner.get(path)).status == 404
    assert (await owner.get("/api/v1/rules")).json["data"] == []
    assert rig.actors.announced == [("rules", company_id)] * 4


async def test_all_problems_of_a_rule_are_told_at_once_and_nothing_is_stored(rig: Rig) -> None:
    _, owner = await rig.company()
    body = {"trigger": {}, "when": {"field": "nothing", "op": "magic"}, "action": {"send": {"text": "{{"}}, "extra": 1}
    answer = await owner.post("/api/v1/rules", body)
    assert answer.status == 422
    fields = {error["field"] for error in answer.json["errors"]}
    assert {"name", "extra", "trigger.event_type", "when.field", "when.op", "action.send.session_id"} <= fields
    assert (await owner.get("/api/v1/rules")).json["count"] == 0
    assert rig.actors.announced == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'"text"', b"\xff"])
async def test_a_body_that_is_no_object_is_refused(rig: Rig, body: bytes) -> None:
    _, owner = await rig.company()
    for path in ("/rules", "/templates", "/webhooks", "/sessions", "/messages", "/api-keys"):
        assert (await owner.call("POST", "/api/v1" + path, body=body)).status in (400, 422), path


async def test_a_dry_run_tells_what_a_rule_would_have_sent(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    rule = (await owner.post("/api/v1/rules", _rule(session_id))).json
    for number in range(3):
        await add_event(pool, company_id, NOW, customer_name=f"Ana {number}", customer_phone="+5511900000000")
    nameless = await add_event(pool, company_id, NOW, customer_phone="+5511900000000")
    await add_event(pool, company_id, NOW, event_type="order_approved")
    await add_event(pool, company_id, NOW, state="unparsed", event_type=None)
    told = (await owner.post(f"/api/v1/rules/{rule['id']}/dry-run", {"days": 30})).json
    assert (told["events"], told["would_send"]) == (6, 3)
    assert told["outcomes"] == {"fired": 3, "held": 1, "not_triggered": 1, "unparsed": 1}
    assert told["reasons"]["missing_variable:customer_name"] == 1
    texts = {sample["event_id"]: sample["text"] for sample in told["samples"]}
    assert sorted(texts.values()) == ["Olá, !", *["Olá, Ana!"] * 3]
    held = next(sample for sample in told["samples"] if sample["event_id"] == str(nameless))
    assert held["status"] == "held"
    narrowed = {"days": 30, "rule": {"when": {"field": "customer_name", "op": "equals", "value": "Ana 1"}}}
    assert (await owner.post(f"/api/v1/rules/{rule['id']}/dry-run", narrowed)).json["would_send"] == 1
    assert (await owner.get(f"/api/v1/rules/{rule['id']}")).json["version"] == 1
    assert await pool.fetchval("SELECT count(*) FROM messages") == 0


async def test_templates_and_their_preview(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    body = {
        "name": "pix_criado",
        "kind": "meta",
        "body": "Olá, {{customer_name|first_name}}! Valor: {{order_value|money}}. Obrigado!",
        "defaults": {"customer_name": "cliente"},
    }
    made = await owner.post("/api/v1/templates", body)
    assert made.status == 201
    assert (made.json["language"], made.json["category"], made.json["status"]) == ("pt_BR", "utility", "approved")
    path = f"/api/v1/templates/{made.json['id']}"
    assert (await owner.post("/api/v1/templates", body)).status == 409
    empty = (await owner.post(path + "/preview")).json
    assert (empty["event_id"], empty["missing"]) == (None, ["order_value"])
    event_id = await add_event(pool, company_id, NOW, customer_name="Ana Souza", order_value_cents=9700)
    newest = (await owner.post(path + "/preview")).json
    assert newest["event_id"] == str(event_id)
    assert newest["text"] == "Olá, Ana! Valor: R$\u00a097,00. Obrigado!".replace("\u00a0", " ")
    given = {"event_id": str(event_id), "variables": {"customer_name": "Bia"}}
    assert "Olá, Bia!" in (await owner.post(path + "/preview", given)).json["text"]
    wrong = await owner.post(path + "/preview", {"variables": {"order_value": "much", "nome": "x"}})
    assert {error["field"] for error in wrong.json["errors"]} == {"variables.order_value", "variables.nome"}
    assert (await owner.call("PATCH", path, body={"body": "{{nothing}}"})).status == 422
    changed = await owner.call("PATCH", path, body={"status": "PAUSED"})
    assert (changed.json["status"], changed.json["body"]) == ("PAUSED", body["body"])
    assert (await owner.call("DELETE", path)).status == 204
    assert (await owner.post("/api/v1/templates", body)).status == 201


async def test_a_webhook_with_a_token_in_its_address(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    made = await owner.post("/api/v1/webhooks", {"name": "Loja", "source": "grapfy"})
    assert made.status == 201
    webhook = made.json
    prefix = f"https://masteria.example/api/v1/webhooks/incoming/{company_id}/"
    assert webhook["url"].startswith(prefix + "whk_")
    assert (webhook["auth"], webhook["token"], webhook["secret"]) == ({"scheme": "token"}, True, None)
    token = webhook["url"].removeprefix(prefix)
    stored = await get_webhook(pool, company_id, UUID(webhook["id"]))
    assert stored is not None
    assert stored.token_hash == hash_token(token)
    assert token.encode() not in (stored.secrets_sealed or b"")
    path = f"/api/v1/webhooks/{webhook['id']}"
    operator = await rig.client(company_id, "operator")
    assert (await operator.get(path)).json["url"] is None
    assert (await owner.get(path)).json["url"] == webhook["url"]
    rotated = await owner.post(path + "/rotate-secret", {"grace_s": 60})
    assert rotated.json["url"] != webhook["url"]
    assert rotated.json["old_secret_until"] is not None
    after = await get_webhook(pool, company_id, UUID(webhook["id"]))
    assert after is not None
    chain = open_webhook_secrets(rig.services.vault, after.id, after.secrets_sealed)
    assert token in secrets_in_force(chain, "token", rig.clock() + 59_999)
    assert token not in secrets_in_force(chain, "token", rig.clock() + 60_000)
    assert ("webhooks", company_id) in rig.actors.announced


async def test_a_signed_webhook_shows_its_secret_once(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    body = {"name": "Loja", "source": "shop", "auth": {"scheme": "standard"}, "token": True}
    made = (await owner.post("/api/v1/webhooks", body)).json
    assert made["secret"].startswith("whsec_")
    assert "/whk_" in made["url"]
    path = f"/api/v1/webhooks/{made['id']}"
    assert "secret" not in (await owner.get(path)).json
    renamed = (await owner.call("PATCH", path, body={"name": "Outra"})).json
    assert (renamed["name"], renamed["secret"], renamed["url"]) == ("Outra", None, made["url"])
    rotated = (await owner.post(path + "/rotate-secret")).json
    assert rotated["secret"] not in (None, made["secret"])
    assert rotated["url"] == made["url"]
    other = (await owner.call("PATCH", path, body={"auth": {"scheme": "timestamped"}, "token": False})).json
    assert (other["token"], other["url"]) == (False, f"https://masteria.example/api/v1/webhooks/incoming/{company_id}")
    plain = {"scheme": "plain", "header": "x-shop-hmac", "encoding": "base64"}
    own = (await owner.call("PATCH", path, body={"auth": plain, "secret": "theirs"})).json
    assert own["secret"] == "theirs"
    stored = await get_webhook(pool, company_id, UUID(made["id"]))
    assert stored is not None
    chain = open_webhook_secrets(rig.services.vault, stored.id, stored.secrets_sealed)
    assert [item.secret for item in chain] == ["theirs"]


async def test_what_is_wrong_with_a_webhook_is_named(rig: Rig) -> None:
    _, owner = await rig.company()
    for body, fields in (
        ({"source": "a b"}, {"name", "source"}),
        ({"name": "n", "source": "s", "auth": {"scheme": "magic"}}, {"auth.scheme"}),
        ({"name": "n", "source": "s", "auth": {"scheme": "plain"}}, {"auth.header"}),
        ({"name": "n", "source": "s", "auth": {"scheme": "none"}, "secret": "x"}, {"secret"}),
        ({"name": "n", "source": "s", "auth": {"scheme": "standard"}, "secret": "whsec_!"}, {"secret"}),
        (
            {"name": "n", "source": "s", "mapping": {"nome": "$.a"}, "dedupe": {"path": 1}},
            {"mapping.nome", "dedupe.path"},
        ),
        ({"name": "n", "source": "s", "url": "https://x"}, {"url"}),
    ):
        answer = await owner.post("/api/v1/webhooks", body)
        assert answer.status == 422, body
        assert {error["field"] for error in answer.json["errors"]} == fields, answer.body
    unsigned = {"name": "n", "source": "s", "auth": {"scheme": "none"}}
    made = await owner.post("/api/v1/webhooks", unsigned)
    assert made.status == 201
    assert (await owner.post("/api/v1/webhooks", unsigned)).status == 409
    assert (await owner.post(f"/api/v1/webhooks/{made.json['id']}/rotate-secret")).status == 422


async def test_a_webhook_is_switched_tested_and_deleted(rig: Rig) -> None:
    company_id, owner = await rig.company()
    webhook = (await owner.post("/api/v1/webhooks", {"name": "Loja", "source": "grapfy"})).json
    path = f"/api/v1/webhooks/{webhook['id']}"
    tested = await owner.post(path + "/test", {"event_type": "order_approved"})
    assert (tested.status, tested.json["duplicate"]) == (202, False)
    assert tested.json["payload"]["eventType"] == "order_approved"
    assert (await owner.post(path + "/deactivate")).json["active"] is False
    await owner.post(path + "/test", {"payload": {"mine": 1}})
    (bucket, first), (_, second) = rig.actors.taken
    assert bucket == bucket_of(company_id.bytes)
    assert (first.webhook_id, first.flags) == (UUID(webhook["id"]).bytes, 0)
    assert orjson.loads(second.body) == {"mine": 1}
    assert second.flags == FLAG_INACTIVE
    assert (await owner.post(path + "/activate")).json["active"] is True
    assert (await owner.call("DELETE", path)).status == 204
    assert (await owner.get(path)).status == 404
    assert (await owner.post("/api/v1/webhooks", {"name": "Loja", "source": "grapfy"})).status == 201


def _session(**more: Any) -> dict[str, Any]:
    app = {"app_id": "300", "app_secret": "app-secret", "verify_token": "verify"}
    base = {"name": "Vendas", "transport": "cloud", "phone_number_id": "100", "token": "tok-G-secret"}
    return {**base, "phone": "(11) 90000-0000", "meta_app": app, **more}


async def test_a_session_keeps_its_secrets_to_itself(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    made = await owner.post("/api/v1/sessions", _session())
    assert made.status == 201
    session = made.json
    assert (session["phone"], session["state"], session["throughput"]) == ("+5511900000000", "active", 80)
    assert session["callback_url"] == "https://masteria.example/api/v1/webhooks/meta/300"
    path = f"/api/v1/sessions/{session['id']}"
    for answer in (made, await owner.get(path), await owner.get("/api/v1/sessions")):
        assert b"tok-G" not in answer.body
        assert b"app-secret" not in answer.body
    token = await pool.fetchval("SELECT token_sealed FROM sessions WHERE id = $1", UUID(session["id"]))
    assert open_session_token(rig.services.vault, UUID(session["id"]), token) == "tok-G-secret"
    sealed = await pool.fetchval("SELECT sealed FROM meta_apps WHERE app_id = '300'")
    assert open_meta_secrets(rig.services.vault, "300", sealed).verify_token == "verify"
    assert (await owner.post("/api/v1/sessions", _session())).status == 409
    changed = (await owner.call("PATCH", path, body={"throughput": 500, "phone": None})).json
    assert (changed["throughput"], changed["phone"], changed["app_id"]) == (500, None, "300")
    assert await pool.fetchval("SELECT token_sealed FROM sessions WHERE id = $1", UUID(session["id"])) == token
    await owner.call("PATCH", path, body={"token": "new"})
    token = await pool.fetchval("SELECT token_sealed FROM sessions WHERE id = $1", UUID(session["id"]))
    assert open_session_token(rig.services.vault, UUID(session["id"]), token) == "new"
    assert rig.actors.announced == [("sessions", company_id)] * 3


async def test_a_session_is_paused_resumed_limited_and_deleted(rig: Rig) -> None:
    _, owner = await rig.company()
    path = "/api/v1/sessions/" + (await owner.post("/api/v1/sessions", _session())).json["id"]
    assert (await owner.post(path + "/pause")).json["state"] == "paused"
    until = await owner.post(path + "/pause", {"until": "2099-01-01T00:00:00Z", "reason": "férias"})
    assert (until.json["resume_at"], until.json["reason"]) == ("2099-01-01T00:00:00.000Z", "férias")
    assert (await owner.post(path + "/pause", {"until": "2001-01-01T00:00:00Z"})).status == 422
    resumed = (await owner.post(path + "/resume")).json
    assert (resumed["state"], resumed["reason"], resumed["resume_at"]) == ("active", None, None)
    limits = (await owner.call("PUT", path + "/limits", body={"throughput_per_s": 7, "tier": "TIER_1K"})).json
    assert (limits["throughput_per_s"], limits["tier"]) == (7, "TIER_1K")
    assert (await owner.get(path + "/limits")).json == limits
    assert (await owner.call("PUT", path + "/limits", body={"throughput_per_s": 1001})).status == 422
    wrong = await owner.call("PUT", path + "/limits", body={"options": {"budgets": {"per_day": 0}}})
    assert (wrong.status, wrong.json["errors"][0]["field"]) == (422, "options.budgets.per_day")
    budgets = {"budgets": {"per_day": 500, "quiet_hours": {"from": "21:00", "to": "08:00"}}}
    assert (await owner.call("PUT", path + "/limits", body={"options": budgets})).json["options"] == budgets
    assert (await owner.call("DELETE", path)).status == 204
    assert (await owner.post("/api/v1/sessions", _session())).status == 201


async def test_keys_are_shown_once_listed_and_revoked_at_once(rig: Rig) -> None:
    company_id, owner = await rig.company()
    made = (await owner.post("/api/v1/api-keys", {"name": "painel", "role": "viewer"})).json
    viewer = rig.stranger.acting_as(made["key"])
    me = (await viewer.get("/api/v1/me")).json
    assert (me["role"], me["company"]["id"], me["installation"]) == ("viewer", str(company_id), False)
    listed = await owner.get("/api/v1/api-keys")
    assert made["key"].encode() not in listed.body
    assert listed.json["data"][0]["prefix"] == made["key"][:10]
    assert (await viewer.get("/api/v1/api-keys")).status == 403
    revoked = await owner.call("DELETE", f"/api/v1/api-keys/{made['id']}")
    assert revoked.json["revoked_at"] is not None
    assert (await viewer.get("/api/v1/me")).status == 401
    assert ("api_keys", company_id) in rig.actors.announced


async def test_when_a_key_was_used_is_written_for_many_at_once(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    await owner.get("/api/v1/me")
    assert await pool.fetchval("SELECT last_used_at FROM api_keys WHERE company_id = $1", company_id) is None
    await rig.services.auth.flush()
    used = await pool.fetchval("SELECT last_used_at FROM api_keys WHERE company_id = $1", company_id)
    await owner.get("/api/v1/me")
    await rig.services.auth.flush()
    assert await pool.fetchval("SELECT last_used_at FROM api_keys WHERE company_id = $1", company_id) == used
    rig.clock.now_ms += 60_000
    await owner.get("/api/v1/me")
    await rig.services.auth.flush()
    assert await pool.fetchval("SELECT last_used_at FROM api_keys WHERE company_id = $1", company_id) > used


async def test_an_installation_key_makes_companies_and_acts_for_them(rig: Rig) -> None:
    made = await rig.installation.post("/api/v1/companies", {"name": "Loja", "time_zone": "America/Manaus"})
    assert made.status == 201
    company_id = made.json["id"]
    owner = rig.stranger.acting_as(made.json["api_key"])
    assert (await owner.get("/api/v1/me")).json["company"]["time_zone"] == "America/Manaus"
    assert (await owner.get("/api/v1/companies")).status == 403
    assert company_id in [company["id"] for company in (await rig.installation.get("/api/v1/companies")).json["data"]]
    assert (await rig.installation.get("/api/v1/me")).json["company"] is None
    unnamed = await rig.installation.get("/api/v1/events")
    assert (unnamed.status, unnamed.json["errors"][0]["field"]) == (422, "X-Company-Id")
    acting = rig.stranger.acting_as(rig.installation_key, company_id)
    assert (await acting.get("/api/v1/me")).json["installation"] is True
    assert (await acting.get("/api/v1/events")).status == 200
    assert (await rig.stranger.acting_as(rig.installation_key, str(uuid4())).get("/api/v1/me")).status == 404
    assert (await rig.stranger.acting_as(rig.installation_key, "x").get("/api/v1/me")).status == 422
    assert (await rig.installation.post("/api/v1/companies", {"name": "x", "time_zone": "Mars"})).status == 422


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer x", "Basic YTpi", "Bearer mia_" + "x" * 43])
async def test_without_a_key_in_force_nothing_is_told(rig: Rig, authorization: str) -> None:
    client = Client(rig.stranger.app, {"authorization": authorization} if authorization else {})
    for path in ("/api/v1/me", "/api/v1/events", f"/api/v1/events/{uuid4()}", "/api/v1/companies"):
        answer = await client.get(path)
        assert answer.status == 401, path
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.headers["content-type"] == "application/problem+json"


async def test_roles_are_kept(rig: Rig, pool: Pool) -> None:
    company_id, _ = await rig.company()
    session_id = await add_session(pool, company_id, NOW)
    viewer, operator = await rig.client(company_id, "viewer"), await rig.client(company_id, "operator")
    assert (await viewer.get("/api/v1/rules")).status == 200
    assert (await viewer.post("/api/v1/rules", _rule(session_id))).status == 403
    assert (await operator.post("/api/v1/rules", _rule(session_id))).status == 201
    assert (await operator.post("/api/v1/webhooks", {"name": "w", "source": "s"})).status == 403
    assert (await operator.post("/api/v1/sessions", _session())).status == 403
