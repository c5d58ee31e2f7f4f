"""One webhook has one effect however often it comes; a changed rule is in force when its request is answered; live."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from bench.grapfy import phone_of
from tests.e2e.http_client import HttpClient
from tests.e2e.judging import counters_agree
from tests.e2e.rig import Instance
from tests.e2e.shop import Shop
from tests.e2e.waiting import wait_until

_TIMES = 10


async def test_ten_times_at_once_is_one_event_and_one_message(instance: Instance, shop: Shop) -> None:
    """Ten connections of their own, so by either gateway."""
    for number in range(20):
        body = shop.body.make(number)
        clients = [HttpClient(instance.base_url, connections=1) for _ in range(_TIMES)]
        answers = await asyncio.gather(*(shop.post(client, body) for client in clients))
        await asyncio.gather(*(client.close() for client in clients))
        assert sorted(answer.status for answer in answers) == [200] * (_TIMES - 1) + [202]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert sorted(answer.json()["duplicate"] for answer in answers) == [False] + [True] * (_TIMES - 1)
    await wait_until(lambda: _accepted(shop, 20), 15.0, "twenty messages")
    assert len(await shop.api.all("/events")) == 20
    assert len(await shop.api.all("/messages")) == 20
    accepted = await shop.simulator.messages(phone_number_id=shop.phone_number_id)
    assert {f"+{entry['to']}" for entry in accepted} == {phone_of(number) for number in range(20)}
    assert len(accepted) == 20


async def _accepted(shop: Shop, count: int) -> bool:
    return await shop.simulator.accepted(shop.phone_number_id) == count


@pytest.mark.slow
async def test_a_rule_is_in_force_when_its_change_is_answered(instance: Instance, shop: Shop) -> None:
    """Switched on and off again and again; the next webhook, by either gateway, is decided by what was answered."""
    for turn in range(40):
        active = turn % 2 == 1
        changed = await shop.api.call("PATCH", f"/rules/{shop.rule_id}", {"active": active})
        assert changed["active"] is active
        client = HttpClient(instance.base_url, connections=1)
        answer = await shop.post(client, shop.body.make(turn))
        await client.close()
        assert answer.status == 202
        made = (await shop.api.get(f"/events/{answer.json()['id']}/messages"))["data"]
        assert len(made) == int(active), f"turn {turn}: rule active={active}, messages {len(made)}"


async def test_another_webhook_and_secret_are_in_force_when_answered(instance: Instance, shop: Shop) -> None:
    for turn in range(10):
        rotated = await shop.api.post(f"/webhooks/{shop.webhook_id}/rotate-secret", {"grace_s": 0})
        old, shop.secret = shop.secret, rotated["secret"]
        clients = [HttpClient(instance.base_url, connections=1) for _ in range(4)]
        answers = await asyncio.gather(
            *(shop.post(client, shop.body.make(1000 + 10 * turn + at)) for at, client in enumerate(clients))
        )
        assert [answer.status for answer in answers] == [202] * 4
        shop.secret, new = old, shop.secret
        answers = await asyncio.gather(*(shop.post(client, shop.body.make(1)) for client in clients))
        assert [answer.status for answer in answers] == [401] * 4
        shop.secret = new
        await asyncio.gather(*(client.close() for client in clients))


async def test_live_tells_a_message_from_acceptance_to_read(instance: Instance, shop: Shop, client: HttpClient) -> None:
    """Receipts come late here: acceptance stays long enough for a feed that tells a few states a second."""
    number: dict[str, Any] = {"phone_number_id": shop.phone_number_id}
    late = await shop.simulator.fault(number, {"statuses": "late", "delay_ms": 1_500})
    async with await live(shop, "metrics", "events") as socket:
        listening = Listener(socket)
        snapshot = await listening.until(lambda: "metrics" in listening.state and "events" in listening.state)
        assert snapshot
        await shop.post(client, shop.body.make(7))
        await listening.until(lambda: listening.messages().get("read") == 1)
        seen = [status for status in ("accepted", "sent", "delivered", "read") if status in listening.statuses]
        assert seen[0] in ("accepted", "sent") and seen[-1] == "read", listening.statuses
        assert listening.state["metrics"]["today"]["events"] == 1
        assert phone_of(7) in orjson.dumps(listening.state["events"]).decode()
    await shop.simulator.heal(late)
    await counters_agree(shop)


@pytest.mark.slow
async def test_live_goes_on_where_it_was_after_its_server_died(
    instance: Instance, shop: Shop, client: HttpClient
) -> None:
    """The fanout is killed: the client connects again with what it saw last, and gets the whole state."""
    async with await live(shop, "metrics") as socket:
        listening = Listener(socket)
        await shop.post(client, shop.body.make(1))
        await listening.until(lambda: listening.messages().get("read") == 1)
        await instance.kill("fanout")
        with pytest.raises(ConnectionError):
            await listening.until(lambda: False)
    await shop.post(client, shop.body.make(2))
    async with await live_again(shop, "metrics", since={"metrics": listening.position["metrics"]}) as socket:
        again = Listener(socket)
        await again.until(lambda: again.messages().get("read") == 2)
        assert again.kinds[0] == "snapshot"  # another life of the server, another sequence
    async with await live(shop, "metrics", since=again.position) as socket:
        resumed = Listener(socket)
        resumed.state = again.state
        await shop.post(client, shop.body.make(3))
        await resumed.until(lambda: resumed.messages().get("read") == 3)
        assert resumed.kinds[0] == "delta"  # the same sequence goes on: no snapshot


async def live(shop: Shop, *topics: str, since: dict[str, str] | None = None) -> ClientConnection:
    """Connect to the live feed as a dashboard does."""
    told = await shop.api.get("/live")
    socket = await connect(told["url"], proxy=None)
    await socket.send(orjson.dumps({"type": "auth", "ticket": told["ticket"]}).decode())
    await socket.send(orjson.dumps({"type": "subscribe", "topics": list(topics), "since": since or {}}).decode())
    return socket


async def live_again(shop: Shop, *topics: str, since: dict[str, str]) -> ClientConnection:
    """Connect until the feed is back."""
    found: list[ClientConnection] = []

    async def connected() -> bool:
        try:
            found.append(await live(shop, *topics, since=since))
        except (OSError, WebSocketException):
            return False
        return True

    await wait_until(connected, 15.0, "the live feed to be back", look_s=0.2)
    return found[0]


class Listener:
    """Keeps the state of every topic by snapshots and merge patches, as a dashboard would."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self.state: dict[str, Any] = {}
        self.position: dict[str, str] = {}
        self.kinds: list[str] = []
        self.statuses: dict[str, int] = {}

    def messages(self) -> dict[str, int]:
        """Return today's messages by status, without zeros."""
        counts = self.state.get("metrics", {}).get("today", {}).get("messages", {})
        return {status: count for status, count in counts.items() if count}

    async def until(self, condition: Callable[[], bool], timeout_s: float = 20.0) -> bool:
        """Read frames until a condition holds.

        Raises:
            ConnectionError: the server closed the connection.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not condition():
                    self._take(orjson.loads(await self._socket.recv()))
        except ConnectionClosed as error:
            raise ConnectionError("the live feed closed") from error
        except TimeoutError:
            raise AssertionError(f"not told in {timeout_s:g} s; the last state: {self.state}") from None
        return True

    def _take(self, frame: dict[str, Any]) -> None:
        if frame["type"] not in ("snapshot", "delta"):
            return
        topic = frame["topic"]
        self.kinds.append(frame["type"])
        self.position[topic] = frame["seq"]
        assert frame["oldest_ts"] <= frame["ts"]
        self.state[topic] = frame["data"] if frame["type"] == "snapshot" else merged(self.state[topic], frame["data"])
        self.statuses |= self.messages()


def merged(state: Any, patch: Any) -> Any:
    """Apply a JSON merge patch (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    result = dict(state) if isinstance(state, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
