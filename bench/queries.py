"""``bench queries``: the questions of a dashboard over a million events, while 200 events a second come in.

Rules look at every event and none fires. A second round, shown beside it without a goal, lets every fifth one fire,
which brings three statuses back for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import orjson

from bench.company import FIRES, SILENT, BenchCompany, add_firing_rules, add_silent_rules, make_company
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
_ASKED_EVERY = 4  # a quarter of what comes in is of the type that is asked for, as of what was stored
_FIRING = ", a fifth fires"
_LONGER_S = 2.0  # webhooks come in before the first question and after the last
_PATHS = 500
NOTHING = "round trip without a query"
_SERIES_GOAL_MS = 50
_SLOWER = ("series by hour", "series by day", "funnel", "breakdown by rule")
# How many rows the first answer of a kind holds where that is not one; None: it depends on how much was stored.
_FOUND: dict[str, int | None] = {
    "event list": 50,
    "payload containment, a quarter hits": 50,
    "events by source and webhook": 50,
    "events by state, none": 0,
    "messages by rule and campaign": 50,
    "messages by session": 50,
    "events by type, one in 20,000": None,
    "messages by status, one in 20,000": None,
    "messages by status, one in 50,000": None,
    "series by hour": None,
    "series by day": None,
    "breakdown by rule": None,
}


@dataclass(frozen=True, slots=True)
class Round:
    """What comes in while the questions are asked; only the round that the promise speaks of has a goal."""

    suffix: str
    traffic: dict[str, Any]
    seconds: float
    goal: dict[str, Any] | None


def run(report: Report, options: Options, instance: Instance) -> None:
    """Seed, then ask at a steady rate; see docs/BENCH.md."""
    if instance.database_url is None:
        raise InstanceFailed("queries fills the database: with --url, give it as MASTERIA_DATABASE_URL")
    rows = options.rows or (_QUICK_ROWS if options.quick else _ROWS)
    company = make_company(instance, 1)
    add_silent_rules(company, FIRES, SILENT)
    run_id = f"{int(company.run, 16) ^ 0xFFFFFFFF:08x}"
    report.step(f"storing {rows:,} events and as many messages")
    seeded = seed(instance.database_url, company.company_id, company.shops[0].session_id, rows, run_id, report.step)
    targets = targets_of(seeded, options.seed)
    _check_answers(report, company, targets)
    seconds = options.seconds or (6.0 if options.quick else 60.0)
    generate(_ask(company, targets, 3.0, _ASKED_S))  # caches of a running system are warm
    rate = options.rate or _RATE
    quiet = company.traffic(_ASKED_EVERY, _requests(seconds, rate), fires=SILENT, silent=FIRES)
    rounds = [_round(report, options, company, targets, Round("", quiet, seconds, {"p99_ms": _GOAL_MS}))]
    add_firing_rules(company)
    seconds /= 2
    firing = company.traffic(_FIRE_EVERY, _requests(seconds, rate))
    rounds.append(_round(report, options, company, targets, Round(_FIRING, firing, seconds, None)))
    sent = sum(outcome.raw["sent"] for outcome in rounds)
    check_events(report, company, [outcome.acks for outcome in rounds], sent, options.seed)
    if instance.processes is not None:
        report.memory["after"] = instance.processes.memory()
    company.close()


def _requests(seconds: float, rate: float) -> int:
    return round((seconds + _LONGER_S) * rate)


def _round(
    report: Report, options: Options, company: BenchCompany, targets: dict[str, list[str]], now: Round
) -> Outcome:
    """Ask while webhooks come in; tell the latencies and return what became of the webhooks."""
    report.step(f"asking {options.questions or _ASKED_S:.0f} times a second for {now.seconds:.0f} s{now.suffix}")
    outcome, asked = _measure(report, options, company, targets, now)
    nothing = asked.latency(NOTHING).summary()["p99"]
    for name in targets:
        if name != NOTHING:
            limit = {"name": NOTHING, "p99_ms": nothing}
            goal = {"p99_ms": _SERIES_GOAL_MS} if now.goal and name in _SLOWER else now.goal
            report.add(f"{name}{now.suffix}", latency=asked.latency(name), limit=limit, goal=goal)
    report.add(f"webhook to 202 meanwhile{now.suffix}", rate_s=outcome.rate_s, latency=outcome.latency())
    failures = asked.failures
    report.check(f"every question was answered{now.suffix}", not failures, f"others: {failures or 'none'}")
    return outcome


def targets_of(seeded: Seed, seed_value: int) -> dict[str, list[str]]:
    """Return the paths of each kind of question."""
    numbers = seeded.sample(_PATHS, seed_value)
    ids = [str(seeded.event_id(number)) for number in numbers]
    since = datetime.fromtimestamp(seeded.first_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
    return {
        NOTHING: ["/healthz"],
        "event list": ["/api/v1/events?limit=50", "/api/v1/events?limit=50&event_type=order_approved"],
        "event by id": [f"/api/v1/events/{id_}" for id_ in ids],
        "payload containment, one hit": [containing({"orderId": seeded.order_id(number)}) for number in numbers],
        "payload containment, a quarter hits": [containing({"eventType": "order_approved", "status": "approved"})],
        "events by type, one in 20,000": ["/api/v1/events?limit=50&event_type=chargeback"],
        "events by source and webhook": [
            "/api/v1/events?limit=50&source=loja-0",
            f"/api/v1/events?limit=50&webhook_id={seeded.webhook_id}",
        ],
        "events by state, none": ["/api/v1/events?limit=50&state=failed"],
        "events by order": [f"/api/v1/events?order_id={seeded.order_id(number)}" for number in numbers],
        "events by phone": [f"/api/v1/events?phone={quote(seeded.phone(number))}" for number in numbers],
        "messages by phone": [f"/api/v1/messages?phone={quote(seeded.phone(number))}" for number in numbers],
        "messages by rule and campaign": [
            f"/api/v1/messages?limit=50&rule_id={seeded.rare_rule_id}",
            f"/api/v1/messages?limit=50&campaign_id={seeded.campaign_id}",
        ],
        "messages by session": [f"/api/v1/messages?limit=50&session_id={seeded.session_id}"],
        "messages by status, one in 20,000": ["/api/v1/messages?limit=50&status=failed"],
        "messages by status, one in 50,000": ["/api/v1/messages?limit=50&status=uncertain"],
        "messages of an event": [f"/api/v1/events/{id_}/messages" for id_ in ids],
        "summary": ["/api/v1/metrics/summary"],
        "series by hour": [f"/api/v1/metrics/series?step=hour&from={quote(since)}"],
        "series by day": [f"/api/v1/metrics/series?step=day&from={quote(since)}"],
        "funnel": [f"/api/v1/metrics/funnel?from={quote(since)}"],
        "breakdown by rule": [f"/api/v1/metrics/breakdown?by=rule&from={quote(since)}"],
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
        wanted = _FOUND.get(name, 1)
        if wanted is not None and found != wanted:
            wrong.append(f"{name}: {found} instead of {wanted}")
    report.check("each question finds what was stored", not wrong, "; ".join(wrong) or f"{len(targets)} kinds")


def _ask(company: BenchCompany, targets: dict[str, list[str]], seconds: float, asked_s: float) -> Plan:
    host, port = address(company.instance.base_url)
    traffic = {"kind": "gets", "headers": company.api.headers, "targets": targets}
    return Plan(host=host, port=port, connections=16, traffic=traffic, shape=[(seconds, asked_s)])


def _measure(
    report: Report, options: Options, company: BenchCompany, targets: dict[str, list[str]], now: Round
) -> tuple[Outcome, Outcome]:
    processes = company.instance.processes
    before = processes.cpu() if processes else None
    shape = [(now.seconds + _LONGER_S, options.rate or _RATE)]
    webhooks = RunningGenerator(company.plan(now.traffic, 32, shape=shape, warmup_s=1.0))
    plan = _ask(company, targets, now.seconds + 1.0, options.questions or _ASKED_S)
    plan.warmup_s = 1.0
    asked = RunningGenerator(plan).wait()
    outcome = webhooks.wait()
    if processes is not None and before is not None:
        cpu = processes.cpu().since(before) | {"generators": asked.raw["cpu_s"] + outcome.raw["cpu_s"]}
        used = per_event_us(cpu, asked.raw["sent"] + outcome.raw["sent"])
        report.settings[f"cpu_us_per_request{now.suffix}"] = used
    report.generators += [asked.generator, outcome.generator]
    return outcome, asked
