"""The short way for a small batch: one statement, one round trip, or nothing stored. Called by ``storage.ingest``.

Most batches at low rates hold one new event; the general way's eight round trips cost them more than all else.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg

from engine.metrics import Delta
from engine.reach import AIMS
from storage.deliveries import delivery_row
from storage.ingest_rows import EVENT_COLUMNS, DeliveryWrite, EventWrite, Stored
from storage.message_rows import MessageRow
from storage.person_digest import person_digest
from storage.pool import AWAY, Connection
from storage.queries import query
from storage.refused import REFUSED

if TYPE_CHECKING:
    from storage.ingest import Lane

log = logging.getLogger(__name__)
LIMIT = 32  # events: from about 48 on COPY costs less (docs/BENCH.md, "Where the time goes")
# The fields of a MessageRow that type ingest_message has; of what stands behind them the variants go beside, the rest
# (cancel_on, content, whatever comes later) is for the general way to store.
MESSAGE_FIELDS = MessageRow._fields.index("look_at") + 1
_VARIANT = MessageRow._fields.index("variant")
_STATE = EVENT_COLUMNS.index("state")
_COMPANY = EVENT_COLUMNS.index("company_id")
_TYPE = EVENT_COLUMNS.index("event_type")
_REMEMBERED = 20_000


class RecentKeys:
    """The event keys that a shard saw last: a batch that repeats one need not try the short way in vain."""

    def __init__(self, limit: int = _REMEMBERED) -> None:
        """Remember at least the newest ``limit`` keys and fewer than twice as many (and one batch)."""
        self._limit = limit
        self._newer: set[UUID] = set()
        self._older: set[UUID] = set()

    def repeat(self, keys: Collection[UUID]) -> bool:
        """Note a batch's keys; tell whether one was seen before, lately or in the same batch."""
        seen = set(keys)
        repeated = len(seen) < len(keys) or not (seen.isdisjoint(self._newer) and seen.isdisjoint(self._older))
        self._newer |= seen
        if len(self._newer) >= self._limit:
            self._older, self._newer = self._newer, set()
        return repeated


def is_plain(deliveries: Sequence[DeliveryWrite]) -> bool:
    """Tell whether a batch is small, and nothing in it takes a look at stored rows that the statement does not take."""
    return (
        sum(len(delivery.events) for delivery in deliveries) <= LIMIT
        and all(map(_is_plain_delivery, deliveries))
        and len({delivery.delivery_id for delivery in deliveries}) == len(deliveries)
    )


def _is_plain_delivery(delivery: DeliveryWrite) -> bool:
    return (
        delivery.meta is None
        and not delivery.spilled
        and bool(delivery.events)
        and all(map(_is_plain_event, delivery.events))
    )


def _is_plain_event(event: EventWrite) -> bool:
    return (
        event.row[_STATE] == "processed"
        and event.earlier is None
        and event.heard is None
        and not event.caps
        and not event.firings
        and all(map(_is_plain_message, event.messages))
    )


def _is_plain_message(message: MessageRow) -> bool:
    """Marketing waits for a look at who wants none, a message that something calls off for a look at its order.

    Who wants no messages at all the statement itself looks at.
    """
    others = (*message[MESSAGE_FIELDS:_VARIANT], *message[_VARIANT + 1 :])
    return message.category != "marketing" and not any(others)


async def store_plain(
    connection: Connection,
    lane: Lane,
    epochs: Mapping[int, int],
    deliveries: Sequence[DeliveryWrite],
    count: Callable[[Stored], Delta],
    now_ms: int,
) -> Stored | None:
    """Store a plain batch in a transaction of one statement.

    Args:
        connection: a connection of this lane alone, in no transaction.
        lane: names the delta row.
        epochs: bucket → epoch, for every bucket of the batch.
        deliveries: a batch that :func:`is_plain`, each key in it once.
        count: builds the delta.
        now_ms: the time told as the commit's.

    Returns:
        What was stored; None if nothing was: a key is known, an epoch has moved on, a message waits that an event calls
        off, a person wants no messages, or a value was refused. The general way finds out which, and acts on it.

    Raises:
        StorageAway: (through storage.pool.AWAY) Postgres is gone; nothing is stored, or the same ids find themselves.
    """
    stored = _all_fresh(deliveries)
    delta = count(stored)
    aims = [event for event in stored.fresh if event.row[_TYPE] in AIMS]
    orders = [event.cancels for event in stored.fresh if event.cancels is not None]
    try:
        done = await connection.fetchval(
            query("ingest/store_plain"),
            list(epochs),
            list(epochs.values()),
            *zip(*sorted((event.key, event.row[_COMPANY], event.event_id) for event in stored.fresh), strict=True),
            [delivery_row(delivery, delivery.events[0].event_id, duplicate=False) for delivery in deliveries],
            [tuple(event.row) for event in stored.fresh],
            [message[:MESSAGE_FIELDS] for message in stored.messages],
            lane.writer,
            lane.epoch,
            lane.seq,
            now_ms,
            delta.encode().decode(),
            [order.company_id for order in orders],
            [order.order_id for order in orders],
            [order.event_type for order in orders],
            *_people(stored.messages),
            [event.event_id for event in aims],
            [event.row[_COMPANY] for event in aims],
            _variants(stored.messages),
        )
    except (*REFUSED, asyncpg.UniqueViolationError):
        return None  # before AWAY: asyncpg's word for a value that it cannot encode is both
    except AWAY:
        raise
    except asyncpg.PostgresError as error:
        log.warning("a plain batch failed: %s", type(error).__name__, extra={"action": "store_plain"})
        return None
    if not done:
        return None
    stored.seq, stored.delta = lane.seq, delta
    return stored


def _variants(messages: Sequence[MessageRow]) -> list[str | None]:
    """Return which variant each message says, in their order; nothing at all where none does, as nearly always."""
    return [row.variant for row in messages] if any(row.variant for row in messages) else []


def _people(messages: Sequence[MessageRow]) -> tuple[list[UUID], list[str], list[bytes]]:
    people = sorted({(row.company_id, row.to_phone) for row in messages if row.due_at is not None})
    return (
        [company_id for company_id, _ in people],
        [phone for _, phone in people],
        [person_digest(company_id, phone) for company_id, phone in people],
    )


def _all_fresh(deliveries: Sequence[DeliveryWrite]) -> Stored:
    fresh = [event for delivery in deliveries for event in delivery.events]
    return Stored(
        answers=[[(event.event_id, False) for event in delivery.events] for delivery in deliveries],
        fresh=fresh,
        messages=[message for event in fresh for message in event.messages],
        cancelled=[],
        folded=[],
    )
