"""The front door's side of the cluster: starts `python -m masteria.cluster`, follows its steps, ends it in order."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from engine.errors import MasteriaError
from masteria import leftovers
from masteria.cluster import ClusterOrders
from masteria.processes import OwnProcess, open_log, tail

_STOP_S = 60.0


class ClusterFailed(MasteriaError):
    """The cluster did not come up; the detail says what its driver told."""


@dataclass(slots=True)
class ClusterChild:
    """One cluster: its driver and Ray's two daemons. Another one is a new object."""

    orders: ClusterOrders
    environment: Mapping[str, str]
    log_file: Path
    process: OwnProcess | None = None
    daemons: dict[str, OwnProcess] = field(default_factory=dict)
    _steps: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)
    _reader: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the driver and hand it its orders (they hold the database's URL: never on a command line)."""
        popen = self._spawn()
        self.process = OwnProcess(popen.pid, psutil.Process(popen.pid).create_time(), popen)
        if popen.stdin is None or popen.stdout is None:
            raise ClusterFailed("the driver has no pipes")
        with contextlib.suppress(BrokenPipeError), popen.stdin as orders:
            orders.write(self.orders.to_json().encode() + b"\n")
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), popen.stdout)
        self._reader = asyncio.create_task(self._read(reader))

    def _spawn(self) -> subprocess.Popen[bytes]:
        with open_log(self.log_file) as log:
            return subprocess.Popen(
                [sys.executable, "-P", "-m", "masteria.cluster"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=dict(self.environment),
                start_new_session=True,
            )

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            with contextlib.suppress(ValueError):  # something else printed
                await self._steps.put(json.loads(line))
        await self._steps.put({"step": "ended"})

    async def ray_ready(self) -> None:
        """Wait until Ray runs, and learn its daemons.

        Raises:
            ClusterFailed: the driver ended or said why not.
        """
        step = await self._wait_for("ray")
        found = {name: OwnProcess.find(pid) for name, pid in step["daemons"].items()}
        self.daemons = {name: process for name, process in found.items() if process is not None}

    async def actors_ready(self) -> None:
        """Wait until every actor answers.

        Raises:
            ClusterFailed: the driver ended or said why not.
        """
        await self._wait_for("actors")

    async def _wait_for(self, wanted: str) -> dict[str, Any]:
        while (step := await self._steps.get())["step"] != wanted:
            if step["step"] == "failed":
                raise ClusterFailed(step["detail"])
            if step["step"] == "ended":
                raise ClusterFailed(f"its driver ended; the end of {self.log_file}:\n{tail(self.log_file)}")
        return step

    def dead_part(self) -> str | None:
        """Return the name of a part that died, or None while all live."""
        if self.process is None or not self.process.alive:
            return "driver"
        return next((name for name, process in self.daemons.items() if not process.alive), None)

    async def drain(self) -> None:
        """Ask the driver to drain the actors and shut Ray down; wait for it, at most 60 s."""
        if self.process is None:
            return
        self.process.send(signal.SIGTERM)
        await asyncio.to_thread(self.process.wait, _STOP_S)

    async def end(self) -> int:
        """Kill whatever is left of this cluster; return how many processes that were."""
        marker = self.environment[leftovers.VARIABLE]
        ended = await asyncio.to_thread(leftovers.end, marker)
        if self._reader is not None:
            self._reader.cancel()
        return ended


def cluster_environment(base: Mapping[str, str], secret_key: str, instance: str, log_level: str) -> dict[str, str]:
    """Return what actors and gateways find in their environment beside Ray's own variables."""
    ours = {
        "MASTERIA_SECRET_KEY": secret_key,
        "MASTERIA_LOG_LEVEL": log_level,
        leftovers.VARIABLE: leftovers.mark(instance, "cluster"),
        "PYTHONUNBUFFERED": "1",
    }
    dropped = ("MASTERIA_DATABASE_URL", "MASTERIA_REDIS_URL")  # in the orders; not in every worker's environment
    return {name: value for name, value in base.items() if name not in dropped} | ours
