"""Many clients of the live feed in one process of its own: ``python -m bench.live_clients PLAN``.

Connects, prints ``ready``, waits for a line on stdin, listens for so many seconds and prints its result as JSON.
"""

from __future__ import annotations

import asyncio
import gc
import os
import resource
import sys
import time
from collections import Counter, deque
from pathlib import Path
from typing import Any

import orjson
import uvloop

from bench.api import Api
from bench.histogram import LatencyHistogram
from bench.plan import LivePlan, address
from bench.websocket import WebSocketClient

NAME = "bench.live_clients (Python, uvloop, raw asyncio.Protocol, RFC 6455)"
_STEP = 25  # tickets live 30 s, so they are fetched as they are needed
_CACHE = 4_096
_CHUNKS = 4  # who reads late is an update or two behind the others
_AGE_BITS = 6  # ages are gathered in steps of 64 µs
_PATIENCE_S = 60.0
_LISTEN_S = 1.0


class _Frame:
    """What one broadcast frame says, and how old it was at how many clients."""

    __slots__ = ("ages", "before", "kind", "latency", "oldest_us", "position", "size", "topic")

    def __init__(self, value: dict[str, Any], size: int, latency: LatencyHistogram | None) -> None:
        epoch, _, number = str(value.get("seq", "0-0")).rpartition("-")
        self.kind: str = value["type"]
        self.topic: str = value.get("topic", "")
        self.position = (epoch, int(number))
        self.before = (epoch, int(number) - 1)
        self.oldest_us = int(value.get("oldest_ts", 0)) * 1000
        self.size = size
        self.ages: dict[int, int] = {}  # age in steps of 64 µs → clients
        self.latency = latency or LatencyHistogram()


