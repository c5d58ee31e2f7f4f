"""What the front door knows of an embedded server that runs."""

from __future__ import annotations

import signal
from dataclasses import dataclass

from engine.errors import MasteriaError
from masteria.processes import OwnProcess


class ServerFailed(MasteriaError):
    """An embedded server did not start; the detail holds the end of its log."""


@dataclass(slots=True)
class RunningServer:
    """A server of ours: its address and its process."""

    name: str
    url: str
    port: int
    process: OwnProcess
    adopted: bool = False  # it ran already: the front door before this one was killed
    stop_signal: signal.Signals = signal.SIGTERM

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def alive(self) -> bool:
        return self.process.alive

    def stop(self, timeout_s: float = 20.0) -> None:
        """Stop the server in order, its data flushed; kill it after ``timeout_s`` (its log recovers the rest)."""
        self.process.end(self.stop_signal, timeout_s)
