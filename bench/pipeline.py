"""``bench pipeline``: webhook → rule → message → accepted by the simulator and recorded; and from 202 to accepted."""

from __future__ import annotations

import math
import secrets
import time
from typing import Any

from bench.acks import AckLog
from bench.company import SESSION_RATE, BenchCompany, add_firing_rules, make_company
from bench.generator import Outcome, RunningGenerator, generate
from bench.grapfy import phone_of
from bench.instance import Instance
from bench.limits import bare_path
from bench.options import Options
from bench.plan import Plan, address
from bench.report import Report
from bench.sampling import Sampler
from bench.system import per_event_us
from bench.verifying import (
    accepted_by_simulator,
    check_events,
    check_messages,
    latencies_to_acceptance,
    recorded_messages,
    settle,
    simulator_messages,
)

_RATE = 3000.0
_LATENCY_RATE = 100.0
_LATENCY_GOAL_MS = 250
_CONNECTIONS = 256
_SESSION_SHARE = 0.75  # of what a number may send, so that its own limit is not what is measured
_WARMUP_S = 3.0
_DRAIN_S = 120.0


def run(report: Report, options: Options, instance: Instance) -> None:
    """Measure the sustained rate with and without statuses, then the latency; see docs/BENCH.md."""
    rate = options.rate or (300.0 if options.quick else _RATE)
    company = make_company(instance, max(2, math.ceil(rate / SESSION_RATE / _SESSION_SHARE)))
    add_firing_rules(company)
    limit = _limit(report, options, company)
    seconds = options.seconds or (4.0 if options.quick else 60.0)
    logs: list[AckLog] = []
    sent = 0
    try:
        for statuses in (False, True):
            company.simulator.settings(statuses=statuses)
            name = f"statuses {'on' if statuses else 'off'}"
            outcome = _sustained(report, company, options, rate, seconds, name, limit)
            logs.append(outcome.acks)
            sent += outcome.raw["sent"]
        outcome = _latency(report, company, 4.0 if options.quick else 30.0)
        logs.append(outcome.acks)
        sent += outcome.raw["sent"]
        _verify(report, company, logs, sent, options)
    finally:
        company.simulator.settings(statuses=True)
        company.close()


def _sustained(
    report: Report,
    company: BenchCompany,
    options: Options,
    rate: float,
    seconds: float,
    name: str,
    limit: dict[str, Any],
) -> Outcome:
    report.step(f"{rate:,.0f} events/s for {seconds:.0f} s, {name}")
    processes = company.instance.processes
    warmup_s = 1.0 if options.quick else _WARMUP_S
    requests = round((warmup_s + seconds) * rate)
    shape = [(warmup_s + seconds, rate)]
    plan = company.plan(company.traffic(1, requests), options.connections or _CONNECTIONS, shape=shape)
    plan.warmup_s = warmup_s
    before = accepted_by_simulator(company)
    cpu_before = processes.cpu() if processes else None
    with Sampler(lambda: recorded_messages(company)) as sampler:
        outcome = generate(plan)
        told_s = time.monotonic()
        settle(lambda: recorded_messages(company), before + len(outcome.acks), _DRAIN_S)
        drained_s = time.monotonic() - told_s
    cpu: dict[str, float] = {"generator": outcome.raw["cpu_s"]}
    if processes is not None and cpu_before is not None:
        cpu |= processes.cpu().since(cpu_before)
    report.add(
        f"webhook to accepted, {name}",
        rate_s=sampler.rate_s(warmup_s + 1.0, warmup_s + seconds),
        latency=outcome.latency(),
        latency_of="the webhook's 202",
        limit=limit,
        goal=None if options.rate or "on" in name else {"rate_s": _RATE},
        offered_s=rate,
        drained_after_s=round(drained_s, 2),
        cpu_us_per_event=per_event_us(cpu, outcome.raw["sent"]),
        to_accepted_ms=latencies_to_acceptance(outcome.acks, simulator_messages(company)).summary(),
        failures=outcome.failures,
    )
    report.generators.append(outcome.generator)
    return outcome


def _latency(report: Report, company: BenchCompany, seconds: float) -> Outcome:
    report.step(f"{_LATENCY_RATE:.0f} events/s for {seconds:.0f} s: from 202 to accepted")
    requests = round((seconds + 1) * _LATENCY_RATE)
    traffic = company.traffic(1, requests)
    plan = company.plan(traffic, 32, shape=[(seconds + 1, _LATENCY_RATE)], warmup_s=1.0)
    before = accepted_by_simulator(company)
    outcome = generate(plan)
    settle(lambda: accepted_by_simulator(company), before + len(outcome.acks))
    since = traffic["first"] + round(_LATENCY_RATE)
    histogram = latencies_to_acceptance(outcome.acks, simulator_messages(company), since)
    report.step(f"bare sends at {_LATENCY_RATE:.0f}/s")
    bare = generate(_send_plan(company, seconds, shape=[(seconds, _LATENCY_RATE)])).latency().summary()
    report.add(
        "202 to accepted at 100 events/s",
        rate_s=outcome.rate_s,
        latency=histogram,
        limit={"name": "bare sends at the same rate", "p99_ms": bare["p99"]},
        goal={"p99_ms": _LATENCY_GOAL_MS},
        webhook_latency_ms=outcome.latency().summary(),
    )
    report.generators.append(outcome.generator)
    return outcome


def _verify(report: Report, company: BenchCompany, logs: list[AckLog], sent: int, options: Options) -> None:
    check_events(report, company, logs, sent, options.seed)
    wanted = [phone_of(ack.number) for log in logs for ack in log]
    recorded = settle(lambda: recorded_messages(company), len(wanted), _DRAIN_S)
    check_messages(report, simulator_messages(company), wanted, recorded)
    if company.instance.processes is not None:
        report.memory["after"] = company.instance.processes.memory()


def _limit(report: Report, options: Options, company: BenchCompany) -> dict[str, Any]:
    """Return the rate at which the same cores could at best take webhooks and send messages, one after the other.

    The bare path takes webhooks at one rate, the load generator sends bare messages to the simulator at another;
    doing both costs the sum of their times.
    """
    seconds = 1.5 if options.quick else 6.0
    report.step("starting the bare path")
    with bare_path() as bare:
        taken = generate(bare.plan(secrets.token_hex(4), 0, _CONNECTIONS, seconds=seconds, warmup_s=1.0)).rate_s
    report.step("bare sends to the simulator")
    sends = RunningGenerator(_send_plan(company, seconds)).wait().rate_s
    return {
        "name": "bare path and bare sends",
        "rate_s": round(1 / (1 / taken + 1 / sends), 1) if taken and sends else None,
        "webhooks_s": taken,
        "sends_s": sends,
    }


def _send_plan(company: BenchCompany, seconds: float, **more: Any) -> Plan:
    app, token = secrets.token_hex(7), "EAA" + secrets.token_hex(24)
    number = str(10**14 + secrets.randbelow(9 * 10**14))
    spec = {"phone_number_id": number, "waba_id": number, "phone": "+5511933334444", "token": token}
    company.simulator.put_app(
        app, {"app_secret": app, "numbers": [{**spec, "throughput": 100_000, "tier": "TIER_UNLIMITED"}]}
    )
    host, port = address(company.simulator.url)
    traffic = {"kind": "sends", "path": f"/v23.0/{number}/messages", "token": token, "first": secrets.randbelow(10**8)}
    return Plan(host=host, port=port, connections=64, traffic=traffic, seconds=seconds, warmup_s=0.5, **more)
