"""Campaigns on real Postgres: everybody gets one message at most, whatever dies; pause, resume and cancel are exact."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from actors.jobs.dead_letters import Retry
from actors.jobs.tools import Job
from engine.campaigns import queue_target
from engine.metrics import Delta
from engine.pagination import NEWEST
from engine.times import rfc3339
from storage import campaigns
from storage.campaign_holds import drop_campaign, hold_campaign, release_campaign
from storage.campaign_recipients import RecipientFilter, list_recipients, take_letters
from storage.countries import bar_countries
from storage.dead_letters import Resolution, resolve_letters
from storage.due import claim_due
from storage.message_changes import born, lock, write
from storage.pool import Connection, Pool
from storage.searching import Range
from tests.actors.campaign_rig import CampaignWorld, record
from tests.actors.jobs_rig import new_id
from tests.seeding import add_outgoing_webhook


@pytest.fixture
async def world(pool: Pool, database_url: str) -> AsyncIterator[CampaignWorld]:
    made = CampaignWorld(pool, database_url)
    await made.open()
    yield made.ready()
    await made.changes.close()


async def _people(world: CampaignWorld, campaign_id: UUID, **wanted: Any) -> list[Any]:
    within = Range(limit=500, before=NEWEST)
    page = await list_recipients(world.pool, world.company, campaign_id, RecipientFilter(**wanted), within)
    return list(page.rows)


async def _begun(world: CampaignWorld, people: int, sessions: int = 1, **more: Any) -> tuple[UUID, list[UUID]]:
    await world.add_contacts(people)
    numbers = [await world.add_session(throughput=10) for _ in range(sessions)]
    campaign_id = await world.add_campaign(numbers, [await world.add_template()], **more)
    await world.begin(campaign_id)
    return campaign_id, numbers


async def test_messages_are_made_while_the_audience_is_still_being_written(world: CampaignWorld) -> None:
    campaign_id, _ = await _begun(world, 1_200)
    await world.expand(steps=1)
    await world.round()
    assert (await world.campaign(campaign_id))["written"] == 500
    assert len(world.handed) == queue_target(10)  # not one more than the number sends in the next seconds
    assert {message["lane"] for message in world.handed} == {"bulk"}
    assert {message["campaign"] for message in world.handed} == {campaign_id.bytes}
    assert world.handed[0]["text"].startswith("Oi Cliente ")
    await world.pool.execute("UPDATE jobs SET state = 'queued', lease_until = NULL")
    await world.expand()
    total, counts = await world.counts(campaign_id)
    assert (total, counts) == (1_200, {"queued": 40, "scheduled": 1_160})


async def test_everybody_gets_one_message_and_the_campaign_ends(world: CampaignWorld) -> None:
    campaign_id, numbers = await _begun(world, 150, sessions=2)
    await world.expand()
    while (await world.campaign(campaign_id))["state"] == "running":
        await world.round()
        await world.answer(campaign_id, "accepted")
    total, counts = await world.counts(campaign_id)
    assert (total, counts) == (150, {"accepted": 150})
    rows = await world.pool.fetch("SELECT to_phone, session_id FROM messages WHERE campaign_id = $1", campaign_id)
    assert max(Counter(row["to_phone"] for row in rows).values()) == 1
    assert {row["session_id"] for row in rows} == set(numbers)
    assert (await world.campaign(campaign_id))["finished_at"] is not None


@pytest.mark.parametrize("wanted", [["campaign.finished"], ["contact.opted_out"]])
async def test_a_companys_own_systems_are_told_once_that_it_is_finished(
    world: CampaignWorld, wanted: list[str]
) -> None:
    await add_outgoing_webhook(world.pool, world.company, wanted)
    campaign_id, _ = await _begun(world, 3)
    await world.expand()
    await world.round()
    await world.answer(campaign_id, "accepted", most=2)
    await world.answer(campaign_id, "failed", reason="whatsapp_131026")
    assert await world.pool.fetchval("SELECT count(*) FROM outgoing_changes") == 0
    await world.round()
    await world.round()
    row = await world.campaign(campaign_id)
    assert row["state"] == "finished"
    told = await world.pool.fetch("SELECT company_id, event_type, data FROM outgoing_changes")
    if wanted != ["campaign.finished"]:
        assert told == []
        return
    [(company_id, event_type, data)] = told
    assert (company_id, event_type) == (world.company, "campaign.finished")
    data = orjson.loads(data)
    assert (data["id"], data["name"], data["status"], data["total"]) == (str(campaign_id), "Campanha", "finished", 3)
    assert (data["counts"]["accepted"], data["counts"]["failed"]) == (2, 1)
    assert data["finished_at"] == rfc3339(row["finished_at"])


async def test_contacts_made_after_the_start_are_out(world: CampaignWorld) -> None:
    campaign_id, _ = await _begun(world, 10)
    await world.pool.execute("SELECT pg_sleep(0.005)")
    await world.add_contacts(5, first=100)
    await world.expand()
    assert (await world.campaign(campaign_id))["written"] == 10


async def test_no_more_people_than_were_agreed_to(world: CampaignWorld) -> None:
    await world.add_contacts(30)
    campaign_id = await world.add_campaign([await world.add_session()], [await world.add_template()])
    await world.begin(campaign_id, most=12)
    await world.expand()
    assert (await world.campaign(campaign_id))["written"] == 12


async def test_a_round_that_dies_leaves_nothing_and_is_repeated(
    world: CampaignWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _begun(world, 60)
    await world.expand()

    async def lost(*_: object, **__: object) -> None:
        raise asyncpg.ConnectionDoesNotExistError("the connection died before the commit")

    with monkeypatch.context() as patched:
        patched.setattr("actors.campaigning.campaigns.note_round", lost)
        with pytest.raises(asyncpg.ConnectionDoesNotExistError):
            await world.round()
    assert await world.pool.fetchval("SELECT count(*) FROM messages") == 0
    assert world.handed == []
    await world.round()
    assert await world.pool.fetchval("SELECT count(*) FROM messages") == 40


async def test_a_campaign_whose_round_fails_lets_the_others_go_on(
    world: CampaignWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, _ = await _begun(world, 20)
    await world.expand()
    sound = await world.add_campaign([await world.add_session()], [await world.add_template()])
    await world.begin(sound)
    await world.expand()
    real = campaigns.note_round

    async def refuse(connection: Any, campaign_id: UUID, *rest: Any, **more: Any) -> None:
        if campaign_id == broken:
            raise ValueError("nobody thought of this")
        await real(connection, campaign_id, *rest, **more)

    await world.pool.execute("UPDATE campaigns SET look_at = now() - interval '1 hour' WHERE id = $1", broken)
    with monkeypatch.context() as patched:
        patched.setattr("actors.campaigning.campaigns.note_round", refuse)
        await world.loop.run_once()
    made = await world.pool.fetch("SELECT campaign_id, count(*) FROM messages GROUP BY 1")
    assert [tuple(row) for row in made] == [(sound, 20)]
    assert await world.pool.fetchval("SELECT look_at > now() FROM campaigns WHERE id = $1", broken)
    await world.round()
    assert (await world.counts(broken))[1] == {"queued": 20}


async def test_a_recipient_never_gets_a_second_message(world: CampaignWorld) -> None:
    campaign_id, _ = await _begun(world, 20)
    await world.expand()
    await world.round()
    # A cursor that was lost, or set back: whoever has a message is not pending, and is passed.
    await world.pool.execute("UPDATE campaigns SET made_to = '{}'")
    await world.round()
    assert await world.pool.fetchval("SELECT count(*) FROM messages") == 20
    with pytest.raises(asyncpg.UniqueViolationError):
        await world.pool.execute(
            "INSERT INTO campaign_recipients SELECT * FROM campaign_recipients WHERE campaign_id = $1 LIMIT 1",
            campaign_id,
        )


async def test_who_gets_nothing_is_kept_with_the_reason(world: CampaignWorld) -> None:
    contacts = await world.add_contacts(6)
    await world.add_contacts(1, phone=None)
    await world.pool.execute("UPDATE contacts SET name = NULL WHERE id = $1", contacts[5])
    for index, kind in enumerate(("all", "marketing")):
        await world.pool.execute(
            "INSERT INTO suppressions (company_id, phone, kind, active, source, at) "
            "VALUES ($1, $2, $3, true, 't', now())",
            world.company,
            f"+551190{index:07}",
            kind,
        )
    await world.pool.execute(
        "INSERT INTO undeliverable_people (company_id, phone, days, last_at) VALUES ($1, '+5511900000002', 2, now())",
        world.company,
    )
    await world.pool.execute("DELETE FROM contacts WHERE id = $1", contacts[3])
    template = await world.add_template(category="marketing")
    campaign_id = await world.add_campaign([await world.add_session()], [template])
    await world.begin(campaign_id)
    await world.expand()
    await world.pool.execute("DELETE FROM contacts WHERE id = $1", contacts[4])
    await world.round()
    total, counts = await world.counts(campaign_id)
    assert (total, counts) == (6, {"skipped": 6})
    people = await _people(world, campaign_id, statuses=("skipped",))
    assert Counter(row["reason"] for row in people) == {
        "opted_out": 1,
        "marketing_stopped": 1,
        "probably_not_on_whatsapp": 1,
        "contact_gone": 1,
        "missing_variable:customer_name": 1,
        "no_phone": 1,
    }
    assert len(await _people(world, campaign_id, statuses=("skipped",), reason="no_phone")) == 1
    await world.round()
    assert (await world.campaign(campaign_id))["state"] == "finished"


async def test_pause_holds_what_is_queued_and_what_comes_back_and_resume_brings_it_again(world: CampaignWorld) -> None:
    campaign_id, numbers = await _begun(world, 100)
    await world.expand()
    await world.round()
    in_flight = await world.pool.fetch(
        "DELETE FROM message_queue WHERE message_id IN (SELECT message_id FROM message_queue LIMIT 3) RETURNING *"
    )
    async with world.pool.acquire() as connection, connection.transaction():
        await campaigns.lock_campaign(connection, world.company, campaign_id)
        await campaigns.pause(connection, world.company, campaign_id, world.now())
    await record(world, lambda connection: hold_campaign(connection, campaign_id, numbers, world.now()))
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue WHERE look_at < 'infinity'") == 0
    # Those in flight come back for another try: they are held once they are due.
    await world.pool.copy_records_to_table(
        "message_queue", records=[tuple(row.values()) for row in in_flight], columns=list(in_flight[0].keys())
    )
    await world.pool.execute("UPDATE message_queue SET look_at = now() WHERE look_at < 'infinity'")

    async def claim(connection: Any) -> Any:
        due = await claim_due(connection, world.now(), 500, 30.0)
        assert due.messages == []
        return due.transitions

    await record(world, claim)
    await world.round()
    assert (await world.counts(campaign_id))[1] == {"held": 40, "scheduled": 60}
    assert len(await _people(world, campaign_id, statuses=("held",), reason="campaign_paused")) == 40
    async with world.pool.acquire() as connection, connection.transaction():
        await campaigns.resume(connection, world.company, campaign_id, new_id(), world.now(), "teste")
    await record(world, lambda connection: release_campaign(connection, campaign_id, numbers, world.now()))
    assert (await world.counts(campaign_id))[1] == {"queued": 40, "scheduled": 60}
    assert await _people(world, campaign_id, statuses=("held",)) == []
    while (await world.campaign(campaign_id))["state"] == "running":
        await world.round()
        await world.answer(campaign_id, "accepted")
    assert (await world.counts(campaign_id))[1] == {"accepted": 100}


async def test_cancel_calls_off_what_has_not_left_and_what_comes_back_later(world: CampaignWorld) -> None:
    campaign_id, numbers = await _begun(world, 100)
    await world.expand()
    await world.round()
    await world.answer(campaign_id, "accepted", most=10)
    late = await world.pool.fetchrow(
        "DELETE FROM message_queue WHERE message_id = (SELECT message_id FROM message_queue LIMIT 1) RETURNING *"
    )
    assert late is not None
    async with world.pool.acquire() as connection, connection.transaction():
        await campaigns.cancel_campaign(connection, world.company, campaign_id, numbers, world.now())
    await record(world, lambda connection: drop_campaign(connection, campaign_id, numbers, world.now()))
    await world.pool.copy_records_to_table("message_queue", records=[tuple(late.values())], columns=list(late.keys()))
    await world.pool.execute("UPDATE message_queue SET look_at = now()")
    await record(world, lambda connection: _claimed(connection, world))
    await world.round()
    assert (await world.counts(campaign_id))[1] == {"accepted": 10, "cancelled": 90}
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue") == 0


async def _paused(world: CampaignWorld, people: int) -> tuple[UUID, list[UUID]]:
    campaign_id, numbers = await _begun(world, people)
    await world.expand()
    await world.round()
    async with world.pool.acquire() as connection, connection.transaction():
        await campaigns.lock_campaign(connection, world.company, campaign_id)
        await campaigns.pause(connection, world.company, campaign_id, world.now())
    await record(world, lambda connection: hold_campaign(connection, campaign_id, numbers, world.now()))
    assert (await world.counts(campaign_id))[1]["held"] == 40
    return campaign_id, numbers


async def test_a_gateway_that_dies_while_it_resumes_leaves_nothing_behind(world: CampaignWorld) -> None:
    campaign_id, _ = await _paused(world, 50)
    async with world.pool.acquire() as connection, connection.transaction():
        await campaigns.resume(connection, world.company, campaign_id, new_id(), world.now(), "teste")
    await world.round()
    assert (await world.counts(campaign_id))[1] == {"queued": 40, "scheduled": 10}
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue WHERE look_at = 'infinity'") == 0


async def test_a_gateway_that_dies_while_it_cancels_leaves_nothing_behind(world: CampaignWorld) -> None:
    campaign_id, numbers = await _paused(world, 50)
    async with world.pool.acquire() as connection, connection.transaction():
        await campaigns.lock_campaign(connection, world.company, campaign_id)
        await campaigns.cancel_campaign(connection, world.company, campaign_id, numbers, world.now())
    await record(world, lambda connection: _claimed(connection, world))
    assert (await world.counts(campaign_id))[1] == {"cancelled": 50}
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue") == 0


async def _claimed(connection: Any, world: CampaignWorld) -> Any:
    return (await claim_due(connection, world.now(), 500, 30.0)).transitions


async def test_a_failed_number_stops_only_its_own_people_and_is_told(world: CampaignWorld) -> None:
    campaign_id, numbers = await _begun(world, 100, sessions=2)
    await world.expand()
    stop = "UPDATE sessions SET state = 'paused', reason = 'paused_by_user' WHERE $1::uuid IS NULL OR id = $1"
    await world.pool.execute(stop, numbers[0])
    await world.round()
    made = await world.pool.fetch("SELECT DISTINCT session_id FROM messages")
    assert [row[0] for row in made] == [numbers[1]]
    await world.pool.execute(stop, None)
    await world.round()
    assert (await world.campaign(campaign_id))["stalled"] == "paused_by_user"
    await world.pool.execute("UPDATE sessions SET state = 'active', reason = NULL")
    await world.pool.execute("UPDATE templates SET status = 'paused', kind = 'meta'")
    await world.round()
    assert (await world.campaign(campaign_id))["stalled"] == "template_not_approved"


async def test_variants_and_numbers_share_people_and_stay(world: CampaignWorld) -> None:
    await world.add_contacts(300)
    templates = [await world.add_template("A {{customer_name}}"), await world.add_template("B {{customer_name}}")]
    numbers = [await world.add_session(1_000), await world.add_session(1_000)]
    campaign_id = await world.add_campaign(numbers, templates)
    await world.begin(campaign_id)
    await world.expand()
    await world.round()
    rows = await world.pool.fetch(
        "SELECT r.variant, r.session_id, m.text, m.template_id, m.session_id AS sent_by "
        "FROM campaign_recipients r JOIN messages m ON m.id = r.message_id"
    )
    assert len(rows) == 300
    assert all(row["session_id"] == row["sent_by"] for row in rows)
    assert all(row["template_id"] == templates[row["variant"]] for row in rows)
    assert all(row["text"].startswith("AB"[row["variant"]]) for row in rows)
    assert 90 < sum(row["variant"] for row in rows) < 210
    assert len(await _people(world, campaign_id, variant=1)) == sum(row["variant"] for row in rows)
    await world.counts(campaign_id)


async def test_quiet_hours_hold_by_the_recipients_clock(world: CampaignWorld) -> None:
    await world.add_contacts(10)
    now = datetime.now(UTC)
    around = [(now - timedelta(hours=3) + timedelta(minutes=minutes)).strftime("%H:%M") for minutes in (-60, 60)]
    campaign_id = await world.add_campaign(
        [await world.add_session()],
        [await world.add_template()],
        quiet_hours={"from": around[0], "to": around[1]},  # São Paulo's clock: the contacts live there
    )
    await world.begin(campaign_id)
    await world.expand()
    await world.round()
    assert (await world.counts(campaign_id))[1] == {"held": 10}
    due = await world.pool.fetchval("SELECT min(due_at) FROM message_queue")
    assert timedelta(minutes=57) < due - now < timedelta(minutes=61)
    assert world.handed == []
    assert len(await _people(world, campaign_id, statuses=("held",), reason="quiet_hours")) == 10


async def test_a_retry_takes_only_the_failures_agreed_to_and_each_once(world: CampaignWorld) -> None:
    campaign_id, _ = await _begun(world, 30)
    await world.expand()
    await world.round()
    await world.answer(campaign_id, "failed", most=5, reason="whatsapp_131000")
    await world.answer(campaign_id, "failed", most=4, reason="whatsapp_131026")
    await world.answer(campaign_id, "uncertain", most=3, reason="timeout")
    await world.answer(campaign_id, "accepted")
    assert len(await _people(world, campaign_id, statuses=("failed",))) == 9
    definition = (await world.campaign(campaign_id))["definition"]
    children = []
    for _ in range(2):
        child = new_id()
        await campaigns.insert_campaign(
            world.pool,
            world.company,
            child,
            "Reenvio",
            definition,
            created_by=None,
            parent_id=campaign_id,
            origin="retry",
        )
        await world.begin(child, reasons=["whatsapp_131000"], most=5)
        await world.expand()
        await world.round()
        children.append(child)
    rows = await world.pool.fetch("SELECT campaign_id, retry_of FROM messages WHERE campaign_id = ANY($1)", children)
    assert [row["campaign_id"] for row in rows] == [children[0]] * 5
    retried = {row["retry_of"] for row in rows}
    failed = await world.pool.fetch("SELECT id FROM messages WHERE campaign_id = $1 AND status = 'failed'", campaign_id)
    assert len(retried) == 5
    assert retried < {row["id"] for row in failed}


async def _bury(world: CampaignWorld, campaign_id: UUID) -> list[UUID]:
    """Give a campaign's failed messages the dead letters that senders write."""
    rows = await world.pool.fetch(
        "INSERT INTO dead_letters (id, company_id, kind, message_id, class, reason, created_at, campaign_id) "
        "SELECT id, company_id, 'message', id, 'transient', 'whatsapp_131000', created_at, campaign_id "
        "FROM messages WHERE campaign_id = $1 AND status = 'failed' ORDER BY id RETURNING id",
        campaign_id,
    )
    return [row[0] for row in rows]


