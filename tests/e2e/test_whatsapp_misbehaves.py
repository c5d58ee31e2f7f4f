"""WhatsApp refuses, stays silent, accepts without saying so: each class in its own way, and nothing twice."""

from __future__ import annotations

import asyncio
import time
from typing import Any
from uuid import UUID

import pytest

from engine.ids import id_ms
from engine.times import parse_time
from tests.e2e.conftest import GRACE_S
from tests.e2e.http_client import HttpClient
from tests.e2e.judging import Verdict, judge, was_uncertain
from tests.e2e.load import Delivery
from tests.e2e.rig import Instance
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until

pytestmark = pytest.mark.slow
_MANY = 40


async def send(shop: Shop, client: HttpClient, count: int = _MANY, first: int = 0) -> list[Delivery]:
    """Send so many different webhooks, all at once."""

    async def one(number: int) -> Delivery:
        due = time.monotonic()
        answer = await shop.post(client, shop.body.make(number))
        assert answer.status == 202, answer
        return Delivery(number, due, 1, answer.json()["id"], 202, time.monotonic())

    return list(await asyncio.gather(*(one(number) for number in range(first, first + count))))


async def ledger(shop: Shop) -> dict[str, dict[str, Any]]:
    return {message["id"]: message for message in await shop.api.all("/messages")}


async def finished(shop: Shop, deliveries: list[Delivery], accepted: int | None = None) -> Verdict:
    """Wait until WhatsApp has accepted so many (each one by default), then judge."""
    wanted, seen = accepted or len(deliveries), [0]

    async def enough() -> bool:
        seen[0] = await shop.simulator.accepted(shop.phone_number_id)
        return seen[0] >= wanted

    await wait_until(enough, GRACE_S + 20.0, lambda: f"{seen[0]} of {wanted} accepted", look_s=0.2)
    verdict = await judge(shop, deliveries)
    verdict.clean()
    return verdict


async def test_a_500_without_metas_json_is_uncertain_and_sent_once_more(shop: Shop, client: HttpClient) -> None:
    await shop.simulator.fault({"phone_number_id": shop.phone_number_id}, {"http": 500}, count=10)
    verdict = await finished(shop, await send(shop, client))
    messages = await ledger(shop)
    again = [message for message in messages.values() if message["retry_of"]]
    assert (verdict.uncertain, len(again), verdict.accepted) == (10, 10, _MANY)
    for message in again:
        first = messages[message["retry_of"]]
        assert was_uncertain(first) and (first["event_id"], first["to"]) == (message["event_id"], message["to"])
        waited_s = _at(message, 0) - _at(first, "uncertain")
        assert waited_s >= GRACE_S - 0.5, f"sent again after {waited_s:.1f} s"


async def test_a_number_that_is_too_fast_slows_down_and_loses_nothing(shop: Shop, client: HttpClient) -> None:
    await shop.simulator.fault({"phone_number_id": shop.phone_number_id}, {"http": 429, "error_code": 130429}, count=3)
    verdict = await finished(shop, await send(shop, client))
    assert (verdict.uncertain, verdict.messages, verdict.accepted) == (0, _MANY, _MANY)


async def test_a_passing_failure_is_tried_again_under_the_same_id(shop: Shop, client: HttpClient) -> None:
    await shop.simulator.fault({"phone_number_id": shop.phone_number_id}, {"http": 500, "error_code": 131000}, count=5)
    verdict = await finished(shop, await send(shop, client))
    assert (verdict.uncertain, verdict.messages, verdict.accepted) == (0, _MANY, _MANY)
    assert sum(message["attempt"] - 1 for message in (await ledger(shop)).values()) == 5


