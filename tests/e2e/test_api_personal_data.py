"""A person's rights over the API: everything in one file, counted before it is erased, for owners alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from storage.conversations import Heard, fold_inbound
from storage.pool import Pool
from tests.rest_rig import Rig, make_rig
from tests.seeding import add_event, add_message, add_session, new_id

API = "/api/v1"
NOW = datetime(2026, 9, 21, 12, tzinfo=UTC)
PHONE = "+5511900000001"


@pytest.fixture
async def rig(pool: Pool) -> Rig:
    return await make_rig(pool)


async def test_a_person_gets_everything_that_is_stored_of_them(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    other_id, _ = await rig.company("Outra")
    session_id = await add_session(pool, company_id, NOW)
    for index in range(230):
        await add_event(
            pool, company_id, NOW - timedelta(minutes=index), customer_phone=PHONE, payload=f'{{"n":{index}}}'
        )
    await add_event(pool, other_id, NOW, customer_phone=PHONE, payload='{"n":-1}')
    await add_message(pool, company_id, session_id, NOW, to_phone=PHONE, text="Olá Ana")
    contact = (await owner.post(f"{API}/contacts", {"phone": PHONE, "name": "Ana", "tags": ["vip"]})).json
    await owner.post(f"{API}/contacts/{contact['id']}/consents", {"granted": True, "source": "loja"})
    heard = Heard(company_id, session_id, PHONE, NOW, new_id(NOW), "text", "Oi", "Ana")
    async with pool.acquire() as connection, connection.transaction():
        await fold_inbound(connection, [heard], NOW)
    noted = await owner.post(f"{API}/conversations/{heard.event_id}/notes", {"text": "prometi retorno"})
    assert noted.status == 201
    answer = await owner.get(f"{API}/contacts/{contact['id']}/personal-data")
    assert answer.status == 200
    assert "attachment" in answer.headers["content-disposition"]
    data = answer.json
    assert [event["payload"]["n"] for event in data["events"]] == list(range(230))
    assert [message["text"] for message in data["messages"]] == ["Olá Ana"]
    assert (data["contact"]["name"], data["contact"]["tags"]) == ("Ana", ["vip"])
    assert [consent["source"] for consent in data["consents"]] == ["loja"]
    assert data["opted_out"] is False
    [conversation] = data["conversations"]
    assert (conversation["last_text"], [note["text"] for note in conversation["notes"]]) == ("Oi", ["prometi retorno"])
    viewer = await rig.client(company_id, "viewer")
    assert (await viewer.get(f"{API}/contacts/{contact['id']}/personal-data")).status == 403


async def test_an_erasure_is_counted_first_and_becomes_a_job(rig: Rig, pool: Pool) -> None:
    company_id, owner = await rig.company()
    await add_event(pool, company_id, NOW, customer_phone=PHONE)
    contact = (await owner.post(f"{API}/contacts", {"phone": PHONE})).json["id"]
    other = "0199f000-0000-7000-8000-00000000c001"
    shown = await owner.post(f"{API}/contacts/erase", {"ids": [contact, other], "preview": True})
    assert shown.json["counts"] == {"would": 1, "skip": {"not_found": 1}, "events": 1, "messages": 0}
    nobody = await owner.post(f"{API}/contacts/erase", {"filter": {"phone": "11900000009"}, "preview": True})
    assert nobody.json["counts"]["skip"] == {"nothing_stored": 1}
    wrong = await owner.post(f"{API}/contacts/erase", {"filter": {"phone": "1"}, "preview": True})
    assert [error["field"] for error in wrong.json["errors"]] == ["filter.phone"]
    operator = await rig.client(company_id, "operator")
    assert (await operator.post(f"{API}/contacts/erase", {"ids": [contact], "preview": True})).status == 403
    run = await owner.post(f"{API}/contacts/erase", {"preview_id": shown.json["preview_id"]})
    assert (run.status, run.json["kind"]) == (202, "contacts_erase")
    assert (await owner.get(f"{API}/erasures")).json["data"] == []
