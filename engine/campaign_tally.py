"""What a dry run counts while it goes through the audience: who would get it, who not and why, and what it costs. Pure.

A tally is JSON between two pages, so that a job can carry on with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from engine.campaign_composer import Composed
from engine.campaign_variables import Person
from engine.prices import SERVICE

SAMPLES = 5
_MOST_REASONS = 50
_MARKET_DIGITS = 3


class Tally:
    """The counts so far."""

    def __init__(self, value: Mapping[str, Any] | None = None) -> None:
        value = value or {}
        self.people: int = value.get("people", 0)
        self.would: int = value.get("would", 0)
        self.skip: dict[str, int] = dict(value.get("skip", {}))
        self.by_session: dict[str, int] = dict(value.get("by_session", {}))
        self.by_variant: dict[str, int] = dict(value.get("by_variant", {}))
        self.priced: dict[str, int] = dict(value.get("priced", {}))  # "<beginning of the phone>/<category>"
        self.samples: list[dict[str, Any]] = list(value.get("samples", []))

    def to_json(self) -> dict[str, Any]:
        return {
            name: getattr(self, name)
            for name in ("people", "would", "skip", "by_session", "by_variant", "priced", "samples")
        }

    def show_only(self, contact_ids: Collection[UUID]) -> None:
        """Keep those of the examples whose contacts are these."""
        self.samples = [sample for sample in self.samples if UUID(sample["contact_id"]) in contact_ids]

    def prices(self) -> list[tuple[str, str, int]]:
        """Return what would be sent as :func:`engine.prices.cost` takes it."""
        return [(*_split(key), number) for key, number in self.priced.items()]

    def add(
        self,
        contact_id: UUID,
        person: Person,
        variant: int,
        session_id: UUID,
        message: Composed,
        refusal: str | None,
    ) -> None:
        """Count a contact.

        Args:
            contact_id, person: whom.
            variant, session_id: which message, through which number.
            message: what it would be.
            refusal: why nothing goes to this person (an opt-out, refused before), as a code.
        """
        self.people += 1
        reason = message.reason or refusal
        if len(self.samples) < SAMPLES and message.reason != "no_phone":
            self._sample(contact_id, person, variant, session_id, message, reason)
        if reason is not None:
            known = reason in self.skip or len(self.skip) < _MOST_REASONS
            _one_more(self.skip, reason if known else "other")
            return
        self.would += 1
        _one_more(self.by_session, str(session_id))
        _one_more(self.by_variant, str(variant))
        phone = (person.phone or "").removeprefix("+")[:_MARKET_DIGITS]
        _one_more(self.priced, f"{phone}/{message.row.category if message.by_template else SERVICE}")

    def _sample(
        self, contact_id: UUID, person: Person, variant: int, session_id: UUID, message: Composed, reason: str | None
    ) -> None:
        self.samples.append(
            {
                "contact_id": str(contact_id),
                "to": person.phone,
                "name": person.name,
                "variant": variant,
                "session_id": str(session_id),
                "template": message.row.name,
                "text": message.content.text,
                "reason": reason,
            }
        )


def _split(key: str) -> tuple[str, str]:
    phone, _, category = key.partition("/")
    return phone, category


def _one_more(counts: dict[str, int], key: str) -> None:
    counts[key] = counts.get(key, 0) + 1
