"""A sender that was stopped (SIGSTOP) until its lease was another's sends nothing late and records no dispatch."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from actors import leasing
from storage.pool import Pool
from tests.actors.sending_kit import FakeTransport, World, running, wire
from tests.actors.stale_sender import TTL_S

_COUNT = 20
_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def world(pool: Pool, database_url: str) -> World:
    made = World(pool, database_url)
    made.company = await made.add_company()
    return made


@contextmanager
def stale_sender(world: World, point: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run a sender host in a process of its own that stops itself at a point."""
    command = [sys.executable, "-m", "tests.actors.stale_sender", world.settings.database_url, point, str(log)]
    child = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE)
    try:
        yield child
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
        _input_of(child).close()


def _input_of(child: subprocess.Popen[bytes]) -> IO[bytes]:
    assert child.stdin is not None
    return child.stdin


async def until_stopped(child: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(60):
        _, status = await asyncio.to_thread(os.waitpid, child.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), f"it ended instead: {status}"


async def go_on_and_end(child: subprocess.Popen[bytes]) -> None:
    """Let it go on, finish everything it thinks it has to do, and end."""
    child.send_signal(signal.SIGCONT)
    _input_of(child).close()
    async with asyncio.timeout(60):
        assert await asyncio.to_thread(child.wait) == 0


@pytest.mark.parametrize(
    ("point", "sent_by_the_successor", "ends"),
    [("after", 0, {"uncertain": _COUNT}), ("before", _COUNT, {"accepted": _COUNT})],
)
async def test_a_sender_that_stood_still_sends_nothing_late(
    world: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
    sent_by_the_successor: int,
    ends: dict[str, int],
) -> None:
    monkeypatch.setattr(leasing, "TTL_S", TTL_S)
    session = await world.add_session()
    await world.queue(session, _COUNT)
    log, successor = tmp_path / "sent.txt", FakeTransport()
    with stale_sender(world, point, log) as child:
        await until_stopped(child)
        recorded = await world.pool.fetchval("SELECT count(*) FROM dispatches")
        assert recorded == (1 if point == "after" else 0)
        old_fence = await world.pool.fetchval("SELECT fence FROM session_leases")
        async with running(world, successor) as host:
            for status, count in ends.items():
                await world.until("SELECT count(*) FROM messages WHERE status = $1", count, status)
            assert await world.pool.fetchval("SELECT fence FROM session_leases") > old_fence
            child.send_signal(signal.SIGCONT)
            # What comes now is the successor's, with the stale one awake beside it.
            more = await world.queue(session, 5)
            await host.enqueue(wire(more))
            await world.until("SELECT count(*) FROM messages WHERE status = 'accepted'", ends.get("accepted", 0) + 5)
            await go_on_and_end(child)
            assert await world.pool.fetchval("SELECT owner FROM session_leases WHERE fence > $1", old_fence)
    assert not log.exists(), f"the stale sender sent {log.read_text()}"
    assert len(successor.sent) == len(set(successor.sent)) == sent_by_the_successor + 5
    assert await world.statuses() == {"accepted": ends.get("accepted", 0) + 5} | {
        status: count for status, count in ends.items() if status != "accepted"
    }
    assert await world.pool.fetchval("SELECT count(*) FROM dispatches") == 0


async def test_a_sender_that_stood_still_for_a_moment_goes_on(world: World, tmp_path: Path) -> None:
    session = await world.add_session()
    rows = await world.queue(session, _COUNT)
    log = tmp_path / "sent.txt"
    with stale_sender(world, "after", log) as child:
        await until_stopped(child)
        child.send_signal(signal.SIGCONT)
        await world.until("SELECT count(*) FROM messages WHERE status = 'accepted'", _COUNT)
        await go_on_and_end(child)
    assert sorted(log.read_text().split()) == sorted(str(row.id) for row in rows)
