"""A person is erased: nothing that tells of them is left anywhere, figures stay, and an opt-out stays too."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

import actors.jobs.contacts_erase as erasing
from actors.jobs.contacts_erase import ContactsErase
from engine.campaign_tally import Tally
from engine.export_text import gunzip_member, gzip_member
from engine.ids import id_time, ms_to_time
from engine.phones import NOBODY
from storage.bulk import get_preview, insert_preview
from storage.campaign_plans import show_counts
from storage.contact_imports import RefusedRow, add_errors, add_piece, begin_import, insert_import
from storage.contact_lists import add_to_list, insert_contact_list
from storage.contacts import Consent, add_consent, tag_contacts
from storage.conversations import Heard, fold_inbound, note_outbound
from storage.erasure import count_data
from storage.exports import add_chunk, insert_export
from storage.jobs import claim_job, end_job, request_cancel
from storage.outgoing import insert_delivery, tell
from storage.pool import Pool
from storage.suppressions import Wish, find_stops, hear_wishes
from tests.actors.jobs_rig import JobWorld, new_id
from tests.actors.sending_kit import World, now_ms
from tests.seeding import add_event, add_message, add_outgoing_webhook
from tests.storage.people_kit import NOW, add_company, add_people, phone, write

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
        if table == "contact_import_pieces":
            found += [bytes(row[0]).decode() for row in await world.pool.fetch(f"SELECT data FROM {table}")]
        if table == "export_chunks":
            found += [
                gunzip_member(row[0]).decode() for row in await world.pool.fetch("SELECT bytes FROM export_chunks")
            ]
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
        heard = Heard(world.company, session_id, number, NOW, new_id(), "text", f"Sou {name}", name)
        await fold_inbound(connection, [heard], NOW)
        await note_outbound(connection, world.company, session_id, number, f"Oi {name}", NOW)
    return contact


async def spread(world: JobWorld, name: str, number: str, contact: UUID) -> None:
    """Leave a person where companies' own systems, files, budgets, rules, campaigns and repetitions keep them."""
    webhook_id = await add_outgoing_webhook(world.pool, world.company, ["contact.opted_out"])
    events = await world.pool.fetch("SELECT * FROM incoming_events WHERE customer_phone = $1", number)
    person = {"name": name, "phone": number, "email": None, "document": "123"}
    told: list[tuple[str, dict[str, Any]]] = [
        ("event.processed", {"id": str(events[0]["id"]), "customer": person}),
        ("message.sent", {"id": str(new_id()), "to": number, "text": f"Olá {name}"}),
        ("rule.step", {"event": {"customer_phone": number, "customer_name": name}}),
        *(("contact.opted_out", {"phone": number}) for _ in range(6)),
    ]
    for event_type, data in told:
        assert await insert_delivery(world.pool, world.company, webhook_id, event_type, data, new_id())
    await world.pool.execute(
        "UPDATE outgoing_deliveries SET state = 'delivered', attempts = jsonb_build_array(payload) "
        "WHERE event_type = 'message.sent'"
    )
    async with world.pool.acquire() as connection, connection.transaction():
        await tell(connection, world.company, "contact.opted_out", {"phone": number}, NOW)
    await world.pool.execute("INSERT INTO portfolios (company_id, portfolio, used) VALUES ($1, 'w', 1)", world.company)
    await world.pool.execute("INSERT INTO portfolio_users VALUES ($1, 'w', $2, $3)", world.company, number, NOW)
    for event in events:  # repeated with other bytes
        delivery_id = new_id()
        await world.pool.execute(
            "INSERT INTO deliveries (id, company_id, created_at, webhook_id, event_id, duplicate, signature, headers, "
            "raw_body) VALUES ($1, $2, $3, $4, $5, true, 'unsigned', $6, $7)",
            delivery_id,
            world.company,
            id_time(delivery_id),
            event["webhook_id"],
            event["id"],
            json.dumps({"x-customer": name}),
            f" {event['payload']}".encode(),
        )
    await world.pool.execute(
        "INSERT INTO rule_cases (id, company_id, rule_id, version, event_id, phone, state, due_at, log, created_at, "
        "updated_at) VALUES ($1, $2, $1, 1, $3, $4, 'running', $6, $5, $6, $6)",
        new_id(),
        world.company,
        events[0]["id"],
        number,
        json.dumps([{"step": "s", "said": name}]),
        NOW,
    )
    await world.pool.execute(
        "INSERT INTO event_replays (event_id, job_id, company_id, at, runs) VALUES ($1, $2, $3, $4, $5)",
        events[0]["id"],
        new_id(),
        world.company,
        NOW,
        json.dumps([{"rule_id": "r", "outcome": "skipped", "reason": "condition_false", "found": name}]),
    )
    await outlive(world, name, number)
    [message] = await world.pool.fetch("SELECT id, session_id FROM messages WHERE to_phone = $1 LIMIT 1", number)
    await world.pool.execute(
        "INSERT INTO campaign_recipients (campaign_id, contact_id, company_id, session_id, message_id) "
        "VALUES ($1, $2, $3, $4, $5)",
        new_id(),
        contact,
        world.company,
        message["session_id"],
        message["id"],
    )
    await export(world, world.company, name, number)


