"""``scripts/python``: which Python runs Python code fastest here, as ``make setup`` tells."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "python"
AddPython = Callable[[str, str], None]


@pytest.fixture
def add_python(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AddPython:
    """Return what puts a Python of that name, with that answer to the probe, first on the path."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def add(name: str, does: str) -> None:
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{does}\n")
        program.chmod(0o755)

    return add


def chosen(*names: str) -> str:
    done = subprocess.run([SCRIPT, *names], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


def test_a_much_faster_python_is_taken(add_python: AddPython) -> None:
    add_python("slow", "echo 5")
    add_python("fast", "echo 3")
    assert chosen("slow", "fast") == "fast"
    assert chosen("fast", "slow") == "fast"


def test_the_first_stays_where_another_is_hardly_faster(add_python: AddPython) -> None:
    add_python("first", "echo 5")
    add_python("second", "echo 4")
    assert chosen("first", "second") == "first"


def test_one_python_by_two_names_is_never_faster_than_itself(add_python: AddPython) -> None:
    add_python("first", "echo 50 /opt/python")
    add_python("second", "echo 30 /opt/python")
    add_python("other", "echo 20 /other")
    assert chosen("first", "second") == "first"
    assert chosen("first", "second", "other") == "other"


def test_one_that_fails_the_probe_is_never_taken(add_python: AddPython) -> None:
    add_python("old", "exit 1")
    add_python("good", "echo 1")
    assert chosen("old", "good", "not-there") == "good"


def test_what_a_machine_usually_has_is_looked_at_beside_the_named(add_python: AddPython) -> None:
    add_python("named", "echo 500000000")
    add_python("python3.12", "echo 1")
    assert chosen("named") == "python3.12"


def test_a_real_python_passes_the_probe(add_python: AddPython) -> None:
    add_python("slow", "echo 500000000")
    assert chosen(sys.executable, "slow") != "slow"
    assert chosen("slow", sys.executable) != "slow"
