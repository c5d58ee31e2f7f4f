"""Budgets on real Postgres: shared by hosts, kept over restarts; each hold has its reason and time, and ends."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from engine.ids import ms_to_time
from engine.settings import Settings
from storage.message_rows import MessageRow
from storage.pool import Pool
from tests.actors.sending_kit import FakeTransport, World, new_id, now_ms, refused, running, wire

ACCEPTED = "SELECT count(*) FROM messages WHERE status = 'accepted'"
HELD = "SELECT count(*) FROM messages WHERE status = 'held' AND reason = $1"
TEMPLATE: dict[str, Any] = {"type": "template", "template_name": "promo", "template_language": "pt_BR"}


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


def hosts(world: World, count: int) -> None:
    world.settings = Settings("test", "", world.settings.database_url, "", sender_hosts=count, uncertain_grace_s=60.0)


async def send_all(world: World, transport: FakeTransport, rows: list[MessageRow], number: int = 0) -> None:
    """Send with a host until every message is accepted or held, and let the host record it."""
    ended = "SELECT count(*) FROM messages WHERE id = ANY($1::uuid[]) AND status <> 'queued'"
    async with running(world, transport, number=number) as host:
        await host.enqueue(wire(rows))
        await world.until(ended, len(rows), [row.id for row in rows])
        await host.drain()


async def inbound(world: World, session: UUID, phone: str, *, hours_ago: float = 0.0) -> None:
    """Somebody wrote to a number, by Meta's door."""
    moment = datetime.now(UTC) - timedelta(hours=hours_ago)
    await world.pool.execute(
        "INSERT INTO incoming_events (id, company_id, created_at, delivery_id, source, event_type, state,"
        " customer_phone, occurred_at, signature, payload)"
        " VALUES ($1, $2, $3, $1, 'whatsapp', 'message_received', 'processed', $4, $3, 'valid', $5)",
        new_id(),
        world.company,
        moment,
        phone,
        json.dumps({"session_id": str(session)}),
    )


async def test_two_hosts_share_the_people_of_a_portfolio(world: World) -> None:
    hosts(world, 2)
    first = await world.add_session(waba="w", tier="TIER_20", host=(0, 2))
    second = await world.add_session(waba="w", tier="TIER_20", host=(1, 2))
    rows = {session: await world.queue(session, 30, **TEMPLATE) for session in (first, second)}
    transport = FakeTransport()
    await asyncio.gather(
        send_all(world, transport, rows[first], 0),
        send_all(world, transport, rows[second], 1),
    )
    people = {row.to_phone for group in rows.values() for row in group if str(row.id) in transport.sent}
    assert len(transport.sent) == len(people) == 20
    assert await world.pool.fetchval(HELD, "portfolio_limit") == 40
    until = await world.pool.fetch("SELECT next_attempt_at FROM messages WHERE status = 'held'")
    ahead = [row[0] - datetime.now(UTC) for row in until]
    assert all(timedelta(hours=23) < wait < timedelta(hours=25) for wait in ahead)
    # Who counts already may be written to again, by either number.
    known = sorted(people)[0]
    again = await world.queue(second, 1, to=known, **TEMPLATE)
    await send_all(world, transport, again, 1)
    assert (await world.row(again[0].id))["status"] == "accepted"


async def test_a_place_that_comes_free_is_taken_by_who_waits(world: World) -> None:
    session = await world.add_session(waba="w", tier="TIER_5")
    rows = await world.queue(session, 6, **TEMPLATE)
    transport = FakeTransport()
    await send_all(world, transport, rows)
    assert len(transport.sent) == 5
    await world.pool.execute("UPDATE portfolio_users SET counts_until = now() - interval '1 s'")
    more = await world.queue(session, 1, **TEMPLATE)
    await send_all(world, transport, more)
    assert (await world.row(more[0].id))["status"] == "accepted"
    assert await world.pool.fetchval("SELECT used FROM portfolios") == await world.pool.fetchval(
        "SELECT count(*) FROM portfolio_users"
    )


