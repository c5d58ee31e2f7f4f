"""Customers of committed events become contacts: a loop of the worker, behind the shards and never in their way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from uuid import UUID

from engine.ids import IdMaker, ms_to_time
from engine.phones import normalise_wa_id
from engine.user_ids import is_user_id
from storage.contact_folds import find_unfolded, horizon, take_events, take_late_events
from storage.contact_numbers import change_numbers, tell_numbers
from storage.contacts import ContactWrite, find_hidden_phones, upsert_contacts
from storage.pool import Connection, Pool
from storage.searching import Row

_PER_TRANSACTION = 1_000
_COMPANIES = 50
_ROUNDS = 20  # of one run, so that others have a turn


class ContactFolding:
    """Folds events into contacts, a few thousand at a time; being told twice changes nothing."""

    def __init__(self, pool: Pool, ids: IdMaker, now_ms: Callable[[], int]) -> None:
        self._pool = pool
        self._ids = ids
        self._now_ms = now_ms
        self.folded = 0

    async def run_once(self) -> None:
        """Fold what is behind the horizon: late events, then each company's next ones."""
        while await self._late() == _PER_TRANSACTION:
            pass
        for _ in range(_ROUNDS):
            before = await horizon(self._pool)
            companies = await find_unfolded(self._pool, before, _COMPANIES)
            if not companies:
                return
            for company_id in companies:
                async with self._pool.acquire() as connection, connection.transaction():
                    rows = await take_events(connection, company_id, before, _PER_TRANSACTION)
                    await self._fold(connection, company_id, rows)
                self.folded += len(rows)

    async def _late(self) -> int:
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await take_late_events(connection, _PER_TRANSACTION)
            for company_id in sorted({row["company_id"] for row in rows}):
                own = [row for row in rows if row["company_id"] == company_id]
                await self._fold(connection, company_id, own)
        return len(rows)

    async def _fold(self, connection: Connection, company_id: UUID, rows: Sequence[Row]) -> None:
        now = ms_to_time(self._now_ms())
        await upsert_contacts(connection, company_id, self._people(rows), now=now, fill=True)
        await tell_numbers(connection, company_id, await self._told(connection, company_id, rows), now)
        changes = [(row["customer_phone"], row["changed_to"]) for row in rows if row["changed_to"]]
        await change_numbers(connection, company_id, [(old, new) for old, new in changes if old and old != new], now)

    @staticmethod
    async def _told(connection: Connection, company_id: UUID, rows: Sequence[Row]) -> dict[str, str]:
        """Return numbers by the ids of WhatsApp that were told with them, here or, of who hides it, before."""
        hidden = {row["customer_phone"] for row in rows if row["customer_phone"] and is_user_id(row["customer_phone"])}
        told = await find_hidden_phones(connection, company_id, hidden) if hidden else {}
        for row in rows:
            phone = row["customer_phone"]
            if row["changed_to"] and phone in hidden:
                told[phone] = row["changed_to"]
            elif row["bsuid"] and _is_number(phone):
                told[row["bsuid"]] = phone
        return told

    def _people(self, rows: Sequence[Row]) -> list[ContactWrite]:
        return [self._person(row) for row in rows if _is_number(row["customer_phone"])]

    def _person(self, row: Row) -> ContactWrite:
        at, inbound, phone = row["created_at"], row["inbound"], row["customer_phone"]
        wa_id: str | None = row["wa_id"]
        differs = wa_id is not None and "+" + wa_id != phone and normalise_wa_id(wa_id) == phone
        event_id: UUID = row["id"]
        return ContactWrite(
            id=self._ids.make_uuid(self._now_ms()),
            phone=phone,
            source="message" if inbound else "event",
            seen_at=at,
            wa_id=wa_id if differs else None,
            bsuid=row["bsuid"],
            name=row["customer_name"],
            email=row["customer_email"],
            document=row["customer_document"],
            first_event_at=None if inbound else at,
            last_event_at=None if inbound else at,
            last_event_id=None if inbound else event_id,
            last_event_type=None if inbound else row["event_type"],
            last_inbound_at=at if inbound else None,
        )


def _is_number(phone: str | None) -> bool:
    return bool(phone) and not is_user_id(str(phone))
