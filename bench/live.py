"""``bench live``: how old a change is when 1,000 dashboard clients hear of it, beside a bare broadcast."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from bench.audience import TOPICS, RunningAudience, bare_broadcast, latency_of
from bench.company import BenchCompany, add_firing_rules, add_silent_rules, make_company
from bench.generator import Outcome, RunningGenerator
from bench.instance import Instance
from bench.options import Options
from bench.plan import LivePlan
from bench.report import Report
from bench.system import Processes, per_event_us
from bench.verifying import check_events

_RATE = 500.0
_CLIENTS = 1000
_GOAL_MS = 100
_SENDING_S = 12.0  # of the heavier load, which has no goal
_LEAK_BYTES = 16 * 2**20
_CHURN_S = 0.15  # seconds per client: 2,000 in five minutes


@dataclass(frozen=True, slots=True)
class _Load:
    """Which events come in: ``fires_every`` n-th is of the type that rules look at, ``suffix`` names the figures."""

    fires_every: int
    suffix: str


_STORED = _Load(1, "")  # two rules look at each event, and none fires
_SENDING = _Load(5, ", every fifth event sends a message")


def run(report: Report, options: Options, instance: Instance) -> None:
    """Measure the feed under both loads, the bare broadcast, and with ``--churn`` what clients leave behind."""
    company = make_company(instance, 1)
    add_silent_rules(company)
    clients = options.connections or (200 if options.quick else _CLIENTS)
    seconds = options.seconds or (5.0 if options.quick else 30.0)
    heard, outcome = _under_load(report, options, company, _STORED, clients, seconds)
    limit = _bare(report, heard, clients, min(seconds, 10.0))
    _tell(report, _STORED, heard, outcome, limit=limit, goal={"p99_ms": _GOAL_MS})
    add_firing_rules(company)
    sending, sent = _under_load(report, options, company, _SENDING, clients, min(seconds, _SENDING_S))
    _tell(report, _SENDING, sending, sent)
    check_events(report, company, [outcome.acks, sent.acks], outcome.raw["sent"] + sent.raw["sent"], options.seed)
    for load, told in ((_STORED, heard), (_SENDING, sending)):
        _check(report, load, told, clients)
    if options.churn:
        _churn(report, options, company)
    if instance.processes is not None:
        report.memory["after"] = instance.processes.memory()
    company.close()


def _tell(report: Report, load: _Load, heard: dict[str, Any], outcome: Outcome, **compared: Any) -> None:
    report.add(f"webhook to 202 meanwhile{load.suffix}", rate_s=outcome.rate_s, latency=outcome.latency())
    for topic in TOPICS:
        report.add(
            f"change to client, {topic}{load.suffix}",
            rate_s=heard["updates_s"].get(topic, 0.0),
            latency=latency_of(heard, topic),
            clients=heard["clients"],
            events_s=outcome.rate_s,
            frame_bytes=heard["frame_bytes"].get(topic),
            **compared,
        )


def _check(report: Report, load: _Load, heard: dict[str, Any], clients: int) -> None:
    report.check(
        f"every client stayed and missed nothing{load.suffix}",
        heard["clients"] == clients and not heard["gaps"] and not heard["ends"],
        f"{heard['clients']} of {clients} connected, {heard['gaps']} gaps, "
        f"{heard['snapshots']} late snapshots, ended: {heard['ends'] or 'none'}",
    )
    report.check(
        f"every topic was told{load.suffix}",
        all(heard["frames"].get(topic) for topic in TOPICS),
        ", ".join(f"{topic}: {heard['updates_s'].get(topic, 0.0)} updates/s" for topic in TOPICS),
    )


def listen(company: BenchCompany, clients: int, seconds: float, churn: int = 0) -> RunningAudience:
    """Connect an audience of a company's feed."""
    ticket = company.api.get("/live")
    return RunningAudience(
        LivePlan(
            url=ticket["url"],
            base_url=company.instance.base_url,
            key=company.api.headers["authorization"].removeprefix("Bearer "),
            clients=clients,
            seconds=seconds,
            topics=TOPICS,
            churn=churn,
        )
    )


def _under_load(
    report: Report, options: Options, company: BenchCompany, load: _Load, clients: int, seconds: float
) -> tuple[dict[str, Any], Outcome]:
    rate = options.rate or _RATE
    report.step(f"connecting {clients} clients")
    audience = listen(company, clients, seconds)
    report.step(f"{rate:,.0f} events/s for {seconds:.0f} s{load.suffix}")
    processes = company.instance.processes
    before = processes.cpu() if processes else None
    shape = [(seconds + 2.0, rate)]
    plan = company.plan(company.traffic(load.fires_every, round((seconds + 2) * rate)), 64, shape=shape, warmup_s=1.0)
    generator = RunningGenerator(plan)
    time.sleep(1.5)  # the generator is at its rate when the audience begins to count
    audience.begin()
    heard = audience.result()
    outcome = generator.wait()
    if processes is not None and before is not None:
        cpu = processes.cpu().since(before)
        cpu |= {"generator": outcome.raw["cpu_s"], "live clients": heard["cpu_s"]}
        report.settings[f"cpu_us_per_event{load.suffix}"] = per_event_us(cpu, outcome.raw["sent"])
    names = ("generator", "clients", "cpu_s", "cpu_us_per_frame")
    report.generators += [outcome.generator, {name: heard[name] for name in names}]
    return heard, outcome


def _bare(report: Report, heard: dict[str, Any], clients: int, seconds: float) -> dict[str, Any]:
    report.step("bare broadcast of frames of the same size")
    sizes = {topic: heard["frame_bytes"].get(topic, 200) for topic in TOPICS}
    with bare_broadcast(sizes) as url:
        plan = LivePlan(url=url, base_url="", key="", clients=clients, seconds=seconds, topics=TOPICS)
        audience = RunningAudience(plan)
        audience.begin()
        bare = audience.result()
    latency = latency_of(bare)
    return {"name": "bare broadcast", "p99_ms": latency.summary()["p99"], "latency_ms": latency.summary()}


def _churn(report: Report, options: Options, company: BenchCompany) -> None:
    """Let clients come and go, and see what of them stays in the feed's process and on its sockets."""
    processes = company.instance.processes
    if processes is None:
        report.console.print("[yellow]--churn reads the memory of an instance of its own; left out with --url[/]")
        return
    _come_and_go(company, 100, 100 * _CHURN_S)  # the first clients pay for buffers that stay
    before = _feed(processes)
    seconds = options.seconds or options.churn * _CHURN_S
    report.step(f"{options.churn} clients come and go within {seconds:.0f} s")
    _come_and_go(company, options.churn, seconds)
    after = _feed(processes)
    grown = after["bytes"] - before["bytes"]
    report.check(
        "clients leave nothing behind",
        after["files"] <= before["files"] + 2 and grown < _LEAK_BYTES,
        f"memory {grown / 2**20:+.1f} MiB, open files {before['files']} → {after['files']}",
    )


def _come_and_go(company: BenchCompany, count: int, seconds: float) -> None:
    audience = listen(company, 1, seconds, churn=count)
    audience.begin()
    audience.result()
    time.sleep(2.0)  # the server's goodbyes


def _feed(processes: Processes) -> dict[str, int]:
    return {"bytes": processes.memory().get("fanout", 0), "files": processes.counts()["files"]}
