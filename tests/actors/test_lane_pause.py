"""A paused lane of a number: its messages wait with a reason, the other lane goes on, resuming sends at once."""

from __future__ import annotations

import asyncio

import pytest

from storage.pool import Pool
from tests.actors.sending_kit import FakeTransport, World, running


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


async def test_bulk_waits_while_its_lane_is_paused_and_goes_when_it_is_resumed(world: World) -> None:
    session = await world.add_session(budgets={"paused_lanes": ["bulk"]})
    bulk = await world.queue(session, 5, lane="bulk")
    urgent = await world.queue(session, 3, lane="transactional")
    transport = FakeTransport()
    async with running(world, transport) as host:
        await transport.until_sent(3)
        async with asyncio.timeout(20):
            while (await world.statuses()).get("held") != 5:
                await asyncio.sleep(0.02)
        assert set(transport.sent) == {str(row.id) for row in urgent}
        assert {(await world.row(row.id))["reason"] for row in bulk} == {"lane_paused"}
        await world.pool.execute("UPDATE sessions SET options = '{}' WHERE id = $1", session)
        await host.reload(world.company)
        await transport.until_sent(8)
    assert transport.doubled == []
