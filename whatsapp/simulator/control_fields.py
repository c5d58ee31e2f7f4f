"""Reads the fields of the control plane's bodies; what is wrong comes back as ValueError with a sentence."""

from __future__ import annotations

from typing import Any

import orjson

from whatsapp.simulator.replies import Request


def body(request: Request) -> dict[str, Any]:
    """Return a request's JSON object, empty when it has no body."""
    value = orjson.loads(request.body) if request.body else {}
    if not isinstance(value, dict):
        raise ValueError("the body must be a JSON object")
    return value


def query_whole(query: dict[str, str], name: str, default: int) -> int:
    """Return a whole number of a query."""
    text = query.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError(f"{name} must be a whole number")
    return int(text)


def flag(spec: dict[str, Any], name: str, default: bool) -> bool:
    """Return a truth value."""
    value = spec.get(name, default)
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")
    return value


def share(spec: dict[str, Any], name: str, default: float) -> float:
    """Return a number from 0 to 1."""
    value = spec.get(name, default)
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= 1:
        raise ValueError(f"{name} must be between 0 and 1")
    return float(value)


def whole(spec: dict[str, Any], name: str, default: int, low: int, high: int) -> int:
    """Return a whole number within bounds."""
    value = spec.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}")
    return value


def optional_whole(spec: dict[str, Any], name: str, default: int | None, high: int) -> int | None:
    """Return a whole number from 0, or None where that is given."""
    if spec.get(name, default) is None:
        return None
    return whole(spec, name, default or 0, 0, high)


def choice(spec: dict[str, Any], name: str, default: str, choices: tuple[str, ...]) -> str:
    """Return one of some words."""
    value = spec.get(name, default)
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}")
    return value


def text(spec: dict[str, Any], name: str, default: str | None = None) -> str:
    """Return a text; without a default it must be there."""
    value = spec.get(name, default)
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name} must be text")
    return value


def only(spec: dict[str, Any], *names: str) -> None:
    """Refuse fields that are not known: a misspelt one would do nothing, silently."""
    unknown = set(spec) - set(names)
    if unknown:
        raise ValueError(f"unknown fields: {', '.join(sorted(unknown))}")
