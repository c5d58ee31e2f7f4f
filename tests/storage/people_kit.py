"""People for tests: writes with fresh ids, and a company of a database of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from engine.ids import IdMaker, id_time, time_to_ms
from storage.companies import insert_company
from storage.contacts import ContactWrite, upsert_contacts
from storage.pool import Pool

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_MAKER = IdMaker()


def new_id(moment: datetime = NOW) -> UUID:
    """Return an id; they come in order."""
    return _MAKER.make_uuid(time_to_ms(moment))


def phone(number: int) -> str:
    """Return the n-th person's phone."""
    return f"+55119{number:08d}"


def write(number: int, **columns: Any) -> ContactWrite:
    """Return a person as an import would bring them."""
    return ContactWrite(**{"id": new_id(), "phone": phone(number), "source": "import", "seen_at": NOW, **columns})


async def add_company(pool: Pool) -> UUID:
    """Make a company; return its id."""
    company_id = new_id()
    await insert_company(pool, company_id, "Loja Exemplo", "America/Sao_Paulo", id_time(company_id))
    return company_id


async def add_people(pool: Pool, company_id: UUID, *rows: ContactWrite, fill: bool = False) -> list[UUID]:
    """Store people; return their contacts."""
    async with pool.acquire() as connection, connection.transaction():
        return await upsert_contacts(connection, company_id, rows, now=NOW, fill=fill)
