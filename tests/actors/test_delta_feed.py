from __future__ import annotations

import asyncio
from typing import Any

import msgpack
import orjson

from actors.delta_feed import DeltaFeed
from engine.metrics import Delta
from storage.ingest import Lane
from tests.actors.live_rig import eventually

COMPANY = bytes(range(16))


def delta() -> Delta:
    made = Delta()
    made.event(COMPANY, 1_795_375_119_571, "pix_created", "processed")
    return made


class Aggregator:
    """What the calls of a feed would reach; a closed gate keeps them in flight."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.fails = False

    async def apply(self, blob: bytes) -> None:
        assert len(blob) < 100 * 1024
        self.calls.append(msgpack.unpackb(blob))
        await self.gate.wait()
        if self.fails:
            raise ConnectionError("the aggregator is away")

    def numbers(self) -> list[list[int]]:
        return [[entry[2] for entry in call[1]] for call in self.calls]


async def test_a_call_says_what_the_seam_says() -> None:
    aggregator = Aggregator()
    feed = DeltaFeed(aggregator.apply)
    feed.push(Lane("shard-0/1", 7, 1), 1_000, delta(), {COMPANY.hex(): {"events": [{"id": "e"}], "messages": []}})
    await feed.close()
    (call,) = aggregator.calls
    assert call[0] == 1
    ((writer, epoch, seq, committed_ms, oldest_ms, data),) = call[1]
    assert (writer, epoch, seq, committed_ms, oldest_ms) == ("shard-0/1", 7, 1, 1_000, 1_795_375_119_571)
    assert Delta.decode(data).encode() == delta().encode()
    assert orjson.loads(call[2]) == {COMPANY.hex(): {"events": [{"id": "e"}], "messages": []}}


async def test_what_is_pushed_during_a_call_goes_with_the_next() -> None:
    aggregator = Aggregator()
    aggregator.gate.clear()
    feed = DeltaFeed(aggregator.apply)
    feed.push(Lane("w", 1, 1), 1, delta())
    await eventually(lambda: aggregator.calls)
    for seq in range(2, 30):
        feed.push(Lane("w", 1, seq), seq, delta())
    aggregator.gate.set()
    await feed.close()
    assert aggregator.numbers() == [[1], list(range(2, 30))]


async def test_a_failure_is_forgotten_and_the_next_is_told() -> None:
    aggregator = Aggregator()
    feed = DeltaFeed(aggregator.apply)
    aggregator.fails = True
    feed.push(Lane("w", 1, 1), 1, delta())
    await feed.close()
    aggregator.fails = False
    feed.push(Lane("w", 1, 2), 2, delta())
    await feed.close()
    assert aggregator.numbers() == [[1], [2]]
    assert feed.forgotten == 1


async def test_what_waits_is_bounded_and_the_newest_stay() -> None:
    aggregator = Aggregator()
    aggregator.gate.clear()
    feed = DeltaFeed(aggregator.apply)
    for seq in range(1, 5_001):
        feed.push(Lane("w", 1, seq), seq, delta())
    aggregator.gate.set()
    await feed.close()
    told = [seq for call in aggregator.numbers() for seq in call]
    assert told == list(range(3_001, 5_001))
    assert feed.forgotten == 3_000


async def test_a_feed_that_does_not_fit_is_cut_to_the_newest() -> None:
    aggregator = Aggregator()
    feed = DeltaFeed(aggregator.apply)
    events = [{"id": str(n), "name": "x" * 5_000} for n in range(40)]
    feed.push(Lane("w", 1, 1), 1, delta(), {COMPANY.hex(): {"events": events, "messages": []}})
    await feed.close()
    shown = orjson.loads(aggregator.calls[0][2])[COMPANY.hex()]["events"]
    assert [event["id"] for event in shown] == ["35", "36", "37", "38", "39"]


async def test_a_push_never_raises() -> None:
    feed = DeltaFeed(Aggregator().apply)
    feed.push(Lane("w", 1, 1), 1, None)  # type: ignore[arg-type]
    assert feed.forgotten == 1


async def test_one_call_tells_of_several_writers() -> None:
    aggregator = Aggregator()
    aggregator.gate.clear()
    feed = DeltaFeed(aggregator.apply)
    feed.push(Lane("shard-0/0", 3, 1), 1, delta())
    await eventually(lambda: aggregator.calls)
    feed.push(Lane("shard-0/0", 3, 2), 2, delta())
    feed.push(Lane("shard-0/1", 4, 1), 2, delta())
    aggregator.gate.set()
    await feed.close()
    assert [entry[:3] for entry in aggregator.calls[1][1]] == [["shard-0/0", 3, 2], ["shard-0/1", 4, 1]]


async def test_the_aggregator_says_when_it_wants_to_be_told_more() -> None:
    aggregator = Aggregator()

    async def apply(blob: bytes) -> int:
        await aggregator.apply(blob)
        return 60_000 if len(aggregator.calls) == 2 else 0

    feed = DeltaFeed(apply)
    feed.push(Lane("w", 1, 1), 1, delta())
    await eventually(lambda: len(aggregator.calls) == 1)
    feed.push(Lane("w", 1, 2), 2, delta())
    await eventually(lambda: len(aggregator.calls) == 2)
    feed.push(Lane("w", 1, 3), 3, delta())
    started = asyncio.get_running_loop().time()
    await eventually(lambda: len(aggregator.calls) == 3)
    assert 0.5 < asyncio.get_running_loop().time() - started < 5  # it was asked to wait, and waits a second at most
