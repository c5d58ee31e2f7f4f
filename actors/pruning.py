"""Months that nobody keeps are archived and dropped, keys and other small rows go with them. A worker's loop."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from actors.jobs.tools import JobTools
from engine.ids import ms_to_time
from engine.retention import (
    AUDIT_KEPT_DAYS,
    KEYS_KEPT_DAYS,
    NOTICES_KEPT_DAYS,
    TURNS_KEPT_DAYS,
    cutoff,
    droppable,
    effective,
    longest,
)
from storage.pool import Pool
from storage.queries import query
from storage.retention import (
    BY_BLOCK,
    BY_END,
    PARTITIONED,
    LockNotAvailable,
    add_archive,
    all_ages,
    count_blocks,
    delete_by_block,
    delete_ended,
    delete_recipients,
    drop_partition,
    installation_ages,
    list_partitions,
    waits_before,
)

log = logging.getLogger(__name__)
_ROWS = 1_000
_LOCK = 0x6D617374_72657465  # one worker of the installation at a time
_KEPT = {
    "notifications": NOTICES_KEPT_DAYS,
    "alert_changes": NOTICES_KEPT_DAYS,
    "audit_log": AUDIT_KEPT_DAYS,
    "idempotency_keys": KEYS_KEPT_DAYS,
    "ai_turns": TURNS_KEPT_DAYS,
}


class Pruning:
    """Looks once an hour for what has become old enough."""

    def __init__(self, tools: JobTools) -> None:
        self._tools = tools

    async def run_once(self) -> None:
        async with self._tools.pool.acquire() as connection:
            if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
                return
            try:
                await prune(self._tools.pool, Path(self._tools.settings.data_dir), ms_to_time(self._tools.now_ms()))
            finally:
                await connection.execute("SELECT pg_advisory_unlock($1)", _LOCK)


async def prune(pool: Pool, data_dir: Path, now: datetime) -> list[str]:
    """Drop the months that are older than every company and the installation keep them; return their names."""
    installation = await installation_ages(pool)
    companies = await all_ages(pool)
    dropped: list[str] = []
    kept: dict[str, int | None] = {}
    for name in ("events_days", "messages_days"):
        own = longest(company.get(name) for company in companies.values())
        limits = [days for days in (own, installation.get(name)) if days is not None]
        kept[name] = min(limits, default=None)
    for parent, name in PARTITIONED.items():
        for partition in droppable(await list_partitions(pool, parent), parent, now, kept[name]):
            if name == "messages_days" and await waits_before(pool, now - timedelta(days=kept[name] or 0)):
                continue
            if await _drop(pool, parent, partition, data_dir if installation.get("archive") else None, now):
                dropped.append(partition)
    await _prune_small(pool, kept["events_days"], now)
    await _prune_ended(pool, {company: effective(own, installation) for company, own in companies.items()}, now)
    return dropped


async def _drop(pool: Pool, parent: str, partition: str, archive_to: Path | None, now: datetime) -> bool:
    if archive_to is not None:
        await archive(pool, partition, archive_to, now)
    async with pool.acquire() as connection:
        try:
            await drop_partition(connection, parent, partition)
        except LockNotAvailable:
            log.info("%s is in use: dropped another time", partition, extra={"action": "drop_partition"})
            return False
    log.info("%s is dropped", partition, extra={"action": "drop_partition"})
    return True


async def archive(pool: Pool, partition: str, data_dir: Path, now: datetime) -> Path:
    """Write a partition to ``archives/<name>.jsonl.gz``: whole under its name, or not at all."""
    folder = data_dir / "archives"
    await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True, exist_ok=True)
    file, part = folder / f"{partition}.jsonl.gz", folder / f"{partition}.jsonl.gz.part"
    rows = 0
    writer = await asyncio.to_thread(gzip.open, part, "wb", 6)
    try:
        async with pool.acquire() as connection, connection.transaction(readonly=True):
            name = await connection.fetchval("SELECT format('%I', $1::text)", partition)
            cursor = await connection.cursor(query("retention/read_partition").replace("/*partition*/", name))
            while found := await cursor.fetch(_ROWS):
                await asyncio.to_thread(writer.write, b"".join(row[0].encode() + b"\n" for row in found))
                rows += len(found)
    finally:
        await asyncio.to_thread(writer.close)
    await asyncio.to_thread(part.chmod, 0o600)
    size = await asyncio.to_thread(lambda: part.stat().st_size)
    await asyncio.to_thread(part.replace, file)
    await add_archive(pool, partition, str(file.relative_to(data_dir)), rows, size, now)
    return file


async def _prune_small(pool: Pool, events_days: int | None, now: datetime) -> None:
    """Keys are kept for as long as their events: history that is synced again finds them, however old."""
    for table in BY_BLOCK:
        days = _KEPT.get(table, None if events_days is None else max(events_days, KEYS_KEPT_DAYS))
        if days is None:
            continue
        for block in range(0, await count_blocks(pool, table), 500):
            await delete_by_block(pool, table, block, now - timedelta(days=days))


async def _prune_ended(pool: Pool, days: Mapping[UUID, Mapping[str, int | None]], now: datetime) -> None:
    """What came of events and messages goes after them, once it has ended: recipients first, letters wait for them."""
    if since := _since(days, "messages_days", now):
        while await delete_recipients(pool, since):
            pass
    for kind in BY_END:
        if since := _since(days, kind.age, now):
            for block in range(0, await count_blocks(pool, kind.table), 500):
                await delete_ended(pool, kind, block, since)


def _since(days: Mapping[UUID, Mapping[str, int | None]], age: str | int, now: datetime) -> dict[UUID, datetime]:
    """Return since when each company keeps things of an age; without those that keep them for ever."""
    limits = {company: age if isinstance(age, int) else own[age] for company, own in days.items()}
    return {company: since for company, limit in limits.items() if (since := cutoff(now, limit)) is not None}
