"""Nothing lost, nothing doubled: what was acknowledged is compared with what the API and the simulator tell."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from bench.acks import AckLog
from bench.company import BenchCompany
from bench.grapfy import phone_of
from bench.histogram import LatencyHistogram
from bench.report import Report
from engine.times import parse_time

_SAMPLE = 300
_PATIENCE_S = 20.0
_SENT = ("accepted", "sent", "delivered", "read")


def settle(look: Callable[[], int], wanted: int, patience_s: float = _PATIENCE_S) -> int:
    """Look until a number has reached ``wanted`` or patience ends; return the last look."""
    deadline = time.monotonic() + patience_s
    while (seen := look()) < wanted and time.monotonic() < deadline:
        time.sleep(0.1)
    return seen


def counted_events(company: BenchCompany) -> int:
    """Return how many events the counters (one per committed row) tell of this company."""
    return int(company.api.get("/metrics/summary")["today"]["events"])


def recorded_messages(company: BenchCompany) -> int:
    """Return how many of this company's messages are recorded as accepted, or further on."""
    messages = company.api.get("/metrics/summary")["today"]["messages"]
    return sum(messages.get(status, 0) for status in _SENT)


def accepted_by_simulator(company: BenchCompany) -> int:
    """Return how many messages the simulator has really accepted for this company's numbers."""
    numbers = company.simulator.stats()["numbers"]
    return sum(numbers[shop.phone_number_id]["accepted"] for shop in company.shops)


def check_events(report: Report, company: BenchCompany, logs: Iterable[AckLog], sent: int, seed: int) -> None:
    """Check that every acknowledged event is stored: all by the counters, a sample one by one."""
    acknowledged = list(logs)
    total = sum(len(log) for log in acknowledged)
    stored = settle(lambda: counted_events(company), total)
    report.check(
        "no acknowledged event lost",
        total <= stored <= sent,
        f"{total:,} acknowledged, {stored:,} stored, {sent:,} sent",
    )
    choice = random.Random(seed)
    weighted = [log for log in acknowledged if len(log)]
    picked = [log[choice.randrange(len(log))] for log in choice.choices(weighted, k=_SAMPLE)] if weighted else []
    missing = [ack.event_id for ack in picked if not _is(company, ack.event_id, ack.number)]
    report.check(
        "sampled events readable by id",
        not missing and bool(picked),
        f"{len(picked) - len(missing)} of {len(picked)}" + (f"; missing {missing[:3]}" if missing else ""),
    )


def _is(company: BenchCompany, event_id: str, number: int) -> bool:
    status, body = company.api.request("GET", f"/api/v1/events/{event_id}")
    return status == 200 and phone_of(number).encode() in body


def simulator_messages(company: BenchCompany) -> list[dict[str, Any]]:
    """Return everything that the simulator accepted for this company."""
    return [message for shop in company.shops for message in company.simulator.messages(shop.phone_number_id)]


def check_messages(
    report: Report, messages: list[dict[str, Any]], wanted: Iterable[str], recorded: int, name: str = ""
) -> None:
    """Check that each expected phone got exactly one message, and that each is recorded.

    Args:
        report: takes the checks.
        messages: what the simulator accepted.
        wanted: the phones (E.164) of the buyers whose event fired a rule; all different.
        recorded: how many messages the instance counts as accepted.
        name: tells several checks of a scenario apart.
    """
    expected = {phone.lstrip("+") for phone in wanted}
    got = Counter(message["to"] for message in messages)
    lost = [phone for phone in expected if phone not in got]
    doubled = [phone for phone, count in got.items() if count > 1]
    strangers = len(got.keys() - expected)
    report.check(f"{name}no message lost", not lost, f"{len(expected):,} expected, {len(lost)} missing {lost[:3]}")
    report.check(f"{name}no message doubled", not doubled, f"{len(doubled)} phones got more than one {doubled[:3]}")
    report.check(f"{name}recorded as accepted", recorded == len(messages), f"{recorded:,} of {len(messages):,}")
    if strangers:
        report.console.print(f"[yellow]{strangers} messages to phones whose 202 never arrived here[/]")


def latencies_to_acceptance(
    log: AckLog, messages: list[dict[str, Any]], since: int = 0, *, from_due: bool = False
) -> LatencyHistogram:
    """Return the times from each webhook's 202, as its sender saw it, to the simulator's acceptance.

    Args:
        log: what was acknowledged.
        messages: what the simulator accepted.
        since: webhooks with lower numbers do not count.
        from_due: count from when the webhook was due, not from its 202. Otherwise a message that was accepted before
            its 202 arrived counts as 0.
    """
    accepted = {message["to"]: message["accepted_at"] for message in messages}
    histogram = LatencyHistogram()
    for ack in log:
        at = accepted.get(phone_of(ack.number)[1:]) if ack.number >= since else None
        moment = parse_time(at) if at else None
        if moment is not None:
            begun_ms = ack.at_ms - ack.waited_ms if from_due else ack.at_ms
            histogram.record(int((moment.timestamp() * 1000 - begun_ms) * 1000))
    return histogram
