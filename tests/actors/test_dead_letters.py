"""Dead letters over the API and a worker: shown with advice, counted first, tried again or discarded, each once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import pytest

from engine.wire import DONE, Answer, Intake
from storage.pool import Pool
from tests.actors.bulk_rig import BulkRig, bulk_rig
from tests.actors.jobs_rig import new_id
from tests.seeding import add_event, add_message, add_session
from tests.seeding import new_id as id_at

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)
PATH = "/api/v1/dead-letters"
RETRY, DISCARD = "/dead-letters/retry", "/dead-letters/discard"


@pytest.fixture
async def rig(pool: Pool, database_url: str) -> AsyncIterator[BulkRig]:
    await pool.execute("SELECT masteria_make_partitions($1)", NOW.date())
    async with bulk_rig(pool, database_url) as made:
        yield made


async def dead(rig: BulkRig, session: UUID, *, minutes: int = 0, code: str = "131026", **columns: Any) -> UUID:
    """Store a failed message with its dead letter; return the letter's id."""
    moment = NOW + timedelta(minutes=minutes)
    error_class = columns.pop("error_class", "permanent")
    company = columns.pop("company", rig.company)
    message_id = await add_message(
        rig.pool, company, session, moment, status="failed", reason=f"whatsapp_{code}", due_at=None, **columns
    )
    letter_id = id_at(moment)
    await rig.pool.execute(
        "INSERT INTO dead_letters (id, company_id, kind, message_id, session_id, class, code, reason, created_at, "
        "rule_id, campaign_id) VALUES ($1, $2, 'message', $3, $4, $5, $6, $7, $8, $9, $10)",
        letter_id,
        company,
        message_id,
        session,
        error_class,
        code,
        f"whatsapp_{code}",
        moment,
        columns.get("rule_id"),
        columns.get("campaign_id"),
    )
    return letter_id


async def letter(rig: BulkRig, letter_id: UUID) -> dict[str, Any]:
    answer = await rig.owner.get(f"{PATH}/{letter_id}")
    assert answer.status == 200
    found: dict[str, Any] = answer.json
    return found


async def test_letters_are_found_by_class_code_rule_and_campaign_and_summed_up(rig: BulkRig) -> None:
    session, rule, campaign = await add_session(rig.pool, rig.company, NOW), new_id(), new_id()
    by_rule = await dead(rig, session, rule_id=rule)
    by_campaign = await dead(rig, session, minutes=1, code="131049", campaign_id=campaign, error_class="suppress")
    for query, wanted in (
        ({"rule_id": str(rule)}, by_rule),
        ({"campaign_id": str(campaign)}, by_campaign),
        ({"code": "131049"}, by_campaign),
        ({"class": "permanent", "resolved": "false"}, by_rule),
        ({"to": "2026-09-01T12:00:30Z"}, by_rule),
        ({"from": "2026-09-01T12:00:30Z"}, by_campaign),
    ):
        found = (await rig.owner.get(PATH, query)).json
        assert [one["id"] for one in found["data"]] == [str(wanted)], query
        assert found["count"] == 1
    shown = await letter(rig, by_campaign)
    assert shown["message"]["status"] == "failed"
    assert shown["advice"]["pt"] and shown["advice"]["en"]
    assert shown["class_text"]["en"] == "The person does not want it, or cannot get it."
    summary = (await rig.owner.get(f"{PATH}/summary")).json
    assert summary["count"] == 2
    assert {(one["class"], one["code"], one["count"]) for one in summary["classes"]} == {
        ("permanent", "131026", 1),
        ("suppress", "131049", 1),
    }


