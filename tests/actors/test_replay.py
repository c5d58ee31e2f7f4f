"""Replays over the API and a worker: counted by effect, run once, nothing accepted sent again, exact after crashes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from actors.jobs.replay import EventReplay
from actors.jobs.tools import Job, JobTools
from storage.pool import Pool
from tests.actors.bulk_rig import BulkRig, bulk_rig
from tests.actors.jobs_rig import new_id
from tests.seeding import add_event, add_message, add_session, seed_events

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
PATH, RETRY = "/events/replay", "/dead-letters/retry"


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[BulkRig]:
    await pool.execute("SELECT masteria_make_partitions($1)", NOW.date())
    async with bulk_rig(pool, database_url) as made:
        yield made


async def add_rule(rig: BulkRig, session: UUID, event_type: str = "pix_created", **more: Any) -> UUID:
    rule_id = new_id()
    text = more.pop("text", "Olá {{customer_name}}")
    definition = {
        "trigger": {"event_type": event_type},
        "action": {"send": {"session_id": str(session), "text": text}},
        **more,
    }
    await rig.pool.execute(
        "INSERT INTO rules (id, company_id, name, definition, created_at, updated_at) VALUES ($1, $2, 'r', $3, $4, $4)",
        rule_id,
        rig.company,
        orjson.dumps(definition).decode(),
        NOW,
    )
    return rule_id


async def event(rig: BulkRig, n: int, **columns: Any) -> UUID:
    person = {"customer_name": f"Ana {n}", "customer_phone": f"+55119{n:08}", "order_id": f"o-{n}"}
    return await add_event(rig.pool, rig.company, NOW + timedelta(minutes=n), **{**person, **columns})


async def messages_of(rig: BulkRig, event_id: UUID) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await rig.owner.get("/api/v1/messages", {"event_id": str(event_id)})).json["data"]
    return rows


async def test_a_preview_counts_by_effect_and_the_run_does_exactly_that(rig: BulkRig) -> None:
    session = await add_session(rig.pool, rig.company, NOW)
    rule = await add_rule(rig, session)
    fresh = await event(rig, 1)
    accepted, failed, waiting = await event(rig, 2), await event(rig, 3), await event(rig, 4)
    later = NOW + timedelta(hours=1)
    for event_id, status in ((accepted, "delivered"), (failed, "failed"), (waiting, "queued")):
        due = {} if status == "queued" else {"due_at": None}
        await add_message(rig.pool, rig.company, session, later, event_id=event_id, rule_id=rule, status=status, **due)
    opted_out = await event(rig, 5)
    await rig.pool.execute(
        "INSERT INTO suppressions (company_id, phone, kind, active, source, at) VALUES ($1, $2, 'all', true, 'w', $3)",
        rig.company,
        "+5511900000005",
        NOW,
    )
    await event(rig, 6, event_type="order_refunded")
    await event(rig, 7, state="unparsed", event_type=None)
    await event(rig, 8, pix_expires_at=NOW)
    await event(rig, 9, customer_name=None)
    await event(rig, 10, order_id="o-11")
    await event(rig, 11, event_type="order_approved")
    await rig.pool.execute(
        """UPDATE rules SET definition = definition || '{"cancel_on": ["order_approved"]}' WHERE id = $1""", rule
    )
    preview = await rig.preview(PATH, filter={})
    assert preview["counts"] == {
        "would": 2,
        "skip": {
            "no_rule": 2,
            "accepted_already": 1,
            "cancelled_by:order_approved": 1,
            "missing_variable": 1,
            "opted_out": 1,
            "pix_expired": 1,
            "unparsed": 1,
            "waiting_already": 1,
        },
    }
    before = await rig.pool.fetchval("SELECT count(*) FROM messages")
    job = await rig.run(PATH, preview)
    assert (job["state"], job["result"]["acted"], job["done"]) == ("done", 2, job["total"])
    assert await rig.pool.fetchval("SELECT count(*) FROM messages") == before + 2
    (sent,) = await messages_of(rig, fresh)
    assert (sent["text"], sent["rule_id"], sent["lane"], sent["retry_of"]) == ("Olá Ana 1", str(rule), "bulk", None)
    again, first = await messages_of(rig, failed)
    assert (again["retry_of"], again["status"], first["status"]) == (first["id"], "queued", "failed")
    assert len(await messages_of(rig, accepted)) == 1
    assert await messages_of(rig, opted_out) == []
    assert {UUID(bytes=one["id"]) for one in rig.world.handed} == {UUID(sent["id"]), UUID(again["id"])}
    runs = (await rig.owner.get(f"/api/v1/events/{fresh}/runs")).json["data"]
    assert [(run["outcome"], run["job_id"]) for run in runs if run.get("job_id")] == [("fired", job["id"])]
    # What has just been sent waits, or was accepted: a second replay has nothing to do.
    assert (await rig.preview(PATH, filter={}))["counts"]["would"] == 0


async def bury(rig: BulkRig, message_id: UUID) -> UUID:
    letter_id = new_id()
    await rig.pool.execute(
        "INSERT INTO dead_letters (id, company_id, kind, message_id, class, reason, created_at, rule_id) "
        "SELECT $1, company_id, 'message', id, 'transient', 'whatsapp_131000', created_at, rule_id "
        "FROM messages WHERE id = $2",
        letter_id,
        message_id,
    )
    return letter_id


async def failed_message(rig: BulkRig, status: str = "failed") -> tuple[UUID, UUID]:
    session = await add_session(rig.pool, rig.company, NOW)
    rule, event_id = await add_rule(rig, session), await event(rig, 1)
    first = await add_message(
        rig.pool, rig.company, session, NOW, event_id=event_id, rule_id=rule, status=status, due_at=None
    )
    return event_id, first


async def test_what_a_replay_took_the_place_of_is_no_dead_letter_any_more(rig: BulkRig) -> None:
    event_id, first = await failed_message(rig)
    letter_id = await bury(rig, first)
    await rig.run(PATH, await rig.preview(PATH, ids=[str(event_id)]))
    again = (await messages_of(rig, event_id))[0]
    letter = (await rig.owner.get(f"/api/v1/dead-letters/{letter_id}")).json
    assert (letter["resolution"], letter["retried_as"]) == ("retried", again["id"])
    assert (await rig.preview(RETRY, filter={}))["counts"] == {"would": 0, "skip": {}}


async def test_a_letter_that_comes_after_a_forced_replay_is_not_tried_again(rig: BulkRig) -> None:
    event_id, first = await failed_message(rig, "uncertain")
    await rig.run(PATH, await rig.preview(PATH, ids=[str(event_id)], force=True))
    await rig.pool.execute("UPDATE messages SET status = 'failed' WHERE id = $1", first)  # it did fail, told late
    letter_id = await bury(rig, first)
    counts = (await rig.preview(RETRY, ids=[str(letter_id)]))["counts"]
    assert counts == {"would": 0, "skip": {"replaced_already": 1}}
    await rig.pool.execute("UPDATE messages SET status = 'failed' WHERE retry_of = $1", first)
    assert (await rig.preview(RETRY, ids=[str(letter_id)]))["counts"] == {"would": 1, "skip": {}}


async def test_a_replay_waits_for_a_retry_of_the_same_message_and_then_leaves_it_alone(rig: BulkRig) -> None:
    event_id, first = await failed_message(rig)
    letter_id = await bury(rig, first)
    preview = await rig.preview(PATH, ids=[str(event_id)])
    async with rig.pool.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE dead_letters SET resolved_at = now() WHERE id = $1", letter_id)
        job = (await rig.start(PATH, preview)).json["id"]
        async with asyncio.timeout(60):
            while not await rig.pool.fetchval(
                "SELECT EXISTS (SELECT FROM pg_stat_activity "
                "WHERE datname = current_database() AND wait_event_type = 'Lock')"
            ):
                await asyncio.sleep(0.01)
        await connection.execute(
            "INSERT INTO messages SELECT (r).* FROM (SELECT jsonb_populate_record(m, jsonb_build_object("
            "'id', $2::uuid, 'status', 'queued', 'retry_of', m.id)) AS r FROM messages m WHERE id = $1) AS copy",
            first,
            UUID(int=first.int + 1),
        )
    ended = await rig.ended(job)
    assert (ended["result"]["acted"], ended["result"]["skip"]) == (0, {"waiting_already": 1})
    assert len(await messages_of(rig, event_id)) == 2


async def test_force_sends_what_was_accepted_again_and_says_so(rig: BulkRig) -> None:
    session = await add_session(rig.pool, rig.company, NOW)
    rule = await add_rule(rig, session)
    event_id = await event(rig, 1)
    first = await add_message(
        rig.pool, rig.company, session, NOW, event_id=event_id, rule_id=rule, status="read", due_at=None
    )
    counts = (await rig.preview(PATH, ids=[str(event_id)]))["counts"]
    assert counts == {"would": 0, "skip": {"accepted_already": 1}}
    preview = await rig.preview(PATH, ids=[str(event_id)], force=True)
    assert preview["counts"] == {"would": 1, "skip": {}}
    await rig.run(PATH, preview)
    again = next(one for one in await messages_of(rig, event_id) if one["id"] != str(first))
    assert (again["retry_of"], again["lane"]) == (str(first), "transactional")  # a few by their ids go at once


async def test_only_chosen_rules_run_and_a_changed_rule_needs_a_new_preview(rig: BulkRig) -> None:
    session = await add_session(rig.pool, rig.company, NOW)
    one, other = await add_rule(rig, session, text="um"), await add_rule(rig, session, text="dois")
    event_id = await event(rig, 1)
    preview = await rig.preview(PATH, filter={}, rules=[str(one)])
    assert preview["counts"] == {"would": 1, "skip": {}}
    later = NOW + timedelta(days=3650)
    await rig.pool.execute("UPDATE rules SET updated_at = $2 WHERE id = $1", other, later)
    wide = await rig.preview(PATH, filter={})
    assert (await rig.start(PATH, wide)).status == 409
    await rig.run(PATH, preview)
    assert [message["text"] for message in await messages_of(rig, event_id)] == ["um"]


async def test_a_cap_used_by_the_first_run_does_not_stop_its_second_try(rig: BulkRig) -> None:
    session = await add_session(rig.pool, rig.company, NOW)
    rule = await add_rule(rig, session, caps={"per_order": 1})
    failed = await event(rig, 1, order_id="same")
    sibling = await event(rig, 2, order_id="same")
    preview = await rig.preview(PATH, ids=[str(failed)])
    await rig.run(PATH, preview)  # uses the order's only place
    await rig.pool.execute("UPDATE messages SET status = 'failed' WHERE event_id = $1", failed)
    preview = await rig.preview(PATH, ids=[str(failed), str(sibling)])
    assert preview["counts"] == {"would": 1, "skip": {"cap_per_order": 1}}
    await rig.run(PATH, preview)
    assert len(await messages_of(rig, failed)) == 2
    assert await messages_of(rig, sibling) == []
    assert rule is not None


async def test_a_run_killed_midway_goes_on_and_sends_each_once(pool: Pool, database_url: str) -> None:
    await pool.execute("SELECT masteria_make_partitions($1)", NOW.date())
    async with bulk_rig(pool, database_url) as rig:
        session = await add_session(rig.pool, rig.company, NOW)
        await add_rule(rig, session)
        async with pool.acquire() as connection:
            await seed_events(connection, rig.company, 2_000, NOW)
        preview = await rig.preview(PATH, filter={"event_type": "pix_created"})
        would = preview["counts"]["would"]
        assert would + preview["counts"]["skip"].get("unparsed", 0) == 1_500
    # Without a worker the run waits; two workers in turn die within a step, the third one finishes.
    rest_start = await rig.start(PATH, preview)
    assert rest_start.status == 202
    for _ in range(2):
        stuck = asyncio.Event()

        class Dying(EventReplay):
            async def step(self, connection: Any, job: Job, prepared: object, delta: Any, stuck: Any = stuck) -> Any:
                step = await super().step(connection, job, prepared, delta)
                if job.cursor:
                    stuck.set()
                    await asyncio.Event().wait()
                return step

        def make(tools: JobTools, kind: type[EventReplay] = Dying) -> EventReplay:
            return kind(tools)

        async with rig.world.worker(make):
            await asyncio.wait_for(stuck.wait(), 60)
    async with rig.world.worker(EventReplay):
        job = await rig.ended(rest_start.json["id"])
    assert (job["state"], job["result"]["acted"]) == ("done", would)
    assert await pool.fetchval("SELECT count(*) FROM messages") == would
    assert await pool.fetchval("SELECT count(DISTINCT event_id) FROM messages") == would
    assert await pool.fetchval("SELECT count(*) FROM event_replays") == would
    assert await pool.fetchval("SELECT count(*) FROM message_queue") == would


async def test_a_run_is_cancelled_midway(pool: Pool, database_url: str) -> None:
    await pool.execute("SELECT masteria_make_partitions($1)", NOW.date())
    async with bulk_rig(pool, database_url) as rig:
        session = await add_session(rig.pool, rig.company, NOW)
        await add_rule(rig, session)
        async with pool.acquire() as connection:
            await seed_events(connection, rig.company, 2_000, NOW)
        preview = await rig.preview(PATH, filter={})
    started = await rig.start(PATH, preview)
    within, go_on = asyncio.Event(), asyncio.Event()

    class Slow(EventReplay):
        async def prepare(self, job: Job) -> object:
            if job.cursor:
                within.set()
                await go_on.wait()
            return await super().prepare(job)

    async with rig.world.worker(Slow):
        await asyncio.wait_for(within.wait(), 60)
        cancelled = await rig.owner.post(f"/api/v1/jobs/{started.json['id']}/cancel")
        assert cancelled.json["cancel_requested"]
        go_on.set()
        job = await rig.ended(started.json["id"])
    assert job["state"] == "cancelled"
    sent = await pool.fetchval("SELECT count(*) FROM messages")
    assert 0 < sent < preview["counts"]["would"]
    assert job["result"]["acted"] == sent


async def test_a_rule_in_steps_begins_a_case_again(rig: BulkRig) -> None:
    session = await add_session(rig.pool, rig.company, NOW)
    rule_id = new_id()
    send = {"id": "s", "type": "send", "session_id": str(session), "text": "Olá"}
    wait = {"id": "w", "type": "wait", "delay_s": 3600}
    definition = {"trigger": {"event_type": "pix_created"}, "steps": [send, wait, {**send, "id": "t"}]}
    await rig.pool.execute(
        "INSERT INTO rules (id, company_id, name, definition, created_at, updated_at) VALUES ($1, $2, 'r', $3, $4, $4)",
        rule_id,
        rig.company,
        orjson.dumps(definition).decode(),
        NOW,
    )
    event_id = await event(rig, 1)
    preview = await rig.preview(PATH, filter={})
    assert preview["counts"] == {"would": 1, "skip": {}}
    await rig.run(PATH, preview)
    assert len(await messages_of(rig, event_id)) == 1
    assert await rig.pool.fetchval("SELECT state FROM rule_cases WHERE event_id = $1", event_id) == "running"
    assert (await rig.preview(PATH, filter={}, force=True))["counts"] == {"would": 0, "skip": {"waiting_already": 1}}


async def test_a_number_that_only_a_patient_parser_reads_stops_no_replay(rig: BulkRig) -> None:
    await add_rule(rig, await add_session(rig.pool, rig.company, NOW), text="{{$.total}}")
    large = "1" + 350 * "0"
    event_id = await event(rig, 1, payload=f'{{"total": {large}}}')
    preview = await rig.preview(PATH, filter={})
    assert preview["counts"] == {"would": 1, "skip": {}}
    await rig.run(PATH, preview)
    assert [message["text"] for message in await messages_of(rig, event_id)] == [large]


async def test_what_makes_no_sense_is_refused_with_the_field(rig: BulkRig) -> None:
    for body, field in (
        ({"preview": True, "filter": {"phone": "x"}}, "filter.phone"),
        ({"preview": True, "filter": {}, "rules": [str(new_id())]}, "rules[0]"),
        ({"preview": True, "filter": {"state": "x"}}, "filter.state"),
        ({"preview": True, "filter": {"payload": "x"}}, "filter.payload"),
        ({"preview": True, "filter": {}, "force": "yes"}, "force"),
    ):
        answer = await rig.owner.post(f"/api/v1{PATH}", body)
        assert answer.status == 422, body
        assert field in [error["field"] for error in answer.json["errors"]], answer.body
