"""A shard without Ray on a real database: one company, one webhook, rules as a test wants them."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from actors.drafting import Drafter
from actors.ingesting import Ingestor
from actors.lanes import Lanes
from actors.reading import Reader
from engine.ids import IdMaker
from engine.wire import KIND_WEBHOOK, Answer, Intake
from storage.ingest import Lane
from storage.ingest_rows import Stored
from storage.pool import Pool
from storage.shards import prepare_table, take_over

IDS = IdMaker()


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def new_id() -> UUID:
    return IDS.make_uuid(now_ms())


@dataclass
class ShardRig:
    pool: Pool
    lanes: Lanes
    ingestor: Ingestor
    company_id: UUID
    webhook_id: UUID
    session_id: UUID
    commits: list[tuple[Lane, int, Stored]] = field(default_factory=list)

    def intake(
        self, body: bytes | str, *, events: int = 1, content_type: str = "application/json", **other: Any
    ) -> Intake:
        """A request as the door hands it on."""
        raw = body.encode() if isinstance(body, str) else body
        moment = now_ms()
        values: dict[str, Any] = {
            "kind": KIND_WEBHOOK,
            "company_id": self.company_id.bytes,
            "webhook_id": self.webhook_id.bytes,
            "delivery_id": IDS.make(moment),
            "received_ms": moment,
            "event_ids": [IDS.make(moment) for _ in range(events)],
            "signature": "valid",
            "headers": b'{"content-type":"application/json"}',
            "content_type": content_type,
            "body": raw,
            "flags": 0,
        }
        return Intake(**(values | other))

    async def post(self, *bodies: bytes | str) -> list[Answer]:
        return await self.ingestor.ingest([self.intake(body) for body in bodies])

    async def add_rule(self, definition: dict[str, Any]) -> UUID:
        rule_id = new_id()
        send = {"session_id": str(self.session_id), "text": "Oi {{customer_name|first_name}}"}
        full = {"action": {"send": send}, **definition}
        await self.pool.execute(
            "INSERT INTO rules (id, company_id, name, definition) VALUES ($1, $2, 'rule', $3)",
            rule_id,
            self.company_id,
            json.dumps(full),
        )
        await self.ingestor.reload(self.company_id.bytes)
        return rule_id

    async def rows(self, statement: str, *arguments: object) -> Sequence[dict[str, Any]]:
        return [dict(row) for row in await self.pool.fetch(statement, *arguments)]


async def make_rig(pool: Pool, database_url: str) -> ShardRig:
    """Build the rig; close with ``await rig.lanes.close()``."""
    company_id, webhook_id, session_id = new_id(), new_id(), new_id()
    await pool.execute("INSERT INTO companies (id, name) VALUES ($1, 'Loja')", company_id)
    await pool.execute(
        "INSERT INTO webhooks (id, company_id, name, source, auth) VALUES ($1, $2, 'w', 'grapfy', $3)",
        webhook_id,
        company_id,
        '{"scheme":"none"}',
    )
    await pool.execute(
        "INSERT INTO sessions (id, company_id, name, transport) VALUES ($1, $2, 's', 'simulator')",
        session_id,
        company_id,
    )
    await prepare_table(pool, [0] * 256)
    commits: list[tuple[Lane, int, Stored]] = []
    lanes = Lanes(database_url, "shard-0", 2)
    ingestor = Ingestor(pool, lanes, Reader(Drafter(IDS)), lambda *told: commits.append(told))
    ingestor.epochs = await take_over(pool, 0)
    return ShardRig(pool, lanes, ingestor, company_id, webhook_id, session_id, commits)
