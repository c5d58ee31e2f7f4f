"""Which settings make sense, each alone and together. Called by masteria/settings.py."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from engine.errors import MasteriaError

_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*")
_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
# Smallest and largest value that makes sense.
_BOUNDS: dict[str, tuple[float, float]] = {
    "port": (1, 65535),
    "live_port": (1, 65535),
    "simulator_port": (1, 65535),
    "simulator_seed": (0, 2**63 - 1),
    "gateways": (1, 64),
    "shards": (1, 256),
    "sender_hosts": (1, 64),
    "workers": (1, 64),
    "ai_workers": (0, 64),
    "ai_threads": (1, 64),
    "ray_object_store_mb": (80, 65536),
    "uncertain_grace_s": (1, 86400),
    "max_body_bytes": (1024, 64 * 1024 * 1024),
    "max_meta_body_bytes": (1024, 64 * 1024 * 1024),
    "signature_tolerance_s": (1, 86400),
    "batch_events": (1, 1000),
    "batch_bytes": (1024, 1_000_000),
    "shard_calls_in_flight": (1, 64),
    "gateway_backlog": (1, 1_000_000),
    "shard_timeout_s": (0.1, 60),
    "spill_max_bytes": (1024 * 1024, 64 * 1024**3),
    "live_updates_per_s": (1, 20),
    "start_timeout_s": (5, 3600),
}
_URL_SCHEMES: dict[str, tuple[str, ...]] = {
    "database_url": ("postgresql", "postgres"),
    "redis_url": ("redis", "rediss", "unix"),
    "public_url": ("http", "https"),
    "live_public_url": ("ws", "wss"),
    "graph_url": ("http", "https"),
    "grapfy_url": ("http", "https"),
}


class SettingsRefused(MasteriaError):
    """The settings make no sense; ``problems`` names each of them."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))

    def __reduce__(self) -> tuple[type[SettingsRefused], tuple[list[str]]]:  # type: ignore[override]
        return type(self), (self.problems,)


def check_value(name: str, value: Any) -> str | None:
    """Return what is wrong with one value by itself, or None."""
    if name in _BOUNDS:
        low, high = _BOUNDS[name]
        return None if low <= value <= high else f"{value} is not between {low:g} and {high:g}"
    if name in _URL_SCHEMES and value:
        return _check_url(value, _URL_SCHEMES[name])
    if name == "trusted_proxies":
        wrong = [item for item in value if not _is_network(item)]
        return f"not an address or network: {', '.join(wrong)}" if wrong else None
    if name == "outgoing_allow_private":
        wrong = [item for item in value if not _is_network(item) and not _HOST.fullmatch(item.lower())]
        return f"not a host, address or network: {', '.join(wrong)}" if wrong else None
    return _check_text(name, value)


def _check_text(name: str, value: Any) -> str | None:
    if name == "log_level" and value not in _LOG_LEVELS:
        return f"{value!r} is none of {', '.join(_LOG_LEVELS)}"
    if name == "time_zone" and value not in available_timezones():
        return f"there is no time zone {value!r}"
    if name in ("host", "graph_url", "graph_version", "grapfy_url") and not value:
        return "must not be empty"
    return None


def _check_url(value: str, schemes: tuple[str, ...]) -> str | None:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and bool(parts.netloc or parts.path or parts.query) and parts.port != 0
    except ValueError:
        usable = False
    return None if usable else f"not a URL that begins with {' or '.join(f'{scheme}://' for scheme in schemes)}"


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def check_together(values: Mapping[str, Any]) -> list[str]:
    """Return what is wrong between the settings."""
    problems = []
    names = ["port", "live_port", *(["simulator_port"] if values["simulator"] else [])]
    for position, first in enumerate(names):
        problems += [
            f"{first} and {second}: both are {values[first]}"
            for second in names[position + 1 :]
            if values[first] == values[second]
        ]
    if values["ray_address"]:
        missing = [name for name in ("database_url", "redis_url") if not values[name]]
        if missing:
            problems.append(f"ray_address: a cluster of your own also needs {' and '.join(missing)}")
    if values["max_meta_body_bytes"] < values["max_body_bytes"]:
        problems.append("max_meta_body_bytes: smaller than max_body_bytes")
    return problems
