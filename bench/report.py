"""What a scenario found: printed as tables, written as the JSON that docs/BENCH.md describes."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table

from bench.histogram import LatencyHistogram
from bench.system import commit, machine
from engine.ids import ms_to_time
from engine.times import rfc3339

SCHEMA = "masteria-bench/1"


@dataclass(slots=True)
class Report:
    """Figures and checks of one run of one scenario.

    A figure that misses its goal is told and does not fail a run; a check that fails does (lost, doubled, and in
    ``day`` the promises).
    """

    scenario: str
    options: dict[str, Any]
    quick: bool = False
    console: Console = field(default_factory=lambda: Console(width=None if sys.stdout.isatty() else 170))
    results: list[dict[str, Any]] = field(default_factory=list)
    checks: list[dict[str, Any]] = field(default_factory=list)
    generators: list[dict[str, Any]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    _machine: dict[str, Any] = field(default_factory=machine)
    _started_ms: int = field(default_factory=lambda: time.time_ns() // 1_000_000)

    def step(self, text: str) -> None:
        """Say what is being done."""
        self.console.print(f"[dim]{time.strftime('%H:%M:%S')}[/] {text}")

    def add(
        self,
        name: str,
        *,
        rate_s: float | None = None,
        latency: LatencyHistogram | None = None,
        limit: dict[str, Any] | None = None,
        goal: dict[str, Any] | None = None,
        **figures: Any,
    ) -> dict[str, Any]:
        """Add one figure with everything that explains it.

        Args:
            name: unique within the scenario; ``compare`` goes by it.
            rate_s: per second.
            latency: told as percentiles in milliseconds.
            limit: ``{"name", "rate_s"|"p99_ms", …}`` measured in this run; the ratio to it is worked out here.
            goal: ``{"rate_s"|"p99_ms"|"ratio": value}``; whether it was met is told here.
            figures: anything else.
        """
        result: dict[str, Any] = {"name": name, "rate_s": None if rate_s is None else round(rate_s, 1)}
        result["latency_ms"] = None if latency is None else latency.summary()
        result |= figures
        if limit is not None:
            result["limit"] = limit
            result["ratio"] = _ratio(result, limit)
        if goal is not None and not self.quick:
            result["goal"] = goal | {"met": _met(result, goal)}
        self.results.append(result)
        return result

    def check(self, name: str, ok: bool, detail: str) -> None:
        """Add something that must be so."""
        self.checks.append({"name": name, "ok": ok, "detail": detail})

    @property
    def passed(self) -> bool:
        return all(check["ok"] for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """Return the document that ``--json`` writes."""
        return {
            "schema": SCHEMA,
            "scenario": self.scenario,
            "quick": self.quick,
            "started_at": rfc3339(ms_to_time(self._started_ms)),
            "seconds": round(time.time() - self._started_ms / 1000, 1),
            "commit": commit(),
            "machine": self._machine,
            "options": self.options,
            "settings": self.settings,
            "generators": self.generators,
            "results": self.results,
            "memory": self.memory,
            "checks": self.checks,
            "passed": self.passed,
        }

    def finish(self, path: Path | None) -> int:
        """Print everything, write the JSON if a path is given, and return the exit code."""
        self.console.print(self._table())
        for name, parts in self.settings.items():
            if name.startswith("cpu_us_per_"):
                told = ", ".join(f"{part} {value:,.0f}" for part, value in parts.items() if value >= 1)
                self.console.print(f"CPU {name.removeprefix('cpu_').replace('us_per_', 'µs per ')}: {told}")
        for name, parts in self.memory.items():
            told = ", ".join(f"{part} {value / 2**20:.0f}" for part, value in parts.items())
            self.console.print(f"PSS {name} (MiB): {told}")
        for check in self.checks:
            mark = "[green]ok[/]" if check["ok"] else "[red]FAILED[/]"
            self.console.print(f"{mark} {check['name']}: {check['detail']}")
        if path is not None:
            path.write_bytes(orjson.dumps(self.to_json(), option=orjson.OPT_INDENT_2))
        return 0 if self.passed else 1

    def _table(self) -> Table:
        table = Table(title=f"bench {self.scenario}{' --quick' if self.quick else ''}")
        for name in ("", "per second", "p50 ms", "p99 ms", "max ms", "CPU µs/event", "limit", "ratio", "goal"):
            table.add_column(name, justify="left" if name in ("", "limit", "goal") else "right")
        for result in self.results:
            latency = result["latency_ms"] or {}
            cpu = (result.get("cpu_us_per_event") or {}).get("total")
            cells = (result["rate_s"], latency.get("p50"), latency.get("p99"), latency.get("max"), cpu)
            told = ("–" if cell is None else f"{cell:,.1f}" for cell in cells)
            ratio = result.get("ratio")
            table.add_row(
                result["name"],
                *told,
                _limit_text(result.get("limit")),
                "–" if ratio is None else f"{ratio:.2f}",
                _goal_text(result.get("goal")),
            )
        return table


def _ratio(result: dict[str, Any], limit: dict[str, Any]) -> float | None:
    """Return how near a figure comes to its limit: 1 is as good; of a latency the limit is divided by it."""
    if limit.get("rate_s"):
        return None if result["rate_s"] is None else round(result["rate_s"] / limit["rate_s"], 3)
    own = (result["latency_ms"] or {}).get("p99")
    return round(limit["p99_ms"] / own, 3) if own and limit.get("p99_ms") else None


def _met(result: dict[str, Any], goal: dict[str, Any]) -> bool:
    if "ratio" in goal and (result.get("ratio") or 0.0) < goal["ratio"]:
        return False
    if "rate_s" in goal and (result["rate_s"] or 0.0) < goal["rate_s"]:
        return False
    p99 = (result["latency_ms"] or {}).get("p99")
    return "p99_ms" not in goal or (p99 is not None and p99 < goal["p99_ms"])


def _limit_text(limit: dict[str, Any] | None) -> str:
    if limit is None:
        return ""
    value = f"{limit['rate_s']:,.0f}/s" if limit.get("rate_s") else f"p99 {limit.get('p99_ms')} ms"
    return f"{limit['name']}: {value}"


def _goal_text(goal: dict[str, Any] | None) -> str:
    if goal is None:
        return ""
    wanted = ", ".join(f"{name} {value:g}" for name, value in goal.items() if name != "met")
    return f"[green]{wanted}[/]" if goal["met"] else f"[yellow]{wanted} missed[/]"
