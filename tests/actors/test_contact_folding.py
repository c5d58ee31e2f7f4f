"""Events become contacts: each once, in order, late ones too, and never ahead of a transaction that still writes."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from actors.contact_folding import ContactFolding
from engine.ids import id_time, ms_to_time
from storage.contact_folds import BEHIND, LATE_MS, horizon
from storage.contact_lists import add_to_list, insert_contact_list
from storage.contacts import (
    Consent,
    ContactChange,
    add_consent,
    find_hidden_phones,
    get_contact,
    tag_contacts,
    update_contact,
)
from storage.conversations import Heard, fold_inbound
from storage.pool import Pool
from storage.suppressions import ALL, Wish, find_stops, hear_wishes
from tests.actors.shard_rig import IDS, make_rig, new_id, now_ms
from tests.seeding import add_event, add_message, add_session
from tests.storage.people_kit import add_company, phone

AGO = timedelta(minutes=5)


@pytest.fixture
async def company(pool: Pool) -> UUID:
    return await add_company(pool)


@pytest.fixture
def folding(pool: Pool) -> ContactFolding:
    return ContactFolding(pool, IDS, now_ms)


async def event(pool: Pool, company: UUID, number: int, ago: timedelta = AGO, **columns: Any) -> UUID:
    moment = id_time(new_id()) - ago
    return await add_event(pool, company, moment, **{"customer_phone": phone(number), **columns})


async def contacts(pool: Pool, company: UUID) -> list[dict[str, Any]]:
    rows = await pool.fetch("SELECT * FROM contacts WHERE company_id = $1 ORDER BY phone", company)
    return [dict(row) for row in rows]


async def test_customers_become_contacts_once(pool: Pool, company: UUID, folding: ContactFolding) -> None:
    other = await add_company(pool)
    first = await event(pool, company, 1, AGO * 3, customer_name="Ana", event_type="pix_created")
    last = await event(pool, company, 1, AGO, customer_email="ana@x.test", event_type="order_approved")
    await event(pool, company, 2, AGO, customer_name="Rui", customer_document="1")
    await event(pool, company, 3, AGO, customer_phone=None)
    await event(pool, other, 1, AGO, customer_name="Outra")
    for _ in range(2):
        await folding.run_once()
        ana, rui = await contacts(pool, company)
        assert (ana["name"], ana["email"], ana["source"]) == ("Ana", "ana@x.test", "event")
        assert (ana["first_event_at"], ana["last_event_at"]) == (id_time(first), id_time(last))
        assert (ana["last_event_id"], ana["last_event_type"]) == (last, "order_approved")
        assert (rui["name"], rui["document"], rui["phone"]) == ("Rui", "1", phone(2))
        assert [row["name"] for row in await contacts(pool, other)] == ["Outra"]
    assert folding.folded == 5
    await event(pool, company, 1, timedelta(minutes=1), customer_name="Ana Maria", event_type="refunded")
    await folding.run_once()
    ana, _ = await contacts(pool, company)
    assert (ana["name"], ana["last_event_type"]) == ("Ana", "refunded")  # what is known stays


async def test_an_inbound_message_opens_the_window_and_gives_way_to_a_checkouts_name(
    pool: Pool, company: UUID, folding: ContactFolding
) -> None:
    told: dict[str, Any] = {"event_type": "message_received", "customer_name": "aninha"}
    payload = json.dumps({"message": {"from": "551187654321"}})
    when = await event(pool, company, 0, customer_phone="+5511987654321", payload=payload, **told)
    await pool.execute("UPDATE incoming_events SET webhook_id = NULL")  # by Meta's door
    await folding.run_once()
    [row] = await contacts(pool, company)
    assert (row["name"], row["source"], row["wa_id"]) == ("aninha", "message", "551187654321")
    assert (row["last_inbound_at"], row["last_event_at"]) == (id_time(when), None)
    await event(pool, company, 0, timedelta(minutes=1), customer_phone="+5511987654321", customer_name="Ana Lima")
    await folding.run_once()
    [row] = await contacts(pool, company)
    assert (row["name"], row["source"], row["wa_id"]) == ("Ana Lima", "event", "551187654321")


async def test_what_is_new_waits_for_the_horizon(pool: Pool, company: UUID, folding: ContactFolding) -> None:
    await event(pool, company, 1, timedelta(0))
    await folding.run_once()
    assert await contacts(pool, company) == []
    async with pool.acquire() as writer, writer.transaction():
        await writer.execute("INSERT INTO companies (id, name) VALUES ($1, 'x')", new_id())
        began = await writer.fetchval("SELECT transaction_timestamp()")
        assert await horizon(pool) <= began - BEHIND


async def test_many_events_are_folded_in_pieces_by_several_at_once(pool: Pool, company: UUID) -> None:
    moment = id_time(new_id()) - AGO
    rows = [
        (i := IDS.make_uuid(now_ms()), company, moment + timedelta(milliseconds=n), i, phone(n % 700), moment)
        for n in range(2500)
    ]
    await pool.executemany(
        "INSERT INTO incoming_events (id, company_id, created_at, delivery_id, customer_phone, occurred_at, source, "
        "state, signature, webhook_id) VALUES ($1, $2, $3, $4, $5, $6, 'grapfy', 'processed', 'unsigned', $4)",
        rows,
    )
    several = [ContactFolding(pool, IDS, now_ms) for _ in range(3)]
    await asyncio.gather(*(one.run_once() for one in several))
    assert sum(one.folded for one in several) == 2500
    assert len(await contacts(pool, company)) == 700


async def test_an_event_that_is_stored_late_is_folded_too(pool: Pool, database_url: str) -> None:
    rig = await make_rig(pool, database_url)
    folding = ContactFolding(pool, IDS, now_ms)
    await event(pool, rig.company_id, 1, timedelta(minutes=1))
    await folding.run_once()  # the place is beyond what comes now
    old_ms = now_ms() - LATE_MS - 60_000
    late = [(old_ms << 80 | 0x7 << 76 | 0b10 << 62 | number).to_bytes(16, "big") for number in (1, 2)]
    body = json.dumps({"eventType": "order_approved", "eventId": "e", "phone": "11900000000", "customerName": "Bia"})
    items = [rig.intake(body, event_ids=late[:1]), rig.intake(body.replace('"e"', '"f"'))]
    await rig.ingestor.ingest(items)
    assert [row["event_id"].bytes for row in await rig.rows("SELECT event_id FROM late_events")] == late[:1]
    await folding.run_once()
    assert [row["name"] for row in await contacts(pool, rig.company_id)] == ["Bia", None]
    assert await rig.rows("SELECT * FROM late_events") == []
    await rig.lanes.close()


async def changed(pool: Pool, company: UUID, old: int, new: int | None, ago: timedelta = AGO) -> UUID:
    payload = json.dumps({"changed_to": None if new is None else phone(new), "user_id": "BR.77"})
    event_id = await event(pool, company, old, ago, event_type="number_changed", payload=payload)
    await pool.execute("UPDATE incoming_events SET webhook_id = NULL WHERE id = $1", event_id)  # Meta's door has none
    return event_id


async def test_a_contact_goes_with_its_person_to_another_number(
    pool: Pool, company: UUID, folding: ContactFolding
) -> None:
    await event(pool, company, 1, AGO * 3, customer_name="Ana")
    await folding.run_once()
    [before] = await contacts(pool, company)
    async with pool.acquire() as connection:
        await hear_wishes(connection, [Wish(company, phone(1), True, "message", before["created_at"], ALL)])
    await changed(pool, company, 1, 2)
    for _ in range(2):
        await folding.run_once()
        [ana] = await contacts(pool, company)
        assert (ana["id"], ana["phone"], ana["name"], ana["bsuid"]) == (before["id"], phone(2), "Ana", "BR.77")
    assert set(await find_stops(pool, [(company, phone(2))])) == {(company, phone(2))}


async def test_an_id_stays_only_with_the_number_that_it_was_told_of(
    pool: Pool, company: UUID, folding: ContactFolding
) -> None:
    await event(pool, company, 1, AGO * 3, customer_name="Ana")
    await changed(pool, company, 1, None, AGO * 2)  # to a number that was not told: the id is that one's
    await folding.run_once()
    [ana] = await contacts(pool, company)
    assert ana["bsuid"] is None
    await changed(pool, company, 1, 2)
    await folding.run_once()
    assert await find_hidden_phones(pool, company, ["BR.77"]) == {"BR.77": phone(2)}
    async with pool.acquire() as connection:
        same = ContactChange(phone(2), "Ana Lima", None, None, {})
        await update_contact(connection, company, ana["id"], same, ana["created_at"])
        assert await find_hidden_phones(pool, company, ["BR.77"]) == {"BR.77": phone(2)}
        await update_contact(connection, company, ana["id"], same._replace(phone=phone(3)), ana["created_at"])
    assert await find_hidden_phones(pool, company, ["BR.77"]) == {}


async def test_two_contacts_of_one_person_become_one(pool: Pool, company: UUID, folding: ContactFolding) -> None:
    await event(pool, company, 1, AGO * 3, customer_name="Ana", customer_email="ana@x.test")
    await event(pool, company, 2, AGO * 2, customer_name="Ana Maria")
    await folding.run_once()
    old, new = await contacts(pool, company)
    list_id = new_id()
    await insert_contact_list(pool, company, list_id, "Lista", "", id_time(list_id))
    async with pool.acquire() as connection, connection.transaction():
        await tag_contacts(connection, company, [old["id"], new["id"]], ["vip"])
        await tag_contacts(connection, company, [old["id"]], ["antigo"])
        await add_to_list(connection, company, list_id, [old["id"]], "t")
        consent = Consent("marketing", True, "checkout", None, id_time(list_id), "t")
        assert await add_consent(connection, company, old["id"], new_id(), consent)
    last = await changed(pool, company, 1, 2)
    await folding.run_once()
    [ana] = await contacts(pool, company)
    assert (ana["id"], ana["phone"], ana["name"], ana["email"]) == (new["id"], phone(2), "Ana Maria", "ana@x.test")
    assert (ana["first_event_at"], ana["last_event_id"]) == (old["first_event_at"], last)
    shown = await get_contact(pool, company, new["id"])
    assert shown is not None
    assert sorted(shown["tags"]) == ["antigo", "vip"]
    for table in ("contact_list_members", "consents", "contact_tags"):
        assert {row[0] for row in await pool.fetch(f"SELECT contact_id FROM {table}")} == {new["id"]}


async def wrote(pool: Pool, company: UUID, session: UUID, address: str, ago: timedelta) -> UUID:
    """A message of BR.77, by the number or, while none was told, by that id."""
    payload = json.dumps({"user_id": "BR.77", "session_id": str(session), "message": {"type": "text"}})
    event_id = await event(
        pool, company, 1, ago, event_type="message_received", payload=payload, customer_phone=address
    )
    await pool.execute("UPDATE incoming_events SET webhook_id = NULL WHERE id = $1", event_id)
    at = ms_to_time(now_ms()) - ago
    async with pool.acquire() as connection, connection.transaction():
        await fold_inbound(connection, [Heard(company, session, address, at, event_id, "text", "Oi")], at)
    return event_id


async def test_who_tells_the_number_later_keeps_conversation_and_wishes(
    pool: Pool, company: UUID, folding: ContactFolding
) -> None:
    session = await add_session(pool, company, ms_to_time(now_ms()))
    hidden = await wrote(pool, company, session, "BR.77", AGO * 3)
    async with pool.acquire() as connection:
        said = ms_to_time(now_ms()) - AGO * 3
        await hear_wishes(connection, [Wish(company, "BR.77", True, "message", said, ALL)])
    reply = await add_message(pool, company, session, said, to_phone="BR.77", status="delivered")
    await folding.run_once()
    assert await contacts(pool, company) == []  # a contact has a number
    [before] = await pool.fetch("SELECT id, phone, unread FROM conversations")
    told = await wrote(pool, company, session, phone(1), AGO * 2)
    for _ in range(2):
        await folding.run_once()
        [ana] = await contacts(pool, company)
        assert (ana["phone"], ana["bsuid"]) == (phone(1), "BR.77")
        [row] = await pool.fetch("SELECT phone, unread FROM conversations")
        assert (row["phone"], row["unread"]) == (phone(1), before["unread"] + 1)
        phones = await pool.fetch("SELECT id, customer_phone FROM incoming_events")
        assert {one["id"]: one["customer_phone"] for one in phones} == {hidden: phone(1), told: phone(1)}
        messages = await pool.fetch("SELECT id, to_phone FROM messages")
        assert {one["id"]: one["to_phone"] for one in messages} == {reply: phone(1)}
        assert set(await find_stops(pool, [(company, phone(1))])) == {(company, phone(1))}


async def test_the_old_number_of_who_told_it_late_keeps_nothing_of_theirs(
    pool: Pool, company: UUID, folding: ContactFolding
) -> None:
    session = await add_session(pool, company, ms_to_time(now_ms()))
    await wrote(pool, company, session, "BR.77", AGO * 3)
    await changed(pool, company, 1, 2, AGO * 2)  # the first that tells the number tells that it is another now
    await folding.run_once()
    assert await pool.fetchval("SELECT phone FROM conversations") == phone(2)


async def test_who_changes_a_number_that_was_never_told_is_known_by_the_new_one(
    pool: Pool, company: UUID, folding: ContactFolding
) -> None:
    session = await add_session(pool, company, ms_to_time(now_ms()))
    hidden = await wrote(pool, company, session, "BR.77", AGO * 3)
    change = await changed(pool, company, 1, 2, AGO * 2)
    await pool.execute("UPDATE incoming_events SET customer_phone = 'BR.77' WHERE id = $1", change)
    await folding.run_once()
    assert await pool.fetchval("SELECT phone FROM conversations") == phone(2)
    assert await pool.fetchval("SELECT customer_phone FROM incoming_events WHERE id = $1", hidden) == phone(2)


async def test_what_was_stored_under_an_id_that_just_became_known_goes_to_the_number_too(
    pool: Pool, company: UUID, folding: ContactFolding
) -> None:
    session = await add_session(pool, company, ms_to_time(now_ms()))
    await wrote(pool, company, session, phone(1), AGO * 4)
    await folding.run_once()
    await wrote(pool, company, session, "BR.77", AGO * 3)  # its shard had asked before the folding
    await folding.run_once()
    assert [row["phone"] for row in await pool.fetch("SELECT phone FROM conversations")] == [phone(1)]


async def test_a_wish_under_an_id_alone_goes_to_the_number(pool: Pool, company: UUID, folding: ContactFolding) -> None:
    async with pool.acquire() as connection:
        said = ms_to_time(now_ms()) - AGO * 3
        await hear_wishes(connection, [Wish(company, "BR.77", True, "key", said, ALL)])
    session = await add_session(pool, company, ms_to_time(now_ms()))
    await wrote(pool, company, session, phone(1), AGO * 2)
    await folding.run_once()
    assert [row["phone"] for row in await pool.fetch("SELECT phone FROM suppressions")] == [phone(1)]