async def _retry(world: CampaignWorld, letters: list[UUID]) -> dict[str, Any]:
    """Try dead letters again in one step of the job; return its result."""
    params = {"ids": [str(one) for one in letters], "most": 100, "preview_id": str(new_id())}
    job = Job(new_id(), world.company, Retry.kind, params, {}, 0, None, 0)
    kind, results = Retry(world.means), []
    prepared = await kind.prepare(job)

    async def step(connection: Connection, delta: Delta) -> list[Any]:
        done = await kind.step(connection, job, prepared, delta)
        results.append(done.result)
        return [born(row) for row in done.born]

    await world.changes.commit(step)
    return dict(results[0])  # type: ignore[arg-type]


async def test_a_dead_letter_tried_again_counts_its_person_once_as_what_the_new_message_becomes(
    world: CampaignWorld,
) -> None:
    campaign_id, _ = await _begun(world, 10)
    await world.expand()
    await world.round()
    await world.answer(campaign_id, "failed", most=2, reason="whatsapp_131000")
    await world.answer(campaign_id, "delivered")
    letters = await _bury(world, campaign_id)
    assert (await _retry(world, letters))["acted"] == 2
    assert await world.counts(campaign_id) == (10, {"delivered": 8, "queued": 2})
    assert await _people(world, campaign_id, statuses=("failed",)) == []
    assert {row["retry_of"] for row in await _messages_of(world, campaign_id) if row["retry_of"]} == set(letters)

    async def deliver(connection: Connection) -> list[Any]:  # the first one arrives after all: it counts nowhere here
        found = await lock(connection, letters[:1])
        for message in found.values():
            message.go("delivered", "2030-01-01T00:00:00.000Z")
        await write(connection, list(found.values()), world.now())
        return [change for message in found.values() if (change := message.transition)]

    await record(world, deliver)
    await world.answer(campaign_id, "failed", most=1, reason="whatsapp_131000")
    await world.answer(campaign_id, "delivered")
    assert await world.counts(campaign_id) == (10, {"delivered": 9, "failed": 1})
    assert len(await _people(world, campaign_id, statuses=("failed",))) == 1


