"""AI workers are told that messages wait: one call at a time to each, and what comes meanwhile is one more."""

from __future__ import annotations

import asyncio

import pytest

from actors.ai_calls import AiCallers
from actors.base import Life
from actors.nudging import Nudging
from engine.errors import Unavailable
from engine.ids import IdMaker


class Worker:
    """Counts its nudges; each is held until it is let go."""

    def __init__(self) -> None:
        self.nudged = 0
        self.held = 0
        self.go = asyncio.Semaphore(0)

    async def nudge(self) -> None:
        self.nudged += 1
        self.held += 1
        assert self.held == 1, "two calls at once"
        await self.go.acquire()
        self.held -= 1


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_comes_during_a_call_is_told_by_one_more() -> None:
    worker, life = Worker(), Life("shard-0")
    nudging = Nudging(life, [worker.nudge])
    for _ in range(10):
        nudging.push()
    await _settle()
    assert worker.nudged == 1
    nudging.push()
    worker.go.release()
    await _settle()
    assert worker.nudged == 2
    worker.go.release()
    await _settle()
    nudging.push()
    await _settle()
    assert worker.nudged == 3
    worker.go.release()
    await life.stop()


async def test_several_workers_take_turns() -> None:
    workers, life = [Worker(), Worker()], Life("shard-0")
    nudging = Nudging(life, [worker.nudge for worker in workers])
    nudging.push()
    nudging.push()
    await _settle()
    assert [worker.nudged for worker in workers] == [1, 1]
    await life.stop()


async def test_a_worker_that_is_away_is_nudged_again_the_next_time() -> None:
    async def away() -> None:
        raise Unavailable("being restarted")

    life = Life("shard-0")
    nudging = Nudging(life, [away])
    for lost in (1, 2):
        nudging.push()
        await _settle()
        assert life.counters["nudges_lost"] == lost
    await life.stop()


async def test_without_ai_workers_nobody_is_told_and_nothing_is_understood() -> None:
    Nudging(Life("shard-0"), []).push()
    with pytest.raises(Unavailable, match="ai_workers"):
        await AiCallers("test", 0)(IdMaker().make_uuid(1), "oi")
