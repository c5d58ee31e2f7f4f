"""``bench ai``: what people write, at 50 messages/s beside half of what the pipeline takes, answered by a rule."""

from __future__ import annotations

import threading
import time
from collections import Counter
from importlib.resources import files
from typing import Any

from bench.company import BenchCompany, add_firing_rules, make_company
from bench.generator import Outcome, RunningGenerator, generate
from bench.histogram import LatencyHistogram
from bench.instance import Instance
from bench.options import Options
from bench.report import Report
from bench.sampling import Sampler
from bench.system import per_event_us
from bench.verifying import accepted_by_simulator, latencies_to_acceptance, settle, simulator_messages
from engine.ai.evaluation import read_labelled
from engine.ai.intents import OPT_OUT
from engine.times import parse_time

_INBOUND_S, _QUICK_INBOUND_S = 50.0, 10.0
_QUICK_PIPELINE_S = 50.0
_MORE_S, _FULL_SECONDS = 1_500.0, 15.0  # offered, to learn how much the pipeline takes: half of that is the load
_SECONDS, _QUICK_SECONDS = 60.0, 5.0
_GOAL_MS = 300
_QUICK_MS = 10_000  # on a machine that others use too: that it works at all
_SETTLE_S = 120.0
_BEGUN_S = 4.0  # of the sampling: the generator is at work by then
_COUNTED = 10_000  # lists count no further
_ANSWER = "Recebemos a sua mensagem."
# As people write, each with a number of its own behind it, so that no vector is remembered: understanding is measured.
_MESSAGES = "labelled_messages.jsonl"


def run(report: Report, options: Options, instance: Instance) -> None:
    """Measure from a message's entry at the simulator to its answer's acceptance there; see docs/BENCH.md."""
    seconds = options.seconds or (_QUICK_SECONDS if options.quick else _SECONDS)
    rate = options.rate or (_QUICK_INBOUND_S if options.quick else _INBOUND_S)
    company = make_company(instance, 2)
    add_firing_rules(company)
    company.api.post(
        "/rules",
        {
            "name": "answer",
            "trigger": {"event_type": "message_understood"},
            "when": {"not": {"field": "intent", "op": "equals", "value": OPT_OUT}},
            "action": {"send": {"session_id": company.shops[0].session_id, "text": _ANSWER}},
        },
    )
    try:
        pipeline_s = _QUICK_PIPELINE_S if options.quick else _full_rate(report, company) / 2
        alone = _pipeline(report, company, pipeline_s, seconds, "the pipeline alone")
        beside = _both(report, company, pipeline_s, rate, seconds, options)
        kept = beside.rate_s / alone.rate_s if alone.rate_s else 0.0
        report.check("the pipeline keeps 90 % of its rate", kept >= 0.9, f"{kept:.1%}")
    finally:
        company.close()


def _full_rate(report: Report, company: BenchCompany) -> float:
    """Return how many events per second the pipeline turns into accepted messages, with statuses, when more come.

    What has piled up meanwhile is sent before anything else is measured.
    """
    report.step(f"{_MORE_S:,.0f} events/s for {_FULL_SECONDS:.0f} s: the pipeline's full rate")
    before = accepted_by_simulator(company)
    with Sampler(lambda: accepted_by_simulator(company)) as sampler:
        outcome = generate(_plan(company, _MORE_S, _FULL_SECONDS, 256))
    full_s = sampler.rate_s(_BEGUN_S, _FULL_SECONDS)
    sent = settle(lambda: accepted_by_simulator(company), before + len(outcome.acks), _SETTLE_S)
    report.check("the full rate's events were all worked off", sent >= before + len(outcome.acks), f"{sent - before:,}")
    report.add("the pipeline's full rate, statuses on", rate_s=full_s, offered_s=_MORE_S, failures=outcome.failures)
    return full_s


def _pipeline(report: Report, company: BenchCompany, rate: float, seconds: float, name: str) -> Outcome:
    report.step(f"{name}: {rate:,.0f} events/s for {seconds:.0f} s")
    before = accepted_by_simulator(company)
    outcome = generate(_plan(company, rate, seconds))
    settle(lambda: accepted_by_simulator(company), before + len(outcome.acks), _SETTLE_S)
    _tell(report, company, name, rate, outcome)
    return outcome


def _tell(report: Report, company: BenchCompany, name: str, rate: float, outcome: Outcome) -> None:
    accepted = latencies_to_acceptance(outcome.acks, simulator_messages(company), from_due=True)
    report.add(
        name,
        rate_s=outcome.rate_s,
        latency=outcome.latency(),
        offered_s=rate,
        failures=outcome.failures,
        due_to_accepted_ms=accepted.summary(),
    )


