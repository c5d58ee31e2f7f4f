"""Who uses the machine: CPU seconds and memory (PSS) of an instance's processes by part, read from ``/proc``."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import subprocess
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

MARKER = "BENCH_RUN_OF_MASTERIA"  # in the environment of everything that an instance of our own starts
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
# A Ray worker's title is "ray::Class" or "ray::Class.method".
_ACTORS = {
    "Gateway": "gateway",
    "CompanyShard": "shards",
    "SenderHost": "sender",
    "MetricsAggregator": "aggregator",
    "Fanout": "fanout",
    "Scheduler": "scheduler",
    "Worker": "worker",
    "AiWorker": "ai",
    "Supervisor": "supervisor",
    "BareGateway": "gateway",
    "BareShard": "shards",
}
_PROGRAMS = (
    ("whatsapp.simulator", "simulator"),
    ("masteria simulator", "simulator"),
    ("valkey-server", "valkey"),
    ("gcs_server", "ray"),
    ("raylet", "ray"),
    ("/ray/", "ray"),
    ("masteria.cluster", "ray"),
    ("bench.bare_path", "ray"),
    ("masteria up", "front_door"),
    ("masteria/__main__", "front_door"),
    ("-m masteria", "front_door"),
)


def part_of(name: str, command: str) -> str:
    """Return the part that a process belongs to, by its name and command line; ``other`` for an unknown one."""
    if name == "postgres":
        return "postgres"
    if command.startswith("ray::"):
        return _ACTORS.get(re.split(r"[.( ]", command[5:], maxsplit=1)[0], "ray")
    return next((part for needle, part in _PROGRAMS if needle in command), "other")


class Processes:
    """An instance's processes: those below a front door, and those that carry its marker.

    Args:
        root: pid of the front door; None to go by the marker alone.
        mark: value of the marker in their environment; None to go by the tree alone.
        more: pids of others whose trees belong to it.
    """

    def __init__(self, root: int | None, mark: str | None, more: Iterable[int] = ()) -> None:
        self._roots = [pid for pid in (root, *more) if pid is not None]
        self._mark = None if mark is None else f"{MARKER}={mark}".encode()
        self._parts: dict[int, str] = {}

    def pids(self) -> list[int]:
        """Return who is there now."""
        found: set[int] = set()
        for root in self._roots:
            with contextlib.suppress(psutil.Error):
                found |= {root, *(child.pid for child in psutil.Process(root).children(recursive=True))}
        if self._mark is not None:
            found |= {int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit() and self._is(entry)}
        return sorted(found - {os.getpid()})

    def _is(self, entry: Path) -> bool:
        try:
            return self._mark in (entry / "environ").read_bytes().split(b"\0")
        except OSError:
            return False

    def cpu(self) -> CpuReading:
        """Read the CPU time of every process."""
        used: dict[int, float] = {}
        for pid in self.pids():
            with contextlib.suppress(OSError, psutil.Error):
                self._name(pid)
                used[pid] = _cpu_s(pid, with_children=self._parts[pid] == "postgres")
        return CpuReading(used, dict(self._parts))

    def memory(self) -> dict[str, int]:
        """Return PSS in bytes by part; shared pages count once in the sum."""
        parts: dict[str, int] = {}
        for pid in self.pids():
            with contextlib.suppress(OSError, psutil.Error):
                part = self._name(pid)
                parts[part] = parts.get(part, 0) + pss_bytes(pid)
        return parts

    def counts(self) -> dict[str, int]:
        """Return how many processes, threads and open files (sockets among them) there are.

        Of Postgres neither threads nor files count: each of its processes keeps every table and index open that it has
        touched, which tells how much is stored. Its connections are sockets of the other parts, and counted there.
        """
        pids = self.pids()
        totals = {"processes": len(pids), "threads": sum(self.threads().values()), "files": 0}
        for pid in pids:
            with contextlib.suppress(OSError, psutil.Error):
                if self._name(pid) != "postgres":
                    totals["files"] += len(list(Path(f"/proc/{pid}/fd").iterdir()))
        return totals

    def threads(self) -> dict[str, int]:
        """Return how many threads there are, by part; Postgres has none, but a process for each connection."""
        parts: dict[str, int] = {}
        for pid in self.pids():
            with contextlib.suppress(OSError, psutil.Error):
                part = self._name(pid)
                if part != "postgres":
                    parts[part] = parts.get(part, 0) + len(list(Path(f"/proc/{pid}/task").iterdir()))
        return parts

    def of(self, parts: Collection[str]) -> list[int]:
        """Return the pids that belong to some parts."""
        found = []
        for pid in self.pids():
            with contextlib.suppress(OSError, psutil.Error):
                if self._name(pid) in parts:
                    found.append(pid)
        return found

    def _name(self, pid: int) -> str:
        known = self._parts.get(pid)
        if known is None or known in ("ray", "other"):  # an idle Ray worker becomes an actor later
            process = psutil.Process(pid)
            known = self._parts[pid] = part_of(process.name(), " ".join(process.cmdline()))
        return known


@dataclass(frozen=True, slots=True)
class CpuReading:
    """CPU seconds by pid since each process began."""

    used: Mapping[int, float]
    parts: Mapping[int, str]

    def since(self, before: CpuReading) -> dict[str, float]:
        """Return the CPU seconds that each part used between two readings, largest first."""
        totals: dict[str, float] = {}
        for pid, seconds in self.used.items():
            spent = max(0.0, seconds - before.used.get(pid, 0.0))
            totals[self.parts[pid]] = totals.get(self.parts[pid], 0.0) + spent
        return dict(sorted(totals.items(), key=lambda item: -item[1]))


def per_event_us(cpu_s: Mapping[str, float], events: int) -> dict[str, float]:
    """Return CPU microseconds per event, by part and in all."""
    parts = {part: round(seconds / max(1, events) * 1e6, 1) for part, seconds in cpu_s.items()}
    return {"total": round(sum(cpu_s.values()) / max(1, events) * 1e6, 1), **parts}


def _cpu_s(pid: int, *, with_children: bool) -> float:
    """Return user and system time; of a postmaster also that of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11 : 15 if with_children else 13])) * _TICK_S


def pss_bytes(pid: int) -> int:
    """Return a process' proportional set size (needs the right to read its ``smaps_rollup``)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def machine() -> dict[str, Any]:
    """Return what a figure cannot be understood without: processors, memory, kernel, Python, load before the run."""
    with Path("/proc/cpuinfo").open() as file:
        models = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return {
        "cpus": os.cpu_count(),
        "cpu_model": models[0] if models else platform.processor(),
        "memory_bytes": psutil.virtual_memory().total,
        "kernel": platform.release(),
        "python": platform.python_version(),
        "load_average": [round(one, 2) for one in os.getloadavg()],
    }


def commit() -> dict[str, Any]:
    """Return the commit that is measured, and whether files differ from it; None outside a git checkout."""
    sha = _git(["rev-parse", "HEAD"])
    dirty = _git(["status", "--porcelain", "--untracked-files=no"])
    return {"sha": sha, "dirty": None if dirty is None else bool(dirty)}


def _git(arguments: Iterable[str]) -> str | None:
    folder = Path(__file__).resolve().parent
    try:
        done = subprocess.run(  # noqa: S603 -- fixed arguments
            ["git", *arguments],  # noqa: S607 -- git is where the user has it
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
