"""The judge: what was acknowledged, what the API tells, and what WhatsApp really accepted, held against each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.grapfy import phone_of
from tests.e2e.load import Delivery
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until

_PENDING = ("scheduled", "queued", "held", "sending")


@dataclass(frozen=True, slots=True)
class Verdict:
    """House promise 3 in numbers. ``lost`` and ``doubled`` name the messages or phones concerned."""

    acknowledged: int
    events: int
    messages: int
    accepted: int
    uncertain: int
    lost: Sequence[str]
    doubled: Sequence[str]

    def clean(self) -> None:
        """Fail unless nothing was lost and nothing doubled."""
        assert not self.lost, f"{len(self.lost)} lost, such as {self.lost[:3]}: {self}"
        assert not self.doubled, f"{len(self.doubled)} doubled, such as {self.doubled[:3]}: {self}"


async def settle(shop: Shop, deliveries: Sequence[Delivery], timeout_s: float = 40.0) -> None:
    """Wait until every acknowledged event has had its effect: nothing pending, every buyer written to or uncertain."""
    seen: list[str] = [""]

    async def quiet() -> bool:
        accepted = await shop.simulator.accepted(shop.phone_number_id)
        pending = {status: await _count(shop, status) for status in _PENDING}
        uncertain = await _count(shop, "uncertain")
        seen[0] = f"{accepted} accepted, {uncertain} uncertain of {len(deliveries)}; {pending}"
        return not any(pending.values()) and accepted + uncertain >= len(deliveries)

    await wait_until(quiet, timeout_s, lambda: seen[0], look_s=0.2)


async def _count(shop: Shop, status: str) -> int:
    return int((await shop.api.get("/messages", status=status, limit=1))["count"])


async def judge(shop: Shop, deliveries: Sequence[Delivery], timeout_s: float = 40.0) -> Verdict:
    """Wait for quiet, read everything, and judge. Every delivery must have been acknowledged.

    Args:
        shop: whose rule answers every event with one message.
        deliveries: what was sent.
        timeout_s: how long the rest of the work may take.
    """
    assert all(delivery.acked for delivery in deliveries), "the load was left before everything was acknowledged"
    await settle(shop, deliveries, timeout_s)
    events = {event["id"]: event for event in await shop.api.all("/events")}
    messages = await shop.api.all("/messages")
    accepted = await shop.simulator.messages(phone_number_id=shop.phone_number_id)
    lost = await _events_lost(shop, deliveries, events)
    lost += _messages_lost(deliveries, messages, accepted)
    doubled = _doubled(messages, accepted)
    known = Counter(event["external_id"] for event in events.values())
    doubled += [f"event {external_id} stored {count} times" for external_id, count in known.items() if count > 1]
    return Verdict(
        acknowledged=len(deliveries),
        events=len(events),
        messages=len(messages),
        accepted=len(accepted),
        uncertain=sum(map(was_uncertain, messages)),
        lost=lost,
        doubled=doubled,
    )


def was_uncertain(message: dict[str, Any]) -> bool:
    """Tell whether a message was ever called uncertain."""
    return any(step["status"] == "uncertain" for step in message["timeline"])


async def _events_lost(shop: Shop, deliveries: Sequence[Delivery], events: dict[str, Any]) -> list[str]:
    """Return acknowledged ids that cannot be read; one that proved a duplicate leads to the first event."""
    lost = []
    for delivery in deliveries:
        if delivery.event_id not in events:
            answer = await shop.api.answer("GET", f"/events/{delivery.event_id}")
            if answer.status != 200 or answer.json()["id"] not in events:
                lost.append(f"event {delivery.event_id} (webhook {delivery.number}): {answer.status}")
    return lost


def _messages_lost(
    deliveries: Sequence[Delivery], messages: Sequence[dict[str, Any]], accepted: Sequence[dict[str, Any]]
) -> list[str]:
    """Return buyers to whom nothing was accepted although nothing was uncertain either."""
    written_to = {f"+{entry['to']}" for entry in accepted}
    uncertain = {message["to"] for message in messages if was_uncertain(message)}
    wanted = {phone_of(delivery.number) for delivery in deliveries}
    return sorted(f"message to {phone}" for phone in wanted - written_to - uncertain)


def _doubled(messages: Sequence[dict[str, Any]], accepted: Sequence[dict[str, Any]]) -> list[str]:
    """Return what was accepted twice without having been uncertain: by message id, and by buyer."""
    by_id = Counter(entry["opaque"] for entry in accepted)
    doubled = [f"message {message_id} accepted {count} times" for message_id, count in by_id.items() if count > 1]
    known = {message["id"]: message for message in messages}
    by_phone: dict[str, list[str]] = {}
    for entry in accepted:
        by_phone.setdefault(entry["to"], []).append(entry["opaque"])
    for phone, ids in by_phone.items():
        certain = [message_id for message_id in ids if message_id in known and not was_uncertain(known[message_id])]
        strangers = [message_id for message_id in ids if message_id not in known]
        if strangers:
            doubled.append(f"messages nobody knows: {strangers}")
        if len(certain) > 1:
            doubled.append(f"+{phone}: {certain}")
    return doubled


async def counters_agree(shop: Shop) -> None:
    """Wait until the live numbers of today are those of the stored rows, one by one."""
    seen: dict[str, Any] = {}

    async def same() -> bool:
        told = (await shop.api.get("/metrics/summary"))["today"]
        seen["told"] = {"events": told["events"]} | {name: n for name, n in told["messages"].items() if n}
        stored: dict[str, int] = {"events": len(await shop.api.all("/events"))}
        for message in await shop.api.all("/messages"):
            stored[message["status"]] = stored.get(message["status"], 0) + 1
        seen["stored"] = stored
        return bool(seen["told"] == stored)

    await wait_until(same, 15.0, lambda: f"the numbers differ: {seen}", look_s=0.3)
