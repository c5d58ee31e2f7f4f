"""Whom a client means by WhatsApp's id of a person: the contact that has it. Used by routes that take an address."""

from __future__ import annotations

from collections.abc import Sequence

from engine.user_ids import is_user_id
from gateway.calls import Call
from storage.contacts import find_hidden_phones


async def known_phones(call: Call, addresses: Sequence[str]) -> list[str]:
    """Return numbers and ids with the number in the place of every id that a contact of the company has."""
    ids = [address for address in addresses if is_user_id(address)]
    if not ids:
        return list(addresses)
    found = await find_hidden_phones(call.services.pool, call.company_id, ids)
    return [found.get(address, address) for address in addresses]