class Audience:
    """Everybody who listens, and what they heard."""

    def __init__(self, plan: LivePlan) -> None:
        self._plan = plan
        self._loop = asyncio.get_running_loop()
        self._api = Api(plan.base_url, plan.key) if plan.key else None
        self._tickets: dict[int, str] = {}
        self._live: set[WebSocketClient] = set()
        self._subscribe = orjson.dumps({"type": "subscribe", "topics": plan.topics})
        self._frames: dict[bytes, _Frame] = {}
        self._chunks: deque[tuple[bytes, list[_Frame]]] = deque(maxlen=_CHUNKS)
        self._parsing: list[_Frame] | None = None
        self.latency = {topic: LatencyHistogram() for topic in plan.topics}
        self.frames: Counter[str] = Counter()
        self.frame_bytes: Counter[str] = Counter()
        self.gaps = 0
        self.snapshots = 0
        self.ends: Counter[str] = Counter()
        self._welcomed: set[int] = set()
        self.measuring = False

    async def connect(self, count: int, first: int = 0) -> None:
        """Connect so many clients; return when each has its first snapshot.

        Raises:
            TimeoutError: not all were welcomed within a minute.
        """
        host, port = address(self._plan.url)
        for begin in range(first, first + count, _STEP):
            numbers = range(begin, min(begin + _STEP, first + count))
            if self._api is not None:
                for number in numbers:
                    self._tickets[number] = (await asyncio.to_thread(self._api.get, "/live"))["ticket"]
            for number in numbers:
                await self._loop.create_connection(
                    lambda number=number: WebSocketClient(self, f"{host}:{port}", number),  # type: ignore[misc]
                    host,
                    port,
                )
        async with asyncio.timeout(_PATIENCE_S):
            while len(self._welcomed) < first + count and not self.ends:
                await asyncio.sleep(0.02)

    def opened(self, client: WebSocketClient) -> None:
        """Say who we are and what we want to hear."""
        self._live.add(client)
        client.send(orjson.dumps({"type": "auth", "ticket": self._tickets.pop(client.number, "")}))
        client.send(self._subscribe)

    def told(self, client: WebSocketClient, payload: bytes) -> None:
        """Count a frame; a broadcast frame is the same bytes for everybody, so its head is looked at and read once."""
        head = payload[: payload.find(b',"data":')]  # without data: all but the closing brace
        frame = self._frames.get(head) or self._read(head, payload)
        if self._parsing is not None:
            self._parsing.append(frame)
        self._hear(client, frame, int(time.time() * 1e6))

    def recognised(self, client: WebSocketClient, data: bytes) -> bool:
        """Count whole frames that another client was sent in just these bytes; False where they are to be read.

        Comparing is exact and costs a tenth of taking the frames apart a thousand times.
        """
        for known, frames in self._chunks:
            if data == known:
                now_us = int(time.time() * 1e6)
                for frame in frames:
                    self._hear(client, frame, now_us)
                return True
        self._parsing = []
        return False

    def parsed(self, data: bytes, whole: bool) -> None:
        """Hear that the bytes that were not recognised have been told: ``whole`` frames and nothing else."""
        if self._parsing and whole and self._parsing[0].kind == "delta":
            self._chunks.appendleft((data, self._parsing))
        self._parsing = None

    def _hear(self, client: WebSocketClient, frame: _Frame, now_us: int) -> None:
        if frame.kind == "delta":
            if client.positions.get(frame.topic) != frame.before:
                self.gaps += 1
            client.positions[frame.topic] = frame.position
            if self.measuring:
                age = (now_us - frame.oldest_us) >> _AGE_BITS
                frame.ages[age] = frame.ages.get(age, 0) + 1
        elif frame.kind == "snapshot":
            self._welcomed.add(client.number)
            client.positions[frame.topic] = frame.position
            if self.measuring:
                self.snapshots += 1

    def _read(self, head: bytes, payload: bytes) -> _Frame:
        if len(self._frames) >= _CACHE:
            self._count()
            self._frames.clear()
            self._chunks.clear()  # they count into frames that are forgotten
        value = orjson.loads(head + b"}")  # the payload's own end, where it has no data
        made = self._frames[head] = _Frame(value, len(payload), self.latency.get(value.get("topic", "")))
        return made

    def _count(self) -> None:
        for frame in self._frames.values():
            heard = sum(frame.ages.values())
            self.frames[frame.topic] += heard
            self.frame_bytes[frame.topic] += heard * frame.size
            for age, number in frame.ages.items():
                frame.latency.record_many(age << _AGE_BITS, number)
            frame.ages.clear()

    def ended(self, client: WebSocketClient, reason: str) -> None:
        """Count who left, and why."""
        self._live.discard(client)
        if reason != "left":
            self.ends[reason] += 1

    def leave(self) -> None:
        """Everybody leaves."""
        for client in list(self._live):
            client.leave()

    async def churn(self, count: int, over_s: float) -> None:
        """Let ``count`` clients come, listen for a moment and leave, evenly over a time."""
        begun, gone = time.monotonic(), self._plan.clients
        until = self._plan.clients + count
        while gone < until:
            group = min(_STEP, until - gone)
            stayed = set(self._live)
            await self.connect(group, gone)
            gone += group
            pause_s = max(_LISTEN_S, begun + over_s * (gone - self._plan.clients) / count - time.monotonic())
            await asyncio.sleep(pause_s)
            for client in self._live - stayed:
                client.leave()

    def result(self, seconds: float, cpu_s: float) -> dict[str, Any]:
        """Return what docs/BENCH.md calls the audience's result."""
        self._count()
        frames = sum(self.frames.values())
        return {
            "generator": NAME,
            "pid": os.getpid(),
            "clients": len(self._live),
            "seconds": round(seconds, 2),
            "cpu_s": round(cpu_s, 3),
            "cpu_us_per_frame": round(cpu_s / max(1, frames) * 1e6, 2),
            "frames": dict(self.frames),
            "frame_bytes": {topic: round(self.frame_bytes[topic] / max(1, n)) for topic, n in self.frames.items()},
            "updates_s": {
                topic: round(n / max(1, len(self._live)) / max(seconds, 0.001), 2) for topic, n in self.frames.items()
            },
            "gaps": self.gaps,
            "snapshots": self.snapshots,
            "ends": dict(self.ends),
            "histograms": {topic: histogram.encode() for topic, histogram in self.latency.items()},
        }


async def run(plan: LivePlan) -> None:
    """Do what a plan says, with its parent's go-ahead."""
    audience = Audience(plan)
    await audience.connect(plan.clients)
    gc.freeze()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    before, begun = os.times(), time.monotonic()
    audience.measuring = True
    if plan.churn:
        await audience.churn(plan.churn, plan.seconds)
    else:
        await asyncio.sleep(plan.seconds)
    audience.measuring = False
    after = os.times()
    cpu_s = after.user + after.system - before.user - before.system
    print(orjson.dumps(audience.result(time.monotonic() - begun, cpu_s)).decode(), flush=True)
    audience.leave()
    await asyncio.sleep(0.2)


def main(arguments: list[str]) -> int:
    """``PLAN`` is a JSON file (bench/plan.py, LivePlan)."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # Each of a thousand writes would wake this process up and have it take the writer's core at once. Dashboards are
    # on other machines; what they wait here instead counts as age.
    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
    uvloop.run(run(LivePlan.load(Path(arguments[0]))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
