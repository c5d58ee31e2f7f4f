"""A long job rests longer than its thread waited for a core, and not at all while one is free."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from actors.jobs.pacing import Pace, waited_s


def test_a_rest_is_twenty_times_the_wait_that_is_more_than_usual_and_four_seconds_at_most() -> None:
    now, waited = 100.0, 10.0
    pace = Pace(lambda: waited, lambda: now)

    def step(took_s: float, waited_s: float) -> float:
        nonlocal now, waited
        pace.begin()
        now, waited = now + took_s, waited + waited_s
        return pace.rest_s()

    assert [step(1.0, 0.0), step(1.0, 0.2), step(1.0, 0.09), step(1.0, 90.0)] == pytest.approx([0.0, 2.0, 0.0, 4.0])
    now, waited = now + 4.0, waited + 3.0  # what others of the thread wait while the job rests
    assert step(1.0, 0.2) == pytest.approx(2.0)


@pytest.mark.skipif(not Path("/proc/thread-self/schedstat").exists(), reason="this kernel does not tell it")
def test_the_kernel_tells_what_a_crowded_core_costs() -> None:
    """Two busy processes on one core: each waits about as long as the other works."""
    core = min(os.sched_getaffinity(0))
    endless = f"import os\nos.sched_setaffinity(0, {{{core}}})\nwhile True: pass"
    neighbour = subprocess.Popen([sys.executable, "-c", endless])
    waited: list[float] = []

    def work() -> None:
        os.sched_setaffinity(0, {core})  # this thread alone
        before, until = waited_s(), time.monotonic() + 1.0
        while time.monotonic() < until:
            pass
        waited.append(waited_s() - before)

    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        neighbour.kill()
        neighbour.wait()
    assert 0.2 < waited[0] <= 1.05
