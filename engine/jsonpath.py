"""Small JSON paths (``$.a.b[0].c``) for mappings, rules and key paths: compiled once, read without evaluation."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MAX_PATH_LENGTH = 500
MAX_STEPS = 32


class Missing(enum.Enum):
    """The type of :data:`MISSING`, so that checks against it narrow types."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


@dataclass(frozen=True, slots=True)
class Path:
    """A compiled path. A text step reads an object's key, a number step an array's element (from 0)."""

    text: str
    steps: tuple[str | int, ...]

    @property
    def canonical(self) -> str:
        """Return the path in full, however short it was written: ``$.a[0]['a key']``."""
        written = "$"
        for one in self.steps:
            written = f"{written}[{one}]" if isinstance(one, int) else step_below(written, one)
        return written

    def get(self, value: object) -> object:
        """Return what stands at the path (which may be None), or :data:`MISSING`."""
        for step in self.steps:
            if type(value) is dict:
                value = value.get(step, MISSING)
            elif type(value) is list:
                index = _index(step)
                value = value[index] if index is not None and index < len(value) else MISSING
            else:
                return MISSING
        return value


def step_below(prefix: str, key: str) -> str:
    """Return the path of a key below a path, quoted where the key is no plain word."""
    if key and all(letter.isalnum() or letter in "_-" for letter in key):
        return f"{prefix}.{key}"
    quote = '"' if "'" in key else "'"
    return f"{prefix}[{quote}{key}{quote}]"


@lru_cache(maxsize=4096)
def compile_path(text: str) -> Path:
    """Return a path for ``$.a.b[0].c``, ``$['a key'].b`` or, short, ``a.b.0.c``.

    Raises:
        ValueError: it is no such path; the message is for the person who wrote it.
    """
    if not isinstance(text, str) or not text.strip():
        raise ValueError("a path such as $.customer.name is needed")
    if len(text) > MAX_PATH_LENGTH:
        raise ValueError(f"a path has at most {MAX_PATH_LENGTH} characters")
    body = text.strip()
    rest = body[1:] if body.startswith("$") else ("" if body.startswith(("[", ".")) else ".") + body
    steps: list[str | int] = []
    while rest:
        step, rest = _bracket_step(rest) if rest[0] == "[" else _dot_step(rest)
        steps.append(step)
    if not steps:
        raise ValueError("a path names at least one key")
    if len(steps) > MAX_STEPS:
        raise ValueError(f"a path has at most {MAX_STEPS} steps")
    return Path(text, tuple(steps))


def _dot_step(rest: str) -> tuple[str, str]:
    if rest[0] != ".":
        raise ValueError(f"a dot or a bracket is expected before {rest[:20]!r}")
    end = min((at for at in (rest.find(".", 1), rest.find("[", 1)) if at != -1), default=len(rest))
    name = rest[1:end].strip()
    if not name or name == "*":
        raise ValueError("a key between dots may be neither empty nor *")
    return name, rest[end:]


def _bracket_step(rest: str) -> tuple[str | int, str]:
    quote = rest[1:2]
    if quote in ("'", '"'):
        end = rest.find(quote + "]", 2)
        if end == -1:
            raise ValueError(f"the quotes of {rest[:20]!r} are not closed")
        return rest[2:end], rest[end + 2 :]
    end = rest.find("]")
    index = rest[1:end] if end != -1 else ""
    if not (index.isascii() and index.isdigit() and len(index) <= 9):
        raise ValueError(f"brackets hold a position from 0 or a quoted key, not {rest[:20]!r}")
    return int(index), rest[end + 1 :]


def _index(step: str | int) -> int | None:
    if isinstance(step, int):
        return step
    return int(step) if step.isascii() and step.isdigit() and len(step) <= 9 else None
