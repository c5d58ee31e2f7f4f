"""The simulator beside an installation: a process of its own, told anew who lives on it whenever it starts."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

from engine.vault import Vault
from masteria import leftovers
from masteria.processes import OwnProcess, spawn, tail, wait_until
from masteria.server import ServerFailed
from masteria.settings import Options
from masteria.simulator_link import app_specs, register
from storage.pool import open_pool

_START_S = 30.0


class SimulatorChild:
    """Starts, registers and stops one simulator.

    Args:
        options: where it listens, and its seed.
        instance: marks its process.
        log_file: its output.
    """

    def __init__(self, options: Options, instance: str, log_file: Path) -> None:
        self._options = options
        self.marker = leftovers.mark(instance, "simulator")
        self._log = log_file
        self.process: OwnProcess | None = None

    async def start(self) -> None:
        """Start it and return once it listens.

        Raises:
            ServerFailed: it ended, or did not listen in time.
        """
        host, port = self._options["host"], self._options["simulator_port"]
        command = [sys.executable, "-P", "-m", "whatsapp.simulator", "--host", host, "--port", str(port)]
        command += ["--seed", str(self._options["simulator_seed"])]
        process = spawn(command, self._log, environment={**os.environ, leftovers.VARIABLE: self.marker})
        self.process = process
        await asyncio.to_thread(wait_until, lambda: not process.alive or self._listens(), _START_S)
        if not (process.alive and self._listens()):
            raise ServerFailed(f"the simulator did not start; the end of {self._log}:\n{tail(self._log)}")

    def _listens(self) -> bool:
        address = (self._options.local_host.strip("[]"), self._options["simulator_port"])
        try:
            socket.create_connection(address, timeout=0.5).close()
        except OSError:
            return False
        return True

    async def register(self, database_url: str, vault: Vault) -> bool:
        """Tell it the apps, numbers and templates of the database; return whether all handshakes came through.

        Raises:
            StorageAway, OSError: the database or the simulator cannot be reached.
        """
        pool = await open_pool(database_url, maximum=1, name="masteria up")
        async with pool, pool.acquire() as connection:
            specs = await app_specs(connection, vault, self._options.base_url)
        return all((await register(self._options.simulator_url, specs)).values())

    async def stop(self) -> None:
        """Stop it, in order if it does so within 5 s."""
        if self.process is not None:
            await asyncio.to_thread(self.process.end, signal.SIGTERM, 5.0)
