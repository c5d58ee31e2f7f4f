"""``bench ledger``: a campaign through five numbers while WhatsApp fails in every way and processes are killed.

Four numbers send marketing (bulk), the fifth PIX messages (transactional, sent once more when they stay uncertain).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import orjson

from bench.acks import AckLog
from bench.company import BenchCompany, add_firing_rules, make_company
from bench.generator import RunningGenerator
from bench.grapfy import phone_of
from bench.instance import Instance
from bench.killing import HOST, SENDER, await_well, kill, own_processes, reach
from bench.ledger_judge import Verdict, judge
from bench.options import Options
from bench.report import Report
from bench.verifying import accepted_by_simulator, check_events, simulator_messages
from masteria.processes import wait_until

_NUMBERS = 5
_ROWS = 100_000
_QUICK_ROWS = 1_500
_RATE = 500.0
_SHARE = 0.02
_FAMILIAR = 4  # people who get more messages than one person may get at once
_FAMILIAR_MESSAGES = 50
# (share of the messages accepted, who is killed then)
_KILLS = ((0.2, SENDER), (0.4, SENDER), (0.6, SENDER), (0.8, HOST))
_QUICK_KILLS = ((0.3, SENDER), (0.7, HOST))
# In a quick run nobody waits 20 s for the client's patience to end: the connection closes after two.
_QUICK_CLASSES = [
    "http", "error", "rate", "pair", "delay", "drop",
    "lost", "duplicated", "reordered", "late", "failed", "failed_late",
]  # fmt: skip
_QUICK_HANG_MS = 2_000
_GRACE_S, _QUICK_GRACE_S = 30, 5
_STALLED_S = 120.0
_ARRIVING_S = 0.2  # what a killed sender had written to its sockets still arrives
_QUIET_S = 600.0
_LIMIT_CODES = ("130429", "131056")
_LIMIT_SHARE = 0.001
# In a short run only: a new sender knows neither whom the killed one has just written to nor how full its bucket was,
# and 0.1 % of so few requests is one or two.
_REFUSED_PER_KILL = 4
_PENDING = ("scheduled", "queued", "held", "sending")


def settings(options: Options) -> tuple[str, ...]:
    """Return the settings of an instance of one's own: after how long the uncertain are decided about."""
    return (f"uncertain_grace_s={_QUICK_GRACE_S if options.quick else _GRACE_S}",)


@dataclass(frozen=True, slots=True)
class Killed:
    """One kill: what it hit, and how long until the next message was accepted."""

    what: str
    pids: int
    back_s: float

    def told(self) -> dict[str, Any]:
        """Return it as a result file has it."""
        return {"what": self.what, "processes": self.pids, "back_s": round(self.back_s, 2)}


def run(report: Report, options: Options, instance: Instance) -> None:
    """Send the campaign, kill, wait for quiet, judge; see docs/BENCH.md."""
    own_processes(instance)
    rows = options.rows or (_QUICK_ROWS if options.quick else _ROWS)
    company = make_company(instance, _NUMBERS)
    add_firing_rules(company, company.shops[:-1], category="marketing")
    add_firing_rules(company, company.shops[-1:])
    direct = _write_to_familiar(company, 1 if options.quick else _FAMILIAR)
    _inject(company, options)
    rate = options.rate or _RATE
    report.step(f"{rows:,} messages over {_NUMBERS} numbers, {_SHARE:.0%} faults of every class")
    begun = time.monotonic()
    traffic = company.traffic(1, rows)
    entering = RunningGenerator(company.plan(traffic, 64, shape=[(rows / rate, rate)]))
    try:
        killed = _kill_in_between(report, company, options, rows)
        outcome = entering.wait()
    finally:
        entering.stop()
    report.generators.append(outcome.generator)
    _await_quiet(report, company)
    seconds = time.monotonic() - begun
    check_events(report, company, [outcome.acks], outcome.raw["sent"], options.seed)
    report.step("reading every message")
    messages = list(company.api.all("/messages"))
    verdict = judge(messages, simulator_messages(company))
    _tell(report, company, verdict, killed, verdict.accepted / seconds, seconds)
    _check(report, company, verdict, _REFUSED_PER_KILL * len(killed) if options.quick else 0)
    _check_all_there(report, messages, outcome.acks, direct)
    report.memory["after"] = own_processes(instance).memory()
    company.close()


def _inject(company: BenchCompany, options: Options) -> None:
    if not options.quick:
        company.simulator.fault_classes(_SHARE)
        return
    company.simulator.fault_classes(_SHARE, _QUICK_CLASSES)
    company.simulator.fault({"hang_ms": _QUICK_HANG_MS}, _SHARE)
    company.simulator.fault({"hang_ms": _QUICK_HANG_MS, "drop_after_accept": True}, _SHARE)


def _write_to_familiar(company: BenchCompany, people: int) -> list[str]:
    """Write to a few people more often than one may at once; return the ids of those messages.

    Before faults begin: after an injected 131056 a sender rightly takes a person's burst for spent, and the rest of
    it would follow at one message in six seconds.
    """
    ids = []
    for index in range(_FAMILIAR_MESSAGES * people):
        to = f"+55219{90_000_000 + index % people:08d}"
        shop = company.shops[index % people % (_NUMBERS - 1)]
        body = {"session_id": shop.session_id, "to": to, "text": f"Aviso {index}", "lane": "bulk"}
        ids.append(str(company.api.post("/messages", body)["id"]))
    return ids


