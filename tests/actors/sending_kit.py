"""What sending tests share: a company with sessions, queued messages, and a transport that answers as it is told."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from actors.base import Life
from actors.sending import SendingHost
from engine.ids import IdMaker, ms_to_time
from engine.settings import Settings
from engine.wire import pack
from storage.message_rows import MessageRow, create_messages, hand_over
from storage.pool import AWAY, Pool
from storage.sender_sessions import SenderSession
from whatsapp.transport import Accepted, Outbound, Refused, SendAnswer

ids = IdMaker()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def new_id() -> UUID:
    return ids.make_uuid(now_ms())


def refused(code: int, *, subcode: int | None = None, retry_after_s: float | None = None) -> Refused:
    return Refused(code, subcode, "title", "details", 400, retry_after_s, "{}")


class FakeTransport:
    """The border: counts what it was asked to send, and answers with what ``answer`` says."""

    def __init__(self, answer: Callable[[Outbound], SendAnswer] | None = None) -> None:
        self.sent: list[str] = []
        self.answer = answer or (lambda message: Accepted(f"wamid.{message.message_id}"))
        self.gate: asyncio.Event | None = None
        self.changed = asyncio.Condition()

    async def send(self, message: Outbound) -> SendAnswer:
        self.sent.append(message.message_id)
        async with self.changed:
            self.changed.notify_all()
        if self.gate is not None:
            await self.gate.wait()
        return self.answer(message)

    async def close(self) -> None:
        return

    async def until_sent(self, count: int) -> None:
        async with asyncio.timeout(20), self.changed:
            await self.changed.wait_for(lambda: len(self.sent) >= count)

    @property
    def doubled(self) -> list[str]:
        return [message_id for message_id, count in Counter(self.sent).items() if count > 1]


class FakeTransports:
    def __init__(self, transport: FakeTransport) -> None:
        self.transport = transport
        self.by_session: dict[UUID, FakeTransport] = {}
        self.hashes: dict[UUID, bytes] = {}

    def make(self, session: SenderSession) -> FakeTransport:
        return self.by_session.get(session.id, self.transport)

    def token_hash(self, session: SenderSession) -> bytes | None:
        return self.hashes.get(session.id)

    async def close(self) -> None:
        return


class World:
    """One database with a company and its sessions."""

    def __init__(self, pool: Pool, database_url: str) -> None:
        self.pool = pool
        self.settings = Settings("test", "", database_url, "", uncertain_grace_s=60.0)
        self.company = new_id()

    async def add_company(self) -> UUID:
        company = new_id()
        await self.pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Loja')", company)
        return company

    async def add_session(
        self,
        *,
        company: UUID | None = None,
        throughput: int = 1000,
        waba: str | None = None,
        tier: str = "TIER_UNLIMITED",
        budgets: dict[str, Any] | None = None,
        transport: str = "simulator",
        app: str | None = None,
        host: tuple[int, int] = (0, 1),
    ) -> UUID:
        """Store a session; ``host``: the number of the sender host that serves it, and of how many."""
        session = new_id()
        while session.int % host[1] != host[0]:
            session = new_id()
        await self.pool.execute(
            "INSERT INTO sessions (id, company_id, name, transport, phone_number_id, throughput, waba_id, tier,"
            " options, app_id) VALUES ($1, $2, 'n', $3, $4, $5, $6, $7, $8, $9)",
            session,
            company or self.company,
            transport,
            str(session.int % 10**15),
            throughput,
            waba,
            tier,
            json.dumps({} if budgets is None else {"budgets": budgets}),
            app,
        )
        return session

    def message(
        self,
        session: UUID,
        *,
        company: UUID | None = None,
        to: str | None = None,
        lane: str = "transactional",
        due_at: datetime | None = None,
        **fields: Any,
    ) -> MessageRow:
        message_id = new_id()
        created = ms_to_time(message_id.int >> 80)
        row = MessageRow(
            id=message_id,
            company_id=company or self.company,
            created_at=created,
            event_id=new_id(),
            rule_id=None,
            rule_version=None,
            campaign_id=None,
            session_id=session,
            to_phone=to or f"+55119{message_id.int % 10**8:08d}",
            order_id=None,
            lane=lane,
            type="text",
            text="Olá! Seu PIX está pronto.",
            template_id=None,
            template_name=None,
            template_language=None,
            components=None,
            category="utility",
            status="queued",
            reason=None,
            attempt=0,
            next_attempt_at=None,
            provider_id=None,
            error=None,
            retry_of=None,
            timeline="[]",
            updated_at=created,
            due_at=due_at or created,
            look_at=due_at or created + timedelta(seconds=15),
            cancel_on=None,
        )
        return row._replace(**fields)

    async def create(self, rows: Sequence[MessageRow]) -> list[MessageRow]:
        async with self.pool.acquire() as connection, connection.transaction():
            await create_messages(connection, rows)
        return list(rows)

    async def queue(self, session: UUID, count: int, **fields: Any) -> list[MessageRow]:
        return await self.create([self.message(session, **fields) for _ in range(count)])

    async def row(self, message_id: UUID) -> dict[str, Any]:
        row = await self.pool.fetchrow("SELECT * FROM messages WHERE id = $1", message_id)
        assert row is not None
        return dict(row)

    async def statuses(self) -> Counter[str]:
        rows = await self.pool.fetch("SELECT status, count(*) FROM messages GROUP BY status")
        return Counter({row["status"]: row["count"] for row in rows})

    async def counted(self, kind: str = "message") -> Counter[str]:
        """What the deltas of a kind add up to, by key."""
        rows = await self.pool.fetch(
            "SELECT r->>3 AS key, sum((r->>5)::bigint) AS n FROM metric_deltas, json_array_elements(data->'rows') AS r"
            " WHERE r->>2 = $1 GROUP BY 1",
            kind,
        )
        return Counter({row["key"]: int(row["n"]) for row in rows if row["n"]})

    async def until(self, query: str, wanted: object, *arguments: object) -> None:
        """Wait until a query gives what is wanted; a Postgres that is still starting is waited for."""
        async with asyncio.timeout(20):
            while await self._ask(query, *arguments) != wanted:
                await asyncio.sleep(0.02)

    async def _ask(self, query: str, *arguments: object) -> object:
        try:
            return await self.pool.fetchval(query, *arguments)
        except AWAY:
            return None


def wire(rows: Sequence[MessageRow]) -> bytes:
    return pack([hand_over(row, row.id.int >> 80, None) for row in rows])


async def nowhere(_: bytes) -> None:
    return


@asynccontextmanager
async def running(
    world: World, transport: FakeTransport, transports: FakeTransports | None = None, number: int = 0
) -> AsyncIterator[SendingHost]:
    """A started host; closed (not drained) at the end."""
    life = Life(f"sender-{number}")
    host = SendingHost(world.settings, number, life, world.pool, transports or FakeTransports(transport), nowhere)
    await host.start()
    try:
        yield host
    finally:
        await host.close()
