"""Finds and ends every process of an old cluster or simulator, whoever its parent is by now.

Each carries MASTERIA_RUN_ID in its environment. Ray's own agents overwrite theirs with a process title, but stand in
the same session as the others.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil

from engine.errors import MasteriaError
from masteria.processes import OwnProcess, wait_until

VARIABLE = "MASTERIA_RUN_ID"
_PATIENCE_S = 10.0


class WouldNotEnd(MasteriaError):
    """Processes of an old cluster could not be ended."""


def mark(instance: str, part: str) -> str:
    """Return the value of the variable for a part's processes."""
    return f"{instance}/{part}"


def find(marker: str) -> list[OwnProcess]:
    """Return every living process that carries the marker, and whoever shares a session with one."""
    wanted = f"{VARIABLE}={marker}".encode()
    processes = [process for process in map(OwnProcess.find, psutil.pids()) if process is not None and process.alive]
    sessions = {_session(process.pid) for process in processes if _carries(process.pid, wanted)} - {_session(0), None}
    return [process for process in processes if _session(process.pid) in sessions]


def _carries(pid: int, wanted: bytes) -> bool:
    try:
        return wanted in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def end(marker: str) -> int:
    """Kill everything that carries the marker and return how many there were, once all are gone.

    Killing is right for a cluster whose node manager is dead: its actors would go on for seconds beside their
    successors. Those that die meanwhile start no others, so looking until nothing is found is enough.

    Raises:
        WouldNotEnd: something is still there after 10 s.
    """
    ended: set[int] = set()

    def gone() -> bool:
        left = find(marker)
        for process in left:
            ended.add(process.pid)
            process.send(signal.SIGKILL)
        return not left

    if not wait_until(gone, _PATIENCE_S):
        raise WouldNotEnd(f"still running: {', '.join(str(process.pid) for process in find(marker))}")
    return len(ended)
