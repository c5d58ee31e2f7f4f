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
    waits = iter([10.0, 10.0, 10.2, 10.25, 99.0])
    clock = iter([0.0, 1.0, 2.0, 6.0, 7.0])  # the second and third step took a second or two, beside the rest between
    pace = Pace(lambda: next(waits), lambda: next(clock))
    assert [pace.rest_s() for _ in range(4)] == pytest.approx([0.0, 2.0, 0.0, 4.0])


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
