"""The command `masteria status`: every process of an installation with its memory, and what the gateway says."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

import psutil

from engine.errors import Unavailable
from masteria import leftovers
from masteria.credentials_file import Credentials
from masteria.processes import OwnProcess
from masteria.readiness import readiness
from masteria.run_state import DataDir, RunState
from masteria.tables import show_one, show_rows

_MIB = 1024 * 1024


def status(given: argparse.Namespace) -> int:
    """Print the parts; 0 if everything is ready, 1 if something is not, 69 if nothing runs."""
    data_dir = DataDir(given.data_dir.resolve())
    parts = running_parts(data_dir)
    if not parts:
        raise Unavailable(f"nothing runs for {data_dir.path}")
    ready = readiness(Credentials.read(data_dir.path).base_url or "http://127.0.0.1:8000")
    summary = {
        "ready": ready["status"] == 200,
        "data_dir": str(data_dir.path),
        "base_url": Credentials.read(data_dir.path).base_url,
        "pss_mib": sum(part["pss_mib"] for part in parts),
        "parts": parts,
        "health": {name: value for name, value in ready.items() if name != "status"},
    }
    if given.json:
        show_one(summary, as_json=True)
    else:
        show_rows(parts, ("name", "pid", "pss_mib", "cpu_s", "uptime_s"), as_json=False)
        print(f"\n{'ready' if summary['ready'] else 'NOT READY'}, {summary['pss_mib']} MiB in all (PSS)")
        for name, part in sorted((ready.get("parts") or {}).items()):
            if not part.get("ok"):
                print(f"  {name}: {part}")
    return 0 if summary["ready"] else 1


def running_parts(data_dir: DataDir) -> list[dict[str, Any]]:
    """Return every process of the installation: name, pid, pss_mib, cpu_s, uptime_s; embedded servers with children."""
    state = RunState.read(data_dir)
    roots: dict[int, str] = {}
    if holder := data_dir.holder():
        roots[holder] = "front door"
    for name in ("postgres", "valkey"):
        if process := state.process(name):
            roots[process.pid] = name
    instance = data_dir.known_instance("")
    for part in ("simulator", "cluster") if instance else ():
        for process in leftovers.find(leftovers.mark(str(instance), part)):
            roots[process.pid] = _name(process, part, state)
    rows = (_measure(name, pid, with_children=name == "postgres") for pid, name in roots.items())
    return [row for row in rows if row is not None]


def _name(process: OwnProcess, part: str, state: RunState) -> str:
    if part == "simulator":
        return part
    noted = next((name for name, one in state.parts.items() if one["pid"] == process.pid), None)
    if noted:
        return "ray driver" if noted == "cluster" else noted
    try:
        return psutil.Process(process.pid).cmdline()[0].split("/")[-1]
    except (psutil.Error, IndexError):
        return part


def _measure(name: str, pid: int, *, with_children: bool) -> dict[str, Any] | None:
    try:
        root = psutil.Process(pid)
        family = [root, *(root.children(recursive=True) if with_children else [])]
        started = root.create_time()
    except psutil.Error:
        return None
    pss, cpu_s = 0, 0.0
    for process in family:
        try:
            pss += process_pss(process.pid)
            times = process.cpu_times()
            cpu_s += times.user + times.system
        except (psutil.Error, OSError):
            continue
    uptime_s = round(time.time() - started)
    return {"name": name, "pid": pid, "pss_mib": round(pss / _MIB), "cpu_s": round(cpu_s, 1), "uptime_s": uptime_s}


def process_pss(pid: int) -> int:
    """Return a process's proportional set size in bytes (shared pages count by their share)."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0