async def _messages_of(world: CampaignWorld, campaign_id: UUID) -> list[Any]:
    rows: list[Any] = await world.pool.fetch("SELECT id, retry_of FROM messages WHERE campaign_id = $1", campaign_id)
    return rows


@pytest.mark.parametrize("state", ["paused", "cancelled"])
async def test_a_dead_letter_of_a_campaign_that_stands_still_is_left_alone(world: CampaignWorld, state: str) -> None:
    campaign_id, _ = await _begun(world, 1)
    await world.expand()
    await world.round()
    await world.answer(campaign_id, "failed", reason="whatsapp_131000")
    letters = await _bury(world, campaign_id)
    await world.pool.execute("UPDATE campaigns SET state = $2 WHERE id = $1", campaign_id, state)
    result = await _retry(world, letters)
    assert (result["acted"], result["skip"]) == (0, {f"campaign_{state}": 1})


async def test_a_dead_letter_for_a_barred_country_is_left_alone(world: CampaignWorld) -> None:
    campaign_id, _ = await _begun(world, 1)
    await world.expand()
    await world.round()
    await world.answer(campaign_id, "failed", reason="whatsapp_130497")
    letters = await _bury(world, campaign_id)
    async with world.pool.acquire() as connection, connection.transaction():
        await bar_countries(connection, letters, world.now())
    result = await _retry(world, letters)
    assert (result["acted"], result["skip"]) == (0, {"country_restricted": 1})