async def test_a_retry_is_a_new_message_and_what_must_not_go_is_left_alone_with_its_reason(rig: BulkRig) -> None:
    session = await add_session(rig.pool, rig.company, NOW)
    good = await dead(rig, session, to_phone="+5511900000001")
    opted_out = await dead(rig, session, minutes=1, to_phone="+5511900000002")
    delivered = await dead(rig, session, minutes=2, to_phone="+5511900000003")
    done_with = await dead(rig, session, minutes=3, to_phone="+5511900000004")
    nobody = await dead(rig, session, minutes=4, to_phone="")
    template = new_id()
    await rig.pool.execute(
        "INSERT INTO templates (id, company_id, name, kind, body, status) "
        "VALUES ($1, $2, 'x', 'meta', 'Olá', 'PAUSED')",
        template,
        rig.company,
    )
    paused = await dead(rig, session, minutes=5, template_id=template, to_phone="+5511900000005")
    await rig.pool.execute(
        "INSERT INTO suppressions (company_id, phone, kind, active, source, at) "
        "VALUES ($1, $2, 'all', true, 'word', $3)",
        rig.company,
        "+5511900000002",
        NOW,
    )
    await rig.pool.execute(
        "UPDATE messages SET status = 'delivered' WHERE id = (SELECT message_id FROM dead_letters WHERE id = $1)",
        delivered,
    )
    await rig.pool.execute("UPDATE dead_letters SET resolved_at = now() WHERE id = $1", done_with)
    ids = [str(one) for one in (good, opted_out, delivered, done_with, nobody, paused, new_id())]
    preview = await rig.preview(RETRY, ids=ids)
    assert preview["counts"] == {
        "would": 1,
        "skip": {
            "accepted_already": 1,
            "no_phone": 1,
            "not_found": 1,
            "opted_out": 1,
            "resolved_already": 1,
            "template_paused": 1,
        },
    }
    assert await rig.pool.fetchval("SELECT count(*) FROM messages WHERE retry_of IS NOT NULL") == 0
    job = await rig.run(RETRY, preview)
    assert (job["state"], job["done"], job["total"]) == ("done", 7, 7)
    assert job["result"]["acted"] == 1
    shown = await letter(rig, good)
    assert (shown["resolution"], shown["resolved_at"] is not None) == ("retried", True)
    new = (await rig.owner.get(f"/api/v1/messages/{shown['retried_as']}")).json
    assert (new["status"], new["retry_of"], new["to"]) == ("queued", shown["message_id"], "+5511900000001")
    assert [UUID(bytes=one["id"]) for one in rig.world.handed] == [UUID(new["id"])]
    assert (await letter(rig, opted_out))["resolved_at"] is None
    assert await rig.pool.fetchval("SELECT count(*) FROM message_queue") == 1
    assert (await rig.start(RETRY, preview)).status == 409  # used already
    again = await rig.preview(RETRY, ids=[str(good)])
    assert again["counts"] == {"would": 0, "skip": {"resolved_already": 1}}
    assert again["skip_text"]["resolved_already"]["pt"] == "Já foi resolvida."


async def test_a_run_by_filter_acts_on_what_was_shown_and_never_on_more(rig: BulkRig) -> None:
    session = await add_session(rig.pool, rig.company, NOW)
    for n in range(450):  # more than two pages
        await dead(rig, session, minutes=n % 60, error_class="transient", to_phone=f"+55119000{n:05}")
    other = await dead(rig, session, minutes=7)
    preview = await rig.preview(RETRY, filter={"class": "transient"})
    assert preview["counts"] == {"would": 450, "skip": {}}
    late = await dead(rig, session, minutes=1, error_class="transient")  # came in late, with an earlier time
    job = await rig.run(RETRY, preview)
    assert job["result"] == {"preview_id": preview["preview_id"], "acted": 450, "skip": {"not_in_preview": 1}}
    assert await rig.pool.fetchval("SELECT count(*) FROM messages WHERE retry_of IS NOT NULL") == 450
    assert await rig.pool.fetchval("SELECT count(DISTINCT retry_of) FROM messages WHERE retry_of IS NOT NULL") == 450
    assert (await letter(rig, other))["resolved_at"] is None
    assert await rig.pool.fetchval("SELECT count(*) FROM dead_letters WHERE resolved_at IS NULL") == 2
    assert late is not None
    assert len(rig.world.handed) == 450


async def test_a_reminder_is_not_tried_again_once_its_order_is_paid(rig: BulkRig) -> None:
    session, rule = await add_session(rig.pool, rig.company, NOW), new_id()
    definition = {"trigger": {"event_type": "pix_created"}, "cancel_on": ["order_approved"]}
    await rig.pool.execute(
        "INSERT INTO rules (id, company_id, name, definition) VALUES ($1, $2, 'r', $3)",
        rule,
        rig.company,
        orjson.dumps(definition).decode(),
    )
    pix = await add_event(rig.pool, rig.company, NOW, order_id="o-1")
    letter_id = await dead(rig, session, event_id=pix, order_id="o-1", rule_id=rule)
    await rig.pool.execute("UPDATE dead_letters SET event_id = $2 WHERE id = $1", letter_id, pix)
    assert (await rig.preview(RETRY, ids=[str(letter_id)]))["counts"]["would"] == 1
    await add_event(rig.pool, rig.company, NOW + timedelta(hours=1), order_id="o-1", event_type="order_approved")
    counts = (await rig.preview(RETRY, ids=[str(letter_id)]))["counts"]
    assert counts == {"would": 0, "skip": {"cancelled_by:order_approved": 1}}


async def test_discarded_letters_stay_and_are_not_tried_again(rig: BulkRig) -> None:
    session = await add_session(rig.pool, rig.company, NOW)
    letters = [await dead(rig, session, minutes=n) for n in range(3)]
    preview = await rig.preview(DISCARD, filter={})
    assert preview["counts"] == {"would": 3, "skip": {}}
    job = await rig.run(DISCARD, preview)
    assert job["result"]["acted"] == 3
    assert {(await letter(rig, one))["resolution"] for one in letters} == {"discarded"}
    assert (await rig.owner.get(PATH, {"resolved": "false"})).json["data"] == []
    assert (await rig.preview(RETRY, filter={}))["counts"] == {"would": 0, "skip": {}}


