"""``bench replay``: counting what a replay of a million events would do, while events come in as fast as they can."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from bench.company import FIRES, SILENT, BenchCompany, add_firing_rules, add_silent_rules, make_company
from bench.generator import Outcome, generate
from bench.imports import await_job
from bench.instance import Instance, InstanceFailed
from bench.options import Options
from bench.report import Report
from bench.seeding import seed
from bench.verifying import accepted_by_simulator, check_events
from engine.times import rfc3339

_ROWS = 1_000_000
_QUICK_ROWS = 20_000
_GOAL_S = 120.0
_SECONDS, _QUICK_SECONDS = 20.0, 4.0
_CONNECTIONS = 64
_LEAST = 0.9
_OWN = 9  # of ten seeded events
_OLD = timedelta(hours=1)  # what comes in meanwhile is not previewed


def run(report: Report, options: Options, instance: Instance) -> None:
    """Store events, measure ingest alone, with a preview beside it, and alone again; see docs/BENCH.md."""
    if instance.database_url is None:
        raise InstanceFailed("replay fills the database: with --url, give it as MASTERIA_DATABASE_URL")
    rows = options.rows or (_QUICK_ROWS if options.quick else _ROWS)
    seconds = options.seconds or (_QUICK_SECONDS if options.quick else _SECONDS)
    company = make_company(instance, 1)
    add_silent_rules(company, FIRES, SILENT)
    run_id = f"{int(company.run, 16) ^ 0xFFFFFFFF:08x}"
    report.step(f"storing {rows:,} events and as many messages")
    seed(instance.database_url, company.company_id, company.shops[0].session_id, rows, run_id, report.step)
    add_firing_rules(company, fires=FIRES)
    rounds = [_ingest(report, company, seconds, "alone")]
    report.step("a preview of all of them")
    begun = time.monotonic()
    shown = company.api.post("/events/replay", {"filter": {"to": rfc3339(datetime.now(UTC) - _OLD)}, "preview": True})
    rounds.append(_ingest(report, company, seconds, "beside the preview"))
    counting = shown["counts"] is None
    still = counting and company.api.get(f"/jobs/{shown['job']['id']}")["state"] == "running"
    job = await_job(company.api, str(shown["job"]["id"]))
    took_s = time.monotonic() - begun
    rounds.append(_ingest(report, company, seconds, "alone again"))
    counts = job["result"]["counts"]
    counted = counts["would"] + sum(counts["skip"].values())
    alone_s = (rounds[0].rate_s + rounds[2].rate_s) / 2
    share = rounds[1].rate_s / alone_s
    report.add("events previewed", rate_s=counted / took_s, took_s=round(took_s, 1), counts=counts)
    report.add("ingest beside the preview", rate_s=rounds[1].rate_s, limit={"name": "ingest alone", "rate_s": alone_s})
    report.console.print(f"{counted:,} effects counted in {took_s:.1f} s: {counts}")
    report.check("the preview's job is done", job["state"] == "done", f"{job['state']}: {job['error']}")
    least = rows * _OWN // 10
    report.check(
        "every event was looked at", job["done"] >= least, f"{job['done']:,}, {least:,} stored for this company"
    )
    report.check("the preview was at work all the time", still or options.quick, f"while ingest was measured: {still}")
    if not options.quick:
        report.check("previewed in two minutes", took_s <= _GOAL_S or rows > _ROWS, f"{took_s:.1f} s")
        report.check("ingest hardly slower", share >= _LEAST, f"{share:.2f} of the rate alone")
    accepted = accepted_by_simulator(company)
    report.check("nothing was sent", accepted == 0, f"{accepted}")
    check_events(report, company, [one.acks for one in rounds], sum(one.raw["sent"] for one in rounds), options.seed)
    if instance.processes is not None:
        report.memory["after"] = instance.processes.memory()
    company.close()


def _ingest(report: Report, company: BenchCompany, seconds: float, when: str) -> Outcome:
    report.step(f"ingest {when} for {seconds:.0f} s")
    # SILENT alone: no rule that fires looks at what comes in.
    plan = company.plan(company.traffic(0, 1_000_000), _CONNECTIONS, seconds=seconds, warmup_s=1.0)
    outcome = generate(plan)
    report.generators.append(outcome.generator)
    return outcome
