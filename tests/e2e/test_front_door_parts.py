"""The front door's own parts: the lock, what was left behind, back-off, taken ports, the simulator's templates."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from masteria import leftovers
from masteria.commands import CONFIG, FAILED, UNAVAILABLE, USAGE, main
from masteria.credentials_file import Credentials
from masteria.front_door import check_ports
from masteria.run_state import AlreadyRunning, DataDir, RunState
from masteria.setting_checks import SettingsRefused
from masteria.settings import load
from masteria.simulator_link import meta_body
from masteria.watching import Backoff

_CHILD = "import subprocess, sys; subprocess.Popen(['sleep', '600'], env={}); print('up', flush=True); sys.stdin.read()"


@pytest.fixture
def marked() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A process that carries a marker, with a child that has lost it (as Ray's agents have) in the same session."""
    marker = leftovers.mark(f"test-{uuid4().hex}", "cluster")
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, leftovers.VARIABLE: marker},
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    with child.stdin, child.stdout:
        assert child.stdout.readline() == b"up\n"
        yield marker, child
        child.kill()
        child.wait()


def test_everything_that_carries_the_marker_is_ended(marked: tuple[str, subprocess.Popen[bytes]]) -> None:
    marker, child = marked
    assert len(leftovers.find(marker)) == 2
    assert leftovers.end(marker) == 2
    assert child.wait(5) != 0
    assert leftovers.find(marker) == []


def test_another_installations_processes_are_left_alone(marked: tuple[str, subprocess.Popen[bytes]]) -> None:
    marker, child = marked
    assert leftovers.end(marker + "-other") == 0
    assert child.poll() is None


def test_a_data_directory_belongs_to_one_front_door(tmp_path: Path) -> None:
    first, second = DataDir(tmp_path / "d"), DataDir(tmp_path / "d")
    assert second.holder() is None
    first.claim()
    assert second.holder() == os.getpid()
    with pytest.raises(AlreadyRunning, match=f"pid {os.getpid()}"):
        second.claim()
    first.release()
    second.claim()
    second.release()


def test_names_and_keys_are_made_once_and_kept_to_their_owner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MASTERIA_SECRET_KEY", raising=False)
    data_dir = DataDir(tmp_path)
    assert data_dir.known_instance("") is None
    assert data_dir.instance("") == data_dir.instance("") == data_dir.known_instance("")
    assert data_dir.secret_key() == data_dir.secret_key()
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("MASTERIA_SECRET_KEY", "bm90IDMyIGJ5dGVz")
    with pytest.raises(SettingsRefused, match="32 bytes"):
        data_dir.secret_key()


def test_a_pid_used_again_is_not_taken_for_the_noted_process(tmp_path: Path) -> None:
    state = RunState(tmp_path / "state.json", {"cluster": {"pid": os.getpid(), "started": 1.0}})
    assert state.process("cluster") is None


def test_what_keeps_dying_is_started_less_and_less_often() -> None:
    backoff = Backoff()
    pauses = [backoff.next(float(second)) for second in range(10)]
    assert pauses == [0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert backoff.next(10_000.0) == 0.0


def test_every_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.socket() as one, socket.socket() as other, socket.socket() as free:
        for listener in (one, other, free):
            listener.bind(("127.0.0.1", 0))
        one.listen()
        other.listen()
        ports = [listener.getsockname()[1] for listener in (one, free, other)]
        free.close()
        names = dict(zip(("port", "live_port", "simulator_port"), ports, strict=True))
        with pytest.raises(SettingsRefused) as refused:
            check_ports(load(tmp_path, environment={}, command_line=names))
    assert [problem.split(":")[0] for problem in refused.value.problems] == ["port", "simulator_port"]


def test_a_port_that_becomes_free_meanwhile_is_waited_for(tmp_path: Path) -> None:
    with socket.socket() as dying:
        dying.bind(("127.0.0.1", 0))
        dying.listen()
        options = load(tmp_path, environment={}, command_line={"port": dying.getsockname()[1]})
        with ThreadPoolExecutor(1) as thread:
            waiting = thread.submit(check_ports, options, 20.0)
            with pytest.raises(TimeoutError):
                waiting.result(0.2)
            dying.close()
            waiting.result(20.0)


def test_a_template_at_meta_has_numbered_places() -> None:
    body = '{{customer_name|first_name}}: {{order_value|money}} e {{ customer_name | first_name }}, {{a|default:"}}"}}'
    assert meta_body(body) == "{{1}}: {{2}} e {{1}}, {{3}}"


def test_commands_say_by_their_exit_code_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--data-dir", str(tmp_path)]
    assert main([]) == USAGE
    assert main(["rule"]) == USAGE
    assert main(["status", *folder]) == UNAVAILABLE
    assert main(["rule", "list", *folder]) == UNAVAILABLE
    assert main(["up", *folder, "--port", "99999", "--set", "shards=none"]) == CONFIG
    problems = capsys.readouterr().err
    assert "port (command line)" in problems
    assert "shards (command line)" in problems
    (tmp_path / "credentials.json").write_text(json.dumps({"base_url": "http://127.0.0.1:9", "api_key": "mia_x"}))
    assert main(["webhook", "list", *folder]) == UNAVAILABLE
    assert main(["rule", "create", *folder]) == FAILED


def test_credentials_come_back_as_they_were_written(tmp_path: Path) -> None:
    known = Credentials(base_url="http://x", api_key="mia_1", demo_session_id="s")
    known.write(tmp_path)
    assert Credentials.read(tmp_path) == known
    assert "demo_webhook_url" not in json.loads((tmp_path / "credentials.json").read_text())
    assert (tmp_path / "credentials.json").stat().st_mode & 0o777 == 0o600
