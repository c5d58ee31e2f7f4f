"""Seeded rows are what the system itself would have stored: ids that tell their time, payloads that can be found."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import orjson

from bench.seeding import seed_rows
from storage.pool import Pool

_COMPANY = UUID("01990000-0000-7000-8000-0000000000aa")
_SESSION = UUID("01990000-0000-7000-8000-0000000000bb")


async def test_seeded_events_and_messages_are_whole(database_url: str, pool: Pool) -> None:
    heard: list[int] = []
    seeded = await seed_rows(database_url, _COMPANY, _SESSION, 40, "0badcafe", heard.append)
    assert heard == [20, 40]

    rows = await pool.fetch(
        "SELECT *, masteria_id_time(id) AS told FROM incoming_events WHERE company_id = $1 ORDER BY created_at",
        _COMPANY,
    )
    assert len(rows) == 36  # every tenth belongs to a stranger
    assert all(row["created_at"] == row["told"] for row in rows)
    assert rows[-1]["created_at"] < datetime.now(UTC)

    number = seeded.sample(1, 3)[0]
    [row] = [row for row in rows if row["id"] == seeded.event_id(number)]
    payload = orjson.loads(row["payload"])
    assert row["order_id"] == payload["orderId"] == seeded.order_id(number)
    assert row["event_type"] == payload["eventType"]
    assert row["customer_phone"] == "+55" + payload["customer"]["phoneNumber"]

    raw = await pool.fetchval("SELECT raw_body FROM deliveries WHERE id = $1", row["delivery_id"])
    assert orjson.loads(raw) == payload
    message = await pool.fetchrow("SELECT *, masteria_id_time(id) AS told FROM messages WHERE event_id = $1", row["id"])
    assert message is not None
    assert message["created_at"] == message["told"]
    assert message["to_phone"] == row["customer_phone"]


async def test_the_roll_ups_tell_the_same_counts(database_url: str, pool: Pool) -> None:
    await seed_rows(database_url, _COMPANY, _SESSION, 40, "0badcafe", lambda _: None)
    minutes = await pool.fetchval(
        "SELECT sum(value) FROM metric_minutes WHERE company_id = $1 AND kind = 'event'", _COMPANY
    )
    days = await pool.fetchval(
        "SELECT sum(value) FROM metric_periods WHERE company_id = $1 AND kind = 'event' AND step_s = 86400", _COMPANY
    )
    assert minutes == days == 36
