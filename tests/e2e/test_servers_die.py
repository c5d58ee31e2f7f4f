"""Postgres, Valkey, Ray's node manager and `masteria up` itself killed, stopped or frozen under load."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from uuid import UUID

import psutil
import pytest

from bench.grapfy import phone_of
from tests.e2e.figures import Figures
from tests.e2e.http_client import HttpClient, NoAnswer
from tests.e2e.judging import counters_agree, judge
from tests.e2e.load import BACK_S, Delivery, Load
from tests.e2e.outside import OutsideSimulator
from tests.e2e.rig import Instance
from tests.e2e.shop import Shop, Simulator, make_shop
from tests.e2e.waiting import wait_until

pytestmark = pytest.mark.slow
_OUTAGE_S = float(os.environ.get("E2E_OUTAGE_S", "10"))
_LONG_OUTAGE_S = 30.0
_BACK_AFTER_NODE_MANAGER_S = 6 * BACK_S


async def test_postgres_is_killed_twice(instance: Instance, shop: Shop, figures: Figures) -> None:
    """Twice, because how a connection breaks is a matter of the moment."""
    async with Load(shop, instance.base_url) as load:
        await load.flowing()
        for _ in range(2):
            killed = time.monotonic()
            instance.kill_server("postgres")
            recovered_s = await load.full_rate_again(killed)
            await wait_until(instance.is_ready, 15.0, "every part to be well")
    verdict = await judge(shop, load.sent)
    figures.note("kill -9 postmaster", recovered_s, verdict, load)
    verdict.clean()
    await counters_agree(shop)
    load.not_refused()


@pytest.mark.parametrize(("how", "seconds"), [("frozen", _OUTAGE_S), ("stopped", _LONG_OUTAGE_S)])
async def test_postgres_is_away(
    instance: Instance, shop: Shop, figures: Figures, base_client: HttpClient, how: str, seconds: float
) -> None:
    """Acknowledgements go on through the spill; afterwards everything is there, in order, under the ids answered."""
    async with Load(shop, instance.base_url) as load, InOrder(shop, instance) as one_by_one:
        await load.flowing()
        begun = time.monotonic()
        with away(instance, "postgres", how):
            listing = asyncio.create_task(shop.api.answer("GET", "/events"))
            await wait_until(lambda: time.monotonic() - begun > seconds, seconds + 1, "the outage")
            acknowledged = sum(1 for delivery in load.sent if delivery.acked > begun + seconds / 2)
            listed = await asyncio.wait_for(listing, 8.0)
            assert listed.status == 503 and "retry-after" in listed.headers, listed
        assert acknowledged > 0.9 * load.rate * seconds / 2, f"{acknowledged} acknowledged in {seconds / 2:g} s"
        recovered_s = await load.full_rate_again(time.monotonic())
    verdict = await judge(shop, [*load.sent, *one_by_one.sent])
    figures.note(f"postgres {how} for {seconds:g} s", recovered_s, verdict, load)
    verdict.clean()
    await counters_agree(shop)
    load.not_refused()
    await one_by_one.kept()
    await same_webhooks_again(shop, base_client, load)


async def same_webhooks_again(shop: Shop, client: HttpClient, load: Load) -> None:
    """Send some of the first webhooks again: known, and their first id is the one that was answered."""
    for delivery in load.sent[:: max(1, len(load.sent) // 20)]:
        await known_again(shop, client, delivery.number, await first_id(shop, delivery.event_id))


async def known_again(shop: Shop, client: HttpClient, number: int, first: str) -> None:
    """Send a webhook again until it is known; a door that spills while a commit takes seconds cannot know it yet.

    What it answers then is another id of the first event.
    """
    spilled: list[str] = []

    async def known() -> bool:
        answer = await shop.post(client, shop.body.make(number))
        if answer.status == 202:
            spilled.append(answer.json()["id"])
            return False
        assert (answer.status, answer.json()) == (200, {"id": first, "duplicate": True})
        return True

    async def all_one() -> bool:
        answers = [await shop.api.answer("GET", f"/events/{event_id}") for event_id in spilled]
        return {answer.json()["id"] if answer.status == 200 else "" for answer in answers} <= {first}

    await wait_until(known, 4.0, lambda: f"webhook {number} known; {len(spilled)} spilled", look_s=0.5)
    await wait_until(all_one, 10.0, lambda: f"{spilled} another name of {first}")


async def first_id(shop: Shop, event_id: str) -> str:
    return str((await shop.api.get(f"/events/{event_id}"))["id"])


@pytest.mark.parametrize(("how", "seconds"), [("killed", 4.0), ("frozen", _OUTAGE_S), ("stopped", _LONG_OUTAGE_S)])
async def test_valkey_is_away(instance: Instance, shop: Shop, figures: Figures, how: str, seconds: float) -> None:
    """Nothing is lost, nothing gets stuck, and the API answers all the while."""
    async with Load(shop, instance.base_url) as load:
        await load.flowing()
        begun = time.monotonic()
        if how == "killed":
            instance.kill_server("valkey")
        with away(instance, "valkey", how):
            while time.monotonic() - begun < seconds:
                assert (await asyncio.wait_for(shop.api.answer("GET", "/messages", limit=1), 5.0)).status == 200
                await asyncio.sleep(0.1)  # as often as a page asks, not as a load of its own
            during = sum(1 for delivery in load.sent if begun + 1 < delivery.acked < begun + seconds)
        assert during > 0.8 * load.rate * (seconds - 1), f"{during} acknowledged in {seconds - 1:g} s without Valkey"
        recovered_s = await load.full_rate_again(begun if how == "killed" else time.monotonic())
    verdict = await judge(shop, load.sent)
    figures.note(f"valkey {how} for {seconds:g} s", recovered_s, verdict, load)
    verdict.clean()
    await counters_agree(shop)
    load.not_refused()
    await wait_until(instance.is_ready, 15.0, "every part to be well")


async def test_postgres_and_valkey_are_killed_together(instance: Instance, shop: Shop, figures: Figures) -> None:
    """Neither way is open for a moment: whoever is refused is told so, and nothing acknowledged is lost."""
    async with Load(shop, instance.base_url) as load:
        await load.flowing()
        killed = time.monotonic()
        instance.kill_server("valkey")
        instance.kill_server("postgres")
        recovered_s = await load.full_rate_again(killed)
    verdict = await judge(shop, load.sent)
    figures.note("kill -9 postmaster and valkey", recovered_s, verdict, load)
    verdict.clean()
    await counters_agree(shop)
    load.not_refused(besides=(503,))
    await wait_until(instance.is_ready, 15.0, "every part to be well")


async def test_the_node_manager_is_killed(instance: Instance, shop: Shop, figures: Figures) -> None:
    """Its actors live on for seconds; nobody sends twice, and the old cluster is gone before the new one starts."""
    names = ("gateway-0", "gateway-1", "sender-0", shop.shard)
    old = await pids(instance, names)
    assert len(old) == 4
    async with Load(shop, instance.base_url) as load:
        await load.flowing()
        killed = time.monotonic()
        ended = asyncio.create_task(end_of(old))
        instance.kill_server("raylet")
        recovered_s = await load.full_rate_again(killed, _BACK_AFTER_NODE_MANAGER_S)
    await wait_until(instance.is_ready, 30.0, "every part to be well")
    successors = [psutil.Process(pid) for pid in await pids(instance, names)]
    assert len(successors) == 4
    assert await ended <= min(one.create_time() for one in successors), "old actors lived beside new ones"
    verdict = await judge(shop, load.sent)
    figures.note("kill -9 raylet", recovered_s, verdict, load)
    verdict.clean()
    await counters_agree(shop)


@pytest.fixture
async def judges(outside: OutsideSimulator) -> AsyncIterator[HttpClient]:
    """A client of the simulator outside."""
    await asyncio.to_thread(outside.start)
    made = HttpClient(outside.url, connections=4)
    yield made
    await made.close()


async def test_the_front_door_is_killed_and_started_again(
    instance: Instance, judges: HttpClient, base_client: HttpClient, figures: Figures
) -> None:
    """A start with the same data directory adopts or ends what was left and goes on.

    The judge is a simulator outside, because the one inside ends with what it was part of, and its memory with it.
    """
    shop = await make_shop(instance, base_client, Simulator(judges), transport="cloud")
    postgres = instance.server("postgres").pid
    async with Load(shop, instance.base_url) as load:
        await load.flowing()
        killed = time.monotonic()
        instance.kill_front_door()
        await asyncio.to_thread(instance.start)
        recovered_s = await load.full_rate_again(killed, _BACK_AFTER_NODE_MANAGER_S)
        assert instance.server("postgres").pid == postgres, "the running Postgres was not adopted"
    verdict = await judge(shop, load.sent)
    figures.note("kill -9 masteria up, start again", recovered_s, verdict, load)
    verdict.clean()
    await counters_agree(shop)


async def pids(instance: Instance, names: Sequence[str]) -> set[int]:
    """Return the pids of those of these actors that run."""
    parts = (await asyncio.to_thread(instance.status)).get("parts", {})
    return {pid for name in names if (pid := parts.get(name, {}).get("pid"))}


async def end_of(old: set[int]) -> float:
    """Wait until none of these processes runs (a zombie does not); return the time of day, in seconds."""
    await wait_until(lambda: not any(map(runs, old)), 90.0, "the old cluster's end", look_s=0.01)
    return time.time()


def runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def away(instance: Instance, name: str, how: str) -> AbstractContextManager[None]:
    """Return a block during which a server is away."""
    blocks = {"frozen": instance.frozen, "stopped": instance.stopped}
    return blocks[how](name) if how in blocks else nullcontext()


class InOrder:
    """Sends webhooks strictly one after the other, each over a connection of its own, so by any gateway."""

    _FIRST = 50_000_000  # numbers that the load beside it does not reach

    def __init__(self, shop: Shop, instance: Instance) -> None:
        self._shop = shop
        self._instance = instance
        self._on = True
        self._task: asyncio.Task[None] | None = None
        self.sent: list[Delivery] = []

    async def __aenter__(self) -> InOrder:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._on = False
        assert self._task is not None
        await self._task

    async def _run(self) -> None:
        while self._on:
            delivery = Delivery(self._FIRST + len(self.sent), time.monotonic())
            self.sent.append(delivery)
            while not delivery.acked:
                await self._try(delivery)

    async def _try(self, delivery: Delivery) -> None:
        client = HttpClient(self._instance.base_url, connections=1)
        try:
            answer = await self._shop.post(client, self._shop.body.make(delivery.number))
        except NoAnswer:
            return
        finally:
            await client.close()
        if answer.status in (200, 202):
            delivery.event_id, delivery.status, delivery.acked = answer.json()["id"], answer.status, time.monotonic()

    async def kept(self) -> None:
        """Fail unless their messages were made in the order in which the webhooks were sent."""
        made = {message["to"]: UUID(message["id"]).int for message in reversed(await self._shop.api.all("/messages"))}
        order = [made[phone_of(delivery.number)] for delivery in self.sent]
        wrong = [at for at in range(1, len(order)) if order[at] < order[at - 1]]
        assert not wrong, f"of {len(order)} webhooks sent one by one, {len(wrong)} overtook an earlier one: {wrong[:5]}"
