"""``bench ingest``: how fast events become durable, beside the bare path and a bare COPY in the same minutes."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bench.acks import AckLog
from bench.company import BenchCompany, add_silent_rules, make_company
from bench.generator import Outcome, generate
from bench.histogram import LatencyHistogram
from bench.instance import Instance
from bench.limits import BarePath, bare_copy_rate, bare_path
from bench.options import Options
from bench.plan import Plan
from bench.report import Report
from bench.system import Processes, per_event_us
from bench.verifying import check_events

_GOALS = {64: 6000, 256: 7500}
_OPEN_GOAL = {"rate_s": 5000, "p99_ms": 50}
_P99_MS = 50.0
_RATIO = 0.8
_RESERVED = 10_000_000  # numbers set aside for a closed loop, more than it can send


@dataclass(slots=True)
class Side:
    """One of the two that are compared: the instance or the bare path."""

    make_plan: Callable[..., Plan]
    processes: Processes | None
    rates: list[float] = field(default_factory=list)
    latency: LatencyHistogram = field(default_factory=LatencyHistogram)
    cpu_s: dict[str, float] = field(default_factory=dict)
    sent: int = 0
    outcomes: list[Outcome] = field(default_factory=list)

    def begin(self) -> None:
        """Forget the figures of the round before; what was acknowledged stays."""
        self.rates.clear()
        self.latency, self.cpu_s, self.sent = LatencyHistogram(), {}, 0

    def run(self, connections: int, **more: Any) -> Outcome:
        """Run the generator against this side once."""
        before = self.processes.cpu() if self.processes else None
        outcome = generate(self.make_plan(connections, **more))
        if self.processes is not None and before is not None:
            for part, seconds in self.processes.cpu().since(before).items():
                self.cpu_s[part] = self.cpu_s.get(part, 0.0) + seconds
        self.cpu_s["generator"] = self.cpu_s.get("generator", 0.0) + outcome.raw["cpu_s"]
        self.rates.append(outcome.rate_s)
        self.latency.merge(outcome.latency())
        self.sent += outcome.raw["sent"]
        self.outcomes.append(outcome)
        return outcome

    @property
    def rate_s(self) -> float:
        return sum(self.rates) / len(self.rates)

    @property
    def cpu_us(self) -> dict[str, float]:
        return per_event_us(self.cpu_s, self.sent)


def run(report: Report, options: Options, instance: Instance) -> None:
    """Measure closed and open loops; see docs/BENCH.md."""
    company = make_company(instance, 1)
    add_silent_rules(company)
    if instance.processes is not None:
        report.memory["before"] = instance.processes.memory()
        report.settings["counts_before"] = instance.processes.counts()
    report.step("starting the bare path")
    with bare_path() as bare:
        own, limit = _own_side(company), _bare_side(bare)
        for connections in (options.connections,) if options.connections else (64, 256):
            _closed(report, options, own, limit, connections)
        _open(report, options, own, limit)
        report.step("bare COPY")
        copied = bare_copy_rate(bare.database_url, 1.5 if options.quick else 6.0)
    best = max(result["rate_s"] for result in report.results)
    report.add(
        "share of bare COPY",
        rate_s=best,
        limit={"name": "bare COPY", "rate_s": round(copied, 1)},
    )
    _finish(report, options, own, company)


def _own_side(company: BenchCompany) -> Side:
    def plan(connections: int, **more: Any) -> Plan:
        return company.plan(company.traffic(1, _RESERVED), connections, **more)

    return Side(plan, company.instance.processes)


def _bare_side(bare: BarePath) -> Side:
    def plan(connections: int, **more: Any) -> Plan:
        return bare.plan(secrets.token_hex(4), 0, connections, **more)

    return Side(plan, bare.processes)


def _closed(report: Report, options: Options, own: Side, limit: Side, connections: int) -> None:
    """Run both sides in turn, so that both see the same weather on the machine."""
    seconds = options.seconds or (2.0 if options.quick else 10.0)
    own.begin()
    limit.begin()
    for round_ in range(1 if options.quick else 3):
        report.step(f"closed loop, {connections} connections, round {round_ + 1}")
        limit.run(connections, seconds=seconds, warmup_s=0.5 if options.quick else 2.0)
        own.run(connections, seconds=seconds, warmup_s=0.5 if options.quick else 2.0)
    report.add(
        f"closed loop, {connections} connections",
        rate_s=own.rate_s,
        latency=own.latency,
        limit=_limit(limit),
        goal={"rate_s": _GOALS.get(connections, 0), "ratio": _RATIO},
        rounds=own.rates.copy(),
        cpu_us_per_event=own.cpu_us,
        failures=own.outcomes[-1].failures,
    )
    report.generators.append(own.outcomes[-1].generator)


def _limit(side: Side) -> dict[str, Any]:
    return {
        "name": "bare path",
        "rate_s": round(side.rate_s, 1),
        "rounds": side.rates.copy(),
        "latency_ms": side.latency.summary(),
        "cpu_us_per_event": side.cpu_us,
    }


def _open(report: Report, options: Options, own: Side, limit: Side) -> None:
    """Find the highest rate with p99 below 50 ms on both sides (``--quick``: half of the closed loop's rate, once)."""
    seconds = options.seconds or (3.0 if options.quick else 8.0)
    if options.quick or options.rate:
        rate = options.rate or max(100.0, own.rate_s / 2)
        report.step(f"open loop, {rate:,.0f}/s")
        own.begin()
        outcome = own.run(256, shape=[(seconds + 0.5, rate)], warmup_s=0.5)
        report.add("open loop", rate_s=outcome.rate_s, latency=outcome.latency(), cpu_us_per_event=own.cpu_us)
    else:
        other = _search(report, limit, seconds, "bare path")
        found = _search(report, own, seconds, "instance")
        report.add(
            "open loop, highest rate with p99 < 50 ms",
            rate_s=found.rate_s if found else 0.0,
            latency=found.latency() if found else None,
            limit={"name": "bare path", "rate_s": other.rate_s if other else None},
            goal=_OPEN_GOAL,
            cpu_us_per_event=own.cpu_us,
        )
    report.generators.append(own.outcomes[-1].generator)


def _search(report: Report, side: Side, seconds: float, name: str) -> Outcome | None:
    """Return the outcome of the highest rate that held, between a fifth of the closed loop's rate and all of it."""
    high = side.rate_s * 1.05
    low, best = high / 5, None
    rate = high * 0.7
    while high - low > high * 0.04:
        side.begin()
        outcome = side.run(256, shape=[(1.0 + seconds, rate)], warmup_s=1.0)
        p99 = outcome.latency().quantile_ms(0.99) or 0.0
        held = p99 < _P99_MS and outcome.rate_s > rate * 0.98 and not outcome.failures
        report.step(f"open loop, {name}: {rate:,.0f}/s: p99 {p99:.1f} ms{'' if held else ', too much'}")
        if held:
            low, best = rate, outcome
        else:
            high = rate
        rate = (low + high) / 2
        time.sleep(0.5)
    return best


def _finish(report: Report, options: Options, own: Side, company: BenchCompany) -> None:
    logs: list[AckLog] = [outcome.acks for outcome in own.outcomes]
    sent = sum(outcome.raw["sent"] for outcome in own.outcomes)
    check_events(report, company, logs, sent, options.seed)
    failures: dict[str, int] = {}
    for outcome in own.outcomes:
        for name, number in outcome.failures.items():
            failures[name] = failures.get(name, 0) + number
    report.check("every webhook answered 202", not failures, f"{sent:,} sent; others: {failures or 'none'}")
    if company.instance.processes is not None:
        report.memory["after"] = company.instance.processes.memory()
        report.settings["counts_after"] = company.instance.processes.counts()
    company.close()
