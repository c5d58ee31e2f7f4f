"""Receipts become statuses: what Meta's webhooks say is folded into messages. Called by shards in their transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import orjson

from engine.failures import read_failure
from engine.ids import IdMaker, ms_to_time, time_to_ms
from engine.message_states import RECEIPT_NAMES, at_text
from engine.stops import told_stop
from storage.answers import dead_letter
from storage.budgets import block_marketing_of
from storage.countries import CODE as COUNTRY_BARRED
from storage.countries import bar_countries
from storage.dead_letters import bury
from storage.message_changes import LockedMessage, Transition, lock, write
from storage.pool import Connection
from storage.queries import query
from storage.stops import ToldStop, take_stops
from storage.undeliverable import CODE as UNDELIVERABLE
from storage.undeliverable import forget_delivered, note_refusals
from storage.unwanted import take_refusals

_MARKETING_LIMIT = 131049
_MARKETING_REST = timedelta(hours=24)  # at least, says the table of error classes
_ids = IdMaker()


class Receipt(Protocol):
    """One status of one message, as Meta told it (``engine.meta_updates.StatusUpdate``)."""

    @property
    def message_id(self) -> UUID | None: ...

    @property
    def provider_id(self) -> str: ...

    @property
    def status(self) -> str: ...

    @property
    def at_ms(self) -> int: ...

    @property
    def errors(self) -> str | None: ...

    @property
    def pricing(self) -> str | None: ...


async def fold(
    connection: Connection, company_id: UUID, receipts: Sequence[Receipt], now: datetime | None = None
) -> list[Transition]:
    """Fold one company's receipts; see :func:`fold_many`."""
    return await fold_many(connection, [(company_id, receipt) for receipt in receipts], now)


async def fold_many(
    connection: Connection,
    heard: Sequence[tuple[UUID, Receipt]],
    now: datetime | None = None,
    reconfigured: set[UUID] | None = None,
) -> list[Transition]:
    """Fold receipts into their messages: one row update per message, never backwards, whatever the order.

    A receipt may come before the sender has recorded the acceptance; either way the row ends up the same. A receipt
    resolves an uncertain message; a failure makes a dead letter with the error's meaning, and a delivery takes it
    back. A failure that concerns more than its message stops the number, its token, app or account, or the template, as
    the same answer to a send would. Unknown statuses, unknown messages and another company's messages change nothing.

    A transaction should call this once: messages are locked in the order of their ids, so that it never waits in a
    circle with a sender or another shard.

    Args:
        connection: in a transaction; the caller counts the transitions in its delta.
        heard: company and receipt, in any order, repeats included.
        now: becomes ``updated_at``, and the time of a receipt that tells none.
        reconfigured: gets the companies whose sessions or templates were stopped.

    Returns:
        The changes of status: at most one per message, and what was skipped because its person wants no marketing.
    """
    now = now or datetime.now(UTC)
    by_message = await _by_message(connection, heard)
    if not by_message:
        return []
    folded = _Folded(now, time_to_ms(now))
    for message in (await lock(connection, by_message)).values():
        folded.add(
            message, [receipt for company_id, receipt in by_message[message.id] if company_id == message.company_id]
        )
    await write(connection, folded.changed, now)
    skipped = await _follow_up(connection, folded)
    stopped = await take_stops(connection, folded.stops, now)
    if reconfigured is not None:
        reconfigured |= stopped
    return [transition for message in folded.changed if (transition := message.transition) is not None] + skipped


async def _by_message(
    connection: Connection, heard: Sequence[tuple[UUID, Receipt]]
) -> dict[UUID, list[tuple[UUID, Receipt]]]:
    by_message: dict[UUID, list[tuple[UUID, Receipt]]] = {}
    by_provider_id: dict[tuple[UUID, str], list[tuple[UUID, Receipt]]] = {}
    for company_id, receipt in heard:
        if receipt.status not in RECEIPT_NAMES:
            continue
        if receipt.message_id is not None:
            by_message.setdefault(receipt.message_id, []).append((company_id, receipt))
        else:
            by_provider_id.setdefault((company_id, receipt.provider_id), []).append((company_id, receipt))
    if by_provider_id:
        companies, provider_ids = zip(*by_provider_id, strict=True)
        for row in await connection.fetch(query("statuses/find_by_provider_id"), list(provider_ids), list(companies)):
            found = by_provider_id.pop((row["company_id"], row["provider_id"]), [])
            by_message.setdefault(row["message_id"], []).extend(found)
    return by_message


