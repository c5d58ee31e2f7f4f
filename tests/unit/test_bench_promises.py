"""What issue 3 promises of a number and of Meta's door fails a bench that misses it, quick rounds included."""

from __future__ import annotations

import pytest

from bench import statuses, throughput
from bench.report import Report


def report(*, quick: bool) -> Report:
    return Report("x", {}, quick=quick)


@pytest.mark.parametrize(
    ("quick", "used", "p99_ms", "passes"),
    [
        (False, 0.96, 900.0, True),
        (False, 0.94, 900.0, False),
        (False, 0.96, 1_001.0, False),
        (False, 0.96, None, False),
        (True, 0.8, 2_500.0, True),
        (True, 0.7, 2_500.0, False),
        (True, 0.8, 3_500.0, False),
    ],
)
def test_a_number_that_is_slow_or_holds_up_pix_fails(
    quick: bool, used: float, p99_ms: float | None, passes: bool
) -> None:
    told = report(quick=quick)
    throughput.check_promises(told, "250 allowed", used, p99_ms)
    assert (told.passed, len(told.checks)) == (passes, 2)


@pytest.mark.parametrize(
    ("quick", "median", "p99_ms", "passes"),
    [
        (False, 249.0, 999.0, True),
        (False, 251.0, 999.0, False),
        (False, 249.0, 1_001.0, False),
        (False, None, None, False),
        (True, 900.0, 3_900.0, True),
        (True, 1_100.0, 3_900.0, False),
        (True, 900.0, 4_100.0, False),
    ],
)
def test_a_door_that_answers_late_fails(quick: bool, median: float | None, p99_ms: float | None, passes: bool) -> None:
    told = report(quick=quick)
    statuses.check_promises(told, {"p50": median, "p99": p99_ms})
    assert told.passed is passes
