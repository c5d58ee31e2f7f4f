"""Collecting what is wrong with a definition: every problem at once, each under the path of its field."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from engine.suggestions import unknown_name

Problem = dict[str, str]


class Problems:
    """A list of ``{"field", "reason"}`` that grows while a definition is walked; bounded, as its input is."""

    LIMIT = 50

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.count = 0
        """How many were noted, those beyond the limit too: what has raised it is not to be used."""

    def add(self, field: str, reason: str) -> None:
        """Note one problem; beyond the limit they are not worth reading."""
        self.count += 1
        if len(self.found) < self.LIMIT:
            self.found.append({"field": field, "reason": reason})

    def note(self, field: str, reason: str | None) -> None:
        """Note a problem if there is one."""
        if reason:
            self.add(field, reason)

    def join(self, found: Sequence[Problem]) -> None:
        """Take over what was noted elsewhere."""
        for one in found:
            self.add(one["field"], one["reason"])

    def keys(self, path: str, value: dict[str, object], known: Collection[str]) -> None:
        """Note every key that has no meaning, with the nearest one that has."""
        for key in value:
            if key in known:
                continue
            if len(self.found) >= self.LIMIT:
                self.count += 1
            else:
                self.add(f"{path}.{key!s:.60}" if path else f"{key!s:.60}", unknown_name("field", key, known))

    def text(self, field: str, value: object, longest: int) -> bool:
        """Note what is no text of 1 to ``longest`` characters; tell whether it is one."""
        if isinstance(value, str) and value.strip() and len(value) <= longest and encodable(value):
            return True
        self.add(field, f"must be a text of 1 to {longest} characters")
        return False

    def whole(self, field: str, value: object, lowest: int, highest: int) -> None:
        """Note what is no whole number within the bounds."""
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            self.add(field, f"must be a whole number from {lowest} to {highest}")

    def identifier(self, field: str, value: object) -> None:
        """Note what is no UUID."""
        try:
            valid = isinstance(value, str) and len(value) == 36 and UUID(value) is not None
        except ValueError:
            valid = False
        if not valid:
            self.add(field, "must be an id (UUID)")


def encodable(text: str) -> bool:
    """Tell whether a text can be stored and sent: neither NUL nor a lone surrogate."""
    return "\0" not in text and (text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text))
