"""What was really accepted and what really came in: ``GET /_sim/messages`` and ``GET /_sim/inbound``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from itertools import islice
from typing import Any
from urllib.parse import parse_qs

import orjson

from engine.ids import ms_to_time
from whatsapp.simulator.control_fields import query_whole
from whatsapp.simulator.ledger import NO_PHONE, TYPES, Ledger
from whatsapp.simulator.registry import digits
from whatsapp.simulator.replies import Reply, Request, json_reply
from whatsapp.simulator.world import World

_DEFAULT_LIMIT = 1000
_SLICE = 2000


class Judge:
    """Reads the ledger and the inbox."""

    def __init__(self, world: World) -> None:
        self._world = world

    def messages(self, request: Request) -> Awaitable[Reply]:
        """Return accepted messages, oldest first."""
        query = _query(request)
        phone = self._person(query["phone"]) if "phone" in query else None
        limit = query_whole(query, "limit", _DEFAULT_LIMIT)
        start = query_whole(query, "offset", 0)
        indexes = self._matching(phone, query.get("opaque"), query.get("phone_number_id"))
        return self._message_page(indexes, start, limit)

    def inbound(self, request: Request) -> Reply:
        """Return what people wrote, oldest first, and when the business marked it as read or showed typing."""
        query = _query(request)
        phone = self._person(query["phone"]) if "phone" in query else None
        limit, start = query_whole(query, "limit", _DEFAULT_LIMIT), query_whole(query, "offset", 0)
        numbers = self._world.registry.by_index
        found = [one for one in self._world.inbox.messages() if phone in (None, one.phone)]
        rows = [
            {
                "wamid": one.wamid,
                "from": self._shown(one.phone),
                "type": one.kind,
                "phone_number_id": numbers[one.number].phone_number_id,
                "received_at": rfc3339(one.at_ms),
                "read_at": rfc3339(one.read_ms) if one.read_ms else None,
                "typing_at": rfc3339(one.typing_ms) if one.typing_ms else None,
            }
            for one in found[start : start + limit]
        ]
        return json_reply({"total": len(found), "data": rows})

    def _person(self, text: str) -> int:
        bare = text.strip().lstrip("+")
        return self._world.people.user(bare) if bare[:1].isalpha() else digits("+" + bare)

    def _shown(self, phone: int) -> str:
        return self._world.people.user_id(phone) if phone >= NO_PHONE else str(phone)

    def _matching(self, phone: int | None, opaque: str | None, phone_number_id: str | None) -> list[int] | range:
        ledger = self._world.ledger
        found: Iterable[int] | None = None
        if opaque is not None:
            found = ledger.with_opaque(opaque)
        if phone is not None:
            found = ledger.sent_to(phone) if found is None else (at for at in found if ledger.to[at] == phone)
        if phone_number_id is None:
            return range(len(ledger)) if found is None else list(found)
        number = self._world.registry.numbers.get(phone_number_id)
        if number is None:
            return []
        if found is None:
            return list(ledger.of_number(number.index))
        return [at for at in found if ledger.number[at] == number.index]

    async def _message_page(self, indexes: list[int] | range, start: int, limit: int) -> Reply:
        ledger = self._world.ledger
        parts: list[bytes] = []
        page = iter(indexes[start : start + limit])
        while some := [self._message(ledger, index) for index in islice(page, _SLICE)]:
            parts.append(orjson.dumps(some)[1:-1])
            await asyncio.sleep(0)  # sends go on while a judge reads a million messages
        return Reply(200, b'{"total":%d,"data":[%b]}' % (len(indexes), b",".join(parts)))

    def _message(self, ledger: Ledger, index: int) -> dict[str, Any]:
        registry = self._world.registry
        template = ledger.template[index]
        row: dict[str, Any] = {
            "wamid": ledger.wamid(index),
            "to": self._shown(ledger.to[index]),
            "type": TYPES[-1 - template] if template < 0 else "template",
            "text": ledger.text[index].decode(),
            "template": None if template < 0 else registry.template_names[template],
            "opaque": ledger.opaque[index],
            "phone_number_id": registry.by_index[ledger.number[index]].phone_number_id,
            "accepted_at": rfc3339(ledger.at_ms[index]),
        }
        if index in ledger.content:
            row["content"] = ledger.content[index]
        if index in ledger.context:
            row["reply_to"] = ledger.context[index]
        if index in ledger.failures:
            row["fails_with"] = ledger.failures[index]
        if index in ledger.lost:
            row["statuses_lost"] = True
        return row


def _query(request: Request) -> dict[str, str]:
    return {name: values[-1] for name, values in parse_qs(request.query.decode(errors="replace")).items()}


def rfc3339(at_ms: int) -> str:
    """Return milliseconds since 1970 as RFC 3339 in UTC."""
    return ms_to_time(at_ms).isoformat(timespec="milliseconds").replace("+00:00", "Z")
