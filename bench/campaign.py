"""``bench campaign``: everybody in a large list is written to once, while every actor is killed in turn.

The list comes from a CSV file (``bench imports``); the simulator's ledger is the judge.
"""

from __future__ import annotations

import time
from collections import Counter

from bench.company import SESSION_RATE, BenchCompany, add_firing_rules, make_company
from bench.errors import BenchFailed
from bench.imports import import_people
from bench.instance import Instance
from bench.killing import await_well, kill, own_processes, reach
from bench.options import Options
from bench.report import Report
from bench.verifying import accepted_by_simulator, simulator_messages

_ROWS = 1_000_000
_QUICK_ROWS = 4_000
_NUMBERS = 3
_QUICK_THROUGHPUT = 100  # so that something is left to send after each kill
_FIRST_GOAL_S = 5.0
_QUICK_FIRST_S = 15.0
_ACTORS = ("worker", "sender", "shards", "gateway", "scheduler", "aggregator", "fanout", "supervisor")
_STALLED_S = 120.0
_REST_S = 900.0
_LOOK_S = 0.05
_GROWN = 1.5  # memory of all parts but Postgres and the simulator, which keep the messages


def run(report: Report, options: Options, instance: Instance) -> None:
    """Import, start, kill, wait for the end, judge; see docs/BENCH.md."""
    own_processes(instance)
    rows = options.rows or (_QUICK_ROWS if options.quick else _ROWS)
    company = make_company(instance, _NUMBERS, _QUICK_THROUGHPUT if options.quick else SESSION_RATE)
    company.simulator.settings(statuses=False)
    try:
        list_id, file = import_people(report, company, rows)
        path = _make(company, list_id)
        first_s = _start(report, company, path, options)
        kills = ("worker", "sender") if options.quick else _ACTORS
        begun = time.monotonic() - first_s
        backs = _kill_in_turn(report, company, kills, file.people)
        _await_end(report, company, path)
        seconds = time.monotonic() - begun
        report.add(
            "recipients written to, kills included",
            rate_s=file.people / seconds,
            took_s=round(seconds, 1),
            back_s=backs,
        )
        _judge(report, company, path, file.people)
    finally:
        company.simulator.settings(statuses=True)
        company.close()


def _make(company: BenchCompany, list_id: str) -> str:
    add_firing_rules(company, category="marketing")
    template = next(company.api.all("/templates"))
    variables = {"order_value": {"value": "97.00"}, "pix_code": {"value": "OFERTA10"}}
    made = company.api.post(
        "/campaigns",
        {
            "name": "Oferta",
            "audience": {"lists": [list_id]},
            "variants": [{"template_id": template["id"]}],
            "variables": variables,
            "sessions": [{"session_id": shop.session_id} for shop in company.shops],
        },
    )
    return f"/campaigns/{made['id']}"


def _start(report: Report, company: BenchCompany, path: str, options: Options) -> float:
    """Start the campaign as its dry run showed it; return the seconds until the first message was accepted."""
    begun = time.monotonic()
    told = company.api.post(f"{path}/dry-run", {})
    while told["counts"] is None:
        time.sleep(_LOOK_S)
        told = company.api.get(f"{path}/dry-runs/{told['preview_id']}")
    report.step(f"dry run in {time.monotonic() - begun:.1f} s: {told['counts']}")
    begun = time.monotonic()
    company.api.post(f"{path}/start", {"preview_id": told["preview_id"]})
    reach(lambda: accepted_by_simulator(company), 1, _STALLED_S)
    first_s = time.monotonic() - begun
    most_s = _QUICK_FIRST_S if options.quick else _FIRST_GOAL_S
    report.add("start to first message accepted", first_s=round(first_s, 2))
    report.check("first message soon after the start", first_s < most_s, f"{first_s:.2f} s, {most_s:.0f} s at most")
    return first_s


def _kill_in_turn(report: Report, company: BenchCompany, kills: tuple[str, ...], people: int) -> dict[str, float]:
    """Kill one kind of actor after the other, evenly over the way; return how soon sending went on after each."""
    processes = own_processes(company.instance)
    memory, backs = [processes.memory()], {}
    for index, part in enumerate(kills):
        reach(lambda: accepted_by_simulator(company), round(people * (index + 1) / (len(kills) + 2)), _STALLED_S)
        memory.append(processes.memory())
        pids = kill(processes, (part,))
        at, begun = accepted_by_simulator(company), time.monotonic()
        # What was in flight still arrives; fifty more tell that sending goes on.
        reach(lambda: accepted_by_simulator(company), min(at + 50, people), _STALLED_S)
        backs[part] = round(time.monotonic() - begun, 2)
        await_well(company.instance, (part,), pids)
        report.step(f"kill -9 of {part}: sending goes on after {backs[part]:.1f} s; {at:,} accepted so far")
    memory.append(processes.memory())
    report.memory |= {
        f"at {share}": parts for share, parts in zip(("the start", *kills, "the end"), memory, strict=True)
    }
    own = [sum(size for part, size in parts.items() if part not in ("postgres", "simulator")) for parts in memory]
    report.check(
        "memory stays flat",
        max(own[1:]) < _GROWN * own[0],
        ", ".join(f"{size / 2**20:,.0f} MiB" for size in own),
    )
    return backs


def _await_end(report: Report, company: BenchCompany, path: str) -> None:
    deadline, last, seen = time.monotonic() + _REST_S, time.monotonic(), -1
    while (found := company.api.get(path))["status"] != "finished":
        accepted = accepted_by_simulator(company)
        if accepted > seen:
            seen, last = accepted, time.monotonic()
        if time.monotonic() > max(deadline, last + _STALLED_S):
            raise BenchFailed(f"the campaign did not end: {found['status']}, {found['counts']}")
        time.sleep(0.5)
    report.step(f"finished: {found['counts']}")


def _judge(report: Report, company: BenchCompany, path: str, people: int) -> None:
    found = company.api.get(f"{path}/report")
    counts = found["counts"]
    campaign_id = path.rpartition("/")[2]
    uncertain, failed = (
        {one["to"].lstrip("+") for one in company.api.all("/messages", campaign_id=campaign_id, status=status)}
        for status in ("uncertain", "failed")
    )
    written_to = Counter(message["to"] for message in simulator_messages(company))
    doubled = [phone for phone, times in written_to.items() if times > 1]
    lost = people - len(written_to) - len((uncertain | failed) - written_to.keys())
    report.check("the report tells everybody", found["total"] == sum(counts.values()) == people, f"{counts}")
    report.check("nobody is written to twice", not doubled, f"{len(doubled)} {doubled[:3]}")
    report.check(
        "nobody is forgotten",
        lost == 0,
        f"{len(written_to):,} of {people:,} written to; {len(uncertain)} uncertain, {len(failed)} failed; {lost} lost",
    )
    known = sum(counts[status] for status in ("accepted", "sent", "delivered", "read"))
    report.check(
        "recorded as accepted",
        known == len(written_to) - len(uncertain & written_to.keys()),
        f"{known:,}; {len(uncertain & written_to.keys())} accepted ones are uncertain (no statuses in this run)",
    )
