"""Countries that WhatsApp does not let a company write to (130497): bulk spares them for a day, others go and are told.

Called where refusals are recorded, and before bulk messages are made or handed to their sender.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from engine.calling_codes import calling_code
from engine.ids import id_time
from storage.message_rows import MessageRow, ended
from storage.pool import Connection, Pool
from storage.queries import query

BULK = "bulk"
CODE = 130497
BARRED = "country_restricted"
# The restriction may be lifted at Meta, which tells nobody: after a day a bulk message tries again.
_FOR = timedelta(hours=24)


async def bar_countries(connection: Connection, message_ids: Sequence[UUID], now: datetime) -> None:
    """Have bulk spare the countries of the people whom these messages were for."""
    if not message_ids:
        return
    times = [id_time(message_id) for message_id in message_ids]
    rows = await connection.fetch(query("countries/read_phones"), list(message_ids), times, min(times), max(times))
    places = sorted({(row["company_id"], calling_code(row["to_phone"])) for row in rows})
    if places:
        await connection.execute(query("countries/bar_countries"), *map(list, zip(*places, strict=True)), now + _FOR)


async def find_barred(connection: Connection | Pool, people: Iterable[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Return those of these people (company, phone) who are in a country that their company may not write to."""
    asked = {person: (person[0], calling_code(person[1])) for person in people}
    if not asked:
        return set()
    places = sorted(set(asked.values()))
    rows = await connection.fetch(query("countries/find_barred"), *map(list, zip(*places, strict=True)))
    found = {(row["company_id"], row["calling_code"]) for row in rows}
    return {person for person, place in asked.items() if place in found}


async def skip_barred(connection: Connection, messages: list[MessageRow]) -> list[MessageRow]:
    """Return new messages, bulk to barred countries skipped with its reason; the rest costs no query."""
    found = await find_barred(connection, [(row.company_id, row.to_phone) for row in messages if _is_bulk(row)])
    if not found:
        return messages
    return [
        ended(row, "skipped", BARRED) if _is_bulk(row) and (row.company_id, row.to_phone) in found else row
        for row in messages
    ]


def _is_bulk(row: MessageRow) -> bool:
    return row.lane == BULK and row.due_at is not None