async def test_whose_message_arrived_after_all_gets_no_second_one_of_a_retry(world: CampaignWorld) -> None:
    campaign_id, _ = await _begun(world, 2)
    await world.expand()
    await world.round()
    await world.answer(campaign_id, "failed", reason="whatsapp_131000")
    letters = await _bury(world, campaign_id)
    definition = (await world.campaign(campaign_id))["definition"]
    child = new_id()
    await campaigns.insert_campaign(
        world.pool, world.company, child, "Reenvio", definition, created_by=None, parent_id=campaign_id, origin="retry"
    )
    await world.begin(child, reasons=["whatsapp_131000"], most=2)
    await world.expand()
    await world.pool.execute(
        "UPDATE dead_letters SET resolved_at = now(), resolution = 'delivered' WHERE id = $1", letters[0]
    )
    await world.round()
    rows = await world.pool.fetch("SELECT retry_of, status, reason FROM messages WHERE campaign_id = $1", child)
    assert {row["retry_of"]: (row["status"], row["reason"]) for row in rows} == {
        letters[0]: ("skipped", "already_dealt_with"),
        letters[1]: ("queued", None),
    }


async def test_a_letter_that_another_retry_is_taking_is_not_taken_twice(world: CampaignWorld) -> None:
    campaign_id, _ = await _begun(world, 1)
    await world.expand()
    await world.round()
    await world.answer(campaign_id, "failed", reason="whatsapp_131000")
    [letter] = await _bury(world, campaign_id)

    async def take() -> set[UUID]:
        async with world.pool.acquire() as other, other.transaction():
            return await take_letters(other, world.company, [(letter, new_id())], world.now())

    async with world.pool.acquire() as connection, connection.transaction():
        await resolve_letters(connection, world.company, [Resolution(letter, new_id())], "retried", world.now())
        taking = asyncio.create_task(take())
        async with asyncio.timeout(60):
            while not await world.pool.fetchval(
                "SELECT EXISTS (SELECT FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock')"
            ):
                await asyncio.sleep(0.01)
    assert await taking == {letter}