def _plan(company: BenchCompany, rate: float, seconds: float, connections: int = 64) -> Any:
    traffic = company.traffic(1, round((seconds + 1) * rate))
    return company.plan(traffic, connections, shape=[(seconds + 1, rate)], warmup_s=1.0)


def _both(
    report: Report, company: BenchCompany, pipeline_s: float, rate: float, seconds: float, options: Options
) -> Outcome:
    report.step(f"{rate:.0f} messages/s from people beside it")
    processes = company.instance.processes
    before = processes.cpu() if processes else None
    accepted = accepted_by_simulator(company)
    generator = RunningGenerator(_plan(company, pipeline_s, seconds))
    writing = _Writing(company, rate, seconds)
    writing.start()
    outcome = generator.wait()
    writing.join()
    cpu_s = processes.cpu().since(before) if processes and before else {}
    wanted = len(writing.sent)
    settle(lambda: company.api.get("/ai/decisions", limit=1)["count"], min(wanted, _COUNTED), _SETTLE_S)
    decisions = list(company.api.all("/ai/decisions"))
    stops = {row["phone"] for row in decisions if row["intent"] == OPT_OUT}
    settle(lambda: len(_answers(company)), wanted - len(stops), _SETTLE_S)
    answers = _answers(company)
    latency = LatencyHistogram()
    for phone, sent_ms in writing.sent.items():
        if (accepted_ms := answers.get(phone)) is not None:
            latency.record(int(max(0.0, accepted_ms - sent_ms) * 1000))
    told = latency.summary()
    report.add(
        "from a person's message to its answer accepted",
        rate_s=wanted / seconds,
        latency=latency,
        goal=None if options.quick else {"p99_ms": _GOAL_MS},
        offered_s=rate,
        cpu_us_per_event=per_event_us(cpu_s, wanted) if cpu_s else None,
        decided_ms=_decided(decisions),
        decided_by=Counter(row["decided_by"] for row in decisions),
    )
    settle(lambda: accepted_by_simulator(company), accepted + len(outcome.acks) + len(answers), _SETTLE_S)
    _tell(report, company, "the pipeline beside it", pipeline_s, outcome)
    report.generators.append(outcome.generator)
    if processes is not None:
        report.memory["after"] = processes.memory()
    due = {f"+{phone}" for phone in writing.sent} - stops
    once = {f"+{phone}" for phone in answers} == due
    report.check("every message was answered, once", once, f"{len(answers):,} of {wanted:,}, {len(stops)} want none")
    most = _QUICK_MS if options.quick else _GOAL_MS
    slow = told["p99"]
    report.check(f"p99 under {most} ms", slow is not None and slow < most, f"{slow} ms")
    report.check("every webhook was answered", not outcome.failures, f"others: {outcome.failures or 'none'}")
    return outcome


def _answers(company: BenchCompany) -> dict[str, float]:
    """Return when each person's answer was accepted (milliseconds since 1970); one that was sent twice is missing."""
    found: dict[str, list[float]] = {}
    for message in company.simulator.messages(company.shops[0].phone_number_id):
        if message["text"] == _ANSWER:
            moment = parse_time(message["accepted_at"])
            if moment is not None:
                found.setdefault(message["to"], []).append(moment.timestamp() * 1000)
    return {phone: times[0] for phone, times in found.items() if len(times) == 1}


def _decided(decisions: list[dict[str, Any]]) -> dict[str, float | int | None]:
    """Return from receipt to decision, as the decisions tell it."""
    histogram = LatencyHistogram()
    for row in decisions:
        histogram.record(row["latency_ms"] * 1000)
    return histogram.summary()


def _written() -> list[str]:
    """Return what people write: the labelled messages of docs/AI.md but opt-outs, which nobody answers."""
    lines = (files("engine.ai") / _MESSAGES).read_text("utf-8").splitlines()
    return [row.text for row in read_labelled(lines) if row.intent != OPT_OUT]


class _Writing(threading.Thread):
    """People who write on time, whatever happens: an open loop."""

    def __init__(self, company: BenchCompany, rate: float, seconds: float) -> None:
        super().__init__(daemon=True)
        self._company = company
        self._rate = rate
        self._count = round(rate * seconds)
        self._texts = _written()
        self.sent: dict[str, float] = {}

    def run(self) -> None:
        begun = time.monotonic()
        begun_ms = time.time() * 1000
        number_id = self._company.shops[0].phone_number_id
        for number in range(self._count):
            due_s = number / self._rate
            time.sleep(max(0.0, begun + due_s - time.monotonic()))
            phone = f"55219{10_000_000 + number:08d}"
            # A late one counts from when it should have been written.
            self.sent[phone] = begun_ms + due_s * 1000
            self._company.simulator.reply(number_id, phone, f"{self._texts[number % len(self._texts)]} {number}")
