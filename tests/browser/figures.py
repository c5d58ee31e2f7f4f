"""What was measured in the browser; printed at the end of the run."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Figures:
    """One line per figure. A limit is several times what a quiet machine needs: others may use the same cores."""

    lines: list[str] = field(default_factory=list)

    def note(self, what: str, value: float, unit: str, aim: str, limit: float | None) -> None:
        """Keep a figure; without a limit it is only told.

        Raises:
            AssertionError: it is above its limit.
        """
        self.lines.append(f"{what:<58} {value:9.1f} {unit:<4} aim {aim}")
        assert limit is None or value <= limit, f"{what}: {value:.1f} {unit}, at most {limit:g} are allowed here"
