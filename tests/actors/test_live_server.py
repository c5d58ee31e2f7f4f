from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
from typing import Any

import orjson
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from actors.fanning import HIGH_BYTES
from actors.live_server import (
    CLOSE_ACCESS_CHANGED,
    CLOSE_BAD_MESSAGE,
    CLOSE_NO_AUTH,
    CLOSE_TICKET_REFUSED,
    CLOSE_TOO_MANY_MESSAGES,
)
from engine.live_tickets import issue
from engine.merge_patch import apply
from engine.wire import pack
from tests.actors.live_rig import KEY, LiveRig, eventually, live_rig, new_company, now_ms

BIG = "x" * 50_000


async def test_first_a_snapshot_then_deltas_with_absolute_values() -> None:
    company = new_company()
    async with live_rig() as rig:
        rig.states[company.bytes, "metrics"] = {"today": {"events": 3}, "rates": {"events_s": 0.0}}
        async with rig.client(company, "metrics") as live:
            first = await live.hear()
            assert (first["type"], first["topic"]) == ("snapshot", "metrics")
            assert first["data"] == {"today": {"events": 3}, "rates": {"events_s": 0.0}}
            epoch, _, number = first["seq"].partition("-")
            rig.publish(company, "metrics", {"today": {"events": 5}, "rates": {"events_s": 0.0}}, ts=700, oldest_ts=600)
            second = await live.hear()
            assert second == {
                "type": "delta",
                "topic": "metrics",
                "seq": f"{epoch}-{int(number) + 1}",
                "ts": 700,
                "oldest_ts": 600,
                "data": {"today": {"events": 5}},
            }


async def test_viewers_are_told_phones_and_documents_masked_and_others_whole() -> None:
    company, event = new_company(), {"id": "e", "customer_phone": "+5511987654321", "messages": []}
    async with live_rig() as rig:
        rig.states[company.bytes, "events"] = {"items": [event]}
        async with (
            rig.client(company, "events") as whole,
            rig.client(company, "events", who={"masked": True}) as masked,
        ):
            assert (await whole.hear("snapshot"))["data"]["items"][0]["customer_phone"] == "+5511987654321"
            assert (await masked.hear("snapshot"))["data"]["items"][0]["customer_phone"] == "+5511*******21"
            message = {"id": "m", "status": "sent", "to": "+5511987654321"}
            rig.publish(company, "events", {"items": [{**event, "messages": [message]}]})
            assert (await whole.hear("delta"))["data"]["items"][0]["messages"][0]["to"] == "+5511987654321"
            heard = orjson.dumps(await masked.hear("delta"))
            assert b"98765" not in heard
            assert b'"status":"sent"' in heard


async def test_a_connection_ends_when_its_holder_may_not_watch_any_more_or_not_so() -> None:
    company = new_company()
    stays, gone, demoted = (os.urandom(16) for _ in range(3))
    async with (
        live_rig() as rig,
        rig.client(company, "metrics", who={"holder": stays, "masked": True}) as one,
        rig.client(company, "metrics", who={"holder": gone}) as two,
        rig.client(company, "metrics", who={"holder": demoted}) as three,
        rig.client(company, "metrics") as nobodys,
    ):
        await eventually(lambda: rig.server.sizes()["clients"] == 4)

        async def ask(held: Any) -> dict[Any, str]:
            assert {holder for holder, _ in held} == {stays, gone, demoted}
            return {(stays, company.bytes): "viewer", (demoted, company.bytes): "viewer"}

        await rig.server.check_holders(ask)
        assert await two.closed_with() == CLOSE_ACCESS_CHANGED
        assert await three.closed_with() == CLOSE_ACCESS_CHANGED
        rig.publish(company, "metrics", {"n": 1})
        for live in (one, nobodys):
            while (await live.hear())["data"] != {"n": 1}:
                continue


async def test_changes_within_a_twentieth_of_a_second_are_told_together() -> None:
    company = new_company()
    async with live_rig() as rig:
        rig.states[company.bytes, "metrics"] = {"n": 0}
        async with rig.client(company, "metrics") as live:
            await live.hear("snapshot")
            times = []
            loop = asyncio.get_running_loop()
            rig.publish(company, "metrics", {"n": 1}, ts=1_001, oldest_ts=1_001)
            first = await live.hear()
            for n in range(2, 200):
                rig.publish(company, "metrics", {"n": n}, ts=1_000 + n, oldest_ts=1_000 + n)
            times.append(loop.time())
            second = await live.hear()
            times.append(loop.time())
            assert first["data"] == {"n": 1}
            assert (second["data"], second["ts"], second["oldest_ts"]) == ({"n": 199}, 1_199, 1_002)
            assert rig.server.fanning.counters["updates"] == 2
            for n in range(200, 204):
                rig.publish(company, "metrics", {"n": n})
                await live.hear()
                times.append(loop.time())
            gaps = [later - earlier for earlier, later in itertools.pairwise(times[1:])]
            assert all(gap > 0.045 for gap in gaps)


