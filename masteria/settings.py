"""Where settings come from: defaults.toml < file < environment < command line. All problems are named at once."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from engine.settings import Settings
from masteria.setting_checks import SettingsRefused, check_together, check_value

__all__ = ["DEFAULTS", "Options", "SettingsRefused", "load"]
DEFAULTS = Path(__file__).with_name("defaults.toml")
_PREFIX = "MASTERIA_"
# Read elsewhere, or set by the front door for its children.
_NOT_SETTINGS = frozenset({"MASTERIA_DATA_DIR", "MASTERIA_SECRET_KEY", "MASTERIA_RUN_ID"})
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True, slots=True)
class Options:
    """Every setting of ``defaults.toml``, checked, with the data directory it belongs to."""

    data_dir: Path
    values: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    @property
    def local_host(self) -> str:
        """Where programs on this machine reach us."""
        host = str(self["host"])
        return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 -- a comparison

    @property
    def base_url(self) -> str:
        return f"http://{self.local_host}:{self['port']}"

    @property
    def simulator_url(self) -> str:
        return f"http://{self.local_host}:{self['simulator_port']}" if self["simulator"] else ""

    @property
    def public_url(self) -> str:
        return str(self["public_url"]).rstrip("/") or self.base_url

    @property
    def live_public_url(self) -> str:
        return str(self["live_public_url"]).rstrip("/") or f"ws://{self.local_host}:{self['live_port']}"

    def ports(self) -> dict[str, int]:
        """Return the ports we shall listen on, by setting."""
        names = ["port", "live_port", *(["simulator_port"] if self["simulator"] else [])]
        return {name: self[name] for name in names}

    def for_parts(self, *, instance: str, database_url: str, redis_url: str) -> Settings:
        """Return the settings that actors and gateways run with."""
        derived: dict[str, Any] = {
            "instance": instance,
            "data_dir": str(self.data_dir),
            "database_url": database_url,
            "redis_url": redis_url,
            "simulator_url": self.simulator_url,
            "public_url": self.public_url,
            "live_public_url": self.live_public_url,
            "trusted_proxies": tuple(self["trusted_proxies"]),
            "outgoing_allow_private": tuple(self["outgoing_allow_private"]),
        }
        shared = {field.name: self.values[field.name] for field in fields(Settings) if field.name not in derived}
        return Settings(**derived, **shared)


def load(
    data_dir: Path,
    *,
    file: Path | None = None,
    environment: Mapping[str, str],
    command_line: Mapping[str, Any],
) -> Options:
    """Put the settings together and check them.

    Args:
        data_dir: the installation's data directory.
        file: a settings file instead of ``<data-dir>/masteria.toml``; must exist when given.
        environment: normally ``os.environ``.
        command_line: values by setting; texts are read as in the environment, None means "not given".

    Raises:
        SettingsRefused: something makes no sense; every problem is named with the place it came from.
    """
    defaults = _read(DEFAULTS)
    values, problems = dict(defaults), list[str]()
    for place, given in _places(data_dir, file, environment, command_line, problems):
        for name, raw in given.items():
            if name not in defaults:
                problems.append(f"{name} ({place}): there is no such setting{_guess(name, defaults)}")
            elif (value := _read_value(defaults[name], raw)) is None:
                problems.append(f"{name} ({place}): {raw!r} is not {_kind(defaults[name])}")
            elif problem := check_value(name, value):
                problems.append(f"{name} ({place}): {problem}")
            else:
                values[name] = value
    problems += check_together(values)
    if problems:
        raise SettingsRefused(problems)
    return Options(data_dir.resolve(), values)


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)


def _places(
    data_dir: Path,
    file: Path | None,
    environment: Mapping[str, str],
    command_line: Mapping[str, Any],
    problems: list[str],
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return what was given, by place, the weakest first."""
    places: list[tuple[str, Mapping[str, Any]]] = []
    path = file or data_dir / "masteria.toml"
    if file is not None or path.exists():
        try:
            places.append((str(path), _read(path)))
        except (OSError, ValueError) as error:
            problems.append(f"{path}: cannot be read: {error}")
    if address := environment.get("RAY_ADDRESS"):
        places.append(("RAY_ADDRESS", {"ray_address": address}))
    ours = {name: value for name, value in environment.items() if name.startswith(_PREFIX)}
    wanted = {name[len(_PREFIX) :].lower(): value for name, value in ours.items() if name not in _NOT_SETTINGS}
    places.append(("environment", wanted))
    places.append(("command line", {name: value for name, value in command_line.items() if value is not None}))
    return places


def _guess(name: str, known: Mapping[str, Any]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def _read_value(default: Any, raw: Any) -> Any:
    """Return ``raw`` as a value of the default's type; None if it is none."""
    if isinstance(default, bool):
        return raw if isinstance(raw, bool) else _WORDS.get(str(raw).strip().lower())
    if isinstance(default, list):
        items = [part.strip() for part in raw.split(",")] if isinstance(raw, str) else raw
        is_list = isinstance(items, list) and all(isinstance(item, str) for item in items)
        return [item for item in items if item] if is_list else None
    if isinstance(default, str):
        return raw.strip() if isinstance(raw, str) else None
    if isinstance(raw, bool):
        return None
    try:
        return type(default)(raw) if isinstance(raw, str | int) or isinstance(default, float) else None
    except (TypeError, ValueError):
        return None


def _kind(default: Any) -> str:
    kinds = {bool: "true or false", int: "a whole number", float: "a number", list: "a list of texts", str: "a text"}
    return kinds[type(default)]
