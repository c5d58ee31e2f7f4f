"""Who wants no marketing: told in any order, by WhatsApp's refusals too, and asked wherever marketing is on its way."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from engine.ids import ms_to_time
from storage import unwanted
from storage.answers import record_answers
from storage.due import claim_due, create_retries
from storage.leases import acquire
from storage.message_rows import MessageRow
from storage.person_digest import person_digest
from storage.pool import Pool
from storage.sending import Intent, dispatch
from storage.statuses import fold_many
from storage.suppressions import Wish, find_suppressed, hear_wishes, skip_suppressed
from storage.unwanted import take_wishes
from tests.actors.sending_kit import World, new_id, now_ms
from tests.seeding import add_outgoing_webhook
from tests.storage.people_kit import add_people, write
from tests.storage.test_statuses import Told, answer

TO = "+5511900000001"


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


def wish(world: World, stop: bool, second: int, to: str = TO) -> Wish:
    return Wish(world.company, to, stop, "user_preferences", ms_to_time(second * 1000))


async def stopped(world: World, to: str = TO) -> bool:
    async with world.pool.acquire() as connection:
        return bool(await find_suppressed(connection, [(world.company, to)]))


async def test_the_newest_word_counts_in_whatever_order_it_comes(world: World) -> None:
    for number, order in enumerate(permutations([(True, 1), (False, 2), (True, 3), (False, 4)])):
        to = f"+55119000001{number:02d}"
        for stop, second in order:
            async with world.pool.acquire() as connection:
                await hear_wishes(connection, [wish(world, stop, second, to)])
        assert not await stopped(world, to)
    async with world.pool.acquire() as connection:
        await hear_wishes(connection, [wish(world, True, 6), wish(world, False, 5)])
    assert await stopped(world)


async def test_another_companys_people_are_not_concerned(world: World) -> None:
    other = await world.add_company()
    async with world.pool.acquire() as connection:
        await hear_wishes(connection, [wish(world, True, 1)])
        assert await find_suppressed(connection, [(other, TO), (world.company, TO)]) == {(world.company, TO)}


async def test_what_an_erased_person_had_stopped_is_lifted_by_kind_and_by_no_older_word(world: World) -> None:
    at = ms_to_time(now_ms())
    soon = at + timedelta(seconds=1)
    pool, digest = world.pool, person_digest(world.company, TO)

    async def kept() -> list[str]:
        rows = await pool.fetch("SELECT kind FROM erased_suppressions ORDER BY kind")
        return [row[0] for row in rows]

    await pool.executemany(
        "INSERT INTO erased_suppressions (company_id, digest, kind, at) VALUES ($1, $2, $3, $4)",
        [(world.company, digest, kind, at) for kind in ("all", "marketing")],
    )
    async with pool.acquire() as connection:
        await hear_wishes(connection, [wish(world, False, 1)])
        assert await kept() == ["all", "marketing"]
        await hear_wishes(connection, [Wish(world.company, TO, False, "user_preferences", soon)])
        assert await kept() == ["all"]
        await hear_wishes(connection, [Wish(await world.add_company(), TO, False, "message", soon, "all")])
        assert await kept() == ["all"]
        await hear_wishes(connection, [Wish(world.company, TO, False, "message", soon, "all")])
    assert await kept() == []
    assert not await stopped(world)


async def refuse(world: World, row: MessageRow, now: datetime) -> None:
    refused = answer(
        row, "failed", "failed", reason="whatsapp_131050", dead_id=new_id(), error_class="suppress", suppresses=True
    )
    async with world.pool.acquire() as connection, connection.transaction():
        await record_answers(connection, [refused], [], now)


async def test_a_refusal_with_131050_stops_marketing_and_nothing_else(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1, to=TO, category="marketing")
    await refuse(world, row, ms_to_time(now_ms()))
    assert await stopped(world)
    source = await world.pool.fetchval("SELECT source FROM suppressions")
    assert source == "whatsapp_131050"
    async with world.pool.acquire() as connection:
        rows = [world.message(session, to=TO, category=name) for name in ("marketing", "utility")]
        rows.append(world.message(session, category="marketing"))
        after = await skip_suppressed(connection, rows)
    assert [(row.status, row.reason) for row in after] == [
        ("skipped", "marketing_stopped"),
        ("queued", None),
        ("queued", None),
    ]
    assert (after[0].due_at, json.loads(after[0].timeline)[0]["reason"]) == (None, "marketing_stopped")


async def test_a_failure_told_by_webhook_stops_marketing_too(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1, to=TO, category="marketing")
    errors = json.dumps([{"code": 131050, "title": "User has stopped"}])
    told = Told(row.id, "wamid.1", "failed", (row.id.int >> 80) + 1000, errors)
    async with world.pool.acquire() as connection, connection.transaction():
        await fold_many(connection, [(world.company, told), (world.company, told)])
    assert await stopped(world)


async def test_the_limit_per_person_told_by_webhook_rests_marketing_to_that_person_for_a_day(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1, to=TO, category="marketing")
    told = Told(row.id, "wamid.1", "failed", (row.id.int >> 80) + 1000, json.dumps([{"code": 131049}]))
    async with world.pool.acquire() as connection, connection.transaction():
        await fold_many(connection, [(world.company, told)])
    ((company, phone, hours),) = await world.pool.fetch(
        "SELECT company_id, phone, round(extract(epoch FROM blocked_until - now()) / 3600) FROM marketing_people"
    )
    assert (company, phone, hours) == (world.company, TO, 24)
    assert not await stopped(world)


async def test_other_failures_stop_nothing(world: World) -> None:
    session = await world.add_session()
    (row,) = await world.queue(session, 1, to=TO)
    told = Told(row.id, "wamid.1", "failed", (row.id.int >> 80) + 1000, json.dumps([{"code": 131026}]))
    async with world.pool.acquire() as connection, connection.transaction():
        await fold_many(connection, [(world.company, told)])
    assert not await stopped(world)


async def test_what_waits_when_the_person_says_stop_is_skipped_when_it_is_due(world: World) -> None:
    session = await world.add_session()
    past = ms_to_time(now_ms()) - timedelta(seconds=1)
    marketing, utility, other = (
        world.message(session, to=to, category=category, due_at=past, look_at=past, status="scheduled")
        for to, category in ((TO, "marketing"), (TO, "utility"), ("+5511900000002", "marketing"))
    )
    await world.create([marketing, utility, other])
    async with world.pool.acquire() as connection, connection.transaction():
        await hear_wishes(connection, [wish(world, True, 1)])
        due = await claim_due(connection, ms_to_time(now_ms()), 10, 30.0)
    assert {message["id"] for message in due.messages} == {utility.id.bytes, other.id.bytes}
    assert due.claimed == 3
    assert {(change.message_id, change.old, change.new) for change in due.transitions} == {
        (marketing.id, "scheduled", "skipped"),
        (utility.id, "scheduled", "queued"),
        (other.id, "scheduled", "queued"),
    }
    row = await world.row(marketing.id)
    assert (row["status"], row["reason"]) == ("skipped", "marketing_stopped")
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue") == 2


async def test_what_a_sender_has_in_its_memory_is_not_sent_once_the_person_says_stop(world: World) -> None:
    session = await world.add_session()
    fences = await acquire(world.pool, [session], "sender", 30.0)
    (marketing,) = await world.queue(session, 1, to=TO, category="marketing")
    (utility,) = await world.queue(session, 1, to=TO, category="utility")
    (other,) = await world.queue(session, 1, to="+5511900000002", category="marketing")
    async with world.pool.acquire() as connection:
        async with connection.transaction():
            (change,) = await take_wishes(connection, [wish(world, True, 1)], ms_to_time(now_ms()))
        ids = [marketing.id, utility.id, other.id]
        intent = Intent(new_id(), world.company, session, fences[session], ids, [1, 1, 1])
        sent = await dispatch(connection, "sender", 2.5, [intent])
    assert (change.message_id, change.old, change.new) == (marketing.id, "queued", "skipped")
    assert set(sent.taken) == {utility.id, other.id}
    row = await world.row(marketing.id)
    assert (row["status"], row["reason"]) == ("skipped", "marketing_stopped")


async def test_everything_that_waits_for_the_person_goes_however_much_came_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unwanted, "PAGE", 5)
    session = await world.add_session()
    old = await world.queue(session, 12, to=TO, category="marketing")
    utility = await world.queue(session, 5, to=TO, category="utility")
    other = await world.queue(session, 1, to="+5511900000002", category="marketing")
    async with world.pool.acquire() as connection, connection.transaction():
        wishes = [wish(world, True, 1), wish(world, True, 1, "+5511900000003")]
        changes = await take_wishes(connection, wishes, ms_to_time(now_ms()))
    assert sorted(change.message_id for change in changes) == sorted(row.id for row in old)
    left = await world.pool.fetch("SELECT message_id FROM message_queue")
    assert {row[0] for row in left} == {row.id for row in (*utility, *other)}


async def test_a_refusal_takes_the_persons_other_marketing_out_of_the_queue(world: World) -> None:
    session = await world.add_session()
    (first, *_, last) = await world.queue(session, 3, to=TO, category="marketing")
    errors = json.dumps([{"code": 131050}])
    refused = answer(
        first, "failed", "failed", reason="whatsapp_131050", dead_id=new_id(), error_class="suppress", suppresses=True
    )
    await world.pool.execute("DELETE FROM message_queue WHERE message_id = $1", first.id)
    async with world.pool.acquire() as connection, connection.transaction():
        changes = (await record_answers(connection, [refused], [], ms_to_time(now_ms()))).transitions
    assert sorted((change.old, change.new) for change in changes) == [
        ("queued", "failed"),
        ("queued", "skipped"),
        ("queued", "skipped"),
    ]
    other = "+5511900000002"
    told, waits = await world.queue(session, 2, to=other, category="marketing")
    await world.pool.execute("DELETE FROM message_queue WHERE message_id = $1", told.id)
    async with world.pool.acquire() as connection, connection.transaction():
        receipt = Told(told.id, "wamid.1", "failed", (told.id.int >> 80) + 1000, errors)
        folded = await fold_many(connection, [(world.company, receipt)])
    assert {(change.message_id, change.new) for change in folded} == {(told.id, "failed"), (waits.id, "skipped")}
    assert (await world.row(last.id))["reason"] == "marketing_stopped"
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue") == 0


async def test_a_content_comes_back_from_the_queue_and_goes_into_a_second_try(world: World) -> None:
    session = await world.add_session()
    past = ms_to_time(now_ms()) - timedelta(seconds=1)
    content = {"image": {"link": "https://x.example/a.png"}, "context": {"message_id": "wamid.1"}}
    (row,) = await world.queue(session, 1, type="image", content=json.dumps(content), due_at=past, look_at=past)
    async with world.pool.acquire() as connection, connection.transaction():
        due = await claim_due(connection, ms_to_time(now_ms()), 10, 30.0)
        (again,) = await create_retries(connection, [row.id], ms_to_time(now_ms()), lambda _: new_id(), once=True)
    assert [(message["type"], message["content"]) for message in due.messages] == [("image", content)]
    assert (again.retry_of, json.loads((await world.row(again.id))["content"])) == (row.id, content)


async def told(world: World) -> list[dict[str, Any]]:
    rows = await world.pool.fetch("SELECT company_id, event_type, data FROM outgoing_changes ORDER BY id")
    assert {(row["company_id"], row["event_type"]) for row in rows} <= {(world.company, "contact.opted_out")}
    return [json.loads(row["data"]) for row in rows]


async def test_a_companys_own_systems_are_told_of_an_opt_out_once(world: World) -> None:
    await add_outgoing_webhook(world.pool, world.company, ["contact.opted_out"])
    other = await world.add_company()
    event_id = new_id()
    said = Wish(world.company, TO, True, "message", ms_to_time(1_500), "all", event_id)
    for wishes in ([said, Wish(other, TO, True, "message", ms_to_time(1_500), "all")], [said], [wish(world, False, 1)]):
        async with world.pool.acquire() as connection:
            await hear_wishes(connection, wishes)
    assert await told(world) == [
        {
            "contact_id": None,
            "phone": TO,
            "kind": "all",
            "source": "message",
            "at": "1970-01-01T00:00:01.500Z",
            "event_id": str(event_id),
        }
    ]
    async with world.pool.acquire() as connection:
        await hear_wishes(connection, [said._replace(stop=False, at=ms_to_time(2_000))])
        await hear_wishes(connection, [said._replace(at=ms_to_time(3_000))])  # and once more, after they came back
    assert [one["at"] for one in await told(world)] == ["1970-01-01T00:00:01.500Z", "1970-01-01T00:00:03.000Z"]


async def test_an_opt_out_that_is_not_committed_is_not_told(world: World) -> None:
    await add_outgoing_webhook(world.pool, world.company, ["contact.opted_out"])
    async with world.pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await hear_wishes(connection, [wish(world, True, 1)])
        await transaction.rollback()
    assert await told(world) == []


async def test_whatsapps_refusal_is_told_as_an_opt_out_of_marketing(world: World) -> None:
    await add_outgoing_webhook(world.pool, world.company, ["contact.opted_out"])
    [contact] = await add_people(world.pool, world.company, write(1, phone=TO))
    session = await world.add_session()
    for row in await world.queue(session, 2, to=TO, category="marketing"):
        await refuse(world, row, ms_to_time(now_ms()))
    [one] = await told(world)
    assert (one["contact_id"], one["phone"], one["kind"]) == (str(contact), TO, "marketing")
    assert (one["source"], one["event_id"]) == ("whatsapp_131050", None)


async def test_nothing_is_noted_where_nobody_wants_to_know(world: World) -> None:
    await add_outgoing_webhook(world.pool, world.company, ["campaign.finished"])
    await add_outgoing_webhook(world.pool, await world.add_company(), ["contact.opted_out"])
    async with world.pool.acquire() as connection:
        await hear_wishes(connection, [wish(world, True, 1)])
    assert await stopped(world)
    assert await told(world) == []
