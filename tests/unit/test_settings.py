"""Settings: the order of their places, and every problem named at once."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from engine.settings import Settings
from masteria.settings import Options, SettingsRefused, load


def settings(
    folder: Path, environment: dict[str, str] | None = None, file: Path | None = None, **command_line: Any
) -> Options:
    return load(folder, file=file, environment=environment or {}, command_line=command_line)


def problems(folder: Path, environment: dict[str, str] | None = None, **command_line: Any) -> list[str]:
    with pytest.raises(SettingsRefused) as refused:
        settings(folder, environment, **command_line)
    return refused.value.problems


def test_the_later_place_wins(tmp_path: Path) -> None:
    (tmp_path / "masteria.toml").write_text("port = 9001\nlive_port = 9002\nshards = 3\n")
    options = settings(tmp_path, {"MASTERIA_LIVE_PORT": "9102", "MASTERIA_SHARDS": "4"}, shards=5)
    assert (options["port"], options["live_port"], options["shards"], options["gateways"]) == (9001, 9102, 5, 1)


def test_what_is_not_given_on_the_command_line_changes_nothing(tmp_path: Path) -> None:
    assert settings(tmp_path, {"MASTERIA_PORT": "9000"}, port=None)["port"] == 9000


def test_every_problem_is_named_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "masteria.toml").write_text('prot = 1\nshards = "many"\n')
    found = problems(tmp_path, {"MASTERIA_PORT": "70000", "MASTERIA_DEBUG": "maybe"}, live_port=-1, simulator_port=8000)
    text = "\n".join(found)
    assert len(found) == 6
    for expected in (
        "there is no such setting; did you mean port?",
        "shards",
        "port (environment): 70000 is not between 1 and 65535",
        "debug (environment): 'maybe' is not true or false",
        "live_port (command line): -1 is not between",
        "port and simulator_port: both are 8000",
    ):
        assert expected in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("database_url", "mysql://x/y"),
        ("redis_url", "redis"),
        ("public_url", "ftp://x"),
        ("public_url", "http://x:99999"),
        ("trusted_proxies", "10.0.0.0/8,nonsense"),
        ("log_level", "LOUD"),
        ("time_zone", "Mars/Olympus"),
        ("shard_timeout_s", "nan"),
        ("shards", "2.5"),
        ("shards", "0"),
        ("host", " "),
        ("live_updates_per_s", "21"),
    ],
)
def test_nonsense_is_refused(tmp_path: Path, name: str, value: str) -> None:
    assert any(name in problem for problem in problems(tmp_path, {f"MASTERIA_{name.upper()}": value}))


def test_a_cluster_of_ones_own_needs_both_urls(tmp_path: Path) -> None:
    assert "database_url and redis_url" in problems(tmp_path, {"RAY_ADDRESS": "10.0.0.1:6379"})[0]
    urls = {"MASTERIA_DATABASE_URL": "postgresql://u@h/d", "MASTERIA_REDIS_URL": "redis://h:6379/0"}
    assert settings(tmp_path, {"RAY_ADDRESS": "auto", **urls})["ray_address"] == "auto"


def test_a_settings_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(SettingsRefused, match="cannot be read"):
        settings(tmp_path, file=tmp_path / "absent.toml")


def test_without_the_simulator_its_port_is_of_no_concern(tmp_path: Path) -> None:
    options = settings(tmp_path, simulator=False, simulator_port=8000)
    assert options.simulator_url == ""
    assert options.ports() == {"port": 8000, "live_port": 8001}


def test_addresses_shown_to_others_follow_the_public_urls(tmp_path: Path) -> None:
    options = settings(tmp_path, {"MASTERIA_PUBLIC_URL": "https://loja.exemplo.test/"}, host="0.0.0.0")
    assert (options.public_url, options.base_url) == ("https://loja.exemplo.test", "http://127.0.0.1:8000")
    assert options.live_public_url == "ws://127.0.0.1:8001"


def test_every_setting_of_the_parts_has_a_documented_default(tmp_path: Path) -> None:
    options = settings(tmp_path)
    parts = options.for_parts(instance="i", database_url="postgresql://", redis_url="redis://")
    for field in fields(Settings):
        assert getattr(parts, field.name) is not None, field.name
    assert parts.trusted_proxies == ()
