"""Which companies want which changes told to their own systems: what this process knows, and what it noted for a delta.

A writer of counted rows asks :data:`WATCH` for each change; while no company has an outgoing webhook, that is one look
at an empty dictionary. Kept up by storage/outgoing_watch.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class OutgoingWatch:
    """The types of change that each company (16 bytes) is told."""

    def __init__(self) -> None:
        self.companies: Mapping[bytes, frozenset[str]] = {}
        self._asked = self._taken = 0

    def ask(self) -> int:
        """Return a number for a question that is about to be put to Postgres; see :meth:`replace`."""
        self._asked += 1
        return self._asked

    def replace(self, asked: int, wanted: Iterable[tuple[bytes, Iterable[str]]]) -> None:
        """Take the whole of what is wanted, unless a question that was put later has been answered already."""
        if asked < self._taken:
            return
        self._taken = asked
        companies: dict[bytes, frozenset[str]] = {}
        for company, types in wanted:
            companies[company] = companies.get(company, frozenset()) | frozenset(types)
        self.companies = companies

    def wants(self, company: bytes, event_type: str) -> bool:
        """Tell whether a change is to be told."""
        types = self.companies.get(company)
        return types is not None and event_type in types


WATCH = OutgoingWatch()
