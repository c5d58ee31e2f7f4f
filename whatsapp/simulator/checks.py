"""Small checks that Graph makes on the members of a request, each refusing in Graph's words."""

from __future__ import annotations

from typing import Any

from whatsapp.simulator.graph_errors import GraphRefusal, invalid, required, too_long


def member(parent: dict[str, Any], name: str, path: str) -> dict[str, Any]:
    """Return an object that must be there.

    Raises:
        GraphRefusal: it is missing (100) or no object (131009).
    """
    value = parent.get(name)
    if value is None:
        raise required(path)
    if not isinstance(value, dict):
        raise invalid(f"{path} must be an object")
    return value


def members(parent: dict[str, Any], name: str, path: str) -> list[dict[str, Any]]:
    """Return a list of objects that must be there and not be empty.

    Raises:
        GraphRefusal: it is missing or empty (100) or no list of objects (131009).
    """
    value = parent.get(name)
    if value is None or value == []:
        raise required(path)
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise invalid(f"{path} must be a list of objects")
    return value


def text_of(parent: dict[str, Any], name: str, path: str, limit: int) -> str:
    """Return a text that must be there, of at most ``limit`` characters.

    Raises:
        GraphRefusal: it is missing or empty (100), no text (131009) or too long (100).
    """
    value = parent.get(name)
    if value is None or value == "":
        raise required(path)
    if not isinstance(value, str):
        raise invalid(f"{path} must be a string")
    if len(value) > limit:
        raise too_long(path, limit)
    return value


def optional_text(parent: dict[str, Any], name: str, path: str, limit: int) -> str:
    """Return a text that may be missing ("" then).

    Raises:
        GraphRefusal: as :func:`text_of`, but for what is missing.
    """
    return "" if parent.get(name) in (None, "") else text_of(parent, name, path, limit)


def titled(parent: dict[str, Any], name: str, what: str, limit: int) -> str:
    """Return a short title; Graph names its bounds when it has none of the right length.

    Raises:
        GraphRefusal: 131009.
    """
    value = parent.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= limit:
        raise invalid(f"{what} length invalid. Min length: 1, Max length: {limit}")
    return value


def wamid_of(parent: dict[str, Any], name: str, path: str) -> str:
    """Return a message id.

    Raises:
        GraphRefusal: it is missing (100) or has not the form of one (131009).
    """
    value = text_of(parent, name, path, 512)
    if not value.startswith("wamid."):
        raise GraphRefusal(131009, f"{path} is not a valid message ID")
    return value
