"""What WhatsApp-Web sessions know of people: on WhatsApp or not (per company), have they written (per session)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from engine.ids import ms_to_time, time_to_ms
from engine.web_numbers import Known
from storage.pool import Connection, Pool
from storage.queries import query


class ContactRow(NamedTuple):
    """One person; ``known`` is None where nobody has looked the number up."""

    phone: str
    known: Known | None
    answered: bool


async def read_contacts(
    executor: Pool | Connection, company_id: UUID, session_id: UUID, phones: Sequence[str]
) -> list[ContactRow]:
    """Return what is known of these people (E.164); unknown ones are missing."""
    rows = await executor.fetch(query("web/read_contacts"), company_id, session_id, list(phones))
    return [
        ContactRow(
            row["phone"],
            None
            if row["registered"] is None
            else Known(row["phone"], row["registered"], row["jid"], time_to_ms(row["checked_at"])),
            row["answered"],
        )
        for row in rows
    ]


async def write_numbers(executor: Pool | Connection, company_id: UUID, found: Sequence[Known]) -> None:
    """Keep what a look-up found."""
    await executor.execute(
        query("web/write_numbers"),
        company_id,
        [known.phone for known in found],
        [known.registered for known in found],
        [known.jid for known in found],
        [ms_to_time(known.checked_ms) for known in found],
    )


async def write_answered(executor: Pool | Connection, session_id: UUID, phone: str, at: datetime) -> None:
    """Keep that a person has written to a session's number."""
    await executor.execute(query("web/write_answered"), session_id, phone, at)
