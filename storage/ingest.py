"""One transaction for a batch of webhooks: claim keys, COPY what is fresh, write the delta. Called by the shards.

A small batch in which all is new takes a shorter way (``storage.ingest_plain``); this one decides whatever that leaves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from engine.errors import NotOwner
from engine.ids import id_ms, ms_to_time
from engine.metrics import Delta
from storage import deltas
from storage.consequences import take_consequences
from storage.contact_folds import is_late, name_late_events
from storage.deliveries import copy_deliveries, take_meta
from storage.ingest_plain import RecentKeys, is_plain, store_plain
from storage.ingest_rows import EVENT_COLUMNS, DeliveryWrite, Stored
from storage.pool import Connection
from storage.queries import query
from storage.uuids import uuid_of


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
    recent: RecentKeys,
) -> Stored:
    """Store a batch in one transaction, exactly once per key.

    Args:
        connection: a connection of this lane alone.
        lane: names the delta row.
        epochs: bucket → epoch, for every bucket of the batch.
        deliveries: what came in, in its order.
        count: builds the delta from what proved fresh.
        now_ms: the time told as the commit's.
        recent: the keys that this shard saw last.

    Raises:
        NotOwner: another shard has taken one of the buckets.
        StorageAway: (through storage.pool.AWAY) Postgres is gone; nothing is stored, or the same ids find themselves.
        DataError and others of REFUSED: Postgres cannot hold one of the values.
    """
    late = any(is_late(event, now_ms) for delivery in deliveries for event in delivery.events)
    repeated = recent.repeat([event.key for delivery in deliveries for event in delivery.events])
    if not late and not repeated and is_plain(deliveries):
        stored = await store_plain(connection, lane, epochs, deliveries, count, now_ms)
        if stored is not None:
            return stored
    return await store_any(connection, lane, epochs, deliveries, count, now_ms)


async def store_any(
    connection: Connection,
    lane: Lane,
    epochs: Mapping[int, int],
    deliveries: Sequence[DeliveryWrite],
    count: Callable[[Stored], Delta],
    now_ms: int,
) -> Stored:
    """Store a batch whatever it holds; arguments and errors as in :func:`store`."""
    now = ms_to_time(now_ms)
    async with connection.transaction():
        holders = await _claim(connection, epochs, deliveries)
        stored = _sort_out(deliveries, holders)
        await copy_deliveries(connection, deliveries, stored)
        await take_meta(connection, deliveries, stored, now)
        if stored.fresh:
            await connection.copy_records_to_table(
                "incoming_events", records=[event.row for event in stored.fresh], columns=EVENT_COLUMNS
            )
            await name_late_events(connection, stored.fresh, now_ms)
            await take_consequences(connection, stored, now)
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
                if delivery.meta is None:
                    place = (delivery.company_id, delivery.webhook_id)
                    stored.repeated[place] = stored.repeated.get(place, 0) + 1
            answers.append((uuid_of(holder.bytes) if isinstance(holder, _Own) else holder, not mine))
            if mine and not isinstance(holder, _Own) and event.event_id not in taken:
                taken.add(event.event_id)
                stored.fresh.append(event)
        stored.answers.append(answers)
    return stored
