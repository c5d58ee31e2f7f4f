"""``bench queries``: the questions of a dashboard over a million events, while 200 events a second come in."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson

from bench.company import BenchCompany, add_firing_rules, make_company
from bench.generator import Outcome, RunningGenerator, generate
from bench.instance import Instance, InstanceFailed
from bench.options import Options
from bench.plan import Plan, address
from bench.report import Report
from bench.seeding import Seed, seed
from bench.system import per_event_us
from bench.verifying import check_events

_ROWS = 1_000_000
_QUICK_ROWS = 50_000
_RATE = 200.0
_ASKED_S = 105.0  # all kinds together
_GOAL_MS = 10
_FIRE_EVERY = 5
_PATHS = 500
NOTHING = "round trip without a query"


def run(report: Report, options: Options, instance: Instance) -> None:
    """Seed, then ask at a steady rate; see docs/BENCH.md."""
    if instance.database_url is None:
        raise InstanceFailed("queries fills the database: with --url, give it as MASTERIA_DATABASE_URL")
    rows = options.rows or (_QUICK_ROWS if options.quick else _ROWS)
    company = make_company(instance, 1)
    add_firing_rules(company)
    run_id = f"{int(company.run, 16) ^ 0xFFFFFFFF:08x}"
    report.step(f"storing {rows:,} events and as many messages")
    seeded = seed(instance.database_url, company.company_id, company.shops[0].session_id, rows, run_id, report.step)
    targets = targets_of(seeded, options.seed)
    _check_answers(report, company, targets)
    seconds = options.seconds or (6.0 if options.quick else 60.0)
    generate(_ask(company, targets, 3.0))  # caches of a running system are warm
    report.step(f"asking {_ASKED_S:.0f} times a second for {seconds:.0f} s")
    outcome, asked = _measure(report, options, company, targets, seconds)
    nothing = asked.latency(NOTHING).summary()["p99"]
    for name in targets:
        if name != NOTHING:
            report.add(
                name,
                latency=asked.latency(name),
                limit={"name": NOTHING, "p99_ms": nothing},
                goal={"p99_ms": _GOAL_MS},
                rows=rows,
            )
    report.add("webhook to 202 meanwhile", rate_s=outcome.rate_s, latency=outcome.latency())
    report.check("every question was answered", not asked.failures, f"others: {asked.failures or 'none'}")
    check_events(report, company, [outcome.acks], outcome.raw["sent"], options.seed)
    if instance.processes is not None:
        report.memory["after"] = instance.processes.memory()
    company.close()


def targets_of(seeded: Seed, seed_value: int) -> dict[str, list[str]]:
    """Return the paths of each kind of question."""
    numbers = seeded.sample(_PATHS, seed_value)
    ids = [str(seeded.event_id(number)) for number in numbers]
    return {
        NOTHING: ["/healthz"],
        "event list": ["/api/v1/events?limit=50", "/api/v1/events?limit=50&event_type=order_approved"],
        "event by id": [f"/api/v1/events/{id_}" for id_ in ids],
        "payload containment, one hit": [containing({"orderId": seeded.order_id(number)}) for number in numbers],
        "payload containment, a quarter hits": [containing({"eventType": "order_approved", "status": "approved"})],
        "messages of an event": [f"/api/v1/events/{id_}/messages" for id_ in ids],
        "summary": ["/api/v1/metrics/summary"],
    }


def containing(part: dict[str, Any]) -> str:
    """Return the path that asks for the newest events whose payload contains ``part``."""
    return f"/api/v1/events?limit=50&payload={quote(orjson.dumps(part).decode())}"


def _check_answers(report: Report, company: BenchCompany, targets: dict[str, list[str]]) -> None:
    """Ask each kind once and look at what comes back: a quick answer that finds nothing proves nothing."""
    wrong = []
    for name, paths in targets.items():
        answer = company.api.call("GET", paths[0])
        found = len(answer["data"]) if "data" in answer else 1
        wanted = 50 if name in ("event list", "payload containment, a quarter hits") else 1
        if found != wanted:
            wrong.append(f"{name}: {found} instead of {wanted}")
    report.check("each question finds what was stored", not wrong, "; ".join(wrong) or f"{len(targets)} kinds")


def _ask(company: BenchCompany, targets: dict[str, list[str]], seconds: float) -> Plan:
    host, port = address(company.instance.base_url)
    traffic = {"kind": "gets", "headers": company.api.headers, "targets": targets}
    return Plan(host=host, port=port, connections=16, traffic=traffic, shape=[(seconds, _ASKED_S)])


def _measure(
    report: Report, options: Options, company: BenchCompany, targets: dict[str, list[str]], seconds: float
) -> tuple[Outcome, Outcome]:
    rate = options.rate or _RATE
    processes = company.instance.processes
    before = processes.cpu() if processes else None
    shape = [(seconds + 2.0, rate)]
    webhooks = RunningGenerator(
        company.plan(company.traffic(_FIRE_EVERY, round((seconds + 2) * rate)), 32, shape=shape, warmup_s=1.0)
    )
    plan = _ask(company, targets, seconds + 1.0)
    plan.warmup_s = 1.0
    asked = RunningGenerator(plan).wait()
    outcome = webhooks.wait()
    if processes is not None and before is not None:
        cpu = processes.cpu().since(before) | {"generators": asked.raw["cpu_s"] + outcome.raw["cpu_s"]}
        report.settings["cpu_us_per_request"] = per_event_us(cpu, asked.raw["sent"] + outcome.raw["sent"])
    report.generators += [asked.generator, outcome.generator]
    return outcome, asked
