"""What is erased when it is old enough: by company in bounded steps, by month for the whole installation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import orjson

from engine.retention import NAMES, NOTICES_KEPT_DAYS
from engine.rule_schema import MAX_PER_HOURS
from storage.pool import Connection, Pool
from storage.queries import query
from storage.searching import Row, fetch_one, fetch_rows

# Tables by month, and which age they follow.
PARTITIONED = {
    "incoming_events": "events_days",
    "deliveries": "events_days",
    "meta_deliveries": "events_days",
    "messages": "messages_days",
    "message_attempts": "messages_days",
}
# Small rows without an index by time, and what tells their age. A key is known for as long as its event is kept.
BY_BLOCK = {
    "event_keys": "masteria_id_time(event_id)",
    "event_aliases": "masteria_id_time(id)",
    "idempotency_keys": "created_at",
    "door_refusals": "last_at",
    "message_reached": "masteria_id_time(message_id)",
    "notifications": "created_at",
    "alert_changes": "created_at",
    "audit_log": "created_at",
    "ai_turns": "masteria_id_time(event_id)",
}


class Ended(NamedTuple):
    """Rows that go once they have ended and are old enough.

    Attributes:
        table: of which ``t`` is a row.
        age: which of the company's ages holds, or the days for every company.
        time: what tells a row's age.
        ended: what else must be so; ``kept.since`` is the end of what is kept.
    """

    table: str
    age: str | int
    time: str
    ended: str


# A look-up row by row, behind the age: as an anti-join it might read all events.
_EVENT_GONE = (
    "(SELECT true FROM incoming_events e WHERE e.id = t.event_id AND e.created_at = masteria_id_time(t.event_id) "
    "AND e.created_at < kept.since LIMIT 1) IS NULL"
)
# In this order, behind the campaigns' recipients: these name letters.
BY_END = (
    Ended("rule_cases", "events_days", "masteria_id_time(t.event_id)", f"t.state <> 'running' AND {_EVENT_GONE}"),
    Ended("event_replays", "events_days", "masteria_id_time(t.event_id)", _EVENT_GONE),
    Ended("message_caps", "events_days", "t.used_at", "true"),
    Ended(
        "pix_orders",
        "events_days",
        "greatest(t.seen_at, t.generated_at, t.expires_at, t.approved_at)",
        "(SELECT true FROM rule_cases k WHERE k.company_id = t.company_id AND k.order_id = t.order_id "
        "AND k.state = 'running' AND t.seen_at < kept.since LIMIT 1) IS NULL",
    ),
    Ended(
        "rule_person_uses",
        MAX_PER_HOURS // 24 + 1,
        "coalesce((SELECT max(u) FROM unnest(t.used) AS u), '-infinity')",
        "true",
    ),
    Ended("conversations", "events_days", "t.last_at", "true"),  # with their notes
    Ended("ai_decisions", "events_days", "masteria_id_time(t.id)", "true"),
    Ended("ai_writings", "events_days", "t.created_at", "true"),
    Ended("dead_letters", "events_days", "t.resolved_at", "t.kind = 'event'"),
    Ended(
        "dead_letters",
        "messages_days",
        "t.resolved_at",
        "t.kind = 'message' AND (SELECT true FROM campaign_recipients r WHERE r.message_id = t.message_id "
        "AND t.resolved_at < kept.since LIMIT 1) IS NULL",
    ),
    Ended(  # those of messages that went with their month; the others' go with them (migration 0028)
        "marked_messages",
        "messages_days",
        "t.created_at",
        "(SELECT true FROM messages m WHERE m.id = t.message_id AND m.created_at = t.created_at "
        "AND t.created_at < kept.since LIMIT 1) IS NULL",
    ),
    Ended(
        "history_sync_runs",
        NOTICES_KEPT_DAYS,
        "t.updated_at",
        "NOT EXISTS (SELECT FROM jobs j WHERE j.id = t.job_id AND j.finished_at IS NULL)",
    ),
)
_RECIPIENTS_AT_ONCE = 5_000


class Ages(NamedTuple):
    """A company's own days and the installation's."""

    company: dict[str, Any]
    installation: dict[str, Any]


class Erased(NamedTuple):
    """What a step erased, how many rows it looked at, and the last of them."""

    done: int
    seen: int
    at: datetime | None
    id: UUID | None


async def get_ages(executor: Pool | Connection, company_id: UUID) -> Ages | None:
    """Return a company's ages, None if there is no such company."""
    row = await fetch_one(executor, "retention/get_retention", company_id)
    return None if row is None else Ages(orjson.loads(row["retention"]), orjson.loads(row["installation"]))


async def set_ages(executor: Pool | Connection, company_id: UUID, ages: Mapping[str, Any]) -> None:
    """Keep a company's ages."""
    await executor.execute(query("retention/set_retention"), company_id, orjson.dumps(dict(ages)).decode())


async def installation_ages(pool: Pool) -> dict[str, Any]:
    """Return the installation's days, and whether months are archived (``archive``)."""
    value = await pool.fetchval(query("retention/get_installation"))
    return {} if value is None else dict(orjson.loads(value))


async def set_installation_ages(pool: Pool, ages: Mapping[str, Any]) -> None:
    """Keep the installation's days."""
    await pool.execute(query("retention/set_installation"), orjson.dumps(dict(ages)).decode())


async def all_ages(pool: Pool) -> dict[UUID, dict[str, Any]]:
    """Return every company's own ages."""
    return {row[0]: orjson.loads(row[1]) for row in await pool.fetch(query("retention/list_retention"))}


