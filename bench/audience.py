"""Starts audiences of the live feed (bench/live_clients.py) and the bare broadcaster that they are compared with."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from bench.errors import BenchFailed
from bench.histogram import LatencyHistogram
from bench.plan import LivePlan
from masteria.processes import free_port

_REPOSITORY = Path(__file__).resolve().parent.parent
TOPICS = ["metrics", "events"]
PERIOD_MS = 50


class AudienceFailed(BenchFailed):
    """The clients did not all get in, or ended without a result."""


class RunningAudience:
    """Clients that are connected; :meth:`begin` starts the measurement, :meth:`result` waits for its end."""

    def __init__(self, plan: LivePlan) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="masteria-live-")
        path = Path(self._folder.name) / "plan.json"
        plan.save(path)
        self._process = subprocess.Popen(  # noqa: S603 -- our own program
            [sys.executable, "-m", "bench.live_clients", str(path)],
            cwd=_REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        if self._line() != b"ready":
            self.stop()
            raise AudienceFailed(f"{plan.clients} clients could not connect to {plan.url}")

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def begin(self) -> None:
        """Start measuring."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"go\n")
        self._process.stdin.flush()

    def result(self) -> dict[str, Any]:
        """Return the result when the plan's seconds are over.

        Raises:
            AudienceFailed: it ended without one.
        """
        try:
            line = self._line()
            if not line:
                raise AudienceFailed("the live clients ended without a result")
            found: dict[str, Any] = orjson.loads(line)
            self._process.wait(20)
            return found
        finally:
            self.stop()

    def stop(self) -> None:
        """End the process if it is still there."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._folder.cleanup()


def latency_of(result: Mapping[str, Any], topic: str | None = None) -> LatencyHistogram:
    """Return how old the oldest change of each update was when it arrived, of one topic or of all."""
    merged = LatencyHistogram()
    for name, encoded in result["histograms"].items():
        if topic in (None, name):
            merged.merge(LatencyHistogram.decode(encoded))
    return merged


@contextmanager
def bare_broadcast(sizes: Mapping[str, int]) -> Iterator[str]:
    """Start the bare broadcaster with frames of these sizes; give its address."""
    port = free_port()
    arguments = [f"{topic}={size}" for topic, size in sizes.items()]
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-m", "bench.bare_broadcast", str(port), str(PERIOD_MS), *arguments],
        cwd=_REPOSITORY,
        stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        if process.stdout.readline().strip() != b"ready":
            raise AudienceFailed("the bare broadcaster did not start")
        yield f"ws://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()
