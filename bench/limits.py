"""The limits that ingest is compared with, measured in the same run: the bare path, and a bare COPY."""

from __future__ import annotations

import asyncio
import os
import secrets
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.bare_tables import BareWriter, connect, make_tables
from bench.errors import BenchFailed
from bench.grapfy import GrapfyBody
from bench.plan import Plan
from bench.system import MARKER, Processes
from masteria import ray_local
from masteria.embedded import start_postgres
from masteria.processes import free_port, write_private

_REPOSITORY = Path(__file__).resolve().parent.parent
_BATCH = 64
_START_S = 60.0


class LimitFailed(BenchFailed):
    """The program that a figure is compared with did not start."""


@dataclass(slots=True)
class BarePath:
    """The bare path at work, on a Postgres of its own with the instance's configuration."""

    port: int
    database_url: str
    processes: Processes

    def plan(self, run: str, first: int, connections: int, **more: Any) -> Plan:
        """Return a plan with the same body, unsigned."""
        door = {"path": "/", "source": "bare", "secret": None}
        traffic = {
            "kind": "webhooks", "doors": [door], "run": run, "first": first, "fire_every": 1, "fires": "pix_created",
            "silent": "pix_created",
        }  # fmt: skip
        return Plan(host="127.0.0.1", port=self.port, connections=connections, traffic=traffic, **more)


@contextmanager
def bare_path() -> Iterator[BarePath]:
    """Start Postgres and the bare path; take both away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="mia-bare-"))
    mark = secrets.token_hex(8)
    server = start_postgres(folder)
    port = free_port()
    process = None
    try:
        process = _start(server.url, port, folder, mark)
        processes = Processes(process.pid, mark, more=[server.pid])
        yield BarePath(port, server.url, processes)
    finally:
        if process is not None:
            _end(process)
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _start(database_url: str, port: int, folder: Path, mark: str) -> subprocess.Popen[bytes]:
    token = folder / "ray.token"
    write_private(token, secrets.token_hex(32))
    process = subprocess.Popen(  # noqa: S603 -- our own program
        [sys.executable, "-m", "bench.bare_path", database_url, str(port), str(folder / "r")],
        cwd=_REPOSITORY,
        env={**ray_local.environment(os.environ, token), MARKER: mark},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        readable, _, _ = select.select([process.stdout], [], [], 0.5)
        if readable and process.stdout.readline().strip() == b"ready":
            return process
    _end(process)
    raise LimitFailed("the bare path did not start")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def bare_copy_rate(database_url: str, seconds: float) -> float:
    """Return rows per second of one connection that copies bodies in batches of 64 into both tables, and commits.

    Bodies are made beforehand; what is measured is reading them, COPY and COMMIT.
    """
    return asyncio.run(_bare_copy(database_url, seconds))


async def _bare_copy(database_url: str, seconds: float) -> float:
    await make_tables(database_url)
    connection = await connect(database_url)
    try:
        body = GrapfyBody(secrets.token_hex(4))
        batches = [[body.make(64 * number + index) for index in range(_BATCH)] for number in range(200)]
        writer = BareWriter(connection)
        rows = 0
        begun = time.perf_counter()
        while time.perf_counter() - begun < seconds:
            await writer.write(batches[rows // _BATCH % len(batches)])
            rows += _BATCH
        return rows / (time.perf_counter() - begun)
    finally:
        await connection.close()
