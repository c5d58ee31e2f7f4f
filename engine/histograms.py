"""Latency histograms with logarithmic buckets: small, mergeable, and exact to 5 %. Counted in deltas and roll-ups."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

GROWTH = 1.1  # a bucket's value is off by at most (GROWTH - 1) / (GROWTH + 1) = 4.8 %
_LOG_GROWTH = math.log(GROWTH)
LAST_BUCKET = 256  # 1.1 ** 256 ms is about 460 days


def bucket_of(value_ms: float) -> int:
    """Return the bucket of a duration in milliseconds; bucket 0 holds everything up to 1 ms."""
    if value_ms <= 1:
        return 0
    return min(math.ceil(math.log(value_ms) / _LOG_GROWTH - 1e-9), LAST_BUCKET)


def bucket_value_ms(bucket: int) -> float:
    """Return the duration that stands for a bucket: at most 4.8 % from everything inside it (bucket 0: 1 ms)."""
    if bucket <= 0:
        return 1.0
    return float(2 * GROWTH**bucket / (GROWTH + 1))


def upper_bound_ms(bucket: int) -> float:
    """Return the largest duration that falls into a bucket."""
    return float(GROWTH**bucket)


class Histogram:
    """Counts by bucket; adding and taking away are exact, so that windows can slide."""

    __slots__ = ("counts", "total")

    def __init__(self, counts: Mapping[int, int] | None = None) -> None:
        self.counts: dict[int, int] = dict(counts or {})
        self.total = sum(self.counts.values())

    def add(self, bucket: int, n: int = 1) -> None:
        value = self.counts.get(bucket, 0) + n
        if value:
            self.counts[bucket] = value
        else:
            self.counts.pop(bucket, None)
        self.total += n

    def merge(self, other: Histogram) -> None:
        for bucket, n in other.counts.items():
            self.add(bucket, n)

    def quantile(self, q: float) -> float | None:
        """Return the value in milliseconds below which a share ``q`` (0–1) lies; None of an empty histogram."""
        if self.total <= 0:
            return None
        rank = max(1, math.ceil(q * self.total - 1e-9))
        seen = 0
        for bucket in sorted(self.counts):
            seen += self.counts[bucket]
            if seen >= rank:
                return round(bucket_value_ms(bucket), 1)
        return None

    def cumulative(self, bounds_ms: Iterable[float]) -> list[int]:
        """Return how many values are at most each bound; a bucket counts when its upper bound does."""
        return [sum(n for b, n in self.counts.items() if upper_bound_ms(b) <= bound * 1.0001) for bound in bounds_ms]

    def estimated_sum_ms(self) -> float:
        """Return the sum of all values, as exact as the buckets."""
        return round(sum(n * bucket_value_ms(bucket) for bucket, n in self.counts.items()), 1)