def _kill_in_between(report: Report, company: BenchCompany, options: Options, rows: int) -> list[Killed]:
    """Kill at given shares of the way; the host only when everything has entered."""
    processes = own_processes(company.instance)
    killed = []
    for share, parts in _QUICK_KILLS if options.quick else _KILLS:
        if parts is HOST:  # what enters is judged too, but its sender does not try again
            reach(lambda: _entered(company), rows, _STALLED_S)
        reach(lambda: accepted_by_simulator(company), round(share * rows), _STALLED_S)
        what = "host" if parts is HOST else "sender host"
        pids = kill(processes, parts)
        time.sleep(_ARRIVING_S)
        at = accepted_by_simulator(company)
        back_s = _ARRIVING_S + reach(lambda: accepted_by_simulator(company), at + 1, _STALLED_S)
        await_well(company.instance, parts, pids)
        killed.append(Killed(what, len(pids), back_s))
        report.step(f"kill -9 of the {what} ({len(pids)} processes): accepted again after {back_s:.1f} s")
    return killed


def _entered(company: BenchCompany) -> int:
    return int(company.api.get("/metrics/summary")["today"]["events"])


def _await_quiet(report: Report, company: BenchCompany) -> None:
    """Wait until nothing waits any more, everything was told, and the uncertain were decided about."""
    report.step("waiting until nothing is left to do")

    def quiet() -> bool:
        # The uncertain before and after: what is decided about while one looks becomes a message that waits.
        if _undecided(company) or company.simulator.stats()["statuses"]["pending"] or _spilled(company):
            return False
        waiting = company.api.get("/messages", status=",".join(_PENDING), limit=1)
        return not waiting["count"] and not _undecided(company)

    report.check("everything comes to rest", wait_until(quiet, _QUIET_S), f"within {_QUIET_S:.0f} s")


def _spilled(company: BenchCompany) -> int:
    """Return how many buckets' acknowledged requests, receipts among them, are still in the spill."""
    _, body = company.api.request("GET", "/readyz")
    parts = orjson.loads(body)["parts"]
    return sum(part.get("spill_behind", 0) for name, part in parts.items() if name.startswith("shard-"))


def _undecided(company: BenchCompany) -> bool:
    """Tell whether a transactional message is uncertain that the policy has not dealt with yet."""
    found = company.api.all("/messages", status="uncertain", session_id=company.shops[-1].session_id)
    return any(message["retry_of"] is None and message["reason"] != "sent_again" for message in found)


def _tell(
    report: Report, company: BenchCompany, verdict: Verdict, killed: list[Killed], rate_s: float, seconds: float
) -> None:
    stats = company.simulator.stats()
    faults = {_name(fault): fault["applied"] for fault in company.simulator.faults()}
    report.add(
        "accepted, all faults and kills included",
        rate_s=rate_s,
        took_s=round(seconds, 1),
        ledger=verdict.figures(),
        killed=[one.told() for one in killed],
        requests=stats["requests"],
        refused=stats["refused"],
        injected=stats["injected"],
        faults=faults,
    )
    for title, told in (
        ("ledger", verdict.figures()),
        ("faults applied", faults),
        ("refused by the simulator's own limits", stats["refused"]),
    ):
        report.console.print(f"{title}: {told}")


def _name(fault: dict[str, Any]) -> str:
    return " ".join(f"{name}={value}" for name, value in fault["then"].items())


def _check(report: Report, company: BenchCompany, verdict: Verdict, spare: int) -> None:
    report.check("0 doubled", not verdict.doubled, f"{len(verdict.doubled)} {verdict.doubled[:3]}")
    report.check(
        "0 lost", not verdict.lost and not verdict.waiting, f"{verdict.lost[:3]}, waiting {verdict.waiting[:3]}"
    )
    stats = company.simulator.stats()
    report.check("no message id accepted twice", stats["duplicates"] == 0, f"{stats['duplicates']}")
    report.check("no message that the API does not know", not verdict.strangers, f"{verdict.strangers[:3]}")
    injected = set(stats["injected"])
    report.check("refused for good by injected errors only", set(verdict.failed) <= injected, f"{dict(verdict.failed)}")
    detail = (
        f"{verdict.reconciled:,} of {verdict.accepted_uncertain:,} that were accepted; {verdict.silent:,} were never "
        f"told of by an injected fault; {len(verdict.untold)} not reconciled {verdict.untold[:10]}; "
        f"{verdict.uncertain:,} uncertain in all"
    )
    report.check("every uncertain message that WhatsApp told of is reconciled", not verdict.untold, detail)
    beyond = sum(stats["refused"].get(code, 0) for code in _LIMIT_CODES)
    report.check(
        "limits respected: at most 0.1 % 130429 and 131056" + (f", and {spare} for the kills" if spare else ""),
        beyond <= _LIMIT_SHARE * stats["requests"] + spare,
        f"{beyond} of {stats['requests']:,} requests ({beyond / max(1, stats['requests']):.3%})",
    )


def _check_all_there(report: Report, messages: list[dict[str, Any]], acks: AckLog, direct: list[str]) -> None:
    """Check that each acknowledged webhook has made exactly one message, and each message asked for is there."""
    first = [message for message in messages if message["retry_of"] is None]
    ids, phones = {message["id"] for message in first}, [message["to"] for message in first if message["event_id"]]
    missing = {phone_of(ack.number) for ack in acks} - set(phones)
    report.check(
        "one message for each acknowledged webhook",
        not missing and len(phones) == len(set(phones)) and set(direct) <= ids,
        f"{len(acks):,} acknowledged, {len(phones):,} messages, {len(missing)} missing; "
        f"{len(set(direct) & ids)} of {len(direct)} asked for by API",
    )
