"""A company sees only itself: every route with an id is asked for another company's, and answers 404 without a hint.

A new route without a case fails here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest

from gateway.operations import Operation
from gateway.routes.catalog import OPERATIONS
from storage.bulk import insert_preview
from storage.conversations import Heard, fold_inbound
from storage.jobs import insert_job
from storage.notifications import notify
from storage.pool import Pool
from storage.schedules import put_schedule
from tests.asgi import Answer, Client
from tests.people_kit import add_person
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_event, add_message, add_session, new_id

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
# Routes whose body must be sound before an id is looked at.
BODIES: Mapping[str, object] = {
    "updateAgent": {"active": False},
    "updateKnowledge": {"active": False},
    "updateAiIntent": {"active": False},
    "judgeAiDecision": {"feedback": "right"},
    "updateAlert": {"active": False},
    "updateUser": {"role": "viewer"},
    "updateRule": {"active": False},
    "replaceRule": {"active": False},
    "updateTemplate": {"body": "Olá"},
    "createVariant": {"text": "Bom dia"},
    "updateVariant": {"state": "approved"},
    "writeVariants": {"brief": "mais curto"},
    "replaceTemplate": {"body": "Olá"},
    "updateWebhook": {"name": "meu"},
    "replaceWebhook": {"name": "meu"},
    "previewMapping": {"payload": {"evento": "VENDA_OK"}},
    "updateSync": {"automations": True},
    "updateSession": {"name": "minha"},
    "replaceSession": {"name": "minha"},
    "setSessionLimits": {"throughput_per_s": 1},
    "markRead": {"message_id": "wamid.1"},
    "uploadMedia": b"%PDF",
    "updateContact": {"name": "Outra Pessoa"},
    "replaceContact": {"name": "Outra Pessoa"},
    "previewContactImport": {},
    "startContactImport": {"consent": {"source": "loja"}},
    "addConsent": {"granted": True, "source": "checkout"},
    "updateContactList": {"name": "outra"},
    "replaceContactList": {"name": "mais outra"},
    "addListMembers": {"ids": [str(UUID(int=1))]},
    "updateOutgoingWebhook": {"name": "meu"},
    "replaceOutgoingWebhook": {"name": "meu"},
    "removeListMembers": {"ids": [str(UUID(int=1))]},
    "updateCampaign": {"name": "outra"},
    "replaceCampaign": {"name": "outra"},
    "retryFailedCampaign": {"preview": True},
    "updateConversation": {"state": "closed"},
    "sendConversationMessage": {"text": "Olá"},
    "addConversationNote": {"text": "ligar amanhã"},
    "updateQuickReply": {"text": "Olá"},
}
# In which state a campaign takes a route that a draft does not.
CAMPAIGN_STATES = {
    "pauseCampaign": "running",
    "resumeCampaign": "paused",
    "cancelCampaign": "running",
    "retryFailedCampaign": "finished",
}
# Files of one campaign, which their query names.
OF_A_CAMPAIGN = {f"exportCampaignRecipients{form}" for form in ("Csv", "Json", "Jsonl")}
# Routes that show or make something of the caller's company: what another company has must not be in the answer.
LISTS = {
    "listAgents",
    "getAiSpending",
    "listKnowledge",
    "listEvents",
    "listMessages",
    "exportEventsCsv",
    "exportEventsJson",
    "exportEventsJsonl",
    "exportMessagesCsv",
    "exportMessagesJson",
    "exportMessagesJsonl",
    "exportContactsCsv",
    "exportContactsJson",
    "exportContactsJsonl",
    "listExports",
    "listOutgoingWebhooks",
    "listOutgoingEventTypes",
    "listRules",
    "listFlows",
    "listTemplates",
    "listWebhooks",
    "getCatalogue",
    "listSyncs",
    "listSessions",
    "listDeadLetters",
    "summariseDeadLetters",
    "listJobs",
    "listSchedules",
    "listApiKeys",
    "getQueue",
    "listHolds",
    "listAlerts",
    "listNotifications",
    "getRetention",
    "getMetricsSummary",
    "getMetricsSeries",
    "getMetricsFunnel",
    "getMetricsBreakdown",
    "getLiveTicket",
    "listContacts",
    "listContactLists",
    "listTags",
    "listOptOuts",
    "listContactImports",
    "listErasures",
    "getOptOutPolicy",
    "listCampaigns",
    "getCampaignSummary",
    "listAudit",
    "listAuditOperations",
    "getCompany",
    "listUsers",
    "listInvitations",
    "listScopes",
    "listConversations",
    "getConversationCounts",
    "listQuickReplies",
    "listAiIntents",
    "getAiConfusion",
    "listAiDecisions",
    "listAiWritings",
}
# Routes that take other things' ids in their bodies, tested one by one below.
MAKERS = {
    "createAgent",
    "suggestAnswers",
    "simulateAnswer",
    "switchAiOff",
    "proposeTemplates",
    "createKnowledge",
    "uploadKnowledge",
    "askKnowledge",
    "understandText",
    "createAiIntent",
    "createAlert",
    "setRetention",
    "runRetention",
    "previewAlert",
    "readAllNotifications",
    "createRule",
    "tryRule",
    "createTemplate",
    "previewText",
    "createWebhook",
    "createSync",
    "createSession",
    "createApiKey",
    "sendMessage",
    "syncTemplates",
    "importTemplates",
    "createContact",
    "createContactList",
    "createOutgoingWebhook",
    "createExport",
    "addTags",
    "removeTags",
    "addOptOuts",
    "uploadContacts",
    "eraseContacts",
    "changeContacts",
    "removeOptOut",
    "setOptOutPolicy",
    "getPixFlow",
    "putPixFlow",
    "updatePixFlow",
    "deletePixFlow",
    "getPixSummary",
    "listPixOrders",
    "cancelPixReminder",
    "replayEvents",
    "pauseLane",
    "resumeLane",
    "retryDeadLetters",
    "discardDeadLetters",
    "createCampaign",
    "updateCompany",
    "createInvitation",
    "createQuickReply",
    "search",
}

# Bulk routes and their actions: another company's preview cannot be run (its entries are found by nobody else: tests of
# the actions themselves).
BULK = {
    "/events/replay": "event_replay",
    "/dead-letters/retry": "dead_letter_retry",
    "/dead-letters/discard": "dead_letter_discard",
    "/contacts/change": "contacts_change",
}

# Routes of WhatsApp-Web sessions alone.
LINKING = {"getSessionQr", "pairSession", "unlinkSession"}


# Routes of templates at WhatsApp: of kind meta, through a number that has an account.
REVIEWS = {"submitTemplate", "withdrawTemplate", "testTemplate"}


_OUTGOING = {"name": "ERP", "url": "https://erp.example.com/hook", "event_types": ["event.processed"]}


def _review(operation: Operation, ids: Mapping[str, UUID]) -> dict[str, str]:
    to = {"to": "11900000000"} if operation.name == "testTemplate" else {}
    return {"session_id": str(ids["session_id"]), **to}


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def _belongings(rig: Rig, pool: Pool, company_id: UUID, owner: Client) -> dict[str, UUID]:
    """Give a company one of everything; return the ids by the names that paths use."""
    session_id = await add_session(pool, company_id, NOW)
    event_id = await add_event(pool, company_id, NOW)
    message_id = await add_message(pool, company_id, session_id, NOW, event_id=event_id)
    await pool.execute(
        "INSERT INTO dead_letters (id, company_id, kind, message_id, class, reason, created_at) "
        "VALUES ($1, $2, 'message', $1, 'permanent', 'whatsapp_131026', $3)",
        message_id,
        company_id,
        NOW,
    )
    notification_id = await notify(pool, company_id, "job_failed", "info", {"kind": "nothing"})
    send = {"session_id": str(session_id), "text": "Olá"}
    rule = {"name": "r", "trigger": {"event_type": "pix_created"}, "action": {"send": send}}
    made = {
        "rule_id": await owner.post("/api/v1/rules", rule),
        "template_id": await owner.post("/api/v1/templates", {"name": "t", "body": "Olá"}),
        "webhook_id": await owner.post("/api/v1/webhooks", {"name": "w", "source": f"s{company_id.hex}"}),
        "contact_id": await owner.post("/api/v1/contacts", {"phone": _phone(), "tags": [f"t{company_id.hex}"]}),
        "list_id": await owner.post("/api/v1/lists", {"name": f"l{uuid4().hex}"}),
        "import_id": await owner.post("/api/v1/contacts/import", b"fone\n11900000000\n"),
        "key_id": await owner.post("/api/v1/api-keys", {"name": "k"}),
        "outgoing_webhook_id": await owner.post("/api/v1/outgoing-webhooks", _OUTGOING),
        "invitation_id": await owner.post(
            "/api/v1/invitations", {"email": f"{uuid4().hex}@loja.test", "role": "viewer"}
        ),
    }
    variants = f"/api/v1/templates/{made['template_id'].json['id']}/variants"
    made["variant_id"] = await owner.post(variants, {"text": "Oi"})
    made["agent_id"] = await owner.post("/api/v1/ai/agents", {"name": "a"})
    made["source_id"] = await owner.post("/api/v1/ai/knowledge", {"kind": "text", "name": "k", "text": "Olá"})
    intent = {"name": f"i{uuid4().hex}", "label": "Um", "examples": ["um exemplo"]}
    made["intent_id"] = await owner.post("/api/v1/ai/intents", intent)
    heard = await _heard(pool, company_id, session_id)
    async with pool.acquire() as connection, connection.transaction():
        await fold_inbound(connection, [heard], NOW)
    note = {"text": "prometi retorno"}
    made["note_id"] = await owner.post(f"/api/v1/conversations/{heard.event_id}/notes", note)
    reply = {"shortcut": f"s{uuid4().hex[:30]}", "text": "Olá"}
    made["quick_reply_id"] = await owner.post("/api/v1/quick-replies", reply)
    alert = {"name": "a", "metric": "silence", "threshold": 10}
    made["alert_id"] = await owner.post("/api/v1/alerts", alert)
    for name, answer in made.items():
        assert answer.status == 201, (name, answer.body)
    ids = {name: UUID(answer.json["id"]) for name, answer in made.items()}
    ids |= {"notification_id": notification_id, "conversation_id": heard.event_id}
    ids["decision_id"] = await _decision(pool, company_id, heard)
    ids["user_id"] = await add_person(rig.services, f"{uuid4().hex}@loja.test", {company_id: "operator"})
    ids["case_id"] = await _case(pool, company_id, ids["rule_id"], event_id)
    sync = {"webhook_id": str(ids["webhook_id"]), "setting_id": "s", "token": "t"}
    ids["sync_id"] = UUID((await owner.post("/api/v1/syncs", sync)).json["id"])
    ids["campaign_id"] = await _campaign(owner, session_id, ids["template_id"])
    ids |= {"job_id": new_id(NOW), "schedule_id": new_id(NOW), "preview_id": new_id(NOW)}
    async with pool.acquire() as connection, connection.transaction():
        await insert_job(connection, company_id, "nothing", {}, ids["job_id"])
        await put_schedule(connection, ids["schedule_id"], company_id, "nothing", NOW, every_s=60)
        counts = {"would": 1, "skip": {}}
        await insert_preview(connection, ids["preview_id"], company_id, "nothing", {}, counts, NOW, NOW)
    tested = await owner.post(f"/api/v1/outgoing-webhooks/{ids['outgoing_webhook_id']}/test")
    assert tested.status == 202, tested.body
    ids["delivery_id"] = UUID(tested.json["id"])
    asked = await owner.post("/api/v1/exports", {"kind": "events", "format": "csv"})
    assert asked.status == 202, asked.body
    ids["export_id"] = UUID(asked.json["id"])
    await pool.execute("UPDATE exports SET complete = true WHERE id = $1", ids["export_id"])
    stopped = await owner.post("/api/v1/opt-outs", {"phones": [_phone()], "source": f"o{company_id.hex}"})
    assert stopped.status == 201, stopped.body
    ids |= {"session_id": session_id, "event_id": event_id, "message_id": message_id, "dead_letter_id": message_id}
    return ids


async def _heard(pool: Pool, company_id: UUID, session_id: UUID) -> Heard:
    """A person sends a picture."""
    phone, message = _phone(), {"type": "image", "image": {"id": "77", "mime_type": "image/png"}}
    told = orjson.dumps({"session_id": str(session_id), "message": message}).decode()
    event_id = await add_event(pool, company_id, NOW, event_type="message_received", customer_phone=phone, payload=told)
    await pool.execute("UPDATE incoming_events SET webhook_id = NULL WHERE id = $1", event_id)
    return Heard(company_id, session_id, phone, NOW, event_id, "image")


async def _decision(pool: Pool, company_id: UUID, heard: Heard) -> UUID:
    await pool.execute(
        "INSERT INTO ai_decisions (company_id, id, conversation_id, session_id, phone, at, text, intent, decided_by, "
        "outcome, latency_ms) VALUES ($1, $2, $2, $3, $4, $5, 'Oi', 'other', 'model', 'silent', 1)",
        company_id,
        heard.event_id,
        heard.session_id,
        heard.phone,
        NOW,
    )
    return heard.event_id


async def _case(pool: Pool, company_id: UUID, rule_id: UUID, event_id: UUID) -> UUID:
    case_id = new_id(NOW)
    await pool.execute(
        "INSERT INTO rule_cases (id, company_id, rule_id, version, event_id, state, due_at, created_at, updated_at) "
        "VALUES ($1, $2, $3, 1, $4, 'running', $5, $5, $5)",
        case_id,
        company_id,
        rule_id,
        event_id,
        NOW,
    )
    return case_id


async def _campaign(owner: Client, session_id: UUID, template_id: UUID) -> UUID:
    body = {
        "name": f"c{uuid4().hex}",
        "audience": {},
        "variants": [{"template_id": str(template_id)}],
        "sessions": [{"session_id": str(session_id)}],
    }
    made = await owner.post("/api/v1/campaigns", body)
    assert made.status == 201, made.body
    return UUID(made.json["id"])


def _phone() -> str:
    return f"+55119{uuid4().int % 10**8:08d}"


async def _call(client: Client, operation: Operation, ids: Mapping[str, UUID]) -> Answer:
    if operation.name in REVIEWS:
        return await client.post(operation.full_path.format(template_id=ids["template_id"]), _review(operation, ids))
    if operation.name == "getConversationMedia":
        ids = {**ids, "event_id": ids["conversation_id"]}  # the conversation's first message
    path = operation.full_path.format(**{name: str(value) for name, value in ids.items()})
    return await client.call(operation.method, path, body=BODIES.get(operation.name))


def _with_ids() -> list[Operation]:
    return [operation for operation in OPERATIONS if "{" in operation.path and operation.access == "company"]


async def test_another_companys_ids_are_404_without_a_hint(rig: Rig, pool: Pool) -> None:
    mine_id, mine = await rig.company("Minha")
    other_id, other = await rig.company("Outra")
    theirs = await _belongings(rig, pool, other_id, other)
    before = await _fingerprint(pool, other_id)
    nobodys = {name: uuid4() for name in theirs}
    for operation in _with_ids():
        refused = await _call(mine, operation, theirs)
        unknown = await _call(mine, operation, nobodys)
        assert refused.status == 404, operation.name
        assert _without_request(refused) == _without_request(unknown), operation.name
    assert await _fingerprint(pool, other_id) == before
    assert rig.actors.taken == []
    assert rig.actors.cancelled_ids == []
    assert rig.actors.uploaded == []
    assert rig.actors.fetched == []
    assert {company for _, company in rig.actors.announced} == {other_id}
    assert mine_id != other_id


async def test_the_owner_reaches_every_one_of_these_routes(rig: Rig, pool: Pool) -> None:
    """Else the 404s above would prove nothing."""
    company_id, owner = await rig.company()
    for operation in _with_ids():
        ids = await _belongings(rig, pool, company_id, owner) if operation.name != "createRule" else {}
        if operation.name in LINKING:
            await pool.execute("UPDATE sessions SET transport = 'web' WHERE id = $1", ids["session_id"])
        if operation.name in {*REVIEWS, "subscribeApp"}:
            await pool.execute("UPDATE sessions SET waba_id = '900' WHERE id = $1", ids["session_id"])
            await pool.execute("UPDATE templates SET kind = 'meta'")
        if operation.name == "writeVariants":
            await pool.execute('UPDATE ai_agents SET model = \'{"url": "https://modelo.test/v1", "name": "m"}\'')
        if operation.name in CAMPAIGN_STATES:
            await pool.execute("UPDATE campaigns SET state = $1", CAMPAIGN_STATES[operation.name])
        if operation.name == "getCampaignDryRun":
            request = "jsonb_build_object('campaign_id', $1::text, 'definition', '{}'::jsonb)"
            shown = f"UPDATE bulk_previews SET action = 'start_campaign', request = {request}, counts = NULL"
            await pool.execute(shown, str(ids["campaign_id"]))
        answer = await _call(owner, operation, ids)
        assert answer.status in (200, 201, 202, 204), (operation.name, answer.body)
        await pool.execute("DELETE FROM templates")
        for table in ("exports", "alerts", "outgoing_webhooks", "ai_intents", "ai_agents"):  # only so many are allowed
            await pool.execute(f"DELETE FROM {table}")


async def test_lists_hold_nothing_of_another_company(rig: Rig, pool: Pool) -> None:
    _, mine = await rig.company("Minha")
    other_id, other = await rig.company("Outra")
    theirs = await _belongings(rig, pool, other_id, other)
    secrets = [str(value).encode() for value in (other_id, *theirs.values())]
    for operation in OPERATIONS:
        if operation.name in LISTS:
            answer = await mine.get(operation.full_path)
            assert answer.status == 200, operation.name
            assert not any(secret in answer.body for secret in secrets), operation.name
        if operation.name in OF_A_CAMPAIGN:
            refused = [
                await mine.get(operation.full_path, {"campaign_id": str(campaign_id)})
                for campaign_id in (theirs["campaign_id"], uuid4())
            ]
            assert [answer.status for answer in refused] == [422, 422], operation.name
            assert refused[0].json["errors"] == refused[1].json["errors"]
    for name in ("event_id", "session_id", "rule_id"):
        assert (await mine.get("/api/v1/messages", {name: str(theirs[name])})).json["data"] == []
    assert (await mine.get("/api/v1/events", {"webhook_id": str(theirs["webhook_id"])})).json["data"] == []
    assert rig.actors.asked[-1][0] != other_id


def _bodies_with_theirs(theirs: Mapping[str, UUID]) -> list[tuple[str, str, dict[str, Any], str]]:
    session_id, template_id = str(theirs["session_id"]), str(theirs["template_id"])
    trigger = {"event_type": "pix_created"}

    def rule(send: dict[str, Any]) -> dict[str, Any]:
        return {"name": "r", "trigger": trigger, "action": {"send": send}}

    def alert(**more: Any) -> dict[str, Any]:
        return {"name": "a", "metric": "queue_age", "threshold": 10, **more}

    whatsapp = {"whatsapp": {"session_id": session_id, "to": "+5511900000000"}}
    return [
        ("POST", "/alerts", alert(scope={"session_ids": [session_id]}), "scope.session_ids[0]"),
        ("POST", "/alerts/preview", alert(scope={"session_ids": [session_id]}), "scope.session_ids[0]"),
        ("POST", "/alerts", alert(channels=whatsapp), "channels.whatsapp.session_id"),
        ("POST", "/rules", rule({"session_id": session_id, "text": "Olá"}), "action.send.session_id"),
        (
            "POST",
            "/rules/dry-run",
            {"rule": rule({"session_id": session_id, "text": "Olá"})},
            "rule.action.send.session_id",
        ),
        ("POST", "/templates/preview", {"body": "Olá", "event_id": str(theirs["event_id"])}, "event_id"),
        ("POST", "/flows/pix", {"session_id": session_id}, "session_id"),
        ("POST", "/campaigns", {"sessions": [{"session_id": session_id}]}, "sessions[0].session_id"),
        ("POST", "/campaigns", {"variants": [{"template_id": template_id}]}, "variants[0].template_id"),
        ("POST", "/campaigns", {"audience": {"lists": [str(theirs["list_id"])]}}, "audience.lists[0]"),
        (
            "POST",
            "/contacts/change",
            {"filter": {"lists": [str(theirs["list_id"])]}, "add_tags": ["a"], "preview": True},
            "filter.lists[0]",
        ),
        (
            "POST",
            "/contacts/change",
            {"filter": {}, "add_to_list": str(theirs["list_id"]), "preview": True},
            "add_to_list",
        ),
        ("POST", "/ai/suggestions", {"conversation_id": str(theirs["conversation_id"])}, "conversation_id"),
        ("POST", "/ai/agents", {"name": "a", "session_id": session_id}, "session_id"),
        ("POST", "/ai/simulate", {"text": "oi", "agent_id": str(theirs["agent_id"])}, "agent_id"),
        ("POST", "/ai/off", {"agent_id": str(theirs["agent_id"])}, "agent_id"),
        ("POST", "/ai/template-ideas", {"event_type": "x", "agent_id": str(theirs["agent_id"])}, "agent_id"),
        ("POST", "/queue/pause", {"session_id": session_id, "lane": "bulk"}, "session_id"),
        ("POST", "/queue/resume", {"session_id": session_id, "lane": "bulk"}, "session_id"),
        (
            "POST",
            "/exports",
            {"kind": "campaign-recipients", "format": "csv", "filter": {"campaign_id": str(theirs["campaign_id"])}},
            "filter.campaign_id",
        ),
        ("POST", "/templates/sync", {"session_id": session_id}, "session_id"),
        ("POST", "/templates/import", {"session_id": session_id}, "session_id"),
        ("POST", "/messages", {"session_id": session_id, "to": "11900000000", "text": "Olá"}, "session_id"),
        ("POST", "/messages", {"to": "11900000000", "template_id": template_id}, "template_id"),
        ("POST", "/syncs", {"webhook_id": str(theirs["webhook_id"]), "setting_id": "s", "token": "t"}, "webhook_id"),
        ("POST", "/messages", {"to": "11900000000", "text": "a", "event_id": str(theirs["event_id"])}, "event_id"),
    ]


async def test_another_companys_ids_in_bodies_are_unknown(rig: Rig, pool: Pool) -> None:
    mine_id, mine = await rig.company("Minha")
    other_id, other = await rig.company("Outra")
    theirs = await _belongings(rig, pool, other_id, other)
    my_session = await add_session(pool, mine_id, NOW)
    for method, path, body, field in _bodies_with_theirs(theirs):
        full = {"session_id": str(my_session), **body} if path == "/messages" else body
        answer = await mine.call(method, "/api/v1" + path, body=full)
        assert answer.status == 422, path
        assert field in [error["field"] for error in answer.json["errors"]], answer.body
    template = (await mine.post("/api/v1/templates", {"name": "t", "body": "Olá"})).json["id"]
    preview = await mine.post(f"/api/v1/templates/{template}/preview", {"event_id": str(theirs["event_id"])})
    assert preview.status == 422


async def test_another_companys_preview_cannot_be_run(rig: Rig, pool: Pool) -> None:
    _, mine = await rig.company("Minha")
    other_id, other = await rig.company("Outra")
    theirs = await _belongings(rig, pool, other_id, other)
    before = await _fingerprint(pool, other_id)
    for path, action in BULK.items():
        await pool.execute("UPDATE bulk_previews SET action = $1, expires_at = 'infinity'", action)
        answer = await mine.post(f"/api/v1{path}", {"preview_id": str(theirs["preview_id"])})
        assert answer.status == 404, path
        assert await pool.fetchval("SELECT count(*) FROM jobs WHERE company_id <> $1", other_id) == 0
    await pool.execute("UPDATE bulk_previews SET action = 'nothing', expires_at = $1", NOW)
    assert await _fingerprint(pool, other_id) == before


async def test_another_companys_pix_flow_is_not_there(rig: Rig, pool: Pool) -> None:
    _, mine = await rig.company("Minha")
    other_id, other = await rig.company("Outra")
    session_id = await add_session(pool, other_id, NOW)
    made = await other.post("/api/v1/flows/pix", {"session_id": str(session_id)})
    assert made.status == 201, made.body
    await pool.execute(
        "INSERT INTO pix_orders (company_id, order_id, generated_at, seen_at) VALUES ($1, 'o-1', $2, $2)", other_id, NOW
    )
    for path in ("", "/summary", "/orders"):
        assert (await mine.get(f"/api/v1/flows/pix{path}")).status == 404, path
    assert (await mine.call("DELETE", "/api/v1/flows/pix")).status == 404
    assert (await mine.post("/api/v1/flows/pix/orders/cancel-reminder", {"order_id": "o-1"})).status == 404
    assert (await mine.get("/api/v1/flows")).json["data"][0]["in_use"] is False
    assert [row["order_id"] for row in (await other.get("/api/v1/flows/pix/orders")).json["data"]] == ["o-1"]


async def test_another_companys_meta_app_cannot_be_taken_over(rig: Rig) -> None:
    _, mine = await rig.company("Minha")
    _, other = await rig.company("Outra")
    app = {"app_id": "300", "app_secret": "s", "verify_token": "v"}
    session = {"name": "n", "transport": "cloud", "phone_number_id": "100", "token": "t", "meta_app": app}
    assert (await other.post("/api/v1/sessions", session)).status == 201
    taken = await mine.post("/api/v1/sessions", {**session, "phone_number_id": "101"})
    assert taken.status == 409
    assert (await mine.get("/api/v1/sessions")).json["data"] == []
    borrowed = {"name": "n", "transport": "cloud", "phone_number_id": "101", "token": "t", "app_id": "300"}
    assert (await mine.post("/api/v1/sessions", borrowed)).status == 422


async def test_a_companys_key_cannot_name_another_company(rig: Rig) -> None:
    mine_id, mine = await rig.company("Minha")
    other_id, _ = await rig.company("Outra")
    for named, status in ((mine_id, 200), (other_id, 404), (uuid4(), 404)):
        answer = await mine.call("GET", "/api/v1/me", headers={"x-company-id": str(named)})
        assert answer.status == status


def test_every_route_has_a_case() -> None:
    covered = LISTS | OF_A_CAMPAIGN | MAKERS | {operation.name for operation in _with_ids()}
    free = {operation.name for operation in OPERATIONS if operation.access != "company"}
    assert {operation.name for operation in OPERATIONS} == covered | free


def _without_request(answer: Answer) -> tuple[dict[str, str], dict[str, Any]]:
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return headers, {name: value for name, value in answer.json.items() if name != "request_id"}


async def _fingerprint(pool: Pool, company_id: UUID) -> list[str]:
    """Return everything a company owns, to see whether any of it was changed."""
    tables = (
        "rules",
        "rule_cases",
        "templates",
        "webhooks",
        "history_syncs",
        "schedules",
        "outgoing_webhooks",
        "outgoing_deliveries",
        "exports",
        "sessions",
        "messages",
        "message_queue",
        "incoming_events",
        "dead_letters",
        "contacts",
        "contact_lists",
        "contact_list_members",
        "contact_tags",
        "consents",
        "jobs",
        "schedules",
        "bulk_previews",
        "suppressions",
        "contact_imports",
        "campaigns",
        "campaign_expansions",
        "campaign_recipients",
        "memberships",
        "user_links",
    )
    found = []
    for table in tables:
        rows = await pool.fetch(f"SELECT t::text FROM {table} AS t WHERE company_id = $1 ORDER BY 1", company_id)
        found += [row[0] for row in rows]
    keys = await pool.fetch("SELECT id, revoked_at FROM api_keys WHERE company_id = $1 ORDER BY 1", company_id)
    return [*found, *map(str, keys)]
