"""ray-cluster.yaml says what Ray's own loader accepts, guards every node and ships no data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from ray.autoscaler._private.util import prepare_config, validate_config

_FILE = Path(__file__).parents[2] / "ray-cluster.yaml"


@pytest.fixture
def written() -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(_FILE.read_text())
    return config


def test_ray_accepts_it(written: dict[str, Any]) -> None:
    prepared = prepare_config(written)
    validate_config(prepared)
    assert prepared["provider"]["worker_ips"] == written["provider"]["worker_ips"]
    assert prepared["head_start_ray_commands"] == written["head_start_ray_commands"]


def test_ray_refuses_what_it_does_not_know(written: dict[str, Any]) -> None:
    written["head_start_commands"] = []
    with pytest.raises(Exception, match="head_start_commands"):
        validate_config(prepare_config(written))


@pytest.mark.parametrize("kind", ["head_start_ray_commands", "worker_start_ray_commands"])
def test_every_node_asks_for_the_token_and_reports_nothing_home(written: dict[str, Any], kind: str) -> None:
    start = written[kind][-1]
    assert "RAY_AUTH_MODE=token" in start
    assert "--disable-usage-stats" in start


def test_no_data_directory_is_shipped(written: dict[str, Any]) -> None:
    ignored = (_FILE.parent / ".gitignore").read_text().splitlines()
    assert ".masteria/" in ignored
    assert written["rsync_filter"] == [".gitignore"]
    assert ".masteria" in written["rsync_exclude"]
