"""How long a message takes: seeded delays of sent, delivered and read, by the distributions of the settings."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

_TABLE = 4096
_LONGEST_MS = 30 * 86_400_000
_FIELDS: dict[str, tuple[str, ...]] = {
    "fixed": ("ms",),
    "uniform": ("low_ms", "high_ms"),
    "quick": ("low_ms", "high_ms"),
    "exponential": ("mean_ms", "max_ms"),
    "lognormal": ("median_ms", "sigma", "max_ms"),
}

Span = tuple[int, int] | dict[str, Any]


def read_span(value: object, name: str) -> Span:
    """Return a delay of the settings: ``[least, most]`` (most people are quick) or an object with a distribution.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, dict):
        return _distribution(value, name)
    good = (
        isinstance(value, (list, tuple))
        and len(value) == 2
        and all(isinstance(one, int) and not isinstance(one, bool) and 0 <= one <= _LONGEST_MS for one in value)
        and value[0] <= value[1]
    )
    if not good or not isinstance(value, (list, tuple)):
        raise ValueError(f"{name} must be two milliseconds, the least and the most, or a distribution")
    return int(value[0]), int(value[1])


def _distribution(value: dict[str, Any], name: str) -> dict[str, Any]:
    fields = _FIELDS.get(str(value.get("distribution")))
    if fields is None or set(value) != {"distribution", *fields}:
        forms = "; ".join(f"{kind}: {', '.join(wanted)}" for kind, wanted in _FIELDS.items())
        raise ValueError(f"{name} needs a distribution with exactly its fields ({forms})")
    for one in fields:
        number, bound = value[one], 10 if one == "sigma" else _LONGEST_MS
        if not isinstance(number, (int, float)) or isinstance(number, bool) or not 0 <= number <= bound:
            raise ValueError(f"{name}.{one} must be a number from 0 to {bound}")
    if "low_ms" in fields and value["low_ms"] > value["high_ms"]:
        raise ValueError(f"{name}.low_ms must not be above high_ms")
    return dict(value)


class Ladder:
    """Seeded delays of the three statuses, drawn once into a table.

    Args:
        delivered_ms, read_ms: Milliseconds after acceptance, as :func:`read_span` returns them.
    """

    def __init__(
        self,
        seed: int,
        delivered_ms: Sequence[int] | dict[str, Any] = (150, 900),
        read_ms: Sequence[int] | dict[str, Any] = (900, 4500),
    ) -> None:
        draw = random.Random(seed)
        self.delivered_ms = read_span(delivered_ms, "delivered_ms")
        self.read_ms = read_span(read_ms, "read_ms")
        self._table: list[tuple[int, int, int]] = []
        for _ in range(_TABLE):
            delivered = _drawn(draw, self.delivered_ms)
            read = max(_drawn(draw, self.read_ms), delivered + 1)
            self._table.append((delivered * draw.randint(5, 50) // 100, delivered, read))

    def delays(self, index: int) -> tuple[int, int, int]:
        """Return milliseconds from acceptance until sent, delivered and read."""
        return self._table[index & (_TABLE - 1)]


def _drawn(draw: random.Random, span: Span) -> int:
    if not isinstance(span, dict):
        return _quick(draw, span[0], span[1])
    kind = span["distribution"]
    if kind == "fixed":
        return int(span["ms"])
    if kind == "uniform":
        return int(draw.uniform(span["low_ms"], span["high_ms"]))
    if kind == "quick":
        return _quick(draw, span["low_ms"], span["high_ms"])
    if kind == "exponential":
        value = draw.expovariate(1 / span["mean_ms"]) if span["mean_ms"] else 0.0
    else:
        value = draw.lognormvariate(math.log(max(span["median_ms"], 1)), span["sigma"])
    return int(min(value, span["max_ms"]))


def _quick(draw: random.Random, low: float, high: float) -> int:
    return int(low + (high - low) * draw.betavariate(1.5, 4))
