"""The inbox over the API: lists, threads, answers, in whose hands a conversation is, notes and quick replies."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from engine.ids import ms_to_time
from storage.contacts import ContactWrite, upsert_contacts
from storage.conversations import AI, Author, Heard, fold_inbound, note_outbound
from storage.pool import Pool
from storage.suppressions import Wish, hear_wishes
from tests.asgi import Answer, Client
from tests.people_kit import Browser, add_person
from tests.rest_rig import NOW_MS, Rig, make_rig
from tests.seeding import add_event, add_message, add_session, new_id

NOW = ms_to_time(NOW_MS)
ANA, RUI, BIA = "+5511900000001", "+5511900000002", "+5511900000003"
LIST = "/api/v1/conversations"


class Shop:
    """A company with one number, and people who write to it."""

    def __init__(self, rest: Rig, pool: Pool, company: UUID, owner: Client, session: UUID) -> None:
        self.rest, self.pool, self.company, self.owner, self.session = rest, pool, company, owner, session

    async def hear(self, phone: str = ANA, ago: timedelta = timedelta(), **fields: Any) -> UUID:
        """Somebody writes; return the event, which names a new conversation."""
        at = NOW - ago
        message = fields.pop("message", {"type": "text", "text": {"body": fields.get("text", "Oi")}})
        payload = orjson.dumps({"message": message, "session_id": str(self.session)}).decode()
        name = fields.get("name")
        columns: dict[str, Any] = {"event_type": "message_received", "customer_phone": phone, "payload": payload}
        event_id = await add_event(
            self.pool, self.company, at, customer_name=name, external_id=f"wamid.{new_id(at)}", **columns
        )
        await self.pool.execute("UPDATE incoming_events SET webhook_id = NULL WHERE id = $1", event_id)  # Meta's door
        heard = Heard(self.company, self.session, phone, at, event_id, message["type"], fields.get("text", "Oi"), name)
        async with self.pool.acquire() as connection, connection.transaction():
            await fold_inbound(connection, [heard], NOW)
        return event_id

    async def page(self, **query: str) -> list[dict[str, Any]]:
        answer = await self.owner.get(LIST, query)
        assert answer.status == 200, answer.body
        data: list[dict[str, Any]] = answer.json["data"]
        return data

    async def phones(self, **query: str) -> list[str]:
        return [row["phone"] for row in await self.page(**query)]

    async def get(self, conversation: UUID) -> dict[str, Any]:
        answer = await self.owner.get(f"{LIST}/{conversation}")
        assert answer.status == 200, answer.body
        shown: dict[str, Any] = answer.json
        return shown

    async def patch(self, conversation: UUID, status: int = 200, **body: Any) -> dict[str, Any]:
        answer = await self.owner.call("PATCH", f"{LIST}/{conversation}", body=body)
        assert answer.status == status, answer.body
        shown: dict[str, Any] = answer.json
        return shown


@pytest.fixture
async def shop(pool: Pool) -> Shop:
    rest = await make_rig(pool)
    for days in (0, 3):
        await pool.execute("SELECT masteria_make_partitions($1)", (NOW - timedelta(days=days)).date())
    company, owner = await rest.company()
    return Shop(rest, pool, company, owner, await add_session(pool, company, NOW))


async def test_the_list_has_the_last_active_first_or_who_waits_longest(shop: Shop) -> None:
    await shop.hear(ANA, timedelta(minutes=9), name="Ana Souza")
    await shop.hear(RUI, timedelta(minutes=5), name="Rui")
    await shop.hear(BIA, timedelta(minutes=7))
    await shop.hear(ANA, timedelta(minutes=1))
    assert await shop.phones() == [ANA, RUI, BIA]
    assert await shop.phones(order="waiting") == [ANA, BIA, RUI]
    await note_outbound(shop.pool, shop.company, shop.session, ANA, "Oi", NOW)
    assert await shop.phones(order="waiting") == [BIA, RUI]
    assert (await shop.owner.get(LIST)).json["count"] == 3
    assert (await shop.owner.get(LIST, {"order": "waiting"})).json["count"] == 2


@pytest.mark.parametrize("order", ["recent", "waiting"])
async def test_pages_follow_one_another_without_gap_or_repetition(shop: Shop, order: str) -> None:
    wanted = [f"+55119000001{number:02d}" for number in range(7)]
    for minutes, phone in enumerate(wanted):
        await shop.hear(phone, timedelta(minutes=minutes // 2))  # some at the same time
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(4):
        query = {"order": order, "limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await shop.owner.get(LIST, query)).json
        seen += [row["phone"] for row in page["data"]]
        cursor = page["next_cursor"]
    assert cursor is None
    assert sorted(seen) == wanted
    times = {row["phone"]: row["last_at"] for row in await shop.page()}
    assert [times[phone] for phone in seen] == sorted(times.values(), reverse=order == "recent")


async def test_filters(shop: Shop) -> None:
    ana = await shop.hear(ANA, name="Ana Souza")
    await shop.hear(RUI, name="Rui")
    await shop.patch(ana, state="closed")
    assert await shop.phones(state="closed") == [ANA]
    assert await shop.phones(state="open") == [RUI]
    assert await shop.phones(unread="true") == [RUI]
    assert await shop.phones(q="souza") == [ANA]
    assert await shop.phones(q="(11) 90000-0002") == [RUI]
    assert await shop.phones(q="90000") == []  # no part of a number finds anybody
    assert await shop.phones(session_id=str(shop.session), waiting="true") == [RUI]
    assert await shop.phones(session_id=str(new_id(NOW))) == []
    assert len(await shop.phones(assignee_id="nobody")) == 2
    for wrong in ("me", "somebody"):  # a key is nobody
        answer = await shop.owner.get(LIST, {"assignee_id": wrong})
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "assignee_id")


async def test_counts_tell_who_is_open_unread_and_waiting(shop: Shop) -> None:
    ana = await shop.hear(ANA)
    await shop.hear(RUI)
    await shop.patch(ana, state="waiting")
    counts = (await shop.owner.get(f"{LIST}/summary")).json
    assert counts == {"open": 1, "unread": 2, "waiting": 1, "capped": False}


async def test_the_window_is_told_and_templates_are_offered_once_it_is_closed(shop: Shop) -> None:
    ana = await shop.hear(ANA, timedelta(hours=1))
    rui = await shop.hear(RUI, timedelta(hours=25))
    made = await shop.owner.post(
        "/api/v1/templates", {"name": "volta", "kind": "meta", "body": "Olá", "status": "approved"}
    )
    assert made.status == 201, made.body
    shown = await shop.get(ana)
    assert (shown["window"]["open"], shown["window"]["reason"], shown["offered_templates"]) == (True, None, [])
    shown = await shop.get(rui)
    assert (shown["window"]["open"], shown["window"]["reason"]) == (False, "outside_window")
    assert "24 horas" in shown["window"]["reason_text"]["pt"]
    assert [template["id"] for template in shown["offered_templates"]] == [made.json["id"]]
    refused = await shop.owner.post(f"{LIST}/{rui}/messages", {"text": "Oi"})
    [error] = refused.json["errors"]
    assert (refused.status, error["field"]) == (422, "text")
    assert "24 horas" in error["reason_text"]["pt"] and "24-hour" in error["reason_text"]["en"]
    sent = await shop.owner.post(f"{LIST}/{rui}/messages", {"template_id": made.json["id"]})
    assert (sent.status, sent.json["type"], sent.json["to"]) == (201, "template", RUI)
    later = (NOW + timedelta(hours=30)).isoformat()
    assert (await shop.owner.post(f"{LIST}/{ana}/messages", {"text": "a", "send_at": later})).status == 422


async def test_an_answer_is_sent_once_and_ends_the_waiting(shop: Shop) -> None:
    ana = await shop.hear(ANA)
    key = {"idempotency-key": "k1"}
    sent = await shop.owner.post(f"{LIST}/{ana}/messages", {"text": "Já vejo"}, key)
    again = await shop.owner.post(f"{LIST}/{ana}/messages", {"text": "Já vejo"}, key)
    assert (sent.status, again.status, again.json["id"]) == (201, 200, sent.json["id"])
    assert [wire["id"] for wire in shop.rest.actors.handed_over] == [UUID(sent.json["id"]).bytes]
    assert (sent.json["to"], sent.json["session_id"]) == (ANA, str(shop.session))
    shown = await shop.get(ana)
    assert (shown["waiting_since"], shown["unread"], shown["last_outbound"]["text"]) == (None, 0, "Já vejo")
    assert (shown["ai_on"], shown["ai_off_reason"], shown["state"]) == (False, "taken_over", "open")
    assert shown["ai_off_text"]["pt"] == "Uma pessoa assumiu a conversa."
    entries = (await shop.owner.get(f"{LIST}/{ana}/messages")).json["data"]
    assert [(entry["direction"], entry["text"], entry["sent_by"]["kind"]) for entry in entries] == [
        ("out", "Já vejo", "key"),
        ("in", "Oi", "customer"),
    ]


async def test_who_tells_no_number_is_answered_by_whatsapps_id(shop: Shop) -> None:
    hidden = await shop.hear("BR.1349120865530274", name="Ana")
    sent = await shop.owner.post(f"{LIST}/{hidden}/messages", {"text": "Já vejo"})
    assert (sent.status, sent.json["to"]) == (201, "BR.1349120865530274")
    assert await shop.phones(q="BR.1349120865530274") == ["BR.1349120865530274"]
    assert len((await shop.owner.get("/api/v1/messages", {"phone": "BR.1349120865530274"})).json["data"]) == 1
    web = await add_session(shop.pool, shop.company, NOW, transport="web")
    body = {"session_id": str(web), "to": "BR.1349120865530274", "text": "Oi"}
    refused = await shop.owner.post("/api/v1/messages", body)
    assert (refused.status, [error["field"] for error in refused.json["errors"]]) == (422, ["to"])
    for ids in (["BR.1349120865530274", "BR.2"], ["BR.3", ANA]):
        assert (await shop.owner.post("/api/v1/opt-outs", {"phones": ids})).json == {"changed": 2}
    told, query = [], {"limit": "1"}
    while "cursor" not in query or query["cursor"]:
        page = (await shop.owner.get("/api/v1/opt-outs", query)).json
        told += [row["phone"] for row in page["data"]]
        query["cursor"] = page["next_cursor"]
    assert sorted(told) == sorted(["BR.1349120865530274", "BR.2", "BR.3", ANA])


async def test_an_id_that_a_contact_has_means_the_contact(shop: Shop) -> None:
    known = ContactWrite(id=new_id(NOW), phone=ANA, source="message", seen_at=NOW, bsuid="BR.7")
    async with shop.pool.acquire() as connection, connection.transaction():
        await upsert_contacts(connection, shop.company, [known], now=NOW)
    stop = await shop.owner.post("/api/v1/opt-outs", {"phones": ["BR.7"]})
    assert stop.json == {"changed": 1}
    body = {"session_id": str(shop.session), "to": "BR.7", "text": "Oi"}
    sent = await shop.owner.post("/api/v1/messages", body)
    assert (sent.json["to"], sent.json["status"]) == (ANA, "skipped")
    assert (await shop.owner.call("DELETE", "/api/v1/opt-outs", query={"phone": "BR.7"})).status == 204


async def test_what_is_not_going_to_be_sent_answers_nobody(shop: Shop) -> None:
    ana = await shop.hear(ANA)
    await hear_wishes(shop.pool, [Wish(shop.company, ANA, True, "message", NOW, "all")])
    sent = await shop.owner.post(f"{LIST}/{ana}/messages", {"text": "Oi"})
    assert (sent.json["status"], sent.json["reason"]) == ("skipped", "opted_out")
    shown = await shop.get(ana)
    assert (shown["waiting_since"] is None, shown["ai_on"]) == (False, True)


async def test_a_message_by_hand_answers_and_bulk_does_not(shop: Shop) -> None:
    ana = await shop.hear(ANA)
    body = {"session_id": str(shop.session), "to": ANA, "text": "Oi"}
    assert (await shop.owner.post("/api/v1/messages", {**body, "lane": "bulk"})).status == 201
    assert (await shop.get(ana))["waiting_since"] is not None
    assert (await shop.owner.post("/api/v1/messages", body)).status == 201
    shown = await shop.get(ana)
    assert (shown["waiting_since"], shown["ai_on"]) == (None, True)


async def test_a_thread_tells_who_sent_what_and_nothing_of_other_numbers(shop: Shop) -> None:
    elsewhere = await add_session(shop.pool, shop.company, NOW)
    picture = {"type": "image", "id": "wamid.7", "image": {"id": "77", "mime_type": "image/png", "caption": "Pago"}}
    ana = await shop.hear(ANA, timedelta(minutes=9), message=picture, text="Pago", name="Ana")
    rule, campaign = new_id(NOW), new_id(NOW)
    common = {"to_phone": ANA, "status": "read", "due_at": None, "look_at": None}

    def minutes(number: int) -> datetime:
        return NOW - timedelta(minutes=number)

    await add_message(shop.pool, shop.company, shop.session, minutes(8), rule_id=rule, **common)
    await add_message(shop.pool, shop.company, shop.session, minutes(7), campaign_id=campaign, **common)
    await add_message(shop.pool, shop.company, elsewhere, minutes(6), **common)
    of_ai = await add_message(shop.pool, shop.company, shop.session, minutes(5), **common)
    of_bia = await add_message(shop.pool, shop.company, shop.session, minutes(4), **common)
    await add_message(shop.pool, shop.company, shop.session, minutes(3), **{**common, "to_phone": RUI})
    bia = Author("person", new_id(NOW), "Bia")
    for message, author in ((of_ai, AI), (of_bia, bia)):
        await note_outbound(shop.pool, shop.company, shop.session, ANA, "x", NOW, message_id=message, author=author)
    entries: list[dict[str, Any]] = []
    cursor: str | None = None
    for _ in range(3):  # two a page
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await shop.owner.get(f"{LIST}/{ana}/messages", query)).json
        entries += page["data"]
        cursor = page["next_cursor"]
    assert cursor is None
    assert [(entry["sent_by"]["kind"], entry["sent_by"]["id"]) for entry in entries] == [
        ("person", str(bia.id)),
        ("ai", None),
        ("campaign", str(campaign)),
        ("rule", str(rule)),
        ("customer", None),
    ]
    assert {entry["message"]["status"] for entry in entries[:-1]} == {"read"}
    said = entries[-1]
    assert (said["type"], said["text"], said["sent_by"]["name"]) == ("image", "Pago", "Ana")
    assert said["inbound"]["media"] == {"id": "77", "mime_type": "image/png", "filename": None}
    assert said["inbound"]["content"] == picture


async def test_a_person_takes_over_closes_and_gives_back(shop: Shop) -> None:
    ana = await shop.hear(ANA)
    user = await add_person(shop.rest.services, "bia@loja.test", {shop.company: "operator"})
    browser = Browser(shop.rest.stranger)
    assert (await browser.sign_in("bia@loja.test")).status == 200
    taken = await browser.call("PATCH", f"{LIST}/{ana}", {"ai_on": False})
    assert (taken.json["ai_on"], taken.json["ai_off_reason"]) == (False, "taken_over")
    assert (taken.json["assignee_id"], taken.json["assignee_name"]) == (str(user), "Pessoa")
    mine = await browser.call("GET", f"{LIST}?assignee_id=me")
    assert [row["id"] for row in mine.json["data"]] == [str(ana)]
    closed = await shop.patch(ana, state="closed")
    assert (closed["waiting_since"], closed["unread"], closed["ai_on"]) == (None, 0, True)
    off = await shop.patch(ana, ai_on=False, ai_off_reason="switched_off")
    assert off["ai_off_reason"] == "switched_off"
    assert not (await shop.patch(ana, state="closed"))["ai_on"]
    assert (await shop.patch(ana, ai_on=True))["ai_off_reason"] is None
    stale = off["version"]
    assert (await shop.patch(ana, 409, state="open", version=stale))["status"] == 409
    removed = await shop.owner.call("DELETE", f"/api/v1/users/{user}")
    assert removed.status == 204
    assert (await shop.get(ana))["assignee_id"] is None


@pytest.mark.parametrize("how", ["takes over", "answers"])
async def test_what_ai_wrote_does_not_leave_once_a_person_has_the_conversation(shop: Shop, how: str) -> None:
    ana = await shop.hear(ANA)
    company, session = shop.company, shop.session
    waiting = await add_message(shop.pool, company, session, NOW, to_phone=ANA, status="queued")
    gone = await add_message(shop.pool, company, session, NOW, to_phone=ANA, status="sent", due_at=None)
    others = await add_message(shop.pool, company, session, NOW, to_phone=ANA, status="queued")
    async with shop.pool.acquire() as connection:
        for message in (waiting, gone):
            await note_outbound(connection, company, session, ANA, "Oi", NOW, message_id=message, author=AI)
    if how == "takes over":
        await shop.patch(ana, ai_on=False)
    else:
        answer = await shop.owner.call("POST", f"{LIST}/{ana}/messages", body={"text": "Sou a Bia."})
        assert answer.status == 201, answer.body
    rows = await shop.pool.fetch("SELECT id, status, reason FROM messages WHERE id = ANY($1)", [waiting, gone, others])
    assert {row["id"]: (row["status"], row["reason"]) for row in rows} == {
        waiting: ("cancelled", "taken_over"),
        gone: ("sent", None),
        others: ("queued", None),
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"state": "gone"}, "state"),
        ({"assignee_id": str(UUID(int=7))}, "assignee_id"),
        ({"assignee_id": "x"}, "assignee_id"),
        ({"ai_off_reason": "taken_over"}, "ai_off_reason"),
        ({"ai_on": True, "ai_off_reason": "taken_over"}, "ai_off_reason"),
        ({"version": 0}, "version"),
        ({"phone": ANA}, "phone"),
    ],
)
async def test_a_wrong_change_names_its_field(shop: Shop, body: dict[str, Any], field: str) -> None:
    ana = await shop.hear(ANA)
    assert (await shop.patch(ana, 422, **body))["errors"][0]["field"] == field


async def test_reading_counts_only_what_was_seen(shop: Shop) -> None:
    ana = await shop.hear(ANA, timedelta(minutes=2))
    newest = await shop.hear(ANA)
    path = f"{LIST}/{ana}/read"
    assert (await shop.owner.post(path, {"last_event_id": str(ana)})).json["unread"] == 2
    assert (await shop.owner.post(path, {"last_event_id": str(newest)})).json["unread"] == 0
    await shop.hear(ANA)
    assert (await shop.owner.post(path)).json["unread"] == 0
    assert (await shop.get(ana))["waiting_since"] is not None


async def test_notes_are_colleagues_own(shop: Shop) -> None:
    ana = await shop.hear(ANA)
    path = f"{LIST}/{ana}/notes"
    first = await shop.owner.post(path, {"text": "  Prometi retorno  "})
    second = await shop.owner.post(path, {"text": "Ligar 11 98765-4321"})
    assert (first.status, first.json["text"], first.json["author_id"]) == (201, "Prometi retorno", None)
    listed = (await shop.owner.get(path)).json
    assert [note["id"] for note in listed["data"]] == [second.json["id"], first.json["id"]]
    assert listed["count"] == 2
    viewer = await shop.rest.client(shop.company, "viewer")
    assert b"98765" not in (await viewer.get(path)).body
    assert (await viewer.post(path, {"text": "x"})).status == 403
    assert (await shop.owner.call("DELETE", f"{path}/{first.json['id']}")).status == 204
    assert (await shop.owner.call("DELETE", f"{path}/{first.json['id']}")).status == 404
    assert (await shop.owner.post(path, {"text": "  "})).json["errors"][0]["field"] == "text"


async def test_a_viewer_sees_no_number_anywhere(shop: Shop) -> None:
    ana = await shop.hear(ANA, text="Meu número é 11 98765-4321")
    await shop.owner.post(f"{LIST}/{ana}/messages", {"text": "Ligo para 11 98765-4321"})
    viewer = await shop.rest.client(shop.company, "viewer")
    for path in (LIST, f"{LIST}/{ana}", f"{LIST}/{ana}/messages"):
        body = (await viewer.get(path)).body
        assert b"98765" not in body and ANA[3:].encode() not in body, path
    assert (await viewer.post(f"{LIST}/{ana}/messages", {"text": "x"})).status == 403
    assert (await viewer.call("PATCH", f"{LIST}/{ana}", body={"state": "closed"})).status == 403


async def test_quick_replies_are_filled_for_a_person(shop: Shop) -> None:
    ana = await shop.hear(ANA, name="Ana Souza")
    at = NOW - timedelta(hours=1)
    await add_event(shop.pool, shop.company, at, customer_phone=ANA, order_id="o-7", customer_name=None)
    text = "Oi, {{customer_name|first_name}}! Pedido {{order_id}} {{plan_name}}"
    path = "/api/v1/quick-replies"
    made = await shop.owner.post(path, {"shortcut": "pedido", "text": text})
    assert made.status == 201, made.body
    [shown] = (await shop.owner.get(path, {"conversation_id": str(ana)})).json["data"]
    assert shown["filled"] == {"text": "Oi, Ana! Pedido o-7 ", "missing": ["plan_name"]}
    assert (await shop.owner.get(path)).json["data"][0]["filled"] is None
    assert (await shop.owner.post(path, {"shortcut": "pedido", "text": "x"})).status == 409
    wrong = [{"shortcut": "Com espaço", "text": "x"}, {"shortcut": "a", "text": "{{nada}}"}, {"shortcut": "a"}]
    fields = [(await shop.owner.post(path, body)).json["errors"][0]["field"] for body in wrong]
    assert fields == ["shortcut", "text", "text"]
    one = f"{path}/{made.json['id']}"
    changed = await shop.owner.call("PATCH", one, body={"text": "Oi!"})
    assert (changed.json["text"], changed.json["shortcut"]) == ("Oi!", "pedido")
    assert (await shop.owner.call("DELETE", one)).status == 204
    assert (await shop.owner.get(one)).status == 404


async def test_what_people_do_is_in_the_audit_log_without_what_was_written(shop: Shop) -> None:
    ana = await shop.hear(ANA)
    await shop.patch(ana, state="closed")
    await shop.owner.post(f"{LIST}/{ana}/notes", {"text": "segredo"})
    entries = (await shop.owner.get("/api/v1/audit", {"object_kind": "conversation"})).json["data"]
    assert {entry["operation"] for entry in entries} == {"updateConversation", "addConversationNote"}
    change = next(entry for entry in entries if entry["operation"] == "updateConversation")
    assert {one["field"]: (one["before"], one["after"]) for one in change["changes"]} == {"state": ("open", "closed")}
    assert b"segredo" not in orjson.dumps(entries)


async def test_a_persons_file_is_fetched_and_shown_only_where_that_is_harmless(shop: Shop) -> None:
    picture = {"type": "image", "image": {"id": "77", "mime_type": "image/png"}}
    page = {"type": "document", "document": {"id": "78", "mime_type": "text/html", "filename": "a.html"}}
    ana = await shop.hear(ANA, timedelta(minutes=3), message=picture)
    other = await shop.hear(ANA, timedelta(minutes=2), message=page)
    words = await shop.hear(ANA)
    of_rui = await shop.hear(RUI, message=picture)

    async def fetch(event: UUID) -> Answer:
        return await shop.owner.get(f"{LIST}/{ana}/messages/{event}/media")

    shown = await fetch(ana)
    assert (shown.status, shown.body) == (200, b"\x89PNG....")
    assert (shown.headers["content-type"], shown.headers["content-disposition"]) == ("image/png", "inline")
    saved = await fetch(other)
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"] == "attachment"
    for answer in (shown, saved):
        assert (
            answer.headers["x-content-type-options"] == "nosniff"
            and "sandbox" in answer.headers["content-security-policy"]
        )
    assert [(await fetch(event)).status for event in (words, of_rui, new_id(NOW))] == [404, 404, 404]
    assert shop.rest.actors.fetched == [(shop.company, shop.session, "77"), (shop.company, shop.session, "78")]
    viewer = await shop.rest.client(shop.company, "viewer")
    assert (await viewer.get(f"{LIST}/{ana}/messages/{ana}/media")).status == 403
