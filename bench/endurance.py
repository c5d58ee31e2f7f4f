"""``bench endurance``: a million events through one instance, and what of them stays in its processes afterwards."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import orjson

from bench.company import BenchCompany, add_firing_rules, make_company
from bench.generator import Outcome, generate
from bench.histogram import LatencyHistogram
from bench.instance import Instance, InstanceFailed
from bench.options import Options
from bench.report import Report
from bench.system import Processes
from bench.verifying import check_events

_EVENTS = 1_000_000
_QUICK_EVENTS = 10_000
_CONNECTIONS = 64
_RESERVED = 10_000_000  # numbers set aside for a leg, more than it can send
_FIRE_EVERY = 20
_LEGS = 10
_FIRST_RATE = 2_000.0  # a guess, for the first leg's length
_SLOWEST = 100.0
_SHORTEST_S = 1.5
_WARM_LEGS = 3  # pools, caches and buffers have their size by then
_REST_S = 5.0
_SETTLE_S = 60.0
_GROWTH_BYTES = 16 * 2**20
_GROWTH = 0.10
_FEW = 4  # a pool's connection, a keep-alive that has not timed out yet
# Postgres fills its shared buffers, and the simulator keeps what it accepted, for its judges: shown, not judged.
_MAY_GROW = ("postgres", "simulator")


@dataclass(frozen=True, slots=True)
class Rest:
    """What an instance holds while nothing happens."""

    memory: dict[str, int]
    threads_by_part: dict[str, int]
    files: int
    tasks: int

    @property
    def threads(self) -> int:
        """Return how many threads there are in all."""
        return sum(self.threads_by_part.values())


def run(report: Report, options: Options, instance: Instance) -> None:
    """Send in about ten legs with a rest behind each, and compare the last rest with the third."""
    if instance.processes is None:
        raise InstanceFailed("endurance reads the memory of an instance of its own; it takes no --url")
    company = make_company(instance, 1)
    add_firing_rules(company)
    events = options.rows or (_QUICK_EVENTS if options.quick else _EVENTS)
    rests: list[Rest] = []
    outcomes: list[Outcome] = []
    rate = options.rate or _FIRST_RATE
    while len(outcomes) < _LEGS or sum(outcome.raw["sent"] for outcome in outcomes) < events:
        outcomes.append(_send(company, options, max(_SHORTEST_S, events / _LEGS / rate)))
        rate = max(_SLOWEST, outcomes[-1].rate_s)
        time.sleep(1.0 if options.quick else _REST_S)
        rests.append(_rest(instance, instance.processes))
        size = sum(rests[-1].memory.values()) / 2**20
        report.step(f"leg {len(rests)}: {rate:,.0f}/s, {size:,.0f} MiB, {rests[-1].tasks} tasks")
    warm = rests[_WARM_LEGS - 1]
    rests[-1] = _settled(instance, instance.processes, warm, rests[-1])
    report.memory |= {"warm": warm.memory, "after": rests[-1].memory}
    report.settings["rests"] = [{"threads": r.threads_by_part, "files": r.files, "tasks": r.tasks} for r in rests]
    latency = LatencyHistogram()
    for outcome in outcomes:
        latency.merge(outcome.latency())
    rate_s = sum(outcome.rate_s for outcome in outcomes) / len(outcomes)
    report.add("webhook to 202", rate_s=rate_s, latency=latency, legs_s=[round(one.rate_s, 1) for one in outcomes])
    report.generators.append(outcomes[-1].generator)
    check_events(report, company, [o.acks for o in outcomes], sum(o.raw["sent"] for o in outcomes), options.seed)
    _judge(report, warm, rests[-1])
    company.close()


def _send(company: BenchCompany, options: Options, seconds: float) -> Outcome:
    traffic = company.traffic(_FIRE_EVERY, _RESERVED)
    return generate(company.plan(traffic, options.connections or _CONNECTIONS, seconds=seconds))


def _rest(instance: Instance, processes: Processes) -> Rest:
    status: dict[str, Any] = orjson.loads(instance.api().request("GET", "/readyz")[1])
    counts = processes.counts()
    tasks = sum(part.get("tasks", 0) for part in status["parts"].values())
    return Rest(processes.memory(), processes.threads(), counts["files"], tasks)


def _settled(instance: Instance, processes: Processes, warm: Rest, last: Rest) -> Rest:
    """Return the last rest once nothing is under way any more, or as it is after a minute: that is left behind."""
    end = time.monotonic() + _SETTLE_S
    while _left(warm, last) and time.monotonic() < end:
        time.sleep(1.0)
        last = _rest(instance, processes)
    return last


def _left(warm: Rest, last: Rest) -> list[str]:
    """Return of what there is more than a few more."""
    return [name for name in ("threads", "files", "tasks") if getattr(last, name) > getattr(warm, name) + _FEW]


def _judge(report: Report, warm: Rest, last: Rest) -> None:
    grown = {
        part: last.memory.get(part, 0) - size
        for part, size in warm.memory.items()
        if part not in _MAY_GROW and last.memory.get(part, 0) - size > max(_GROWTH_BYTES, size * _GROWTH)
    }
    told = ", ".join(f"{part} {(last.memory.get(part, 0) - size) / 2**20:+.1f}" for part, size in warm.memory.items())
    report.check("memory does not grow", not grown, f"MiB since the third leg: {told}")
    left = _left(warm, last)
    for name in ("threads", "files", "tasks"):
        before, after = getattr(warm, name), getattr(last, name)
        detail = f"{before} → {after}"
        if name == "threads":
            detail += _told(warm.threads_by_part, last.threads_by_part)
        report.check(f"no {name} left behind", name not in left, detail)


def _told(before: dict[str, int], after: dict[str, int]) -> str:
    changed = {part: after.get(part, 0) - count for part, count in before.items()}
    return "".join(f", {part} {change:+}" for part, change in changed.items() if change)