async def test_bulk_leaves_a_tenth_of_a_portfolio_to_transactional_messages(world: World) -> None:
    session = await world.add_session(waba="w", tier="TIER_20")
    bulk = await world.queue(session, 25, lane="bulk", **TEMPLATE)
    transport = FakeTransport()
    await send_all(world, transport, bulk)
    assert len(transport.sent) == 18
    await send_all(world, transport, await world.queue(session, 3, **TEMPLATE))
    assert len(transport.sent) == 20


async def test_other_companies_and_people_in_a_window_take_no_places(world: World) -> None:
    await world.pool.execute("INSERT INTO meta_apps (app_id, company_id, sealed) VALUES ('1', $1, '')", world.company)
    other = await world.add_company()
    theirs = await world.add_session(company=other, waba="w", tier="TIER_2")
    mine = await world.add_session(waba="w", tier="TIER_2", app="1")
    rows = await world.queue(mine, 3, **TEMPLATE)
    await inbound(world, mine, rows[0].to_phone)
    transport = FakeTransport()
    await send_all(world, transport, [*rows, *await world.queue(theirs, 2, company=other, **TEMPLATE)])
    assert len(transport.sent) == 5


async def test_a_capped_session_holds_with_reason_and_time_and_goes_on_by_itself(world: World) -> None:
    session = await world.add_session(budgets={"per_day": 10})
    rows = await world.queue(session, 12)
    transport = FakeTransport()
    await send_all(world, transport, rows)
    assert len(transport.sent) == 10
    held = [await world.row(row.id) for row in rows if str(row.id) not in transport.sent]
    assert {(row["status"], row["reason"]) for row in held} == {("held", "daily_cap")}
    assert all(row["next_attempt_at"] > datetime.now(UTC) + timedelta(hours=23) for row in held)
    # A restarted host knows what was spent.
    more = await world.queue(session, 1)
    await send_all(world, transport, more)
    assert (await world.row(more[0].id))["reason"] == "daily_cap"
    # A day later (by the books) what waited is due again, and goes.
    await _a_day_passes(world, session)
    due = [*[row["id"] for row in held], more[0].id]
    await world.pool.execute("UPDATE message_queue SET due_at = now(), look_at = now() WHERE message_id = ANY($1)", due)
    async with running(world, transport):
        await world.until(ACCEPTED, 13)


async def _a_day_passes(world: World, session: UUID) -> None:
    spent = json.loads(await world.pool.fetchval("SELECT spent FROM session_spending WHERE session_id = $1", session))
    spent["steps"] = [[step - 300, n] for step, n in spent["steps"]]
    await world.pool.execute("UPDATE session_spending SET spent = $1", json.dumps(spent))


async def test_higher_caps_end_the_holds_at_once(world: World) -> None:
    session = await world.add_session(budgets={"per_day": 5})
    rows = await world.queue(session, 8)
    transport = FakeTransport()
    async with running(world, transport) as host:
        await host.enqueue(wire(rows))
        await world.until(HELD, 3, "daily_cap")
        await world.pool.execute('UPDATE sessions SET options = \'{"budgets": {"per_day": 50}}\'')
        await host.reload(world.company)
        await world.until(ACCEPTED, 8)


async def test_a_text_outside_the_window_waits_until_its_person_writes(world: World) -> None:
    await world.pool.execute("INSERT INTO meta_apps (app_id, company_id, sealed) VALUES ('1', $1, '')", world.company)
    session = await world.add_session(app="1", budgets={"outside_window": "hold"})
    open_, closed, never = await world.queue(session, 3)
    await inbound(world, session, open_.to_phone)
    await inbound(world, session, never.to_phone, hours_ago=23.999)
    transport = FakeTransport()
    async with running(world, transport) as host:
        await host.enqueue(wire([open_, closed, never]))
        await world.until(HELD, 2, "outside_window")
        assert transport.sent == [str(open_.id)]
        assert (await world.row(closed.id))["next_attempt_at"] is None
        await inbound(world, session, closed.to_phone)
        await world.until("SELECT status FROM messages WHERE id = $1", "queued", closed.id)
        (sender,) = host.roster.senders.values()
        sender.behind = True
        await world.until(ACCEPTED, 2)
    assert [row[0] for row in await world.pool.fetch("SELECT message_id FROM window_waits")] == [never.id]


