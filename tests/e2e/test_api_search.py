"""The palette finds a few of each kind, of the caller's company alone; values are shown where they may be."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

import gateway.routes.search
from storage.pool import Pool
from tests.asgi import Client
from tests.people_kit import Browser, add_person
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_event, add_message, add_session

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PHONE = "+5511987654321"


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def _find(client: Client, typed: str) -> dict[str, list[dict[str, Any]]]:
    answer = await client.get("/api/v1/search", {"q": typed})
    assert answer.status == 200, answer.body
    assert answer.json["incomplete"] == []
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in answer.json["data"]:
        found.setdefault(entry["kind"], []).append(entry)
    return found


async def _shop(rig: Rig, pool: Pool, name: str) -> tuple[UUID, Client, UUID]:
    """A company with one of each kind; return its event too."""
    company_id, owner = await rig.company(name)
    session_id = await add_session(pool, company_id, NOW)
    await pool.execute("UPDATE sessions SET name = 'Vendas São Paulo' WHERE id = $1", session_id)
    event_id = await add_event(pool, company_id, NOW)
    await pool.execute(
        "UPDATE incoming_events SET order_id = 'PED-7788', customer_phone = $2, customer_name = 'Ana Exemplo', "
        'customer_document = \'12345678909\', payload = \'{"cpf": "12345678909", "n": 1}\' WHERE id = $1',
        event_id,
        PHONE,
    )
    message_id = await add_message(pool, company_id, session_id, NOW, event_id=event_id)
    text = "Olá Ana, CPF 123.456.789-09"
    await pool.execute("UPDATE messages SET to_phone = $2, text = $3 WHERE id = $1", message_id, PHONE, text)
    send = {"session_id": str(session_id), "text": "Olá"}
    rule = {"name": "Vendas: PIX criado", "trigger": {"event_type": "pix_created"}, "action": {"send": send}}
    for path, body in (
        ("/rules", rule),
        ("/templates", {"name": "vendas_pix", "body": "Olá"}),
        ("/webhooks", {"name": "Vendas da loja", "source": "loja"}),
        ("/campaigns", {"name": "Vendas de novembro"}),
        ("/contacts", {"phone": PHONE, "name": "Ana Exemplo", "document": "12345678909"}),
    ):
        made = await owner.post(f"/api/v1{path}", body)
        assert made.status == 201, made.body
    return company_id, owner, event_id


async def test_each_kind_is_found_by_what_people_know_of_it(rig: Rig, pool: Pool) -> None:
    _, owner, event_id = await _shop(rig, pool, "Minha")
    named = await _find(owner, "VENDAS")
    assert {kind: [one["title"] for one in entries] for kind, entries in named.items()} == {
        "campaign": ["Vendas de novembro"],
        "rule": ["Vendas: PIX criado"],
        "template": ["vendas_pix"],
        "webhook": ["Vendas da loja"],
        "session": ["Vendas São Paulo"],
    }
    assert list(await _find(owner, "sao paulo")) == ["session"]
    by_phone = await _find(owner, "(11) 98765-4321")
    assert set(by_phone) == {"event", "message", "contact"}
    assert (by_phone["message"][0]["title"], by_phone["contact"][0]["title"]) == (PHONE, "Ana Exemplo")
    assert [one["id"] for one in (await _find(owner, "PED-7788"))["event"]] == [str(event_id)]
    assert [one["id"] for one in (await _find(owner, str(event_id)))["event"]] == [str(event_id)]
    assert [one["title"] for one in (await _find(owner, "exem"))["contact"]] == ["Ana Exemplo"]
    assert await _find(owner, "%_") == {}


async def test_another_companys_things_are_found_by_nobody_else(rig: Rig, pool: Pool) -> None:
    _, mine = await rig.company("Minha")
    _, _, event_id = await _shop(rig, pool, "Outra")
    for typed in ("vendas", PHONE, "PED-7788", "Ana", str(event_id)):
        assert await _find(mine, typed) == {}


async def test_at_most_five_of_a_kind_the_newest_first(rig: Rig) -> None:
    _, owner = await rig.company()
    for number in range(7):
        await owner.post("/api/v1/templates", {"name": f"pix_{number}", "body": "Olá"})
        rig.clock.now_ms += 1_000
    assert [one["title"] for one in (await _find(owner, "pix"))["template"]] == [f"pix_{n}" for n in (6, 5, 4, 3, 2)]


async def test_viewers_find_the_same_with_masks(rig: Rig, pool: Pool) -> None:
    company_id, _, _ = await _shop(rig, pool, "Minha")
    viewer = await rig.client(company_id, "viewer")
    answer = await viewer.get("/api/v1/search", {"q": PHONE})
    assert [one["kind"] for one in answer.json["data"]] == ["event", "message", "contact"]
    assert b"98765" not in answer.body
    assert b"456.789" not in answer.body


@pytest.mark.parametrize("query", [{}, {"q": "a"}, {"q": "  a  "}, {"q": "x" * 101}])
async def test_what_is_too_short_or_too_long_is_refused(rig: Rig, query: dict[str, str]) -> None:
    _, owner = await rig.company()
    refused = await owner.get("/api/v1/search", query)
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "q")


async def test_what_takes_too_long_is_left_out_and_named(rig: Rig, pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    _, owner, _ = await _shop(rig, pool, "Minha")
    never = asyncio.Event()

    async def slow(*_: object) -> list[Any]:
        await never.wait()
        return []

    monkeypatch.setattr(gateway.routes.search, "find_contacts", slow)
    answer = await owner.get("/api/v1/search", {"q": PHONE})
    assert answer.json["incomplete"] == ["contact"]
    assert {one["kind"] for one in answer.json["data"]} == {"event", "message"}


async def test_people_see_documents_masked_until_they_ask_and_that_is_noted(rig: Rig, pool: Pool) -> None:
    company_id, owner, event_id = await _shop(rig, pool, "Minha")
    await add_person(rig.services, "ana@loja.test", {company_id: "operator"})
    browser = Browser(rig.stranger)
    await browser.sign_in("ana@loja.test")
    contact = (await browser.call("GET", "/api/v1/contacts")).json["data"][0]
    assert (contact["phone"], contact["document"]) == (PHONE, "*********09")
    event = (await browser.call("GET", f"/api/v1/events/{event_id}")).json
    assert (event["customer"]["document"], event["payload"]) == ("*********09", {"cpf": "*********09", "n": 1})
    shown = (await browser.call("POST", f"/api/v1/contacts/{contact['id']}/reveal")).json
    assert shown == {"phone": PHONE, "name": "Ana Exemplo", "email": None, "document": "12345678909"}
    whole = (await browser.call("POST", f"/api/v1/events/{event_id}/reveal")).json
    assert (whole["customer"]["document"], whole["payload"]["cpf"]) == ("12345678909", "12345678909")
    told = (await owner.get("/api/v1/audit")).json["data"][:2]
    assert [(one["operation"], one["actor"]["name"]) for one in told] == [
        ("revealEvent", "ana@loja.test"),
        ("revealContact", "ana@loja.test"),
    ]
    assert all(change["hidden"] for one in told for change in one["changes"])
    changed = await browser.call(
        "PATCH", f"/api/v1/contacts/{contact['id']}", {"name": "Ana", "document": contact["document"]}
    )
    assert changed.status == 200
    assert await pool.fetchval("SELECT document FROM contacts") == "12345678909"
    key = (await owner.get(f"/api/v1/contacts/{contact['id']}")).json
    assert key["document"] == "12345678909"


async def test_viewers_reveal_nothing_and_read_texts_masked(rig: Rig, pool: Pool) -> None:
    company_id, owner, event_id = await _shop(rig, pool, "Minha")
    viewer = await rig.client(company_id, "viewer")
    assert (await viewer.post(f"/api/v1/events/{event_id}/reveal")).status == 403
    read = await viewer.get("/api/v1/messages")
    assert b"456.789" not in read.body
    assert "Olá Ana" in read.json["data"][0]["text"]
    assert b"123.456.789-09" in (await owner.get("/api/v1/messages")).body