async def outlive(world: JobWorld, name: str, number: str) -> None:
    """Leave a person in more cases and orders than one step takes whose events are gone, and in an imported file."""
    for index in range(7):
        gone = new_id()
        await world.pool.execute(
            "INSERT INTO rule_cases (id, company_id, rule_id, version, event_id, phone, state, log, created_at, "
            "updated_at) VALUES ($1, $2, $1, 1, $1, $3, 'done', $4, $5, $5)",
            gone,
            world.company,
            number,
            json.dumps([{"step": "s", "said": name}]),
            NOW,
        )
        await world.pool.execute(
            "INSERT INTO pix_orders (company_id, order_id, customer_name, phone, value_cents, seen_at) "
            "VALUES ($1, $2, $3, $4, 9700, $5)",
            world.company,
            f"gone-{index}-{number[-2:]}",
            name,
            number,
            NOW,
        )
    import_id, job_id = new_id(), await world.add_job("contacts_import")
    await insert_import(world.pool, world.company, import_id, "c.csv", "t", NOW, NOW)
    await add_piece(world.pool, import_id, 0, f"{name};{number}".encode())
    written = f"({number[3:5]}) {number[5:10]}-{number[10:]}"
    rows = [RefusedRow(at, "invalid_email", [name, written, "?"]) for at in range(6)]
    rows += [RefusedRow(6, "open_quote", [f'"{name};{number[1:]};x']), RefusedRow(7, "no_phone", ["Outro", "", "?"])]
    async with world.pool.acquire() as connection:
        await begin_import(connection, world.company, import_id, job_id, {}, NOW)
        await add_errors(connection, import_id, rows)
    await world.pool.execute("UPDATE jobs SET state = 'failed', finished_at = now() WHERE id = $1", job_id)


async def export(world: JobWorld, company: UUID, name: str, number: str) -> None:
    """Keep a file of that company which holds the person, made by a job that looked for them."""
    job_id = await world.add_job("export", company, selection={"filter": {"phone": number}})
    style = {"compressed": False}
    async with world.pool.acquire() as connection:
        assert await insert_export(
            connection, company, job_id, kind="contacts", file_name="c.csv", style=style, masked=False
        )
        await add_chunk(connection, company, job_id, 0, gzip_member(f"{name},{number}".encode()), 1, last=True)
    await world.pool.execute("UPDATE jobs SET state = 'done', finished_at = now() WHERE id = $1", job_id)


async def test_nothing_that_tells_of_an_erased_person_is_left(world: JobWorld) -> None:
    ana = await live(world, TELLS, ANA, 12, 11)
    await live(world, "Rui Outro", RUI, 2, 2)
    await spread(world, TELLS, ANA, ana)
    other = await add_company(world.pool)
    await export(world, other, "Rui Outro", RUI)
    await insert_delivery(
        world.pool,
        world.company,
        await world.pool.fetchval("SELECT id FROM outgoing_webhooks"),
        "message.sent",
        {"to": RUI},
        new_id(),
    )
    before = await everything(world)
    assert TELLS in before
    job_id = await world.add_job("contacts_erase", ids=[str(ana), str(new_id())], preview_id=str(new_id()))
    async with world.worker(ContactsErase):
        row = await world.until(job_id, "done", "failed")
    erased = {"people": 1, "events": 12, "messages": 11, "deliveries": 9, "exports": 1}
    assert (row["state"], row["result"]) == ("done", erased), row["error"]
    left = await everything(world)
    for secret in (TELLS, ANA, ANA[1:], ANA[-8:], "segredo@x.test"):
        assert secret not in left, secret
    assert "Rui Outro" in left
    assert RUI in left
    assert await count_data(world.pool, world.company, RUI) == (2, 2)
    deliveries = await world.pool.fetch("SELECT event_type, state, last_reason, payload FROM outgoing_deliveries")
    states = Counter((one["state"], one["last_reason"]) for one in deliveries)
    assert states == {("failed", "erased"): 8, ("delivered", None): 1, ("pending", None): 1}
    assert all(set(json.loads(one["payload"])) == {"type", "timestamp", "data"} for one in deliveries)
    assert await world.pool.fetchval("SELECT count(*) FROM portfolio_users") == 1  # the place of today stays taken
    assert await world.pool.fetchval("SELECT company_id FROM exports") == other
    assert await world.pool.fetchval("SELECT count(*) FROM campaign_recipients WHERE contact_id = $1", ana) == 1
    cases = await world.pool.fetch("SELECT state, reason, phone FROM rule_cases")
    assert Counter(map(tuple, cases)) == {("cancelled", "erased", None): 1, ("done", None, None): 7}
    assert await world.pool.fetchval("SELECT sum(value_cents) FROM pix_orders") == 7 * 9_700
    runs = json.loads(await world.pool.fetchval("SELECT runs FROM event_replays"))
    assert runs == [{"rule_id": "r", "version": None, "outcome": "skipped", "reason": "condition_false"}]
    refused = await world.pool.fetch("SELECT cells FROM contact_import_errors ORDER BY row")
    assert [one["cells"] for one in refused] == [*([[]] * 7), ["Outro", "", "?"]]
    assert await world.pool.fetchval("SELECT count(*) FROM contact_import_pieces") == 0
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
    erased = {"people": 1, "events": 0, "messages": 2, "deliveries": 0, "exports": 0}
    assert row["result"] == erased, row["error"]
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