async def test_a_client_s_topics_come_in_one_write_and_others_get_only_theirs() -> None:
    company = new_company()
    async with (
        live_rig() as rig,
        rig.client(company, "metrics", "queue") as both,
        rig.client(company, "queue") as one,
    ):
        assert {(await both.hear("snapshot"))["topic"] for _ in range(2)} == {"metrics", "queue"}
        await one.hear("snapshot")
        counters = rig.server.fanning.counters
        before = counters["writes"], counters["frames"]
        rig.publish(company, "metrics", {"n": 1})
        rig.publish(company, "queue", {"depth": 1})
        heard = [await both.hear(), await both.hear()]
        assert {frame["topic"]: frame["data"] for frame in heard} == {"metrics": {"n": 1}, "queue": {"depth": 1}}
        assert (await one.hear())["data"] == {"depth": 1}
        assert (counters["writes"] - before[0], counters["frames"] - before[1]) == (2, 3)


async def test_whoever_gathers_changes_hears_when_they_can_be_told() -> None:
    company = new_company()
    async with live_rig() as rig, rig.client(company, "metrics") as live:
        await live.hear("snapshot")

        def publish(n: int) -> int:
            state = orjson.dumps({"n": n})
            return rig.server.fanning.publish(pack([[company.bytes, "metrics", n, n, state]]))

        assert 40 <= publish(1) <= 52  # goes at once: the next one comes a slot later
        await live.hear("delta")
        assert 80 <= publish(2) <= 104  # waits for its slot: the next one comes in the slot after
        await live.hear("delta")


async def test_who_comes_back_resumes_where_it_was() -> None:
    company = new_company()
    async with live_rig(updates_per_s=1_000) as rig:
        state: Any = {"n": 0, "pad": "x" * 500}
        rig.states[company.bytes, "metrics"] = state
        async with rig.client(company, "metrics") as live:
            seen = await live.hear()
        for n in range(1, 6):
            rig.publish(company, "metrics", {"n": n, "pad": "x" * 500})
            await eventually(lambda n=n: rig.server.fanning.counters["updates"] == n)  # type: ignore[misc]
        async with rig.client(company, "metrics", since={"metrics": seen["seq"]}) as live:
            data = seen["data"]
            for n in range(1, 6):
                frame = await live.hear()
                assert (frame["type"], frame["data"]) == ("delta", {"n": n})
                data = apply(data, frame["data"])
            assert data == {"n": 5, "pad": "x" * 500}
        async with rig.client(company, "metrics", since={"metrics": "12-3"}) as live:
            frame = await live.hear()
            assert (frame["type"], frame["data"]["n"]) == ("snapshot", 5)


async def test_another_company_sees_nothing() -> None:
    mine, theirs = new_company(), new_company()
    async with live_rig() as rig:
        rig.states[mine.bytes, "metrics"] = {"n": 1}
        rig.states[theirs.bytes, "metrics"] = {"n": 100}
        async with rig.client(mine, "metrics") as live, rig.client(theirs, "metrics") as other:
            assert (await live.hear())["data"] == {"n": 1}
            assert (await other.hear())["data"] == {"n": 100}
            rig.publish(mine, "metrics", {"n": 2})
            assert (await live.hear())["data"] == {"n": 2}
            rig.publish(theirs, "metrics", {"n": 101})
            assert (await other.hear())["data"] == {"n": 101}
            assert {entry[0] for entry in rig.asked} == {mine.bytes, theirs.bytes}


async def test_a_ticket_is_good_once() -> None:
    company = new_company()
    async with live_rig() as rig:
        ticket = rig.ticket(company)
        async with rig.knock() as live:
            await live.say(type="auth", ticket=ticket)
            await live.say(type="subscribe", topics=["metrics"])
            await live.hear("snapshot")
        async with rig.knock() as again:
            await again.say(type="auth", ticket=ticket)
            assert await again.closed_with() == CLOSE_TICKET_REFUSED


@pytest.mark.parametrize("age_ms", [31_000, -60_000])
async def test_an_old_ticket_is_refused(age_ms: int) -> None:
    async with live_rig() as rig, rig.knock() as live:
        await live.say(type="auth", ticket=issue(KEY, new_company().bytes, now_ms() - age_ms, os.urandom(16)))
        assert await live.closed_with() == CLOSE_TICKET_REFUSED


