"""One transaction for a batch of webhooks: claim keys, COPY what is fresh, write the delta. Called by the shards."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from engine.errors import NotOwner
from engine.ids import id_ms, id_time, ms_to_time
from engine.meta_updates import StatusUpdate
from engine.metrics import Delta
from storage import deltas
from storage.cancelling import Cancelled, CancelOrder, cancel_for_orders, find_cancelling_events
from storage.message_changes import Transition
from storage.message_rows import MessageRow, create_messages
from storage.pool import Connection
from storage.queries import query
from storage.statuses import fold_many

DELIVERY_COLUMNS = (
    "id",
    "company_id",
    "created_at",
    "webhook_id",
    "event_id",
    "duplicate",
    "signature",
    "content_type",
    "headers",
    "raw_body",
)
EVENT_COLUMNS = (
    "id",
    "company_id",
    "created_at",
    "webhook_id",
    "delivery_id",
    "position",
    "source",
    "event_type",
    "external_id",
    "order_id",
    "state",
    "reason",
    "customer_name",
    "customer_phone",
    "customer_email",
    "customer_document",
    "product_name",
    "plan_name",
    "order_value_cents",
    "pix_code",
    "pix_expires_at",
    "payment_method",
    "occurred_at",
    "signature",
    "replay_of",
    "runs",
    "payload",
)
_PAYLOAD = EVENT_COLUMNS.index("payload")
_REASON = EVENT_COLUMNS.index("reason")
_STATE = EVENT_COLUMNS.index("state")
_TEXTS = tuple(EVENT_COLUMNS.index(name) for name in (*EVENT_COLUMNS[7:10], *EVENT_COLUMNS[12:22], "runs", "payload"))
# What Postgres says of values it cannot hold: text, jsonb, an index entry that is too long, a date out of range.
REFUSED = (
    asyncpg.DataError,
    asyncpg.ProgramLimitExceededError,
    asyncpg.StatementTooComplexError,
    OverflowError,
    UnicodeError,
    ValueError,
)


@dataclass(slots=True)
class EventWrite:
    """An event on its way into Postgres: its key, its row (in the order of EVENT_COLUMNS) and what follows from it."""

    key: UUID
    event_id: UUID
    row: list[Any]
    messages: list[MessageRow] = field(default_factory=list)
    cancels: CancelOrder | None = None
    earlier: tuple[UUID, int] | None = None  # another key, and since when its event counts as the same


@dataclass(slots=True)
class DeliveryWrite:
    """One webhook request: its bytes, and the events it holds (one, or an array's)."""

    company_id: UUID
    webhook_id: UUID
    delivery_id: UUID
    signature: str
    content_type: str | None
    headers: str
    body: bytes
    events: list[EventWrite]
    spilled: bool = False
    meta: MetaPart | None = None


@dataclass(frozen=True, slots=True)
class MetaPart:
    """What only a delivery by Meta's door has: its app, statuses to fold, and whether this part stores the bytes."""

    app_id: str
    statuses: Sequence[StatusUpdate]
    carries: bool


@dataclass(slots=True)
class Stored:
    """What a transaction did: the answers per delivery, the fresh events, the messages that wait, and the delta."""

    answers: list[list[tuple[UUID, bool]]]
    fresh: list[EventWrite]
    messages: list[MessageRow]
    cancelled: list[Cancelled]
    folded: list[Transition]
    duplicates: dict[UUID, int] = field(default_factory=dict)  # per company
    seq: int | None = None
    delta: Delta | None = None


@dataclass(frozen=True, slots=True)
class Lane:
    """One connection's writer: its name and epoch, and the seq that its next delta takes."""

    writer: str
    epoch: int
    seq: int


async def store(
    connection: Connection,
    lane: Lane,
    epochs: Mapping[int, int],
    deliveries: Sequence[DeliveryWrite],
    count: Callable[[Stored], Delta],
    now_ms: int,
) -> Stored:
    """Store a batch in one transaction, exactly once per key.

    Args:
        connection: a connection of this lane alone.
        lane: names the delta row.
        epochs: bucket → epoch, for every bucket of the batch.
        deliveries: what came in, in its order.
        count: builds the delta from what proved fresh.
        now_ms: the time told as the commit's.

    Raises:
        NotOwner: another shard has taken one of the buckets.
        StorageAway: (through storage.pool.AWAY) Postgres is gone; nothing is stored, or the same ids find themselves.
        DataError and others of REFUSED: Postgres cannot hold one of the values.
    """
    now = ms_to_time(now_ms)
    async with connection.transaction():
        holders = await _claim(connection, epochs, deliveries)
        stored = _sort_out(deliveries, holders)
        await _copy_deliveries(connection, deliveries, stored)
        await _take_meta(connection, deliveries, stored, now)
        if stored.fresh:
            await connection.copy_records_to_table(
                "incoming_events", records=[event.row for event in stored.fresh], columns=EVENT_COLUMNS
            )
            await _consequences(connection, stored, now)
        delta = count(stored)
        if not delta.empty:
            await deltas.write(connection, lane.writer, lane.epoch, lane.seq, delta, now_ms)
            stored.seq, stored.delta = lane.seq, delta
    return stored


async def _claim(
    connection: Connection, epochs: Mapping[int, int], deliveries: Sequence[DeliveryWrite]
) -> dict[UUID, UUID]:
    """Return who holds each key now; a key's first claimant in the batch wins."""
    claims: dict[UUID, tuple[UUID, UUID, UUID]] = {}
    for delivery in deliveries:
        for event in delivery.events:
            claims.setdefault(event.key, (event.key, delivery.company_id, event.event_id))
    if not claims:
        await check_buckets(connection, epochs)
        return {}
    holders = await _repeated(connection, deliveries)
    ordered = [claims[key] for key in sorted(claims) if key not in holders]
    if not ordered:
        await check_buckets(connection, epochs)
        return holders
    columns = list(zip(*ordered, strict=True))
    new = await connection.fetch(query("ingest/claim_keys"), *columns, list(epochs), list(epochs.values()))
    holders.update((row[0], claims[row[0]][2]) for row in new)
    if len(holders) < len(claims):
        if not new:
            await check_buckets(connection, epochs)
        missing = [key for key in claims if key not in holders]
        holders.update((row[0], row[1]) for row in await connection.fetch(query("ingest/find_keys"), missing))
        stored_before = {key for key in missing if holders[key] == claims[key][2]}
        for key in stored_before:
            holders[key] = _Own(holders[key].bytes)
    return holders


async def _repeated(connection: Connection, deliveries: Sequence[DeliveryWrite]) -> dict[UUID, UUID]:
    """Return the events that repeat one whose key lies in the window before: key → the first event's id."""
    earlier = {
        event.earlier[0]: (event.key, event.earlier[1])
        for delivery in deliveries
        for event in delivery.events
        if event.earlier is not None
    }
    if not earlier:
        return {}
    rows = await connection.fetch(query("ingest/find_keys"), list(earlier))
    found = ((*earlier[key], event_id) for key, event_id in rows)
    return {key: event_id for key, from_ms, event_id in found if id_ms(event_id.bytes) >= from_ms}


class _Own(UUID):
    """The holder is this very event: an earlier try got through."""

    def __init__(self, raw: bytes) -> None:
        super().__init__(bytes=raw)


async def check_buckets(connection: Connection, epochs: Mapping[int, int]) -> None:
    """Hold the buckets' epochs until the transaction ends.

    Raises:
        NotOwner: one of them has moved on.
    """
    rows = await connection.fetch(query("ingest/check_buckets"), list(epochs), list(epochs.values()))
    if len(rows) != len(epochs):
        raise NotOwner("a bucket of this batch has another owner now")


def _sort_out(deliveries: Sequence[DeliveryWrite], holders: Mapping[UUID, UUID]) -> Stored:
    stored = Stored(answers=[], fresh=[], messages=[], cancelled=[], folded=[])
    taken: set[UUID] = set()  # the same request may stand twice in a batch that comes out of the spill
    for delivery in deliveries:
        answers: list[tuple[UUID, bool]] = []
        for event in delivery.events:
            holder = holders[event.key]
            mine = holder == event.event_id
            if not mine:
                stored.duplicates[delivery.company_id] = stored.duplicates.get(delivery.company_id, 0) + 1
            answers.append((UUID(bytes=holder.bytes) if isinstance(holder, _Own) else holder, not mine))
            if mine and not isinstance(holder, _Own) and event.event_id not in taken:
                taken.add(event.event_id)
                stored.fresh.append(event)
        stored.answers.append(answers)
    return stored


async def _copy_deliveries(connection: Connection, deliveries: Sequence[DeliveryWrite], stored: Stored) -> None:
    fresh = {event.event_id for event in stored.fresh} if len(stored.fresh) < _events(deliveries) else None
    rows: list[tuple[object, ...]] = []
    written: set[UUID] = set()
    repeats: list[tuple[int, UUID, datetime, bytes]] = []
    aliases: list[tuple[UUID, UUID, UUID]] = []
    for delivery, answers in zip(deliveries, stored.answers, strict=True):
        if delivery.meta is not None:
            continue
        if delivery.delivery_id in written:
            continue
        written.add(delivery.delivery_id)
        duplicate = fresh is not None and not any(event.event_id in fresh for event in delivery.events)
        if duplicate and not any(known for _, known in answers):
            continue  # an earlier try stored this very delivery
        if duplicate:
            repeats.append((len(rows), answers[0][0], id_time(answers[0][0]), delivery.body))
        if delivery.spilled:
            aliases += [
                (event.event_id, delivery.company_id, first)
                for event, (first, known) in zip(delivery.events, answers, strict=True)
                if known
            ]
        rows.append(
            (
                delivery.delivery_id,
                delivery.company_id,
                id_time(delivery.delivery_id),
                delivery.webhook_id,
                answers[0][0],
                duplicate,
                delivery.signature,
                delivery.content_type,
                delivery.headers,
                delivery.body,
            )
        )
    if repeats:
        same = await connection.fetch(query("ingest/compare_bodies"), *zip(*repeats, strict=True))
        for (position,) in same:
            rows[position] = (*rows[position][:-1], None)
    if rows:
        await connection.copy_records_to_table("deliveries", records=rows, columns=DELIVERY_COLUMNS)
    if aliases:
        await connection.execute(query("ingest/add_aliases"), *zip(*aliases, strict=True))


async def _take_meta(
    connection: Connection, deliveries: Sequence[DeliveryWrite], stored: Stored, now: datetime
) -> None:
    """Keep the bytes of Meta's deliveries, and fold their statuses into the messages they tell of."""
    rows: list[tuple[object, ...]] = []
    heard: list[tuple[UUID, StatusUpdate]] = []
    for delivery in deliveries:
        meta = delivery.meta
        if meta is None:
            continue
        if meta.carries:
            created_at = id_time(delivery.delivery_id)
            rows.append((delivery.delivery_id, created_at, meta.app_id, delivery.headers, delivery.body))
        heard += [(delivery.company_id, status) for status in meta.statuses]
    if rows:
        await connection.copy_records_to_table(
            "meta_deliveries", records=rows, columns=("id", "created_at", "app_id", "headers", "raw_body")
        )
    if heard:
        stored.folded = await fold_many(connection, heard, now)


async def _consequences(connection: Connection, stored: Stored, now: datetime) -> None:
    """Messages of the fresh events, and what those events cancel, also among one another and in any order."""
    messages = [message for event in stored.fresh for message in event.messages]
    if messages:
        stored.messages = await _call_off(connection, messages)
        await create_messages(connection, stored.messages)
    orders = [event.cancels for event in stored.fresh if event.cancels is not None]
    if orders:
        stored.cancelled = await cancel_for_orders(connection, orders, now)


async def _call_off(connection: Connection, messages: list[MessageRow]) -> list[MessageRow]:
    """Return the messages, those cancelled whose cancelling event had come before them."""
    asked = [
        (position, (m.company_id, m.order_id, m.event_id, m.cancel_on))
        for position, m in enumerate(messages)
        if m.cancel_on and m.order_id and m.event_id and m.due_at
    ]
    if not asked:
        return messages
    found = await find_cancelling_events(connection, [question for _, question in asked])
    called_off = {asked[index][0]: event_type for index, event_type in found.items()}
    return [
        message._replace(status="cancelled", reason=f"cancelled_by:{called_off[position]}", due_at=None, look_at=None)
        if position in called_off
        else message
        for position, message in enumerate(messages)
    ]


def _events(deliveries: Sequence[DeliveryWrite]) -> int:
    return sum(len(delivery.events) for delivery in deliveries)


async def blank_refused(connection: Connection, delivery: DeliveryWrite) -> None:
    """Take out of a delivery's events what Postgres refuses, so that they can be stored with a reason.

    First every payload is tried alone; events whose payload is fine but whose row was refused all the same lose
    their texts and become failed events. The delivery's bytes stay as they came.
    """
    refused = 0
    for event in delivery.events:
        why = await _refusal(connection, event.row[_PAYLOAD])
        if why is not None:
            event.row[_PAYLOAD] = None
            event.row[_REASON] = event.row[_REASON] or f"payload_refused:{why}"
            refused += 1
    if not refused:
        for event in delivery.events:
            strip_to_bytes(event)


def strip_to_bytes(event: EventWrite) -> None:
    """Leave nothing of an event but its ids and times: it is kept as failed, its bytes in the delivery."""
    for index in _TEXTS:
        event.row[index] = None
    event.row[_STATE] = "failed"
    event.row[_REASON] = "row_refused"
    event.messages.clear()
    event.cancels = None


async def _refusal(connection: Connection, payload: object) -> str | None:
    if payload is None:
        return None
    try:
        await connection.fetchval("SELECT $1::jsonb IS NOT NULL", payload)
    except asyncpg.PostgresError as error:
        return error.sqlstate or type(error).__name__
    except REFUSED as error:
        return type(error).__name__
    return None
