"""Contacts by their canonical phone, their tags and lists, searches over them, and audiences that mean them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from engine.audience import parse_audience
from engine.search_words import search_words
from storage.audience import count_audience, page_audience, walk_audience
from storage.contact_lists import add_to_list, delete_contact_list, get_contact_list, insert_contact_list
from storage.contact_search import ContactFilter, count_contacts, list_contacts
from storage.contacts import (
    Consent,
    add_consent,
    delete_contacts,
    find_by_phone,
    get_contact,
    list_tags,
    read_contacts,
    tag_contacts,
    untag_contacts,
)
from storage.pool import Pool
from storage.searching import Range
from tests.seeding import add_message, add_session
from tests.storage.people_kit import NOW, add_company, add_people, new_id, phone, write


@pytest.fixture
async def company(pool: Pool) -> UUID:
    return await add_company(pool)


async def test_one_phone_is_one_contact_and_the_later_word_counts(pool: Pool, company: UUID) -> None:
    first, again, other = await add_people(
        pool,
        company,
        write(1, name="Ana", fields={"plano": "anual", "cidade": "Natal"}),
        write(1, email="ana@x.test", fields={"plano": "mensal"}),
        write(2, name="Rui"),
    )
    assert first == again != other
    (same,) = await add_people(pool, company, write(1, name="Ana Lima", document="1"))
    row = await get_contact(pool, company, same)
    assert row is not None
    assert (same, row["name"], row["email"], row["document"]) == (first, "Ana Lima", "ana@x.test", "1")
    assert orjson.loads(row["fields"]) == {"plano": "mensal", "cidade": "Natal"}


async def test_filling_leaves_what_is_known(pool: Pool, company: UUID) -> None:
    (known,) = await add_people(pool, company, write(1, name="Ana", fields={"plano": "anual"}))
    await add_people(pool, company, write(1, name="Outra", email="a@x.test", fields={"plano": "x", "a": 1}), fill=True)
    row = await get_contact(pool, company, known)
    assert row is not None
    assert (row["name"], row["email"]) == ("Ana", "a@x.test")
    assert orjson.loads(row["fields"]) == {"plano": "anual", "a": 1}


async def test_fields_never_grow_beyond_their_bound(pool: Pool, company: UUID) -> None:
    for number in range(30):
        (known,) = await add_people(pool, company, write(1, fields={f"f{number}": "x" * 1000}))
    row = await get_contact(pool, company, known)
    assert row is not None
    assert 10_000 < len(row["fields"]) <= 16_384


async def test_events_in_any_order_leave_the_newest_as_the_last(pool: Pool, company: UUID) -> None:
    def at(hours: int, kind: str) -> Any:
        moment = NOW + timedelta(hours=hours)
        return write(1, first_event_at=moment, last_event_at=moment, last_event_id=new_id(), last_event_type=kind)

    await add_people(pool, company, at(2, "paid"), at(1, "pix"))
    (known,) = await add_people(pool, company, at(0, "lead"))
    row = await get_contact(pool, company, known)
    assert row is not None
    assert row["last_event_type"] == "paid"
    assert (row["first_event_at"], row["last_event_at"]) == (NOW, NOW + timedelta(hours=2))


async def test_another_company_has_a_contact_of_its_own(pool: Pool, company: UUID) -> None:
    other = await add_company(pool)
    (mine,) = await add_people(pool, company, write(1, name="Ana"))
    (theirs,) = await add_people(pool, other, write(1, name="Bia"))
    assert mine != theirs
    assert await find_by_phone(pool, company, [phone(1)]) == {phone(1): mine}
    assert await get_contact(pool, company, theirs) is None
    async with pool.acquire() as connection:
        assert await tag_contacts(connection, company, [theirs], ["vip"]) == 0
        assert await delete_contacts(connection, company, [theirs]) == []
        list_id = new_id()
        await insert_contact_list(connection, company, list_id, "l", "", NOW)
        assert await add_to_list(connection, company, list_id, [theirs, mine], "test") == 1
        assert await add_to_list(connection, other, list_id, [theirs], "test") == 0


async def test_tags_and_lists_count_what_is_new(pool: Pool, company: UUID) -> None:
    ids = await add_people(pool, company, *(write(number) for number in range(5)))
    list_id = new_id()
    await insert_contact_list(pool, company, list_id, "Compradores", "", NOW)
    async with pool.acquire() as connection:
        assert await tag_contacts(connection, company, ids, ["vip", "novo"]) == 10
        assert await tag_contacts(connection, company, ids[:2], ["vip"]) == 0
        assert await untag_contacts(connection, company, ids[:2], ["novo", "nada"]) == 2
        assert await add_to_list(connection, company, list_id, ids[:3], "test") == 3
        assert await add_to_list(connection, company, list_id, ids, "test") == 2
    tags = await list_tags(pool, company, "", 10)
    assert [(row["tag"], row["contacts"]) for row in tags] == [("novo", 3), ("vip", 5)]
    assert [row["tag"] for row in await list_tags(pool, company, "novo", 10)] == ["vip"]
    assert await list_tags(pool, new_id(), "", 10) == []
    shown = await read_contacts(pool, company, ids[:1])
    assert (shown[0]["tags"], shown[0]["lists"]) == (["vip"], [list_id])
    found = await get_contact_list(pool, company, list_id)
    assert found is not None
    assert found["members"] == 5
    assert await delete_contact_list(pool, company, list_id)
    assert await pool.fetchval("SELECT count(*) FROM contact_list_members") == 0


async def test_a_removed_contact_leaves_nothing_behind(pool: Pool, company: UUID) -> None:
    gone, stays = await add_people(pool, company, write(1), write(2))
    list_id = new_id()
    await insert_contact_list(pool, company, list_id, "l", "", NOW)
    async with pool.acquire() as connection:
        await tag_contacts(connection, company, [gone, stays], ["vip"])
        await add_to_list(connection, company, list_id, [gone, stays], "test")
    consent = Consent("marketing", True, "checkout", None, NOW, "test")
    assert await add_consent(pool, company, gone, new_id(), consent)
    assert not await add_consent(pool, new_id(), gone, new_id(), consent)
    assert await delete_contacts(pool, company, [gone]) == [gone]
    for table in ("contacts", "contact_tags", "contact_list_members", "consents"):
        rows = await pool.fetchval(f"SELECT count(*) FROM {table}")
        assert rows == (0 if table == "consents" else 1), table


async def _search(pool: Pool, company: UUID, wanted: ContactFilter, limit: int = 2) -> list[str]:
    """Read every page of a search; its length as counted must be right."""
    names: list[str] = []
    within = Range(limit=limit)
    while True:
        page = await list_contacts(pool, company, wanted, within)
        names += [row["name"] for row in page.rows]
        if page.next is None:
            break
        within = Range(limit=limit, before=page.next)
    number, capped = await count_contacts(pool, company, wanted, until=NOW + timedelta(days=1), most=500)
    assert (number, capped) == (len(names), False)
    return names


async def test_searches_find_whole_pages_newest_first(pool: Pool, company: UUID) -> None:
    other = await add_company(pool)
    await add_people(pool, other, write(1, name="João Outro"))
    names = ["João da Silva", "MARIA D'Ávila", "Ana Lúcia", "Joana", "Zé"]
    ids = await add_people(pool, company, *(write(number, name=name) for number, name in enumerate(names)))
    newest = [row["name"] for row in await read_contacts(pool, company, ids)]
    list_id = new_id()
    await insert_contact_list(pool, company, list_id, "l", "", NOW)
    async with pool.acquire() as connection:
        await tag_contacts(connection, company, ids[:3], ["vip"])
        await add_to_list(connection, company, list_id, ids[1:], "test")
    await pool.execute(
        "INSERT INTO suppressions (company_id, phone, kind, active, source, at) VALUES ($1, $2, 'all', true, 't', $3)",
        company,
        phone(2),
        NOW,
    )
    assert await _search(pool, company, ContactFilter()) == newest
    assert await _search(pool, company, ContactFilter(tag="vip")) == [n for n in newest if n in names[:3]]
    assert await _search(pool, company, ContactFilter(list_id=list_id)) == [n for n in newest if n in names[1:]]
    both = ContactFilter(tag="vip", list_id=list_id)
    assert await _search(pool, company, both) == [n for n in newest if n in names[1:3]]
    assert await _search(pool, company, ContactFilter(opted_out=True)) == ["Ana Lúcia"]
    assert len(await _search(pool, company, ContactFilter(opted_out=False, tag="vip"))) == 2
    assert await _search(pool, company, ContactFilter(phone=phone(0))) == ["João da Silva"]
    assert await _search(pool, company, ContactFilter(words=search_words("joa"))) == [
        n for n in newest if n.startswith("Jo")
    ]
    assert await _search(pool, company, ContactFilter(words=search_words("silva joao"))) == ["João da Silva"]
    assert await _search(pool, company, ContactFilter(words=search_words("d'avila"))) == ["MARIA D'Ávila"]
    assert await _search(pool, company, ContactFilter(words=search_words("lucia"), tag="outra")) == []


async def _meant(pool: Pool, company: UUID, given: dict[str, Any], limit: int = 2) -> list[str]:
    audience, problems = parse_audience(given)
    assert problems == []
    names: list[str] = []
    after: UUID | None = None
    while rows := await page_audience(pool, company, audience, after, limit, as_of=NOW):
        names += [row["name"] for row in rows]
        after = rows[-1]["id"]
    assert await count_audience(pool, company, audience, as_of=NOW) == len(names)
    walked: list[str] = []
    page = await walk_audience(pool, company, audience, as_of=NOW, window=1)
    while page.next is not None:
        walked += [row["name"] for row in page.rows]
        page = await walk_audience(pool, company, audience, page.next, as_of=NOW, window=1)
    assert walked == names
    return sorted(names)


async def test_an_audience_means_whom_it_says(pool: Pool, company: UUID) -> None:
    def person(number: int, name: str, days: int, kind: str, **fields: Any) -> Any:
        moment = NOW - timedelta(days=days)
        return write(number, name=name, fields=fields, last_event_at=moment, last_event_type=kind)

    ids = await add_people(
        pool,
        company,
        person(0, "a", 1, "paid", gasto=100, plano="Anual"),
        person(1, "b", 10, "pix_created", gasto="250,50"),
        person(2, "c", 40, "paid", plano="mensal"),
        person(3, "d", 400, "lead"),
    )
    other = await add_company(pool)
    await add_people(pool, other, person(0, "x", 1, "paid", gasto=100))
    one, two = new_id(), new_id()
    await insert_contact_list(pool, company, one, "one", "", NOW)
    await insert_contact_list(pool, company, two, "two", "", NOW)
    async with pool.acquire() as connection:
        await add_to_list(connection, company, one, ids[:3], "t")
        await add_to_list(connection, company, two, ids[2:], "t")
        await tag_contacts(connection, company, ids[:2], ["vip"])
        await tag_contacts(connection, company, ids[1:3], ["novo"])
    assert await _meant(pool, company, {}) == ["a", "b", "c", "d"]
    assert await _meant(pool, company, {"lists": [str(one), str(two)]}) == ["a", "b", "c", "d"]
    assert await _meant(pool, company, {"lists": [str(one)], "exclude_lists": [str(two)]}) == ["a", "b"]
    assert await _meant(pool, company, {"tags": {"any": ["VIP", "novo"]}}) == ["a", "b", "c"]
    assert await _meant(pool, company, {"tags": {"all": ["vip", "novo"]}}) == ["b"]
    assert await _meant(pool, company, {"tags": {"none": ["vip"]}}) == ["c", "d"]
    assert await _meant(pool, company, {"lists": [str(one)], "tags": {"any": ["novo"], "none": ["vip"]}}) == ["c"]
    assert await _meant(pool, company, {"last_event": {"within_days": 30}}) == ["a", "b"]
    assert await _meant(pool, company, {"last_event": {"older_than_days": 30, "types": ["paid"]}}) == ["c"]
    assert await _meant(pool, company, {"fields": [{"field": "gasto", "op": ">=", "value": 200}]}) == ["b"]
    assert await _meant(pool, company, {"fields": [{"field": "plano", "op": "equals", "value": "anual"}]}) == ["a"]
    assert await _meant(pool, company, {"fields": [{"field": "area_code", "op": "equals", "value": "11"}]}) == list(
        "abcd"
    )
    assert await _meant(pool, company, {"fields": [{"field": "plano", "op": "exists", "value": False}]}) == ["b", "d"]
    foreign = new_id()
    await insert_contact_list(pool, other, foreign, "theirs", "", NOW)
    assert await _meant(pool, company, {"lists": [str(foreign)]}) == []


async def test_the_last_message_is_the_newest_that_whatsapp_accepted_or_that_came(pool: Pool, company: UUID) -> None:
    session = await add_session(pool, company, NOW)
    [ana, rui, eva] = await add_people(
        pool, company, write(1), write(2, last_inbound_at=NOW), write(3, last_inbound_at=NOW - timedelta(days=9))
    )
    other = await add_company(pool)

    async def message(number: int, days: float, *steps: tuple[str, float], of: UUID = company) -> None:
        timeline = [{"status": status, "at": (NOW - timedelta(days=ago)).isoformat()} for status, ago in steps]
        await add_message(
            pool,
            of,
            session,
            NOW - timedelta(days=days),
            to_phone=phone(number),
            status=steps[-1][0],
            timeline=orjson.dumps(timeline).decode(),
        )

    await message(1, 6, ("scheduled", 6), ("accepted", 2), ("delivered", 1))  # made before the next, gone after it
    await message(1, 5, ("queued", 5), ("accepted", 5), ("read", 1))
    await message(1, 1, ("skipped", 1))
    await message(1, 1, ("queued", 1))
    await message(1, 0, ("accepted", 0), of=other)
    await message(2, 3, ("accepted", 3))
    await message(3, 4, ("uncertain", 4), ("sent", 3), ("delivered", 2))
    rows = {row["id"]: row["last_message_at"] for row in await read_contacts(pool, company, [ana, rui, eva])}
    assert rows == {ana: NOW - timedelta(days=2), rui: NOW, eva: NOW - timedelta(days=3)}
