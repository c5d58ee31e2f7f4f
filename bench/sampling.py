"""Looks at a counter while a load runs, so that a sustained rate is measured where it is steady."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Sampler:
    """Reads one number every half second in a thread of its own; use as a context manager.

    Args:
        look: gives the number; what it raises ends the sampling.
    """

    look: Callable[[], int]
    period_s: float = 0.5
    points: list[tuple[float, int]] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def __enter__(self) -> Sampler:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            self.points.append((time.monotonic(), self.look()))
            self._stop.wait(self.period_s)

    def rate_s(self, skip_s: float, until_s: float) -> float:
        """Return the growth per second between two moments, in seconds after the first look."""
        if not self.points:
            return 0.0
        begun = self.points[0][0]
        inside = [point for point in self.points if skip_s <= point[0] - begun <= until_s]
        if len(inside) < 2:
            inside = self.points
        (from_s, low), (to_s, high) = inside[0], inside[-1]
        return (high - low) / (to_s - from_s) if to_s > from_s else 0.0
