"""What a session remembers of people: whether WhatsApp knows them, and who has answered. The port to its owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.web_numbers import Known


@dataclass(frozen=True, slots=True)
class Contact:
    """One person, for one session; ``answered``: they have written to it, so they are no stranger."""

    known: Known | None = None
    answered: bool = False


class Book(Protocol):
    """Where contacts are kept."""

    async def read(self, phones: Sequence[str]) -> Mapping[str, Contact]:
        """Return what is known of these people (E.164); unknown ones are missing."""

    async def write(self, found: Sequence[Known]) -> None:
        """Keep what a look-up has found."""

    async def answered(self, phone: str) -> None:
        """Keep that a person has written to this session."""
