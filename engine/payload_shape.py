"""What a payload looks like: its values by JSON path with examples, and a shape that equal-looking payloads share.

For the pages on which a mapping or a rule is made; nothing on the hot path. Bounded however large a payload is.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from typing import NamedTuple

from engine.json_text import SpelledFloat
from engine.jsonpath import MAX_STEPS, step_below

MAX_PATHS = 300
_MAX_ELEMENTS = 3  # of an array: the further ones look like the first
_EXAMPLE_CHARACTERS = 200
_KINDS = {str: "text", bool: "boolean", int: "number", float: "number", SpelledFloat: "number", type(None): "null"}


class Leaf(NamedTuple):
    """One value of a payload: where it stands, what kind it is, and the value itself, a long text shortened."""

    path: str
    kind: str
    example: object


def leaves(value: object, most: int = MAX_PATHS) -> list[Leaf]:
    """Return a payload's values in its own order, at most ``most``; of an array the first three elements."""
    found: list[Leaf] = []
    for leaf in _walk(value, "$", 0):
        if len(found) == most:
            break
        found.append(leaf)
    return found


def shape_of(value: object) -> str:
    """Return 16 hex digits that are the same for payloads with the same keys, whatever their values are."""
    paths = sorted({_without_positions(leaf.path) for leaf in _walk(value, "$", 0)})
    return blake2b("\n".join(paths).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _walk(value: object, path: str, depth: int) -> Iterator[Leaf]:
    if isinstance(value, dict) and value and depth < MAX_STEPS:
        for key, inner in value.items():
            yield from _walk(inner, step_below(path, str(key)), depth + 1)
    elif isinstance(value, list) and value and depth < MAX_STEPS:
        for position, inner in enumerate(value[:_MAX_ELEMENTS]):
            yield from _walk(inner, f"{path}[{position}]", depth + 1)
    elif depth:
        yield _leaf(path, value)


def _leaf(path: str, value: object) -> Leaf:
    if isinstance(value, dict):
        return Leaf(path, "object", None)
    if isinstance(value, list):
        return Leaf(path, "list", None)
    kind = _KINDS.get(type(value), "text")
    if isinstance(value, str):
        return Leaf(path, kind, value.encode("utf-8", "replace").decode()[:_EXAMPLE_CHARACTERS])
    if isinstance(value, int) and not -(2**63) <= value < 2**64:
        return Leaf(path, kind, str(value)[:_EXAMPLE_CHARACTERS])
    return Leaf(path, kind, value)


def _without_positions(path: str) -> str:
    for position in range(_MAX_ELEMENTS):
        path = path.replace(f"[{position}]", "[]")
    return path
