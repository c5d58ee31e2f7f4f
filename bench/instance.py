"""The instance that is measured: one of our own, booted and taken away again, or somebody else's by its address."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from typing import Any

import orjson
import psutil

from bench.api import Api
from bench.errors import BenchFailed
from bench.system import MARKER, Processes
from masteria.embedded import start_postgres
from masteria.processes import OwnProcess, free_ports, tail, wait_until

_REPOSITORY = Path(__file__).resolve().parent.parent
_BOOT_S = 180.0
_STOP_S = 90.0


class InstanceFailed(BenchFailed):
    """The instance did not come up or did not go away."""


@dataclass(slots=True)
class Instance:
    """An instance that answers.

    Attributes:
        data_dir: None for somebody else's.
        processes: None for somebody else's, whose CPU and memory are not ours to read.
        boot_s: from the start of ``masteria up`` to ready.
    """

    base_url: str
    simulator_url: str
    installation_key: str
    database_url: str | None
    data_dir: Path | None = None
    processes: Processes | None = None
    boot_s: float | None = None
    settings: dict[str, Any] = field(default_factory=dict)

    def api(self, key: str = "", company_id: str = "") -> Api:
        """Return a client; with the installation key unless another is given."""
        return Api(self.base_url, key or self.installation_key, company_id)


@contextmanager
def open_instance(
    url: str | None, key: str | None, simulator_url: str | None, extra: tuple[str, ...] = ()
) -> Iterator[Instance]:
    """Give the instance at ``url``, or boot one with an empty data directory and take it away at the end."""
    if url is None:
        with own_instance(extra) as instance:
            yield instance
        return
    if not key:
        raise InstanceFailed("--url needs --api-key with an installation key")
    status, body = Api(url).request("GET", "/readyz")
    if status != 200:
        raise InstanceFailed(f"{url} is not ready: {body[:500].decode(errors='replace')}")
    database = os.environ.get("MASTERIA_DATABASE_URL")
    yield Instance(url, simulator_url or "http://127.0.0.1:8002", key, database, settings={"url": url})


@contextmanager
def own_instance(options: tuple[str, ...] = (), data_dir: Path | None = None) -> Iterator[Instance]:
    """Boot ``masteria up --empty`` on free ports; at the end SIGINT, and nothing stays behind.

    Args:
        options: more of the command line, such as ``--set gateways=2``.
        data_dir: an existing data directory, which is kept; by default a fresh one, which is removed.
    """
    folder = data_dir or Path(tempfile.mkdtemp(prefix="mia-bench-"))
    mark = secrets.token_hex(8)
    log = folder / "bench-up.log"
    started = time.monotonic()
    process = _start(folder, mark, log, options)
    processes = Processes(process.pid, mark)
    try:
        credentials = _await_ready(process, folder, log)
        yield Instance(
            base_url=credentials["base_url"],
            simulator_url=credentials["simulator_url"],
            installation_key=credentials["installation_key"],
            database_url=_database_url(folder),
            data_dir=folder,
            processes=processes,
            boot_s=round(time.monotonic() - started, 2),
            settings={"options": list(options)},
        )
    finally:
        left = _stop(process, processes)
        if data_dir is None:
            shutil.rmtree(folder, ignore_errors=True)
        if left:
            raise InstanceFailed(f"after `masteria up` had ended there still ran: {', '.join(left)}")


def _start(folder: Path, mark: str, log: Path, options: tuple[str, ...]) -> subprocess.Popen[bytes]:
    ports = dict(zip(("--port", "--live-port", "--simulator-port"), free_ports(3), strict=True))
    command = [sys.executable, "-m", "masteria", "up", "--empty", "--data-dir", str(folder)]
    command += [part for name, port in ports.items() for part in (name, str(port))]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "MASTERIA_"))}
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603 -- our own program
            [*command, *options],
            cwd=_REPOSITORY,
            env={**kept, MARKER: mark},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def _await_ready(process: subprocess.Popen[bytes], folder: Path, log: Path) -> dict[str, Any]:
    """Return the credentials once ``/readyz`` says yes.

    Raises:
        InstanceFailed: it ended, or took longer than three minutes; the end of its output is told.
    """
    file = folder / "credentials.json"
    before = file.stat().st_mtime_ns if file.exists() else None
    found: dict[str, Any] = {}

    def ready() -> bool:
        if process.poll() is not None:
            return True
        if not file.exists() or file.stat().st_mtime_ns == before:
            return False
        try:
            found.update(orjson.loads(file.read_bytes()))
            return Api(found["base_url"], timeout_s=5.0).request("GET", "/readyz")[0] == 200
        except (OSError, ValueError, KeyError, HTTPException):
            return False

    if not wait_until(ready, _BOOT_S) or process.poll() is not None:
        raise InstanceFailed(f"`masteria up` did not become ready; the end of its output:\n{tail(log, 25)}")
    return found


def _database_url(folder: Path) -> str | None:
    """Return the address of the embedded Postgres that runs in a data directory; None where there is none."""
    return start_postgres(folder).url if (folder / "postgres" / "postmaster.pid").exists() else None


def _stop(process: subprocess.Popen[bytes], processes: Processes) -> list[str]:
    """Stop an instance in order; return what outlived it, after ending that too."""
    family = [found for pid in processes.pids() if (found := OwnProcess.find(pid)) is not None]
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    left = []
    for member in family:
        if member.pid != process.pid and not member.wait(2.0):
            left.append(_describe(member.pid))
            member.end(signal.SIGTERM, 5.0)
    return left


def _describe(pid: int) -> str:
    try:
        return f"{pid} {' '.join(psutil.Process(pid).cmdline())[:120]}"
    except psutil.Error:
        return str(pid)
