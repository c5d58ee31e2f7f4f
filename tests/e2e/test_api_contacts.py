"""Contacts, lists, tags and consents over the API: what is made is found, what is wrong is named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from storage.pool import Pool
from tests.rest_rig import Rig, make_rig
from tests.seeding import seed_events, seed_messages

API = "/api/v1"
LAST = datetime(2026, 9, 20, tzinfo=UTC)


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


def _fields(answer: Any) -> list[str]:
    return [error["field"] for error in answer.json["errors"]]


async def test_a_contact_is_made_found_changed_and_removed(rig: Rig) -> None:
    _, owner = await rig.company()
    body = {"phone": "(11) 90000-0001", "name": " Ana  Lima ", "fields": {"plano": "anual"}, "tags": ["VIP"]}
    made = await owner.post(f"{API}/contacts", body)
    assert made.status == 201, made.body
    assert (made.json["phone"], made.json["name"], made.json["tags"]) == ("+5511900000001", "Ana Lima", ["vip"])
    address = f"{API}/contacts/{made.json['id']}"
    assert made.headers["location"] == address
    for query in ({"q": "lim"}, {"q": "11 90000-0001"}, {"phone": "11900000001"}, {"tag": "vip"}, {}):
        found = await owner.get(f"{API}/contacts", query)
        assert [row["id"] for row in found.json["data"]] == [made.json["id"]], query
        assert (found.json["count"], found.json["count_capped"]) == (1, False)
    assert (await owner.get(f"{API}/contacts", {"q": "outra"})).json["data"] == []
    assert (await owner.get(f"{API}/contacts", {"opted_out": "true"})).json["data"] == []
    changed = await owner.call("PATCH", address, body={"fields": {"plano": None, "gasto": 5}, "tags": []})
    assert (changed.json["fields"], changed.json["tags"], changed.json["name"]) == ({"gasto": 5}, [], "Ana Lima")
    assert (await owner.post(f"{API}/contacts", {"phone": "+5511900000001"})).status == 409
    other = await owner.post(f"{API}/contacts", {"phone": "+5511900000002"})
    assert (await owner.call("PATCH", address, body={"phone": other.json["phone"]})).status == 409
    assert (await owner.call("DELETE", address)).status == 204
    assert (await owner.get(address)).status == 404


async def test_what_is_wrong_is_named(rig: Rig) -> None:
    _, owner = await rig.company()
    refused = await owner.post(f"{API}/contacts", {"phone": "12", "fields": {"X y": 1}, "tags": ["?"]})
    assert refused.status == 422
    assert _fields(refused) == ["fields.X y", "tags[0]", "phone"]
    assert _fields(await owner.post(f"{API}/contacts", {"name": "x"})) == ["phone"]
    assert _fields(await owner.get(f"{API}/contacts", {"q": "!!"})) == ["q"]
    assert _fields(await owner.get(f"{API}/contacts", {"tag": "?"})) == ["tag"]
    assert _fields(await owner.post(f"{API}/tags/add", {"ids": [], "tags": ["a"]})) == ["ids"]


async def test_viewers_only_look(rig: Rig) -> None:
    company_id, _ = await rig.company()
    viewer = await rig.client(company_id, "viewer")
    assert (await viewer.get(f"{API}/contacts")).status == 200
    assert (await viewer.post(f"{API}/contacts", {"phone": "+5511900000001"})).status == 403
    assert (await viewer.post(f"{API}/lists", {"name": "x"})).status == 403


async def test_lists_and_tags_hold_contacts(rig: Rig) -> None:
    _, owner = await rig.company()
    ids = [(await owner.post(f"{API}/contacts", {"phone": f"+55119000000{n:02d}"})).json["id"] for n in range(3)]
    made = await owner.post(f"{API}/lists", {"name": "Compradores"})
    assert made.status == 201
    assert (await owner.post(f"{API}/lists", {"name": "compradores"})).status == 409
    address = f"{API}/lists/{made.json['id']}"
    assert (await owner.post(f"{address}/members", {"ids": ids})).json == {"changed": 3}
    assert (await owner.post(f"{address}/members", {"ids": ids})).json == {"changed": 0}
    assert (await owner.post(f"{address}/members/remove", {"ids": ids[:1]})).json == {"changed": 1}
    assert (await owner.get(address)).json["members"] == 2
    renamed = await owner.call("PATCH", address, body={"name": "Todos"})
    assert (renamed.json["name"], renamed.json["members"]) == ("Todos", 2)
    found = await owner.get(f"{API}/contacts", {"list_id": made.json["id"]})
    assert {row["id"] for row in found.json["data"]} == set(ids[1:])
    assert (await owner.post(f"{API}/tags/add", {"ids": ids, "tags": ["A", "b"]})).json == {"changed": 6}
    assert (await owner.post(f"{API}/tags/remove", {"ids": ids[:1], "tags": ["a"]})).json == {"changed": 1}
    tags = (await owner.get(f"{API}/tags")).json
    assert [(row["tag"], row["contacts"]) for row in tags["data"]] == [("a", 2), ("b", 3)]
    assert not tags["more"]
    assert (await owner.call("DELETE", address)).status == 204
    assert (await owner.get(f"{API}/lists")).json["data"] == []
    assert (await owner.get(f"{API}/contacts")).json["count"] == 3


async def test_consent_has_a_source_and_a_time_and_is_never_overwritten(rig: Rig) -> None:
    _, owner = await rig.company()
    contact = (await owner.post(f"{API}/contacts", {"phone": "+5511900000001"})).json["id"]
    address = f"{API}/contacts/{contact}/consents"
    given = {"granted": True, "source": "checkout", "at": "2026-01-31T12:00:00Z"}
    assert (await owner.post(address, given)).status == 201
    withdrawn = await owner.post(address, {"granted": False, "source": "telefone", "note": "ligou"})
    assert withdrawn.status == 201
    assert withdrawn.json["created_by"] == "api_key:owner"
    rows = (await owner.get(address)).json["data"]
    assert [(row["granted"], row["source"], row["purpose"]) for row in rows] == [
        (False, "telefone", "marketing"),
        (True, "checkout", "marketing"),
    ]
    assert rows[1]["at"] == "2026-01-31T12:00:00.000Z"
    assert _fields(await owner.post(address, {**given, "at": "2999-01-01T00:00:00Z"})) == ["at"]
    assert _fields(await owner.post(address, {"granted": True})) == ["source"]


async def test_a_contact_shows_its_newest_word_about_marketing(rig: Rig) -> None:
    _, owner = await rig.company()
    made = (await owner.post(f"{API}/contacts", {"phone": "+5511900000001"})).json
    address = f"{API}/contacts/{made['id']}"
    assert made["consent"] is None
    await owner.post(f"{address}/consents", {"granted": True, "source": "checkout", "at": "2026-01-31T12:00:00Z"})
    await owner.post(f"{address}/consents", {"granted": False, "source": "loja", "purpose": "transactional"})
    newest = {"purpose": "marketing", "granted": True, "source": "checkout", "at": "2026-01-31T12:00:00.000Z"}
    assert (await owner.get(address)).json["consent"] == newest
    await owner.post(f"{address}/consents", {"granted": False, "source": "telefone", "purpose": "all"})
    [listed] = (await owner.get(f"{API}/contacts")).json["data"]
    assert (listed["consent"]["granted"], listed["consent"]["source"]) == (False, "telefone")


async def test_events_and_messages_are_found_by_a_contact_whose_number_is_not_shown(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    session_id = uuid4()
    await pool.execute(
        "INSERT INTO sessions (id, company_id, name, transport) VALUES ($1, $2, 's', 'simulator')",
        session_id,
        company_id,
    )
    async with pool.acquire() as connection:
        await seed_events(connection, company_id, 8, LAST)
        await seed_messages(connection, company_id, session_id, 8, LAST)
    phone = await pool.fetchval("SELECT to_phone FROM messages LIMIT 1")
    contact = (await owner.post(f"{API}/contacts", {"phone": phone})).json["id"]
    nobody = (await owner.post(f"{API}/contacts", {"phone": "+5511911111111"})).json["id"]
    viewer = await rig.client(company_id, "viewer")
    for list_ in ("events", "messages"):
        asked = (await owner.get(f"{API}/{list_}", {"phone": phone})).json["data"]
        theirs = (await viewer.get(f"{API}/{list_}", {"contact_id": contact})).json["data"]
        assert [one["id"] for one in theirs] == [one["id"] for one in asked]
        assert (await owner.get(f"{API}/{list_}", {"contact_id": nobody})).json["data"] == []
        assert _fields(await owner.get(f"{API}/{list_}", {"contact_id": str(company_id)})) == ["contact_id"]
        assert _fields(await owner.get(f"{API}/{list_}", {"contact_id": contact, "phone": phone})) == ["contact_id"]
    assert (await owner.get(f"{API}/messages", {"contact_id": contact})).json["data"]
