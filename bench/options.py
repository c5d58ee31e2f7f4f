"""What the command line says about a scenario."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Zero and None mean: the scenario's own default."""

    url: str | None = None
    api_key: str | None = None
    simulator_url: str | None = None
    rate: float = 0.0
    seconds: float = 0.0
    connections: int = 0
    rows: int = 0
    churn: int = 0
    questions: float = 0.0
    seed: int = 0
    quick: bool = False
    json: Path | None = None
    set: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        """Return the options as the result file has them: without the key."""
        values = asdict(self)
        values.pop("api_key")
        return {**values, "json": None if self.json is None else str(self.json), "set": list(self.set)}
