"""What a bench tells is right: percentiles, ratios, parts, schedules, checks of lost and doubled."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from bench.acks import AckLog
from bench.compare import compare, shared_figures
from bench.day import shape_of_day
from bench.histogram import LatencyHistogram
from bench.options import Options
from bench.plan import Plan
from bench.report import Report
from bench.system import CpuReading, Processes, part_of, per_event_us
from bench.verifying import check_messages, latencies_to_acceptance

_EVENT = "01990000-0000-7000-8000-000000000001"


def histogram_of(values: list[int]) -> LatencyHistogram:
    made = LatencyHistogram()
    for value in values:
        made.record(value)
    return made


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=300), st.sampled_from([0.0, 0.5, 0.9, 0.99, 1.0]))
def test_percentiles_are_exact_to_half_a_percent(values: list[int], share: float) -> None:
    rank = max(1, -(-int(share * len(values) * 1000) // 1000))
    exact_ms = sorted(values)[rank - 1] / 1000
    told = histogram_of(values).quantile_ms(share)
    assert told is not None
    assert abs(told - exact_ms) <= exact_ms * 0.005 + 1e-9


@given(st.lists(st.integers(0, 2**40)), st.lists(st.integers(0, 2**40)))
def test_merging_is_counting_together_and_files_keep_everything(left: list[int], right: list[int]) -> None:
    merged = histogram_of(left)
    merged.merge(LatencyHistogram.decode(orjson.loads(orjson.dumps(histogram_of(right).encode()))))
    assert merged.summary() == histogram_of(left + right).summary()


def test_an_empty_histogram_tells_nothing() -> None:
    assert LatencyHistogram().summary() == {
        "count": 0, "mean": None, "p50": None, "p90": None, "p99": None, "p999": None, "max": None,
    }  # fmt: skip


def test_an_open_loop_sends_evenly_and_step_by_step() -> None:
    plan = Plan(host="h", port=1, connections=1, traffic={}, shape=[(1.0, 4.0), (0.5, 2.0)], warmup_s=0.5)
    assert list(plan.schedule()) == [0, 250_000, 500_000, 750_000, 1_000_000]
    assert plan.measured_s == 1.0


def test_a_day_has_all_its_events_and_one_burst_of_twenty_times_the_mean() -> None:
    shape = shape_of_day(100_000, 600.0)
    sent = [seconds * rate for seconds, rate in shape]
    assert sum(sent) == pytest.approx(100_000)
    assert sum(seconds for seconds, _ in shape) == pytest.approx(600.0)
    rates = sorted(rate for _, rate in shape)
    assert rates[-1] == pytest.approx(20 * 100_000 / 600)
    assert rates[-2] < rates[-1] / 4


@pytest.mark.parametrize(
    ("name", "command", "part"),
    [
        ("postgres", "postgres: shard-0 masteria [local] COPY", "postgres"),
        ("ray::CompanyShar", "ray::CompanyShard.ingest", "shards"),
        ("ray::Gateway", "ray::Gateway", "gateway"),
        ("ray::IDLE", "ray::IDLE", "ray"),
        ("raylet", "/venv/ray/core/src/ray/raylet/raylet --x", "ray"),
        ("python", "/venv/bin/python -P -m masteria.cluster", "ray"),
        ("python", "/venv/bin/python -P -m whatsapp.simulator --port 8002", "simulator"),
        ("python", "/venv/bin/python -m masteria up --empty", "front_door"),
        ("valkey-server", "/venv/valkey-server 127.0.0.1:1", "valkey"),
        ("cat", "cat", "other"),
    ],
)
def test_every_process_belongs_to_a_part(name: str, command: str, part: str) -> None:
    assert part_of(name, command) == part


def test_cpu_between_two_readings_counts_those_who_came_meanwhile() -> None:
    parts = {1: "gateway", 2: "shards", 3: "shards"}
    spent = CpuReading({1: 5.0, 2: 2.0, 3: 1.0}, parts).since(CpuReading({1: 3.0, 2: 2.0}, parts))
    assert spent == {"gateway": 2.0, "shards": 1.0}
    assert per_event_us(spent, 1_000) == {"total": 3000.0, "gateway": 2000.0, "shards": 1000.0}


def test_a_process_tree_is_read_from_proc() -> None:
    own = Processes(None, None, more=[os.getppid()])
    assert os.getppid() in own.pids()
    assert os.getpid() not in own.pids()  # who measures is no part of what is measured
    assert sum(own.memory().values()) > 0
    assert own.counts()["processes"] >= 1


def report(**more: Any) -> Report:
    made = Report("ingest", Options().told(), **more)
    made.console = Console(file=open(os.devnull, "w"), width=120)  # noqa: PTH123, SIM115 -- closed with the process
    return made


@pytest.fixture
def quiet() -> Any:
    made = report()
    yield made
    made.console.file.close()


def test_a_figure_is_told_with_its_ratio_and_whether_the_goal_was_met(quiet: Report) -> None:
    rate = quiet.add("a", rate_s=800.0, limit={"name": "bare", "rate_s": 1000.0}, goal={"rate_s": 700, "ratio": 0.9})
    slow = quiet.add("b", latency=histogram_of([20_000]), limit={"name": "x", "p99_ms": 10.0}, goal={"p99_ms": 30})
    assert (rate["ratio"], rate["goal"]["met"]) == (0.8, False)
    assert slow["ratio"] == pytest.approx(0.5, abs=0.01)
    assert slow["goal"]["met"]
    assert quiet.passed  # a goal that was missed is told; only checks fail a run


def test_a_failed_check_fails_the_run_and_the_file_says_so(quiet: Report, tmp_path: Path) -> None:
    quiet.check("no acknowledged event lost", False, "1 of 2")
    assert quiet.finish(tmp_path / "out.json") == 1
    told = orjson.loads((tmp_path / "out.json").read_bytes())
    assert told["schema"] == "masteria-bench/1"
    assert not told["passed"]
    assert {"commit", "machine", "options", "settings", "generators", "results", "memory"} <= told.keys()
    assert "api_key" not in told["options"]


def test_two_results_are_compared_figure_by_figure(tmp_path: Path) -> None:
    paths = []
    for index, rate in enumerate((100.0, 150.0)):
        one = report()
        one.add("ingest", rate_s=rate, cpu_us_per_event={"total": 10.0})
        one.add(f"only in {index}", rate_s=1.0)
        paths.append(tmp_path / f"{index}.json")
        one.finish(paths[-1])
        one.console.file.close()
    first, second = (orjson.loads(path.read_bytes()) for path in paths)
    assert shared_figures(first, second) == [
        ("ingest: per second", 100.0, 150.0),
        ("ingest: CPU µs, total", 10.0, 10.0),
    ]
    assert compare(paths[0], paths[1]) == 0
    (tmp_path / "other.json").write_text("{}")
    assert compare(paths[0], tmp_path / "other.json") == 2


def accepted(*phones: str) -> list[dict[str, Any]]:
    return [{"to": phone, "accepted_at": "2026-01-01T00:00:01.000Z"} for phone in phones]


@pytest.mark.parametrize(
    ("messages", "recorded", "failed"),
    [
        (accepted("5511900000001", "5511900000002"), 2, []),
        (accepted("5511900000001"), 1, ["no message lost"]),
        (accepted("5511900000001", "5511900000001", "5511900000002"), 3, ["no message doubled"]),
        (accepted("5511900000001", "5511900000002"), 1, ["recorded as accepted"]),
    ],
)
def test_lost_doubled_and_unrecorded_messages_are_found(
    quiet: Report, messages: list[dict[str, Any]], recorded: int, failed: list[str]
) -> None:
    check_messages(quiet, messages, ["+5511900000001", "+5511900000002"], recorded)
    assert [check["name"] for check in quiet.checks if not check["ok"]] == failed


def test_acknowledgements_survive_their_file_and_give_the_way_to_acceptance(tmp_path: Path) -> None:
    log = AckLog()
    log.add(7, b'{"id":"%b","duplicate":false}' % _EVENT.encode(), 250.0)
    log.save(tmp_path / "acks")
    read = AckLog.load(tmp_path / "acks")
    assert list(read) == list(log)
    assert (read[0].number, read[0].event_id, read[0].waited_ms) == (7, _EVENT, 250.0)
    at_ms = read[0].at_ms
    whole_s = int(at_ms // 1000) + 1
    messages = [{"to": "5511900000007", "accepted_at": _text(whole_s)}]
    from_202 = latencies_to_acceptance(read, messages).quantile_ms(1.0)
    from_due = latencies_to_acceptance(read, messages, from_due=True).quantile_ms(1.0)
    assert from_202 == pytest.approx(whole_s * 1000 - at_ms, abs=1 + (whole_s * 1000 - at_ms) * 0.01)
    assert from_due == pytest.approx((from_202 or 0) + 250.0, rel=0.01, abs=1)
    assert latencies_to_acceptance(read, messages, since=8).count == 0


def _text(second: int) -> str:
    from engine.ids import ms_to_time
    from engine.times import rfc3339

    return rfc3339(ms_to_time(second * 1000))
