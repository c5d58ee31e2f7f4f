"""``bench day``: 100,000 events in the shape of a day, pressed into ten minutes; pass or fail against the promises."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import Any

from bench.acks import AckLog
from bench.audience import TOPICS, RunningAudience, latency_of
from bench.company import BenchCompany, add_firing_rules, make_company
from bench.generator import Outcome, RunningGenerator, generate
from bench.grapfy import GrapfyBody, phone_of
from bench.instance import Instance
from bench.live import listen
from bench.options import Options
from bench.plan import Plan, address
from bench.queries import NOTHING, containing
from bench.report import Report
from bench.system import per_event_us
from bench.verifying import (
    check_events,
    check_messages,
    latencies_to_acceptance,
    recorded_messages,
    settle,
    simulator_messages,
)

_EVENTS = 100_000
_SECONDS = 600.0
_CLIENTS = 1000
_FIRE_EVERY = 5
_BURST_TIMES_MEAN = 20
_BURST_SHARE = 0.1  # of the day's events come in the launch burst
_BURST_HOUR = 20.0
# Share of the other events by hour: a quiet night, lunch, and the evening in which Brazil shops.
_HOURS = (9, 5, 3, 2, 2, 3, 6, 12, 22, 32, 40, 48, 62, 60, 46, 42, 42, 46, 56, 72, 84, 80, 54, 25)
_ASKED_S = 20.0
_EARLY = 500
_SETTLE_S = 120.0
_QUERY_GOAL_MS, _LIVE_GOAL_MS, _ACCEPTED_GOAL_MS = 10, 100, 1000


@dataclass(slots=True)
class DayHeard:
    """Everything that ran side by side."""

    webhooks: Outcome
    asked: Outcome
    audience: dict[str, Any]


def shape_of_day(events: int, seconds: float) -> list[tuple[float, float]]:
    """Return steps of (seconds, events per second) whose sum is ``events``, give or take rounding.

    The burst has twenty times the mean rate and begins in the evening's first hour.
    """
    mean = events / seconds
    burst_s = events * _BURST_SHARE / (mean * _BURST_TIMES_MEAN)
    hour_s = (seconds - burst_s) / len(_HOURS)
    rest = events * (1 - _BURST_SHARE)
    steps = [(hour_s, rest * weight / sum(_HOURS) / hour_s) for weight in _HOURS]
    steps.insert(int(_BURST_HOUR), (burst_s, mean * _BURST_TIMES_MEAN))
    return steps


def run(report: Report, options: Options, instance: Instance) -> None:
    """Live a day; see docs/BENCH.md."""
    events = options.rows or (3_000 if options.quick else _EVENTS)
    seconds = options.seconds or (15.0 if options.quick else _SECONDS)
    clients = options.connections or (100 if options.quick else _CLIENTS)
    company = make_company(instance, 2)
    add_firing_rules(company)
    report.step(f"the night before: {_EARLY} events, {clients} clients connect")
    early = generate(company.plan(company.traffic(_FIRE_EVERY, _EARLY), 8, shape=[(_EARLY / 100, 100.0)]))
    audience = listen(company, clients, seconds)
    before = instance.processes.cpu() if instance.processes else None
    report.step(
        f"{events:,} events within {seconds:.0f} s, the launch at {events / seconds * _BURST_TIMES_MEAN:,.0f}/s"
    )
    heard = _live_it(company, options, early, audience, events, seconds)
    if instance.processes is not None and before is not None:
        cpu = instance.processes.cpu().since(before)
        cpu["generators"] = heard.webhooks.raw["cpu_s"] + heard.asked.raw["cpu_s"] + heard.audience["cpu_s"]
        report.settings["cpu_us_per_event"] = per_event_us(cpu, heard.webhooks.raw["sent"])
    _tell(report, company, heard)
    _verify(report, company, [early, heard.webhooks], options)
    _promises(report, heard)
    if instance.processes is not None:
        report.memory["after"] = instance.processes.memory()
    company.close()


def _live_it(
    company: BenchCompany, options: Options, early: Outcome, audience: RunningAudience, events: int, seconds: float
) -> DayHeard:
    traffic = company.traffic(_FIRE_EVERY, events + _EARLY)
    webhooks = RunningGenerator(company.plan(traffic, 128, shape=shape_of_day(events, seconds)))
    asking = RunningGenerator(_ask(company, early, seconds, options.seed))
    audience.begin()
    heard = audience.result()
    return DayHeard(webhooks.wait(), asking.wait(), heard)


def _ask(company: BenchCompany, early: Outcome, seconds: float, seed: int) -> Plan:
    acks = [ack for ack in early.acks if ack.number % _FIRE_EVERY == 0]
    picked = random.Random(seed).sample(acks, min(50, len(acks)))
    prefix = GrapfyBody(company.run).event_id_prefix
    targets = {
        NOTHING: ["/healthz"],
        "event list": ["/api/v1/events?limit=50"],
        "event by id": [f"/api/v1/events/{ack.event_id}" for ack in picked],
        "payload containment": [containing({"orderId": f"{prefix}{ack.number:012x}"}) for ack in picked],
        "messages of an event": [f"/api/v1/events/{ack.event_id}/messages" for ack in picked],
        "summary": ["/api/v1/metrics/summary"],
    }
    host, port = address(company.instance.base_url)
    traffic = {"kind": "gets", "headers": company.api.headers, "targets": targets}
    return Plan(host=host, port=port, connections=8, traffic=traffic, shape=[(seconds, _ASKED_S)])


def _tell(report: Report, company: BenchCompany, heard: DayHeard) -> None:
    settle(lambda: recorded_messages(company), len(fired([heard.webhooks.acks])), _SETTLE_S)
    accepted = latencies_to_acceptance(heard.webhooks.acks, simulator_messages(company), from_due=True)
    report.add("webhook to 202", rate_s=heard.webhooks.rate_s, latency=heard.webhooks.latency())
    report.add("webhook to accepted", latency=accepted, **_promise(_ACCEPTED_GOAL_MS))
    for topic in TOPICS:
        latency = latency_of(heard.audience, topic)
        rate = heard.audience["updates_s"].get(topic, 0.0)
        report.add(f"change to client, {topic}", rate_s=rate, latency=latency, **_promise(_LIVE_GOAL_MS))
    for kind in heard.asked.raw["histograms"]:
        latency = heard.asked.latency(kind)
        report.add(f"query: {kind}", latency=latency, **({} if kind == NOTHING else _promise(_QUERY_GOAL_MS)))
    names = ("generator", "clients", "cpu_s", "cpu_us_per_frame")
    report.generators += [heard.webhooks.generator, heard.asked.generator]
    report.generators.append({name: heard.audience[name] for name in names})


def _promise(p99_ms: int) -> dict[str, Any]:
    return {"limit": {"name": "promise", "p99_ms": p99_ms}, "goal": {"p99_ms": p99_ms}}


def fired(logs: list[AckLog]) -> list[str]:
    """Return the phones of the acknowledged webhooks that fire a rule."""
    return [phone_of(ack.number) for log in logs for ack in log if ack.number % _FIRE_EVERY == 0]


def _verify(report: Report, company: BenchCompany, outcomes: list[Outcome], options: Options) -> None:
    logs = [outcome.acks for outcome in outcomes]
    check_events(report, company, logs, sum(outcome.raw["sent"] for outcome in outcomes), options.seed)
    failures = {name: count for outcome in outcomes for name, count in outcome.failures.items()}
    report.check("every webhook was taken", not failures, f"others: {failures or 'none'}")
    wanted = fired(logs)
    recorded = settle(lambda: recorded_messages(company), len(wanted), _SETTLE_S)
    time.sleep(0.5)
    check_messages(report, simulator_messages(company), wanted, recorded)


def _promises(report: Report, heard: DayHeard) -> None:
    """Turn goals into checks: here the promise itself is on trial (``--quick`` looks at ratios only)."""
    report.check("every question was answered", not heard.asked.failures, f"others: {heard.asked.failures or 'none'}")
    report.check(
        "every client stayed", not heard.audience["ends"] and not heard.audience["gaps"], str(heard.audience["ends"])
    )
    for result in report.results:
        goal = result.get("goal")
        if goal is not None:
            report.check(f"promise: {result['name']}", goal["met"], f"p99 {result['latency_ms']['p99']} ms")
