"""The command `masteria up`."""

from __future__ import annotations

import argparse
import asyncio
import os
from typing import Any

from masteria.setting_checks import SettingsRefused
from masteria.settings import Options, load

_OPTIONS = ("host", "port", "live_port", "simulator_port", "simulator", "demo")


def read_options(given: argparse.Namespace) -> Options:
    """Return the settings of a command that takes ``--config`` and ``--set``.

    Raises:
        SettingsRefused: something makes no sense; every problem is named.
    """
    command_line: dict[str, Any] = {name: getattr(given, name, None) for name in _OPTIONS}
    for pair in given.set:
        name, equals, value = pair.partition("=")
        if not equals:
            raise SettingsRefused([f"--set {pair}: expected NAME=VALUE"])
        command_line[name.strip().replace("-", "_")] = value
    return load(given.data_dir, file=given.config, environment=os.environ, command_line=command_line)


def up(given: argparse.Namespace) -> int:
    """Start everything and stay until a signal."""
    from masteria.front_door import FrontDoor
    from masteria.progress import Progress

    options = read_options(given)
    asyncio.run(FrontDoor(options, Progress()).run())
    return 0
