"""``bench live``: how old a change is when 1,000 dashboard clients hear of it, beside a bare broadcast."""

from __future__ import annotations

import time
from typing import Any

from bench.audience import TOPICS, RunningAudience, bare_broadcast, latency_of
from bench.company import BenchCompany, add_firing_rules, make_company
from bench.generator import Outcome, RunningGenerator
from bench.instance import Instance
from bench.options import Options
from bench.plan import LivePlan
from bench.report import Report
from bench.system import Processes, per_event_us
from bench.verifying import check_events

_RATE = 500.0
_CLIENTS = 1000
_FIRE_EVERY = 5
_GOAL_MS = 100
_LEAK_BYTES = 16 * 2**20
_CHURN_S = 0.15  # seconds per client: 2,000 in five minutes


def run(report: Report, options: Options, instance: Instance) -> None:
    """Measure the feed under load, the bare broadcast, and with ``--churn`` what clients leave behind."""
    company = make_company(instance, 1)
    add_firing_rules(company)
    clients = options.connections or (200 if options.quick else _CLIENTS)
    seconds = options.seconds or (5.0 if options.quick else 30.0)
    heard, outcome = _under_load(report, options, company, clients, seconds)
    limit = _bare(report, heard, clients, min(seconds, 10.0))
    for topic in TOPICS:
        report.add(
            f"change to client, {topic}",
            rate_s=heard["updates_s"].get(topic, 0.0),
            latency=latency_of(heard, topic),
            limit=limit,
            goal={"p99_ms": _GOAL_MS},
            clients=clients,
            events_s=outcome.rate_s,
            frame_bytes=heard["frame_bytes"].get(topic),
        )
    report.check(
        "every client stayed and missed nothing",
        heard["clients"] == clients and not heard["gaps"] and not heard["ends"],
        f"{heard['clients']} of {clients} connected, {heard['gaps']} gaps, "
        f"{heard['snapshots']} late snapshots, ended: {heard['ends'] or 'none'}",
    )
    report.check(
        "every topic was told",
        all(heard["frames"].get(topic) for topic in TOPICS),
        ", ".join(f"{topic}: {heard['updates_s'].get(topic, 0.0)} updates/s" for topic in TOPICS),
    )
    check_events(report, company, [outcome.acks], outcome.raw["sent"], options.seed)
    if options.churn:
        _churn(report, options, company)
    if instance.processes is not None:
        report.memory["after"] = instance.processes.memory()
    company.close()


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
    report: Report, options: Options, company: BenchCompany, clients: int, seconds: float
) -> tuple[dict[str, Any], Outcome]:
    rate = options.rate or _RATE
    report.step(f"connecting {clients} clients")
    audience = listen(company, clients, seconds)
    report.step(f"{rate:,.0f} events/s for {seconds:.0f} s")
    processes = company.instance.processes
    before = processes.cpu() if processes else None
    shape = [(seconds + 2.0, rate)]
    plan = company.plan(company.traffic(_FIRE_EVERY, round((seconds + 2) * rate)), 64, shape=shape, warmup_s=1.0)
    generator = RunningGenerator(plan)
    time.sleep(1.5)  # the generator is at its rate when the audience begins to count
    audience.begin()
    heard = audience.result()
    outcome = generator.wait()
    if processes is not None and before is not None:
        cpu = processes.cpu().since(before)
        cpu |= {"generator": outcome.raw["cpu_s"], "live clients": heard["cpu_s"]}
        report.settings["cpu_us_per_event"] = per_event_us(cpu, outcome.raw["sent"])
    names = ("generator", "clients", "cpu_s", "cpu_us_per_frame")
    report.generators += [outcome.generator, {name: heard[name] for name in names}]
    report.add("webhook to 202 meanwhile", rate_s=outcome.rate_s, latency=outcome.latency())
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
