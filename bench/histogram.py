"""Latencies in logarithmic buckets, exact to 0.4 %: filled by the generators, merged by the scenarios."""

from __future__ import annotations

import math
from collections.abc import Mapping

_SUB_BITS = 7  # 128 buckets per doubling: a bucket's middle is off by at most 1/256
_SUB = 1 << _SUB_BITS
_LONGEST_US = (1 << 36) - 1  # about 19 hours
QUANTILES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}


def _index(value_us: int) -> int:
    shift = max(0, value_us.bit_length() - _SUB_BITS - 1)
    return shift * _SUB + (value_us >> shift)


def _middle(index: int) -> float:
    if index < 2 * _SUB:
        return float(index)
    shift = index // _SUB - 1
    low = (index - shift * _SUB) << shift
    return low + ((1 << shift) - 1) / 2


class LatencyHistogram:
    """Counts of durations in microseconds."""

    __slots__ = ("_counts", "count", "max_us", "total_us")

    def __init__(self) -> None:
        self._counts = [0] * (_index(_LONGEST_US) + 1)
        self.count = 0
        self.max_us = 0
        self.total_us = 0

    def record(self, value_us: int) -> None:
        """Count one duration; below zero counts as zero, beyond 19 hours as 19 hours."""
        value_us = min(max(value_us, 0), _LONGEST_US)
        self._counts[_index(value_us)] += 1
        self.count += 1
        self.total_us += value_us
        if value_us > self.max_us:  # noqa: PLR1730 -- half the price of max() in the generator's loop
            self.max_us = value_us

    def record_many(self, value_us: int, times: int) -> None:
        """Count a duration several times."""
        value_us = min(max(value_us, 0), _LONGEST_US)
        self._counts[_index(value_us)] += times
        self.count += times
        self.total_us += value_us * times
        self.max_us = max(self.max_us, value_us)

    def quantile_ms(self, share: float) -> float | None:
        """Return the duration in milliseconds below which a share (0–1) lies; None where nothing was counted."""
        if not self.count:
            return None
        rank = max(1, math.ceil(share * self.count - 1e-9))
        seen = 0
        for index, number in enumerate(self._counts):
            seen += number
            if seen >= rank:
                return min(_middle(index), self.max_us) / 1000
        return self.max_us / 1000

    def merge(self, other: LatencyHistogram) -> None:
        """Add everything that another histogram has counted."""
        for index, number in enumerate(other._counts):
            if number:
                self._counts[index] += number
        self.count += other.count
        self.total_us += other.total_us
        self.max_us = max(self.max_us, other.max_us)

    def summary(self) -> dict[str, float | int | None]:
        """Return ``count, mean, p50, p90, p99, p999, max`` in milliseconds, as the result files have them."""
        quantiles = {name: self.quantile_ms(share) for name, share in QUANTILES.items()}
        return {
            "count": self.count,
            "mean": round(self.total_us / self.count / 1000, 3) if self.count else None,
            **{name: None if value is None else round(value, 3) for name, value in quantiles.items()},
            "max": self.max_us / 1000 if self.count else None,
        }

    def encode(self) -> dict[str, int]:
        """Return the buckets that hold something; ``max`` and ``total`` beside them."""
        counts = {str(index): number for index, number in enumerate(self._counts) if number}
        return {**counts, "max": self.max_us, "total": self.total_us}

    @classmethod
    def decode(cls, encoded: Mapping[str, int]) -> LatencyHistogram:
        """Read what :meth:`encode` gave."""
        made = cls()
        for name, number in encoded.items():
            if name.isdigit():
                made._counts[int(name)] = number
                made.count += number
        made.max_us, made.total_us = encoded["max"], encoded["total"]
        return made
