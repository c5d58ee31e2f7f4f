"""The load generator: a process of its own (``python -m bench.http_load PLAN RESULT``), so that its CPU can be counted.

Closed loop: every connection sends its next request when the last was answered. Open loop: requests are due by a
schedule; one that finds no free connection waits, and its latency counts from when it was due.
"""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from array import array
from collections import deque
from pathlib import Path
from typing import Any

import orjson
import uvloop

from bench.acks import AckLog
from bench.histogram import LatencyHistogram
from bench.http_connection import Connection
from bench.plan import Plan, Traffic, make_traffic

NAME = "bench.http_load (Python, uvloop, raw asyncio.Protocol)"
_TICK_S = 0.001
_GRACE_S = 15.0
_PACE_SLICE_S = 0.1


class Load:
    """One run of a plan: its connections, what is due, and what came back."""

    def __init__(self, plan: Plan, traffic: Traffic) -> None:
        self._plan = plan
        self._traffic = traffic
        self._loop = asyncio.get_running_loop()
        self.histograms = [LatencyHistogram() for _ in traffic.kinds]
        self.statuses: dict[bytes, int] = {}
        self.broken = 0
        self.unanswered = 0
        self.sent = 0
        self.acks = AckLog()
        self.latest_us = 0  # how late the generator itself was at worst
        self.answers_by_second = array("Q")
        self._keep_acks = plan.acks_file is not None
        self._free: list[Connection] = []
        self._all: list[Connection] = []
        self._waiting: deque[tuple[int, bytes, int, int]] = deque()
        self._begin_us = 0  # answers of requests due before are not counted in the histograms
        self._end_us = 0
        self._running = False
        self._refill = plan.shape is None
        self._outstanding = 0
        self._quiet = asyncio.Event()
        self._reconnecting: set[asyncio.Task[None]] = set()

    async def connect(self) -> None:
        """Open every connection before the first request."""
        for _ in range(self._plan.connections):
            await self._open()

    async def _open(self) -> None:
        _, connection = await self._loop.create_connection(lambda: Connection(self), self._plan.host, self._plan.port)
        self._all.append(connection)
        self._release(connection)

    def answered(self, connection: Connection, status: bytes, body: bytes) -> None:
        """Count an answer and give the connection its next request."""
        now_us = time.monotonic_ns() // 1000
        self._outstanding -= 1
        if connection.due_us >= self._begin_us:
            self.histograms[connection.kind].record(now_us - connection.due_us)
            self.statuses[status] = self.statuses.get(status, 0) + 1
            second = (now_us - self._begin_us) // 1_000_000
            while len(self.answers_by_second) <= second:
                self.answers_by_second.append(0)
            self.answers_by_second[second] += 1
        if self._keep_acks and (status == b"202" or status == b"200"):  # noqa: PLR1714 -- hot
            self.acks.add(connection.number, body, (now_us - connection.due_us) / 1000)
        if self._refill and now_us < self._end_us:
            self._send(connection, now_us)
        else:
            self._release(connection)

    def broke(self, connection: Connection, was_busy: bool) -> None:
        """Count a connection that was lost in mid-request, and open another while the run goes on."""
        if connection in self._free:
            self._free.remove(connection)
        if was_busy:
            self.broken += 1
            self._outstanding -= 1
            if connection.due_us >= self._begin_us:
                self.histograms[connection.kind].record(time.monotonic_ns() // 1000 - connection.due_us)
        if self._running:
            task = self._loop.create_task(self._reopen())
            self._reconnecting.add(task)
            task.add_done_callback(self._reconnecting.discard)
        self._settle()

    async def _reopen(self) -> None:
        while self._running:
            try:
                await self._open()
                return
            except OSError:
                await asyncio.sleep(0.05)

    def _release(self, connection: Connection) -> None:
        if self._waiting:
            due_us, request, kind, number = self._waiting.popleft()
            self._outstanding += 1
            self.sent += 1
            connection.send(request, due_us, kind, number)
        elif self._refill and self._running and time.monotonic_ns() // 1000 < self._end_us:
            self._send(connection, time.monotonic_ns() // 1000)
        else:
            self._free.append(connection)
            self._settle()

    def _send(self, connection: Connection, due_us: int) -> None:
        request, kind, number = self._traffic.next()
        self._outstanding += 1
        self.sent += 1
        connection.send(request, due_us, kind, number)

    def _settle(self) -> None:
        if not self._outstanding and not self._waiting:
            self._quiet.set()

    async def run(self) -> None:
        """Do the whole plan."""
        self._running = True
        start_us = time.monotonic_ns() // 1000
        self._begin_us = start_us + int(self._plan.warmup_s * 1e6)
        if self._plan.shape is None:
            self._end_us = self._begin_us + int(self._plan.seconds * 1e6)
            free, self._free = self._free, []
            for connection in free:
                self._send(connection, time.monotonic_ns() // 1000)
            await asyncio.sleep(self._plan.warmup_s + self._plan.seconds)
        else:
            await self._follow(start_us)
        await self._finish()

    async def _follow(self, start_us: int) -> None:
        """Send what the schedule says, looking every millisecond."""
        schedule = self._plan.schedule()
        due_us = start_us + next(schedule)
        while True:
            now_us = time.monotonic_ns() // 1000
            while due_us <= now_us:
                self.latest_us = max(self.latest_us, now_us - due_us if self._free else 0)
                request, kind, number = self._traffic.next()
                if self._free:
                    self._outstanding += 1
                    self.sent += 1
                    self._free.pop().send(request, due_us, kind, number)
                else:
                    self._waiting.append((due_us, request, kind, number))
                offset = next(schedule, None)
                if offset is None:
                    self._end_us = now_us
                    return
                due_us = start_us + offset
            await asyncio.sleep(min(max(_TICK_S, (due_us - now_us) / 1e6), _PACE_SLICE_S))

    async def _finish(self) -> None:
        """Wait for what is still on its way; what does not come counts with the time it was waited for."""
        self._quiet.clear()
        self._settle()
        try:
            await asyncio.wait_for(self._quiet.wait(), _GRACE_S)
        except TimeoutError:
            now_us = time.monotonic_ns() // 1000
            for connection in self._all:
                if connection.busy:
                    self.unanswered += 1
                    self.histograms[connection.kind].record(now_us - connection.due_us)
            for due_us, _, kind, _ in self._waiting:
                self.unanswered += 1
                self.histograms[kind].record(now_us - due_us)
        self._running = False
        for connection in self._all:
            connection.listener = _Deaf()
            connection.close()


class _Deaf:
    """Hears the connections that are closed at the end."""

    def answered(self, connection: Connection, status: bytes, body: bytes) -> None: ...

    def broke(self, connection: Connection, was_busy: bool) -> None: ...


async def run(plan: Plan) -> dict[str, Any]:
    """Run a plan and return its result (docs/BENCH.md, "generator")."""
    load = Load(plan, make_traffic(plan))
    await load.connect()
    gc.freeze()
    gc.disable()  # nothing here makes cycles
    cpu_before, wall_before = os.times(), time.monotonic()
    await load.run()
    cpu, wall_s = os.times(), time.monotonic() - wall_before
    gc.enable()
    cpu_s = cpu.user + cpu.system - cpu_before.user - cpu_before.system
    if plan.acks_file is not None:
        load.acks.save(Path(plan.acks_file))
    measured = sum(h.count for h in load.histograms)
    return {
        "generator": NAME,
        "pid": os.getpid(),
        "loop": "closed" if plan.shape is None else "open",
        "connections": plan.connections,
        "cpu_s": round(cpu_s, 3),
        "cpu_us_per_request": round(cpu_s / max(1, load.sent) * 1e6, 2),
        "wall_s": round(wall_s, 3),
        "seconds": plan.measured_s,
        "sent": load.sent,
        "measured": measured,
        "rate_s": round(sum(load.answers_by_second[: int(plan.measured_s)]) / max(1, int(plan.measured_s)), 1),
        "statuses": {status.decode(): number for status, number in sorted(load.statuses.items())},
        "broken": load.broken,
        "unanswered": load.unanswered,
        "generator_late_ms": round(load.latest_us / 1000, 3),
        "answers_by_second": load.answers_by_second.tolist(),
        "histograms": dict(zip(load._traffic.kinds, (h.encode() for h in load.histograms), strict=True)),
    }


def main(arguments: list[str]) -> int:
    """``PLAN`` is a JSON file (bench/plan.py), ``RESULT`` the file that the result is written to."""
    plan = Plan.load(Path(arguments[0]))
    result = uvloop.run(run(plan))
    Path(arguments[1]).write_bytes(orjson.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
