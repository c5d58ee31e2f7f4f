"""Cases as they are born: a run of a rule in steps that goes on after its event, and what limits it. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class CaseRow(NamedTuple):
    """A new row of ``rule_cases``. ``position`` and ``log`` are JSON as text; an ended one has a reason."""

    id: UUID
    company_id: UUID
    rule_id: UUID
    version: int
    event_id: UUID
    order_id: str | None
    phone: str | None
    state: str
    reason: str | None
    position: str | None
    due_at: datetime | None
    cancel_on: list[str] | None
    log: str
    created_at: datetime
    updated_at: datetime

    def ended(self, state: str, reason: str) -> CaseRow:
        """Return the case as one that is over before it goes on."""
        return self._replace(state=state, reason=reason, position=None, due_at=None)


@dataclass(frozen=True, slots=True)
class PersonLimit:
    """At most ``count`` runs within ``per_hours``; ``key``: the digest of rule and phone."""

    key: UUID
    count: int
    per_hours: int


@dataclass(frozen=True, slots=True)
class OrderLimit:
    """At most ``count`` runs for an order; ``key``: the digest of rule and order."""

    key: UUID
    count: int


@dataclass(slots=True)
class FiringWrite:
    """A rule in steps that an event has set off: its messages of now, its case, and its limits."""

    company_id: UUID
    message_ids: list[UUID] = field(default_factory=list)
    case: CaseRow | None = None
    per_order: OrderLimit | None = None
    per_person: PersonLimit | None = None

    @property
    def plain(self) -> bool:
        """Tell whether it leaves nothing but messages."""
        return self.case is None and self.per_order is None and self.per_person is None
