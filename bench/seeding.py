"""Fills an instance's database with events and messages of past days, by SQL: a million in minutes, not in hours."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from bench.bare_tables import connect
from bench.grapfy import GrapfyBody

_DAYS = 10
_AGE = timedelta(hours=36)  # the newest seeded row: not today's in any time zone
_STEP = 10_000
_TYPES = ("pix_created", "order_approved", "checkout_abandoned", "order_refunded")
_STRANGER_EVERY = 10  # every tenth row belongs to another company
_TEXT = "Olá, Cliente! Seu PIX de R$ 97,00: 00020126580014br.gov.bcb.pix0136123e4567-e12b-12d1-a456-4266554400005204"
_HEADERS = (
    '{"host":"127.0.0.1:8000","user-agent":"axios/1.7","content-type":"application/json","content-length":"1617",'
    '"x-webhook-source":"loja-0"}'
)
# A UUIDv7 of a millisecond and a row number; what = 1 to 4 keeps the ids of the tables apart.
_MAKE_ID = """
CREATE OR REPLACE FUNCTION pg_temp.seeded_id(ms bigint, what int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
RETURN (lpad(to_hex(ms), 12, '0') || '7' || lpad(to_hex(what), 3, '0') || '8' || lpad(to_hex(n), 15, '0'))::uuid
"""
_ROWS = """
CREATE TEMP TABLE seeded ON COMMIT DROP AS
SELECT *, heads[kind] || own || orders[kind] || own || phones[kind] || phone || tails[kind] AS body
FROM (SELECT n, ms, to_timestamp(ms / 1000.0) AS at, pg_temp.seeded_id(ms, 1, n) AS event_id,
             pg_temp.seeded_id(ms, 2, n) AS delivery_id,
             CASE WHEN n % $4 = 0 THEN $2::uuid ELSE $1::uuid END AS company_id,
             1 + n % 4 AS kind,
             CASE WHEN n % 20000 = 7 THEN 'chargeback' ELSE ($3::text[])[1 + n % 4] END AS event_type,
             CASE WHEN n % 20000 = 7 THEN 'failed' WHEN n % 50000 = 9 THEN 'uncertain' ELSE 'read' END AS status,
             CASE WHEN n % 10 = 3 THEN $14::uuid ELSE $15::uuid END AS rule_id,
             CASE WHEN n % 100 = 5 THEN $16::uuid END AS campaign_id,
             lpad(to_hex(n), 12, '0') AS own, $5::text || lpad(to_hex(n), 12, '0') AS own_id,
             '119' || lpad(n::text, 8, '0') AS phone
      FROM (SELECT n, $6::bigint + floor(n * $7::float8 + 0.5)::bigint AS ms
            FROM generate_series($8::bigint, $9::bigint) AS n) AS numbered) AS made,
     (SELECT $10::text[] AS heads, $11::text[] AS orders, $12::text[] AS phones, $13::text[] AS tails) AS pieces
"""
_EVENTS = """
INSERT INTO incoming_events (id, company_id, created_at, webhook_id, delivery_id, position, source, event_type,
    external_id, order_id, state, customer_name, customer_phone, customer_email, customer_document, product_name,
    plan_name, order_value_cents, pix_code, pix_expires_at, payment_method, occurred_at, signature, runs, payload)
SELECT event_id, company_id, at, $1, delivery_id, 0, 'loja-0', event_type, own_id, own_id, 'processed',
    'Cliente Exemplo', '+55' || phone, 'cliente@exemplo.test', '00000000000', 'Produto Exemplo', 'Plano Exemplo',
    9700, body::jsonb->>'qrCode', '2099-12-20T15:00:00Z', 'pix', at, 'valid', '[]', body::jsonb
FROM seeded ORDER BY n
"""
_DELIVERIES = """
INSERT INTO deliveries (id, company_id, created_at, webhook_id, event_id, duplicate, signature, content_type, headers,
    raw_body)
SELECT delivery_id, company_id, at, $1, event_id, false, 'valid', 'application/json', $2::text::jsonb,
    convert_to(body, 'UTF8')
FROM seeded ORDER BY n
"""
_KEYS = """
INSERT INTO event_keys (key, company_id, event_id)
SELECT md5(own_id)::uuid, company_id, event_id FROM seeded ON CONFLICT DO NOTHING
"""
_MESSAGES = """
INSERT INTO messages (id, company_id, created_at, event_id, rule_id, campaign_id, session_id, to_phone,
    order_id, lane, type, text, template_name, template_language, category, status, attempt, provider_id, timeline,
    updated_at)
SELECT pg_temp.seeded_id(ms + 20, 3, n), company_id, to_timestamp((ms + 20) / 1000.0), event_id, rule_id,
    campaign_id, $1, '+55' || phone,
    own_id, 'transactional', 'template', $2::text, 'pix_bench', 'pt_BR', 'utility', status, 1,
    'wamid.HBgN' || md5(own_id),
    jsonb_build_array(
        jsonb_build_object('status', 'accepted', 'at', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'attempt', 1),
        jsonb_build_object('status', 'delivered', 'at', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
        jsonb_build_object('status', 'read', 'at', to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))),
    at
FROM seeded ORDER BY n
"""
# The roll-ups as metrics/roll_up.sql would have made them.
_MINUTES = """
INSERT INTO metric_minutes AS m (company_id, minute, kind, key, session_id, value)
SELECT company_id, date_trunc('minute', at), told.what, told.key, told.session, count(*)
FROM seeded, LATERAL (VALUES ('event', event_type, $1::uuid), ('state', 'processed', $1::uuid),
                             ('source', 'loja-0', $1::uuid), ('webhook', 'accepted', $3::uuid),
                             ('message', status, $2::uuid), ('count', 'accepted', $2::uuid),
                             ('rule', status, rule_id), ('campaign', status, campaign_id),
                             ('latency', (20 + n % 20)::text, $2::uuid)) AS told (what, key, session)
WHERE told.session IS NOT NULL
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (company_id, minute, kind, key, session_id) DO UPDATE SET value = m.value + excluded.value
"""
_PERIODS = """
INSERT INTO metric_periods AS p (company_id, step_s, start, kind, key, session_id, value)
SELECT company_id, step_s,
       CASE step_s WHEN 0 THEN 'epoch'::timestamptz
                   ELSE to_timestamp(floor(extract(epoch FROM minute) / step_s) * step_s) END,
       kind, key, session_id, sum(value)
FROM metric_minutes CROSS JOIN unnest(ARRAY[0, 3600, 86400]) AS step_s
WHERE minute < $1
GROUP BY 1, 2, 3, 4, 5, 6
ON CONFLICT (company_id, step_s, start, kind, key, session_id) DO UPDATE SET value = p.value + excluded.value
"""
_NIL = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Seed:
    """What was seeded, so that queries can ask for it."""

    rows: int
    first_ms: int
    step_ms: float
    run: str
    session_id: UUID

    @property
    def webhook_id(self) -> UUID:
        """Return the webhook that all events came by."""
        return UUID(int=self.session_id.int ^ 1)

    def event_id(self, number: int) -> UUID:
        """Return the id of a seeded event (``number`` from 1; multiples of ten are another company's)."""
        ms = self.first_ms + int(number * self.step_ms + 0.5)
        return UUID(f"{ms:012x}7001" + f"8{number:015x}")

    @property
    def rare_rule_id(self) -> UUID:
        """Return the rule that a tenth of the messages is of."""
        return UUID(f"{self.first_ms:012x}7005" + f"8{5:015x}")

    @property
    def campaign_id(self) -> UUID:
        """Return the campaign that a hundredth of the messages is of."""
        return UUID(f"{self.first_ms:012x}7006" + f"8{6:015x}")

    def phone(self, number: int) -> str:
        """Return the phone of a seeded event's person."""
        return f"+55119{number:08d}"

    def order_id(self, number: int) -> str:
        """Return the order id of a seeded event."""
        return GrapfyBody(self.run).event_id_prefix + f"{number:012x}"

    def sample(self, count: int, seed: int) -> list[int]:
        """Return numbers of the company's own events, spread over all days."""
        choice = random.Random(seed)
        picked = (choice.randrange(1, self.rows + 1) for _ in range(count * 2))
        return [number for number in picked if number % _STRANGER_EVERY][:count]


async def seed_rows(
    database_url: str, company_id: UUID, session_id: UUID, rows: int, run: str, told: Callable[[int], None]
) -> Seed:
    """Seed so many events and as many messages over ten days that ended 36 hours ago, then VACUUM ANALYZE.

    Two connections write half of the days each.

    Args:
        database_url: the instance's Postgres.
        company_id: owns nine of ten rows.
        session_id: a session of that company; stands in the messages.
        rows: events, and messages.
        run: 8 hex digits that begin the order ids.
        told: hears after every part how many rows there are.
    """
    end = datetime.now(UTC) - _AGE
    begin_ms = int((end - timedelta(days=_DAYS)).timestamp() * 1000)
    seed = Seed(rows, begin_ms, round(_DAYS * 86_400_000 / rows, 6), run, session_id)
    connection = await connect(database_url)
    try:
        for day in (end - timedelta(days=_DAYS), end):
            await connection.execute("SELECT masteria_make_partitions($1)", day.date())
        done = 0

        def hear(more: int) -> None:
            nonlocal done
            done += more
            told(done)

        ids = (company_id, UUID(int=company_id.int ^ 1), session_id, UUID(int=session_id.int ^ 1))
        half = rows // 2
        async with asyncio.TaskGroup() as writers:
            for first, last in ((1, half), (half + 1, rows)):
                writers.create_task(_write(database_url, seed, ids, first, last, hear))
        await connection.execute(_PERIODS, end + timedelta(minutes=2))
        # What is seeded is counted by all that it can be found by (storage/clues.py).
        await connection.execute("UPDATE installation SET value = '[1]' WHERE key = 'numbers_since'")
        for table in ("incoming_events", "messages", "deliveries", "event_keys", "metric_minutes", "metric_periods"):
            await connection.execute(f"VACUUM (ANALYZE) {table}", timeout=1800)
    finally:
        await connection.close()
    return seed


async def _write(
    database_url: str,
    seed: Seed,
    ids: tuple[UUID, UUID, UUID, UUID],
    first: int,
    last: int,
    told: Callable[[int], None],
) -> None:
    """Seed the rows from ``first`` to ``last`` over a connection of its own."""
    connection = await connect(database_url)
    try:
        await connection.execute(_MAKE_ID)
        for begin in range(first, last + 1, _STEP):
            end = min(last, begin + _STEP - 1)
            async with connection.transaction():
                await _part(connection, seed, ids, begin, end)
            told(end - begin + 1)
    finally:
        await connection.close()


async def _part(
    connection: asyncpg.Connection[asyncpg.Record],
    seed: Seed,
    ids: tuple[UUID, UUID, UUID, UUID],
    first: int,
    last: int,
) -> None:
    company_id, stranger, session_id, webhook = ids
    bodies = [GrapfyBody(seed.run, event_type).parts() for event_type in _TYPES]
    columns = [[parts[index].decode() for parts in bodies] for index in range(4)]
    prefix = GrapfyBody(seed.run).event_id_prefix
    numbers = (_STRANGER_EVERY, prefix, seed.first_ms, seed.step_ms, first, last)
    rules = (seed.rare_rule_id, UUID(int=company_id.int ^ 3), seed.campaign_id)
    await connection.execute(_ROWS, company_id, stranger, list(_TYPES), *numbers, *columns, *rules)
    await connection.execute(_EVENTS, webhook)
    await connection.execute(_DELIVERIES, webhook, _HEADERS)
    await connection.execute(_KEYS)
    await connection.execute(_MESSAGES, session_id, _TEXT)
    await connection.execute(_MINUTES, _NIL, session_id, webhook)


def seed(database_url: str, company_id: str, session_id: str, rows: int, run: str, told: Callable[[str], None]) -> Seed:
    """Do :func:`seed_rows` from ordinary code, and say how far it is every five seconds."""
    said = time.monotonic()

    def hear(done: int) -> None:
        nonlocal said
        if time.monotonic() - said > 5 or done == rows:
            said = time.monotonic()
            told(f"{done:,} of {rows:,} events and messages stored")

    return asyncio.run(seed_rows(database_url, UUID(company_id), UUID(session_id), rows, run, hear))
