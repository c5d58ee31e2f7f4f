"""A simulator that is no part of the instance: what it has accepted is remembered whatever dies over there."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys

from masteria.processes import free_port, wait_until


class OutsideSimulator:
    """``masteria simulator`` as a process of its own. Its address is known before it runs."""

    def __init__(self) -> None:
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Run it and return when it listens; nothing happens if it runs."""
        if self._process is None:
            command = [sys.executable, "-m", "masteria", "simulator", "--port", str(self._port)]
            self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        assert wait_until(self._listens, 20.0), "the simulator outside does not listen"

    def _listens(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self._port), timeout=1).close()
            return True
        return False

    def stop(self) -> None:
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None
