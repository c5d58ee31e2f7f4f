"""A person is erased: nothing that tells of them is left anywhere, figures stay, and an opt-out stays too."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

import actors.jobs.contacts_erase as erasing
from actors.jobs.contacts_erase import ContactsErase
from engine.ids import ms_to_time
from storage.contact_lists import add_to_list, insert_contact_list
from storage.contacts import Consent, add_consent, tag_contacts
from storage.erasure import NOBODY, count_data
from storage.pool import Pool
from storage.suppressions import Wish, find_stops, hear_wishes
from tests.actors.jobs_rig import JobWorld, new_id
from tests.actors.sending_kit import World, now_ms
from tests.seeding import add_event, add_message
from tests.storage.people_kit import NOW, add_people, phone, write

ANA, RUI = phone(11), phone(12)
TELLS = "Ana Segredo"


@pytest.fixture
async def world(pool: Pool, database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[JobWorld]:
    monkeypatch.setattr(erasing, "_ROWS", 5)
    yield await JobWorld(pool, database_url).open()


async def everything(world: JobWorld) -> str:
    """Return every row of every table as text."""
    tables = await world.pool.fetch(
        "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace "
        "AND NOT relispartition"
    )
    found = []
    for (table,) in tables:
        found += [row[0] for row in await world.pool.fetch(f'SELECT t::text FROM "{table}" AS t')]
        if table in ("deliveries", "meta_deliveries"):
            found += [bytes(row[0] or b"").decode() for row in await world.pool.fetch(f"SELECT raw_body FROM {table}")]
    return "\n".join(found)


async def live(world: JobWorld, name: str, number: str, events: int, messages: int) -> UUID:
    """Give a person a life: contact, tags, a list, consents, events, messages."""
    session_id = new_id()
    await world.pool.execute(
        "INSERT INTO sessions (id, company_id, name, transport) VALUES ($1, $2, 's', 'simulator')",
        session_id,
        world.company,
    )
    payload = json.dumps({"buyer": name, "phone": number})
    for index in range(events):
        await add_event(
            world.pool,
            world.company,
            NOW - timedelta(hours=index),
            body=payload.encode(),
            payload=payload,
            customer_name=name,
            customer_phone=number,
            customer_email=f"{name.rsplit(maxsplit=1)[-1].lower()}@x.test",
            customer_document="123",
            order_id=f"o-{number[-2:]}-{index}",
            runs=json.dumps([{"rule_id": "r", "outcome": "skipped", "reason": "condition_false", "found": name}]),
        )
    for index in range(messages):
        await add_message(
            world.pool,
            world.company,
            session_id,
            NOW - timedelta(minutes=index),
            to_phone=number,
            text=f"Olá {name}",
            status="delivered",
            provider_id=f"wamid.{number}",
        )
    person = write(int(number[-2:]), name=name, fields={"apelido": name})
    [contact] = await add_people(world.pool, world.company, person)
    list_id = new_id()
    await insert_contact_list(world.pool, world.company, list_id, f"l{contact}", "", NOW)
    async with world.pool.acquire() as connection:
        await tag_contacts(connection, world.company, [contact], ["vip"])
        await add_to_list(connection, world.company, list_id, [contact], "test")
        await add_consent(
            connection, world.company, contact, new_id(), Consent("marketing", True, "loja", name, NOW, "t")
        )
        await hear_wishes(connection, [Wish(world.company, number, True, "message", NOW, "all")])
    return contact


async def test_nothing_that_tells_of_an_erased_person_is_left(world: JobWorld) -> None:
    ana = await live(world, TELLS, ANA, 12, 11)
    await live(world, "Rui Outro", RUI, 2, 2)
    before = await everything(world)
    assert TELLS in before
    job_id = await world.add_job("contacts_erase", ids=[str(ana), str(new_id())], preview_id=str(new_id()))
    async with world.worker(ContactsErase):
        row = await world.until(job_id, "done", "failed")
    assert (row["state"], row["result"]) == ("done", {"people": 1, "events": 12, "messages": 11}), row["error"]
    left = await everything(world)
    for secret in (TELLS, ANA, ANA[1:], "segredo@x.test"):
        assert secret not in left, secret
    assert "Rui Outro" in left
    assert RUI in left
    assert await count_data(world.pool, world.company, RUI) == (2, 2)
    assert await world.pool.fetchval("SELECT count(*) FROM incoming_events") == 14
    assert await world.pool.fetchval("SELECT count(*) FROM messages WHERE to_phone = $1", NOBODY) == 11
    [erasure] = await world.pool.fetch("SELECT * FROM erasures")
    assert (erasure["contact_id"], json.loads(erasure["counts"])) == (ana, {"events": 12, "messages": 11})
    assert erasure["finished_at"] is not None
    stops = await find_stops(world.pool, [(world.company, ANA), (world.company, RUI)])
    assert [stops[world.company, number].all for number in (ANA, RUI)] == [True, True]


async def test_what_waits_for_the_person_is_called_off_and_counted(pool: Pool, database_url: str) -> None:
    sending = World(pool, database_url)
    sending.company = await sending.add_company()
    session = await sending.add_session()
    await sending.queue(session, 2, to=ANA, due_at=ms_to_time(now_ms()) + timedelta(hours=1), status="scheduled")
    await sending.queue(session, 1, to=RUI, due_at=ms_to_time(now_ms()) + timedelta(hours=1), status="scheduled")
    world = JobWorld(pool, database_url)
    world.company = sending.company
    preview_id = new_id()
    job_id = await world.add_job("contacts_erase", filter={"phone": ANA}, preview_id=str(preview_id))
    async with world.worker(ContactsErase):
        row = await world.until(job_id, "done", "failed")
    assert row["result"] == {"people": 1, "events": 0, "messages": 2}, row["error"]
    rows = await pool.fetch("SELECT to_phone, status, reason FROM messages ORDER BY status")
    assert [tuple(one) for one in rows] == [
        (NOBODY, "cancelled", "erased"),
        (NOBODY, "cancelled", "erased"),
        (RUI, "scheduled", None),
    ]
    assert await pool.fetchval("SELECT count(*) FROM message_queue") == 1
    deltas = [one["data"] for one in await pool.fetch("SELECT data FROM metric_deltas WHERE writer LIKE 'worker-0/%'")]
    assert sum("cancelled" in data for data in deltas) == 1
    params: dict[str, Any] = json.loads(await pool.fetchval("SELECT params FROM jobs"))
    assert "filter" not in params
