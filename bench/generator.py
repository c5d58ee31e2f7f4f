"""Starts load generators: one process each, told by a plan file, answering with a result file."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from bench.acks import AckLog
from bench.errors import BenchFailed
from bench.histogram import LatencyHistogram
from bench.plan import Plan

_REPOSITORY = Path(__file__).resolve().parent.parent
_EXTRA_S = 60.0


class GeneratorFailed(BenchFailed):
    """A load generator ended without a result."""


@dataclass(slots=True)
class Outcome:
    """What one run of a generator gave."""

    raw: dict[str, Any]
    acks: AckLog

    @property
    def rate_s(self) -> float:
        return float(self.raw["rate_s"])

    @property
    def accepted(self) -> int:
        """Requests that were answered 200 or 202 and measured."""
        statuses = self.raw["statuses"]
        return int(statuses.get("202", 0) + statuses.get("200", 0))

    @property
    def failures(self) -> dict[str, int]:
        """Everything that was no success, by what it was."""
        bad = {name: number for name, number in self.raw["statuses"].items() if name not in ("200", "202")}
        return bad | {name: self.raw[name] for name in ("broken", "unanswered") if self.raw[name]}

    def latency(self, kind: str | None = None) -> LatencyHistogram:
        """Return the latencies of one kind of request, or of all."""
        merged = LatencyHistogram()
        for name, encoded in self.raw["histograms"].items():
            if kind in (None, name):
                merged.merge(LatencyHistogram.decode(encoded))
        return merged

    @property
    def generator(self) -> dict[str, Any]:
        """Return the generator's own part of a result: its name and what it cost."""
        names = ("generator", "loop", "connections", "sent", "cpu_s", "cpu_us_per_request", "generator_late_ms")
        return {name: self.raw[name] for name in names}


class RunningGenerator:
    """A generator at work."""

    def __init__(self, plan: Plan) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="masteria-bench-")
        folder = Path(self._folder.name)
        if plan.acks_file is None and plan.traffic["kind"] == "webhooks":
            plan.acks_file = str(folder / "acks")
        self._plan = plan
        plan.save(folder / "plan.json")
        self._result = folder / "result.json"
        command = [sys.executable, "-m", "bench.http_load", str(folder / "plan.json"), str(self._result)]
        self._process = subprocess.Popen(command, cwd=_REPOSITORY)  # noqa: S603 -- our own program

    @property
    def pid(self) -> int:
        return self._process.pid

    def wait(self) -> Outcome:
        """Return the outcome when the plan is done.

        Raises:
            GeneratorFailed: it ended without a result, or did not end.
        """
        try:
            code = self._process.wait(self._plan.warmup_s + self._plan.measured_s + _EXTRA_S)
            if code != 0:
                raise GeneratorFailed(f"the load generator ended with code {code}")
            raw = orjson.loads(self._result.read_bytes())
            acks = AckLog.load(Path(self._plan.acks_file)) if self._plan.acks_file else AckLog()
            return Outcome(raw, acks)
        except subprocess.TimeoutExpired as error:
            raise GeneratorFailed("the load generator did not end") from error
        finally:
            self.stop()

    def stop(self) -> None:
        """End the process if it is still there, and remove its files."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()


def generate(plan: Plan) -> Outcome:
    """Run a plan from beginning to end."""
    return RunningGenerator(plan).wait()