@dataclass(slots=True)
class _Folded:
    """What a fold changes, gathered while it goes through the locked messages."""

    now: datetime
    now_ms: int
    changed: list[LockedMessage] = field(default_factory=list)
    dead: list[tuple[object, ...]] = field(default_factory=list)
    resolved: list[UUID] = field(default_factory=list)
    overtaken: list[UUID] = field(default_factory=list)
    suppressed: list[tuple[UUID, str]] = field(default_factory=list)
    limited: list[UUID] = field(default_factory=list)
    unreached: list[UUID] = field(default_factory=list)
    reached: list[UUID] = field(default_factory=list)
    barred: list[UUID] = field(default_factory=list)
    stops: list[ToldStop] = field(default_factory=list)

    def add(self, message: LockedMessage, receipts: Sequence[Receipt]) -> None:
        heard = [_hear(message, receipt, self.now_ms) for receipt in receipts]
        if not any(heard):
            return
        self.changed.append(message)
        if message.status == message.old:
            return
        if message.old == "uncertain":
            self.resolved.append(message.id)
        if message.old == "failed":
            self.overtaken.append(message.id)
        if message.status == "failed":
            self._bury(message, max((receipt.at_ms for receipt in receipts if receipt.errors is not None), default=0))
        elif message.status in ("delivered", "read"):
            self.reached.append(message.id)

    def _bury(self, message: LockedMessage, at_ms: int) -> None:
        error = orjson.loads(message.error or "{}")
        error_class, code = error.get("class", "transient"), error.get("code")
        letter_id = _ids.make_uuid(self.now_ms)
        self.dead.append(dead_letter(letter_id, message, error_class, None if code is None else str(code), self.now))
        if code == _MARKETING_LIMIT:
            self.limited.append(message.id)
        if code == UNDELIVERABLE:
            self.unreached.append(message.id)
        if code == COUNTRY_BARRED:
            self.barred.append(message.id)
        stop = None if code is None else told_stop(code, error.get("subcode"))
        if stop is not None:
            at = ms_to_time(min(at_ms or self.now_ms, self.now_ms))
            self.stops.append(ToldStop(message.company_id, message.session_id, message.id, stop, at))
        if error_class == "suppress":
            self.suppressed.append((message.id, message.reason or "failed"))


async def _follow_up(connection: Connection, folded: _Folded) -> list[Transition]:
    """Do what follows; return what waited for people who refuse marketing, and was skipped."""
    if folded.dead:
        await bury(connection, folded.dead)
    skipped = await take_refusals(connection, folded.suppressed, folded.now)
    await block_marketing_of(connection, folded.limited, folded.now + _MARKETING_REST)
    await note_refusals(connection, folded.unreached, folded.now)
    await bar_countries(connection, folded.barred, folded.now)
    await forget_delivered(connection, folded.reached, {message.company_id for message in folded.changed})
    if folded.resolved:
        await connection.execute(query("sending/delete_uncertain"), folded.resolved)
    if folded.overtaken:
        companies = list({message.company_id for message in folded.changed if message.old == "failed"})
        await connection.execute(query("statuses/resolve_dead_letters"), companies, folded.overtaken, folded.now)
    return skipped


def _hear(message: LockedMessage, receipt: Receipt, now_ms: int) -> bool:
    """Take one receipt in; False where it is known already."""
    before = message.timeline, message.status, message.provider_id
    status = RECEIPT_NAMES[receipt.status]
    failure = read_failure(receipt.errors) if status == "failed" else None
    took = message.go(status, at_text(receipt.at_ms or now_ms), failure.reason if failure else None)
    if message.provider_id is None:
        message.provider_id = receipt.provider_id
    message.pricing = receipt.pricing or message.pricing
    if took:
        message.next_attempt_at = None
        message.error = failure.error if failure else None
        if status == "sent" and '"scheduled"' not in message.timeline:  # its own delay is none of WhatsApp's
            message.sent_ms = receipt.at_ms or now_ms
    return (message.timeline, message.status, message.provider_id) != before
