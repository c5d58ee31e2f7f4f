"""A WhatsApp-Web session's own settings: ``options.web`` of the session, read and checked. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.web_numbers import CheckPolicy
from engine.web_pacing import PACES, Pace, read_pace
from engine.web_warm_up import DAY_MS

CLIENTS = ("neonize", "simulated")
_KEYS = frozenset({"client", "pace", "limits", "warm_up", "number_age_days", "check_numbers", "checks", "proxy"})
_CHECKS = {"batch": (2, 100), "per_day": (0, 10_000)}


@dataclass(frozen=True, slots=True)
class WebOptions:
    """How one WhatsApp-Web session behaves.

    Attributes:
        client: the library behind the port.
        pace: how fast it sends.
        warm_up: whether its caps grow with its age.
        number_age_days: how long the number had been in use when it was linked; it starts that far into its warm-up.
        check_numbers: whether recipients are looked up before the first message.
        checks: how they are looked up.
        proxy: ``socks5://…`` or ``http://…``; None connects directly.
    """

    client: str = "neonize"
    pace: Pace = field(default_factory=lambda: PACES["default"])
    warm_up: bool = True
    number_age_days: int = 0
    check_numbers: bool = True
    checks: CheckPolicy = field(default_factory=CheckPolicy)
    proxy: str | None = None

    @property
    def head_start_ms(self) -> int:
        return self.number_age_days * DAY_MS


def read_web_options(options: Mapping[str, Any]) -> WebOptions:
    """Return what ``options`` of a session say about WhatsApp-Web.

    Raises:
        ValueError: names the field and says what is wrong.
    """
    given = options.get("web", {})
    if not isinstance(given, Mapping):
        raise ValueError("options.web must be an object")
    if unknown := sorted(set(given) - _KEYS):
        raise ValueError(f"options.web.{unknown[0]} is not known")
    return WebOptions(
        client=_one_of(given, "client", CLIENTS, "neonize"),
        pace=_pace(given),
        warm_up=_flag(given, "warm_up"),
        number_age_days=_number(given, "number_age_days", 0, 36_500, 0),
        check_numbers=_flag(given, "check_numbers"),
        checks=_checks(given.get("checks", {})),
        proxy=_proxy(given.get("proxy")),
    )


def _pace(given: Mapping[str, Any]) -> Pace:
    try:
        return read_pace(given.get("pace"), given.get("limits"))
    except ValueError as error:
        raise ValueError(f"options.web.{error}") from error


def _one_of(given: Mapping[str, Any], name: str, allowed: tuple[str, ...], default: str) -> str:
    value = given.get(name, default)
    if value not in allowed:
        raise ValueError(f"options.web.{name} must be one of {', '.join(allowed)}")
    return str(value)


def _flag(given: Mapping[str, Any], name: str) -> bool:
    value = given.get(name, True)
    if not isinstance(value, bool):
        raise ValueError(f"options.web.{name} must be true or false")
    return value


def _number(given: Mapping[str, Any], name: str, low: int, high: int, default: int) -> int:
    value = given.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"options.web.{name} must be a whole number from {low} to {high}")
    return value


def _checks(given: object) -> CheckPolicy:
    if not isinstance(given, Mapping) or not set(given) <= set(_CHECKS):
        raise ValueError(f"options.web.checks must be an object with {', '.join(_CHECKS)}")
    policy = CheckPolicy()
    values = {name: _number(given, name, *_CHECKS[name], getattr(policy, name)) for name in _CHECKS}
    return replace(policy, **values)


def _proxy(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value.startswith(("socks5://", "http://", "https://")):
        raise ValueError("options.web.proxy must begin with socks5://, http:// or https://")
    return value
