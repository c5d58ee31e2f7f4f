"""What becomes of an accepted message: when it is sent, delivered and read, and how Meta's webhook says so.

A status that is still to be told is one 64-bit integer (due tick, message index, kind) in an array.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring_ascii as quoted  # non-ASCII is escaped, as Meta signs it

from whatsapp.simulator.faults import Fault
from whatsapp.simulator.graph_errors import webhook_error
from whatsapp.simulator.ledger import NO_PHONE, Ledger
from whatsapp.simulator.people import People
from whatsapp.simulator.registry import Number, Registry

TICK_MS = 20
KINDS = ("sent", "delivered", "read", "failed", "played")
SENT, DELIVERED, READ, FAILED, PLAYED = range(5)
_INDEX_SHIFT, _TICK_SHIFT = 3, 34
_INDEX_MASK = (1 << 31) - 1
_DUPLICATE_AFTER_MS = 40
_FAILED_AFTER_MS = 2_000
_PLAYED_AFTER_MS = 500
_DAY_S = 86_400
_PROFILE = '"profile":{"name":"Cliente Simulado"}'


def plan(delays: tuple[int, int, int], registered: bool, reads: bool, fault: Fault | None) -> list[tuple[int, int]]:
    """Return (milliseconds after acceptance, kind) of every status a message will have, faults included."""
    sent, delivered, read = delays
    if not registered:
        steps = [(delivered, FAILED)]
    elif reads:
        steps = [(sent, SENT), (delivered, DELIVERED), (read, READ)]
    else:
        steps = [(sent, SENT), (delivered, DELIVERED)]
    return steps if fault is None else _with_fault(steps, fault)


def _with_fault(steps: list[tuple[int, int]], fault: Fault) -> list[tuple[int, int]]:
    if fault.statuses == "failed":
        return [(steps[0][0] + fault.delay_ms, FAILED)]
    if fault.statuses == "failed_late":
        after = max(after for after, _ in steps[:2]) + (fault.delay_ms or _FAILED_AFTER_MS)
        return [*(step for step in steps if step[1] in (SENT, DELIVERED)), (after, FAILED)]
    kinds = fault.kinds
    hit = [step for step in steps if kinds is None or KINDS[step[1]] in kinds]
    rest = [step for step in steps if step not in hit]
    if fault.statuses == "lost":
        return rest
    if fault.statuses == "duplicated":
        again = fault.delay_ms or _DUPLICATE_AFTER_MS
        return steps + [(after + again, kind) for after, kind in hit]
    if fault.statuses == "reordered":
        times = [after for after, _ in hit]
        return rest + [(after, kind) for after, (_, kind) in zip(reversed(times), hit, strict=True)]
    return rest + [(after + fault.delay_ms, kind) for after, kind in hit]


def with_played(steps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Add what becomes of a voice message that was read: it is played."""
    read = next((after for after, kind in steps if kind == READ), None)
    return steps if read is None else [*steps, (read + _PLAYED_AFTER_MS, PLAYED)]


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
        self.user_ids = True  # as Meta does since 31 March 2026

    def changes(self, codes: Iterable[int]) -> dict[str, list[str]]:
        """Return the ``changes`` of each WhatsApp Business Account: one per number."""
        per_number: dict[int, tuple[list[str], list[str]]] = {}
        owners, ledger = self._ledger.number, self._ledger
        for code in codes:
            index = code >> _INDEX_SHIFT & _INDEX_MASK
            people, statuses = per_number.setdefault(owners[index], ([], []))
            recipient, contact = self._who(ledger.to[index])
            people.append(contact)
            statuses.append(self._status(code, index, recipient))
        changes: dict[str, list[str]] = {}
        for owner, (people, statuses) in per_number.items():
            number = self._registry.by_index[owner]
            contacts = f'"contacts":[{",".join(people)}],' if self.user_ids else ""
            told = f'{contacts}"statuses":[{",".join(statuses)}]'
            changes.setdefault(number.waba_id, []).append(change(number, told))
        return changes

    def _who(self, to: int) -> tuple[str, str]:
        """Return how a status names its recipient, and the contact that goes with it."""
        people = self._people
        if to >= NO_PHONE:
            user = f'"user_id":"{people.user_id(to)}"'
            return f'"recipient_{user[1:]}', f"{{{_PROFILE},{user}}}"
        wa_id = people.wa_id(to)
        if not self.user_ids:
            return f'"recipient_id":"{wa_id}"', ""
        user_id = people.user_id(to)
        return (
            f'"recipient_id":"{wa_id}","recipient_user_id":"{user_id}"',
            f'{{{_PROFILE},"wa_id":"{wa_id}","user_id":"{user_id}"}}',
        )

    def _status(self, code: int, index: int, recipient: str) -> str:
        kind = code & 7
        ledger = self._ledger
        at_s = (self._start_ms + (code >> _TICK_SHIFT) * TICK_MS) // 1000
        if index in ledger.happened and kind < FAILED:
            at_s = ledger.happened[index][kind] // 1000
        opaque = ledger.opaque[index]
        echoed = "" if opaque is None else f',"biz_opaque_callback_data":{quoted(opaque)}'
        return (
            f'{{"id":"{ledger.wamid(index)}","status":"{KINDS[kind]}","timestamp":"{at_s}",'
            f"{recipient}{echoed}{self._rest(kind, index, at_s)}}}"
        )

    def _rest(self, kind: int, index: int, at_s: int) -> str:
        """Return conversation and pricing as Meta puts them: both on sent and delivered, none on read."""
        if kind in (READ, PLAYED):
            return ""
        if kind == FAILED:
            return f',"errors":[{webhook_error(self._ledger.failures.get(index, 131026))}]'
        template = self._ledger.template[index]
        category = "service" if template < 0 else self._registry.template_categories[template]
        expires = f'"expiration_timestamp":"{at_s + _DAY_S}",' if kind == SENT else ""
        billable = "false" if category == "service" else "true"
        pricing = "free_customer_service" if category == "service" else "regular"
        return (
            f',"conversation":{{"id":"{self._ledger.to[index]:032x}",{expires}"origin":{{"type":"{category}"}}}}'
            f',"pricing":{{"billable":{billable},"pricing_model":"PMP","type":"{pricing}","category":"{category}"}}'
        )


def change(number: Number, content: str) -> str:
    """Return one entry of ``changes`` around ready-made members of its ``value``."""
    return (
        '{"value":{"messaging_product":"whatsapp","metadata":{'
        f'"display_phone_number":"{number.phone}","phone_number_id":"{number.phone_number_id}"}},'
        f'{content}}},"field":"messages"}}'
    )


def envelope(changes: dict[str, list[str]], timed: Sequence[tuple[str, int, str]] = ()) -> bytes:
    """Return the whole body: pure ASCII, so the bytes that are signed are the bytes that are sent.

    Args:
        timed: Changes of an account that carry a time of their own, as (account, Unix seconds, JSON).
    """
    entries = [f'{{"id":{quoted(waba)},"changes":[{",".join(group)}]}}' for waba, group in changes.items()]
    entries += [f'{{"id":{quoted(waba)},"time":{at_s},"changes":[{one}]}}' for waba, at_s, one in timed]
    return f'{{"object":"whatsapp_business_account","entry":[{",".join(entries)}]}}'.encode("ascii")


def empty_codes() -> array[int]:
    """Return an empty array for packed statuses."""
    return array("Q")
