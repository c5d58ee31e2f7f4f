"""Who gets nothing of a campaign, whatever it says: opted out, no marketing, not on WhatsApp, in a barred country."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from engine.opt_out import Stop, stop_reason
from storage.countries import BARRED, find_barred
from storage.pool import Connection, Pool
from storage.suppressions import find_stops
from storage.undeliverable import PROBABLY_NOT, find_undeliverable

Person = tuple[UUID, str]


@dataclass(frozen=True, slots=True)
class Refusals:
    """What is known against writing to some people, by company and phone."""

    stops: Mapping[Person, Stop]
    absent: frozenset[Person]
    barred: frozenset[Person]

    def reason(self, company_id: UUID, phone: str, category: str) -> str | None:
        """Return why a phone gets nothing of this category, as a code; None where it may."""
        person = (company_id, phone)
        if (stop := self.stops.get(person)) is not None:
            reason = stop_reason(stop, category=category, event_id=None, answers=False)
            if reason is not None:
                return reason
        if person in self.absent:
            return PROBABLY_NOT
        return BARRED if person in self.barred else None


async def find_refusals(executor: Connection | Pool, company_id: UUID, phones: Iterable[str]) -> Refusals:
    """Return what is known against writing to these phones."""
    people = [(company_id, phone) for phone in sorted(set(phones))]
    return Refusals(
        await find_stops(executor, people),
        frozenset(await find_undeliverable(executor, people)),
        frozenset(await find_barred(executor, people)),
    )
