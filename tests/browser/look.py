"""How a visitor sees the dashboard: a size, a language and a theme."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import product

WIDE, PHONE = 1280, 360
_HEIGHTS = {WIDE: 800, PHONE: 740, 3840: 2160}


@dataclass(frozen=True, slots=True)
class Look:
    """One combination."""

    width: int = WIDE
    language: str = "pt-BR"
    theme: str = "light"

    @property
    def height(self) -> int:
        return _HEIGHTS[self.width]

    @property
    def phone(self) -> bool:
        return self.width == PHONE

    def __str__(self) -> str:
        return f"{self.width}-{self.language[:2]}-{self.theme}"


ALL = [Look(*made) for made in product((WIDE, PHONE), ("pt-BR", "en"), ("light", "dark"))]
# Neighbours in this order differ in everything: pages that take turns see every size, language and theme.
_TURNS = [ALL[number] for number in (0, 7, 1, 6, 2, 5, 3, 4)]


def looks_of(number: int) -> list[Look]:
    """Return the combinations in which the page of this number is seen: one, or all for ``make screenshots``."""
    return ALL if os.environ.get("MASTERIA_SCREENS") == "all" else [_TURNS[number % len(_TURNS)]]
