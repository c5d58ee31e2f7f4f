"""One whole instance, booted through the real front door as a person would, and everything that can be done to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil

from masteria.credentials_file import Credentials
from masteria.processes import OwnProcess, free_ports, tail, wait_until
from masteria.run_state import DataDir, RunState

_REPOSITORY = Path(__file__).resolve().parents[2]
_MARKER = "E2E_RUN_OF_MASTERIA"  # inherited by every process of the instance; masteria itself knows nothing of it
_BOOT_S = 120.0
_STOP_S = 90.0


class Instance:
    """A data directory and whoever runs it. ``start`` may be called again after the front door was killed.

    Args:
        data_dir: short, because Unix sockets stand in it.
        options: settings beside ports and data directory, as ``--set`` takes them.
        environment: more for the front door's environment.
        demo: whether it is made with the demo company's webhook, rules and number.
    """

    def __init__(
        self,
        data_dir: Path,
        options: Mapping[str, object],
        environment: Mapping[str, str] | None = None,
        *,
        demo: bool = False,
    ) -> None:
        self.data_dir = data_dir
        self.log = data_dir / "up.log"
        self.boot_s = 0.0
        self.credentials = Credentials()
        self._options = dict(options)
        self._environment = dict(environment or {})
        self._demo = demo
        self._mark = secrets.token_hex(8)
        self._ports = dict(zip(("--port", "--live-port", "--simulator-port"), free_ports(3), strict=True))
        self._front_door: subprocess.Popen[bytes] | None = None

    def set(self, name: str, value: object) -> None:
        """Give a setting that the next start has."""
        self._options[name] = value

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['--port']}"

    @property
    def simulator_url(self) -> str:
        return f"http://127.0.0.1:{self._ports['--simulator-port']}"

    def start(self) -> None:
        """Run ``masteria up`` and return when it is ready: ``credentials.json`` is written and ``/readyz`` says yes.

        Raises:
            AssertionError: it ended or took longer than two minutes; the end of its output is told.
        """
        begun = time.monotonic()
        file = self.data_dir / "credentials.json"
        before = file.stat().st_mtime_ns if file.exists() else None
        self._spawn()
        door = self._door
        wait_until(lambda: door.poll() is not None or (_changed(file, before) and self.ready()), _BOOT_S)
        assert door.poll() is None and self.ready(), f"`masteria up` did not become ready:\n{tail(self.log, 40)}"
        self.credentials = Credentials.read(self.data_dir)
        self.boot_s = time.monotonic() - begun

    def _spawn(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "masteria", "up", "--data-dir", str(self.data_dir)]
        command += [] if self._demo else ["--empty"]
        command += [text for name, port in self._ports.items() for text in (name, str(port))]
        command += [text for name, value in self._options.items() for text in ("--set", f"{name}={value}")]
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RAY_", "MASTERIA_"))}
        with self.log.open("ab") as out:
            self._front_door = subprocess.Popen(
                command,
                cwd=_REPOSITORY,
                env={**kept, **self._environment, _MARKER: self._mark},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def _door(self) -> subprocess.Popen[bytes]:
        assert self._front_door is not None, "the instance was never started"
        return self._front_door

    @property
    def alive(self) -> bool:
        return self._front_door is not None and self._front_door.poll() is None

    def ready(self) -> bool:
        """Tell whether every part says that it is well."""
        return bool(self.status().get("ok"))

    async def is_ready(self) -> bool:
        """Do the same without holding up the loop."""
        return await asyncio.to_thread(self.ready)

    def status(self) -> dict[str, Any]:
        """Return what ``GET /readyz`` says, whatever its status; nothing while nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.base_url}/readyz", timeout=6) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            with error, contextlib.suppress(ValueError):
                return dict(json.load(error))
        except (OSError, ValueError):
            pass
        return {}

    def actor_pid(self, name: str) -> int | None:
        """Return the pid of an actor as the supervisor last heard it."""
        pid = self.status().get("parts", {}).get(name, {}).get("pid")
        return pid if isinstance(pid, int) else None

    def server(self, name: str) -> OwnProcess:
        """Return a process that the front door runs: postgres, valkey, simulator, cluster, raylet or gcs_server."""
        process = RunState.read(DataDir(self.data_dir)).process(name)
        assert process is not None, f"{name} does not run"
        return process

    def kill_actor(self, name: str) -> int:
        """Kill an actor's process with -9 and return its pid; for tests without a loop."""
        return _kill(name, self.actor_pid(name))

    async def kill(self, name: str) -> int:
        """Do the same while the loop goes on, so that its load is under way when the actor dies."""
        return _kill(name, await asyncio.to_thread(self.actor_pid, name))

    async def hang(self, name: str) -> int:
        """Hold an actor's process still (SIGSTOP) for good and return its pid."""
        return _kill(name, await asyncio.to_thread(self.actor_pid, name), signal.SIGSTOP)

    def kill_server(self, name: str) -> int:
        """Kill one of the front door's processes with -9 and return its pid."""
        process = self.server(name)
        os.kill(process.pid, signal.SIGKILL)
        return process.pid

    def kill_front_door(self) -> None:
        """Kill ``masteria up`` itself with -9; what it had started goes on."""
        self._door.kill()
        self._door.wait()

    @contextlib.contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Hold a server and all its children still (SIGSTOP) for the length of a block."""
        root = psutil.Process(self.server(name).pid)
        members = [root, *root.children(recursive=True)]
        _send(members, signal.SIGSTOP)
        members += [child for child in root.children(recursive=True) if child not in members]
        _send(members, signal.SIGSTOP)
        try:
            yield
        finally:
            _send(reversed(members), signal.SIGCONT)

    @contextlib.contextmanager
    def stopped(self, name: str) -> Iterator[None]:
        """Stop a server for the length of a block; its watcher, the front door, is held still meanwhile."""
        server = self.server(name)
        self._door.send_signal(signal.SIGSTOP)
        try:
            os.kill(server.pid, signal.SIGINT if name == "postgres" else signal.SIGTERM)
            assert wait_until(lambda: not server.alive, 20.0), f"{name} did not stop"
            yield
        finally:
            self._door.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """End the instance as Ctrl-C does.

        Raises:
            AssertionError: it did not end in time, or something outlived it (which is ended then).
        """
        members = self.members()
        if self.alive:
            self._door.send_signal(signal.SIGINT)
        try:
            code = self._door.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            code = None
            self._door.kill()
            self._door.wait()
        wait_until(lambda: not any(member.alive for member in members), 5.0)
        left = [member for member in {m.pid: m for m in (*members, *self.members())}.values() if member.alive]
        told = [_describe(member) for member in left]
        for member in left:
            member.end(signal.SIGKILL, 5.0)
        assert code is not None, f"`masteria up` did not end in {_STOP_S:g} s:\n{tail(self.log, 40)}"
        assert not told, f"after `masteria up` had ended there still ran: {told}"
        assert code == 0, f"`masteria up` ended with {code}:\n{tail(self.log, 40)}"

    def members(self) -> list[OwnProcess]:
        """Return every living process of the instance: by the marker it inherited, or by a shared session.

        Ray's agents overwrite their environment with a process title, but stand in the session of the others.
        """
        wanted = f"{_MARKER}={self._mark}".encode()
        found, sessions = [], set()
        everybody = [process for process in map(OwnProcess.find, psutil.pids()) if process is not None]
        for process in everybody:
            with contextlib.suppress(OSError):
                if wanted in Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0"):
                    sessions.add(os.getsid(process.pid))
        for process in everybody:
            with contextlib.suppress(OSError):
                if os.getsid(process.pid) in sessions and process.alive:
                    found.append(process)
        return found


def _kill(name: str, pid: int | None, number: signal.Signals = signal.SIGKILL) -> int:
    assert pid is not None, f"{name} has no pid"
    os.kill(pid, number)
    return pid


def _changed(file: Path, before: int | None) -> bool:
    return file.exists() and file.stat().st_mtime_ns != before


def _send(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def _describe(process: OwnProcess) -> str:
    with contextlib.suppress(psutil.Error):
        return f"{process.pid} {' '.join(psutil.Process(process.pid).cmdline())[:150]}"
    return str(process.pid)
