"""`masteria up` as its user sees it: boots, survives what dies beneath it or itself, stops and leaves nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from masteria import leftovers
from masteria.credentials_file import Credentials
from masteria.processes import free_ports, wait_until
from masteria.readiness import readiness
from masteria.run_state import DataDir, RunState

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
_READY_S = 180.0
_PIX = {
    "eventType": "pix_created",
    "orderId": "o-1",
    "customer": {"name": "Cliente Exemplo", "phoneNumber": "11900000000"},
    "product": {"name": "Produto Exemplo"},
    "total": 97,
    "qrCode": "00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204000053039865802BR5913Fulano "
    "de Tal6008BRASILIA62070503***63041D3D",
    "paymentMethod": "pix",
}


class Installation:
    """One data directory with its ports, and the front door that runs it at the moment."""

    def __init__(self, folder: Path) -> None:
        self.data_dir = DataDir(folder)
        self.ports = free_ports(3)
        self.log = folder.with_suffix(".log")
        self.door: subprocess.Popen[bytes] | None = None

    def start(self, *more: str) -> subprocess.Popen[bytes]:
        names = ("--port", "--live-port", "--simulator-port")
        options = [word for name, port in zip(names, self.ports, strict=True) for word in (name, str(port))]
        command = [sys.executable, "-m", "masteria", "up", "--data-dir", str(self.data_dir.path), *options, *more]
        with self.log.open("ab") as log:
            self.door = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        return self.door

    def wait_ready(self) -> None:
        door, base_url = self.door, f"http://127.0.0.1:{self.ports[0]}"
        assert door is not None
        wait_until(lambda: door.poll() is not None or "is ready after" in self.said(), _READY_S)
        assert readiness(base_url)["status"] == 200, self.said()

    def said(self) -> str:
        return self.log.read_text()

    def pid(self, name: str) -> int:
        return int(RunState.read(self.data_dir).parts[name]["pid"])

    def has_returned(self, name: str, count: int) -> bool:
        return wait_until(lambda: self.said().count(f"{name} is back") >= count, _READY_S)

    def kill(self, name: str) -> None:
        os.kill(self.pid(name), signal.SIGKILL)

    def stop(self) -> int:
        assert self.door is not None
        self.door.send_signal(signal.SIGINT)
        return self.door.wait(120)

    def processes(self) -> list[int]:
        """Return every process that belongs to the data directory, by marker or by its command line."""
        found = []
        for part in ("cluster", "simulator"):
            name = self.data_dir.known_instance("")
            found += [process.pid for process in leftovers.find(leftovers.mark(str(name), part))]
        path = str(self.data_dir.path)
        for process in psutil.process_iter(["cmdline"]):
            if any(path in word for word in process.info["cmdline"] or ()):
                found.append(process.pid)
        return found

    def call(self, method: str, path: str, body: object = None) -> Any:
        known = Credentials.read(self.data_dir.path)
        url = path if path.startswith("http") else f"{known.base_url}/api/v1{path}"
        headers = {"content-type": "application/json"}
        if not path.startswith("http"):
            headers["authorization"] = f"Bearer {known.api_key}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def send_pix(self, event_id: str) -> str:
        """Post the README's webhook and return the message's last status once it was read."""
        url = Credentials.read(self.data_dir.path).demo_webhook_url
        assert url is not None
        event = self.call("POST", url, {**_PIX, "eventId": event_id})

        def status() -> str:
            messages = self.call("GET", f"/events/{event['id']}/messages")["data"]
            return ",".join(message["status"] for message in messages)

        wait_until(lambda: status() == "read", 30.0)
        return status()


class Shell:
    """The command line on one installation."""

    def __init__(self, installation: Installation) -> None:
        self._folder = str(installation.data_dir.path)

    def run(self, *words: str, stdin: str = "", code: int = 0) -> Any:
        command = [sys.executable, "-m", "masteria", *words, "--data-dir", self._folder, "--json"]
        done = subprocess.run(command, input=stdin, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if done.stdout else None


def use_every_command(shell: Shell) -> None:
    assert shell.run("doctor")
    assert shell.run("migrate") == {"applied": []}
    company = shell.run("company", "create", "Outra Loja")["id"]
    assert company in [one["id"] for one in shell.run("company", "list")]

    key = shell.run("apikey", "create", "integração", "--role", "viewer", "--company", company)
    assert key["key"].startswith("mia_")
    assert shell.run("apikey", "revoke", key["id"], "--company", company)["revoked_at"]

    words = ("ana@exemplo.test", "--password-stdin")
    assert shell.run("user", "create", *words, "--company", company, stdin="uma senha longa\n")["new"]
    assert shell.run("user", "create", *words, stdin="curta\n", code=1) is None
    assert shell.run("user", "password", *words, stdin="outra senha longa\n")["changed"]
    assert [one["email"] for one in shell.run("user", "list", "--company", company)] == ["ana@exemplo.test"]

    webhook = shell.run("webhook", "create", "--source", "loja", "--scheme", "timestamped", "--company", company)
    assert [one["id"] for one in shell.run("webhook", "list", "--company", company)] == [webhook["id"]]
    assert shell.run("webhook", "delete", webhook["id"], "--company", company)["deleted"]
    assert len(shell.run("webhook", "list")) == 1

    rule = shell.run("rule", "list")[0]
    copy = {name: rule[name] for name in ("trigger", "action")} | {"name": "cópia", "active": False}
    created = shell.run("rule", "create", "--file", "-", stdin=json.dumps(copy))
    assert shell.run("rule", "show", created["id"])["name"] == "cópia"
    assert len(shell.run("template", "list")) == 2
    session = shell.run("session", "list")[0]["id"]
    assert shell.run("session", "pause", session)["state"] == "paused"
    assert shell.run("session", "resume", session)["state"] == "active"


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    one = Installation(tmp_path / "d")
    yield one
    if one.door is not None and one.door.poll() is None:
        one.stop()


def test_a_newcomers_first_hour(installation: Installation) -> None:
    installation.start()
    installation.wait_ready()
    known = Credentials.read(installation.data_dir.path)
    assert (installation.data_dir.path / "credentials.json").stat().st_mode & 0o777 == 0o600
    assert all((known.installation_key, known.company_id, known.api_key, known.email, known.password))
    assert installation.send_pix("first") == "read"
    shell = Shell(installation)
    use_every_command(shell)
    status = shell.run("status")
    names = {part["name"] for part in status["parts"]}
    assert {"front door", "postgres", "valkey", "simulator", "ray driver", "gcs_server", "raylet"} <= names
    assert {"ray::Supervisor", "ray::CompanyShard", "ray::Gateway"} <= names
    assert status["ready"]
    assert 0 < status["pss_mib"] * 1.048576 < 1600  # the promise is 1.6 GB

    another = Installation(installation.data_dir.path)
    another.log = installation.log.with_name("another.log")
    assert another.start().wait(30) == 1
    assert "is run by another `masteria up`" in another.said()

    for name in ("postgres", "valkey", "simulator"):
        installation.kill(name)
        assert installation.has_returned(name, 1), installation.said()
    for number, name in enumerate(("raylet", "gcs_server", "cluster"), start=1):
        begun = time.monotonic()
        installation.kill(name)
        assert installation.has_returned("cluster", number), installation.said()
        assert time.monotonic() - begun < 60
    assert installation.send_pix("after everything died once") == "read"

    assert installation.door is not None
    postgres, valkey = installation.pid("postgres"), installation.pid("valkey")
    installation.door.kill()
    installation.door.wait(10)
    installation.log.write_text("")
    installation.start()
    installation.wait_ready()
    assert (installation.pid("postgres"), installation.pid("valkey")) == (postgres, valkey)
    assert Credentials.read(installation.data_dir.path) == known
    assert installation.send_pix("after the front door died") == "read"
    assert installation.call("GET", "/messages")["count"] == 3

    assert installation.stop() == 0
    assert installation.processes() == []
    assert "Traceback" not in installation.said()
    shell.run("status", code=69)


def test_a_stop_in_the_middle_of_a_boot_leaves_nothing_running(installation: Installation) -> None:
    door = installation.start("--no-simulator", "--empty")
    assert wait_until(lambda: "Database" in installation.said() or door.poll() is not None, _READY_S)
    assert installation.stop() == 0
    assert installation.processes() == []
    assert "Traceback" not in installation.said()
    known = Credentials.read(installation.data_dir.path)
    assert known.api_key
    assert known.demo_webhook_url is None
    assert known.demo_session_id is None
