"""When to try again: exponential back-off with full jitter, and WhatsApp's own schedule for its pair limit."""

from __future__ import annotations

from collections.abc import Callable

PAIR_STRIKES_MAX = 8


def full_jitter(tries: int, base_s: float, cap_s: float, random: Callable[[], float]) -> float:
    """Return seconds to wait after the ``tries``-th failure: anywhere between 0 and ``base · 2^(tries − 1)``, capped.

    Full jitter spreads a burst of failures evenly instead of sending it back as a burst
    (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).

    Args:
        tries: how many failed so far, from 1.
        base_s: the longest wait after the first failure.
        cap_s: the longest wait of all.
        random: uniform in [0, 1).
    """
    return random() * longest(tries, base_s, cap_s)


def longest(tries: int, base_s: float, cap_s: float) -> float:
    """Return the longest wait after the ``tries``-th failure, in seconds."""
    return float(min(cap_s, base_s * 2 ** min(max(tries - 1, 0), 40)))


def pair_wait_s(strikes: int) -> float:
    """Return 4^n seconds for the n-th refusal in a row (from 0) of one sender–recipient pair (Meta, 131056)."""
    return float(4 ** min(max(strikes, 0), PAIR_STRIKES_MAX))
