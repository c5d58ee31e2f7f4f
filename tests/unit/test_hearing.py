"""Sender hosts are told how often their numbers were written to: gathered, one call at a time, and never in the way."""

from __future__ import annotations

import asyncio
from uuid import UUID

from actors.base import Life
from actors.hearing import Hearing
from engine.errors import Unavailable
from engine.wire import unpack

_EVEN, _ODD = UUID(int=2), UUID(int=3)


class Host:
    """A sender host that answers when it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.told: asyncio.Queue[dict[bytes, int]] = asyncio.Queue()
        self.go = asyncio.Event()
        self._error = error

    async def heard(self, blob: bytes) -> None:
        self.told.put_nowait(unpack(blob))
        await self.go.wait()
        if self._error is not None:
            raise self._error


async def test_counts_go_to_the_host_of_their_session_and_gather_during_a_call() -> None:
    life, even, odd = Life("test"), Host(), Host()
    hearing = Hearing(life, [even.heard, odd.heard])
    hearing.push([_EVEN, _ODD, _EVEN])
    assert await even.told.get() == {_EVEN.bytes: 2}
    assert await odd.told.get() == {_ODD.bytes: 1}
    hearing.push([_EVEN])
    hearing.push([_EVEN, _EVEN])
    assert even.told.empty()
    even.go.set()
    assert await even.told.get() == {_EVEN.bytes: 3}
    await life.stop()


async def test_a_host_that_cannot_be_told_is_told_what_comes_later() -> None:
    life, host = Life("test"), Host(Unavailable("away"))
    hearing = Hearing(life, [host.heard])
    host.go.set()
    hearing.push([_EVEN])
    await host.told.get()
    while hearing.busy:
        await asyncio.sleep(0)
    hearing.push([_ODD])
    assert await host.told.get() == {_ODD.bytes: 1}
    await life.stop()
