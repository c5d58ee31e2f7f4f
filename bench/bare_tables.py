"""The two wide tables and the rows of the limits: what a webhook costs Postgres when nothing else is done with it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import orjson

from engine.ids import IdMaker, id_time
from storage.migrate import migrate

_TABLES = """
DROP TABLE IF EXISTS bare_events, bare_deliveries;
CREATE TABLE bare_deliveries (LIKE deliveries INCLUDING INDEXES) WITH (toast_tuple_target = 8160);
CREATE TABLE bare_events (LIKE incoming_events INCLUDING INDEXES) WITH (toast_tuple_target = 8160);
"""
_DELIVERY_COLUMNS = (
    "id", "company_id", "created_at", "webhook_id", "event_id", "duplicate", "signature", "content_type", "headers",
    "raw_body",
)  # fmt: skip
_EVENT_COLUMNS = (
    "id", "company_id", "created_at", "webhook_id", "delivery_id", "position", "source", "event_type", "external_id",
    "order_id", "state", "customer_name", "customer_phone", "customer_email", "customer_document", "product_name",
    "plan_name", "order_value_cents", "pix_code", "pix_expires_at", "payment_method", "occurred_at", "signature",
    "payload",
)  # fmt: skip
_COMPANY = UUID("01990000-0000-7000-8000-000000000001")
_WEBHOOK = UUID("01990000-0000-7000-8000-000000000002")
_PIX_UNTIL = datetime(2099, 12, 20, 15, tzinfo=UTC)
HEADERS = '{"host":"127.0.0.1:8000","user-agent":"axios/1.7","content-type":"application/json","x-webhook-source":"x"}'


class BareWriter:
    """Copies bodies into both tables, one transaction a batch. One connection; reads of a body only what rows need."""

    def __init__(self, connection: asyncpg.Connection[asyncpg.Record]) -> None:
        self._connection = connection
        self._ids = IdMaker()

    async def write(self, bodies: list[bytes]) -> list[UUID]:
        """Return the events' ids after the COMMIT."""
        now_ms = time.time_ns() // 1_000_000
        deliveries, events, ids = [], [], []
        for body in bodies:
            id_ = self._ids.make_uuid(now_ms)
            moment = id_time(id_)
            ids.append(id_)
            deliveries.append(
                (id_, _COMPANY, moment, _WEBHOOK, id_, False, "unsigned", "application/json", HEADERS, body)
            )
            events.append(_event_row(id_, moment, body))
        async with self._connection.transaction():
            copy = self._connection.copy_records_to_table
            await copy("bare_deliveries", records=deliveries, columns=_DELIVERY_COLUMNS)
            await copy("bare_events", records=events, columns=_EVENT_COLUMNS)
        return ids


def _event_row(id_: UUID, moment: datetime, body: bytes) -> tuple[object, ...]:
    told = orjson.loads(body)
    buyer = told["customer"]
    return (
        id_, _COMPANY, moment, _WEBHOOK, id_, 0, "grapfy", told["eventType"], told["eventId"], told["orderId"],
        "processed", buyer["name"], "+55" + buyer["phoneNumber"], buyer["email"], buyer["document"],
        told["product"]["name"], told["plan"]["name"], 9700, told["qrCode"], _PIX_UNTIL, "pix", moment, "unsigned",
        body.decode(),
    )  # fmt: skip


async def make_tables(database_url: str) -> None:
    """Make both tables anew, with the columns, indexes and storage parameters of this commit's real ones."""
    await migrate(database_url)
    connection = await connect(database_url)
    try:
        await connection.execute(_TABLES)
    finally:
        await connection.close()


async def connect(database_url: str) -> asyncpg.Connection[asyncpg.Record]:
    """Open a connection as the instance's shards do."""
    return await asyncpg.connect(database_url, server_settings={"application_name": "bench", "jit": "off"})
