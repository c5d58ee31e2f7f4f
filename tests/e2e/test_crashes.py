"""kill -9 of every actor under load: nothing lost, nothing doubled, full rate again within ten seconds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psutil
import pytest

from tests.e2e.figures import Figures
from tests.e2e.http_client import HttpClient, NoAnswer
from tests.e2e.judging import counters_agree, judge
from tests.e2e.load import Load
from tests.e2e.rig import Instance
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until

_ACTORS = ("shard", "sender-0", "aggregator", "fanout", "scheduler", "worker-0", "supervisor", "gateway-0")


@pytest.mark.slow
@pytest.mark.parametrize("actor", _ACTORS)
async def test_an_actor_is_killed_under_load(instance: Instance, shop: Shop, figures: Figures, actor: str) -> None:
    name = shop.shard if actor == "shard" else actor
    async with Load(shop, instance.base_url) as load:
        await load.flowing()
        pid = await instance.kill(name)
        killed = time.monotonic()
        recovered_s = await load.full_rate_again(killed)
        await wait_until(is_another(instance, name, pid), 20.0, f"another {name} that is well")
    verdict = await judge(shop, load.sent)
    figures.note(f"kill -9 {actor}", recovered_s, verdict, load)
    assert verdict.acknowledged > 0
    verdict.clean()
    await counters_agree(shop)


@pytest.mark.slow
@pytest.mark.parametrize("actor", ["shard", "gateway-0"])
async def test_an_actor_that_hangs_is_restarted(instance: Instance, shop: Shop, figures: Figures, actor: str) -> None:
    """It answers no ping, by its own door or through Ray: after 15 s the supervisor has Ray start it anew."""
    name = shop.shard if actor == "shard" else actor
    async with Load(shop, instance.base_url) as load:
        await load.flowing()
        pid = await instance.hang(name)
        await wait_until(is_another(instance, name, pid), 60.0, f"another {name} that is well")
        recovered_s = await load.full_rate_again(time.monotonic())
    assert not psutil.pid_exists(pid), f"the {name} that hung is still there"
    verdict = await judge(shop, load.sent)
    figures.note(f"hung {actor}, from its successor on", recovered_s, verdict, load)
    assert verdict.acknowledged > 0
    verdict.clean()
    await counters_agree(shop)


@pytest.mark.slow
async def test_the_sender_is_killed_with_messages_in_flight(instance: Instance, shop: Shop, figures: Figures) -> None:
    """What was being sent is uncertain, never forgotten and never repeated: its receipts tell what became of it.

    They come late here, as receipts that come at once leave nothing to be uncertain about.
    """
    number: dict[str, Any] = {"phone_number_id": shop.phone_number_id}
    fault = await shop.simulator.fault(number, {"delay_ms": 400})
    late = await shop.simulator.fault(number, {"statuses": "late", "delay_ms": 10_000})
    async with Load(shop, instance.base_url) as load:
        await load.flowing()
        await instance.kill("sender-0")
        killed = time.monotonic()
        await shop.simulator.heal(fault)
        await shop.simulator.heal(late)
        recovered_s = await load.full_rate_again(killed)
    await wait_until(lambda: everybody_written_to(shop, len(load.sent)), 30.0, "what never left to be sent once more")
    verdict = await judge(shop, load.sent)
    figures.note("kill -9 sender, 400 ms to an answer", recovered_s, verdict, load)
    assert verdict.uncertain > 0, "nothing was in flight when the sender was killed: this run shows nothing"
    verdict.clean()
    await counters_agree(shop)


async def everybody_written_to(shop: Shop, count: int) -> bool:
    return await shop.simulator.accepted(shop.phone_number_id) >= count


def is_another(instance: Instance, name: str, pid: int) -> Callable[[], Awaitable[bool]]:
    """Return a condition: everything is well, and this actor is another process than ``pid``."""

    async def condition() -> bool:
        status = await asyncio.to_thread(instance.status)
        part: dict[str, Any] = status.get("parts", {}).get(name, {})
        return bool(status.get("ok")) and part.get("pid") not in (None, pid)

    return condition


@pytest.mark.slow
async def test_other_gateways_go_on_while_one_restarts(instance: Instance, shop: Shop, base_client: HttpClient) -> None:
    """Whoever was connected to the dead gateway connects again and is answered by the other one at once."""

    async def answered() -> bool:
        try:
            return (await base_client.request("GET", "/healthz", timeout_s=1.0)).status == 200
        except NoAnswer:
            return False

    async with Load(shop, instance.base_url) as load:
        await load.flowing()
        pid = await instance.kill("gateway-1")
        await wait_until(answered, 3.0, "an answer of the other gateway")
        await wait_until(is_another(instance, "gateway-1", pid), 20.0, "another gateway-1 that is well")
    (await judge(shop, load.sent)).clean()
