"""A campaign to 2,000 people over two numbers: paused and resumed midway, its worker and its sender killed with -9.

The simulator's ledger is the judge: everybody was written to once at most, nobody was forgotten, the report adds up.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from typing import Any

import pytest

from masteria.live_client import LiveClient
from tests.e2e.http_client import HttpClient
from tests.e2e.rig import Instance
from tests.e2e.shop import API, Shop, Simulator, make_shop
from tests.e2e.test_crashes import is_another
from tests.e2e.waiting import wait_until

PEOPLE = 2_000
_PER_S = 150
_OPEN = ("scheduled", "queued", "held", "sending")


async def _two_numbers(instance: Instance, client: HttpClient, simulator: Simulator) -> tuple[list[Shop], list[str]]:
    """Return a company with two numbers on the simulator, each of its own account."""
    shop = await make_shop(instance, client, simulator, with_rule=False)
    app = {"app_id": _digits(15), "app_secret": secrets.token_hex(16), "verify_token": secrets.token_urlsafe(16)}
    number = {"phone_number_id": _digits(15), "waba_id": _digits(15), "token": f"EAA{secrets.token_hex(24)}"}
    number["phone"] = f"+55119{_digits(8)}"
    limits = {"throughput": _PER_S, "tier": "TIER_UNLIMITED"}
    session = await shop.api.post(
        "/sessions", {"name": "Ofertas", "transport": "simulator", "meta_app": app, **number, **limits}
    )
    template = {"name": "pix_prova", "language": "pt_BR", "body": "Olá, {{1}}! Seu PIX de {{2}} está pronto."}
    configured = await simulator.call(
        "PUT",
        f"/apps/{app['app_id']}",
        {
            "app_secret": app["app_secret"],
            "verify_token": app["verify_token"],
            "callback_url": f"{instance.base_url}/api/v1/webhooks/meta/{app['app_id']}",
            "numbers": [{**number, **limits}],
            "templates": [template],
        },
    )
    assert configured["handshake"]["ok"], configured["handshake"]
    await shop.api.call("PATCH", f"/sessions/{shop.session_id}", {"throughput": _PER_S})
    return [shop], [shop.phone_number_id, number["phone_number_id"], session["id"]]


def _digits(count: int) -> str:
    return str(10 ** (count - 1) + secrets.randbelow(9 * 10 ** (count - 1)))


async def _import(shop: Shop, phones: list[str]) -> str:
    """Take a CSV file of people into a list; return the list's id."""
    list_id = (await shop.api.post("/lists", {"name": f"Lista {secrets.token_hex(3)}"}))["id"]
    lines = ["nome;telefone", *(f"Cliente {number};{phone}" for number, phone in enumerate(phones))]
    answer = await shop.api.client.request(
        "POST",
        f"{API}/contacts/import?filename=clientes.csv",
        {"authorization": f"Bearer {shop.api.key}", "content-type": "text/csv"},
        "\n".join(lines).encode(),
    )
    assert answer.status == 201, answer.body
    job = await shop.api.post(
        f"/contacts/import/{answer.json()['id']}/start",
        {"list_ids": [list_id], "consent": {"source": "checkout"}},
    )
    found = job.get("job") or job

    async def done() -> bool:
        return bool((await shop.api.get(f"/jobs/{found['id']}"))["state"] == "done")

    await wait_until(done, 60.0, "the import to end")
    return str(list_id)