async def test_who_does_not_say_who_it_is_is_closed() -> None:
    async with live_rig(auth_s=0.05) as rig, rig.knock() as live:
        assert await live.closed_with() == CLOSE_NO_AUTH
        await eventually(lambda: rig.server.sizes()["pending"] == 0)


GARBAGE: list[str | bytes] = [
    "",
    "null",
    "[1]",
    "{",
    b"\x00\xff\xfe",
    '{"type":"subscribe","topics":["metrics"]}',
    '{"type":"auth"}',
    '{"type":"auth","ticket":7}',
    "[" * 5_000,
]


@pytest.mark.parametrize("frame", GARBAGE)
async def test_garbage_instead_of_a_ticket_closes_the_connection(frame: str | bytes) -> None:
    async with live_rig() as rig, rig.knock() as live:
        await live.socket.send(frame)
        assert await live.closed_with() in (CLOSE_BAD_MESSAGE, CLOSE_TICKET_REFUSED)


@pytest.mark.parametrize(
    "frame", [*GARBAGE[:5], "[" * 5_000, '{"type":"shout"}', '{"type":"subscribe","topics":"metrics"}']
)
async def test_garbage_of_one_client_does_not_concern_the_others(frame: str | bytes) -> None:
    company = new_company()
    async with live_rig() as rig, rig.client(company, "metrics") as good, rig.client(company, "metrics") as bad:
        await good.hear("snapshot")
        await bad.hear("snapshot")
        await bad.socket.send(frame)
        assert await bad.closed_with() == CLOSE_BAD_MESSAGE
        rig.publish(company, "metrics", {"n": 1})
        assert (await good.hear())["data"] == {"n": 1}


async def test_a_message_that_is_too_large_closes_the_connection() -> None:
    async with live_rig() as rig, rig.client(new_company(), "metrics") as live:
        await live.hear("snapshot")
        with contextlib.suppress(ConnectionClosed):
            await live.socket.send("x" * 20_000)
        assert await live.closed_with() == 1009


async def test_who_talks_without_end_is_closed() -> None:
    async with live_rig() as rig, rig.client(new_company(), "metrics") as live:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(200):
                await live.say(type="subscribe", topics=["metrics"])
        assert await live.closed_with() == CLOSE_TOO_MANY_MESSAGES


async def test_unknown_topics_are_named_and_the_others_served() -> None:
    async with live_rig() as rig, rig.client(new_company(), "weather", "metrics") as live:
        assert await live.hear() == {"type": "error", "topic": "weather", "reason": "unknown_topic"}
        assert (await live.hear())["topic"] == "metrics"


async def test_topics_per_client_are_bounded() -> None:
    topics = [f"session:{new_company()}" for _ in range(65)]
    async with live_rig() as rig, rig.client(new_company(), *topics) as live:
        assert await live.hear("error") == {"type": "error", "topic": topics[-1], "reason": "too_many_topics"}


async def test_who_unsubscribes_hears_no_more() -> None:
    company = new_company()
    async with live_rig() as rig, rig.client(company, "metrics", "queue") as live:
        assert {(await live.hear("snapshot"))["topic"] for _ in range(2)} == {"metrics", "queue"}
        await live.say(type="unsubscribe", topics=["metrics"])
        await eventually(lambda: rig.server.sizes()["subscriptions"] == 1)
        rig.publish(company, "metrics", {"n": 1})
        rig.publish(company, "queue", {"depth": 1})
        assert (await live.hear())["topic"] == "queue"


async def stall(rig: LiveRig, company: Any, states: int) -> None:
    """Publish large states until the slow client is noticed."""
    for n in range(1, states + 1):
        if rig.server.sizes()["slow"]:
            return
        rig.publish(company, "metrics", {"n": n, "pad": f"{n}{BIG}"})
        await eventually(lambda n=n: rig.server.fanning.counters["updates"] >= n)  # type: ignore[misc]