async def blank_payloads(
    connection: Connection, company_id: UUID, after: tuple[datetime, UUID], before: datetime, most: int
) -> Erased:
    """Blank the payloads of a company's next events after a place."""
    row = await connection.fetchrow(query("retention/blank_payloads"), company_id, *after, before, most)
    return Erased(0, 0, None, None) if row is None else Erased(row["done"], row["seen"], row["at"], row["id"])


async def blank_bytes(
    connection: Connection, company_id: UUID, webhook_id: UUID, after: datetime, before: datetime, most: int
) -> Erased:
    """Blank bytes and headers of a webhook's next deliveries after a time."""
    row = await connection.fetchrow(query("retention/blank_bytes"), company_id, webhook_id, after, before, most)
    return Erased(0, 0, None, None) if row is None else Erased(row["done"], row["seen"], row["at"], None)


async def delete_events(connection: Connection, company_id: UUID, before: datetime, most: int) -> int:
    """Delete a company's oldest events before a time; the counters keep what they counted."""
    return int(await connection.fetchval(query("retention/delete_events"), company_id, before, most))


async def delete_messages(connection: Connection, company_id: UUID, before: datetime, most: int) -> int:
    """Delete a company's oldest messages before a time that wait for nothing any more, with their attempts."""
    return int(await connection.fetchval(query("retention/delete_messages"), company_id, before, most))


async def list_webhooks(pool: Pool, company_id: UUID) -> list[UUID]:
    """Return the ids of a company's webhooks, deleted ones too, in order."""
    return [row[0] for row in await pool.fetch(query("retention/list_webhooks"), company_id)]


async def count_old(pool: Pool, company_id: UUID, before: Mapping[str, datetime | None]) -> dict[str, int]:
    """Return how many events, messages, payloads and deliveries are older than each age, by the sums of whole days."""
    long_ago = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    times = {name: before[name] or long_ago for name in NAMES}
    row = await pool.fetchrow(
        query("retention/count_events"),
        company_id,
        times["events_days"],
        times["messages_days"],
        times["payload_days"],
        times["raw_days"],
    )
    oldest = await fetch_one(pool, "retention/oldest", company_id)
    if row is None or oldest is None:
        return dict.fromkeys(NAMES, 0)
    counts = {
        "events_days": row["events"],
        "messages_days": row["messages"],
        "payload_days": row["payloads"],
        "raw_days": row["deliveries"],
    }
    for name in NAMES:
        first = oldest["message" if name == "messages_days" else "event"]
        if first is None or first >= times[name]:  # erased already: the counters remember, the rows are gone
            counts[name] = 0
    return counts


async def list_partitions(pool: Pool, parent: str) -> list[str]:
    """Return the names of a table's partitions."""
    return [row[0] for row in await pool.fetch(query("retention/list_partitions"), parent)]


async def waits_before(pool: Pool, moment: datetime) -> bool:
    """Tell whether a message that was made before a time still waits for something."""
    return bool(await pool.fetchval(query("retention/waiting_in"), moment))


async def drop_partition(connection: Connection, parent: str, partition: str) -> None:
    """Take a month away as a whole; raises LockNotAvailableError rather than have writers wait behind it.

    Args:
        connection: in no transaction.
        parent: one of PARTITIONED.
        partition: as :func:`list_partitions` names it.
    """
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '500ms'")
        name = await connection.fetchval("SELECT format('%I', $1::text)", partition)
        await connection.execute(f"ALTER TABLE {parent} DETACH PARTITION {name}")
        await connection.execute(f"DROP TABLE {name}")


async def delete_by_block(pool: Pool, table: str, block: int, before: datetime) -> int:
    """Delete old rows of a table of BY_BLOCK out of 500 pages; return how many."""
    text = query("retention/delete_by_block").replace("/*table*/", table).replace("/*time*/", BY_BLOCK[table])
    return int((await pool.execute(text, block, before)).split()[-1])


async def delete_ended(pool: Pool, kind: Ended, block: int, since: Mapping[UUID, datetime]) -> int:
    """Delete rows of a kind of BY_END, each older than its company keeps it, out of 500 pages; return how many."""
    text = query("retention/delete_ended").replace("/*table*/", kind.table)
    text = text.replace("/*time*/", kind.time).replace("/*ended*/", kind.ended)
    return int((await pool.execute(text, block, list(since), list(since.values()))).split()[-1])


async def delete_recipients(pool: Pool, since: Mapping[UUID, datetime]) -> int:
    """Delete recipients of one campaign that ended before its company's time; return how many (0: there are none)."""
    status = await pool.execute(
        query("retention/delete_recipients"), list(since), list(since.values()), _RECIPIENTS_AT_ONCE
    )
    return int(status.split()[-1])


async def count_blocks(pool: Pool, table: str) -> int:
    """Return how many pages a table of BY_BLOCK or BY_END has."""
    return int(await pool.fetchval("SELECT pg_relation_size(to_regclass($1)) / 8192", table))


async def add_archive(
    connection: Pool | Connection, partition: str, file: str, rows: int, size: int, now: datetime
) -> None:
    """Note a partition that was written to a file."""
    await connection.execute(query("retention/add_archive"), partition, file, rows, size, now)


async def list_archives(pool: Pool) -> Sequence[Row]:
    """Return the archived partitions, newest first."""
    return await fetch_rows(pool, "retention/list_archives")


LockNotAvailable = asyncpg.LockNotAvailableError
