"""The bytes as they came: once per delivery, not again for a repetition of the same bytes. By COPY."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from engine.ids import id_time, ms_to_time
from engine.meta_account import AccountUpdate
from engine.meta_updates import StatusUpdate
from storage.account_updates import take_account_updates
from storage.ingest_rows import DeliveryWrite, Stored
from storage.pool import Connection
from storage.queries import query
from storage.statuses import fold_many
from storage.suppressions import Wish
from storage.unwanted import take_wishes

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


def delivery_row(delivery: DeliveryWrite, event_id: UUID, *, duplicate: bool) -> tuple[object, ...]:
    """Return a delivery's values of DELIVERY_COLUMNS; ``event_id``: its first event, or the known one it repeats."""
    return (
        delivery.delivery_id,
        delivery.company_id,
        id_time(delivery.delivery_id),
        delivery.webhook_id,
        event_id,
        duplicate,
        delivery.signature,
        delivery.content_type,
        delivery.headers,
        delivery.body,
    )


async def copy_deliveries(connection: Connection, deliveries: Sequence[DeliveryWrite], stored: Stored) -> None:
    """Write a batch's deliveries; a repetition keeps its bytes only where they differ from the first delivery's."""
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
        rows.append(delivery_row(delivery, answers[0][0], duplicate=duplicate))
    if repeats:
        same = await connection.fetch(query("ingest/compare_bodies"), *zip(*repeats, strict=True))
        for (position,) in same:
            rows[position] = (*rows[position][:-1], None)
    if rows:
        await connection.copy_records_to_table("deliveries", records=rows, columns=DELIVERY_COLUMNS)
    if aliases:
        await connection.execute(query("ingest/add_aliases"), *zip(*aliases, strict=True))


async def take_meta(connection: Connection, deliveries: Sequence[DeliveryWrite], stored: Stored, now: datetime) -> None:
    """Keep the bytes of Meta's deliveries, and fold their statuses into the messages they tell of."""
    rows: list[tuple[object, ...]] = []
    heard: list[tuple[UUID, StatusUpdate]] = []
    wishes: list[Wish] = []
    account: list[tuple[UUID, AccountUpdate]] = []
    for delivery in deliveries:
        meta = delivery.meta
        if meta is None:
            continue
        if meta.carries:
            created_at = id_time(delivery.delivery_id)
            rows.append((delivery.delivery_id, created_at, meta.app_id, delivery.headers, delivery.body))
        heard += [(delivery.company_id, status) for status in meta.statuses]
        account += [(delivery.company_id, update) for update in meta.account]
        wishes += [
            Wish(delivery.company_id, one.phone, one.stop, "user_preferences", ms_to_time(one.at_ms))
            for one in meta.preferences
        ]
    if rows:
        await connection.execute(query("ingest/keep_meta_deliveries"), *zip(*rows, strict=True))
    if heard:
        stored.folded = await fold_many(connection, heard, now, stored.reconfigured)
    if wishes:
        stored.folded += await take_wishes(connection, wishes, now)
    if account:
        stored.reconfigured |= await take_account_updates(connection, account, now)


def _events(deliveries: Sequence[DeliveryWrite]) -> int:
    return sum(len(delivery.events) for delivery in deliveries)
