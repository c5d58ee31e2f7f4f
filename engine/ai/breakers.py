"""A model that fails again and again is left alone for a while, so that nobody waits for it. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

_FAILURES = 4
_FIRST_REST_MS, _LONGEST_REST_MS = 15_000, 600_000
_KEPT = 1_000


@dataclass(slots=True)
class _State:
    failures: int = 0
    rest_ms: int = 0
    until_ms: int = 0


class Breakers:
    """One per company (or whatever the key is); closed until four failures in a row, then resting, ever longer.

    After a rest one question is let through; its outcome decides.
    """

    def __init__(self) -> None:
        self._states: OrderedDict[Hashable, _State] = OrderedDict()

    def lets_through(self, key: Hashable, now_ms: int) -> bool:
        """Tell whether a question may be asked; one that ends a rest keeps others away until it is answered."""
        state = self._states.get(key)
        if state is None or state.rest_ms == 0:
            return True
        if now_ms < state.until_ms:
            return False
        state.until_ms = now_ms + state.rest_ms
        return True

    def succeeded(self, key: Hashable) -> None:
        """Note an answer, whatever it was worth."""
        self._states.pop(key, None)

    def failed(self, key: Hashable, now_ms: int) -> None:
        """Note that there was none."""
        state = self._states.setdefault(key, _State())
        self._states.move_to_end(key)
        state.failures += 1
        if state.failures >= _FAILURES:
            state.rest_ms = min(state.rest_ms * 2 or _FIRST_REST_MS, _LONGEST_REST_MS)
            state.until_ms = now_ms + state.rest_ms
        while len(self._states) > _KEPT:
            self._states.popitem(last=False)
