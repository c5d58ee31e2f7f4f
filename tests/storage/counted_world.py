"""Writers that commit events and messages with their deltas, as shards and senders do, and what SQL counts of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import msgpack

from engine.ids import IdMaker, ms_to_time
from engine.message_states import STATUSES, may_follow
from engine.metrics import Delta
from storage import deltas
from storage.pool import Pool

Rows = dict[str, list[tuple[Any, ...]]]
TYPES = ("pix_created", "order_approved", None)


@dataclass
class Message:
    id: UUID
    company: UUID
    session: UUID
    status: str


@dataclass
class Writer:
    """One writer: its transactions follow one another; ``told`` holds the calls that it would make."""

    pool: Pool
    name: str
    epoch: int
    seq: int = 0
    told: list[bytes] = field(default_factory=list)

    async def commit(
        self, rows: dict[str, list[tuple[Any, ...]]], changed: list[Message], delta: Delta, at: int
    ) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            if rows["events"]:
                await connection.executemany(
                    "INSERT INTO incoming_events (id, company_id, created_at, delivery_id, source, event_type, state,"
                    " occurred_at, signature) VALUES ($1, $2, $3, $1, 'grapfy', $4, $5, $3, 'valid')",
                    rows["events"],
                )
            if rows["messages"]:
                await connection.executemany(
                    "INSERT INTO messages (id, company_id, created_at, session_id, to_phone, lane, type, text, status,"
                    " event_id, updated_at)"
                    " VALUES ($1, $2, $3, $4, '+5511900000000', 'transactional', 'text', 'Oi', $5, $6, $3)",
                    rows["messages"],
                )
            if changed:
                await connection.executemany(
                    "UPDATE messages SET status = $2 WHERE id = $1", [(m.id, m.status) for m in changed]
                )
            await deltas.write(connection, self.name, self.epoch, self.seq + 1, delta, at)
        self.seq += 1
        told = [self.name, self.epoch, self.seq, at, delta.oldest_ms, delta.encode()]
        self.told.append(msgpack.packb([1, [told], b"{}"]))


class World:
    """Several companies, sessions and writers doing things at random."""

    def __init__(self, pool: Pool, seed: int, now_ms: int) -> None:
        self.pool = pool
        self.now_ms = now_ms
        self.random = random.Random(seed)
        self.ids = IdMaker()
        self.companies = [self._new_id() for _ in range(3)]
        self.sessions = {company: [self._new_id(), self._new_id()] for company in self.companies}
        self.writers: list[Writer] = []
        self.messages: list[Message] = []

    def _new_id(self, at_ms: int | None = None) -> UUID:
        return UUID(bytes=IdMaker().make(self.now_ms if at_ms is None else at_ms))

    async def begin(self, writers: int) -> None:
        for number, company in enumerate(self.companies):
            zone = ("America/Sao_Paulo", "Asia/Kolkata", "Europe/Lisbon")[number]
            await self.pool.execute(
                "INSERT INTO companies (id, name, time_zone) VALUES ($1, 'Loja', $2)", company, zone
            )
        for number in range(writers):
            self.writers.append(await self.writer(f"writer-{number}"))

    async def writer(self, name: str) -> Writer:
        async with self.pool.acquire() as connection:
            return Writer(self.pool, name, await deltas.next_epoch(connection))

    async def step(self, writer: Writer) -> None:
        """Commit one transaction: some new events with messages, some transitions."""
        delta, pick = Delta(), self.random
        rows: Rows = {"events": [], "messages": []}
        for _ in range(pick.randint(0, 4)):
            company = pick.choice(self.companies)
            at_ms = self.now_ms - pick.choice([0, 0, 5_000, 3_600_000, 26 * 3_600_000])
            event_id, event_type = self._new_id(at_ms), pick.choice(TYPES)
            state = "processed" if event_type else "unparsed"
            rows["events"].append((event_id, company, ms_to_time(at_ms), event_type, state))
            delta.event(company.bytes, at_ms, event_type, state)
            if pick.random() < 0.7:
                message = Message(self._new_id(at_ms), company, pick.choice(self.sessions[company]), "queued")
                created = (message.id, company, ms_to_time(at_ms), message.session, message.status, event_id)
                rows["messages"].append(created)
                delta.message(company.bytes, at_ms, message.session.bytes, None, "queued")
                self.messages.append(message)
        fresh = {row[0] for row in rows["messages"]}
        old = [message for message in self.messages if message.id not in fresh]
        changed = [m for m in pick.sample(old, min(len(old), 3)) if self._move(m, delta)]
        if not delta.empty:
            await writer.commit(rows, changed, delta, self.now_ms)

    def _move(self, message: Message, delta: Delta) -> bool:
        new = self.random.choice(STATUSES)
        if new == message.status or not may_follow(message.status, new):
            return False
        at_ms = message.id.int >> 80
        delta.message(message.company.bytes, at_ms, message.session.bytes, message.status, new)
        if new == "accepted":
            delta.accepted(message.company.bytes, message.session.bytes, self.now_ms - 120, self.now_ms)
        message.status = new
        return True

    async def count_events(self, company: UUID, first: int, last: int) -> int:
        found: int = await self.pool.fetchval(
            "SELECT count(*) FROM incoming_events WHERE company_id = $1 AND created_at >= $2 AND created_at < $3",
            company,
            ms_to_time(first),
            ms_to_time(last),
        )
        return found

    async def count_messages(self, company: UUID, first: int, last: int) -> dict[str, int]:
        rows = await self.pool.fetch(
            "SELECT status, count(*) FROM messages WHERE company_id = $1 AND created_at >= $2 AND created_at < $3"
            " GROUP BY status",
            company,
            ms_to_time(first),
            ms_to_time(last),
        )
        return {row[0]: row[1] for row in rows}