async def _unread(rig: BulkRig, body: bytes, **columns: Any) -> UUID:
    event_id = await add_event(
        rig.pool,
        rig.company,
        NOW,
        body=body,
        state="unparsed",
        reason="count_mismatch",
        event_type=None,
        payload=None,
        **columns,
    )
    await rig.pool.execute(
        "INSERT INTO dead_letters (id, company_id, kind, event_id, class, reason, created_at) "
        "VALUES ($1, $2, 'event', $1, 'unparsed', 'count_mismatch', $3)",
        event_id,
        rig.company,
        NOW,
    )
    return event_id


async def test_an_event_that_can_be_read_now_comes_in_as_a_new_one(rig: BulkRig) -> None:
    readable = await _unread(rig, b'{"event":"pix_created","id":"x-1"}')
    sibling = await _unread(rig, b'[{"id":"a"},{"event":"pix_created","id":"b"}]', position=1)
    broken = await _unread(rig, b"<html>")
    preview = await rig.preview(RETRY, filter={"kind": "event"})
    assert preview["counts"] == {"would": 2, "skip": {"still_unreadable": 1}}
    assert rig.world.ingested == []

    async def store(items: list[Intake]) -> list[Answer]:
        rig.world.ingested += items
        for item in items:
            await _store(rig, item)
        return [Answer(DONE, item.event_ids, [False]) for item in items]

    rig.world.ingest = store  # type: ignore[method-assign, assignment]
    job = await rig.run(RETRY, preview)
    assert job["result"]["acted"] == 2
    assert {item.body for item in rig.world.ingested} == {
        b'{"event":"pix_created","id":"x-1"}',
        b'{"event":"pix_created","id":"b"}',
    }
    for event_id in (readable, sibling):
        shown = await letter(rig, event_id)
        assert shown["resolution"] == "retried"
        assert (await rig.owner.get(f"/api/v1/events/{shown['retried_as']}")).json["replay_of"] == str(event_id)
    assert (await letter(rig, broken))["resolved_at"] is None


async def test_an_event_that_came_in_again_is_told_as_retried_although_somebody_discarded_it_meanwhile(
    rig: BulkRig,
) -> None:
    event_id = await _unread(rig, b'{"event":"pix_created","id":"x-1"}')
    preview = await rig.preview(RETRY, filter={"kind": "event"})

    async def store(items: list[Intake]) -> list[Answer]:
        for item in items:
            await _store(rig, item)
        await rig.pool.execute("UPDATE dead_letters SET resolved_at = now(), resolution = 'discarded'")
        return [Answer(DONE, item.event_ids, [False]) for item in items]

    rig.world.ingest = store  # type: ignore[method-assign, assignment]
    job = await rig.run(RETRY, preview)
    assert (job["result"]["acted"], job["result"]["skip"]) == (1, {})
    shown = await letter(rig, event_id)
    assert shown["resolution"] == "retried"
    assert (await rig.owner.get(f"/api/v1/events/{shown['retried_as']}")).json["replay_of"] == str(event_id)


async def _store(rig: BulkRig, item: Intake) -> None:
    await rig.pool.execute(
        "INSERT INTO incoming_events (id, company_id, created_at, delivery_id, source, state, occurred_at, signature) "
        "VALUES ($1, $2, masteria_id_time($1), $1, 'grapfy', 'processed', now(), 'unsigned')",
        UUID(bytes=item.event_ids[0]),
        rig.company,
    )


async def test_bodies_that_make_no_sense_are_refused_with_the_field(rig: BulkRig) -> None:
    for body, field in (
        ({}, "preview"),
        ({"preview": True}, "filter"),
        ({"preview": True, "filter": {}, "ids": [str(new_id())]}, "filter"),
        ({"preview": True, "preview_id": str(new_id())}, "preview"),
        ({"preview_id": str(new_id()), "filter": {}}, "filter"),
        ({"preview": True, "filter": {"klass": "x"}}, "filter.klass"),
        ({"preview": True, "filter": {"from": "gestern"}}, "filter.from"),
        ({"preview": True, "ids": []}, "ids"),
        ({"preview": True, "ids": ["x"]}, "ids[0]"),
    ):
        answer = await rig.owner.post(f"/api/v1{RETRY}", body)
        assert answer.status == 422, body
        assert field in [error["field"] for error in answer.json["errors"]], answer.body
    assert (await rig.owner.post(f"/api/v1{RETRY}", {"preview_id": str(new_id())})).status == 404
    preview = await rig.preview(DISCARD, filter={})
    assert (await rig.start(RETRY, preview)).status == 404  # another action's
    await rig.pool.execute("UPDATE bulk_previews SET expires_at = $1", NOW)
    assert (await rig.start(DISCARD, preview)).status == 409
    viewer = await rig.rest.client(rig.company, "viewer")
    assert (await viewer.post(f"/api/v1{RETRY}", {"preview": True, "filter": {}})).status == 403
