"""Personal data taken out of what leaves to a language model, and put back into what it answers. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

# The longest first, so that a PIX code is not taken for the phone inside it.
_KINDS = (
    ("pix", re.compile(r"0002\d\d[0-9A-Za-z $%*+./:@_-]{30,1000}6304[0-9A-Fa-f]{4}")),
    ("email", re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63}){1,4}")),
    ("chave", re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", re.IGNORECASE)),
    ("documento", re.compile(r"\b\d{2}\.?\d{3}\.?\d{3}/?\d{4}-?\d{2}\b|\b\d{3}\.\d{3}\.\d{3}-\d{2}\b")),
    ("telefone", re.compile(r"(?<![\d.,])\+?\d{0,3}[ .]?\(?\d{2}\)?[ .-]?9?[ .]?\d{4}[ .-]?\d{4}(?!\d|,\d)")),
    ("numero", re.compile(r"(?<![\w.,])\d(?:[ .-]?\d){10,18}(?!\w|,\d)")),
)
_MARK = re.compile(r"\[\[(\w{1,12}_\d{1,3})\]\]")


class Hiding:
    """What was hidden on the way of one answer; every value has one mark, ``[[telefone_1]]``."""

    def __init__(self, *, on: bool = True, names: Iterable[str] = ()) -> None:
        self._on = on
        self._marks: dict[str, str] = {}
        self._values: dict[str, str] = {}
        parts = {part for name in names for part in (name, *name.split()) if len(part) > 2}
        self._names = [
            re.compile(rf"(?<!\w){re.escape(part)}(?!\w)", re.IGNORECASE)
            for part in sorted(parts, key=len, reverse=True)[:8]
        ]

    def hide(self, text: str) -> str:
        """Return a text with marks in place of personal data."""
        if not self._on:
            return text
        for kind, pattern in _KINDS:
            text = pattern.sub(lambda match, kind=kind: self._mark(kind, match[0]), text)  # type: ignore[misc]
        for pattern in self._names:
            text = pattern.sub(lambda match: self._mark("nome", match[0]), text)
        return text

    def mark(self, kind: str, value: str) -> str:
        """Return the mark of a value that is hidden whatever the company allows: a PIX code is never retyped."""
        return self._mark(kind, value)

    def show(self, text: str) -> str:
        """Return a text with its marks' values back in their places; marks that were never given out stay."""
        return _MARK.sub(lambda match: self._values.get(match[1], match[0]), text)

    @staticmethod
    def has_marks(text: str) -> bool:
        """Tell whether something in a text was never given out, or could not be put back."""
        return "[[" in text or "]]" in text

    def _mark(self, kind: str, value: str) -> str:
        if value not in self._marks:
            name = f"{kind}_{1 + sum(one.startswith(kind + '_') for one in self._values)}"
            self._marks[value] = name
            self._values[name] = value
        return f"[[{self._marks[value]}]]"
