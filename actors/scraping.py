"""The installation's numbers for Prometheus, as plain values: gateway/prometheus.py writes them in its format."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from actors.aggregating import Aggregating
from engine.ai.outcomes import OUTCOMES
from engine.ai.writing import VERSIONS
from engine.company_counters import by_status
from engine.histograms import Histogram

_BOUNDS_MS = (25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 3_600_000)


def prometheus(
    counted: Aggregating,
    live: Mapping[str, int],
    jobs: Iterable[Mapping[str, Any]] = (),
    turns: tuple[int, float] = (0, 0.0),
) -> bytes:
    """Return ``{"families": [{"name", "type", "help", "samples"}…]}`` as JSON.

    No label names a company, a session or anything else that has no bound.

    Args:
        counted: every company's counters.
        live: the fanout's numbers.
        jobs: unfinished jobs by state (``storage.jobs.count_open``).
        turns: messages that nobody has understood yet, and seconds (``storage.ai_turns.count_turns``).
    """
    states, messages, counts, latency = _totals(counted)
    own = counted.counters
    decided = {outcome: counts.get(f"ai_{outcome}", 0) for outcome in OUTCOMES}
    written = {kind: counts.get(f"ai_writing_{kind}", 0) for kind in VERSIONS}
    open_jobs = {"queued": 0, "running": 0} | {row["state"]: row["jobs"] for row in jobs}
    waiting_s = max((row["oldest_s"] for row in jobs), default=0.0)
    families = [
        _family("masteria_events", "counter", "Events stored, by state.", _by("state", states)),
        _family("masteria_messages", "gauge", "Messages by their present status.", _by("status", by_status(messages))),
        _family("masteria_counted", "counter", "Everything else that is counted.", _by("name", counts)),
        _one("masteria_queue_depth", "gauge", "Messages that are due and wait for their sender.", messages["queued"]),
        _histogram(latency),
        _one("masteria_deltas", "counter", "Transactions counted since the aggregator started.", own["deltas"]),
        _one("masteria_delta_gaps", "counter", "Deltas whose telling was lost, read from Postgres.", own["gaps_read"]),
        _one("masteria_delta_gaps_open", "gauge", "Writers with a gap just now.", counted.gap_count()),
        _one("masteria_delta_unexplained", "counter", "Numbers that no writer ever wrote.", own["unexplained"]),
        _one("masteria_rollup_lag_deltas", "gauge", "Counted deltas that wait for the roll-up.", counted.lag()),
        _family("masteria_jobs", "gauge", "Unfinished jobs, by state.", _by("state", open_jobs)),
        _one("masteria_jobs_oldest_waiting_seconds", "gauge", "How long a job waits for a worker.", waiting_s),
        _family("masteria_ai_decisions", "counter", "Decided messages, by what followed.", _by("outcome", decided)),
        _family("masteria_ai_writings", "counter", "What models were asked to write, by kind.", _by("kind", written)),
        _one("masteria_ai_turns_waiting", "gauge", "Messages that nobody has understood yet.", turns[0]),
        _one("masteria_ai_oldest_turn_seconds", "gauge", "How long a message waits to be understood.", turns[1]),
        _one("masteria_live_clients", "gauge", "Clients of the live connection.", live.get("clients", 0)),
    ]
    return orjson.dumps({"families": families})


def _totals(counted: Aggregating) -> tuple[dict[str, int], dict[str, int], dict[str, int], Histogram]:
    states: dict[str, int] = {"processed": 0, "unparsed": 0, "failed": 0}
    messages: dict[str, int] = {"queued": 0}
    counts: dict[str, int] = {"accepted": 0, "duplicates": 0}
    latency = Histogram()
    for company in counted.companies.values():
        totals = company.totals
        for source, into in ((totals.states, states), (totals.messages, messages), (totals.counts, counts)):
            for key, n in source.items():
                into[key] = into.get(key, 0) + n
        latency.merge(totals.latency)
    return states, messages, counts, latency


def _family(name: str, kind: str, text: str, samples: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "type": kind, "help": text, "samples": list(samples)}


def _one(name: str, kind: str, text: str, value: float) -> dict[str, Any]:
    return _family(name, kind, text, [{"labels": {}, "value": value}])


def _by(label: str, values: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"labels": {label: key}, "value": value} for key, value in sorted(values.items())]


def _histogram(latency: Histogram) -> dict[str, Any]:
    """Return seconds, as Prometheus wants them; the last bucket has no bound."""
    counts = latency.cumulative(_BOUNDS_MS)
    sample: dict[str, Any] = {
        "labels": {},
        "buckets": [*([ms / 1000, n] for ms, n in zip(_BOUNDS_MS, counts, strict=True)), [None, latency.total]],
        "sum": latency.estimated_sum_ms() / 1000,
    }
    text = "From an event's receipt to the provider's acceptance of its message."
    return _family("masteria_event_to_accepted_seconds", "histogram", text, [sample])
