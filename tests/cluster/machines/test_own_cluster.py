"""`masteria up` on a Ray that others started with `ray start`, and on servers of their own (docs/OPERATIONS.md)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from masteria.credentials_file import Credentials
from masteria.embedded import RunningServer, start_postgres, start_valkey
from masteria.processes import free_ports, wait_until
from masteria.readiness import readiness

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Postgres (by TCP) and Valkey as an installation's own, by the names of their settings."""
    running: list[RunningServer] = [start_postgres(tmp_path / "servers"), start_valkey(tmp_path / "servers")]
    password = (tmp_path / "servers" / "run" / "postgres.password").read_text()
    yield {
        "MASTERIA_DATABASE_URL": f"postgresql://masteria:{password}@127.0.0.1:{running[0].port}/masteria",
        "MASTERIA_REDIS_URL": running[1].url,
    }
    for server in running:
        server.stop()


@pytest.fixture
def ray_head(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """One node started with `ray start`, guarded by a token; what its clients need in their environment."""
    token = tmp_path / "token"
    token.write_text("5" * 64)
    guarded = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}
    port = 6400 + os.getpid() % 2000  # Ray's own workers take ports from 10002 on
    ray = Path(sys.executable).with_name("ray")
    command = [str(ray), "start", "--head", "--block", f"--port={port}", "--node-ip-address=127.0.0.1", "--num-cpus=2"]
    command += ["--disable-usage-stats", "--include-dashboard=false", "--object-store-memory=83886080"]
    command += [f"--temp-dir=/tmp/masteria-test-{os.getpid()}"]
    log = tmp_path / "ray.log"
    with log.open("wb") as out:
        head = subprocess.Popen(command, stdout=out, stderr=out, env={**os.environ, **guarded}, start_new_session=True)
    up = wait_until(lambda: "Ray runtime started" in log.read_text() or head.poll() is not None, 60.0)
    assert up, log.read_text()
    assert head.poll() is None, log.read_text()
    yield {**guarded, "RAY_ADDRESS": f"127.0.0.1:{port}"}
    head.send_signal(signal.SIGTERM)
    assert head.wait(60) is not None


def test_a_cluster_of_ones_own(tmp_path: Path, servers: dict[str, str], ray_head: dict[str, str]) -> None:
    ports = free_ports(3)
    names = ("--port", "--live-port", "--simulator-port")
    options = [word for name, port in zip(names, ports, strict=True) for word in (name, str(port))]
    log = tmp_path / "up.log"
    with log.open("wb") as out:
        door = subprocess.Popen(
            [sys.executable, "-m", "masteria", "up", "--data-dir", str(tmp_path / "d"), *options],
            stdout=out,
            stderr=out,
            env={**os.environ, **servers, **ray_head},
            start_new_session=True,
        )
    base_url = f"http://127.0.0.1:{ports[0]}"
    wait_until(lambda: door.poll() is not None or readiness(base_url)["status"] == 200, 150.0)
    said = log.read_text()
    assert readiness(base_url)["status"] == 200, said
    assert "Postgres" not in said
    assert Credentials.read(tmp_path / "d").base_url == base_url
    door.send_signal(signal.SIGINT)
    assert door.wait(90) == 0
    assert readiness(base_url)["status"] == 0, "the gateway's actor outlived its installation"
