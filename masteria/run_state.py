"""``<data-dir>/run``: who runs this data directory, and what a killed front door has left behind."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import MasteriaError
from engine.vault import Vault, make_key_text
from masteria.processes import OwnProcess, write_private
from masteria.setting_checks import SettingsRefused


class AlreadyRunning(MasteriaError):
    """Another `masteria up` runs this data directory."""


@dataclass(slots=True)
class DataDir:
    """The folder of one installation; :meth:`claim` makes it ours for as long as this process lives."""

    path: Path
    _lock: int = -1

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def _lock_file(self) -> Path:
        return self.run / "lock"

    def claim(self) -> None:
        """Make the folders and take the lock, which the kernel releases when we die.

        Raises:
            AlreadyRunning: another process holds it.
        """
        for folder in (self.path, self.run, self.logs):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._lock = os.open(self._lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = self._lock_file.read_text().strip()
            raise AlreadyRunning(f"{self.path} is run by another `masteria up` (pid {holder}); stop it first") from None
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Give the lock back."""
        if self._lock >= 0:
            os.ftruncate(self._lock, 0)
            os.close(self._lock)
            self._lock = -1

    def holder(self) -> int | None:
        """Return the pid of the front door that runs this folder, or None."""
        with contextlib.suppress(OSError, ValueError):
            descriptor = os.open(self._lock_file, os.O_RDWR)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(self._lock_file.read_text())
            finally:
                os.close(descriptor)
        return None

    def instance(self, wanted: str) -> str:
        """Return the installation's name: the setting, else the one made at the first start."""
        return wanted or self._remembered("instance", lambda: f"masteria-{secrets.token_hex(6)}")

    def known_instance(self, wanted: str) -> str | None:
        """Return the name as :meth:`instance`, or None before the first start."""
        with contextlib.suppress(FileNotFoundError):
            return wanted or (self.path / "instance").read_text(encoding="utf-8").strip()
        return None

    def secret_key(self) -> str:
        """Return the installation's key: the environment's, else the one made at the first start.

        Raises:
            SettingsRefused: it is not base64 of 32 bytes.
        """
        key = os.environ.get("MASTERIA_SECRET_KEY") or self._remembered("secret.key", make_key_text)
        try:
            Vault.from_text(key)
        except ValueError as error:
            raise SettingsRefused([f"MASTERIA_SECRET_KEY (or {self.path / 'secret.key'}): {error}"]) from error
        return key

    def ray_token_file(self) -> Path:
        """Return the file with the token that guards our Ray, made at the first start."""
        self._remembered("run/ray.token", lambda: secrets.token_hex(32))
        return self.run / "ray.token"

    def _remembered(self, name: str, make: Any) -> str:
        path = self.path / name
        with contextlib.suppress(FileNotFoundError):
            return path.read_text(encoding="utf-8").strip()
        value = str(make())
        write_private(path, value)
        return value


@dataclass(slots=True)
class RunState:
    """``run/state.json``: the processes of the present run by name, with their start times, and the addresses."""

    path: Path
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, data_dir: DataDir) -> RunState:
        """Return what the last front door noted; nothing if it stopped in order."""
        path = data_dir.run / "state.json"
        try:
            return cls(path, dict(json.loads(path.read_text(encoding="utf-8"))))
        except (FileNotFoundError, ValueError):
            return cls(path)

    def note(self, name: str, process: OwnProcess, **more: Any) -> None:
        """Note a part's process; the file is whole at every moment."""
        self.parts[name] = {"pid": process.pid, "started": process.started, **more}
        write_private(self.path, json.dumps(self.parts))

    def process(self, name: str) -> OwnProcess | None:
        """Return a noted part's process if that very process still lives."""
        part = self.parts.get(name)
        if part is None:
            return None
        process = OwnProcess(int(part["pid"]), float(part["started"]))
        return process if process.alive else None

    def clear(self) -> None:
        """Forget everything: the run ended in order."""
        self.parts.clear()
        self.path.unlink(missing_ok=True)
