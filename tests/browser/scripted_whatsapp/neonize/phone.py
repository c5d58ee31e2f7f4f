"""The script of one phone: orders that a test lays into a folder, and a diary of what happened there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PLACE = "SCRIPTED_WHATSAPP"  # the variable that names the folder of all phones
_DIARY, _ORDER, _DEAF = "diary.jsonl", "*.order", "deaf"


class Phone:
    """What both sides know of a phone: the library in the instance, and the test outside.

    Args:
        folder: one per session.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    # The library's side.

    def orders(self) -> Iterator[dict[str, Any]]:
        """Take the orders that lie there, oldest first; each is carried out once, by whoever runs then."""
        for path in sorted(self.folder.glob(_ORDER)):
            order: dict[str, Any] = json.loads(path.read_text())
            path.unlink()
            yield order

    def note(self, what: str, **more: object) -> None:
        """Write down what happened."""
        with (self.folder / _DIARY).open("a") as diary:
            diary.write(json.dumps({"what": what, "at_ms": time.time_ns() // 1_000_000, **more}) + "\n")

    @property
    def deaf(self) -> bool:
        """Whether it takes messages and never says so."""
        return (self.folder / _DEAF).exists()

    # The test's side.

    def order(self, what: str, **more: object) -> None:
        """Let the phone, or WhatsApp behind it, do something: a method of ``client.NewClient`` named ``do_<what>``."""
        path = self.folder / f"{time.time_ns():020d}.order"
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps({"what": what, **more}))
        unfinished.rename(path)

    def fall_deaf(self) -> None:
        """Acknowledge nothing any more, without losing the connection."""
        (self.folder / _DEAF).touch()

    def diary(self, what: str) -> list[dict[str, Any]]:
        """Return what happened of a kind, oldest first."""
        path = self.folder / _DIARY
        lines = path.read_text().splitlines() if path.exists() else []
        return [entry for entry in map(json.loads, lines) if entry["what"] == what]
