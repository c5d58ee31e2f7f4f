"""The limit beside the live figures: ``websockets.broadcast`` of ready frames on a timer, and nothing else.

``python -m bench.bare_broadcast PORT PERIOD_MS TOPIC=BYTES …`` prints ``ready`` and serves until SIGTERM. Each frame
names the moment of the one before as its oldest change, as a feed that gathers changes for one period does.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time

import uvloop
from websockets.asyncio.server import ServerConnection, broadcast, serve


async def _run(port: int, period_s: float, sizes: dict[str, int]) -> None:
    clients: set[ServerConnection] = set()
    told = _Told()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.recv()
        now_ms = time.time_ns() // 1_000_000
        for topic, size in sizes.items():
            broadcast([connection], _frame("snapshot", topic, told.seq, now_ms, size))
        clients.add(connection)
        try:
            await connection.wait_closed()
        finally:
            clients.discard(connection)

    async with serve(handle, "127.0.0.1", port, compression=None, ping_interval=None, backlog=4096):
        print("ready", flush=True)
        ticking = asyncio.create_task(_tick(clients, period_s, sizes, told))
        await stop.wait()
        ticking.cancel()


class _Told:
    """The number of the last update; those who come later go on from there."""

    seq = 0


async def _tick(clients: set[ServerConnection], period_s: float, sizes: dict[str, int], told: _Told) -> None:
    before_ms = time.time_ns() // 1_000_000
    due = time.monotonic()
    while True:
        due += period_s
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        told.seq += 1
        now_ms = time.time_ns() // 1_000_000
        for topic, size in sizes.items():
            broadcast(clients, _frame("delta", topic, told.seq, before_ms, size))
        before_ms = now_ms


def _frame(kind: str, topic: str, seq: int, oldest_ms: int, size: int) -> str:
    head = f'{{"type":"{kind}","topic":"{topic}","seq":"1-{seq}","ts":{oldest_ms},"oldest_ts":{oldest_ms},"data":"'
    return head.ljust(max(len(head), size - 2), "x") + '"}'


def main(arguments: list[str]) -> int:
    """Serve until SIGTERM."""
    sizes = {name: int(size) for name, _, size in (pair.partition("=") for pair in arguments[2:])}
    uvloop.run(_run(int(arguments[0]), float(arguments[1]) / 1000, sizes))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
