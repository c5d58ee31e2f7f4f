"""Rows for tests: single events and messages, and large seeded tables made by SQL alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

from engine.ids import IdMaker, id_time, time_to_ms
from storage.message_rows import MessageRow, create_messages
from storage.pool import Connection, Pool


def new_id(moment: datetime) -> UUID:
    """Return an id made at a time, in any order of times (one maker's ids never go backwards)."""
    return IdMaker().make_uuid(time_to_ms(moment))


async def add_event(
    pool: Pool, company_id: UUID, moment: datetime, *, body: bytes | None = None, **columns: Any
) -> UUID:
    """Store one event with its delivery; return its id."""
    event_id = new_id(moment)
    delivery_id = new_id(moment)
    row = {
        "id": event_id,
        "company_id": company_id,
        "created_at": id_time(event_id),
        "webhook_id": new_id(moment),
        "delivery_id": delivery_id,
        "position": 0,
        "source": "grapfy",
        "event_type": "pix_created",
        "state": "processed",
        "occurred_at": moment,
        "signature": "unsigned",
        "payload": "{}",
        **columns,
    }
    delivery = {
        "id": delivery_id,
        "company_id": company_id,
        "created_at": id_time(delivery_id),
        "webhook_id": row["webhook_id"],
        "event_id": event_id,
        "duplicate": False,
        "signature": "unsigned",
        "content_type": "application/json",
        "headers": '{"content-type":"application/json"}',
        "raw_body": body if body is not None else str(row["payload"]).encode(),
    }
    await pool.copy_records_to_table("incoming_events", records=[list(row.values())], columns=list(row))
    await pool.copy_records_to_table("deliveries", records=[list(delivery.values())], columns=list(delivery))
    return event_id


async def add_session(pool: Pool, company_id: UUID, moment: datetime, **columns: Any) -> UUID:
    """Store one session; return its id."""
    session_id = new_id(moment)
    await pool.execute(
        "INSERT INTO sessions (id, company_id, name, transport, phone_number_id, state, created_at) "
        "VALUES ($1, $2, 'Vendas', $3, $4, 'active', $5)",
        session_id,
        company_id,
        columns.get("transport", "simulator"),
        columns.get("phone_number_id", str(session_id.int % 10**15)),
        id_time(session_id),
    )
    return session_id


async def add_message(pool: Pool, company_id: UUID, session_id: UUID, moment: datetime, **columns: Any) -> UUID:
    """Store one message, queued unless the columns say otherwise; return its id."""
    message_id = new_id(moment)
    created_at = id_time(message_id)
    first = [
        {"status": columns.get("status", "queued"), "at": "2026-01-01T00:00:00.000Z", "reason": None, "attempt": 0}
    ]
    values: dict[str, Any] = {
        **dict.fromkeys(MessageRow._fields),
        "id": message_id,
        "company_id": company_id,
        "created_at": created_at,
        "session_id": session_id,
        "to_phone": "+5511900000000",
        "lane": "transactional",
        "type": "text",
        "text": "Olá",
        "status": "queued",
        "attempt": 0,
        "timeline": orjson.dumps(first).decode(),
        "updated_at": created_at,
        "due_at": created_at,
        "look_at": created_at,
        **columns,
    }
    async with pool.acquire() as connection, connection.transaction():
        await create_messages(connection, [MessageRow(**values)])
    return message_id


async def seed_events(connection: Connection, company_id: UUID, count: int, last: datetime) -> None:
    """Store many events, one every 100 ms up to a time: 3 in 4 are of one type, each order has two, names are few."""
    await connection.execute(_SEED_EVENTS, company_id, count, last)
    await connection.execute("ANALYZE incoming_events")


async def seed_messages(connection: Connection, company_id: UUID, session_id: UUID, count: int, last: datetime) -> None:
    """Store many delivered messages, one every 100 ms up to a time, each of the event of that place."""
    await connection.execute(_SEED_MESSAGES, company_id, session_id, count, last)
    await connection.execute("ANALYZE messages")


_ID = """
    (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(n & 4095), 3, '0')
        || 'b' || substr(md5({salt} || n), 1, 15))::uuid
"""
_SEED_EVENTS = f"""
INSERT INTO incoming_events (id, company_id, created_at, webhook_id, delivery_id, position, source, event_type,
    external_id, order_id, state, customer_name, customer_phone, order_value_cents, payment_method, occurred_at,
    signature, runs, payload)
SELECT {_ID.format(salt="'e'")}, $1, date_trunc('milliseconds', moment), $1, {_ID.format(salt="'d'")}, 0, 'grapfy',
    CASE WHEN n % 4 = 0 THEN 'order_approved' ELSE 'pix_created' END,
    'ext-' || n, 'order-' || n / 2, CASE WHEN n % 1000 = 7 THEN 'unparsed' ELSE 'processed' END,
    'Cliente ' || n % 100, '+55119' || lpad((n % 50000)::text, 8, '0'), 9700, 'pix', moment, 'unsigned', '[]',
    jsonb_build_object('eventId', 'ext-' || n, 'orderId', 'order-' || n / 2, 'status', 'pending', 'total', 97,
        'eventType', CASE WHEN n % 4 = 0 THEN 'order_approved' ELSE 'pix_created' END,
        'customer', jsonb_build_object('name', 'Cliente ' || n % 100, 'email', 'c' || n || '@exemplo.test'),
        'filling', repeat(md5(n::text), 30))
FROM (SELECT n, $3::timestamptz - ($2 - n) * interval '100 milliseconds' AS moment FROM generate_series(1, $2) n) AS s
"""
_SEED_MESSAGES = f"""
INSERT INTO messages (id, company_id, created_at, event_id, session_id, to_phone, lane, type, text, status, attempt,
    provider_id, timeline, updated_at)
SELECT {_ID.format(salt="'m'")}, $1, date_trunc('milliseconds', moment), {_ID.format(salt="'e'")}, $2,
    '+55119' || lpad((n % 50000)::text, 8, '0'), 'transactional', 'text', repeat('Olá ', 60),
    CASE WHEN n % 500 = 3 THEN 'failed' ELSE 'delivered' END, 1, 'wamid.' || n,
    '[{{"status":"accepted","at":"2026-01-01T00:00:00.000Z","reason":null,"attempt":1}}]', moment
FROM (SELECT n, $4::timestamptz - ($3 - n) * interval '100 milliseconds' AS moment FROM generate_series(1, $3) n) AS s
"""


async def add_outgoing_webhook(pool: Pool, company_id: UUID, event_types: Sequence[str]) -> UUID:
    """Store an active outgoing webhook at an address that nobody calls."""
    webhook_id = new_id(datetime.now(UTC))
    await pool.execute(
        "INSERT INTO outgoing_webhooks (id, company_id, name, url, event_types, secrets_sealed, created_at, updated_at)"
        " VALUES ($1, $2, 'ERP', 'https://erp.example.com', $3, 'x', now(), now())",
        webhook_id,
        company_id,
        list(event_types),
    )
    return webhook_id