@pytest.mark.slow
async def test_everybody_once_through_pause_and_kills(
    instance: Instance, client: HttpClient, simulator: Simulator
) -> None:
    [shop], [first, second, other_session] = await _two_numbers(instance, client, simulator)
    phones = [f"+55119{40_000_000 + number:08}" for number in range(PEOPLE)]
    list_id = await _import(shop, phones)
    campaign = await shop.api.post(
        "/campaigns",
        {
            "name": "Prova",
            "audience": {"lists": [list_id]},
            "variants": [{"template_id": shop.template_id}],
            "variables": {"order_value": {"value": "97.00"}},
            "sessions": [{"session_id": shop.session_id}, {"session_id": other_session}],
        },
    )
    path = f"/campaigns/{campaign['id']}"
    told = await shop.api.post(f"{path}/dry-run", {})
    assert told["counts"] == {"would": PEOPLE, "skip": {}}
    assert told["duration_s"] >= PEOPLE / 2 / _PER_S * 0.8

    async def accepted() -> int:
        return await simulator.accepted(first) + await simulator.accepted(second)

    async def beyond(count: int) -> None:
        async def reached() -> bool:
            return await accepted() >= count

        await wait_until(reached, 60.0, f"{count} messages")

    live = LiveClient(f"{instance.base_url}{API}/live", shop.api.key, [f"campaign:{campaign['id']}"])
    states: list[dict[str, Any]] = []
    listening = asyncio.create_task(_listen(live, states))
    await shop.api.post(f"{path}/start", {"preview_id": told["preview_id"]})
    await beyond(300)
    await shop.api.post(f"{path}/pause", {})

    async def at_rest() -> bool:
        counts = (await shop.api.get(path))["counts"]
        return bool(counts["queued"] == 0 and counts["sending"] == 0)

    await wait_until(at_rest, 30.0, "what was in flight to land")
    paused_at = await accepted()
    assert paused_at < PEOPLE, "nothing was left to pause: this run shows nothing"
    killed = {name: await instance.kill(name) for name in ("worker-0",)}
    await wait_until(is_another(instance, "worker-0", killed["worker-0"]), 30.0, "another worker")
    assert await accepted() == paused_at
    assert (await shop.api.get(path))["status"] == "paused"
    await shop.api.post(f"{path}/resume", {})
    await beyond(paused_at + 200)
    killed = {name: await instance.kill(name) for name in ("sender-0", "worker-0")}
    for name, pid in killed.items():
        await wait_until(is_another(instance, name, pid), 30.0, f"another {name}")

    async def finished() -> bool:
        return bool((await shop.api.get(path))["status"] == "finished")

    await wait_until(finished, 90.0, "the campaign to end")
    ledger = [*await simulator.messages(phone_number_id=first), *await simulator.messages(phone_number_id=second)]
    written_to = Counter(f"+{message['to']}" for message in ledger)
    assert max(written_to.values()) == 1, "somebody was written to twice"
    people = await shop.api.all(f"{path}/recipients")
    assert {person["phone"] for person in people} == set(phones)
    lost = [p for p in people if p["phone"] not in written_to and p["status"] not in ("uncertain", "failed")]
    assert lost == []

    async def settled() -> bool:
        counts = (await shop.api.get(path))["counts"]
        return bool(counts["read"] + counts["uncertain"] + counts["failed"] == PEOPLE)

    await wait_until(settled, 60.0, "every receipt")
    report = await shop.api.get(f"{path}/report")
    assert report["total"] == sum(report["counts"].values()) == PEOPLE
    assert report["counts"]["read"] == len(written_to)
    assert sum(sum(part["counts"].values()) for part in report["by_session"]) == PEOPLE
    assert len([part for part in report["by_session"] if sum(part["counts"].values()) > PEOPLE / 3]) == 2
    assert report["uncertain"]["value"] == sum(one["value"] for one in report["uncertain"]["reasons"])

    def told_the_end() -> bool:
        return bool(states and states[-1]["status"] == "finished" and states[-1]["counts"] == report["counts"])

    await wait_until(told_the_end, 20.0, "the live topic to tell the same")
    listening.cancel()
    assert all(sum(state["counts"].values()) == state["total"] for state in states)
    assert {"running", "paused", "finished"} <= {state["status"] for state in states}
    assert not any(report["counts"][status] for status in _OPEN)


async def _listen(live: LiveClient, states: list[dict[str, Any]]) -> None:
    async for update in live.updates():
        if update.topic and update.now:
            states.append(update.now)  # noqa: PERF401 -- each is looked at before the next one comes
