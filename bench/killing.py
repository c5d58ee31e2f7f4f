"""kill -9 of an instance's processes while it works, and waiting until it is well again."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Collection

from bench.api import Api
from bench.errors import BenchFailed
from bench.instance import Instance, InstanceFailed
from bench.system import Processes
from masteria.processes import wait_until

SENDER = ("sender",)
# Ray's daemons and every actor at once. The front door, the two databases and the simulator stay.
HOST = ("ray", "supervisor", "gateway", "shards", "sender", "aggregator", "fanout", "scheduler", "worker")
_LOOK_S = 0.05


def own_processes(instance: Instance) -> Processes:
    """Return the processes of an instance of our own.

    Raises:
        InstanceFailed: it is somebody else's, whose processes are not ours to end.
    """
    if instance.processes is None:
        raise InstanceFailed("this scenario kills processes, of an instance of its own only; it takes no --url")
    return instance.processes


def kill(processes: Processes, parts: Collection[str]) -> list[int]:
    """End every process of these parts with SIGKILL and return their pids.

    Raises:
        BenchFailed: there was none.
    """
    pids = processes.of(parts)
    if not pids:
        raise BenchFailed(f"no process of {', '.join(parts)} runs")
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return pids


def await_well(instance: Instance, parts: Collection[str], gone: Collection[int], patience_s: float = 120.0) -> None:
    """Wait until other processes have taken the places of the killed ones, and every part says that it is well.

    Raises:
        BenchFailed: it took longer than ``patience_s``.
    """
    processes = own_processes(instance)

    def well() -> bool:
        now = processes.of(parts)
        return bool(now) and not set(now) & set(gone) and ready(instance)

    if not wait_until(well, patience_s):
        raise BenchFailed(f"{patience_s:.0f} s after a kill the instance was not well again")


def ready(instance: Instance) -> bool:
    """Tell whether ``/readyz`` says yes."""
    api = Api(instance.base_url, timeout_s=5.0)
    try:
        return api.request("GET", "/readyz")[0] == 200
    except OSError:
        return False
    finally:
        api.close()


def reach(look: Callable[[], int], wanted: int, stalled_s: float) -> float:
    """Wait until a count has reached ``wanted``; return the seconds that took.

    Raises:
        BenchFailed: it did not grow for ``stalled_s``.
    """
    begun = moved = time.monotonic()
    seen = look()
    while seen < wanted:
        time.sleep(_LOOK_S)
        now, before = time.monotonic(), seen
        seen = look()
        if seen > before:
            moved = now
        elif now - moved > stalled_s:
            raise BenchFailed(f"nothing went on for {stalled_s:.0f} s: {seen:,} of {wanted:,}")
    return time.monotonic() - begun