async def test_a_slow_client_gets_the_newest_state_and_never_a_queue() -> None:
    company = new_company()
    async with (
        live_rig(updates_per_s=1_000) as rig,
        rig.client(company, "metrics", sock=rig.small_socket(), max_queue=1) as slow,
    ):
        await eventually(lambda: rig.server.fanning.counters["snapshots"] == 1)
        await stall(rig, company, 500)
        assert rig.server.sizes()["slow"] == 1
        (client,) = vars(rig.server)["_clients"]
        held = client.unsent()
        assert held <= HIGH_BYTES + len(BIG) + 1_000
        at = rig.server.fanning.counters["updates"]
        async with rig.client(company, "queue") as quick:
            await quick.hear("snapshot")
            for n in range(1, 201):
                rig.publish(company, "metrics", {"n": at + n, "pad": f"{n}{BIG}"}, ts=50_000 + n, oldest_ts=n)
                await eventually(lambda n=n: rig.server.fanning.counters["updates"] == at + n)  # type: ignore[misc]
            rig.publish(company, "queue", {"depth": 1})
            assert (await quick.hear())["data"] == {"depth": 1}
        assert client.unsent() <= held
        frames: list[dict[str, Any]] = []
        while not frames or frames[-1]["data"].get("n") != at + 200:
            frames.append(await slow.hear())
        told = [frame["data"]["n"] for frame in frames if frame["type"] == "delta"]
        assert told == list(range(1, len(told) + 1))
        assert len(told) <= at
        last = frames[-1]
        assert (last["type"], last["ts"]) == ("snapshot", 50_200)
        assert rig.server.sizes()["slow"] == 0
        rig.publish(company, "metrics", {"n": 0, "pad": "done"})
        assert (await slow.hear())["data"] == {"n": 0, "pad": "done"}


async def test_a_quick_client_does_not_wait_for_a_slow_one() -> None:
    company = new_company()
    async with (
        live_rig(updates_per_s=1_000) as rig,
        rig.client(company, "metrics", sock=rig.small_socket(), max_queue=1),
        rig.client(company, "metrics") as quick,
    ):
        await quick.hear("snapshot")
        for n in range(1, 200):
            rig.publish(company, "metrics", {"n": n, "pad": f"{n}{BIG}"})
            assert (await quick.hear())["data"]["n"] == n
        assert rig.server.sizes()["slow"] == 1


async def test_a_heartbeat_comes_to_everybody() -> None:
    async with live_rig() as rig, rig.client(new_company(), "metrics") as live:
        await live.hear("snapshot")
        await rig.server.heartbeat()
        beat = await live.hear("heartbeat")
        assert abs(beat["ts"] - now_ms()) < 5_000


async def test_while_the_aggregator_is_away_clients_wait_for_their_snapshot() -> None:
    company = new_company()
    async with live_rig() as rig:
        rig.away = True
        rig.states[company.bytes, "metrics"] = {"n": 9}
        async with rig.client(company, "metrics") as live:
            await eventually(lambda: rig.server.sizes()["subscriptions"] == 1)
            await rig.server.heartbeat()
            await live.hear("heartbeat")
            rig.away = False
            assert (await live.hear())["data"] == {"n": 9}


async def test_more_clients_than_allowed_are_asked_to_come_later() -> None:
    company = new_company()
    async with (
        live_rig(most_clients=2) as rig,
        rig.client(company, "metrics") as one,
        rig.client(company, "queue") as two,
    ):
        await one.hear("snapshot")
        await two.hear("snapshot")
        with pytest.raises(InvalidStatus, match="503"):
            async with rig.knock():
                pass
        assert rig.server.refused == 1


async def test_an_origin_may_be_asked_for() -> None:
    async with live_rig(origins=["https://masteria.example"]) as rig:
        with pytest.raises(InvalidStatus, match="403"):
            async with rig.knock(origin="https://elsewhere.example"):
                pass
        async with rig.client(new_company(), "metrics", origin="https://masteria.example") as live:
            await live.hear("snapshot")


async def test_nothing_is_left_of_clients_that_came_and_went() -> None:
    company = new_company()
    async with live_rig() as rig:
        for batch in range(10):
            async with contextlib.AsyncExitStack() as stack:
                clients = [
                    await stack.enter_async_context(rig.client(company, "metrics", "events", "queue"))
                    for _ in range(20)
                ]
                for live in clients:
                    await live.hear("snapshot")
                if batch % 2:
                    for live in clients:  # without a goodbye
                        live.socket.transport.abort()
        await eventually(lambda: rig.server.sizes()["clients"] == rig.server.sizes()["connections"] == 0)
        sizes = rig.server.sizes()
        assert (sizes["pending"], sizes["subscriptions"], sizes["slow"], sizes["unknown"]) == (0, 0, 0, 0)
        assert sizes["topics"] <= 3
        await rig.server.heartbeat()
        assert rig.server.sizes()["topics"] == 0


async def test_a_server_that_stops_says_goodbye() -> None:
    async with live_rig() as rig, rig.client(new_company(), "metrics") as live:
        await live.hear("snapshot")
        await rig.server.stop()
        assert await live.closed_with() == 1001
        assert not rig.server.serving
