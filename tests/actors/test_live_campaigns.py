"""The live topic of a campaign: its counts are what the rows say, rolled up or not, before and after a crash."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from actors.aggregating import Aggregating
from actors.live_campaigns import LiveCampaigns
from storage import campaigns
from storage.pool import Pool
from tests.actors.campaign_rig import CampaignWorld
from tests.actors.jobs_rig import new_id


@pytest.fixture
async def world(pool: Pool, database_url: str) -> AsyncIterator[CampaignWorld]:
    made = CampaignWorld(pool, database_url)
    await made.open()
    yield made.ready()
    await made.changes.close()


class Screen:
    """An aggregator, and one campaign on somebody's screen."""

    def __init__(self, world: CampaignWorld, campaign_id: UUID) -> None:
        self.world = world
        self.place = (world.company.bytes, campaign_id.bytes)
        self.topic = f"campaign:{campaign_id}"
        self.counted = Aggregating(world.means.now_ms, "America/Sao_Paulo", lambda *_: None, lambda *_: None)
        self.live = LiveCampaigns()
        self.counted.heard = self.live.count

    async def look(self) -> dict[str, Any]:
        await self.counted.sweep(self.world.pool)
        await self.live.read(self.world.pool, self.counted, [self.place])
        return self.live.state(self.world.company.bytes, self.topic, self.world.means.now_ms())


async def test_a_campaign_is_shown_exactly(world: CampaignWorld) -> None:
    await world.add_contacts(100)
    campaign_id = await world.add_campaign([await world.add_session(10)], [await world.add_template()])
    screen = Screen(world, campaign_id)
    shown = await screen.look()
    assert (shown["status"], shown["total"], shown["rate_s"], shown["eta"]) == ("draft", 0, 0.0, None)
    await world.begin(campaign_id)
    await world.expand()
    for status in ("accepted", "failed", "read"):
        await world.round()
        await world.answer(campaign_id, status, most=15)
        await screen.counted.sweep(world.pool)
        await screen.counted.sweep(world.pool)  # what no telling brought is found at the second look
        shown = await screen.look()
        total, counts = await world.counts(campaign_id)
        assert shown["total"] == total == sum(shown["counts"].values()) == 100
        assert {name: number for name, number in shown["counts"].items() if number} == counts
    assert shown["rate_s"] == 6.0  # thirty in five seconds
    assert shown["eta"] > shown["updated_at"]
    await screen.counted.roll_up(world.pool)
    again = Screen(world, campaign_id)  # another aggregator, after a crash
    assert (await again.look())["counts"] == shown["counts"]
    async with world.pool.acquire() as connection, connection.transaction():
        await campaigns.pause(connection, world.company, campaign_id, world.now())
    assert (await again.look())["status"] == "paused"


async def test_another_companys_campaign_is_empty(world: CampaignWorld) -> None:
    campaign_id = await world.add_campaign([await world.add_session()], [await world.add_template()])
    screen = Screen(world, campaign_id)
    stranger = new_id()
    screen.place = (stranger.bytes, campaign_id.bytes)
    await screen.look()
    assert screen.live.state(stranger.bytes, screen.topic, 0) == {}