async def test_refused_rows_of_others_and_of_other_companies_stay(world: JobWorld) -> None:
    await outlive(world, "Rui Outro", RUI)
    other = JobWorld(world.pool, world.settings.database_url)
    other.company = await add_company(world.pool)
    await outlive(other, TELLS, ANA)
    job_id = await world.add_job("contacts_erase", filter={"phone": ANA}, preview_id=str(new_id()))
    async with world.worker(ContactsErase):
        row = await world.until(job_id, "done", "failed")
    assert row["state"] == "done", row["error"]
    for table, number in (("contact_import_errors", 16), ("rule_cases", 14), ("pix_orders", 14)):
        found = "cells <> '{}'" if table == "contact_import_errors" else "phone IS NOT NULL"
        assert await world.pool.fetchval(f"SELECT count(*) FROM {table} WHERE {found}") == number


async def _shown(world: JobWorld, *contacts: tuple[UUID, str]) -> UUID:
    """Count a dry run that shows these people; return its preview."""
    preview_id = new_id()
    tally = Tally(
        {
            "would": 2,
            "samples": [{"contact_id": str(one), "to": to, "name": TELLS, "text": "Olá"} for one, to in contacts],
        }
    )
    async with world.pool.acquire() as connection, connection.transaction():
        await insert_preview(connection, preview_id, world.company, "start_campaign", {}, None, NOW, NOW, "t")
        await show_counts(connection, world.company, preview_id, tally)
    return preview_id


async def _samples(world: JobWorld, preview_id: UUID) -> list[str]:
    row = await get_preview(world.pool, world.company, preview_id)
    assert row is not None
    assert row["counts"]["would"] == 2
    return [sample["to"] for sample in row["counts"]["samples"]]


async def test_an_erased_person_leaves_the_examples_of_dry_runs_and_comes_into_none(world: JobWorld) -> None:
    [ana, rui] = await add_people(world.pool, world.company, write(11, name=TELLS), write(12, name="Rui Outro"))
    before = await _shown(world, (ana, ANA), (rui, RUI))
    assert await _samples(world, before) == [ANA, RUI]
    job_id = await world.add_job("contacts_erase", ids=[str(ana)], preview_id=str(new_id()))
    async with world.worker(ContactsErase):
        row = await world.until(job_id, "done", "failed")
    assert row["state"] == "done", row["error"]
    assert await _samples(world, before) == [RUI]
    assert await _samples(world, await _shown(world, (ana, ANA), (rui, RUI))) == [RUI]


async def test_an_erasure_waits_for_a_dry_run_that_shows_the_person_and_takes_them_out_of_it(world: JobWorld) -> None:
    [ana] = await add_people(world.pool, world.company, write(11, name=TELLS))
    preview_id = new_id()
    tally = Tally({"would": 2, "samples": [{"contact_id": str(ana), "to": ANA, "name": TELLS}]})
    async with world.worker(ContactsErase):
        async with world.pool.acquire() as connection, connection.transaction():
            await insert_preview(connection, preview_id, world.company, "start_campaign", {}, None, NOW, NOW, "t")
            await show_counts(connection, world.company, preview_id, tally)
            job_id = await world.add_job("contacts_erase", ids=[str(ana)], preview_id=str(new_id()))
            async with asyncio.timeout(20):
                while not await world.pool.fetchval(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND wait_event_type = 'Lock' AND query LIKE '%contacts%'"
                ):
                    await asyncio.sleep(0.01)
        row = await world.until(job_id, "done", "failed")
    assert row["state"] == "done", row["error"]
    assert await _samples(world, preview_id) == []


@pytest.mark.parametrize("running", [False, True])
async def test_a_dry_run_that_is_called_off_keeps_no_examples(world: JobWorld, running: bool) -> None:
    job_id = await world.add_job("campaign_dry_run")
    cursor = {"after": "x", "tally": {"people": 3, "samples": [{"to": ANA, "name": TELLS}]}}
    await world.pool.execute("UPDATE jobs SET cursor = $2 WHERE id = $1", job_id, json.dumps(cursor))
    if running:
        async with world.pool.acquire() as connection:
            job = await claim_job(connection, "worker-0", ["campaign_dry_run"])
            assert job is not None
            assert await end_job(connection, job, "failed", "x")
    else:
        assert await request_cancel(world.pool, world.company, job_id) == "cancelled"
    assert (await world.job(job_id))["cursor"] == {"after": "x", "tally": {"people": 3}}