async def test_a_text_outside_the_window_fails_where_the_session_says_so(world: World) -> None:
    session = await world.add_session(budgets={"outside_window": "fail"})
    (row,) = await world.queue(session, 1)
    transport = FakeTransport()
    await send_all(world, transport, [row])
    found = await world.row(row.id)
    assert (found["status"], found["reason"], transport.sent) == ("failed", "outside_window", [])
    assert (
        await world.pool.fetchval("SELECT reason FROM dead_letters WHERE message_id = $1", row.id) == "outside_window"
    )
    assert await world.pool.fetchval("SELECT count(*) FROM message_queue") == 0
    assert await world.counted() == {"queued": -1, "failed": 1}


async def test_a_person_gets_so_much_marketing_and_no_more(world: World) -> None:
    session = await world.add_session(budgets={"marketing_per_day": 2})
    rows = await world.queue(session, 3, to="+5511911111111", category="marketing", lane="bulk", **TEMPLATE)
    rows += await world.queue(session, 1, to="+5511922222222", category="marketing", lane="bulk", **TEMPLATE)
    transport = FakeTransport()
    await send_all(world, transport, rows)
    assert len(transport.sent) == 3
    (held,) = [row for row in [await world.row(row.id) for row in rows] if row["status"] == "held"]
    assert held["reason"] == "marketing_limit"
    assert timedelta(hours=23) < held["next_attempt_at"] - datetime.now(UTC) <= timedelta(hours=24)


async def test_whatsapps_marketing_limit_holds_other_numbers_marketing_to_the_person_too(world: World) -> None:
    first, second = await world.add_session(), await world.add_session()
    marketing: dict[str, Any] = {"to": "+5511911111111", "category": "marketing", "lane": "bulk", **TEMPLATE}
    (told,) = await world.queue(first, 1, **marketing)
    async with running(world, FakeTransport(lambda _: refused(131049))) as host:
        await host.enqueue(wire([told]))
        await world.until("SELECT count(*) FROM marketing_people WHERE blocked_until > now() + interval '23 h'", 1)
    transport = FakeTransport()
    (other,) = await world.queue(second, 1, **marketing)
    await send_all(world, transport, [other])
    assert transport.sent == []
    assert (await world.row(other.id))["reason"] == "marketing_limit"


async def test_a_template_that_meta_paused_waits_and_goes_when_it_is_approved_again(world: World) -> None:
    session = await world.add_session()
    await world.pool.execute(
        "INSERT INTO templates (id, company_id, name, kind, body, status)"
        " VALUES ($1, $2, 'promo', 'meta', 'x', 'paused')",
        new_id(),
        world.company,
    )
    rows = [*await world.queue(session, 1, **TEMPLATE), *await world.queue(session, 1)]
    transport = FakeTransport()
    async with running(world, transport) as host:
        await host.enqueue(wire(rows))
        await world.until(ACCEPTED, 1)
        await world.until(HELD, 1, "template_paused")
        await world.pool.execute("UPDATE templates SET status = 'approved'")
        await host.reload(world.company)
        await world.until(ACCEPTED, 2)


async def test_a_pix_message_overtakes_a_bulk_run(world: World) -> None:
    session = await world.add_session(throughput=80)
    bulk = await world.queue(session, 400, lane="bulk")
    transport = FakeTransport()
    async with running(world, transport) as host:
        await host.enqueue(wire(bulk))
        await transport.until_sent(40)
        (pix,) = await world.queue(session, 1)
        before = len(transport.sent)
        begun = now_ms()
        await host.enqueue(wire([pix]))
        await world.until("SELECT status FROM messages WHERE id = $1", "accepted", pix.id)
        took_ms = now_ms() - begun
    overtook_all_but = transport.sent.index(str(pix.id)) - before
    assert overtook_all_but <= 40 and took_ms < 1_000


