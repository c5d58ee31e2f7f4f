"""Work whose time has come, without Ray: due messages to their senders, the uncertain decided, sessions resumed."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import orjson

from actors.recorder import Changes
from engine.errors import MasteriaError
from engine.ids import IdMaker, ms_to_time
from engine.metrics import Delta
from engine.schedules import next_run
from engine.wire import pack
from engine.zones import zone_named
from storage.due import Decided, Due, claim_due, decide_uncertain, next_due_s
from storage.message_changes import Transition, born
from storage.message_rows import hand_over
from storage.outgoing_watch import refresh_watch
from storage.partitions import make_partitions
from storage.pool import Connection, Pool
from storage.schedules import Due as DueSchedule
from storage.schedules import make_due_jobs
from storage.searching import Row
from storage.sender_sessions import resume_sessions

log = logging.getLogger(__name__)
_PER_TRANSACTION = 500
_PER_CALL = 256
_SCHEDULES = 100
_AGAIN_S = 30.0
_SHORTEST_S, _LONGEST_S = 0.02, 0.25


class Scheduling:
    """Claims rows and hands them on. Two of these at once share the work: every claim skips what the other holds.

    Args:
        changes: this writer's transactions.
        pool: for what changes no message.
        hosts: per sender host, the call that hands messages over.
        announce: tells everybody that a company's sessions have changed.
    """

    def __init__(
        self,
        changes: Changes,
        pool: Pool,
        hosts: Sequence[Callable[[bytes], Awaitable[object]]],
        announce: Callable[[bytes], Awaitable[object]],
    ) -> None:
        self._changes = changes
        self._pool = pool
        self._hosts = hosts
        self._announce = announce
        self._ids = IdMaker()
        self.counters = {"claimed": 0, "sent_again": 0, "resumed": 0, "left_to_sweep": 0, "jobs_made": 0}

    async def hand_over_due(self) -> float:
        """Hand over everything that is due; return the seconds until there is more, at most a quarter of one."""
        while True:
            due = await self._claim()
            self.counters["claimed"] += due.claimed
            await self._hand_over(due.messages)
            if due.claimed < _PER_TRANSACTION:
                break
        async with self._pool.acquire() as connection:
            seconds = await next_due_s(connection)
        return _LONGEST_S if seconds is None else min(_LONGEST_S, max(_SHORTEST_S, seconds))

    async def decide(self) -> None:
        """Decide about uncertain messages whose grace time is over."""
        decided = Decided([], 0)

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            nonlocal decided
            decided = await decide_uncertain(connection, _now(), _PER_TRANSACTION, self._ids.make_uuid)
            return [born(row) for row in decided.retries]

        while True:
            await self._changes.commit(step)
            self.counters["sent_again"] += len(decided.retries)
            await self._hand_over(
                [
                    hand_over(row, None, orjson.loads(row.components or "null"))
                    for row in decided.retries
                    if row.due_at is not None
                ]
            )
            if len(decided.retries) + decided.final < _PER_TRANSACTION:
                return

    async def resume(self) -> None:
        """Let sessions go on whose pause is over."""
        async with self._pool.acquire() as connection:
            resumed = await resume_sessions(connection)
        self.counters["resumed"] += len(resumed)
        for company_id in {company for _, company in resumed}:
            await self._announce(company_id.bytes)

    async def make_jobs(self) -> None:
        """Make the jobs of schedules that are due; one that cannot be planned any more rests for good."""
        while True:
            async with self._pool.acquire() as connection, connection.transaction():
                due, made = await make_due_jobs(connection, _now(), _SCHEDULES, self._plan)
            self.counters["jobs_made"] += len(made)
            if due < _SCHEDULES:
                return

    def _plan(self, row: Row) -> DueSchedule:
        now = _now()
        try:
            following = next_run(
                now,
                every_s=row["every_s"],
                cron=row["cron"],
                jitter_s=row["jitter_s"],
                zone=zone_named(row["time_zone"]),
                spread=random.random(),
            )
        except ValueError as error:
            log.warning("schedule %s: %s", row["id"], error, extra={"action": "make_jobs"})
            following = None
        return DueSchedule(row, self._ids.make_uuid(time.time_ns() // 1_000_000), following)

    async def reload(self) -> None:
        """Read anew what companies want told of messages."""
        await refresh_watch(self._pool)

    async def make_partitions(self, today: date) -> None:
        """Have this month's partitions and the next's."""
        async with self._pool.acquire() as connection:
            await make_partitions(connection, today)
            await make_partitions(connection, (today.replace(day=1) + timedelta(days=32)).replace(day=1))

    async def _claim(self) -> Due:
        due = Due([], [], 0)

        async def step(connection: Connection, _: Delta) -> list[Transition]:
            nonlocal due
            due = await claim_due(connection, _now(), _PER_TRANSACTION, _AGAIN_S)
            return due.transitions

        await self._changes.commit(step)
        return due

    async def _hand_over(self, messages: Sequence[dict[str, Any]]) -> None:
        by_host: dict[int, list[dict[str, Any]]] = {}
        for message in messages:
            by_host.setdefault(UUID(bytes=message["session"]).int % len(self._hosts), []).append(message)
        for host, waiting in by_host.items():
            for start in range(0, len(waiting), _PER_CALL):
                part = waiting[start : start + _PER_CALL]
                try:
                    await self._hosts[host](pack(part))
                except MasteriaError as error:
                    self.counters["left_to_sweep"] += len(part)
                    log.warning("sender host %d does not answer: %s", host, error, extra={"action": "hand_over"})


def _now() -> datetime:
    return ms_to_time(time.time_ns() // 1_000_000)
