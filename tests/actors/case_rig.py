"""A shard and whoever drives cases, without Ray, on one real database; time is moved by making cases due."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from actors.cases import CaseRunner
from actors.drafting import Drafter
from actors.lanes import WriterLane
from actors.recorder import Changes
from engine.errors import MasteriaError
from storage.pool import Pool
from tests.actors.shard_rig import IDS, ShardRig, make_rig, new_id

_VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "pix_brcode.json").read_text())
PIX: str = _VECTORS["valid"][0]
NO_PIX: str = _VECTORS["invalid"][0]["text"]  # another checksum


@dataclass
class CaseRig:
    shard: ShardRig
    changes: Changes
    runner: CaseRunner
    handed: list[dict[str, Any]] = field(default_factory=list)
    posted: list[tuple[UUID, UUID, str]] = field(default_factory=list)
    post_error: MasteriaError | None = None

    @property
    def pool(self) -> Pool:
        return self.shard.pool

    async def rule(self, steps: Sequence[dict[str, Any]], **definition: Any) -> UUID:
        """Store a rule in steps with its version 1; sends go through the rig's session."""
        rule_id = new_id()
        full = {"trigger": {"event_type": "pix_created"}, "steps": [self._with_session(step) for step in steps]}
        full |= definition
        for statement in (
            "INSERT INTO rules (id, company_id, name, definition) VALUES ($1, $2, 'rule', $3)",
            "INSERT INTO rule_versions (rule_id, version, definition) SELECT id, 1, $3 FROM rules WHERE id = $1 "
            "AND company_id = $2",
        ):
            await self.pool.execute(statement, rule_id, self.shard.company_id, json.dumps(full))
        await self.shard.ingestor.reload(self.shard.company_id.bytes)
        return rule_id

    def _with_session(self, step: dict[str, Any]) -> dict[str, Any]:
        sides: dict[str, Any] = {
            side: [self._with_session(one) for one in step[side]] for side in ("then", "else") if side in step
        }
        return {**step, **sides, **({"session_id": str(self.shard.session_id)} if step["type"] == "send" else {})}

    async def pix(self, event_id: str, order_id: str = "o-1", **fields: Any) -> None:
        await self.shard.post(event("pix_created", event_id, order_id, **fields))

    async def approved(self, event_id: str, order_id: str = "o-1", **fields: Any) -> None:
        await self.shard.post(event("order_approved", event_id, order_id, **fields))

    async def later(self) -> None:
        """Let every wait be over, and walk on."""
        await self.pool.execute("UPDATE rule_cases SET due_at = now() WHERE state = 'running'")
        await self.runner.run_due()

    async def cases(self) -> list[dict[str, Any]]:
        rows = await self.shard.rows("SELECT * FROM rule_cases ORDER BY id")
        return [{**row, "log": json.loads(row["log"])} for row in rows]

    async def ends(self) -> list[tuple[str, str | None]]:
        return [(row["state"], row["reason"]) for row in await self.cases()]

    async def texts(self) -> list[tuple[str, str]]:
        rows = await self.shard.rows("SELECT text, status FROM messages ORDER BY id")
        return [(row["text"], row["status"]) for row in rows]

    async def close(self) -> None:
        await self.changes.close()
        await self.shard.lanes.close()


def event(event_type: str, event_id: str, order_id: str | None, **fields: Any) -> str:
    body = {"eventType": event_type, "eventId": event_id, "phone": "11900000000", "name": "Ana", **fields}
    return json.dumps({**body, **({"orderId": order_id} if order_id else {})})


async def make_case_rig(pool: Pool, database_url: str) -> CaseRig:
    shard = await make_rig(pool, database_url)
    changes = Changes(WriterLane(database_url, "scheduler/1"), lambda *_: None)
    rig: CaseRig

    async def post(company_id: UUID, session_id: UUID, code: str) -> str:
        if rig.post_error is not None:
            raise rig.post_error
        rig.posted.append((company_id, session_id, code))
        return "4711"

    handed: list[dict[str, Any]] = []
    rig = CaseRig(shard, changes, CaseRunner(changes, pool, Drafter(IDS), handed.extend, post), handed)
    return rig
