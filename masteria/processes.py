"""Processes of our own: started in sessions of their own, known again by pid and start time, ended in order."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

_TRAVERSE = 0o001
_POLL_S = 0.02
_QUIET_PORTS = range(20_000, 32_000)
_LOG_BYTES = 10 * 1024 * 1024


@dataclass(slots=True)
class OwnProcess:
    """A process known by pid and start time, so that a pid used again by somebody else is never taken for it."""

    pid: int
    started: float
    popen: subprocess.Popen[bytes] | None = None

    @classmethod
    def find(cls, pid: int) -> OwnProcess | None:
        """Return the living process with this pid, or None."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.Error:
            return None

    @property
    def alive(self) -> bool:
        if self.popen is not None:
            return self.popen.poll() is None
        try:
            process = psutil.Process(self.pid)
            return process.create_time() == self.started and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False

    def send(self, number: signal.Signals) -> None:
        """Send a signal; nothing happens if the process has ended."""
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, timeout_s: float) -> bool:
        """Return whether the process ended within ``timeout_s``."""
        return wait_until(lambda: not self.alive, timeout_s)

    def end(self, number: signal.Signals, timeout_s: float) -> None:
        """Ask the process to end; kill it when it is still there after ``timeout_s``."""
        self.send(number)
        if not self.wait(timeout_s):
            self.send(signal.SIGKILL)
            self.wait(5.0)


def wait_until(condition: Callable[[], bool], timeout_s: float) -> bool:
    """Look every 20 ms until ``condition`` holds; return whether it did in time."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_S)
    return True


def spawn(
    command: Sequence[str | Path],
    log_file: Path,
    *,
    environment: Mapping[str, str] | None = None,
    account: pwd.struct_passwd | None = None,
    folder: Path | None = None,
) -> OwnProcess:
    """Start a child in a session of its own, so that a Ctrl-C in the terminal reaches the front door alone.

    Args:
        command: program and arguments.
        log_file: receives stdout and stderr; set aside as ``.1`` when it has grown beyond 10 MiB.
        environment: the child's whole environment; ours by default.
        account: the user to run as, where we are root and the program refuses to be.
        folder: working directory.
    """
    with open_log(log_file) as out:
        popen = subprocess.Popen(  # noqa: S603 -- programs of our own wheels
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            env=None if environment is None else dict(environment),
            cwd=folder,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
    return OwnProcess(popen.pid, psutil.Process(popen.pid).create_time(), popen)


@contextmanager
def open_log(path: Path) -> Iterator[int]:
    """Open a log for a child's output, readable by its owner alone; one beyond 10 MiB is set aside as ``.1``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(path.suffix + ".1"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def tail(path: Path, lines: int = 8) -> str:
    """Return the last lines of a log, for an error message."""
    try:
        return "\n".join(path.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""


def free_port(wanted: int | None = None) -> int:
    """Return ``wanted`` if nobody listens there on 127.0.0.1, else another free TCP port.

    It lies below the range from which the kernel takes ports of outgoing connections: none takes it before its server.
    """
    for port in (wanted, *secrets.SystemRandom().sample(_QUIET_PORTS, 200)):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no TCP port is free on 127.0.0.1")


def free_ports(count: int) -> list[int]:
    """Return different free ports."""
    found: set[int] = set()
    while len(found) < count:
        found.add(free_port())
    return list(found)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read (0600), whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def open_way(path: Path) -> None:
    """Let other users pass through (not list) the folders above ``path``, for a server that may not run as root."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode
        if not mode & _TRAVERSE:
            folder.chmod(mode | _TRAVERSE)