async def test_people_about_whom_nothing_is_left_to_know_are_forgotten(world: World) -> None:
    await world.pool.execute(
        "INSERT INTO marketing_people (company_id, phone, since, sent, blocked_until) VALUES"
        " ($1, '+1', now() - interval '3 days', 1, NULL), ($1, '+3', now(), 1, NULL),"
        " ($1, '+2', now() - interval '3 days', 1, now() + interval '1 h')",
        world.company,
    )
    await world.add_session()
    async with running(world, FakeTransport()):
        await world.until("SELECT array_agg(phone ORDER BY phone) FROM marketing_people", ["+2", "+3"])


async def test_quiet_hours_hold_bulk_until_they_end(world: World) -> None:
    now = ms_to_time(now_ms()) - timedelta(hours=3)  # São Paulo
    start, end = (now - timedelta(hours=1)).strftime("%H:%M"), (now + timedelta(hours=2)).strftime("%H:%M")
    session = await world.add_session(budgets={"quiet_hours": {"from": start, "to": end}})
    rows = [*await world.queue(session, 1, lane="bulk"), *await world.queue(session, 1)]
    transport = FakeTransport()
    await send_all(world, transport, rows)
    assert transport.sent == [str(rows[1].id)]
    held = await world.row(rows[0].id)
    assert held["reason"] == "quiet_hours"
    assert timedelta(hours=1, minutes=58) < held["next_attempt_at"] - datetime.now(UTC) <= timedelta(hours=2)


async def test_a_small_campaign_takes_turns_with_a_large_one_that_began_before_it(world: World) -> None:
    session = await world.add_session(throughput=40)
    large, small = new_id(), new_id()
    earlier = ms_to_time(now_ms()) - timedelta(hours=1)
    await world.queue(session, 3_000, lane="bulk", campaign_id=large, due_at=earlier)
    rows = await world.queue(session, 40, lane="bulk", campaign_id=small)
    transport = FakeTransport()
    async with running(world, transport):
        await transport.until_sent(60)
    its_own = {str(row.id) for row in rows}
    assert 25 <= sum(message_id in its_own for message_id in transport.sent[:60]) <= 35


async def test_a_message_that_is_tried_again_stays_in_its_campaign(world: World) -> None:
    session, campaign = await world.add_session(), new_id()
    (row,) = await world.queue(session, 1, lane="bulk", campaign_id=campaign)
    async with running(world, FakeTransport(lambda _: refused(131056))) as host:
        await host.enqueue(wire([row]))
        await world.until("SELECT status FROM messages WHERE id = $1", "held", row.id)
    assert await world.pool.fetchval("SELECT campaign_id FROM message_queue") == campaign


async def test_marketing_that_was_refused_does_not_count(world: World) -> None:
    session = await world.add_session(budgets={"marketing_per_day": 1})
    marketing: dict[str, Any] = {"to": "+5511911111111", "category": "marketing", "lane": "bulk", **TEMPLATE}
    (first,) = await world.queue(session, 1, **marketing)
    async with running(world, FakeTransport(lambda _: refused(100))) as host:
        await host.enqueue(wire([first]))
        await world.until("SELECT array_agg(sent) FROM marketing_people", [0])
    (second,) = await world.queue(session, 1, **marketing)
    transport = FakeTransport()
    await send_all(world, transport, [second])
    assert transport.sent == [str(second.id)]


async def test_a_template_approved_while_nobody_served_the_session_is_noticed(world: World) -> None:
    session = await world.add_session()
    await world.pool.execute(
        "INSERT INTO templates (id, company_id, name, kind, body, status)"
        " VALUES ($1, $2, 'promo', 'meta', 'x', 'paused')",
        new_id(),
        world.company,
    )
    (row,) = await world.queue(session, 1, **TEMPLATE)
    async with running(world, FakeTransport()) as host:
        await host.enqueue(wire([row]))  # a host that has just started may ask once more about what it holds
        await world.until(HELD, 1, "template_paused")
    await world.pool.execute("UPDATE templates SET status = 'approved'")
    async with running(world, FakeTransport()):
        await world.until(ACCEPTED, 1)
