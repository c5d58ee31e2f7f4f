"""``bench throughput``: what one number sends of what it may, and how soon a PIX message passes a bulk run.

WhatsApp counts what people write to the number too: they write all the time here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from bench.company import SESSION_RATE, SILENT, BenchCompany, add_firing_rules, make_company
from bench.generator import Outcome, generate
from bench.grapfy import phone_of
from bench.instance import Instance
from bench.killing import reach
from bench.options import Options
from bench.people_write import PeopleWrite
from bench.report import Report
from bench.system import CpuReading, per_event_us
from bench.verifying import (
    accepted_by_simulator,
    check_messages,
    latencies_to_acceptance,
    recorded_messages,
    settle,
    simulator_messages,
)
from engine.times import parse_time

_MODEST_RATE = 250  # what two cores can do with everything on
_INBOUND_SHARE = 0.05
_PIX_RATE = 5.0
_PIX_GOAL_MS = 1000
_LEAST = 0.95
_QUICK_LEAST, _QUICK_PIX_MS = 0.75, 3_000  # five seconds on a machine that others use too
_ENTER_RATE = 600.0
_SKIP_S = 1.5  # a number that has rested may send a second's worth at once
_TAIL_S = 1.0  # beyond what is measured, so that there is always something left to send
_STALLED_S = 60.0
_LIMIT_SHARE = 0.001
_DRAIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Round:
    """One measurement: what the number may send, and whether receipts come back meanwhile."""

    throughput: int
    statuses: bool
    seconds: float

    @property
    def name(self) -> str:
        return f"{self.throughput:,} allowed, statuses {'on' if self.statuses else 'off'}"

    @property
    def bulk(self) -> int:
        """How many bulk messages must wait."""
        return round(self.throughput * (_SKIP_S + self.seconds + _TAIL_S))


def run(report: Report, options: Options, instance: Instance) -> None:
    """Measure at the highest throughput there is, then at one that this machine can serve; see docs/BENCH.md."""
    seconds = options.seconds or (5.0 if options.quick else 30.0)
    modest = Round(round(options.rate) or _MODEST_RATE, True, seconds)
    high = [Round(SESSION_RATE, statuses, seconds) for statuses in (False, True)]
    for one in [modest] if options.quick or options.rate else [*high, modest]:
        company = make_company(instance, 1, one.throughput)
        try:
            _measure(report, options, company, one)
        finally:
            company.simulator.settings(statuses=True)
            company.close()
    if instance.processes is not None:
        report.memory["after"] = instance.processes.memory()


def _measure(report: Report, options: Options, company: BenchCompany, one: Round) -> None:
    add_firing_rules(company)
    add_firing_rules(company, fires=SILENT, category="marketing")
    company.simulator.settings(statuses=one.statuses)
    session = f"/sessions/{company.shops[0].session_id}"
    company.api.post(f"{session}/pause", {})
    report.step(f"{one.name}: {one.bulk:,} bulk messages enter while the number is paused")
    entered = generate(
        company.plan(
            company.traffic(0, one.bulk), options.connections or 64, shape=[(one.bulk / _ENTER_RATE, _ENTER_RATE)]
        )
    )
    settle(lambda: _waiting(company), len(entered.acks), _DRAIN_S)
    report.step(f"{one.name}: sending for {one.seconds:.0f} s")
    requests = round((_SKIP_S + one.seconds) * _PIX_RATE)
    plan = company.plan(company.traffic(1, requests), 16, shape=[(_SKIP_S + one.seconds, _PIX_RATE)])
    people = company.traffic(0, one.bulk)["first"]
    before, cpu_before = company.simulator.stats(), _cpu(company)
    with PeopleWrite(company, one.throughput * _INBOUND_SHARE, people):
        company.api.post(f"{session}/resume", {})
        begun_ms = time.time() * 1000
        paid = generate(plan)
        ended_ms = begun_ms + (_SKIP_S + one.seconds) * 1000
    cpu_after = _cpu(company)
    cpu_s = cpu_after.since(cpu_before) if cpu_after and cpu_before else {}
    report.generators.append(paid.generator)
    wanted = len(entered.acks) + len(paid.acks)
    reach(lambda: accepted_by_simulator(company), wanted, _STALLED_S)
    _tell(report, company, one, (begun_ms + _SKIP_S * 1000, ended_ms), paid, cpu_s)
    _check(report, company, one, before, [entered, paid])


def _cpu(company: BenchCompany) -> CpuReading | None:
    return company.instance.processes.cpu() if company.instance.processes else None


def _waiting(company: BenchCompany) -> int:
    messages = company.api.get("/metrics/summary")["today"]["messages"]
    return int(messages.get("queued", 0) + messages.get("held", 0))


def _tell(
    report: Report,
    company: BenchCompany,
    one: Round,
    window_ms: tuple[float, float],
    paid: Outcome,
    cpu_s: dict[str, float],
) -> None:
    """Tell what passed the number within the window, beside what was allowed, and how soon PIX messages did."""
    seconds = (window_ms[1] - window_ms[0]) / 1000
    messages = simulator_messages(company)
    sent = _within([message["accepted_at"] for message in messages], window_ms) / seconds
    written = company.simulator.inbound()
    heard = _within([message["received_at"] for message in written], window_ms) / seconds
    report.add(
        f"sent and heard, {one.name}",
        rate_s=sent + heard,
        limit={"name": "allowed", "rate_s": float(one.throughput)},
        goal={"ratio": _LEAST},
        sent_s=round(sent, 1),
        heard_s=round(heard, 1),
        share_of_what_is_left=round(sent / (one.throughput - heard), 3),
        cpu_us_per_event=per_event_us(cpu_s, round(sent * seconds)) if cpu_s else None,
    )
    latency = latencies_to_acceptance(paid.acks, messages)
    report.add(f"PIX to accepted, {one.name}", rate_s=paid.rate_s, latency=latency, goal={"p99_ms": _PIX_GOAL_MS})
    check_promises(report, one.name, (sent + heard) / one.throughput, latency.summary()["p99"])
    report.console.print(f"{one.name}: {sent:,.1f}/s sent beside {heard:,.1f}/s heard, of {one.throughput:,}/s")


def check_promises(report: Report, name: str, used: float, p99_ms: float | None) -> None:
    """Check what the number used of what it may, and how soon PIX messages passed the bulk run."""
    least, slowest_ms = (_QUICK_LEAST, _QUICK_PIX_MS) if report.quick else (_LEAST, _PIX_GOAL_MS)
    report.check(f"uses {least:.0%} of what is allowed, {name}", used >= least, f"{used:.1%}")
    soon = p99_ms is not None and p99_ms < slowest_ms
    report.check(f"a PIX message passes within {slowest_ms / 1000:.0f} s (p99), {name}", soon, f"{p99_ms} ms")


def _within(times: list[str], window_ms: tuple[float, float]) -> int:
    moments = (parse_time(at) for at in times)
    return sum(window_ms[0] <= moment.timestamp() * 1000 < window_ms[1] for moment in moments if moment is not None)


def _check(report: Report, company: BenchCompany, one: Round, before: dict[str, Any], outcomes: list[Outcome]) -> None:
    after = company.simulator.stats()
    requests = after["requests"] - before["requests"]
    refused = after["refused"].get("130429", 0) - before["refused"].get("130429", 0)
    report.check(
        f"never faster than allowed, {one.name}",
        refused <= _LIMIT_SHARE * requests,
        f"{refused} of {requests:,} requests answered 130429",
    )
    wanted = [phone_of(ack.number) for outcome in outcomes for ack in outcome.acks]
    recorded = settle(lambda: recorded_messages(company), len(wanted), _DRAIN_S)
    check_messages(report, simulator_messages(company), wanted, recorded, f"{one.name}: ")
