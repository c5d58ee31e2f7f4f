"""A WhatsApp-Web session's book of people, in Postgres; what was read or looked up lately is kept in memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from uuid import UUID

from engine.ids import ms_to_time
from engine.web_numbers import Known
from storage.pool import Pool
from storage.web_contacts import read_contacts, write_answered, write_numbers
from whatsapp.web.book import Contact

_MOST = 2_000
_FRESH_S = 300.0  # other sessions of the company look numbers up too


class PostgresBook:
    """See :class:`whatsapp.web.book.Book`."""

    def __init__(self, pool: Pool, company_id: UUID, session_id: UUID) -> None:
        self._pool = pool
        self._company_id = company_id
        self._session_id = session_id
        self._recent: OrderedDict[str, tuple[float, Contact]] = OrderedDict()

    async def read(self, phones: Sequence[str]) -> Mapping[str, Contact]:
        now = time.monotonic()
        missing = [phone for phone in phones if self._recent.get(phone, (0.0, None))[0] < now]
        if missing:
            found = {
                row.phone: Contact(row.known, row.answered)
                for row in await read_contacts(self._pool, self._company_id, self._session_id, missing)
            }
            for phone in missing:
                self._keep(phone, found.get(phone, Contact()))
        return {phone: self._recent[phone][1] for phone in phones if phone in self._recent}

    async def write(self, found: Sequence[Known]) -> None:
        await write_numbers(self._pool, self._company_id, found)
        for known in found:
            self._keep(known.phone, Contact(known, self._contact(known.phone).answered))

    async def answered(self, phone: str) -> None:
        if self._contact(phone).answered:
            return
        now_ms = time.time_ns() // 1_000_000
        await write_answered(self._pool, self._session_id, phone, ms_to_time(now_ms))
        self._recent.pop(phone, None)

    def _contact(self, phone: str) -> Contact:
        return self._recent.get(phone, (0.0, Contact()))[1]

    def _keep(self, phone: str, contact: Contact) -> None:
        self._recent[phone] = (time.monotonic() + _FRESH_S, contact)
        self._recent.move_to_end(phone)
        while len(self._recent) > _MOST:
            self._recent.popitem(last=False)
