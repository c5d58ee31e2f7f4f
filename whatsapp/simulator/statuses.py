"""What becomes of an accepted message: when it is sent, delivered and read, and how Meta's webhook says so.

A status that is still to be told is one 64-bit integer (due tick, message index, kind) in an array.
"""

from __future__ import annotations

import random
from array import array
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring_ascii as quoted  # non-ASCII is escaped, as Meta signs it

from whatsapp.simulator.faults import Fault
from whatsapp.simulator.ledger import Ledger
from whatsapp.simulator.people import People
from whatsapp.simulator.registry import Number, Registry

TICK_MS = 20
KINDS = ("sent", "delivered", "read", "failed")
SENT, DELIVERED, READ, FAILED = range(4)
_INDEX_SHIFT, _TICK_SHIFT = 3, 34
_INDEX_MASK = (1 << 31) - 1
_TABLE = 4096
_DUPLICATE_AFTER_MS = 40
_DAY_S = 86_400


class Ladder:
    """Seeded delays of the three statuses, drawn once into a table; most people are quick.

    Args:
        delivered_ms, read_ms: The least and the most milliseconds after acceptance.
    """

    def __init__(self, seed: int, delivered_ms: Sequence[int] = (150, 900), read_ms: Sequence[int] = (900, 4500)):
        draw = random.Random(seed)
        self.delivered_ms = (delivered_ms[0], delivered_ms[1])
        self.read_ms = (read_ms[0], read_ms[1])
        self._table: list[tuple[int, int, int]] = []
        for _ in range(_TABLE):
            delivered = _between(draw, self.delivered_ms)
            read = max(_between(draw, self.read_ms), delivered + 1)
            self._table.append((delivered * draw.randint(5, 50) // 100, delivered, read))

    def delays(self, index: int) -> tuple[int, int, int]:
        """Return milliseconds from acceptance until sent, delivered and read."""
        return self._table[index & (_TABLE - 1)]


def _between(draw: random.Random, span: tuple[int, int]) -> int:
    return span[0] + int((span[1] - span[0]) * draw.betavariate(1.5, 4))


def plan(delays: tuple[int, int, int], registered: bool, reads: bool, fault: Fault | None) -> list[tuple[int, int]]:
    """Return (milliseconds after acceptance, kind) of every status a message will have, faults included."""
    sent, delivered, read = delays
    if not registered:
        steps = [(delivered, FAILED)]
    elif reads:
        steps = [(sent, SENT), (delivered, DELIVERED), (read, READ)]
    else:
        steps = [(sent, SENT), (delivered, DELIVERED)]
    if fault is None:
        return steps
    if fault.statuses == "lost":
        return []
    if fault.statuses == "duplicated":
        again = fault.delay_ms or _DUPLICATE_AFTER_MS
        return steps + [(after + again, kind) for after, kind in steps]
    if fault.statuses == "reordered":
        times = [after for after, _ in steps]
        return [(after, kind) for after, (_, kind) in zip(reversed(times), steps, strict=True)]
    return [(after + fault.delay_ms, kind) for after, kind in steps]


def code_of(tick: int, index: int, kind: int) -> int:
    """Pack a status into 62 bits."""
    return tick << _TICK_SHIFT | index << _INDEX_SHIFT | kind


class StatusWriter:
    """Turns packed statuses into the body of one webhook."""

    def __init__(self, ledger: Ledger, registry: Registry, people: People, start_ms: int) -> None:
        self._ledger = ledger
        self._registry = registry
        self._people = people
        self._start_ms = start_ms

    def changes(self, codes: Iterable[int]) -> dict[str, list[str]]:
        """Return the ``changes`` of each WhatsApp Business Account: one per number."""
        per_number: dict[int, list[str]] = {}
        owners = self._ledger.number
        for code in codes:
            index = code >> _INDEX_SHIFT & _INDEX_MASK
            per_number.setdefault(owners[index], []).append(self._status(code, index))
        changes: dict[str, list[str]] = {}
        for owner, statuses in per_number.items():
            number = self._registry.by_index[owner]
            changes.setdefault(number.waba_id, []).append(change(number, '"statuses":[' + ",".join(statuses) + "]"))
        return changes

    def _status(self, code: int, index: int) -> str:
        kind = code & 7
        ledger = self._ledger
        at_s = (self._start_ms + (code >> _TICK_SHIFT) * TICK_MS) // 1000
        opaque = ledger.opaque[index]
        echoed = "" if opaque is None else f',"biz_opaque_callback_data":{quoted(opaque)}'
        return (
            f'{{"id":"{ledger.wamid(index)}","status":"{KINDS[kind]}","timestamp":"{at_s}",'
            f'"recipient_id":"{self._people.wa_id(ledger.to[index])}"{echoed}{self._rest(kind, index, at_s)}}}'
        )

    def _rest(self, kind: int, index: int, at_s: int) -> str:
        """Return conversation and pricing as Meta puts them: both on sent and delivered, none on read."""
        if kind == READ:
            return ""
        if kind == FAILED:
            return _UNDELIVERABLE
        template = self._ledger.template[index]
        category = "service" if template < 0 else self._registry.template_categories[template]
        expires = f'"expiration_timestamp":"{at_s + _DAY_S}",' if kind == SENT else ""
        billable = "false" if category == "service" else "true"
        pricing = "free_customer_service" if category == "service" else "regular"
        return (
            f',"conversation":{{"id":"{self._ledger.to[index]:032x}",{expires}"origin":{{"type":"{category}"}}}}'
            f',"pricing":{{"billable":{billable},"pricing_model":"PMP","type":"{pricing}","category":"{category}"}}'
        )


_UNDELIVERABLE = (
    ',"errors":[{"code":131026,"title":"Message undeliverable","message":"Message undeliverable",'
    '"error_data":{"details":"Message Undeliverable."},'
    '"href":"https:\\/\\/developers.facebook.com\\/docs\\/whatsapp\\/cloud-api\\/support\\/error-codes\\/"}]'
)


def change(number: Number, content: str) -> str:
    """Return one entry of ``changes`` around ready-made members of its ``value``."""
    return (
        '{"value":{"messaging_product":"whatsapp","metadata":{'
        f'"display_phone_number":"{number.phone}","phone_number_id":"{number.phone_number_id}"}},'
        f'{content}}},"field":"messages"}}'
    )


def envelope(changes: dict[str, list[str]]) -> bytes:
    """Return the whole body: pure ASCII, so the bytes that are signed are the bytes that are sent."""
    entries = ",".join(f'{{"id":{quoted(waba)},"changes":[{",".join(group)}]}}' for waba, group in changes.items())
    return f'{{"object":"whatsapp_business_account","entry":[{entries}]}}'.encode("ascii")


def empty_codes() -> array[int]:
    """Return an empty array for packed statuses."""
    return array("Q")
