"""The shared vectors, as the unit tests read them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent.parent / "vectors"


def load(name: str) -> Any:
    return json.loads((_FOLDER / name).read_text("utf-8"))
