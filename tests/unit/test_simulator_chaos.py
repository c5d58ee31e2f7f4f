"""Faults of every class at once, people who answer by themselves, odd inbound messages, latencies, and the seed."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import orjson
import pytest

from tests.unit.whatsapp_rig import NUMBER, Rig, call, running, template, text
from whatsapp.simulator import Simulator
from whatsapp.simulator.faults import CLASSES, Fault, Faults
from whatsapp.simulator.latency import Ladder, read_span
from whatsapp.simulator.statuses import DELIVERED, FAILED, READ, SENT, plan, with_played
from whatsapp.transport import Accepted, Refused

PERSON = "+5511987654321"
DELAYS = (10, 200, 3000)


def fault(**then: Any) -> Fault:
    return Faults(1).add({"then": then})


def test_statuses_that_fail_and_faults_that_touch_some_kinds_only() -> None:
    assert plan(DELAYS, True, True, fault(statuses="failed", error_code=131049)) == [(10, FAILED)]
    late = plan(DELAYS, True, True, fault(statuses="failed_late", error_code=131000))
    assert late == [(10, SENT), (200, DELIVERED), (2200, FAILED)]
    assert plan(DELAYS, True, True, fault(statuses="lost", kinds=["delivered"])) == [(10, SENT), (3000, READ)]
    doubled = plan(DELAYS, True, True, fault(statuses="duplicated", kinds=["read"]))
    assert Counter(kind for _, kind in doubled) == {SENT: 1, DELIVERED: 1, READ: 2}
    swapped = plan(DELAYS, True, True, fault(statuses="reordered", kinds=["sent", "delivered"]))
    assert sorted(swapped) == [(10, DELIVERED), (200, SENT), (3000, READ)]
    assert with_played(plan(DELAYS, True, True, None))[-1] == (3500, 4)
    assert with_played(plan(DELAYS, True, False, None)) == plan(DELAYS, True, False, None)


@pytest.mark.parametrize(
    "then",
    [
        {"statuses": "failed", "kinds": ["sent"]},
        {"statuses": "lost", "error_code": 1},
        {"http": 500, "kinds": ["sent"]},
        {"statuses": "lost", "kinds": ["failed"]},
        {"statuses": "lost", "kinds": []},
    ],
)
def test_status_faults_that_make_no_sense(then: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        Faults(1).add({"then": then})


def test_every_class_hits_its_share_of_all_messages() -> None:
    faults = Faults(7)
    ids = {fault.fault_id: name for (name, _), fault in zip(CLASSES.items(), faults.add_classes(0.02), strict=True)}
    rounds = 50_000
    for at in range(rounds):
        faults.on_request("1", at, None)
        faults.on_statuses("1", at, None)
    shares = {ids[one.fault_id]: one.applied / rounds for one in faults.active.values()}
    assert set(shares) == set(CLASSES)
    assert all(0.017 < share < 0.023 for share in shares.values()), shares
    with pytest.raises(ValueError, match="more than 1"):
        faults.add_classes(0.3)
    with pytest.raises(ValueError, match="classes must be"):
        faults.add_classes(0.01, ["earthquake"])


async def test_all_classes_at_once_and_the_judge_tells_injected_from_earned() -> None:
    async with running(timeout_s=0.5) as rig:
        answer = await rig.sim("POST", "faults/classes", {"share": 0.02})
        assert answer.status == 201
        assert len(answer.json["ids"]) == len(CLASSES)
        session = rig.session()
        answers = await asyncio.gather(*(session.send(text(f"m-{at}", f"+551198{at:07d}")) for at in range(600)))
        kinds = Counter(type(one).__name__ for one in answers)
        assert kinds["Accepted"] > 400
        assert kinds["Refused"] and kinds["Uncertain"]
        stats = await rig.stats()
        assert stats["refused"] == {}
        assert set(stats["injected"]) == {"130429", "131000", "131056"}
        assert sum(stats["injected"].values()) == kinds["Refused"]
        assert stats["accepted"] >= kinds["Accepted"]
        assert stats["duplicates"] == 0
        applied = {row["then"].get("statuses"): row["applied"] for row in (await rig.sim("GET", "faults")).json["data"]}
        assert all(applied[name] for name in ("lost", "duplicated", "reordered", "late", "failed", "failed_late"))
        assert (await rig.sim("DELETE", "faults")).status == 204
        assert (await rig.sim("GET", "faults")).json["data"] == []


async def test_throttles_tell_in_their_headers_when_to_come_back() -> None:
    async with running() as rig:
        body = {"messaging_product": "whatsapp", "to": PERSON, "text": {"body": "oi"}}
        await rig.sim("POST", "faults", {"then": {"error_code": 80007, "retry_after_s": 900}, "count": 1})
        account = await rig.post(body)
        usage = orjson.loads(account.headers["x-business-use-case-usage"])
        ((entry,),) = usage.values()
        assert (entry["type"], entry["estimated_time_to_regain_access"]) == ("whatsapp", 15)
        await rig.sim("POST", "faults", {"then": {"error_code": 130429, "retry_after_s": 7}, "count": 1})
        assert (await rig.post(body)).headers["retry-after"] == "7"


async def test_reordered_statuses_tell_when_things_happened_not_when_they_came() -> None:
    async with running() as rig:
        await rig.sim("PUT", "settings", {"delivered_ms": [4000, 4000], "read_ms": [9000, 9000]})
        await rig.sim("POST", "faults", {"then": {"statuses": "reordered"}})
        await rig.session().send(text("m-1"))
        await rig.sim("POST", "clock", {"advance_ms": 20_000})
        await rig.receiver.until(lambda: len(rig.receiver.of("m-1")) == 3)
        assert rig.receiver.of("m-1") == ["read", "delivered", "sent"]
        times = [int(one["timestamp"]) for one in rig.receiver.statuses]
        assert times == sorted(times, reverse=True)
        assert times[0] - times[1] == 5


async def test_some_posts_are_told_twice_although_they_were_taken() -> None:
    async with running() as rig:
        await rig.sim("PUT", "settings", {"share_posts_doubled": 0.9})
        await rig.session().send(text("m-1"))
        await rig.until_stats(lambda stats: stats["statuses"]["pending"] == 0 and len(rig.receiver.bodies) > 3)
        assert len(rig.receiver.bodies) > len(set(rig.receiver.bodies))
        assert set(rig.receiver.of("m-1")) == {"sent", "delivered", "read"}


async def test_a_share_of_people_answers_by_itself_and_opens_its_window() -> None:
    async with running() as rig:
        replies = [
            {"share": 0.2, "after_ms": [100, 5000], "reply": {"text": "PARAR"}},
            {"share": 0.3, "after_ms": [100, 5000], "reply": {"button": {"text": "Sim", "payload": "YES"}}},
        ]
        answer = await rig.sim("PUT", "settings", {"replies": replies, "window": "sync"})
        assert answer.json["replies"] == replies
        session = rig.session()
        phones = [f"+551198{at:07d}" for at in range(120)]
        await asyncio.gather(*(session.send(template(f"m-{phone}", "a", "b", to=phone)) for phone in phones))
        await rig.sim("POST", "clock", {"advance_ms": 60_000})
        total = (await rig.stats())["inbound"]
        assert 35 < total < 85
        await rig.receiver.until(lambda: len(rig.receiver.inbound) == total)
        messages = [value["messages"][0] for value in rig.receiver.inbound]
        kinds = Counter(message["type"] for message in messages)
        assert kinds["button"] > kinds["text"] > 8
        pressed = next(message for message in messages if message["type"] == "button")
        (answered,) = (await rig.messages(f"phone={pressed['from']}"))["data"]
        assert pressed["context"]["id"] == answered["wamid"]
        assert isinstance(await session.send(text("m-x", "+" + messages[0]["from"])), Accepted)
        silent = next(phone for phone in phones if phone[1:] not in {message["from"] for message in messages})
        assert isinstance(await session.send(text("m-y", silent)), Refused)


@pytest.mark.parametrize(
    "replies",
    [
        {},
        [{"share": 0.5}],
        [{"share": 0, "reply": {"text": "x"}}],
        [{"share": 0.5, "reply": {"smoke": "x"}}],
        [{"share": 0.6, "reply": {"text": "x"}}, {"share": 0.6, "reply": {"text": "y"}}],
        [{"share": 0.5, "reply": {"text": "x"}, "after_ms": [5, 1]}],
    ],
)
async def test_replies_that_make_no_sense_change_nothing(replies: Any) -> None:
    async with running() as rig:
        answer = await rig.sim("PUT", "settings", {"replies": replies, "batch_size": 7})
        assert answer.status == 400
        assert (await rig.sim("GET", "settings")).json["batch_size"] == 500


async def receive(rig: Rig, **spec: Any) -> dict[str, Any]:
    before = len(rig.receiver.inbound)
    answer = await rig.sim("POST", "reply", {"phone_number_id": NUMBER, **spec})
    assert answer.status == 202, answer.body
    await rig.receiver.until(lambda: len(rig.receiver.inbound) > before)
    return rig.receiver.inbound[-1]


async def test_inbound_messages_of_odd_kinds() -> None:
    async with running() as rig:
        nobody = await receive(rig, user_id="BR.ENT.abc", name="zé", text="sem telefone")
        assert nobody["contacts"] == [{"profile": {"name": "zé", "username": "zé"}, "user_id": "BR.ENT.abc"}]
        assert "from" not in nobody["messages"][0]
        assert nobody["messages"][0]["from_user_id"] == "BR.ENT.abc"
        moved = await receive(rig, **{"from": PERSON}, system={"type": "user_changed_number", "wa_id": "55119"})
        assert "contacts" not in moved
        future = await receive(rig, **{"from": PERSON}, message={"type": "hologram", "hologram": {"é": 1}})
        assert future["messages"][0]["hologram"] == {"é": 1}
        advert = await receive(rig, **{"from": PERSON}, text="oi", referral={"source_type": "ad"}, reply_to="wamid.x")
        assert advert["messages"][0]["referral"] == {"source_type": "ad"}
        assert advert["messages"][0]["context"]["id"] == "wamid.x"
        before = len(rig.receiver.inbound)
        await receive(rig, **{"from": PERSON}, text="duas vezes", copies=2)
        await rig.receiver.until(lambda: len(rig.receiver.inbound) == before + 2)
        first, second = rig.receiver.inbound[-2:]
        assert first == second
        assert rig.receiver.bad_signatures == 0
        found = (await rig.sim("GET", "inbound?phone=BR.ENT.abc")).json
        assert (found["total"], found["data"][0]["type"]) == (1, "text")


@pytest.mark.parametrize(
    "spec",
    [
        {"from": PERSON},
        {"from": PERSON, "text": "a", "button": "b"},
        {"from": "x", "text": "a"},
        {"user_id": "x", "text": "a"},
        {"from": PERSON, "text": "a", "copies": 11},
        {"from": PERSON, "location": {"latitude": 1}},
        {"from": PERSON, "message": {"type": "x", "id": "1"}},
        {"from": PERSON, "list_reply": {}},
    ],
)
async def test_replies_that_nobody_could_write(spec: dict[str, Any]) -> None:
    async with running() as rig:
        assert (await rig.sim("POST", "reply", {"phone_number_id": NUMBER, **spec})).status == 400
        assert (await rig.stats())["inbound"] == 0


@pytest.mark.parametrize(
    ("span", "least", "most"),
    [
        ([100, 200], 100, 200),
        ({"distribution": "fixed", "ms": 70}, 70, 70),
        ({"distribution": "uniform", "low_ms": 10, "high_ms": 20}, 10, 20),
        ({"distribution": "quick", "low_ms": 10, "high_ms": 20}, 10, 20),
        ({"distribution": "exponential", "mean_ms": 500, "max_ms": 2000}, 0, 2000),
        ({"distribution": "lognormal", "median_ms": 800, "sigma": 1.5, "max_ms": 60000}, 1, 60000),
    ],
)
def test_latencies_follow_their_distribution(span: Any, least: int, most: int) -> None:
    ladder = Ladder(3, read_span(span, "x"), (0, 0))
    delivered = sorted(ladder.delays(at)[1] for at in range(4096))
    assert least <= delivered[0] <= delivered[-1] <= most
    assert all(ladder.delays(at)[1] < ladder.delays(at)[2] for at in range(4096)), "nobody reads before it is there"
    if isinstance(span, dict) and span["distribution"] == "lognormal":
        assert 700 < delivered[2048] < 900
        assert delivered[-40] > 8000, "it has a long tail"


@pytest.mark.parametrize(
    "span", [[2, 1], [1], "x", {"distribution": "fixed"}, {"distribution": "cauchy", "x": 1}, [-1, 5]]
)
def test_latencies_that_make_no_sense(span: Any) -> None:
    with pytest.raises(ValueError, match="x"):
        read_span(span, "x")


async def fate(seed: int) -> list[Any]:
    """What a simulator of this seed does to the same forty messages, one after the other."""
    async with running(seed=seed) as rig:
        await rig.sim("POST", "faults/classes", {"share": 0.07, "classes": ["error", "lost", "failed", "duplicated"]})
        await rig.sim("POST", "people", {"share_unregistered": 0.2, "share_reads": 0.5})
        await rig.sim("PUT", "settings", {"replies": [{"share": 0.3, "after_ms": [0, 9], "reply": {"text": "oi"}}]})
        session = rig.session()
        answers = [await session.send(text(f"m-{at}", f"+553198{at:07d}")) for at in range(40)]
        await rig.sim("POST", "clock", {"advance_ms": 600_000})
        await rig.until_stats(lambda stats: stats["statuses"]["pending"] == 0)
        wa_ids = [answer.wa_id if isinstance(answer, Accepted) else "refused" for answer in answers]
        writers = sorted(value["messages"][0]["from"] for value in rig.receiver.inbound)
        return [wa_ids, [sorted(rig.receiver.of(f"m-{at}")) for at in range(40)], writers]


async def test_one_seed_does_the_same_and_another_one_does_not() -> None:
    first, same, other = await fate(5), await fate(5), await fate(6)
    assert first == same
    assert first != other
    assert {"failed"} in [set(kinds) for kinds in first[1]]
    assert [] in first[1]


async def test_the_clock_moves_what_waits_even_before_anybody_listens() -> None:
    simulator = Simulator(1)
    await simulator.start()
    try:
        answer = await simulator_clock(simulator, 5_000)
        assert await simulator_clock(simulator, 5_000) - answer >= 5_000
    finally:
        await simulator.close()


async def simulator_clock(simulator: Simulator, by_ms: int) -> int:
    answer = await call(simulator.base_url, "POST", "/_sim/clock", {"advance_ms": by_ms})
    now_ms = answer.json["now_ms"]
    assert isinstance(now_ms, int)
    return now_ms
