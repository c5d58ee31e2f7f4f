"""A source's history through the whole system: the worker and the shard are killed with -9, the counts stay exact."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.e2e.rig import Instance
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until
from tests.grapfy_server import SETTING, TOKEN, GrapfyServer, payload, steady

_COUNT = 1_020
_KNOWN = 20


@pytest.mark.slow
async def test_worker_and_shard_are_killed_in_the_middle_of_a_sync(
    instance: Instance, shop: Shop, grapfy_port: int
) -> None:
    first_ms = time.time_ns() // 1_000_000 - 86_400_000
    hook = await shop.api.post("/webhooks", {"name": "Grapfy", "source": "grapfy"})
    for number in range(_KNOWN):
        sent = await shop.api.post(f"/webhooks/{hook['id']}/test", {"payload": payload(number)})
        assert not sent["duplicate"]
    async with GrapfyServer().running(grapfy_port) as server:
        server.records = steady(_COUNT, first_ms)
        body = {"webhook_id": hook["id"], "setting_id": SETTING, "token": TOKEN}
        sync = await shop.api.post("/syncs", body)
        path = f"/syncs/{sync['id']}"

        async def shown() -> dict[str, Any]:
            found: dict[str, Any] = await shop.api.get(path)
            return found

        async def reached(pages: int) -> bool:
            return bool((await shown())["imported"] >= 100 * pages - _KNOWN)

        await wait_until(lambda: reached(1), 30.0, "the first page")
        await instance.kill("worker-0")
        await wait_until(lambda: reached(3), 60.0, "the third page, by another worker")
        await instance.kill(shop.shard)
        assert (await shown())["imported"] < _COUNT - _KNOWN, "nothing was left to import: this run shows nothing"

        async def done() -> bool:
            return bool((await shown())["last_state"] == "done")

        await wait_until(done, 90.0, "the end of the run")
    told = await shown()
    assert (told["imported"], told["duplicates"], told["failed"]) == (_COUNT - _KNOWN, _KNOWN, 0)
    [run] = (await shop.api.get(path + "/runs"))["data"]
    assert (run["imported"], run["duplicates"], run["state"]) == (_COUNT - _KNOWN, _KNOWN, "done")

    async def counted() -> bool:
        sums = (await shop.api.get(f"/webhooks/{hook['id']}/activity"))["last_24h"]
        return bool((sums["imported"], sums["accepted"]) == (_COUNT - _KNOWN, _KNOWN))

    await wait_until(counted, 20.0, "exact counters")
    events = await shop.api.get("/events", webhook_id=hook["id"], limit=500)
    assert {event["signature"] for event in events["data"]} == {"imported"}
    [one] = (await shop.api.get("/events", webhook_id=hook["id"], external_id="event-300"))["data"]
    assert (one["reason"], one["source"]) == ("imported", "grapfy")
    runs = (await shop.api.get(f"/events/{one['id']}/runs"))["data"]
    assert {run["reason"] for run in runs} <= {"imported"}
    assert (await shop.api.get(f"/events/{one['id']}/messages"))["data"] == []