@pytest.mark.parametrize("then", [{"drop_after_accept": True}, {"drop_after_accept": True, "hang_ms": 2500}])
async def test_accepted_without_an_answer_is_known_by_its_echo(
    shop: Shop, client: HttpClient, then: dict[str, object]
) -> None:
    """The status webhook carries our id back: uncertain for a moment, never sent again."""
    await shop.simulator.fault({"phone_number_id": shop.phone_number_id}, then, count=10)
    verdict = await finished(shop, await send(shop, client))
    await all_read(shop)
    messages = await ledger(shop)
    assert (verdict.messages, verdict.accepted) == (_MANY, _MANY)
    assert not [message for message in messages.values() if message["retry_of"]]
    assert {message["status"] for message in messages.values()} == {"read"}


async def test_silence_in_which_nothing_was_accepted(shop: Shop, client: HttpClient) -> None:
    await shop.simulator.fault({"phone_number_id": shop.phone_number_id}, {"hang_ms": 2500}, count=5)
    verdict = await finished(shop, await send(shop, client))
    assert (verdict.uncertain, verdict.accepted, verdict.messages) == (5, _MANY, _MANY + 5)


async def test_no_answer_and_no_receipt_is_the_one_case_that_may_reach_a_buyer_twice(
    shop: Shop, client: HttpClient
) -> None:
    """Called uncertain, sent once more and not again: that is what the word is for."""
    number: dict[str, object] = {"phone_number_id": shop.phone_number_id}
    lost = await shop.simulator.fault(number, {"statuses": "lost"})
    await shop.simulator.fault(number, {"drop_after_accept": True}, count=2)
    verdict = await finished(shop, await send(shop, client, count=5), accepted=7)
    assert (verdict.uncertain, verdict.accepted, verdict.messages) == (2, 7, 7)
    await shop.simulator.heal(lost)


async def test_who_is_not_on_whatsapp_is_a_dead_letter(shop: Shop, client: HttpClient, instance: Instance) -> None:
    await shop.simulator.fault({"phone_number_id": shop.phone_number_id}, {"http": 400, "error_code": 131026}, count=1)
    answer = await shop.post(client, shop.body.make(1))
    event_id = answer.json()["id"]

    async def failed() -> bool:
        found = (await shop.api.get(f"/events/{event_id}/messages"))["data"]
        return bool(found) and found[0]["status"] == "failed"

    await wait_until(failed, 10.0, "the message to fail")
    [dead] = (await shop.api.get("/dead-letters"))["data"]
    assert (dead["kind"], dead["class"], dead["code"]) == ("message", "permanent", "131026")
    assert dead["reason_text"]
    assert await shop.simulator.accepted(shop.phone_number_id) == 0


@pytest.mark.parametrize("how", ["duplicated", "reordered", "late"])
async def test_statuses_come_in_any_order_and_never_go_backwards(shop: Shop, client: HttpClient, how: str) -> None:
    fault = await shop.simulator.fault(
        {"phone_number_id": shop.phone_number_id}, {"statuses": how, **({"delay_ms": 1500} if how == "late" else {})}
    )
    await finished(shop, await send(shop, client, count=20))
    await all_read(shop)
    await shop.simulator.heal(fault)
    ranks = {"accepted": 0, "sent": 1, "delivered": 2, "read": 3}
    for message in (await ledger(shop)).values():
        told = [step["status"] for step in message["timeline"] if step["status"] in ranks]
        assert len(told) == len(set(told)), f"told twice: {told}"
        assert message["status"] == "read"


async def all_read(shop: Shop) -> None:
    async def done() -> bool:
        return {message["status"] for message in (await ledger(shop)).values()} == {"read"}

    await wait_until(done, 20.0, "every message to be read", look_s=0.3)


def _at(message: dict[str, Any], step: str | int) -> float:
    """Return when a message was made (0) or reached a status, in seconds since 1970."""
    if step == 0:
        return id_ms(UUID(message["id"]).bytes) / 1000
    found = parse_time(next(entry["at"] for entry in message["timeline"] if entry["status"] == step))
    assert found is not None
    return found.timestamp()