async def test_what_recurs_begins_as_a_copy_and_waits_for_the_next_time(world: CampaignWorld) -> None:
    await world.add_contacts(3)
    schedule = {"recurrence": {"every": "day", "at": "09:00"}, "time_zone": "America/Sao_Paulo"}
    campaign_id = await world.add_campaign([await world.add_session()], [await world.add_template()], schedule=schedule)
    async with world.pool.acquire() as connection, connection.transaction():
        await campaigns.schedule(connection, world.company, campaign_id, world.now(), world.now())
    await world.loop.run_once()
    parent = await world.campaign(campaign_id)
    assert parent["state"] == "scheduled"
    local = parent["next_run_at"].astimezone(UTC)
    assert (local.hour, local.minute) == (12, 0)
    assert timedelta(0) < local - datetime.now(UTC) <= timedelta(days=1)
    [child] = await campaigns.list_campaigns(world.pool, world.company, NEWEST, 10, parent_id=campaign_id)
    assert (child["state"], child["origin"]) == ("running", "recurrence")
    await world.expand()
    await world.round()
    assert (await world.counts(child["id"]))[0] == 3


async def test_a_schedule_begins_the_campaign_itself(world: CampaignWorld) -> None:
    await world.add_contacts(3)
    campaign_id = await world.add_campaign([await world.add_session()], [await world.add_template()])
    async with world.pool.acquire() as connection, connection.transaction():
        await campaigns.schedule(connection, world.company, campaign_id, world.now(), world.now())
    await world.loop.run_once()
    assert (await world.campaign(campaign_id))["state"] == "running"
    await world.expand()
    await world.round()
    assert len(world.handed) == 3
