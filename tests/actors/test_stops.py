"""What a refused send stops beyond its message, on real Postgres: a template in its language, a token's numbers."""

from __future__ import annotations

from typing import Any

import pytest

from storage.pool import Pool
from tests.actors.sending_kit import FakeTransport, FakeTransports, World, new_id, refused, running, wire
from tests.storage.test_account_updates import status, take
from whatsapp.transport import Accepted, Outbound, SendAnswer

ACCEPTED = "SELECT count(*) FROM messages WHERE status = 'accepted'"
HELD = "SELECT count(*) FROM messages WHERE status = 'held' AND reason = $1"
FAILED = "SELECT count(*) FROM messages WHERE status = 'failed'"
STOPPED = "SELECT stopped_reason FROM templates WHERE language = 'pt_BR' AND stopped_until = 'infinity'"


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    for language in ("pt_BR", "en"):
        await pool.execute(
            "INSERT INTO templates (id, company_id, name, language, kind, body)"
            " VALUES ($1, $2, 'promo', $3, 'meta', 'x')",
            new_id(),
            made.company,
            language,
        )
    return made


def promo(language: str = "pt_BR") -> dict[str, Any]:
    return {"type": "template", "template_name": "promo", "template_language": language}


def refusing(code: int, language: str = "pt_BR") -> FakeTransport:
    """Refuses this template in this language; takes the rest."""

    def answer(message: Outbound) -> SendAnswer:
        wrong = message.template_name == "promo" and message.template_language == language
        return refused(code) if wrong else Accepted(f"wamid.{message.message_id}")

    return FakeTransport(answer)


@pytest.mark.parametrize(("code", "spent"), [(132000, 3), (132012, 3), (132001, 1)])
async def test_a_campaign_whose_template_is_wrong_stops_early(world: World, code: int, spent: int) -> None:
    session = await world.add_session(throughput=20)
    rows = await world.queue(session, 100, lane="bulk", **promo())
    others = [*await world.queue(session, 3, **promo("en")), *await world.queue(session, 3)]
    transport = refusing(code)
    async with running(world, transport) as host:
        await host.enqueue(wire([*rows, *others]))
        await world.until(STOPPED, f"whatsapp_{code}")
        await world.until(ACCEPTED, len(others))
        await world.until("SELECT count(*) FROM messages WHERE status = 'queued'", 0)
    failed = await world.pool.fetchval(FAILED)
    assert spent <= failed <= spent + 20  # and what was on its way meanwhile
    assert await world.pool.fetchval(HELD, "template_not_usable") == 100 - failed
    assert await world.pool.fetchval("SELECT count(*) FROM notifications WHERE kind = 'template_stopped'") == 1
    asked = len(transport.sent)
    async with running(world, transport) as host:  # a restart forgets nothing
        await host.enqueue(wire(await world.queue(session, 5, **promo())))
        await world.until(HELD, 105 - failed, "template_not_usable")
    assert len(transport.sent) == asked


async def test_one_persons_wrong_value_does_not_stop_the_template(world: World) -> None:
    session = await world.add_session(throughput=20)
    rows = await world.queue(session, 20, **promo())
    wrong = {str(row.id) for row in rows[::2]}
    transport = FakeTransport(lambda m: refused(132012) if m.message_id in wrong else Accepted(f"wamid.{m.message_id}"))
    async with running(world, transport) as host:
        await host.enqueue(wire(rows))
        await world.until(ACCEPTED, 10)
        await world.until(FAILED, 10)
    assert await world.pool.fetchval("SELECT count(*) FROM templates WHERE stopped_until IS NOT NULL") == 0


async def test_what_a_paused_template_held_goes_when_meta_approves_it(world: World) -> None:
    session, sibling = await world.add_session(), await world.add_session()
    transport = refusing(132015)
    async with running(world, transport) as host:
        rows = [*await world.queue(session, 3, **promo()), *await world.queue(session, 2, **promo("en"))]
        await host.enqueue(wire(rows))
        await world.until(HELD, 3, "template_paused")
        await world.until(ACCEPTED, 2)
        await world.until("SELECT count(*) FROM templates WHERE stopped_until < now() + interval '4 hours'", 1)
        await host.reload(world.company)  # as the announcement does
        asked = len(transport.sent)
        await host.enqueue(wire(await world.queue(sibling, 2, **promo())))
        await world.until(HELD, 5, "template_paused")
        assert len(transport.sent) == asked  # the company's other numbers do not try
        transport.answer = lambda message: Accepted(f"wamid.{message.message_id}")
        approved = status("APPROVED", int(await world.pool.fetchval("SELECT extract(epoch FROM now())")) + 1, "promo")
        assert await take(world, approved) == {world.company}
        await host.reload(world.company)
        await world.until(ACCEPTED, 7)


async def test_a_dead_token_stops_every_number_that_uses_it(world: World) -> None:
    hit, mate, other = [await world.add_session(waba=waba) for waba in ("1", "2", "1")]
    transports = FakeTransports(FakeTransport())
    transports.by_session[hit] = FakeTransport(lambda _: refused(190))
    transports.hashes = {hit: b"a", mate: b"a", other: b"b"}
    async with running(world, transports.transport, transports) as host:
        await host.enqueue(wire(await world.queue(hit, 1)))
        await world.until("SELECT count(*) FROM sessions WHERE reason = 'whatsapp_190'", 2)
        rows = [row for session in (mate, other) for row in await world.queue(session, 2)]
        await host.enqueue(wire(rows))
        await world.until(ACCEPTED, 2)
        await world.until(HELD, 3, "session_paused")
    assert await world.pool.fetchval("SELECT state FROM sessions WHERE id = $1", other) == "active"
    assert await world.pool.fetchval("SELECT count(*) FROM notifications WHERE kind = 'session_paused'") == 1
